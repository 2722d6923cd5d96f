"""When something that is repeated comes next: RFC 5545 rules, stepped by the clock on the wall.

What is said by the clock ("every day at 6:45") follows the clock on the wall, also over the days
on which it is changed: a time that the spring day leaves out comes at the shifted instant (2:30 is
3:30 then), one that the autumn day has twice comes the first time only. What is said by its length
("every 90 minutes") is that long, whatever the clock does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECONDS = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3_600}
_BY_LENGTH = frozenset({"FREQ", "INTERVAL"})
"""A rule of these fields alone, in one of the units above, steps by its length."""
MOST = 1_000_000_000
"""Intervals stay below this."""
FURTHEST = timedelta(days=21 * 366)
"""A rule that does not come round within this time has ended."""
_LATEST = datetime(9950, 1, 1)  # noqa: DTZ001 - by the clock on the wall


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time at which it comes."""

    at: datetime
    """The instant, in UTC."""
    local: datetime
    """What the rule says, by the clock on the wall: without a zone, and it may not exist."""


def occurrence(at: datetime, tz: str) -> Occurrence:
    """Return the occurrence at an instant that the caller chose."""
    return Occurrence(at.astimezone(UTC), at.astimezone(ZoneInfo(tz)).replace(tzinfo=None, fold=0))


def instant(local: datetime, tz: str) -> datetime:
    """Return when the clock of a zone shows ``local``: the first time, or the shifted one; UTC."""
    return local.replace(tzinfo=ZoneInfo(tz), fold=0).astimezone(UTC)


def following(rule: str, last: Occurrence, tz: str) -> Iterator[Occurrence]:
    """Yield the occurrences behind ``last``, in order. Raises AlexaError for a bad rule."""
    fields = _fields(rule)
    if (step := _step(fields)) is not None:
        return _by_length(last, step, tz)
    return _by_clock(fields, last, tz)


def check(rule: str, last: Occurrence, tz: str) -> None:
    """Raise AlexaError for what is no rule, or one that never comes again."""
    if next(following(rule, last, tz), None) is None:
        raise AlexaError(f"the rule '{rule[:80]}' never comes round")


def first(rule: str, after: datetime, tz: str) -> datetime | None:
    """Return the first instant behind ``after`` that fits the rule; None if there is none.

    A rule says nothing of where it begins, so "every other day" may begin on any.
    """
    fields = _fields(rule)
    if (step := _step(fields)) is not None:
        return after.astimezone(UTC) + timedelta(seconds=step)
    start = occurrence(after, tz)
    found = _by_clock({**fields, "INTERVAL": "1"}, start, tz)
    return next((each.at for each in found if each.at > after), None)


def skip(rule: str, last: Occurrence, tz: str, now: datetime) -> tuple[int, Occurrence]:
    """Return how many occurrences behind ``last`` are over at ``now``, and the latest of them.

    Of a rule by length this is one division; of others nothing is skipped: (0, last).
    """
    step = _step(_fields(rule))
    if step is None or now <= last.at:
        return 0, last
    count = int((now - last.at).total_seconds() // step)
    return count, occurrence(last.at + timedelta(seconds=count * step), tz)


def _by_length(last: Occurrence, step: int, tz: str) -> Iterator[Occurrence]:
    at = last.at
    while True:
        at += timedelta(seconds=step)
        yield occurrence(at, tz)


def _by_clock(fields: dict[str, str], last: Occurrence, tz: str) -> Iterator[Occurrence]:
    from dateutil.rrule import rrulestr  # noqa: PLC0415 - 20 ms, for what is repeated only

    text = ";".join(f"{key}={value}" for key, value in fields.items())
    try:
        # The last one is in a period that counts, so that counting may go on from it.
        end = min(last.local, _LATEST) + FURTHEST
        rule = rrulestr(f"{text};UNTIL={end:%Y%m%dT%H%M%S}", dtstart=last.local)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise AlexaError(f"'{text[:80]}' is no rule of repetition: {error}") from error
    before = last.at
    for local in rule:
        if local <= last.local:
            continue
        if (at := instant(local, tz)) != before:  # two times that the spring day makes one
            yield Occurrence(at, local)
        before = at


def _step(fields: dict[str, str]) -> int | None:
    """Return the seconds of a rule by length, None for one by the clock."""
    if fields["FREQ"] not in _SECONDS or not _BY_LENGTH.issuperset(fields):
        return None
    return _SECONDS[fields["FREQ"]] * int(fields.get("INTERVAL", "1"))


def _fields(rule: str) -> dict[str, str]:
    """Read a rule; a clock time is whole: BYHOUR alone is on the hour."""
    text = rule.strip().upper().removeprefix("RRULE:").rstrip(";")
    fields = dict(part.partition("=")[::2] for part in text.split(";"))
    if "FREQ" not in fields or not all(fields.values()) or {"COUNT", "UNTIL"} & fields.keys():
        raise AlexaError(
            f"'{rule[:80]}' is no rule of repetition",
            hint="such as FREQ=DAILY;BYHOUR=6;BYMINUTE=45; when it ends is `until`",
        )
    interval = fields.get("INTERVAL", "1")
    if not (interval.isascii() and interval.isdecimal() and 0 < int(interval[:10]) < MOST):
        raise AlexaError(f"'{interval[:20]}' is no interval of a repetition")
    if "BYHOUR" in fields:
        fields.setdefault("BYMINUTE", "0")
    if "BYMINUTE" in fields:
        fields.setdefault("BYSECOND", "0")
    return fields
