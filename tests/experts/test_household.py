"""The household: told, changed by voice, undone; what follows it follows at the next turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.experts.conftest import Talk


def test_another_name_holds_at_the_next_turn_and_is_undone(talk: Talk) -> None:
    talk("call the floor lamp the big lamp")
    assert talk("turn on the big lamp") == "I turned on the floor lamp."
    talk("undo")
    talk("undo")
    assert talk("turn on the big lamp") == "I don't know a big lamp."


def test_a_room_can_be_added_and_a_device_moved_there(talk: Talk) -> None:
    talk("add a room called music room")
    talk("the floor lamp is in the music room now")
    assert talk("which devices are in the music room") == (
        "There is 1 device in the music room: floor lamp."
    )
    assert talk("turn on the music room lights") == "I turned on the floor lamp."


def test_pets_and_people_come_and_go(talk: Talk) -> None:
    assert "OK, Daisy is a cat." in talk("Daisy is a cat")
    talk("undo")
    assert "Daisy (a dog)" in talk("what pets do we have")
    talk("we have a hamster called nibbles")
    assert talk("who is nibbles") == "Nibbles is your hamster."
    assert talk("remove Sam from the household").endswith("?")
    talk("yes")
    assert "Sam" not in talk("who lives here")
    talk("undo")
    assert "Sam" in talk("who lives here")


def test_a_name_keeps_the_state_of_what_is_renamed(talk: Talk) -> None:
    talk("turn on the floor lamp")
    talk("rename the floor lamp to arc lamp")
    assert talk("is the arc lamp on").startswith("Yes")


def test_the_users_name_is_noted(talk: Talk) -> None:
    assert "don't know your name" in talk("who am I")
    talk("my name is Jo")
    assert talk("who am I") == "You are Jo."
    assert "Jo" in talk("who lives here")
    talk("undo")
    assert "Jo " not in talk("who lives here")


def test_a_name_that_is_taken_is_refused(talk: Talk) -> None:
    assert "already" in talk("rename the office to kitchen")


def test_how_a_name_is_said_is_kept_with_it(talk: Talk) -> None:
    talk("Daisy is pronounced day zee")
    talk("quay is pronounced key")
    home = talk.house.home()
    daisy = home.list("pets").get("daisy")
    assert daisy is not None
    assert daisy.pronunciation == "day zee"
    assert home.pronunciations["quay"] == "key"


def test_a_device_is_added_by_voice_used_by_its_name_and_found(talk: Talk) -> None:
    assert talk("add a lamp called corner lamp to the office") == (
        "Added the corner lamp to the office."
    )
    assert talk("turn on the corner lamp") == "I turned on the corner lamp."
    assert talk("where is the corner lamp") == "The corner lamp is in the office."
    talk("undo")
    talk("undo")
    assert "don't know" in talk("turn on the corner lamp")
