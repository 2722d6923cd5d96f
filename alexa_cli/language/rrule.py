"""Rules of repetition and their canonical text: a small part of RFC 5545, checked and worded.

One clock time at most, no end (``COUNT``, ``UNTIL``): what is repeated ends when it is cancelled.
"""

# ruff: noqa: PLR2004 - 12 months, 31 days, 24 hours

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from alexa_cli.language.clock import say_clock
from alexa_cli.language.english import MONTH_NAMES, WEEKDAY_NAMES
from alexa_cli.language.grammar import Unreadable
from alexa_cli.language.ordinal import in_figures, say_ordinal

CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
UNITS = {
    "SECONDLY": "second", "MINUTELY": "minute", "HOURLY": "hour", "DAILY": "day",
    "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year",
}  # fmt: skip
CLOCKLESS = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
MOST = 1_000
"""Intervals stay below this."""
_LARGER = {"SECONDLY": (60, "MINUTELY"), "MINUTELY": (60, "HOURLY"), "HOURLY": (24, "DAILY"),
           "DAILY": (7, "WEEKLY")}  # fmt: skip
_LONGEST_MONTHS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_WEEK, _WEEKEND = (0, 1, 2, 3, 4), (5, 6)


@dataclass(frozen=True, slots=True)
class Rule:
    """How often, on which days, at what time."""

    freq: str
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    """0 is Monday; ascending."""
    nth: int = 0
    """Which of the month's weekdays: 1 the first, -1 the last, 0 all."""
    month: int = 0
    month_day: int = 0
    """-1 is the last."""
    at: tuple[int, int, int] | None = None
    """Hour, minute, second."""

    def __str__(self) -> str:
        """Return the rule as RFC 5545 writes it."""
        parts = [f"FREQ={self.freq}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.month:
            parts.append(f"BYMONTH={self.month}")
        if self.month_day:
            parts.append(f"BYMONTHDAY={self.month_day}")
        if self.weekdays:
            nth = str(self.nth) if self.nth else ""
            parts.append("BYDAY=" + ",".join(nth + CODES[day] for day in self.weekdays))
        if self.at is not None:
            hour, minute, second = self.at
            parts += [f"BYHOUR={hour}", f"BYMINUTE={minute}"]
            parts += [f"BYSECOND={second}"] if second else []
        return ";".join(parts)


def simplest(rule: Rule) -> Rule:
    """Return the rule in the largest unit that says the same: every 60 minutes is every hour."""
    while rule.freq in _LARGER:
        size, larger = _LARGER[rule.freq]
        if rule.interval % size:
            break
        rule = replace(rule, freq=larger, interval=rule.interval // size)
    if rule.weekdays and not rule.nth and rule.interval == 1 and not rule.month:
        rule = replace(rule, freq="WEEKLY")
    if len(rule.weekdays) == 7 and rule.interval == 1 and not rule.nth:
        rule = replace(rule, freq="DAILY", weekdays=())
    return rule


def parse(text: str) -> Rule | None:
    """Return the rule written in ``text``; None if it is none. Raises Unreadable for a bad one."""
    text = text.strip().upper().removeprefix("RRULE:")
    if not text.startswith("FREQ="):
        return None
    fields: dict[str, str] = {}
    for part in text.rstrip(";").split(";"):
        key, _, value = part.partition("=")
        if not value or key in fields:
            raise _refused(text)
        fields[key] = value
    fields.pop("WKST", None)
    freq = fields.pop("FREQ")
    if freq not in UNITS or not _NUMBERED.issuperset(fields):
        raise _refused(text)
    weekdays, nth = _weekdays(fields.pop("BYDAY", ""), text)
    numbers = {key: _number(value, text) for key, value in fields.items()}
    rule = Rule(
        freq,
        interval=numbers.get("INTERVAL", 1),
        weekdays=weekdays,
        nth=nth,
        month=numbers.get("BYMONTH", 0),
        month_day=numbers.get("BYMONTHDAY", 0),
        at=_at(numbers, text),
    )
    rule = simplest(rule)
    if not (_in_range(rule) and _sayable(rule)):
        raise _refused(text)
    return rule


_NUMBERED = frozenset(
    {"INTERVAL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND"}
)
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)


def _refused(text: str) -> Unreadable:
    return Unreadable(f"I can't repeat things by the rule '{text[:60]}'")


def _number(value: str, text: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,4}", value, re.ASCII):
        raise _refused(text)
    return int(value)


def _weekdays(value: str, text: str) -> tuple[tuple[int, ...], int]:
    found: set[int] = set()
    nths: set[int] = set()
    for code in value.split(",") if value else ():
        match = _DAY.fullmatch(code)
        if match is None:
            raise _refused(text)
        found.add(CODES.index(match[2]))
        nths.add(int(match[1] or 0))
    if len(nths) > 1 or (nths and nths != {0} and len(found) > 1):
        raise _refused(text)
    return tuple(sorted(found)), nths.pop() if nths else 0


def _at(numbers: dict[str, int], text: str) -> tuple[int, int, int] | None:
    if "BYHOUR" not in numbers:
        if {"BYMINUTE", "BYSECOND"} & numbers.keys():
            raise _refused(text)
        return None
    return numbers["BYHOUR"], numbers.get("BYMINUTE", 0), numbers.get("BYSECOND", 0)


def _in_range(rule: Rule) -> bool:
    hour, minute, second = rule.at or (0, 0, 0)
    return (
        1 <= rule.interval < MOST
        and 0 <= rule.month <= 12
        and -1 <= rule.month_day <= _LONGEST_MONTHS[rule.month or 1]
        and (-1 <= rule.nth <= 5)
        and 0 <= hour < 24
        and 0 <= minute < 60
        and 0 <= second < 60
    )


def _sayable(rule: Rule) -> bool:
    """Return whether the parts of a rule go together in a way that people say."""
    month_parts = bool(rule.month_day) + bool(rule.nth)
    if rule.freq in CLOCKLESS:
        return not (rule.weekdays or month_parts or rule.month or rule.at)
    if rule.freq == "DAILY":
        return not (rule.weekdays or month_parts or rule.month)
    if rule.freq == "WEEKLY":
        return not (month_parts or rule.month)
    if rule.freq == "MONTHLY":
        return not rule.month and month_parts <= 1 and bool(rule.weekdays) == bool(rule.nth)
    yearly_day = bool(rule.month) == (rule.month_day > 0)
    return yearly_day and rule.month_day >= 0 and not rule.weekdays


def say(rule: Rule) -> str:
    """Return the rule as people say it: ``every other Friday at 6 PM``."""
    said = _every(rule)
    if rule.at is not None:
        said += f" at {say_clock(*rule.at)}"
    return said


def _every(rule: Rule) -> str:
    unit = UNITS[rule.freq]
    every = f"every {rule.interval} {unit}s"
    if rule.interval == 1:
        every = f"every {unit}"
    elif rule.interval == 2 and rule.freq not in CLOCKLESS:
        every = f"every other {unit}"
    if rule.month:
        return f"{every} on {MONTH_NAMES[rule.month]} {rule.month_day}"
    if rule.month_day:
        day = in_figures(rule.month_day) if rule.month_day > 0 else "last day"
        return f"{every} on the {day}"
    names = [WEEKDAY_NAMES[day] for day in rule.weekdays]
    if rule.nth:
        return f"{every} on the {say_ordinal(rule.nth)} {names[0]}"
    if not names:
        return every
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    if rule.interval == 1:
        sets = {_WEEK: "weekday", _WEEKEND: "weekend"}
        return f"every {sets.get(rule.weekdays, listed)}"
    if rule.interval == 2 and len(names) == 1:
        return f"every other {names[0]}"
    return f"{every} on {listed}"
