"""Repetition: "every weekday at six forty five", "every other friday", "on mondays".

The value is an RFC 5545 rule, ``FREQ=WEEKLY;BYDAY=MO,TU;BYHOUR=6;BYMINUTE=45``; without a time
there is no ``BYHOUR``. A bare hour is one between 6 a.m. and 6 p.m.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from alexa_cli.language import rrule
from alexa_cli.language import time as time_grammar
from alexa_cli.language.clock import PART_TIMES, Clock, in_part, waking_hour
from alexa_cli.language.duration import durations
from alexa_cli.language.english import MONTHS_ALL, ORDINALS, PARTS_OF_DAY, WEEKDAYS, WEEKDAYS_SHORT
from alexa_cli.language.grammar import (
    Moment,
    Readings,
    Spans,
    Words,
    first_readings,
    word_at,
)
from alexa_cli.language.month_days import dates_in_year, day_numbers
from alexa_cli.language.number import cardinals
from alexa_cli.language.ordinal import small_ordinals
from alexa_cli.language.rrule import CLOCKLESS, MOST, UNITS, Rule, simplest

if TYPE_CHECKING:
    from alexa_cli.turn import Json

_WEEK, _WEEKEND, _DAYS = (0, 1, 2, 3, 4), (5, 6), 7
_ADVERBS = {
    "daily": Rule("DAILY"), "everyday": Rule("DAILY"), "weekly": Rule("WEEKLY"),
    "monthly": Rule("MONTHLY"),
    "yearly": Rule("YEARLY"), "annually": Rule("YEARLY"), "hourly": Rule("HOURLY"),
    "biweekly": Rule("WEEKLY", 2), "fortnightly": Rule("WEEKLY", 2),
    "weekdays": Rule("WEEKLY", weekdays=_WEEK), "weekends": Rule("WEEKLY", weekdays=_WEEKEND),
}  # fmt: skip
_PLURALS = {f"{name}s": day for name, day in WEEKDAYS.items()}
_SETS = {"weekday": _WEEK, "weekdays": _WEEK, "weekend": _WEEKEND, "weekends": _WEEKEND}
_FREQS = {unit: freq for freq, unit in UNITS.items()} | {f"{u}s": f for f, u in UNITS.items()}
_THROUGH = frozenset({"through", "thru", "to"})
_EVERY = frozenset({"every", "each"})
_PARTS = {f"{part}s": part for part in PARTS_OF_DAY}


@dataclass(frozen=True, slots=True)
class Often:
    """A repetition as said: the rule, and when on its days."""

    rule: Rule
    part: str | None = None
    clock: Clock | None = None


def recurrences(words: Words, start: int) -> Readings[Often]:
    """Return the readings of a repetition, with its clock time before or behind."""
    found: Readings[Often] = []
    for end, often in _days(words, start):
        found.append((end, often))
        found += _timed(words, end, often)
    for end, clock in time_grammar.led_clocks(words, start):  # at noon on weekdays
        for e, (part, todays) in (*time_grammar.parts(words, end), (end, (None, False))):
            if not todays:
                found += [
                    (x, replace(often, clock=clock, part=often.part or part))
                    for x, often in _days(words, e)
                ]
    return first_readings([r for r in found if _sensible(r[1])])


def _sensible(often: Often) -> bool:
    if often.rule.freq in CLOCKLESS and (often.clock or often.part):
        return False
    if often.clock is None or often.part is None:
        return True
    return in_part(often.clock, often.part) is not None


def _timed(words: Words, start: int, often: Often) -> Readings[Often]:
    """Return the readings of "in the morning" and "at six" behind the days."""
    found: Readings[Often] = []
    for end, clock in time_grammar.led_clocks(words, start):
        found.append((end, replace(often, clock=clock)))
        if often.part is None:
            found += [
                (e, replace(often, clock=clock, part=part))
                for e, (part, todays) in time_grammar.parts(words, end)
                if not todays
            ]
    if often.part is None:
        for end, (part, todays) in time_grammar.parts(words, start):
            if not todays:
                within = replace(often, part=part)
                found.append((end, within))
                found += _timed(words, end, within)
    return found


def _days(words: Words, start: int) -> Readings[Often]:
    """Return the readings of the days alone, with a part of the day that belongs to them."""
    on = start + (word_at(words, start) == "on")
    rules = _without_every(words, on) + _nth_of_every(words, on)
    rules += [
        (end + 2, Rule("YEARLY", month=month, month_day=day))
        for end, month, day in dates_in_year(words, on)
        if tuple(words[end : end + 2]) in {("every", "year"), ("each", "year")}
    ]
    found = [(end, Often(rule)) for end, rule in rules]
    for end, weekdays in _weekday_lists(words, on):  # saturday mornings
        if part := _PARTS.get(word_at(words, end)):
            found.append((end + 1, Often(Rule("WEEKLY", weekdays=weekdays), part)))
    if word_at(words, start) in _EVERY:
        found += [(end, Often(rule)) for end, rule in _every(words, start + 1)]
        if word_at(words, start + 1) in PARTS_OF_DAY:
            found.append((start + 2, Often(Rule("DAILY"), words[start + 1])))
    elif word_at(words, start) == "once":
        following = word_at(words, start + 1)
        if following in {"a", "an"} and word_at(words, start + 2) in _FREQS:
            found.append((start + 3, Often(Rule(_FREQS[words[start + 2]]))))
        elif following in _EVERY:
            found += [(end, Often(rule)) for end, rule in _every(words, start + 2)]
    elif word_at(words, start) == "nightly":
        found.append((start + 1, Often(Rule("DAILY"), "night")))
    for end, often in list(found):  # every monday morning
        word = word_at(words, end)
        part = word if word in PARTS_OF_DAY else _PARTS.get(word)
        if part and often.part is None and often.rule.freq in {"DAILY", "WEEKLY"}:
            found.append((end + 1, replace(often, part=part)))
    return found


def _without_every(words: Words, start: int) -> Readings[Rule]:
    """Read "daily", "mondays and wednesdays", "monday through friday", "saturday mornings"."""
    word = word_at(words, start)
    if word in _ADVERBS:
        return [(start + 1, _ADVERBS[word]), *_with_days(words, start + 1, _ADVERBS[word])]
    found: Readings[Rule] = []
    for end, weekdays in _weekday_lists(words, start):
        said = words[start:end]
        plural = all(w in _PLURALS or w == "and" for w in said)
        if plural or _THROUGH.intersection(said):
            found.append((end, Rule("WEEKLY", weekdays=weekdays)))
    return found


def _every(words: Words, start: int) -> Readings[Rule]:
    """Read what follows "every"."""
    start += word_at(words, start) == "single"
    found: Readings[Rule] = []
    for end, interval in _intervals(words, start):
        freq = _FREQS.get(word_at(words, end))
        if freq is not None:
            rule = Rule(freq, interval)
            found.append((end + 1, rule))
            found += _with_days(words, end + 1, rule)
        for e, weekdays in _weekday_lists(words, end):
            found.append((e, Rule("WEEKLY", interval, weekdays=weekdays)))
    for end, seconds in durations(words, start):  # every hour and a half, every 90 minutes
        if seconds >= 1 and seconds == int(seconds):
            found.append((end, Rule("SECONDLY", int(seconds))))
    for end, month, day in dates_in_year(words, start):
        found.append((end, Rule("YEARLY", month=month, month_day=day)))
    for end, rule in _in_month(words, start):
        if tuple(words[end : end + 3]) == ("of", "the", "month"):
            found.append((end + 3, rule))
    return _kept(found)


def _kept(found: Readings[Rule]) -> Readings[Rule]:
    simple = [(end, simplest(rule)) for end, rule in found]
    return [(end, rule) for end, rule in simple if rule.interval < MOST]


def _intervals(words: Words, start: int) -> Readings[int]:
    """Return the readings of "", "other", "third", "two" in front of a unit."""
    word = word_at(words, start)
    found: Readings[int] = [(start, 1)]
    if word in {"other", "second"}:
        found.append((start + 1, 2))
    elif word in ORDINALS:
        found.append((start + 1, ORDINALS[word]))
    else:
        counts = [r for r in cardinals(words, start) if isinstance(r[1], int)]
        found += [(end, int(count)) for end, count in counts if 0 < count < MOST]
    return found


def _with_days(words: Words, start: int, rule: Rule) -> Readings[Rule]:
    """Read "on friday", "on the first", "on december 25th" behind the unit it fits."""
    if word_at(words, start) != "on":
        return []
    following = start + 1
    if rule.freq == "WEEKLY":
        lists = _weekday_lists(words, following)
        return [(end, replace(rule, weekdays=weekdays)) for end, weekdays in lists]
    if rule.freq == "MONTHLY":
        within = _in_month(words, following)
        return [(end, replace(one, interval=rule.interval)) for end, one in within]
    if rule.freq == "YEARLY":
        dates = dates_in_year(words, following)
        return [(end, replace(rule, month=month, month_day=day)) for end, month, day in dates]
    return []


def _in_month(words: Words, start: int) -> Readings[Rule]:
    """Read "the first", "the 15th", "the last day", "the first monday" of a month."""
    at = start + (word_at(words, start) == "the")
    found: Readings[Rule] = []
    nths = small_ordinals(words, at)
    if word_at(words, at) == "last":
        nths = [(at + 1, -1)]
    for end, nth in nths:
        following = word_at(words, end)
        if following in WEEKDAYS and nth <= 5:  # noqa: PLR2004 - a month has no sixth Monday
            found.append((end + 1, Rule("MONTHLY", weekdays=(WEEKDAYS[following],), nth=nth)))
        elif following == "day" and nth <= 31:  # noqa: PLR2004 - days of a month
            found.append((end + 1, Rule("MONTHLY", month_day=nth)))
    if at > start or word_at(words, at)[:1].isdecimal():
        ordinal_days = [r for r in day_numbers(words, at) if r in nths]
        found += [(end, Rule("MONTHLY", month_day=day)) for end, day in ordinal_days]
    elif word_at(words, at) in ORDINALS and word_at(words, at + 1) == "of":
        found.append((at + 1, Rule("MONTHLY", month_day=ORDINALS[words[at]])))
    return found


def _nth_of_every(words: Words, start: int) -> Readings[Rule]:
    """Read "the first of every month", "the last friday of each month"."""
    found: Readings[Rule] = []
    for end, rule in _in_month(words, start):
        if word_at(words, end) == "of" and word_at(words, end + 1) in _EVERY:
            for e, interval in _intervals(words, end + 2):
                if word_at(words, e) in {"month", "months"}:
                    found.append((e + 1, replace(rule, interval=interval)))
    return found


def _weekday_lists(words: Words, start: int) -> Readings[tuple[int, ...]]:
    """Return the readings of "monday", "monday and friday", "monday through friday", "weekday"."""
    word = word_at(words, start)
    if word in _SETS:
        return [(start + 1, _SETS[word])]
    if word == "week" and word_at(words, start + 1) in {"day", "days", "end", "ends"}:
        return [(start + 2, _WEEK if words[start + 1][:3] == "day" else _WEEKEND)]
    first = _weekday(word)
    if first is None:
        return []
    last = _weekday(word_at(words, start + 2))
    if word_at(words, start + 1) in _THROUGH and last is not None:
        count = (last - first) % _DAYS + 1
        ranged = sorted((first + step) % _DAYS for step in range(count))
        return [(start + 3, tuple(ranged))]
    found: Readings[tuple[int, ...]] = []
    listed: set[int] = set()
    end = start
    while (day := _weekday(word_at(words, end))) is not None and day not in listed:
        listed.add(day)
        end += 1
        found.append((end, tuple(sorted(listed))))
        end += word_at(words, end) == "and"
    return found


def _weekday(word: str) -> int | None:
    for names in (WEEKDAYS, _PLURALS, WEEKDAYS_SHORT):
        if word in names:
            return names[word]
    return None


def _resolve(often: Often, _moment: Moment) -> Json:
    rule, clock, part = often.rule, often.clock, often.part
    if clock is None:
        return str(replace(rule, at=(PART_TIMES[part], 0, 0)) if part else rule)
    hour = waking_hour(clock)
    if part is not None and (placed := in_part(clock, part)) is not None:
        hour, later = placed
        if later and rule.freq == "WEEKLY":  # friday night at one is Saturday's
            moved = sorted((day + later) % _DAYS for day in rule.weekdays)
            rule = replace(rule, weekdays=tuple(moved))
    return str(replace(rule, at=(hour, clock.minute, clock.second)))


def _canonical(value: Json, _moment: Moment) -> Json:
    rule = rrule.parse(value) if isinstance(value, str) else None
    return None if rule is None else str(rule)


def _say(value: Json, _moment: Moment) -> str:
    rule = rrule.parse(value) if isinstance(value, str) else None
    return str(value) if rule is None else rrule.say(rule)


ENGLISH = Spans(
    name="recurrence",
    noun="repetition",
    starts=frozenset({"every", "each", "on", "once", "the", "nightly"})
    | frozenset({*_ADVERBS, *_PLURALS, *WEEKDAYS, *MONTHS_ALL, *time_grammar.STARTS}),
    parse=recurrences,
    resolve=_resolve,
    canonical=_canonical,
    word=_say,
)
