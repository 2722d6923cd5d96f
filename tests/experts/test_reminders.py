from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from alexa_cli.errors import AlexaError
from alexa_cli.turn import Argument
from alexa_cli.watch import claiming, due

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.experts.conftest import Played

SIX = "2026-11-21T18:00:00+00:00"
WEEKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=6;BYMINUTE=45"
RUNS = "It comes while `alexa chat` or `alexa watch` runs."


@pytest.fixture
def reminders(play: Callable[[str], Played]) -> Played:
    played = play("reminders")
    played.who = "here"
    return played


def ids(reminders: Played, said: str) -> list[str]:
    return [match.id for match in reminders.names("reminder_names").find(said)]


def deliver(reminders: Played) -> list[str]:
    """Say what is due, as a program that delivers does."""
    claimed = claiming.claim(reminders.store, reminders.now, "me")
    for each in claimed:
        claiming.finish(reminders.store, each)
    return [each.due.text for each in claimed]


def test_a_reminder_is_said_at_its_time(reminders: Played) -> None:
    returned = reminders.call("create_reminder", message="call my mom", due=SIX)
    assert returned.say == "I'll remind you today at 6 PM to call your mom."
    assert reminders.upcoming() == {"r1": ("Reminder: call your mom.", 6 * 3600)}
    assert due.pending(reminders.store)[0].kind == "reminder"


@pytest.mark.parametrize(
    ("who", "ending"),
    [(None, f" {RUNS}"), ("here", ""), ("alexa watch", " It comes in the running `alexa watch`.")],
)
def test_who_says_it_is_told_unless_it_is_us(
    reminders: Played, who: str | None, ending: str
) -> None:
    reminders.who = who
    said = reminders.say("create_reminder", message="stretch", due=SIX)
    assert said == f"I'll remind you today at 6 PM to stretch.{ending}"


@pytest.mark.parametrize(
    ("how", "message", "said"),
    [
        ("about", "the meeting", "about the meeting"),
        ("that", "I am on call", "that you are on call"),
        ("to", "wash my car myself", "to wash your car yourself"),
    ],
)
def test_the_message_is_said_back_to_who_gave_it(
    reminders: Played, how: str, message: str, said: str
) -> None:
    reply = reminders.say("create_reminder", message=message, due=SIX, how=how)
    assert reply == f"I'll remind you today at 6 PM {said}."


def test_somebody_else_is_reminded_by_name(reminders: Played) -> None:
    sam = reminders.lists["people"].find("sam")[0].id
    said = reminders.say("create_reminder", message="clean his room", due=SIX, who=sam)
    assert said == "I'll remind Sam Rivera today at 6 PM to clean his room."
    assert reminders.upcoming()["r1"][0] == "Reminder for Sam Rivera: clean his room."
    reminders.call("create_reminder", message="stretch", due=SIX)
    of_sam = reminders.say("list_reminders", who=sam)
    assert of_sam == (
        "You have one reminder for Sam Rivera. Today at 6 PM: clean his room, for Sam Rivera."
    )


def test_what_is_over_is_refused(reminders: Played) -> None:
    with pytest.raises(AlexaError, match=r"^Today at 11 AM is over\.$"):
        reminders.call("create_reminder", message="x", due="2026-11-21T11:00:00+00:00")
    assert reminders.upcoming() == {}


def test_unless_is_kept_and_nothing_is_promised(reminders: Played) -> None:
    said = reminders.say("create_reminder", message="feed Daisy", due=SIX, unless="she is fed")
    assert said == (
        "I'll remind you today at 6 PM to feed Daisy. "
        "I can't tell yet whether she is fed, so I'll remind you anyway."
    )
    assert reminders.upcoming()["r1"][0] == "Reminder: feed Daisy, unless she is fed."


def test_what_may_fail_to_happen_is_asked_for_at_its_time(reminders: Played) -> None:
    rule = "FREQ=DAILY;BYHOUR=12;BYMINUTE=0"
    said = reminders.say("report_if_repeating", unless="daisy is not fed", repeat=rule)
    assert said == (
        "I can't watch for that yet. I'll remind you every day at noon to check if "
        "daisy is not fed. The first is tomorrow at noon."
    )
    text, seconds = reminders.upcoming()["r1"]
    assert (text, seconds) == (
        "Reminder: please check if daisy is not fed. I can't tell.", 24 * 3600,
    )  # fmt: skip


def test_a_repeated_one_comes_at_every_time_once(reminders: Played) -> None:
    said = reminders.say("create_repeating", message="feed the dog", repeat=WEEKDAYS)
    assert said == (
        "I'll remind you every weekday at 6:45 AM to feed the dog. The first is Monday at 6:45 AM."
    )
    came = []
    for _ in range(7 * 24):
        reminders.later(3600)
        came += [f"{reminders.now:%a}" for _ in deliver(reminders)]
    assert came == ["Mon", "Tue", "Wed", "Thu", "Fri"]
    assert reminders.say("next_reminder").startswith("Your next reminder is Monday at 6:45 AM")


def test_by_the_clock_of_the_house_over_a_change_of_clocks(reminders: Played) -> None:
    reminders.tz = "America/New_York"
    reminders.now = datetime(2027, 3, 13, 12, 0, tzinfo=UTC)
    reminders.call("create_repeating", message="x", repeat="FREQ=DAILY;BYHOUR=9;BYMINUTE=0")
    local = []
    for _ in range(3 * 24):
        reminders.later(3600)
        here = reminders.now.astimezone(ZoneInfo(reminders.tz))
        local += [f"{here:%d %H:%M %Z}" for _ in deliver(reminders)]
    assert local == ["13 09:00 EST", "14 09:00 EDT", "15 09:00 EDT"]


def test_no_time_of_day_is_nine(reminders: Played) -> None:
    said = reminders.say("create_repeating", message="x", repeat="FREQ=DAILY;INTERVAL=2")
    assert said.startswith("I'll remind you every other day at 9 AM to x.")
    with pytest.raises(AlexaError, match="once a minute"):
        reminders.call("create_repeating", message="x", repeat="FREQ=SECONDLY;INTERVAL=5")


def test_by_its_length_from_now(reminders: Played) -> None:
    reminders.call("create_repeating", message="drink", repeat="FREQ=HOURLY;INTERVAL=2")
    reminders.later(5 * 3600)
    assert "today at 6 PM" in reminders.say("next_reminder")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("the dentist reminder", ["r1"]),
        ("reminder to call the dentist", ["r1"]),
        ("six o'clock reminder", ["r1"]),
        ("6 pm reminder", ["r1"]),
        ("quarter to seven reminder", ["r2"]),
        ("the trash one", ["r2"]),
        ("reminder", ["r1", "r2"]),
        ("daily reminder", ["r2"]),
        ("last reminder", ["latest"]),
        ("last one", ["latest"]),
        ("next reminder", ["next"]),
        ("cat reminder", []),
    ],
)
def test_names(reminders: Played, said: str, found: list[str]) -> None:
    reminders.call("create_reminder", message="call the dentist", due=SIX)
    rule = "FREQ=DAILY;BYHOUR=6;BYMINUTE=45"
    reminders.call("create_repeating", message="take out the trash", repeat=rule)
    assert ids(reminders, said) == found


def test_with_none_the_answer_is_honest(reminders: Played) -> None:
    assert ids(reminders, "my reminder") == ["none"]
    for api in ("cancel_reminder", "when_reminder", "complete_reminder"):
        assert reminders.say(api, reminder="none") == "You have no reminders."
    assert reminders.say("list_reminders") == "You have no reminders."
    assert reminders.say("next_reminder") == "You have no reminders."
    assert reminders.say("cancel_all") == "You have no reminders."
    assert reminders.say("missed_reminders") == "No reminders have come in the last day."
    assert reminders.say("snooze_reminder").startswith("I haven't reminded you")


def test_of_a_day(reminders: Played) -> None:
    reminders.call("create_reminder", message="a", due=SIX)
    reminders.call("create_reminder", message="b", due="2026-11-22T09:00:00+00:00")
    said = reminders.say("list_reminders", day="2026-11-22")
    assert said == "You have one reminder tomorrow. Tomorrow at 9 AM: b."
    reminders.call("create_repeating", message="c", repeat="FREQ=DAILY;BYHOUR=20;BYMINUTE=0")
    reminders.call("create_repeating", message="d", repeat="FREQ=HOURLY;INTERVAL=30")
    reminders.call("create_repeating", message="e", repeat=WEEKDAYS)
    said = reminders.say("list_reminders", day="2026-11-22")  # a Sunday
    assert said == (
        "You have 3 reminders tomorrow. Tomorrow at 9 AM: b; every 30 hours: d; "
        "every day at 8 PM: c."
    )
    for message in ("c", "d", "e"):
        reminders.call("cancel_reminder", reminder=ids(reminders, message)[0])
    none = reminders.say("list_reminders", day="2026-11-25")
    assert none == "You have no reminders on Wednesday."
    both = reminders.say("list_reminders")
    assert both == "You have 2 reminders. Today at 6 PM: a; tomorrow at 9 AM: b."


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("change_time", {"reminder": "r1", "due": "2026-11-22T09:00:00+00:00"}),
    ("change_repeat", {"reminder": "r1", "repeat": "FREQ=DAILY"}),
    ("delay_reminder", {"reminder": "r1", "duration": 600}),
    ("change_message", {"reminder": "r1", "message": "b"}),
    ("cancel_reminder", {"reminder": "r1"}),
    ("cancel_reminder", {"reminder": "latest"}),
    ("cancel_all", {}),
    ("complete_reminder", {"reminder": "r1"}),
    ("create_reminder", {"message": "b", "due": SIX}),
    ("create_repeating", {"message": "b", "repeat": WEEKDAYS}),
    ("report_if", {"unless": "b", "due": SIX}),
    ("create_two", {"message": "b", "due": SIX, "more": "c", "other": SIX}),
]


@pytest.mark.parametrize(("api", "arguments"), CHANGES)
@pytest.mark.parametrize("repeat", [None, WEEKDAYS])
def test_every_change_is_taken_back(
    reminders: Played, api: str, arguments: dict[str, Any], repeat: str | None
) -> None:
    if repeat:
        reminders.call("create_repeating", message="a", repeat=repeat)
    else:
        reminders.call("create_reminder", message="a", due=SIX)
    before = reminders.upcoming(), reminders.say("list_reminders")
    returned = reminders.call(api, **arguments)
    assert (reminders.upcoming(), reminders.say("list_reminders")) != before
    reminders.undo(returned)
    assert (reminders.upcoming(), reminders.say("list_reminders")) == before


def test_what_is_taken_back_late_is_said_late(reminders: Played) -> None:
    reminders.call("create_reminder", message="a", due=SIX)
    gone = reminders.call("cancel_reminder", reminder="r1")
    reminders.later(7 * 3600)
    assert deliver(reminders) == []
    reminders.undo(gone)
    assert deliver(reminders) == ["Reminder: a."]


def test_what_was_said_is_not_said_again_by_an_undo(reminders: Played) -> None:
    reminders.call("create_reminder", message="a", due=SIX)
    reminders.later(6 * 3600)
    assert deliver(reminders) == ["Reminder: a."]
    done = reminders.call("complete_reminder", reminder="r1")
    reminders.undo(done)
    assert deliver(reminders) == []


def test_a_time_alone_is_of_the_day_it_has(reminders: Played) -> None:
    reminders.call("create_reminder", message="a", due="2026-11-23T15:00:00+00:00")
    five = Argument("2026-11-21T17:00:00+00:00", "five")
    assert reminders.say("change_time", reminder="r1", due=five) == (
        "Changed: I'll remind you Monday at 5 PM to a."
    )
    eight = Argument("2026-11-21T20:00:00+00:00", "tonight at eight")
    assert "today at 8 PM" in reminders.say("change_time", reminder="r1", due=eight)


def test_a_repeated_one_moves_on_all_its_days(reminders: Played) -> None:
    reminders.call("create_repeating", message="a", repeat=WEEKDAYS)
    at = Argument("2026-11-21T19:30:00+00:00", "seven thirty")
    said = reminders.say("change_time", reminder="r1", due=at)
    assert said == "Changed: I'll remind you every weekday at 7:30 AM to a."


def test_later_and_sooner(reminders: Played) -> None:
    reminders.call("create_reminder", message="a", due=SIX)
    later = reminders.say("delay_reminder", reminder="r1", duration=1200, direction="later")
    assert "6:20 PM" in later
    sooner = reminders.say("delay_reminder", reminder="r1", duration=3600, direction="sooner")
    assert "5:20 PM" in sooner
    with pytest.raises(AlexaError, match="is over"):
        reminders.call("delay_reminder", reminder="r1", duration=9 * 3600, direction="sooner")


def test_again_in_a_while(reminders: Played) -> None:
    reminders.call("create_reminder", message="a", due=SIX)
    reminders.later(6 * 3600)
    deliver(reminders)
    assert reminders.say("list_reminders") == "You have no reminders."
    again = reminders.call("snooze_reminder", duration=600)
    assert again.say == "I'll remind you again in 10 minutes: a."
    assert reminders.upcoming() == {"r1": ("Reminder: a.", 600)}
    reminders.undo(again)
    assert reminders.upcoming() == {}
    assert "in 9 minutes" in reminders.say("snooze_reminder")
    reminders.later(540)
    assert deliver(reminders) == ["Reminder: a."]


def test_a_repeated_one_put_off_comes_at_its_own_times_too(reminders: Played) -> None:
    reminders.call("create_repeating", message="a", repeat="FREQ=DAILY;BYHOUR=18;BYMINUTE=0")
    reminders.later(6 * 3600)
    deliver(reminders)
    reminders.call("snooze_reminder", due="2026-11-21T18:30:00+00:00")
    assert reminders.upcoming() == {
        "r1": ("Reminder: a.", 24 * 3600), "r2": ("Reminder: a.", 1800),
    }  # fmt: skip


def test_what_was_missed(reminders: Played) -> None:
    reminders.call("create_reminder", message="call my mom", due=SIX)
    reminders.later(7 * 3600)
    deliver(reminders)
    assert reminders.say("missed_reminders") == "In the last day: today at 6 PM: call your mom."
    assert ids(reminders, "mom reminder") == ["r1"]
    assert reminders.say("when_reminder", reminder="r1") == (
        "I reminded you today at 6 PM: call your mom."
    )
    reminders.later(25 * 3600)
    assert reminders.say("missed_reminders") == "No reminders have come in the last day."


def test_a_repeated_one_that_is_done_comes_the_time_after(reminders: Played) -> None:
    reminders.call("create_repeating", message="a", repeat="FREQ=DAILY;BYHOUR=18;BYMINUTE=0")
    done = reminders.call("complete_reminder", reminder="r1")
    assert done.say == "Done for now: a. I'll remind you again tomorrow at 6 PM."
    assert reminders.upcoming()["r1"][1] == 30 * 3600
    reminders.undo(done)
    assert reminders.upcoming()["r1"][1] == 6 * 3600
    reminders.later(6 * 3600)
    deliver(reminders)
    assert "tomorrow at 6 PM" in reminders.say("complete_reminder", reminder="r1")
    assert reminders.upcoming()["r1"][1] == 24 * 3600


def test_all_of_a_day_leaves_what_repeats(reminders: Played) -> None:
    reminders.call("create_reminder", message="a", due=SIX)
    reminders.call("create_repeating", message="b", repeat="FREQ=DAILY;BYHOUR=18;BYMINUTE=0")
    said = reminders.say("cancel_all", day="2026-11-21")
    assert said == "Canceled one reminder today. One reminder there repeats: cancel that by name."
    assert list(reminders.upcoming()) == ["r2"]


def test_not_by_place(reminders: Played) -> None:
    said = reminders.say("at_a_place", message="buy bread", place="home")
    assert said.startswith("I can't tell where you are. Say a time instead")
    assert reminders.upcoming() == {}


def test_many_are_kept_and_the_next_are_known_by_name(reminders: Played) -> None:
    for number in range(120):
        due_at = datetime(2026, 12, 1, number // 60, number % 60, tzinfo=UTC).isoformat()
        reminders.call("create_reminder", message=f"thing {number}", due=due_at)
    assert reminders.say("list_reminders").endswith("; and 110 more.")
    assert ids(reminders, "thing 7 reminder") == ["r8"]
