"""Moments: a day, a clock time and a part of the day in any order, or "in <length of time>".

The value is ISO 8601 with the offset: ``2026-11-21T18:00:00-05:00``. What words leave open is
decided in ``when``.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from alexa_cli.language import date as date_grammar
from alexa_cli.language import days
from alexa_cli.language import time as time_grammar
from alexa_cli.language.clock import in_part, say_clock
from alexa_cli.language.duration import durations, say_seconds
from alexa_cli.language.english import PARTS_OF_DAY
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
from alexa_cli.language.month_days import Day
from alexa_cli.language.when import HOUR, When, instant_of

if TYPE_CHECKING:
    from alexa_cli.turn import Json

STARTS = date_grammar.STARTS | time_grammar.STARTS | PARTS_OF_DAY | {"now", "right"}
_LEADS = time_grammar.LEADS | date_grammar.LEADS


def whens(words: Words, start: int) -> Readings[When]:
    """Return the readings of a moment."""
    found = _from_now(words, start) + _together(words, start, When())
    for end, seconds in durations(words, start):  # ten minutes before noon
        direction = {"before": -1, "after": 1}.get(word_at(words, end), 0)
        if direction:
            found += [
                (e, replace(when, seconds=direction * seconds, led=True))
                for e, when in _together(words, end + 1, When())
                if when.clock
            ]
    found = [r for r in found if _sensible(r[1])]
    return first_readings(sorted(found, key=lambda r: _parts_said(r[1])))


def _parts_said(when: When) -> int:
    """Return how many parts a reading has: of two readings of one span the simpler one stands."""
    return (when.day is not None) + (when.clock is not None) + (when.part is not None)


def _sensible(when: When) -> bool:
    if when.clock is None or when.part is None:
        return True
    return in_part(when.clock, when.part) is not None


def _from_now(words: Words, start: int) -> Readings[When]:
    """Read "now", "in an hour", "in three months", "an hour from now"."""
    if word_at(words, start) == "now":
        return [(start + 1, When(step=(0, 0)))]
    if tuple(words[start : start + 2]) == ("right", "now"):
        return [(start + 2, When(step=(0, 0)))]
    led = word_at(words, start) in {"in", "after"}
    at = start + led
    if led and word_at(words, at) in {"about", "around", "exactly"}:
        at += 1
    found: Readings[When] = [(e, When(step=step)) for e, step in date_grammar.steps(words, at)]
    found += [(e, When(seconds=seconds)) for e, seconds in durations(words, at)]
    if led:
        return found
    from_now = ("from", "now")
    return [(e + 2, when) for e, when in found if tuple(words[e : e + 2]) == from_now]


def _together(words: Words, start: int, have: When) -> Readings[When]:
    """Return the readings of a day, a clock time and a part of the day, each at most once."""
    found: Readings[When] = []
    if not may_start(words, start, STARTS):
        return found
    led = have.led or words[start] in _LEADS
    if have.day is None and not have.todays:
        found += [
            (e, replace(have, day=day, led=led)) for e, day in date_grammar.led_days(words, start)
        ]
        found += _part_of(words, start, have)
        if have.part is None and tuple(words[start : start + 2]) == ("last", "night"):
            yesterday = Day(partial(days.shifted, days=-1))
            found.append((start + 2, replace(have, day=yesterday, part="night")))
    if have.clock is None:
        found += [
            (e, replace(have, clock=clock, led=led))
            for e, clock in time_grammar.led_clocks(words, start)
        ]
    if have.part is None:
        found += [
            (e, replace(have, part=part, todays=todays))
            for e, (part, todays) in time_grammar.parts(words, start)
            if not (todays and have.day)
        ]
        if have.day is not None and word_at(words, start) in PARTS_OF_DAY:
            found.append((start + 1, replace(have, part=words[start])))
    for end, when in list(found):
        found += _together(words, end, when)
    return found


def _part_of(words: Words, start: int, have: When) -> Readings[When]:
    """Read "on the morning of december 21st"."""
    at = start + (word_at(words, start) in {"on", "in", "by"})
    if have.part or word_at(words, at) != "the" or word_at(words, at + 1) not in PARTS_OF_DAY:
        return []
    if word_at(words, at + 2) != "of":
        return []
    following = date_grammar.days_said(words, at + 3)
    return [(e, replace(have, part=words[at + 1], day=day, led=True)) for e, day in following]


def _resolve(when: When, moment: Moment) -> Json:
    return instant_of(when, moment).isoformat()


# Canonical values and their wording -------------------------------------------------------------

_CANONICAL = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:[Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)


def _canonical(value: Json, moment: Moment) -> Json:
    if not isinstance(value, str) or not _CANONICAL.fullmatch(value):
        return None
    try:
        instant = dt.datetime.fromisoformat(value.upper())
    except ValueError:
        message = f"there is no such moment as {value}"
        raise Unreadable(message) from None
    days.in_year(instant.year, instant.month, instant.day)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=moment.tz).astimezone(dt.UTC)
    return instant.astimezone(moment.tz).replace(microsecond=0).isoformat()


def _say(value: Json, moment: Moment) -> str:
    instant = dt.datetime.fromisoformat(str(value)).astimezone(moment.tz)
    now = moment.now.astimezone(moment.tz).replace(microsecond=0)
    ahead = instant.timestamp() - now.timestamp()
    if instant.second and 0 < ahead < HOUR:
        return f"in {say_seconds(int(ahead))}"
    day = date_grammar.say_day(instant.date(), now.date())
    clock = say_clock(instant.hour, instant.minute, instant.second)
    if clock == "midnight" and day == "today":
        clock = "12 AM"  # "today at midnight" is the one that ends the day
    return f"{day} at {clock}"


def _lone(words: Words, start: int, when: When) -> bool:
    return date_grammar.may_stand(words, start, weak=when.weak)


ENGLISH = Spans(
    name="datetime",
    noun="date or time",
    starts=STARTS,
    parse=whens,
    resolve=_resolve,
    canonical=_canonical,
    word=_say,
    lone=_lone,
)
