from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from alexa_cli.catalog.modules import load_function
from alexa_cli.errors import AlexaError
from alexa_cli.turn import Argument
from alexa_cli.watch import claiming, due

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.experts.conftest import Played

SEVEN = "2026-11-22T07:00:00+00:00"
WEEKDAYS = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYHOUR=6;BYMINUTE=45"
DAILY = "FREQ=DAILY;BYHOUR=7;BYMINUTE=0"


@pytest.fixture
def alarms(play: Callable[[str], Played]) -> Played:
    played = play("alarms")
    played.who = "here"
    return played


def ids(alarms: Played, said: str) -> list[str]:
    return [match.id for match in alarms.names("alarm_names").find(said)]


def ring(alarms: Played) -> list[str]:
    """Ring what is due, as a program that delivers does."""
    claimed = claiming.claim(alarms.store, alarms.now, "me")
    for each in claimed:
        claiming.finish(alarms.store, each)
    return [each.due.text for each in claimed]


def test_an_alarm_rings_at_its_time(alarms: Played) -> None:
    assert alarms.say("set_alarm", at=SEVEN) == "Alarm set for tomorrow at 7 AM."
    assert alarms.upcoming() == {"a1": ("Alarm: 7 AM.", 19 * 3600)}
    assert due.pending(alarms.store)[0].kind == "alarm"
    alarms.who = None
    said = alarms.say("set_alarm", at=SEVEN, name="the gym alarm")
    assert said == (
        "Gym alarm set for tomorrow at 7 AM. It rings while `alexa chat` or `alexa watch` runs."
    )
    assert alarms.upcoming()["a2"][0] == "Alarm: gym, 7 AM."


def test_the_same_alarm_is_set_once(alarms: Played) -> None:
    alarms.call("set_alarm", at=SEVEN)
    again = alarms.call("set_alarm", at=SEVEN)
    assert again.say == "You already have an alarm tomorrow at 7 AM."
    assert again.undo is None
    assert len(alarms.upcoming()) == 1


@pytest.mark.parametrize(
    ("hour", "at", "words", "rings"),
    [
        (15, "21T18:00", "six", "22 06:00"),
        (15, "22T17:00", "tomorrow at five", "22 05:00"),
        (15, "21T18:00", "six pm", "21 18:00"),
        (15, "21T18:00", "six this evening", "21 18:00"),
        (15, "21T18:00", "18:00", "21 18:00"),
        (15, "21T17:00", "in two hours", "21 17:00"),
        (15, "21T18:30", "half past six", "22 06:30"),
        (2, "21T06:00", "six", "21 06:00"),
        (12, "21T14:00", "two", "21 14:00"),
        (21, "22T06:00", "six", "22 06:00"),
        (15, "21T18:00", None, "21 18:00"),
    ],
)
def test_a_bare_hour_to_get_up_by_is_of_the_morning(
    alarms: Played, hour: int, at: str, words: str | None, rings: str
) -> None:
    alarms.now = datetime(2026, 11, 21, hour, tzinfo=UTC)
    alarms.call("wake_up", at=Argument(f"2026-11-{at}:00+00:00", words))
    (pending,) = due.pending(alarms.store)
    assert f"{pending.at:%d %H:%M}" == rings


def test_days_to_get_up_on_are_in_the_morning_and_say_a_time(alarms: Played) -> None:
    at_five = Argument("FREQ=DAILY;BYHOUR=17;BYMINUTE=0", "every day at five")
    said = alarms.say("repeat_alarm", repeat=at_five)
    assert said == "Alarm set for every day at 5 AM. The first is tomorrow at 5 AM."
    at_five_pm = Argument("FREQ=DAILY;BYHOUR=17;BYMINUTE=0", "every day at five pm")
    assert "every day at 5 PM" in alarms.say("repeat_alarm", repeat=at_five_pm)
    with pytest.raises(AlexaError, match="Say at what time"):
        alarms.call("repeat_alarm", repeat="FREQ=DAILY")


def test_a_repeated_one_rings_on_its_days_once(alarms: Played) -> None:
    alarms.call("repeat_alarm", repeat=WEEKDAYS)
    rang = []
    for _ in range(7 * 24):
        alarms.later(3600)
        rang += [f"{alarms.now:%a}" for _ in ring(alarms)]
    assert rang == ["Mon", "Tue", "Wed", "Thu", "Fri"]


def test_by_the_clock_of_the_house_over_a_change_of_clocks(alarms: Played) -> None:
    alarms.tz = "America/New_York"
    alarms.now = datetime(2026, 10, 31, 4, 0, tzinfo=UTC)
    alarms.call("repeat_alarm", repeat=DAILY)
    local = []
    for _ in range(3 * 24):
        alarms.later(3600)
        here = alarms.now.astimezone(ZoneInfo(alarms.tz))
        local += [f"{here:%d %H:%M %Z}" for _ in ring(alarms)]
    assert local == ["31 07:00 EDT", "01 07:00 EST", "02 07:00 EST"]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("my seven o'clock alarm", ["a1"]),
        ("7 am alarm", ["a1"]),
        ("tomorrow's alarm", ["a1"]),
        ("six forty five alarm", ["a2"]),
        ("weekday alarm", ["a2"]),
        ("the school one", ["a2"]),
        ("alarm", ["a1", "a2"]),
        ("last alarm", ["latest"]),
        ("next alarm", ["next"]),
        ("gym alarm", []),
    ],
)
def test_names(alarms: Played, said: str, found: list[str]) -> None:
    alarms.call("set_alarm", at=SEVEN)
    alarms.call("repeat_alarm", repeat=WEEKDAYS, name="school")
    assert ids(alarms, said) == found


def test_with_none_the_answer_is_honest(alarms: Played) -> None:
    assert ids(alarms, "the alarm") == ["none"]
    for api in ("cancel_alarm", "disable_alarm", "enable_alarm", "when_alarm"):
        assert alarms.say(api, alarm="none") == "You have no alarms set."
    assert alarms.say("list_alarms") == "You have no alarms."
    assert alarms.say("next_alarm") == "No alarm is on."
    assert alarms.say("skip_alarm") == "You have no alarms that are on."
    assert alarms.say("snooze") == "No alarm has rung in the last hour."


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("change_alarm", {"alarm": "a1", "at": "2026-11-22T08:00:00+00:00"}),
    ("change_days", {"alarm": "a1", "repeat": "FREQ=WEEKLY;BYDAY=SA"}),
    ("shift_alarm", {"alarm": "a1", "duration": 600}),
    ("rename_alarm", {"alarm": "a1", "name": "gym"}),
    ("cancel_alarm", {"alarm": "a1"}),
    ("cancel_all", {}),
    ("disable_alarm", {"alarm": "latest"}),
    ("all_off", {}),
    ("skip_alarm", {}),
    ("skip_alarm", {"day": "2026-11-22"}),
    ("set_alarm", {"at": "2026-11-22T09:00:00+00:00"}),
    ("set_two_alarms", {"at": "2026-11-22T09:00:00+00:00", "other": "2026-11-22T10:00:00+00:00"}),
    ("wake_up", {"at": "2026-11-22T09:00:00+00:00"}),
    ("alarm_in", {"duration": 600}),
    ("repeat_alarm", {"repeat": WEEKDAYS}),
]


@pytest.mark.parametrize(("api", "arguments"), CHANGES)
@pytest.mark.parametrize("repeat", [None, DAILY])
def test_every_change_is_taken_back(
    alarms: Played, api: str, arguments: dict[str, Any], repeat: str | None
) -> None:
    if repeat:
        alarms.call("repeat_alarm", repeat=repeat)
    else:
        alarms.call("set_alarm", at=SEVEN)
    before = alarms.upcoming(), alarms.say("list_alarms")
    returned = alarms.call(api, **arguments)
    assert (alarms.upcoming(), alarms.say("list_alarms")) != before
    alarms.undo(returned)
    assert (alarms.upcoming(), alarms.say("list_alarms")) == before


def test_off_and_on_again(alarms: Played) -> None:
    alarms.call("set_alarm", at=SEVEN)
    assert alarms.say("disable_alarm", alarm="a1") == "Your 7 AM alarm is off."
    assert alarms.upcoming() == {}
    listed = alarms.say("list_alarms")
    assert listed == "You have one alarm: tomorrow at 7 AM, which is off."
    assert alarms.say("disable_alarm", alarm="a1") == "Your 7 AM alarm is off already."
    alarms.later(2 * 24 * 3600)
    assert alarms.say("enable_alarm", alarm="a1") == "Alarm set for tomorrow at 7 AM."
    assert alarms.upcoming()["a1"][1] == 19 * 3600


def test_the_next_time_is_left_out(alarms: Played) -> None:
    alarms.call("repeat_alarm", repeat=WEEKDAYS)
    assert alarms.say("skip_alarm", day="2026-11-22") == (
        "You have no alarms tomorrow that are on."
    )
    said = alarms.say("skip_alarm", day="2026-11-23")
    assert said == "Your alarm Monday at 6:45 AM is skipped. It rings again Tuesday at 6:45 AM."
    rang = []
    for _ in range(4 * 24):
        alarms.later(3600)
        rang += [f"{alarms.now:%a}" for _ in ring(alarms)]
    assert rang == ["Tue", "Wed"]


def test_a_time_alone_keeps_the_day_and_the_half_of_it(alarms: Played) -> None:
    alarms.call("set_alarm", at="2026-11-23T06:30:00+00:00")
    seven = Argument("2026-11-21T19:00:00+00:00", "seven")
    assert alarms.say("change_alarm", alarm="a1", at=seven) == "Alarm set for Monday at 7 AM."
    alarms.call("repeat_alarm", repeat=WEEKDAYS)
    said = alarms.say("change_alarm", alarm="a2", at=seven)
    assert said == "Alarm set for every weekday at 7 AM."
    alarms.call("set_alarm", at="2026-11-21T18:00:00+00:00")
    assert alarms.say("change_alarm", alarm="a3", at=seven) == "Alarm set for today at 7 PM."


def test_snooze(alarms: Played) -> None:
    alarms.call("set_alarm", at=SEVEN)
    alarms.later(19 * 3600)
    assert ring(alarms) == ["Alarm: 7 AM."]
    alarms.later(30)
    assert alarms.say("snooze") == "Snoozed. It rings again in 9 minutes."
    assert alarms.upcoming()["a1"][1] == 540
    alarms.later(540)
    assert len(ring(alarms)) == 1
    again = alarms.call("snooze", duration=300)
    assert again.say == "Snoozed. It rings again in 5 minutes."
    alarms.undo(again)
    assert alarms.upcoming() == {}
    alarms.later(3601)
    assert alarms.say("snooze") == "No alarm has rung in the last hour."


def test_one_that_rang_late_is_snoozed_though_a_hook_of_it_still_fails(alarms: Played) -> None:
    alarms.call("set_alarm", at=SEVEN)
    alarms.later(22 * 3600)
    (claimed,) = claiming.claim(alarms.store, alarms.now, "me")
    claiming.step(alarms.store, claimed, alarms.now, "terminal", claiming.TELLING)
    assert alarms.say("snooze") == "No alarm has rung in the last hour."
    claiming.step(alarms.store, claimed, alarms.now, "terminal", claiming.TOLD)
    alarms.later(5)
    snoozed = alarms.call("snooze")
    assert snoozed.say == "Snoozed. It rings again in 9 minutes."
    alarms.undo(snoozed)
    assert alarms.say("snooze", duration=60) == "Snoozed. It rings again in 1 minute."


def test_a_repeated_one_snoozed_keeps_its_days(alarms: Played) -> None:
    alarms.call("repeat_alarm", repeat=DAILY)
    alarms.later(19 * 3600)
    ring(alarms)
    alarms.call("snooze", at="2026-11-22T07:10:00+00:00")
    assert {key: at for key, (_, at) in alarms.upcoming().items()} == {"a1": 86_400, "a2": 600}


def test_the_one_that_rings_is_silenced_and_stays(alarms: Played) -> None:
    alarms.call("repeat_alarm", repeat=DAILY)
    alarms.call("set_alarm", at="2026-11-22T15:00:00+00:00")
    alarms.later(19 * 3600)
    ring(alarms)
    assert ids(alarms, "the alarm") == ["a1"]
    said = alarms.say("disable_alarm", alarm="a1")
    assert said == "OK, it is silent. It rings again tomorrow at 7 AM."
    assert len(alarms.upcoming()) == 2
    alarms.later(3600)
    assert sorted(ids(alarms, "the alarm")) == ["a1", "a2"]


def test_one_that_rang_is_over(alarms: Played) -> None:
    alarms.call("set_alarm", at=SEVEN)
    alarms.later(19 * 3600)
    ring(alarms)
    assert alarms.say("list_alarms") == "You have no alarms."
    assert ids(alarms, "the alarm") == ["a1"]
    assert alarms.say("disable_alarm", alarm="a1") == "OK, it is silent."
    assert alarms.say("when_alarm", alarm="a1") == "It rang today at 7 AM."


def test_what_is_over_is_refused(alarms: Played) -> None:
    with pytest.raises(AlexaError, match=r"^Today at 11 AM is over\.$"):
        alarms.call("set_alarm", at="2026-11-21T11:00:00+00:00")
    alarms.call("set_alarm", at=SEVEN)
    with pytest.raises(AlexaError, match="Say when"):
        alarms.call("shift_alarm", alarm="a1", duration=24 * 3600)


def test_a_misspelt_alarm_is_no_name(alarms: Played) -> None:
    bare: Any = load_function(alarms.expert, "alarm:bare")
    assert [bare(said) for said in ("alrm for", "alram", "the gym alarm", "gym at")] == [
        None, None, "gym", "gym",
    ]  # fmt: skip


def test_the_second_one_is_what_was_read_out_second(alarms: Played) -> None:
    for hour in ("07", "08", "09"):
        alarms.call("set_alarm", at=f"2030-01-01T{hour}:00:00+00:00")
    alarms.say("list_alarms")
    second = alarms.names("alarm_names").find("the second one")
    assert [match.id for match in second] == ["a2"]
    assert "8 AM" in alarms.say("cancel_alarm", alarm="a2")
    assert alarms.names("alarm_names").find("the third one")[0].id == "a3"  # as it was read out
