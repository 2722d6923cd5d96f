"""Rules are stepped as the clock on the wall goes, also where it is changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.errors import AlexaError
from alexa_cli.watch.claiming import occurrence_due
from alexa_cli.watch.due import Due
from alexa_cli.watch.recurrence import check, first, following, instant, occurrence, skip

NEW_YORK, BERLIN = "America/New_York", "Europe/Berlin"
LORD_HOWE, KOLKATA = "Australia/Lord_Howe", "Asia/Kolkata"
ZONES = (NEW_YORK, BERLIN, LORD_HOWE, KOLKATA)


def local(text: str, tz: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz))


def three(rule: str, start: str, tz: str) -> list[str]:
    """The next three, by the clock on the wall, with the offset from UTC."""
    begin = occurrence(local(start, tz), tz)
    return [
        each.at.astimezone(ZoneInfo(tz)).isoformat(timespec="minutes")
        for each in islice(following(rule, begin, tz), 3)
    ]


@pytest.mark.parametrize(
    ("rule", "start", "tz", "expected"),
    [
        (
            "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "2026-03-07T02:30", NEW_YORK,
            ["2026-03-08T03:30-04:00", "2026-03-09T02:30-04:00", "2026-03-10T02:30-04:00"],
        ),
        (
            "FREQ=DAILY;BYHOUR=1;BYMINUTE=30", "2026-10-31T01:30", NEW_YORK,
            ["2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00", "2026-11-03T01:30-05:00"],
        ),
        (
            "FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=2", "2026-03-28T02:00", BERLIN,
            ["2026-03-29T03:00+02:00", "2026-04-04T02:00+02:00", "2026-04-05T02:00+02:00"],
        ),
        (  # half an hour only
            "FREQ=DAILY;BYHOUR=2;BYMINUTE=15", "2026-10-03T02:15", LORD_HOWE,
            ["2026-10-04T02:45+11:00", "2026-10-05T02:15+11:00", "2026-10-06T02:15+11:00"],
        ),
        (
            "FREQ=DAILY;BYHOUR=6;BYMINUTE=45", "2026-03-27T06:45", KOLKATA,
            ["2026-03-28T06:45+05:30", "2026-03-29T06:45+05:30", "2026-03-30T06:45+05:30"],
        ),
        (  # by its length: the clock on the wall jumps, the hours do not
            "FREQ=HOURLY", "2026-03-08T00:30", NEW_YORK,
            ["2026-03-08T01:30-05:00", "2026-03-08T03:30-04:00", "2026-03-08T04:30-04:00"],
        ),
        (
            "FREQ=MINUTELY;INTERVAL=90", "2026-11-01T00:30", NEW_YORK,
            ["2026-11-01T01:00-05:00", "2026-11-01T02:30-05:00", "2026-11-01T04:00-05:00"],
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=31;BYHOUR=9", "2026-01-31T09:00", BERLIN,
            ["2026-03-31T09:00+02:00", "2026-05-31T09:00+02:00", "2026-07-31T09:00+02:00"],
        ),
        (
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2024-02-29T08:00", KOLKATA,
            ["2028-02-29T08:00+05:30", "2032-02-29T08:00+05:30", "2036-02-29T08:00+05:30"],
        ),
    ],
)  # fmt: skip
def test_where_clocks_are_changed(rule: str, start: str, tz: str, expected: list[str]) -> None:
    assert three(rule, start, tz) == expected


RULES = st.builds(
    lambda freq, interval, days, hour, minute: ";".join(
        [f"FREQ={freq}", f"INTERVAL={interval}"]
        + ([f"BYDAY={','.join(sorted(days))}"] if days and freq == "WEEKLY" else [])
        + [f"BYHOUR={hour}", f"BYMINUTE={minute}"]
    ),
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 5),
    st.sets(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), max_size=4),
    st.integers(0, 23),
    st.integers(0, 59),
)


@given(
    rule=RULES, tz=st.sampled_from(ZONES), steps=st.integers(2, 12),
    begin=st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - the wall
)  # fmt: skip
@settings(max_examples=60)
def test_stepping_from_one_to_the_next_is_dateutils_whole_series(
    rule: str, tz: str, steps: int, begin: datetime
) -> None:
    """Each step starts from the last occurrence alone; the phase of INTERVAL must survive."""
    start = next(iter(rrulestr(rule + ";BYSECOND=0", dtstart=begin.replace(microsecond=0))))
    whole = islice(rrulestr(rule + ";BYSECOND=0", dtstart=start), steps)
    expected = [instant(each, tz) for each in whole]
    due: Due | None = Due("e", "k", instant(start, tz), "x", repeat=rule, tz=tz, local=start)
    got: list[datetime] = []
    while due is not None and len(got) < steps:
        now, due = occurrence_due(due, due.at)
        got.append(now.at)
    assert got == expected


@given(
    rule=st.sampled_from(["FREQ=SECONDLY;INTERVAL=5400", "FREQ=HOURLY", "FREQ=DAILY;BYHOUR=2"]),
    tz=st.sampled_from(ZONES), away=st.integers(0, 40 * 86_400),
)  # fmt: skip
@settings(max_examples=40)
def test_what_was_missed_is_counted_and_nothing_is_left_out(rule: str, tz: str, away: int) -> None:
    begin = local("2026-03-01T02:00", tz).astimezone(UTC)
    now = begin + timedelta(seconds=away)
    told, upcoming = occurrence_due(Due("e", "k", begin, "x", repeat=rule, tz=tz), now)
    assert upcoming is not None
    assert told.at <= now < upcoming.at
    over = [begin]
    for each in following(rule, occurrence(begin, tz), tz):
        if each.at > now:
            break
        over.append(each.at)
    assert told.at == over[-1]
    assert told.missed == len(over) - 1
    assert upcoming.missed == 0


def test_until_ends_it() -> None:
    begin = local("2026-03-01T08:00", BERLIN)
    due = Due(
        "e", "k", begin, "x", repeat="FREQ=DAILY;BYHOUR=8", tz=BERLIN,
        until=begin + timedelta(days=2),
    )  # fmt: skip
    told, upcoming = occurrence_due(due, begin)
    assert (told.at, upcoming is not None) == (begin, True)
    told, upcoming = occurrence_due(due, begin + timedelta(days=9))
    assert (told.at, told.missed, upcoming) == (begin + timedelta(days=2), 2, None)


def test_a_clock_time_is_whole() -> None:
    """Set in the middle of a minute, it still comes on the minute."""
    begin = local("2026-03-01T05:59:31.5", BERLIN)
    assert first("FREQ=DAILY;BYHOUR=6", begin, BERLIN) == local("2026-03-01T06:00", BERLIN)
    assert first("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;BYHOUR=6", begin, BERLIN) == local(
        "2026-03-02T06:00", BERLIN
    )
    assert first("FREQ=HOURLY;INTERVAL=2", begin, BERLIN) == begin + timedelta(hours=2)


def test_years_of_seconds_take_no_time() -> None:
    begin = occurrence(local("2016-03-01T05:59", BERLIN), BERLIN)
    count, last = skip("FREQ=SECONDLY", begin, BERLIN, begin.at + timedelta(days=3650, seconds=0.5))
    assert count == 3650 * 86_400
    assert last.at == begin.at + timedelta(days=3650)


@pytest.mark.parametrize(
    "rule",
    [
        "", "every day", "FREQ=", "FREQ=SOMETIMES", "FREQ=DAILY;BYHOUR=25", "FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;UNTIL=20270101T000000", "FREQ=HOURLY;INTERVAL=0", "FREQ=SECONDLY;INTERVAL=x",
        "FREQ=DAILY;INTERVAL=0", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=MO;BYEASTER=x", "FREQ=DAILY;FREQ",
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(AlexaError):
        check(rule, occurrence(local("2026-03-01T05:59", BERLIN), BERLIN), BERLIN)
