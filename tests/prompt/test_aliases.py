"""Identifiers to aliases and back, exactly, and the same ones as long as a conversation lasts."""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alexa_cli.context.conversation import ConversationState
from alexa_cli.context.names import Name, NameList
from alexa_cli.prompt.aliases import PREFIXES, Aliases, NotRestored
from alexa_cli.store.coding import build, decode, encode

KINDS = ("light", "switch", "fan", "cover", "lock", "thermostat", "media_player", "sensor", "oven")
WORDS = (*"kitchen ceiling lamp light L3 w1 R2 bedroom left fan Sam's O1 big old 2 D4 tn1".split(),
         "Büro", "灯", "l 1", "R-2")  # fmt: skip
IDS = ("L1", "l2", "W3", "kitchen", "R1", "TN1", "x" * 90, " ", "L1 ", "灯", "light.a")


def members(chance: random.Random, *, kinds: bool) -> tuple[Name, ...]:
    found: dict[str, Name] = {}
    for _ in range(chance.randrange(13)):
        kind, place, number = chance.choice(KINDS), chance.choice(WORDS), chance.randrange(16**4)
        id_ = chance.choice(IDS) if chance.random() < 0.3 else f"{kind}.{place}_{number:04x}"
        names = [" ".join(chance.choices(WORDS, k=chance.randint(1, 3))) for _ in range(3)]
        also = tuple(names[1 : chance.randint(1, 3)])
        found[id_] = Name(id_, names[0], also, {"kind": kind} if kinds else {})
    return tuple(found.values())


def random_home(seed: int) -> dict[str, NameList]:
    """A home in which much is called like something else, or like an alias."""
    chance = random.Random(seed)  # noqa: S311 - homes, not secrets
    devices = members(chance, kinds=True)
    home = {
        "devices": NameList("devices", devices, "suffix"),
        "lights": NameList("lights", tuple(d for d in devices if d.attributes["kind"] == "light")),
        "powered": NameList("powered", devices[::2]),
    }
    others = ["rooms", "contacts", "list_names", "tall_names", "tn"]
    for name in chance.sample(others, len(others)):
        home[name] = NameList(name, members(chance, kinds=False))
    return home


HOMES = st.integers(0, 2**64).map(random_home)


def check(home: Mapping[str, NameList], before: Mapping[str, tuple[str, ...]]) -> Aliases:
    """Every member has an alias, no two things the same one, and each comes back as its id."""
    aliases = Aliases.of(home.get, tuple(home), before)
    things: dict[str, tuple[str, str]] = {}
    spoken = {
        "".join(c for c in text.lower() if c.isascii() and c.isalnum())
        for listed in home.values() for each in listed for text in (each.name, *each.aliases)
    }  # fmt: skip
    for name, listed in home.items():
        for each in listed:
            alias = aliases.alias(name, each.id)
            assert aliases.looks_like_alias(alias)
            assert aliases.restore(name, alias) == each.id
            assert aliases.restore(name, f" {alias.lower()} ") == each.id
            assert alias.lower() not in spoken
            assert things.setdefault(alias, (each.id, each.name.casefold()))[0] == each.id
    return aliases


@given(HOMES)
def test_restoring_is_exact(home: dict[str, NameList]) -> None:
    check(home, {})


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@settings(max_examples=10_000, suppress_health_check=list(HealthCheck))
@given(HOMES)
def test_restoring_is_exact_in_ten_thousand_homes(home: dict[str, NameList]) -> None:
    check(home, {})


@given(HOMES, HOMES, HOMES)
def test_aliases_are_stable_in_a_session(
    first: dict[str, NameList], second: dict[str, NameList], third: dict[str, NameList]
) -> None:
    state = ConversationState()
    seen: dict[tuple[str, str], str] = {}
    for home in (first, second, third, first):
        aliases = check(home, state.aliases)
        names = {each.name.lower() for listed in home.values() for each in listed}
        names |= {text.lower() for ls in home.values() for each in ls for text in each.aliases}
        for name in ("rooms", "contacts", "list_names"):
            for each in home[name]:
                alias = aliases.alias(name, each.id)
                before = seen.setdefault((name, each.id), alias)
                # Given up only where a thing by another name took it, or it is a name now.
                assert alias == before or before.lower() in names or _twice(home, each.id)
                seen[name, each.id] = alias
        state = build(decode(encode(ConversationState(aliases=aliases.table()))), ConversationState)


def _twice(home: dict[str, NameList], id_: str) -> bool:
    return sum(listed.get(id_) is not None for listed in home.values()) > 1


def of(**lists: tuple[str, ...]) -> dict[str, NameList]:
    return {
        name: NameList(name, tuple(Name(id_, id_.replace("_", " ")) for id_ in ids))
        for name, ids in lists.items()
    }


def test_new_things_are_appended_and_gone_ones_keep_their_place() -> None:
    one = of(rooms=("hall", "attic"))
    first = Aliases.of(one.get, ("rooms",), {})
    assert [first.alias("rooms", "hall"), first.alias("rooms", "attic")] == ["R1", "R2"]
    two = of(rooms=("cellar", "attic"))
    second = Aliases.of(two.get, ("rooms",), first.table())
    assert second.alias("rooms", "attic") == "R2"
    assert second.alias("rooms", "cellar") == "R3"
    with pytest.raises(NotRestored, match="there is no R1"):
        second.restore("rooms", "R1")
    back = Aliases.of(one.get, ("rooms",), second.table())
    assert back.restore("rooms", "R1") == "hall"


def test_what_has_no_id_has_no_alias() -> None:
    home = {"rooms": NameList("rooms", (Name("", "nowhere"), Name("hall", "hall")))}
    aliases = Aliases.of(home.get, ("rooms",), {})
    assert aliases.table() == {"rooms": ("hall",)}
    with pytest.raises(KeyError):
        aliases.alias("rooms", "")


def test_what_does_not_restore_is_an_error() -> None:
    home = of(rooms=("hall",), contacts=("meg",))
    aliases = Aliases.of(home.get, tuple(home), {})
    for text in ("R2", "R0", "R01", "R", "1", "", "hall", "C1", "r1x", "R1, C1", "Ｒ１"):
        with pytest.raises(NotRestored):
            aliases.restore("rooms", text)
    with pytest.raises(NotRestored):
        aliases.restore("nowhere", "R1")
    with pytest.raises(KeyError):
        aliases.alias("rooms", "attic")


def test_the_same_id_in_two_lists_is_one_thing_only_under_one_name() -> None:
    home = {
        "rooms": NameList("rooms", (Name("kitchen", "Kitchen"),)),
        "places": NameList("places", (Name("kitchen", "kitchen"),)),
        "list_names": NameList("list_names", (Name("kitchen", "kitchen list"),)),
    }
    aliases = Aliases.of(home.get, tuple(home), {})
    assert aliases.alias("rooms", "kitchen") == aliases.alias("places", "kitchen") == "R1"
    assert aliases.alias("list_names", "kitchen") == "LN1"
    with pytest.raises(NotRestored):
        aliases.restore("list_names", "R1")


def test_nobodys_name_is_an_alias() -> None:
    home = {"lights": NameList("lights", (
        Name("a", "lamp", (), {"kind": "light"}), Name("b", "L 1", (), {"kind": "light"}),
        Name("c", "old lamp", ("l2",), {"kind": "light"}),
    ))}  # fmt: skip
    aliases = Aliases.of(home.get, ("lights",), {})
    assert [aliases.alias("lights", each) for each in "abc"] == ["L3", "L4", "L5"]
    assert aliases.table() == {"lights": ("", "", "a", "b", "c")}


def test_the_prefix_says_the_kind() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES)
    home = {"devices": NameList("devices", tuple(
        Name(kind, kind, attributes={"kind": kind}) for kind in KINDS
    ))}  # fmt: skip
    aliases = Aliases.of(home.get, ("devices",), {})
    assert [aliases.alias("devices", kind) for kind in KINDS] == [
        "L1", "W1", "F1", "B1", "K1", "T1", "M1", "N1", "D1"
    ]  # fmt: skip


def test_lists_with_the_same_initials_have_prefixes_of_their_own() -> None:
    home = of(timer_names=("t",), tall_names=("u",), tn=("v",))
    aliases = Aliases.of(home.get, tuple(home), {})
    found = [aliases.alias(name, each.id) for name, ids in home.items() for each in ids]
    assert found[0] == "TN1"
    assert len(set(found)) == 3
