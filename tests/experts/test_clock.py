from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.catalog.modules import load_function
from alexa_cli.errors import AlexaError
from alexa_cli.language.days import easter

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.experts.conftest import Played


@pytest.fixture
def clock(play: Callable[[str], Played]) -> Played:
    played = play("clock")
    played.tz = "America/New_York"
    played.now = datetime(2026, 11, 21, 20, 5, tzinfo=UTC)  # a Saturday, 3:05 PM in New York
    return played


def test_the_time_here_and_elsewhere(clock: Played) -> None:
    assert clock.say("tell_time") == "It's 3:05 PM."
    assert clock.say("tell_time", place="London") == "It's 8:05 PM in London."
    assert clock.say("tell_time", place="Tokyo") == "It's 5:05 AM on Sunday in Tokyo."
    assert clock.say("tell_time", place="United Kingdom") == "It's 8:05 PM in the United Kingdom."
    assert clock.say("tell_date") == "It's Saturday, November 21, 2026."
    assert clock.say("tell_date", place="Tokyo") == "In Tokyo it's Sunday, November 22, 2026."
    assert clock.say("tell_year", what="year") == "It's 2026."
    assert clock.say("tell_year", what="month") == "It's November."


def test_every_place_has_a_zone_and_many_zoned_countries_are_asked_about(clock: Played) -> None:
    world = clock.names("world")
    for place in world:
        if place.id != "here":
            assert clock.call("tell_time", place=place.id).value
    assert len(world) > 500
    found = {words: [match.id for match in world.find(words)] for words in ("japan", "the us")}
    assert found["japan"] == ["Japan"]
    assert {"New York", "Chicago", "Denver", "Los Angeles"} <= set(found["the us"])
    assert [match.id for match in world.find("nyc")] == ["New York"]
    assert world.find("blorptown") == []


def test_times_are_converted(clock: Played) -> None:
    assert clock.say("convert_time", time="15:00", to="London") == (
        "When it's 3:00 PM here, it's 8:00 PM in London."
    )
    assert clock.say("convert_time", time="22:30", place="London", to="Tokyo") == (
        "When it's 10:30 PM in London, it's 7:30 AM the next day in Tokyo."
    )
    assert clock.say("convert_time", time="08:00", place="Tokyo", to="here").endswith(
        "it's 6:00 PM the day before here."
    )


def test_differences_and_zones(clock: Played) -> None:
    assert clock.say("time_difference", place="Tokyo", other="London") == (
        "Tokyo is 9 hours ahead of London."
    )
    assert clock.say("time_difference", place="Hawaii") == "Hawaii is 5 hours behind you."
    assert clock.say("time_difference", place="here", other="London") == (
        "London is 5 hours ahead of you."
    )
    assert clock.say("time_difference", place="India", other="London") == (
        "India is 5 and a half hours ahead of London."
    )
    assert clock.say("time_difference", place="Boston").startswith("There is none")
    assert clock.say("time_zone", place="Tokyo") == (
        "Tokyo is in the time zone Asia/Tokyo (JST), 9 hours ahead of UTC."
    )
    assert clock.say("time_zone") == (
        "You are in the time zone America/New_York (EST), 5 hours behind UTC."
    )


def test_when_the_clocks_change(clock: Played) -> None:
    assert clock.say("clock_change") == "The clocks go forward on Sunday, March 14, 2027."
    assert clock.say("clock_change", place="Tokyo") == (
        "The clocks don't change in Tokyo within a year."
    )
    clock.now = datetime(2026, 10, 1, tzinfo=UTC)
    assert clock.say("clock_change", place="London") == (
        "The clocks go back on Sunday, October 25, 2026."
    )
    assert clock.say("sun") == "I don't know when the sun rises or sets."


@pytest.mark.parametrize(
    ("given", "say"),
    [
        ({"day": "2026-12-25"}, "That is Friday, December 25, 2026."),
        ({"day": "1969-07-20"}, "That was Sunday, July 20, 1969."),
        ({"day": "2026-11-21"}, "It's Saturday, November 21, 2026."),
        ({"holiday": "thanksgiving"}, "Thanksgiving is Thursday, November 26, 2026."),
        ({"holiday": "easter", "which": "next"}, "Easter is Sunday, March 28, 2027."),
        ({"holiday": "easter", "year": 2024}, "Easter was Sunday, March 31, 2024."),
        ({"holiday": "memorial", "year": 2026}, "Memorial Day was Monday, May 25, 2026."),
        ({"holiday": "election", "year": 2028}, "Election Day is Tuesday, November 7, 2028."),
        ({"holiday": "halloween"}, "Halloween is Sunday, October 31, 2027."),
    ],
)
def test_days_and_holidays(clock: Played, given: dict[str, Any], say: str) -> None:
    assert clock.say("about_day", **given) == say


def test_days_counted(clock: Played) -> None:
    assert clock.say("days_until", holiday="christmas") == "There are 34 days until Christmas."
    assert clock.say("days_until", holiday="christmas", unit="week") == (
        "There are 4 weeks and 6 days until Christmas."
    )
    assert clock.say("days_until", day="2026-11-27") == "There are 6 days until Friday."
    assert clock.say("days_until", day="2026-11-22") == "There is 1 day until Sunday."
    assert clock.say("days_until", day="2026-11-20").startswith("1 day ago")
    assert clock.say("days_since", holiday="easter") == "It has been 230 days since Easter."
    assert clock.say("days_since", day="2027-01-01") == (
        "It has been 324 days since Thursday, January 1, 2026."
    )
    assert clock.say("days_between", first="2027-03-03", second="2027-06-10").startswith(
        "There are 99 days between"
    )
    assert clock.say("time_until", at="2026-11-21T17:00:00-05:00") == (
        "1 hour and 55 minutes until 5:00 PM."
    )
    assert clock.say("week_number") == "It's week 47 of 2026."
    assert clock.say("week_number", day="2027-01-02").endswith("is in week 53 of 2026.")
    clock.now = datetime(2026, 12, 25, 17, tzinfo=UTC)
    assert clock.say("days_until", holiday="christmas") == "Christmas is today."


def test_ages_and_leap_years(clock: Played) -> None:
    assert clock.say("age", year=1984).startswith("41 or 42")
    assert clock.say("age", born="1984-11-21") == "42 years old."
    assert clock.say("age", born="1984-11-22") == "41 years old."
    with pytest.raises(AlexaError, match="still to come"):
        clock.call("age", year=2030)
    assert clock.say("leap_year", year=2028) == "Yes, 2028 is a leap year."
    assert clock.say("leap_year", year=1900) == "No, 1900 was not a leap year."
    assert clock.say("leap_year", which="when") == "The next leap year is 2028."


def test_holidays_come_round_in_every_year(clock: Played) -> None:
    find: Any = load_function(clock.expert, "days:next_of")
    own_easter: Any = load_function(clock.expert, "days:easter")
    for year in range(1900, 2100):
        assert own_easter(year) == easter(year)
    for holiday in clock.expert.apis["about_day"].parameters["holiday"].choices:
        today = date(2026, 1, 1)
        for _ in range(5):
            found = find(holiday, today)
            assert today <= found <= today + timedelta(days=390)
            today = found + timedelta(days=1)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)), st.data())  # noqa: DTZ001 - UTC follows
@settings(max_examples=8)
def test_any_time_anywhere(play: Callable[[str], Played], naive: datetime, data: Any) -> None:
    clock = play("clock")
    clock.now = naive.replace(tzinfo=UTC)
    clock.tz = data.draw(st.sampled_from(["Asia/Kolkata", "Pacific/Honolulu", "Europe/London"]))
    value: Any = clock.call("tell_time").value
    told = datetime.fromisoformat(value["time"])
    assert told == clock.now.replace(second=0, microsecond=0)
    assert told.utcoffset() == clock.now.astimezone(ZoneInfo(clock.tz)).utcoffset()


@pytest.mark.parametrize(
    ("now", "at", "said"),
    [
        ("2026-11-01T01:30:00-04:00", "2026-11-01T02:00:00-05:00", "1 hour and 30 minutes"),
        ("2026-11-01T01:30:00-05:00", "2026-11-01T02:00:00-05:00", "30 minutes"),
        ("2026-03-08T01:30:00-05:00", "2026-03-08T04:00:00-04:00", "1 hour and 30 minutes"),
    ],
)
def test_how_long_until_counts_the_hours_that_pass(
    play: Callable[[str], Played], now: str, at: str, said: str
) -> None:
    clock = play("clock")
    clock.tz = "America/New_York"
    clock.now = datetime.fromisoformat(now).astimezone(ZoneInfo(clock.tz))
    assert clock.say("time_until", at=at).startswith(f"{said} until ")
