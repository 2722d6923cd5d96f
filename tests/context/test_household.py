"""The household: the example home, files of one's own, what is wrong with them, the cache."""

from __future__ import annotations

import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from alexa_cli.context.household import EXAMPLE, Household, load_household
from alexa_cli.errors import FileError

if TYPE_CHECKING:
    from pathlib import Path


def _load(tmp_path: Path, text: str) -> Household:
    path = tmp_path / "household.yaml"
    path.write_text(text, encoding="utf-8")
    return load_household(path)


def _ids(household: Household, list_name: str, words: str) -> list[str]:
    return [match.id for match in household.list(list_name).find(words)]


def test_the_example_home_is_a_home() -> None:
    home = load_household()
    sizes = {name: len(names) for name, names in home.lists.items()}
    assert sizes["people"] >= 3
    assert sizes["pets"] >= 2
    assert sizes["floors"] >= 2
    assert sizes["areas"] == sizes["rooms"] >= 9
    assert sizes["devices"] >= 35
    assert sizes["contacts"] >= 8
    assert sizes["scenes"] >= 3
    kinds = "lights switches fans covers locks thermostats vacuums media_players sensors cameras"
    assert all(sizes[kind] for kind in kinds.split())
    assert sum(sizes[kind] for kind in kinds.split()) == sizes["devices"]


def test_the_example_home_is_spoken_of_as_people_do() -> None:
    home = load_household()
    assert _ids(home, "devices", "the kitchen light") == ["light.kitchen"]
    assert _ids(home, "contacts", "meg") == ["meg_jones", "meg_bauer"]
    assert _ids(home, "contacts", "mom") == ["jordan_rivera"]
    assert _ids(home, "pets", "daisy") == ["daisy"]
    assert len(_ids(home, "devices", "lamp")) > 2
    assert _ids(home, "rooms", "lounge") == ["living_room"]
    assert _ids(home, "scenes", "movie night") == ["scene.movie_time"]
    assert _ids(home, "fans", "bedroom fan") == ["fan.bedroom"]


def test_every_full_name_of_the_example_home_is_one_thing() -> None:
    home = load_household()
    for list_name in ("people", "pets", "floors", "rooms", "devices", "scenes", "contacts"):
        for name in home.list(list_name):
            assert _ids(home, list_name, name.name) == [name.id]


def test_every_alias_finds_its_own_among_things_of_its_kind() -> None:
    home = load_household()
    of_kind = {"switch": "switches"}
    for device in home.list("devices"):
        kind = str(device.attributes["kind"])
        for said in device.aliases:
            assert device.id in _ids(home, of_kind.get(kind, kind + "s"), said), said
    for list_name in ("people", "pets", "floors", "rooms", "scenes", "contacts"):
        for name in home.list(list_name):
            for said in name.aliases:
                assert _ids(home, list_name, said) == [name.id], said


def test_a_device_knows_where_it_is() -> None:
    fan = load_household().list("devices").get("fan.bedroom")
    assert fan is not None
    assert dict(fan.attributes) == {
        "kind": "fan", "area": "bedroom", "area_name": "bedroom", "floor": "upper",
        "floor_name": "upstairs", "device": "bedroom_ceiling_fan", "supports": ["speed"],
        "state": {"on": False, "speed": 33},
    }  # fmt: skip


def test_scenes_name_devices_that_exist() -> None:
    home = load_household()
    for scene in home.list("scenes"):
        changes = scene.attributes["set"]
        assert isinstance(changes, dict)
        assert changes
        assert all(home.list("devices").get(device) for device in changes)


def test_a_small_file_of_ones_own(tmp_path: Path) -> None:
    home = _load(
        tmp_path,
        """
        areas: [{name: Ana's room}, {id: b, name: bad}]
        devices:
          - {name: lamp, kind: light, area: Ana's room}
          - {name: bad light, kind: light, area: b}
          - {id: switch.pump, name: pump}
        people: [{name: Ana Lee, phone: "1"}]
        contacts: [{name: Bo}]
        """,
    )
    assert [d.id for d in home.list("devices")] == [
        "light.ana_s_room_lamp", "light.bad_light", "switch.pump"
    ]  # fmt: skip
    assert _ids(home, "devices", "ana's room lamp") == ["light.ana_s_room_lamp"]
    assert [c.id for c in home.list("contacts")] == ["bo", "ana_lee"]
    assert home.list("devices").get("switch.pump") is not None


def test_an_empty_file_is_an_empty_home(tmp_path: Path) -> None:
    home = _load(tmp_path, "# nothing yet\n")
    assert home.name == "home"
    assert {len(names) for names in home.lists.values()} == {0}
    assert len(home.list("never heard of")) == 0


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("devices:\n  - {name: x, kind: ligth}\n", 2, "light"),
        ("devices:\n  - {name: x, kind: light, arae: y}\n", 2, "area"),
        ("devices:\n  - {name: x}\n", 2, "'kind' is missing"),
        ("devices:\n  - name: x\n    kind: light\n    area: kichen\nareas:\n  - name: kitchen\n",
         4, "did you mean 'kitchen'"),
        ("pets:\n  - name: A\n  - name: a\n", 3, "another one has the id 'a'"),
        ("areas:\n  - name: k\n    floor: attic\n", 3, "there is no floor 'attic'"),
        ("scenes:\n  - name: s\n    set:\n      light.x: {on: true}\n", 4, "no device 'light.x'"),
        ("people:\n  - name: '!!!'\n", 2, "at least one word"),
        ("people:\n  - name: A\n    id: \"a b\\e[31m\"\n", 3, "an id is letters"),
        ("people: 3\n", 1, "a list"),
        ("people:\n  - name: [\n", 3, ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    with pytest.raises(FileError) as error:
        _load(tmp_path, text)
    assert message in str(error.value)
    assert error.value.line == line
    assert "household.yaml" in str(error.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nowhere\.yaml"):
        load_household(tmp_path / "nowhere.yaml", tmp_path)


def test_the_cache_gives_the_same_home_and_follows_the_content(tmp_path: Path) -> None:
    path, cache = tmp_path / "home.yaml", tmp_path / "cache"
    path.write_text("people: [{name: Ana, aliases: [annie], phone: '1'}]\n")
    built = load_household(path, cache)
    (kept,) = cache.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert load_household(path, cache) == built
    path.write_text("people: [{name: Bo}]\n")
    changed = load_household(path, cache)
    assert [p.name for p in changed.list("people")] == ["Bo"]
    assert changed.fingerprint != built.fingerprint
    assert load_household(None, cache) == load_household()


@pytest.mark.parametrize(
    "rubbish", [b"", b"\xc1", b"\x93\x01\x02\x03", b"\x80", b"\x93\xa1a\x80\x80"]
)
def test_a_damaged_cache_is_made_anew(tmp_path: Path, rubbish: bytes) -> None:
    path, cache = tmp_path / "home.yaml", tmp_path / "cache"
    path.write_text("people: [{name: Ana}]\n")
    built = load_household(path, cache)
    (kept,) = cache.iterdir()
    kept.write_bytes(rubbish)
    assert load_household(path, cache) == built
    assert kept.read_bytes() != rubbish


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert len(load_household(None, blocked / "cache").list("people")) == 3


def test_no_yaml_is_loaded_once_it_is_cached(tmp_path: Path) -> None:
    load_household(None, tmp_path)
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from alexa_cli.context.household import load_household\n"
        "home = load_household(None, Path(sys.argv[1]))\n"
        "assert len(home.list('devices').forms()) > 100\n"
        "assert not {'yaml', 'rapidfuzz', 'numpy', 'rich'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True)


def test_the_example_file_is_named_where_the_package_is() -> None:
    assert EXAMPLE.is_file()
    assert load_household().path == str(EXAMPLE)
