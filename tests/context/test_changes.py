"""Changes over a household's file: applied, undone, and left out where they no longer fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alexa_cli.context.changes import Changes
from alexa_cli.context.home import ChangedHome
from alexa_cli.context.household import load_household
from alexa_cli.errors import AlexaError
from alexa_cli.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = """\
floors: [{name: up}]
areas: [{name: den, floor: up}]
devices: [{name: lamp, area: den, kind: light}]
scenes: [{name: cosy, set: {lamp: {on: true}}}]
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[ChangedHome]:
    file = tmp_path / "home.yaml"
    file.write_text(FILE)
    with Store(":memory:") as store:
        yield ChangedHome(load_household(file), store)


def test_nothing_changed_is_the_file_itself(home: ChangedHome) -> None:
    assert Changes().current(home.base, home.store) is home.base


def test_a_renamed_device_keeps_its_id_and_its_scene(home: ChangedHome, tmp_path: Path) -> None:
    (lamp,) = home.base.list("devices").names
    before = home.rename("devices", lamp.id, "sun")
    changes = Changes(tmp_path)
    now = changes.current(home.base, home.store)
    assert now.fingerprint != home.base.fingerprint
    assert [(d.id, d.name) for d in now.list("devices")] == [(lamp.id, "sun")]
    assert lamp.id in str(now.list("scenes").names[0].attributes["set"])
    assert changes.current(home.base, home.store) is now
    again = Changes(tmp_path).current(home.base, home.store)
    assert again.fingerprint == now.fingerprint
    home.restore(before)
    assert changes.current(home.base, home.store) is home.base


def test_a_room_that_goes_leaves_its_devices(home: ChangedHome) -> None:
    home.remove("areas", "den")
    now = Changes().current(home.base, home.store)
    assert not now.list("areas").names
    assert "area" not in now.list("devices").names[0].attributes


def test_what_no_household_can_say_changes_nothing(home: ChangedHome) -> None:
    (lamp,) = home.base.list("devices").names
    with pytest.raises(AlexaError, match="does not fit"):
        home.change("devices", lamp.id, {"kind": "zebra"})
    with pytest.raises(AlexaError, match="no such room"):
        home.alias("areas", "attic", "loft")
    assert home.made() == {}


def test_a_change_of_what_left_the_file_is_left_out(home: ChangedHome, tmp_path: Path) -> None:
    home.add("devices", "fan", {"kind": "fan", "area": "den"})
    home.add("pets", "Daisy", {"kind": "dog"})
    file = tmp_path / "home.yaml"
    file.write_text("people: [{name: Ana}]\n")
    base = load_household(file)
    now = Changes().current(base, home.store)
    assert [pet.name for pet in now.list("pets")] == ["Daisy"]
    assert not now.list("devices").names
    assert "no longer fit" in home.store.notices[0]
