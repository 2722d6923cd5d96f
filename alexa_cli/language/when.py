"""A moment as said, and which instant it is: what "tonight at two" means at ten in the morning.

The rules are in docs/decisions/time-and-number-grammar.md.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alexa_cli.language import days
from alexa_cli.language.clock import (
    MIDNIGHT,
    PART_ENDS,
    PART_TIMES,
    Clock,
    coming,
    in_part,
    is_after,
    local,
    next_time,
    waking_hour,
)

if TYPE_CHECKING:
    from alexa_cli.language.grammar import Moment
    from alexa_cli.language.month_days import Day

HOUR = 3_600
_MORNING = 9
"""The hour of a day that is named without a time."""


@dataclass(frozen=True, slots=True)
class When:
    """A moment as said."""

    day: Day | None = None
    clock: Clock | None = None
    part: str | None = None
    todays: bool = False
    """The part is today's: "tonight", "this morning"."""
    led: bool = False
    """"At", "on" or "by" was said."""
    step: tuple[int, int] | None = None
    """From now, in whole (days, months)."""
    seconds: int | float | None = None
    """From now; with a clock time or a day: from that."""

    @property
    def weak(self) -> bool:
        """Whether it may as well be something else (a number, a song called Christmas)."""
        if self.led or self.part or (self.day and self.clock) or self.seconds is not None:
            return False
        alone = self.day or self.clock
        return alone is not None and alone.weak


def instant_of(when: When, moment: Moment) -> dt.datetime:
    """Return the local instant, to the second. Raises Unreadable for days that do not exist."""
    now = moment.now.astimezone(moment.tz).replace(microsecond=0)
    placed = when.day or when.clock or when.part
    if placed is None:
        return _stepped(when, now, moment)
    instant = _placed(when, now, moment)
    if when.seconds:
        instant = _later(instant, when.seconds, moment)
    return instant


def _stepped(when: When, now: dt.datetime, moment: Moment) -> dt.datetime:
    """Return ``now`` moved. Whole days and months keep the clock time, hours are hours."""
    if when.step is not None:
        day_count, months = when.step
        day = days.shifted(now.date(), days=day_count, months=months)
        moved = now.replace(year=day.year, month=day.month, day=day.day)
        return moved.astimezone(dt.UTC).astimezone(moment.tz)
    seconds = when.seconds or 0
    return _later(now, seconds, moment)


def _later(instant: dt.datetime, seconds: float, moment: Moment) -> dt.datetime:
    """Return the instant so much later; an hour or more ahead it is a whole minute."""
    moved = instant.astimezone(dt.UTC) + dt.timedelta(seconds=round(seconds))
    if abs(seconds) >= HOUR:
        moved = (moved + dt.timedelta(seconds=30)).replace(second=0)
    return moved.astimezone(moment.tz)


def _placed(when: When, now: dt.datetime, moment: Moment) -> dt.datetime:
    today = now.date()
    if when.clock is None:
        return _unclocked(when, now, moment)
    if when.day is None and not when.todays:
        instant = next_time(when.clock, when.part, now, moment.tz)
        return instant if instant is not None else now  # _sensible leaves no such reading
    day = when.day.find(today) if when.day else today
    return _on_day(when.clock, when.part, day, now, moment)


def _on_day(
    clock: Clock, part: str | None, day: dt.date, now: dt.datetime, moment: Moment
) -> dt.datetime:
    """Return a clock time of a given day, which may lie in the past."""
    today = day == now.date()
    if part is not None and (placed := in_part(clock, part)) is not None:
        hour, later = placed
        tonight = coming(day, hour, clock, now, moment.tz)
        if later and today and is_after(tonight, now):
            return tonight  # "tonight at two", said at one in the morning
        return local(days.shifted(day, days=later), hour, clock, moment.tz)
    if clock.hour == MIDNIGHT and today:
        return local(days.shifted(day, days=1), 0, clock, moment.tz)
    if clock.sure or not today:
        return coming(day, waking_hour(clock), clock, now, moment.tz)
    early = coming(day, clock.hour % 12, clock, now, moment.tz)
    late = clock.hour % 12 + 12
    return early if is_after(early, now) else local(day, late, clock, moment.tz)


def _unclocked(when: When, now: dt.datetime, moment: Moment) -> dt.datetime:
    """Return the moment of a day or a part of a day that is named without a time."""
    today = now.date()
    hour = PART_TIMES[when.part] if when.part else _MORNING
    usual = Clock(hour, sure=True)
    if when.day is None and not when.todays:
        instant = next_time(usual, None, now, moment.tz)
        return instant if instant is not None else now  # a sure hour always comes
    day = when.day.find(today) if when.day else today
    instant = local(day, hour, usual, moment.tz)
    still = PART_ENDS[when.part] if when.part else MIDNIGHT
    if day != today or instant > now or now.hour >= still:
        return instant
    following = now.astimezone(dt.UTC) + dt.timedelta(hours=1)
    return following.astimezone(moment.tz).replace(minute=0, second=0)
