from __future__ import annotations

from datetime import date, timedelta

import pytest

from alexa_cli.catalog.times import (
    clock_forms,
    clocked,
    day_forms,
    length_of,
    reclocked,
    says_half,
    says_time_only,
)
from alexa_cli.language.registry import grammar


@pytest.mark.parametrize(
    ("said", "sure"),
    [
        ("at six", False), ("6:30", False), ("six pm", True), ("6 p.m.", True), ("18:00", True),
        ("06:30", True), ("noon", True), ("six in the morning", True), ("p m", True), ("", False),
    ],
)  # fmt: skip
def test_whether_the_half_of_the_day_is_said(said: str, sure: bool) -> None:
    assert says_half(said) is sure


@pytest.mark.parametrize(
    ("said", "alone"),
    [
        ("at six", True), ("6:30 pm", True), ("tomorrow at six", False), ("tonight at six", False),
        ("in an hour", False), ("", False),
    ],
)  # fmt: skip
def test_whether_a_time_of_day_is_all_that_is_said(said: str, alone: bool) -> None:
    assert says_time_only(said) is alone


def test_a_rule_gets_a_time_of_day() -> None:
    assert clocked("FREQ=DAILY") == "FREQ=DAILY;BYHOUR=9;BYMINUTE=0"
    assert clocked("FREQ=HOURLY;INTERVAL=2") == "FREQ=HOURLY;INTERVAL=2"
    at_six = "FREQ=WEEKLY;BYDAY=MO;BYHOUR=6;BYMINUTE=0"
    assert clocked(at_six) == at_six
    assert reclocked(at_six, 7, 30) == "FREQ=WEEKLY;BYDAY=MO;BYHOUR=7;BYMINUTE=30"
    assert length_of("FREQ=HOURLY;INTERVAL=2") == timedelta(hours=2)
    assert length_of(at_six) is None


@pytest.mark.parametrize(("hour", "minute"), [(0, 0), (6, 5), (6, 30), (12, 0), (18, 45), (23, 0)])
def test_what_a_time_is_called_is_read_as_that_time(hour: int, minute: int) -> None:
    time = grammar("time", "en")
    for form in clock_forms(hour, minute):
        words = tuple(form.split())
        assert len(words) in time.ends(words, 0), form


def test_what_a_day_is_called() -> None:
    today = date(2026, 11, 21)
    assert day_forms(date(2026, 11, 22), today) == ["tomorrow", "sunday"]
    assert day_forms(date(2026, 12, 25), today) == ["friday", "friday december 25"]
