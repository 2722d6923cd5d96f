"""Names are found as people say them."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.context.names import Name, NameList, spoken_form

DEVICES = NameList(
    "devices",
    (
        Name("light.kitchen", "kitchen light", qualifiers=("kitchen",)),
        Name("light.counter", "counter lights", ("under cabinet lights",), qualifiers=("kitchen",)),
        Name("light.floor", "floor lamp", qualifiers=("living room", "lounge")),
        Name("light.desk", "desk lamp", qualifiers=("office",)),
        Name("light.ceiling", "ceiling light", qualifiers=("bedroom",)),
        Name("light.bath", "ceiling light", qualifiers=("bathroom",)),
        Name("light.one", "spot 1"),
        Name("light.two", "spot 2"),
        Name("cover.garage", "the garage door"),
    ),
    "suffix",
)
CONTACTS = NameList(
    "contacts",
    (
        Name("jones", "Meg Jones"),
        Name("bauer", "Meg Bauer", ("my boss",)),
        Name("jordan", "Jordan Rivera", ("mom",)),
        Name("plumber", "Mike the plumber"),
    ),
    "parts",
)
ROOMS = NameList("rooms", (Name("living", "living room", ("lounge",)), Name("bath", "bathroom")))


def _ids(names: NameList, words: str) -> list[str]:
    return [match.id for match in names.find(words)]


@pytest.mark.parametrize(
    ("said", "ids", "how"),
    [
        ("kitchen light", ["light.kitchen"], "exact"),
        ("The  KITCHEN light!", ["light.kitchen"], "exact"),
        ("garage door", ["cover.garage"], "exact"),
        ("under cabinet lights", ["light.counter"], "alias"),
        ("lamp", ["light.floor", "light.desk"], "part"),
        ("office lamp", ["light.desk"], "part"),
        ("lounge lamp", ["light.floor"], "part"),
        ("living room floor lamp", ["light.floor"], "alias"),
        ("kitchen counter lights", ["light.counter"], "alias"),
        ("ceiling light", ["light.ceiling", "light.bath"], "exact"),
        ("the bathroom ceiling light", ["light.bath"], "alias"),
        ("kichen light", ["light.kitchen"], "fuzzy"),
        ("my offfice lamp", ["light.desk"], "fuzzy"),
        ("spot 2", ["light.two"], "exact"),
    ],
)
def test_devices(said: str, ids: list[str], how: str) -> None:
    found = DEVICES.find(said)
    assert [match.id for match in found] == ids
    assert {match.how for match in found} == {how}


@pytest.mark.parametrize(
    "said", ["bedroom", "spot 3", "toaster", "", "the", "  ", "🙂", "x" * 300, "\0\x1b[1m"]
)
def test_what_is_no_device(said: str) -> None:
    assert DEVICES.find(said) == []


def test_a_bedroom_is_not_a_bathroom() -> None:
    names = NameList("d", (Name("a", "master bedroom ceiling light"),))
    assert names.find("master bathroom ceiling light") == []
    assert _ids(names, "master bedrom ceiling light") == ["a"]


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        ("meg", ["jones", "bauer"]),
        ("meg's", ["jones", "bauer"]),
        ("Meg Jones's", ["jones"]),
        ("bauer", ["bauer"]),
        ("my mom", ["jordan"]),
        ("mom's", ["jordan"]),
        ("my boss", ["bauer"]),
        ("jordann", ["jordan"]),
        ("plumber", ["plumber"]),
    ],
)
def test_contacts(said: str, ids: list[str]) -> None:
    assert _ids(CONTACTS, said) == ids


def test_articles_are_nobodys_name() -> None:
    assert ("the",) not in CONTACTS.forms()


def test_without_partial_only_whole_names_count() -> None:
    assert _ids(ROOMS, "lounge") == ["living"]
    assert ROOMS.find("room") == []


def test_forms_hold_the_best_meaning_only() -> None:
    forms = DEVICES.forms()
    assert forms["kitchen", "light"] == ("light.kitchen",)
    assert forms["lamp",] == ("light.floor", "light.desk")
    assert ("the", "garage", "door") not in forms
    assert CONTACTS.forms()["meg's",] == ("jones", "bauer")


def test_a_full_name_wins_over_a_part_whatever_comes_first() -> None:
    names = NameList("d", (Name("long", "reading lamp"), Name("short", "lamp")), "suffix")
    assert _ids(names, "lamp") == ["short"]
    assert names.forms()["lamp",] == ("short",)


def test_get_and_iteration() -> None:
    assert ROOMS.get("bath") == Name("bath", "bathroom")
    assert ROOMS.get("nowhere") is None
    assert [name.id for name in ROOMS] == ["living", "bath"]
    assert len(ROOMS) == 2
    assert NameList("empty").find("x") == []


@pytest.mark.parametrize("said", ["cafe lamp", "café lamp", "cafe\u0301 lamp", "CAFÉ LAMP"])
def test_accents_are_no_other_name(said: str) -> None:
    """No recogniser writes them, and one keyboard makes two characters of them."""
    names = NameList("devices", (Name("a", "Café lamp"), Name("b", "Cave lamp")))
    assert [(match.id, match.how) for match in names.find(said)] == [("a", "exact")]


NAME_TEXT = st.text("abcdeé'1 ", min_size=1, max_size=20).filter(spoken_form)


@given(st.lists(NAME_TEXT, min_size=1, max_size=8), st.sampled_from(["none", "parts", "suffix"]))
def test_every_name_finds_itself_and_every_form_its_ids(texts: list[str], partial: str) -> None:
    names = NameList(
        "x",
        tuple(Name(str(n), text) for n, text in enumerate(texts)),
        partial,  # type: ignore[arg-type]
    )
    for n, text in enumerate(texts):
        found = names.find(text)
        assert str(n) in [match.id for match in found]
        assert {match.how for match in found} == {"exact"}
    for form, ids in names.forms().items():
        assert ids
        if spoken_form(" ".join(form)) == form:
            assert set(ids) <= {match.id for match in names.find(" ".join(form))}


@given(st.text(max_size=250))
def test_any_words_may_be_asked_for(words: str) -> None:
    for match in CONTACTS.find(words):
        assert 0 < match.score <= 100


def test_an_exact_look_up_in_a_thousand_names_needs_no_fuzzy_matching() -> None:
    code = (
        "import sys\n"
        "from alexa_cli.context.names import Name, NameList\n"
        "letters = 'abcdefghij'\n"
        "word = lambda n: ''.join(letters[int(d)] for d in f'{n:03d}')\n"
        "all = tuple(Name(str(n), f'x{word(n)} y{word(n)}') for n in range(1000))\n"
        "names = NameList('c', all, 'parts')\n"
        "assert [m.id for m in names.find('xaah')] == ['7']\n"
        "assert len(names.forms()) == 6000\n"
        "assert 'rapidfuzz' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_number_is_never_nearly_another() -> None:
    lamps = NameList("devices", (Name("a", "bedside lamp 1"), Name("b", "bedside lamp 2")))
    assert [match.id for match in lamps.find("bedsde lamp 2")] == ["b"]
    assert lamps.find("bed side lamp 3") == []  # other words, so only the whole is compared
