"""Notes: kept in the user's words, found by what they are about, or honestly not found."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from alexa_cli.store.state import ExpertStore

if TYPE_CHECKING:
    from tests.experts.conftest import Talk

NOTES = (
    "the spare key is under the blue pot", "the boiler was serviced in May",
    "Daisy is allergic to chicken", "the paint in the hall is called swiss coffee",
    "grandma doesn't eat nuts", "trash day moved to Wednesday",
    "the neighbors have our ladder", "the car is parked on level three",
    "the printer takes black cartridges", "our anniversary is on June 3rd",
)  # fmt: skip
ASKED = {
    "the spare key": 0, "the blue pot": 0, "the boiler": 1, "daisy": 2, "the chicken": 2,
    "the paint": 3, "the hall paint": 3, "nuts": 4, "grandma": 4, "the trash": 5, "the ladder": 6,
    "where we parked the car": 7, "the printer": 8, "cartridges for the printer": 8,
    "our anniversary": 9,
}  # fmt: skip
UNKNOWN = (
    "the passport",
    "the insurance",
    "my blood type",
    "the christmas lights",
    "the wifi password",
    "oliver's food",
    "the bicycle lock",
    "uncle ben",
    "the tax papers",
    "the spare tire",
    "the garage code",
    "swimming lessons",
)


def test_a_note_is_found_by_what_it_is_about_among_distractors(talk: Talk) -> None:
    for note in NOTES:
        talk(f"remember that {note}")
    for about, place in ASKED.items():
        reply = talk(f"what did I tell you about {about}")
        assert NOTES[place].lower() in reply.lower(), (about, reply)
    wrong = [a for a in UNKNOWN if "I don't know" not in talk(f"what did I tell you about {a}")]
    assert wrong == []


def test_a_note_that_was_told_answers_where(talk: Talk) -> None:
    talk("remember that the spare key is under the blue pot")
    talk.now += timedelta(days=1)
    assert talk("where is the spare key") == (
        "You told me yesterday: “the spare key is under the blue pot.”"
    )
    assert talk("when did I tell you about the spare key").startswith("You told me yesterday at")


def test_forget_that_forgets_the_note_just_told_and_undo_brings_it_back(talk: Talk) -> None:
    talk("remember Daisy is allergic to chicken")
    assert "forgotten" in talk("forget that")
    assert "allergic" not in talk("what do you know about Daisy")
    talk("undo")
    assert "allergic" in talk("what do you know about Daisy")


def test_forget_that_is_never_mind_where_nothing_was_just_told(talk: Talk) -> None:
    talk("remember that trash day moved to Wednesday")
    talk.now += timedelta(minutes=5)
    assert talk("forget that") == "OK."
    assert "trash" in talk("read my notes")


def test_what_two_notes_could_mean_is_not_forgotten(talk: Talk) -> None:
    talk("remember that the red paint is in the shed")
    talk("remember that the blue paint is in the attic")
    assert "Say which note" in talk("delete the note about the paint")
    assert "2 notes" in talk("read my notes")


def test_a_password_is_kept_and_stands_in_no_trace(talk: Talk) -> None:
    talk("remember my wifi password is hunter2")
    assert "hunter2" in talk("what is the wifi password")
    store = talk.house.store
    kept = store.database.query("SELECT bytes, codec FROM contents", ())
    from alexa_cli.store.coding import unpack

    assert kept
    assert not any(b"hunter2" in unpack(data, codec) for data, codec in kept)
    assert "hunter2" in str(ExpertStore(store, "memory").items("note/"))


def test_every_note_is_forgotten_after_a_yes(talk: Talk) -> None:
    talk("remember that grandma doesn't eat nuts")
    assert talk("delete all my notes").endswith("?")
    talk("yes")
    assert talk("read my notes").startswith("You have no notes")
    talk("undo")
    assert "1 note" in talk("read my notes")


def test_that_before_a_note_is_nobody(talk: Talk) -> None:
    talk("what do you know about Daisy")
    assert talk("remember that meg likes tea") == "I'll remember that: “meg likes tea.”"


def test_every_note_comes_back_by_undo_and_an_old_one_after_many_others(talk: Talk) -> None:
    for number in range(230):
        talk(f"remember that box {number} holds number {number}")
    talk("delete all my notes")
    talk("yes")
    talk("undo")
    assert "230 notes" in talk("read my notes")
