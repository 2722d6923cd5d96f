"""One alarm, and the words for it: what it is called, when it rings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alexa_cli.catalog.times import (
    clock_forms,
    clocked,
    day_forms,
    reclocked,
    say_repeat,
    say_when,
    says_half,
    says_time_only,
)

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext

LATEST, NEXT, NONE = "latest", "next", "none"
"""In place of an identifier: the one that was set last, the one that rings next, none at all."""
_ALIKE = 0.8
"""A name as much like "alarm" is that word, misspelt."""
NOON, EARLIEST = 12, 4
"""A bare hour from ``EARLIEST`` on is one of the morning, to get up by."""
_LENGTHS = frozenset("hour hours minute minutes second seconds now".split())
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_SETS = {"MO,TU,WE,TH,FR": "weekday", "SA,SU": "weekend"}


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm. ``at`` is when it rings, or of a repeated one a time at which it rings."""

    id: str
    at: str
    """ISO 8601 with offset."""
    repeat: str | None = None
    """A rule of RFC 5545."""
    name: str | None = None
    on: bool = True

    @property
    def instant(self) -> datetime:
        """``at`` as an instant."""
        return datetime.fromisoformat(self.at)


def clock(at: datetime, context: HandlerContext) -> str:
    """``6:30 AM``."""
    local = at.astimezone(ZoneInfo(context.tz))
    half = "AM" if local.hour < NOON else "PM"
    twelve = local.hour % NOON or NOON
    return f"{twelve}:{local.minute:02} {half}" if local.minute else f"{twelve} {half}"


def title(alarm: Alarm, at: datetime, context: HandlerContext) -> str:
    """``gym alarm``, or ``6:30 AM alarm`` for one without a name."""
    return f"{alarm.name or clock(at, context)} alarm"


def when(alarm: Alarm, at: datetime, context: HandlerContext) -> str:
    """``tomorrow at 6:30 AM``, ``every weekday at 6:45 AM``."""
    if alarm.repeat:
        return say_repeat(alarm.repeat, context.now, context.tz)
    return say_when(at, context.now, context.tz)


def notice(alarm: Alarm, at: datetime, context: HandlerContext) -> str:
    """What is said when it rings."""
    named = f"{alarm.name}, " if alarm.name else ""
    return f"Alarm: {named}{clock(at, context)}."


def aliases(alarm: Alarm, at: datetime, context: HandlerContext) -> list[str]:
    """What people call it: "seven o'clock alarm", "gym", "tomorrow's alarm", ..."""
    found = ["alarm", "alarm clock"]
    if alarm.name:
        found += [alarm.name, f"{alarm.name} alarm", f"{alarm.name} one", f"alarm for {alarm.name}"]
    local = at.astimezone(ZoneInfo(context.tz))
    for form in clock_forms(local.hour, local.minute):
        found += [f"{form} alarm", f"{form} one", f"alarm for {form}", f"alarm at {form}"]
    if local.hour < NOON:
        found += ["morning alarm", "wake up alarm"]
    if alarm.repeat:
        found += ["repeating alarm", "recurring alarm"]
        days = next((p[6:] for p in alarm.repeat.split(";") if p.startswith("BYDAY=")), "")
        if alarm.repeat.startswith("FREQ=DAILY"):
            found += ["daily alarm", "everyday alarm"]
        said = [_SETS[days]] if days in _SETS else []
        said += [_DAYS[_CODES.index(day)] for day in days.split(",") if day in _CODES]
        found += [f"{day} alarm" for day in said]
    today = context.now.astimezone(ZoneInfo(context.tz)).date()
    for form in day_forms(local.date(), today):
        found += [f"{form} alarm", f"{form}'s alarm", f"alarm for {form}", f"alarm on {form}"]
    return list(dict.fromkeys(found))


def bare(name: str | None) -> str | None:
    """``the gym alarm`` -> ``gym``."""
    said = (name or "").strip()
    for article in ("the ", "my ", "a ", "an "):
        said = said.removeprefix(article)
    said = said.removesuffix(" for").removesuffix(" at").removesuffix(" alarm").strip()
    slip = SequenceMatcher(None, said.lower(), "alarm").ratio() >= _ALIKE  # "set a alrm for nine"
    return None if slip else said or None


# A bare hour ----------------------------------------------------------------------------


def to_get_up(at: datetime, words: str, context: HandlerContext) -> datetime:
    """The time that was meant to get up by: "six" is six in the morning, whenever it is said."""
    local = at.astimezone(ZoneInfo(context.tz))
    if not words or says_half(words) or _is_length(words) or local.hour < NOON + EARLIEST:
        return at
    early = local.replace(hour=local.hour - NOON)
    if early > context.now:
        return early
    return early + timedelta(days=1) if says_time_only(words) else at


def _is_length(words: str) -> bool:
    """Whether it is so long from now, or from something: "in two hours"."""
    said = set(words.lower().split())
    return bool(said & _LENGTHS) and not said & {"to", "past", "till", "of"}


def days_to_get_up(repeat: str, words: str) -> str:
    """The rule that was meant: "every day at five" is at five in the morning."""
    fields = dict(part.split("=") for part in repeat.split(";"))
    hour = int(fields.get("BYHOUR", "0"))
    if not words or says_half(words) or hour < NOON + EARLIEST:
        return clocked(repeat) if "BYHOUR" in fields else repeat
    return reclocked(repeat, hour - NOON, int(fields.get("BYMINUTE", "0")))


def on_its_day(at: datetime, words: str, its: datetime, context: HandlerContext) -> datetime:
    """Where only a time of day was said: of the alarm's own day, and half of the day."""
    if not says_time_only(words):
        return at
    zone = ZoneInfo(context.tz)
    local, own = at.astimezone(zone), its.astimezone(zone)
    hour = local.hour
    if not says_half(words):
        hour = hour % NOON + (NOON if own.hour >= NOON else 0)
    moved = own.replace(hour=hour, minute=local.minute, second=0, microsecond=0)
    while moved <= context.now:
        moved += timedelta(days=1)
    return moved
