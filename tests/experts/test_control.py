from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from alexa_cli.context.names import Name, NameList

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.experts.conftest import Played, Talk


@pytest.fixture
def control(play: Callable[[str], Played]) -> Played:
    played = play("control")
    played.lists["experts"] = NameList(
        "experts",
        (
            Name("control", "control", (), {"description": "The conversation itself."}),
            Name("smart_home", "smart home", (), {
                "description": "Lights and locks", "example": "turn on the lamp",
                "examples": ["turn on the lamp", "lock the door"],
            }),
            Name("timers", "timers", (), {
                "description": "Countdown timers.", "example": "set a timer",
            }),
            Name("bare", "bare"),
        ),
    )  # fmt: skip
    return played


@pytest.mark.parametrize("signal", ["stop", "cancel", "repeat", "again", "undo"])
def test_signals_reach_the_house_and_say_nothing(control: Played, signal: str) -> None:
    returned = control.call(signal)
    assert control.emitted == [signal]
    assert returned.say is None
    assert returned.value is None


def test_nothing_here_starts_before_the_barrier_that_tells_the_house(control: Played) -> None:
    for signal in ("stop", "cancel", "repeat", "again", "undo"):
        assert not control.expert.apis[signal].speculate


def test_help_names_everyone_else_with_an_example(control: Played) -> None:
    assert control.say("help") == (
        "Here is what you can say:\n"
        '  smart home: "turn on the lamp"\n'
        '  timers: "set a timer"\n'
        "  bare"
    )


def test_help_about_one_tells_more(control: Played) -> None:
    assert control.say("help", topic="smart_home") == (
        'Lights and locks. Try "turn on the lamp" or "lock the door".'
    )
    assert control.say("help", topic="timers") == 'Countdown timers. Try "set a timer".'
    assert control.say("help", topic="bare") == "bare."


def test_help_without_experts_is_honest(control: Played) -> None:
    control.lists["experts"] = NameList("experts")
    assert control.say("help") == "I have no experts, so there is nothing I can do."
    assert control.say("help", topic="gone") == "I have no experts, so there is nothing I can do."


@pytest.mark.parametrize(
    ("hour", "greeting", "farewell"),
    [
        (6, "Good morning. What can I do for you?", "Goodbye."),
        (12, "Good afternoon. What can I do for you?", "Goodbye."),
        (18, "Good evening. What can I do for you?", "Goodbye."),
        (22, "Good evening. What can I do for you?", "Good night."),
    ],
)
def test_pleasantries_know_the_hour(
    control: Played, hour: int, greeting: str, farewell: str
) -> None:
    control.now = datetime(2026, 11, 21, hour, tzinfo=UTC)
    assert control.say("greet") == greeting
    assert control.say("bye") == farewell
    assert control.say("thanks") == "You're welcome."


def test_cancel_that_takes_back_what_was_just_done_and_never_mind_does_not(talk: Talk) -> None:
    talk("turn on the kitchen light")
    assert talk("never mind") == "OK."
    assert talk("cancel that") == "OK."  # the turn before did nothing
    assert talk("is the kitchen light on").startswith("Yes")
    talk("add milk to the shopping list")
    assert talk("no, scratch that") == "Done, that's undone."
    assert talk("is milk on the shopping list").startswith("No")
