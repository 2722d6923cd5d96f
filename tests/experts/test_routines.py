"""Routines: made in words, run as the calls that they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.experts.conftest import Talk


def test_a_routine_runs_its_calls_and_is_undone_as_one(talk: Talk) -> None:
    made = talk("create a routine called tea time that turns on the coffee maker and sets a timer "
                "for four minutes")  # fmt: skip
    assert made == (
        "When you say “tea time”, I'll turn on the coffee maker and set a timer for four minutes."
    )
    assert "Timer set for 4 minutes" in talk("tea time")
    assert talk.called == ["routines.run_routine"]
    assert "on" in talk("is the coffee maker on")
    talk("undo")
    assert talk("what timers do i have") == "You have no timers set."


def test_the_users_routine_wins_over_a_scene_and_that_is_told(talk: Talk) -> None:
    talk("movie time")
    assert talk.called == ["smart_home.activate_scene"]
    made = talk("when I say movie time dim the lights and lock the front door")
    assert "your routine goes first" in made
    talk("movie time")
    assert talk.called == ["routines.run_routine"]
    talk("start movie time")
    assert talk.called == ["routines.run_routine"]
    talk("delete the movie time routine")
    talk("movie time")
    assert talk.called == ["smart_home.activate_scene"]


def test_a_step_that_needs_a_yes_is_asked_about_by_name(talk: Talk) -> None:
    talk("create a routine called open up that unlocks the front door")
    assert talk("open up") == "Run open up (unlock the front door)?"
    assert talk("no") == "OK, I won't."
    assert "locked" in talk("is the front door locked")
    talk("open up")
    assert "unlocked" in talk("yes")


def test_steps_are_added_removed_and_put_back(talk: Talk) -> None:
    talk("create a routine called dinner that turns off the tv and turns on the kitchen light")
    talk("add lock the front door to dinner")
    assert talk("what does dinner do").endswith("3. lock the front door.")
    talk("delete the first step of dinner")
    assert "tv" not in talk("what does dinner do")
    talk("undo")
    assert "1. turn off the tv" in talk("what does dinner do")
    talk("rename dinner to supper")
    assert talk("what routines do i have") == "You have 1 routine: supper."


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("create a routine called lunch that makes me a sandwich", "can be no step"),
        ("create a routine called stop that turns on the tv", "Choose another name"),
        ("create a routine called lunch that undoes everything", "can be no step"),
    ],
)
def test_what_cannot_be_a_routine_is_refused_when_it_is_made(
    talk: Talk, said: str, reason: str
) -> None:
    assert reason in talk(said)
    assert "no routines" in talk("what routines do i have")


def test_a_routine_never_runs_itself(talk: Talk) -> None:
    talk("create a routine called one that turns on the tv")
    talk("create a routine called two that turns off the fan")
    talk("add run two to one")
    assert "run itself" in talk("add run one to two")
    assert "run itself" in talk("add run one to one")
    assert "Change that first" in talk("delete the two routine")


def test_what_another_routine_does_now_counts(talk: Talk) -> None:
    talk("create a routine called two that turns off the tv")
    talk("create a routine called one that turns on the hallway light")
    talk("add run two to one")
    talk("add unlock the front door to two")
    assert talk("run one") == "Run one (unlock the front door)?"


def test_all_routines_are_deleted_after_a_yes_and_come_back(talk: Talk) -> None:
    reply = talk("create a routine called morning that tells me my notes")
    assert reply.startswith("When you say “morning”, I'll tell you your notes.")
    assert talk("delete all my routines").endswith("?")
    assert talk("yes") == "Deleted your routine."
    talk("undo")
    assert "morning" in talk("what routines do i have")
