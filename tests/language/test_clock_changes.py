"""The days on which the clocks change: what is meant is to come, lengths are what passes."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from alexa_cli.language.registry import Moment, grammar
from alexa_cli.language.text import words

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("now", "said", "meant"),
    [
        ("2026-11-01T01:30:00-04:00", "at 1:45 am", "2026-11-01T01:45:00-04:00"),
        ("2026-11-01T01:30:00-05:00", "at 1:45 am", "2026-11-01T01:45:00-05:00"),
        ("2026-11-01T01:50:00-04:00", "at 1:45", "2026-11-01T01:45:00-05:00"),
        ("2026-11-01T01:50:00-05:00", "at 1:45 am", "2026-11-02T01:45:00-05:00"),
        ("2026-11-01T01:50:00-05:00", "today at 1:45", "2026-11-01T13:45:00-05:00"),
        ("2026-11-01T01:30:00-05:00", "today at 1:45", "2026-11-01T01:45:00-05:00"),
        ("2026-11-01T01:30:00-04:00", "in an hour", "2026-11-01T01:30:00-05:00"),
        ("2026-10-31T12:00:00-04:00", "tomorrow at 1:30 am", "2026-11-01T01:30:00-04:00"),
        ("2026-03-08T01:30:00-05:00", "at 2:30 am", "2026-03-08T03:30:00-04:00"),
        ("2026-03-08T01:30:00-05:00", "in an hour", "2026-03-08T03:30:00-04:00"),
        ("2026-03-08T03:40:00-04:00", "at 2:30 am", "2026-03-09T02:30:00-04:00"),
    ],
)
def test_times_on_the_days_of_change(now: str, said: str, meant: str) -> None:
    at = dt.datetime.fromisoformat(now).astimezone(NEW_YORK)
    assert grammar("datetime", "en").read(words(said), Moment(at, NEW_YORK)) == meant
