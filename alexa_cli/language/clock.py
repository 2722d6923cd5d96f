"""Clock times: the ways to say one, and which half of the day a bare hour means.

Shared by ``time``, ``datetime`` and ``recurrence``. A clock time is *sure* when it can be only one
of the day's 24 hours: a.m. or p.m. was said, or noon, or it is written 18:00 or 06:00.
"""

# ruff: noqa: PLR2004 - 12, 24 and 60 are what a clock is made of

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from alexa_cli.language.english import SMALL, TENS
from alexa_cli.language.grammar import Readings, Words, first_readings, may_start, word_at
from alexa_cli.language.number import below_hundred

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

MIDNIGHT = 24
"""The hour of "midnight", which may open a day or close it; every other hour is 0 to 23."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock time as said; ``hour`` is 1 to 12 unless ``sure``."""

    hour: int
    minute: int = 0
    second: int = 0
    sure: bool = False
    weak: bool = False
    """Only digits or one bare hour: as likely a number of things as a time."""


_HOURS = {word: value for word, value in SMALL.items() if 1 <= value <= 12}
_OH = frozenset({"oh", "o", "zero"})
_OCLOCK = frozenset({"o'clock", "oclock"})
_PAST = frozenset({"past", "after"})
_TO = frozenset({"to", "till", "til", "until", "before", "of"})
_SHARP = (("sharp",), ("exactly",), ("on", "the", "dot"))
STARTS = frozenset(
    {*_HOURS, *SMALL, *TENS, "noon", "midday", "midnight", "half", "quarter", "a", "oh", "zero"}
)


def clocks(words: Words, start: int) -> Readings[Clock]:
    """Return the readings of a clock time, with "o'clock", a.m. or p.m. and "sharp" if said."""
    found: Readings[Clock] = []
    if not may_start(words, start, STARTS):
        return found
    for end, clock in _bare(words, start):
        found.append((end, clock))
        if not clock.sure:
            found += _half_of_day(words, end, clock)
    for end, clock in list(found):
        for sharp in _SHARP:
            if tuple(words[end : end + len(sharp)]) == sharp:
                found.append((end + len(sharp), replace(clock, weak=False)))
    return first_readings(found)


def _half_of_day(words: Words, end: int, clock: Clock) -> Readings[Clock]:
    word = word_at(words, end)
    after = end + 1
    if word in {"a", "p"} and word_at(words, after) == "m":
        word, after = word + "m", after + 1
    if word not in {"am", "pm"}:
        return []
    hour = clock.hour % 12 + (12 if word == "pm" else 0)
    return [(after, replace(clock, hour=hour, sure=True, weak=False))]


def _bare(words: Words, start: int) -> Readings[Clock]:
    word = word_at(words, start)
    if word in {"noon", "midday"}:
        return [(start + 1, Clock(12, sure=True))]
    if word == "midnight":
        return [(start + 1, Clock(MIDNIGHT, sure=True))]
    found = _relative(words, start)
    if ":" in word:
        return found + _colon(word, start)
    found += _military(words, start)
    if (hour := _hour(word)) is None:
        return found
    following = word_at(words, start + 1)
    if hour == 12 and following in {"noon", "midnight"}:
        found += _bare(words, start + 1)
    if following in _OCLOCK:
        found.append((start + 2, Clock(hour)))
    elif following in {"o", "oh"} and word_at(words, start + 2) == "clock":
        found.append((start + 3, Clock(hour)))
    written = word[:1].isdecimal()
    for end, minute in _minutes(words, start + 1):
        figures = written and words[start + 1][:1].isdecimal()
        found.append((end, Clock(hour, minute, weak=figures)))
    found.append((start + 1, Clock(hour, weak=True)))
    return found


def _hour(word: str) -> int | None:
    """Return 1 to 12, in words or digits."""
    if word in _HOURS:
        return _HOURS[word]
    if word.isascii() and word.isdecimal() and len(word) <= 2 and 1 <= int(word) <= 12:
        return int(word) if word[0] != "0" else None
    return None


def _minutes(words: Words, start: int) -> Readings[int]:
    """Return the readings of the minutes behind an hour: "forty five", "oh five", "45"."""
    word = word_at(words, start)
    if word in _OH:
        unit = SMALL.get(word_at(words, start + 1), 0)
        return [(start + 2, unit)] if 0 < unit < 10 else []
    found = below_hundred(words, start)
    return [
        (e, m) for e, m in found if 10 <= m < 60 or (m < 10 and word[:1] == "0" and len(word) == 2)
    ]


def _colon(word: str, start: int) -> Readings[Clock]:
    """Read ``6:45``, ``18:00``, ``06:45:10``: sure with a zero in front or past 12."""
    pieces = word.split(":")
    if not 2 <= len(pieces) <= 3 or not all(p.isascii() and p.isdecimal() for p in pieces):
        return []
    if len(pieces[0]) > 2 or any(len(p) != 2 for p in pieces[1:]):
        return []
    hour, minute, second = [*map(int, pieces), 0][:3]
    if hour > 23 or minute > 59 or second > 59:
        return []
    sure = hour > 12 or pieces[0][0] == "0"
    return [(start + 1, Clock(hour, minute, second, sure=sure))]


def _military(words: Words, start: int) -> Readings[Clock]:
    """Read "eighteen hundred hours", "oh six hundred", ``0630``, ``630``, "1800 hours"."""
    word = word_at(words, start)
    if word.isascii() and word.isdecimal() and len(word) in {3, 4}:
        hour, minute = int(word[:-2]), int(word[-2:])
        if hour > 23 or minute > 59:
            return []
        sure = word[0] == "0" or hour > 12 or word_at(words, start + 1) == "hours"
        clock = Clock(hour, minute, sure=sure, weak=True)
        hours: Readings[Clock] = [(start + 2, replace(clock, weak=False))]
        ends_here: Readings[Clock] = [(start + 1, clock)]
        return hours + ends_here if word_at(words, start + 1) == "hours" else ends_here
    led = word in {"oh", "zero"}
    found: Readings[Clock] = []
    for end, hour in below_hundred(words, start + led):
        if hour > 23 or (led and hour > 9) or word_at(words, end) != "hundred":
            continue
        clock = Clock(hour, sure=True)
        if word_at(words, end + 1) == "hours":
            found.append((end + 2, clock))
        if led or hour > 12:
            found.append((end + 1, clock))
    return found


def _relative(words: Words, start: int) -> Readings[Clock]:
    """Read "half past six", "a quarter to nine", "ten minutes past four"."""
    at = start + (word_at(words, start) == "a")
    word = word_at(words, at)
    counted: Readings[int]
    if word in {"half", "quarter"}:
        counted = [(at + 1, 30 if word == "half" else 15)]
    else:
        counted = [(e, m) for e, m in below_hundred(words, start) if 0 < m < 60]
    found: Readings[Clock] = []
    if word == "half" and at == start and (hour := _hour(word_at(words, start + 1))) is not None:
        found.append((start + 2, _moved(Clock(hour), 30)))  # British: half four is 4:30
    for end, minutes in counted:
        end += word_at(words, end) in {"minutes", "minute"}  # noqa: PLW2901 - one word further
        direction = word_at(words, end)
        if direction in _PAST:
            found += [(e, _moved(c, minutes)) for e, c in _whole_hour(words, end + 1)]
        elif direction in _TO and word != "half":
            found += [(e, _moved(c, -minutes)) for e, c in _whole_hour(words, end + 1)]
    return found


def _whole_hour(words: Words, start: int) -> Readings[Clock]:
    word = word_at(words, start)
    if word in {"noon", "midday", "midnight"}:
        return [(start + 1, Clock(12 if word != "midnight" else 0, sure=True))]
    hour = _hour(word)
    return [] if hour is None else [(start + 1, Clock(hour))]


def _moved(clock: Clock, minutes: int) -> Clock:
    around = 24 if clock.sure else 12
    hour, minute = divmod(clock.hour * 60 + minutes, 60)
    hour %= around
    return replace(clock, hour=hour if clock.sure or hour else 12, minute=minute)


# Which half of the day --------------------------------------------------------------------------

PART_TIMES = {"morning": 9, "afternoon": 15, "evening": 18, "night": 20}
"""The hour of a part of the day that is named without a clock time."""
PART_ENDS = {"morning": 12, "afternoon": 18, "evening": 21, "night": 24}


def in_part(clock: Clock, part: str) -> tuple[int, int] | None:
    """Return (hour 0 to 23, days to add) of ``clock`` in a part of the day; None: nonsense.

    The night runs on past midnight: "two at night" is 2 a.m. of the following day.
    """
    early, late = (clock.hour % 12, clock.hour % 12 + 12)
    if clock.sure:
        early = late = clock.hour % 24
    if part == "morning":
        return (early, 0) if early < 12 else None
    if part == "night":
        if 17 <= late < 24 and not (clock.sure and clock.hour == MIDNIGHT):
            return late, 0
        return (early, 1) if early < 5 else None
    if part == "evening" and early == 0:
        return 0, 1
    return (late, 0) if late >= 12 else None


def waking_hour(clock: Clock) -> int:
    """Return the hour 0 to 23, a bare one between 6 a.m. and 6 p.m., when people are up."""
    if clock.sure:
        return clock.hour % 24
    return clock.hour % 12 + (12 if clock.hour % 12 < 6 else 0)


def local(day: date, hour: int, clock: Clock, tz: ZoneInfo, fold: int = 0) -> datetime:
    """Return the instant of a wall-clock time.

    A time that the clocks skip in spring is as much later as they jump (2:30 is 3:30); of one
    that comes twice in autumn, the first is meant (``fold=0``).
    """
    naive = datetime.combine(day, time(hour, clock.minute, clock.second, fold=fold), tzinfo=tz)
    return naive.astimezone(UTC).astimezone(tz)


def coming(day: date, hour: int, clock: Clock, now: datetime, tz: ZoneInfo) -> datetime:
    """Return ``local``; in the hour that comes twice, said in between, the second time."""
    first, again = (local(day, hour, clock, tz, fold) for fold in (0, 1))
    return first if is_after(first, now) or not is_after(again, now) else again


def is_after(one: datetime, other: datetime) -> bool:
    """Whether an instant is later; ``>`` compares the clocks on the wall where the zone is one."""
    return one.astimezone(UTC) > other.astimezone(UTC)


def next_time(clock: Clock, part: str | None, now: datetime, tz: ZoneInfo) -> datetime | None:
    """Return the first instant after ``now`` that ``clock`` can mean; None: nonsense."""
    hours = [clock.hour % 24] if clock.sure else [clock.hour % 12, clock.hour % 12 + 12]
    if part is not None:
        placed = in_part(clock, part)
        if placed is None:
            return None
        hours = [placed[0]]
    today = now.astimezone(tz).date()
    for days in range(3):
        for hour in hours:
            instant = coming(today + timedelta(days=days), hour, clock, now, tz)
            if is_after(instant, now):
                return instant
    return None


def say_clock(hour: int, minute: int, second: int = 0) -> str:
    """Return ``6:45 PM``, ``6 PM``, ``noon``, ``midnight``."""
    if minute == second == 0 and hour in {0, 12}:
        return "noon" if hour else "midnight"
    shown = f"{hour % 12 or 12}"
    if minute or second:
        shown += f":{minute:02}"
    if second:
        shown += f":{second:02}"
    return f"{shown} {'PM' if hour >= 12 else 'AM'}"
