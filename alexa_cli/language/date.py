"""Calendar days: "tomorrow", "next tuesday", "the twenty first of december", "in three days".

The value is ``YYYY-MM-DD``. What words leave open: "friday" is the next one and never today,
"next friday" is that of next week, and a day without a year is the next to come.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from alexa_cli.language import days
from alexa_cli.language.english import (
    MONTH_NAMES,
    MONTHS_ALL,
    MONTHS_IN,
    NUMBER_STARTS,
    ORDINAL_TENS,
    ORDINALS,
    SECONDS,
    SMALL,
    TENS,
    WEEKDAY_NAMES,
    WEEKDAYS,
    WEEKDAYS_SHORT,
)
from alexa_cli.language.grammar import (
    Moment,
    Readings,
    Spans,
    Unreadable,
    Words,
    first_readings,
    may_start,
    word_at,
)
from alexa_cli.language.month_days import Day, month_days, numeric_days, plain_days
from alexa_cli.language.number import unsigned

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.turn import Json

LEADS = frozenset({"on", "by", "before", "after", "until", "till"})
_NEAR = {
    ("today",): 0,
    ("tomorrow",): 1,
    ("yesterday",): -1,
    ("today's",): 0,
    ("tomorrow's",): 1,
    ("yesterday's",): -1,
    ("day", "after", "tomorrow"): 2,
    ("day", "before", "yesterday"): -2,
}
_WHICH: dict[str, Callable[[dt.date, int], dt.date]] = {
    "this": days.weekday_from,
    "coming": days.weekday_from,
    "next": days.weekday_next_week,
    "last": days.weekday_before,
}
_NEXT_SPANS: dict[tuple[str, ...], Callable[[dt.date], dt.date]] = {
    ("next", "week"): partial(days.weekday_next_week, weekday=0),
    ("this", "weekend"): days.weekend,
    ("weekend",): days.weekend,
    ("next", "weekend"): partial(days.weekday_next_week, weekday=5),
}
_HOLIDAYS = {tuple(name.split()): name for name in days.HOLIDAYS}
_HOLIDAY_STARTS = frozenset(name[0] for name in _HOLIDAYS) | {
    "valentine's", "mother's", "father's", "president's", "veteran's",
}  # fmt: skip
_OWNERS = {f"{name}'s": weekday for name, weekday in WEEKDAYS.items()}
_A_DAY = 86_400
_UNIT_DAYS = {word: seconds // _A_DAY for word, seconds in SECONDS.items() if seconds >= _A_DAY}
_AFTER_THE = frozenset(
    {*ORDINALS, *ORDINAL_TENS, *TENS, *SMALL, "day", "end", "last", "weekend", "next"}
)
_AWAY_ONLY = frozenset({"in", "a", "an", "this", "next", "coming"})
"""Words that open no day of a named month."""
STARTS = (
    frozenset(
        {*WEEKDAYS, *WEEKDAYS_SHORT, *_OWNERS, *MONTHS_ALL, *ORDINALS, *ORDINAL_TENS, *_WHICH}
        | {phrase[0] for phrase in _NEAR}
        | {"the", "in", "end", "weekend"}
    )
    | LEADS
    | NUMBER_STARTS
    | _HOLIDAY_STARTS
)


def days_said(words: Words, start: int) -> Readings[Day]:
    """Return the readings of a day, with no preposition in front."""
    if not may_start(words, start, STARTS):
        return []
    word = words[start]
    if word == "the" and not may_start(words, start + 1, _AFTER_THE):
        return []
    found = _near(words, start) + _weekdays(words, start) + _holidays(words, start)
    if word not in _AWAY_ONLY:
        found = month_days(words, start) + numeric_days(words, start) + found
        found += plain_days(words, start)
    if word != "the":
        found += _away(words, start)
    return first_readings(found)


def led_days(words: Words, start: int) -> Readings[Day]:
    """Return the readings of a day, with or without "on" in front; an "on" dispels doubt."""
    if word_at(words, start) not in LEADS:
        return days_said(words, start)
    found = [(end, replace(day, weak=False)) for end, day in days_said(words, start + 1)]
    short = WEEKDAYS_SHORT.get(word_at(words, start + 1))
    if short is not None:
        found.append((start + 2, Day(partial(days.weekday_after, weekday=short))))
    return first_readings(found)


def _near(words: Words, start: int) -> Readings[Day]:
    at = start + (word_at(words, start) == "the")
    found: Readings[Day] = []
    for phrase, away in _NEAR.items():
        if tuple(words[at : at + len(phrase)]) == phrase:
            found.append((at + len(phrase), Day(partial(days.shifted, days=away))))
    for phrase, find in _NEXT_SPANS.items():
        if tuple(words[at : at + len(phrase)]) == phrase:
            found.append((at + len(phrase), Day(find)))
    unit = MONTHS_IN.get(word_at(words, at + 1)) if word_at(words, at) == "next" else None
    if unit:
        found.append((at + 2, Day(partial(_opening, months=unit))))
    return found


def _opening(today: dt.date, months: int) -> dt.date:
    """Return the first day of the next month (1) or the next year (12)."""
    first = today.replace(day=1) if months == 1 else today.replace(month=1, day=1)
    return days.shifted(first, months=months)


def _weekdays(words: Words, start: int) -> Readings[Day]:
    word = word_at(words, start)
    which = _WHICH.get(word)
    at = start + (which is not None)
    if (word, word_at(words, at)) == ("this", "coming"):
        at += 1
    name = word_at(words, at)
    weekday = WEEKDAYS.get(name, WEEKDAYS_SHORT.get(name, _OWNERS.get(name)))
    if weekday is None:
        return []
    found: Readings[Day] = []
    if which is not None:
        return [(at + 1, Day(_seen_by(which, weekday)))]
    for sub in (month_days, numeric_days, plain_days):  # monday, december 21
        for end, day in sub(words, at + 1):
            found.append((end, Day(partial(_both, weekday=weekday, day=day))))
    of = at + 1 + (word_at(words, at + 1) == "of")
    if tuple(words[of : of + 2]) == ("next", "week"):
        found.append((of + 2, Day(partial(days.weekday_next_week, weekday=weekday))))
    if name not in WEEKDAYS_SHORT:
        found.append((at + 1, Day(partial(days.weekday_after, weekday=weekday))))
    return found


def _seen_by(
    which: Callable[[dt.date, int], dt.date], weekday: int
) -> Callable[[dt.date], dt.date]:
    return lambda today: which(today, weekday)


def _both(today: dt.date, weekday: int, day: Day) -> dt.date:
    return days.on_weekday(day.find(today), weekday)


def _holidays(words: Words, start: int) -> Readings[Day]:
    if word_at(words, start) not in _HOLIDAY_STARTS:
        return []
    window = [w.replace("'", "") for w in words[start : start + 4]]
    found: Readings[Day] = []
    for size in range(len(window), 0, -1):
        name = _HOLIDAYS.get(tuple(window[:size]))
        if name is None:
            continue
        day = Day(partial(days.next_holiday, name=name), weak=True)
        if word_at(words, start + size) == "day":
            found.append((start + size + 1, replace(day, weak=False)))
        if name not in days.ALWAYS_DAY:
            found.append((start + size, day))
    return found


def _away(words: Words, start: int) -> Readings[Day]:
    """Read "in three days", "two weeks from friday", "a month ago"."""
    led = word_at(words, start) == "in"
    found: Readings[Day] = []
    for end, (day_count, months) in steps(words, start + led):
        if led:
            found.append((end, Day(partial(days.shifted, days=day_count, months=months))))
        elif word_at(words, end) == "ago":
            found.append((end + 1, Day(partial(days.shifted, days=-day_count, months=-months))))
        elif word_at(words, end) == "from":
            if word_at(words, end + 1) == "now":
                found.append((end + 2, Day(partial(days.shifted, days=day_count, months=months))))
            for e, base in (
                (*_near(words, end + 1), *_weekdays(words, end + 1)) if end + 1 < len(words) else ()
            ):
                found.append(
                    (e, Day(partial(_from, base=base, day_count=day_count, months=months)))
                )
    return found


def _from(today: dt.date, base: Day, day_count: int, months: int) -> dt.date:
    return days.shifted(base.find(today), days=day_count, months=months)


def steps(words: Words, start: int) -> Readings[tuple[int, int]]:
    """Return (end, (days, months)) of whole steps in the calendar: "three days", "a year"."""
    counts = unsigned(words, start)
    if word_at(words, start) in {"a", "an"}:
        counts = [*counts, (start + 1, 1)]
    found: Readings[tuple[int, int]] = []
    for end, count in counts:
        unit = word_at(words, end)
        if isinstance(count, int) and count < 100_000:  # noqa: PLR2004 - keeps within the calendar
            if unit in _UNIT_DAYS:
                found.append((end + 1, (count * _UNIT_DAYS[unit], 0)))
            elif unit in MONTHS_IN:
                found.append((end + 1, (0, count * MONTHS_IN[unit])))
    return found


_BEFORE_WEAK = frozenset(
    {"on", "at", "by", "for", "before", "until", "till", "from", "to", "after", "since", "around",
     "about", "is", "starting", "of"}
)  # fmt: skip


def may_stand(words: Words, start: int, *, weak: bool) -> bool:
    """Whether a reading fits in its utterance: a weak one only opens it or follows "for", "at"."""
    return not weak or start == 0 or words[start - 1] in _BEFORE_WEAK


def _lone(words: Words, start: int, day: Day) -> bool:
    return may_stand(words, start, weak=day.weak)


def _dates(words: Words, start: int) -> Readings[Day]:
    if word_at(words, start) == "tonight":
        return [(start + 1, Day(days.shifted))]
    return led_days(words, start)


def today_of(moment: Moment) -> dt.date:
    """Return the local day of ``moment``."""
    return moment.now.astimezone(moment.tz).date()


def say_day(day: dt.date, today: dt.date) -> str:
    """Return ``today``, ``tomorrow``, ``Friday`` (within the week), ``Monday, December 21``."""
    away = (day - today).days
    if -1 <= away <= 1:
        return ("today", "tomorrow", "yesterday")[away]
    weekday = WEEKDAY_NAMES[day.weekday()]
    if 1 < abs(away) < days.WEEK:
        return weekday if away > 0 else f"last {weekday}"
    said = f"{weekday}, {MONTH_NAMES[day.month]} {day.day}"
    soon = away > 0 and days.in_any_year(today, day.month, day.day) == day
    return said if soon else f"{said}, {day.year}"


def _resolve(day: Day, moment: Moment) -> Json:
    return day.find(today_of(moment)).isoformat()


_CANONICAL = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _canonical(value: Json, _moment: Moment) -> Json:
    if not isinstance(value, str) or not _CANONICAL.fullmatch(value):
        return None
    year, month, day = map(int, value.split("-"))
    if not 1 <= month <= 12:  # noqa: PLR2004 - months
        message = f"there is no month {month}"
        raise Unreadable(message)
    return days.in_year(year, month, day).isoformat()


def _say(value: Json, moment: Moment) -> str:
    return say_day(dt.date.fromisoformat(str(value)), today_of(moment))


ENGLISH = Spans(
    name="date",
    noun="date",
    starts=STARTS | {"tonight"},
    parse=_dates,
    resolve=_resolve,
    canonical=_canonical,
    word=_say,
    lone=_lone,
)
