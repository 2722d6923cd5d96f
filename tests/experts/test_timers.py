from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.catalog.build import build_folder
from alexa_cli.catalog.modules import load_function
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.experts.conftest import Played


@pytest.fixture
def timers(play: Callable[[str], Played]) -> Played:
    return play("timers")


def ids(timers: Played, said: str) -> list[str]:
    return [match.id for match in timers.names("timer_names").find(said)]


def test_a_timer_rings_when_its_time_is_up(timers: Played) -> None:
    returned = timers.call("set_timer", duration=600, name="pasta")
    assert returned.say == "Pasta timer set for 10 minutes. It rings while `alexa chat` is open."
    assert timers.upcoming() == {"t1": ("Your pasta timer is done.", 600)}
    assert returned.value == {
        "id": "t1", "name": "pasta", "seconds": 600, "due": "2026-11-21T12:10:00+00:00",
        "left": 600, "paused": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("who", "ending"),
    [
        (None, " It rings while `alexa chat` is open."),
        ("here", ""),
        ("alexa chat", " It rings in the open `alexa chat`."),
        ("alexa watch", " It rings in the open `alexa watch`."),
    ],
)
def test_who_rings_it_is_said_unless_it_is_us(timers: Played, who: str | None, ending: str) -> None:
    timers.who = who
    assert timers.say("set_timer", duration=90) == f"Timer set for 1 minute and 30 seconds.{ending}"


def test_a_timer_that_is_over_is_gone(timers: Played) -> None:
    timers.call("set_timer", duration=60)
    timers.later(59.9)
    assert timers.say("time_left") == "1 second left on your 1 minute timer."
    timers.later(0.1)
    assert timers.say("time_left") == "You have no timers set."
    assert timers.say("list_timers") == "You have no timers set."


def test_several_are_told_shortest_first(timers: Played) -> None:
    timers.call("set_timer", duration=600, name="the pasta timer")
    timers.call("set_timer", duration=5400)
    timers.call("set_timer", duration=30)
    timers.call("pause_timer", timer="t2")
    assert timers.say("list_timers") == (
        "You have 3 timers: 30 second timer, 30 seconds left; pasta timer, 10 minutes left; "
        "1 hour 30 minute timer, paused with 1 hour and 30 minutes left."
    )


def test_names_lengths_and_just_timer_are_understood(timers: Played) -> None:
    timers.call("set_timer", duration=600, name="pasta")
    timers.call("set_timer", duration=5400)
    for said in ("pasta", "the pasta timer", "ten minute timer", "10 minute one", "ten minutes"):
        assert ids(timers, said) == ["t1"], said
    long = "one hour thirty minute timer"
    for said in ("hour and a half timer", "ninety minute timer", "90 minutes", long):
        assert ids(timers, said) == ["t2"], said
    assert ids(timers, "timer") == ["t1", "t2"]
    assert ids(timers, "laundry timer") == []


def test_two_of_a_name_can_be_told_apart(timers: Played) -> None:
    timers.call("set_timer", duration=60, name="egg")
    timers.call("set_timer", duration=120, name="egg")
    assert [name.name for name in timers.names("timer_names")] == [
        "first egg timer", "second egg timer", "latest timer",
    ]  # fmt: skip
    assert ids(timers, "egg timer") == ["t1", "t2"]
    assert ids(timers, "second egg timer") == ["t2"]
    assert ids(timers, "the first one") == ["t1"]


def test_without_any_timer_the_timer_is_an_honest_none(timers: Played) -> None:
    assert ids(timers, "the timer") == ["none"]
    for api in ("cancel_timer", "pause_timer", "resume_timer"):
        assert timers.say(api, timer="none") == "You have no timers set."
    assert timers.say("add_time", timer="none", duration=60) == "You have no timers set."
    returned = timers.call("cancel_all")
    assert returned.say == "You have no timers set."
    assert returned.undo is None


def test_pause_keeps_what_is_left_and_does_not_ring(timers: Played) -> None:
    timers.call("set_timer", duration=600)
    timers.later(200)
    assert timers.say("pause_timer", timer="t1") == (
        "10 minute timer paused with 6 minutes and 40 seconds left."
    )
    assert timers.upcoming() == {}
    timers.later(10_000)
    assert timers.say("time_left") == (
        "Your 10 minute timer is paused with 6 minutes and 40 seconds left."
    )
    assert timers.call("pause_timer", timer="t1").undo is None
    timers.call("resume_timer", timer="t1")
    assert timers.upcoming()["t1"][1] == 400


def test_resuming_a_running_timer_changes_nothing(timers: Played) -> None:
    timers.call("set_timer", duration=60)
    returned = timers.call("resume_timer", timer="t1")
    assert returned.say == "Your 1 minute timer is running, with 1 minute left."
    assert returned.undo is None


def test_time_is_added_and_taken(timers: Played) -> None:
    timers.call("set_timer", duration=600, name="tea")
    assert timers.say("add_time", timer="t1", duration=300) == (
        "Added 5 minutes. 15 minutes left on your tea timer."
    )
    assert timers.say("take_time", duration=120) == (
        "Took off 2 minutes. 13 minutes left on your tea timer."
    )
    assert timers.upcoming()["t1"][1] == 780
    with pytest.raises(AlexaError, match="has only 13 minutes left"):
        timers.call("take_time", timer="t1", duration=780)
    timers.call("pause_timer", timer="t1")
    timers.call("add_time", timer="t1", duration=20)
    assert timers.upcoming() == {}
    assert timers.say("time_left") == (
        "Your tea timer is paused with 13 minutes and 20 seconds left."
    )


def test_without_a_name_time_goes_to_the_timer_set_last(timers: Played) -> None:
    timers.call("set_timer", duration=600)
    timers.call("set_timer", duration=60, name="eggs")
    assert "15 seconds left" in timers.say("add_time", duration=15)
    assert timers.upcoming()["t2"][1] == 75


@pytest.mark.parametrize("seconds", [0, -5, 7 * 86_400 + 1])
def test_lengths_that_make_no_sense_are_refused(timers: Played, seconds: int) -> None:
    with pytest.raises(AlexaError, match="1 second to 7 days"):
        timers.call("set_timer", duration=seconds)


def test_there_is_a_limit_that_timers_that_are_over_do_not_count_for(timers: Played) -> None:
    for _ in range(50):
        timers.call("set_timer", duration=60)
    with pytest.raises(AlexaError, match="50 timers already"):
        timers.call("set_timer", duration=60)
    timers.later(61)
    timers.call("set_timer", duration=60)
    assert len(timers.context.store.items("timer/")) == 1


@pytest.mark.parametrize(
    ("api", "arguments"),
    [
        ("set_timer", {"duration": 30}),
        ("cancel_timer", {"timer": "t1"}),
        ("cancel_all", {}),
        ("pause_timer", {"timer": "t1"}),
        ("resume_timer", {"timer": "t2"}),
        ("add_time", {"timer": "t2", "duration": 60}),
        ("take_time", {"timer": "t1", "duration": 60}),
    ],
)
def test_every_change_can_be_taken_back(
    timers: Played, api: str, arguments: dict[str, Any]
) -> None:
    timers.call("set_timer", duration=600, name="pasta")
    timers.call("set_timer", duration=300)
    timers.call("pause_timer", timer="t2")
    before = (timers.say("list_timers"), timers.upcoming())
    returned = timers.call(api, **arguments)
    assert (timers.say("list_timers"), timers.upcoming()) != before
    timers.undo(returned)
    assert (timers.say("list_timers"), timers.upcoming()) == before


def test_undo_does_not_bring_back_what_would_be_over_by_now(timers: Played) -> None:
    timers.call("set_timer", duration=60)
    returned = timers.call("cancel_timer", timer="t1")
    timers.later(61)
    timers.undo(returned)
    assert timers.upcoming() == {}
    assert timers.say("list_timers") == "You have no timers set."


def test_spoken_lengths_add_up(repo: Path) -> None:
    expert = build_folder(repo / "experts" / "timers").usable()
    spoken = load_function(expert, "timer:spoken")
    sizes = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}

    @given(st.integers(1, 7 * 86_400))
    def check(seconds: int) -> None:
        said = spoken(seconds)
        total = sum(int(n) * sizes[unit] for n, unit in re.findall(r"(\d+) (\w+?)s?\b", said))
        assert 0 <= seconds - total < (60 if seconds >= 3_600 else 1)
        assert not re.search(r"\b0 |\b1 \w+s\b", said)

    check()


def test_two_timers_are_set_rung_and_taken_back(timers: Played) -> None:
    done = timers.call("set_two_timers", few=5, many=10, unit="minute")
    assert (done.say or "").startswith("Timers set for 5 minutes and 10 minutes. They ring")
    assert [seconds for _, seconds in timers.upcoming().values()] == [300, 600]
    timers.undo(done)
    assert timers.upcoming() == {}


def test_two_timers_are_both_set_or_neither(timers: Played) -> None:
    with pytest.raises(AlexaError):
        timers.call("set_two_timers", first=60, second=30 * 24 * 3600)
    assert timers.upcoming() == {}
    assert timers.say("list_timers") == "You have no timers set."


def test_the_latest_timer_is_the_one_set_last(timers: Played) -> None:
    timers.call("set_timer", duration=60, name="egg")
    timers.call("set_timer", duration=120, name="tea")
    assert ids(timers, "the last timer") == ["latest"]
    assert "tea timer" in timers.say("time_left", timer="latest")
    timers.call("add_more", amount=2, unit="minute", timer="latest")
    assert timers.say("cancel_timer", timer="latest") == "Tea timer canceled."
    assert timers.upcoming()["t1"][1] == 60
