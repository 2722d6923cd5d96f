"""Clock times of day: "six forty five", "quarter to nine tonight", "noon". The value is ``HH:MM``.

A bare hour is the next one to come, 12 hours wise: "six" at ten in the morning is 18:00.
"""

# ruff: noqa: PLR2004 - 12, 24 and 60 are what a clock is made of

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alexa_cli.language.clock import STARTS as CLOCK_STARTS
from alexa_cli.language.clock import Clock, clocks, in_part, say_clock
from alexa_cli.language.grammar import (
    Moment,
    Readings,
    Spans,
    Unreadable,
    Words,
    first_readings,
    word_at,
)

if TYPE_CHECKING:
    from alexa_cli.turn import Json

_CANONICAL = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)
LEADS = frozenset({"at", "by", "around", "about", "before", "after", "until", "till"})
_PARTS = {
    ("in", "the", "morning"): "morning",
    ("in", "the", "afternoon"): "afternoon",
    ("in", "the", "evening"): "evening",
    ("at", "night"): "night",
    ("tonight",): "night",
    ("this", "morning"): "morning",
    ("this", "afternoon"): "afternoon",
    ("this", "evening"): "evening",
}
PART_STARTS = frozenset(phrase[0] for phrase in _PARTS)
STARTS = CLOCK_STARTS | LEADS | PART_STARTS


def parts(words: Words, start: int) -> Readings[tuple[str, bool]]:
    """Return (end, (part of the day, whether it is today's)) of "in the morning", "tonight"."""
    if word_at(words, start) not in PART_STARTS:
        return []
    found: Readings[tuple[str, bool]] = []
    for phrase, part in _PARTS.items():
        if tuple(words[start : start + len(phrase)]) == phrase:
            found.append((start + len(phrase), (part, phrase[0] in {"this", "tonight"})))
    return found


def led_clocks(words: Words, start: int) -> Readings[Clock]:
    """Return the readings of a clock time with or without "at" in front."""
    if word_at(words, start) not in LEADS:
        return clocks(words, start)
    following = start + 1
    if word_at(words, following) in {"exactly", "around", "about"}:
        following += 1
    return clocks(words, following)


def _times(words: Words, start: int) -> Readings[tuple[Clock, str | None]]:
    found: Readings[tuple[Clock, str | None]] = []
    for end, clock in led_clocks(words, start):
        found.append((end, (clock, None)))
        found += [(e, (clock, part)) for e, (part, _) in parts(words, end)]
    for end, (part, _) in parts(words, start):
        found += [(e, (clock, part)) for e, clock in led_clocks(words, end)]
    return first_readings(
        [r for r in found if r[1][1] is None or in_part(r[1][0], r[1][1]) is not None]
    )


def _resolve(meaning: tuple[Clock, str | None], moment: Moment) -> Json:
    clock, part = meaning
    hour = clock.hour % 24
    if part is not None and (placed := in_part(clock, part)) is not None:
        hour = placed[0]
    elif not clock.sure:
        hour = _next_hour(clock, moment)
    return canonical_time(hour, clock.minute, clock.second)


def _next_hour(clock: Clock, moment: Moment) -> int:
    """Return the wall-clock hour to come; not that of the instant, which spring may have moved."""
    now = moment.now.astimezone(moment.tz)
    passed = (now.hour % 12, now.minute, now.second) >= (
        clock.hour % 12,
        clock.minute,
        clock.second,
    )
    afternoon = (now.hour >= 12) != passed
    return clock.hour % 12 + (12 if afternoon else 0)


def canonical_time(hour: int, minute: int, second: int = 0) -> str:
    """Return ``HH:MM``, or ``HH:MM:SS`` if there are seconds."""
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def _canonical(value: Json, _moment: Moment) -> Json:
    match = _CANONICAL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    hour, minute, second = match.groups("0")
    return canonical_time(int(hour), int(minute), int(second))


def _say(value: Json, _moment: Moment) -> str:
    match = _CANONICAL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        message = f"'{value}' is no time of day"
        raise Unreadable(message)
    hour, minute, second = match.groups("0")
    return say_clock(int(hour), int(minute), int(second))


ENGLISH = Spans(
    name="time",
    noun="time",
    starts=STARTS,
    parse=_times,
    resolve=_resolve,
    canonical=_canonical,
    word=_say,
)
