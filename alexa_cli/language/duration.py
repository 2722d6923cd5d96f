"""Lengths of time in seconds: "twenty five minutes", "an hour and a half", "2h30m", "1:30:00".

Months and years are no lengths of time but steps in the calendar: ``date`` and ``datetime`` take
them. "A few minutes" is nobody's number and is not read.
"""

# ruff: noqa: PLR2004 - 12, 24 and 60 are what a clock is made of

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.language.english import (
    NUMBER_STARTS,
    SECONDS,
    SECONDS_AFTER_DIGITS,
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
from alexa_cli.language.number import (
    Number,
    below_hundred,
    fractions,
    in_figures,
    plain_number,
    tidy,
    unsigned,
)

if TYPE_CHECKING:
    from alexa_cli.turn import Json

LONGEST = 100 * 366 * 86_400
"""Seconds. A hundred years; what is longer would overflow the calendar."""
STARTS = (NUMBER_STARTS - {"minus", "negative", "plus"}) | {"hour", "minute", "quarter"}
_MINUTE, _HOUR, _DAY, _WEEK = 60, 3_600, 86_400, 604_800
_SAID = ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute"))


def seconds_exact(value: Number) -> Number:
    """Return ``value`` to the microsecond, an int if whole."""
    return tidy(round(value, 6))


def _unit(words: Words, index: int) -> int:
    """Return the seconds of the unit at ``index``, 0 if there is none."""
    word = word_at(words, index)
    seconds = SECONDS.get(word, 0)
    if not seconds and index and words[index - 1][:1].isdecimal():
        seconds = SECONDS_AFTER_DIGITS.get(word, 0)
    return seconds


def _part(words: Words, start: int) -> Readings[tuple[Number, int]]:
    """Return the readings of one amount of one unit, as (seconds, seconds of the unit)."""
    found: Readings[tuple[Number, int]] = []
    first = word_at(words, start)
    article = start + 1 if first in {"a", "an"} else start
    if (article > start or first in {"hour", "minute"}) and (unit := _unit(words, article)):
        found += _and_half(words, article + 1, unit, unit)
    for end, share in fractions(words, start):  # half an hour, three quarters of an hour
        at = end + (word_at(words, end) == "of")
        at += word_at(words, at) in {"a", "an"}
        if at > end and (unit := _unit(words, at)):
            found.append((at + 1, (share * unit, unit)))
    if word_at(words, article) in {"half", "quarter"}:  # a half hour, quarter of an hour
        at = article + 1
        at += word_at(words, at) == "of" and word_at(words, at + 1) in {"a", "an"}
        at += word_at(words, at) in {"a", "an"}
        if unit := _unit(words, at):
            share = 0.5 if words[article] == "half" else 0.25
            found.append((at + 1, (share * unit, unit)))
    for end, count in unsigned(words, start):
        if unit := _unit(words, end):
            found += _and_half(words, end + 1, count * unit, unit)
    return found


def _and_half(words: Words, end: int, seconds: Number, unit: int) -> Readings[tuple[Number, int]]:
    """Return the reading that ends at ``end`` and those that add "and a half" of its unit."""
    found: Readings[tuple[Number, int]] = [(end, (seconds, unit))]
    if word_at(words, end) == "and":
        for e, share in fractions(words, end + 1):
            found.append((e, (seconds + share * unit, 1)))
    return found


def _clocklike(word: str) -> Number | None:
    """Return the seconds of ``1:30:00`` (hours, minutes, seconds)."""
    pieces = word.split(":")
    if len(pieces) != 3 or not all(p.isascii() and p.isdecimal() and len(p) <= 2 for p in pieces):
        return None
    hours, minutes, seconds = map(int, pieces)
    if minutes >= _MINUTE or seconds >= _MINUTE:
        return None
    return hours * _HOUR + minutes * _MINUTE + seconds


def durations(words: Words, start: int) -> Readings[Number]:
    """Return the readings of a length of time, in seconds."""
    found: Readings[Number] = []
    if not may_start(words, start, STARTS):
        return found
    clocklike = _clocklike(word_at(words, start))
    if clocklike is not None:
        return [(start + 1, clocklike)]
    open_parts = [(end, seconds, unit) for end, (seconds, unit) in _part(words, start)]
    while open_parts:
        end, seconds, unit = open_parts.pop(0)
        found.append((end, seconds_exact(seconds)))
        following = end + (word_at(words, end) == "and")
        for e, (more, smaller) in _part(words, following):
            if smaller < unit:
                open_parts.append((e, seconds + more, smaller))
        if unit in {_HOUR, _MINUTE} and unit > 1:  # an hour fifteen; two minutes thirty
            for e, count in below_hundred(words, end):
                if 0 < count < _MINUTE and not _unit(words, e):
                    found.append((e, seconds_exact(seconds + count * unit / _MINUTE)))
    return first_readings([r for r in found if r[1] <= LONGEST])


def _resolve(value: Number, _moment: Moment) -> Json:
    return value


def _canonical(value: Json, _moment: Moment) -> Json:
    seconds = plain_number(value)
    if seconds is None:
        return None
    if seconds < 0:
        message = "a length of time can't be negative"
        raise Unreadable(message)
    if seconds > LONGEST:
        message = "that is longer than I can count"
        raise Unreadable(message)
    return seconds_exact(seconds)


def say_seconds(seconds: Number) -> str:
    """Return ``1 hour and 30 minutes``, ``2 weeks``, ``90.5`` as ``1 minute and 30.5 seconds``."""
    if seconds and seconds % _WEEK == 0:
        return _counted(int(seconds // _WEEK), "week")
    parts: list[str] = []
    left = seconds
    for unit, name in _SAID:
        count, left = divmod(left, unit)
        if count:
            parts.append(_counted(int(count), name))
    left = seconds_exact(left)
    if left or not parts:
        parts.append(_counted(left, "second"))
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _counted(count: Number, name: str) -> str:
    return f"{in_figures(count)} {name}{'' if count == 1 else 's'}"


def _say(value: Json, _moment: Moment) -> str:
    seconds = plain_number(value)
    return str(value) if seconds is None else say_seconds(seconds)


ENGLISH = Spans(
    name="duration",
    noun="length of time",
    starts=STARTS,
    parse=durations,
    resolve=_resolve,
    canonical=_canonical,
    word=_say,
)
