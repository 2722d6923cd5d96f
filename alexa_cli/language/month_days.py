"""Days named by their place in a month: "december 21st 2026", "the fifth of next month", 12/24."""

# ruff: noqa: PLR2004 - 12 months, 31 days and years of four digits

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from alexa_cli.language import days
from alexa_cli.language.english import MONTHS_ALL, SMALL, TENS, WEEKDAYS
from alexa_cli.language.grammar import Readings, Words, word_at
from alexa_cli.language.number import below_hundred, in_digits
from alexa_cli.language.ordinal import small_ordinals

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date


@dataclass(frozen=True, slots=True)
class Day:
    """A day as said: how to find it from today."""

    find: Callable[[date], date]
    weak: bool = False
    """As likely something else ("1/2", "christmas", "the first") unless an "on" is near."""


def years(words: Words, start: int) -> Readings[int]:
    """Return the readings of a year: 2026, "twenty twenty six", "two thousand and five"."""
    word = word_at(words, start)
    if len(word) == 4 and word.isascii() and word.isdecimal():
        return [(start + 1, int(word))] if 1900 <= int(word) < 3000 else []
    if word == "two" and word_at(words, start + 1) == "thousand":
        rest = start + 2 + (word_at(words, start + 2) == "and")
        found = [(e, 2000 + v) for e, v in below_hundred(words, rest) if v > 0]
        return [*found, (start + 2, 2000)]
    if word not in {"nineteen", "twenty"}:
        return []
    century = (SMALL | TENS)[word] * 100
    if word_at(words, start + 1) in {"oh", "o"}:
        unit = SMALL.get(word_at(words, start + 2), 0)
        return [(start + 3, century + unit)] if 0 < unit < 10 else []
    return [(e, century + v) for e, v in below_hundred(words, start + 1) if v >= 10]


def day_numbers(words: Words, start: int) -> Readings[int]:
    """Return the readings of a day of a month, "twenty first", "21st" or "21"."""
    found = small_ordinals(words, start) + below_hundred(words, start)
    return [(end, day) for end, day in found if 1 <= day <= 31]


def month_days(words: Words, start: int) -> Readings[Day]:
    """Return the readings of a day of a named month, with or without a year."""
    found: Readings[Day] = []
    for end, month, day in dates_in_year(words, start):
        found += [(e, Day(_fixed(year, month, day))) for e, year in years(words, end)]
        found.append((end, Day(partial(days.in_any_year, month=month, day=day))))
    return found


def dates_in_year(words: Words, start: int) -> list[tuple[int, int, int]]:
    """Return (end, month, day) of "december 21st" and "the twenty first of december"."""
    month = MONTHS_ALL.get(word_at(words, start))
    if month:
        at = start + 1 + (word_at(words, start + 1) == "the")
        return [(e, month, day) for e, day in day_numbers(words, at)]
    the = word_at(words, start) == "the"
    found: list[tuple[int, int, int]] = []
    for end, day in day_numbers(words, start + the):
        ordinal = end > start + the and not _cardinal(words, end - 1)
        of = word_at(words, end) == "of"
        month = MONTHS_ALL.get(word_at(words, end + of))
        written = word_at(words, start)[:1].isdecimal()
        if month and (of or the or ordinal or written):
            found.append((end + of + 1, month, day))
    return found


def _cardinal(words: Words, index: int) -> bool:
    return words[index] in SMALL or words[index] in TENS or in_digits(words[index]) is not None


def _fixed(year: int, month: int, day: int) -> Callable[[date], date]:
    return lambda _today: days.in_year(year, month, day)


def plain_days(words: Words, start: int) -> Readings[Day]:
    """Return the readings of "the 21st", "the fifth of next month", "the end of the month"."""
    the = word_at(words, start) == "the"
    at = start + the
    found: Readings[Day] = []
    written = word_at(words, start)[:1].isdecimal()
    for end, day in small_ordinals(words, at) if the or written else ():
        if day > 31:
            continue
        found.append((end, Day(partial(days.day_of_month, day=day), weak=True)))
        for e, months in _of_month(words, end):
            found.append((e, Day(partial(_of_that, day=day, months=months))))
    found += _nth_weekdays(words, at)
    last = tuple(words[at : at + 2]) == ("last", "day")
    if last or word_at(words, at) == "end":
        for e, months in _of_month(words, at + 1 + last):
            found.append((e, Day(partial(days.month_end, months=months or 0))))
    return found


def _nth_weekdays(words: Words, start: int) -> Readings[Day]:
    """Return the readings of "third monday of next month", "last friday of september"."""
    nths = small_ordinals(words, start)
    if word_at(words, start) == "last":
        nths = [(start + 1, -1)]
    found: Readings[Day] = []
    for end, nth in nths:
        weekday = WEEKDAYS.get(word_at(words, end))
        if weekday is None or nth > 5:
            continue
        for e, months in _of_month(words, end + 1):
            find = partial(days.nth_in_month, weekday=weekday, nth=nth, months=months)
            found.append((e, Day(find)))
        month = MONTHS_ALL.get(word_at(words, end + 2))
        if month and words[end + 1] in {"of", "in"}:
            find = partial(days.nth_in_any_year, weekday=weekday, nth=nth, month=month)
            found.append((end + 3, Day(find)))
    return found


def _of_month(words: Words, start: int) -> Readings[int | None]:
    """Return (end, months from now) of "of next month"; None for "of the month": the next one."""
    if word_at(words, start) != "of" or word_at(words, start + 2) != "month":
        return []
    which = {"the": None, "this": 0, "next": 1}
    word = words[start + 1]
    return [(start + 3, which[word])] if word in which else []


def _of_that(today: date, day: int, months: int | None) -> date:
    if months is None:
        return days.day_of_month(today, day)
    return days.day_of_that_month(today, day, months)


def numeric_days(words: Words, start: int) -> Readings[Day]:
    """Return the readings of 12/24, 12/24/26, 12/24/2026 and 2026-12-24 (tokens 2026 12 24)."""
    word = word_at(words, start)
    if "/" in word:
        pieces = word.split("/")
        if not all(p.isascii() and p.isdecimal() and len(p) <= 4 for p in pieces):
            return []
        month, day = int(pieces[0]), int(pieces[1])
        if not (1 <= month <= 12 and 1 <= day <= 31) or len(pieces) > 3:
            return []
        if len(pieces) == 2:
            return [(start + 1, Day(partial(days.in_any_year, month=month, day=day), weak=True))]
        year = int(pieces[2]) + (2000 if len(pieces[2]) == 2 else 0)
        return [(start + 1, Day(_fixed(year, month, day)))] if 1900 <= year < 3000 else []
    found: Readings[Day] = []
    if len(word) == 4 and word[:1].isdecimal() and years(words, start):
        month_word, day_word = word_at(words, start + 1), word_at(words, start + 2)
        if len(month_word) == len(day_word) == 2 and (month_word + day_word).isdecimal():
            month, day = int(month_word), int(day_word)
            if 1 <= month <= 12 and 1 <= day <= 31:
                found.append((start + 3, Day(_fixed(int(word), month, day))))
    return found
