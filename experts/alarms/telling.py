"""What the handlers of alarms share: setting, moving and choosing them, and the words for it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alexa_cli.catalog import Result
from alexa_cli.catalog.times import (
    clocked,
    length_of,
    reclocked,
    say_when,
    time_on,
)
from alexa_cli.errors import AlexaError

from .alarm import Alarm, when
from .keeping import add, live, save, time_of, undo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.catalog import HandlerContext

NOON = 12
LATEST = "latest"
SNOOZABLE = timedelta(hours=1)
"""For how long after it rang an alarm can be snoozed."""


def add_new(context: HandlerContext, alarm: Alarm, lead: str = "Alarm set for") -> Result:
    """Keep a new one, and say so."""
    at = alarm.instant
    if at <= context.now:
        raise AlexaError(f"{capital(say_when(at, context.now, context.tz))} is over.")
    for each, its in live(context):
        if each.on and (its, each.repeat, each.name) == (at, alarm.repeat, alarm.name):
            say = f"You already have an alarm {when(each, its, context)}."
            return Result(seen(each, its), say=say)
    new, who = add(context, alarm)
    said = when(new, at, context)
    if new.name:
        lead = f"{capital(new.name)} alarm set for"
    say = f"{lead} {said}."
    if new.repeat:
        say += f" The first is {say_when(at, context.now, context.tz)}."
    say = " ".join([say, *rings(who)])
    return Result(seen(new, at), say=say, undo=undo(added=[new]))


def move_to(context: HandlerContext, found: Alarm, at: datetime) -> Result:
    """Have one ring at another time. Raises AlexaError."""
    if found.repeat:
        if length_of(found.repeat):
            raise AlexaError("That alarm goes by a length of time, not by the clock.")
        local = at.astimezone(ZoneInfo(context.tz))
        rule = reclocked(found.repeat, local.hour, local.minute)
        first = first_of(context, rule).isoformat()
        return changed(context, found, replace(found, repeat=rule, at=first, on=True))
    if at <= context.now:
        raise AlexaError(f"{capital(say_when(at, context.now, context.tz))} is over.")
    return changed(context, found, replace(found, at=at.isoformat(), on=True))


def changed(context: HandlerContext, before: Alarm, after: Alarm) -> Result:
    """Write one as it is now, and say so."""
    who = save(context, after)
    at = time_of(context, after)
    named = f"{capital(after.name)} alarm" if after.name else "Alarm"
    say = " ".join([f"{named} set for {when(after, at, context)}.", *rings(who)])
    return Result(seen(after, at), say=say, undo=undo([before]))


def first_of(context: HandlerContext, rule: str) -> datetime:
    """When a rule comes first. Raises AlexaError for one that says no time."""
    if clocked(rule) != rule:
        raise AlexaError('Say at what time, such as "every weekday at seven".')
    step = length_of(rule)
    if step is not None and step < timedelta(minutes=1):
        raise AlexaError("An alarm can ring once a minute, not more often.")
    at = context.notify.first(rule, context.now)
    if at is None:
        raise AlexaError("That never comes.")
    return at


def ringing_on(
    context: HandlerContext, day: str | None
) -> tuple[list[tuple[Alarm, datetime]], str]:
    """Alarms, or those whose next time is on that day, and the words for that."""
    found = live(context)
    if day is None:
        return found, ""
    wanted, zone = date.fromisoformat(day), ZoneInfo(context.tz)
    noon = datetime(wanted.year, wanted.month, wanted.day, NOON, tzinfo=zone)
    said = say_when(noon, context.now, context.tz).removesuffix(" at noon")
    about = f" {said}" if said in {"today", "tomorrow"} else f" on {said}"
    there = [
        (each, on_day)
        for each, at in found
        if (on_day := time_on(context, at, each.repeat, wanted))
    ]
    return sorted(there, key=lambda pair: pair[1]), about


# Wording --------------------------------------------------------------------------------


def listed(alarm: Alarm, at: datetime, context: HandlerContext) -> str:
    """One of a list, in words."""
    named = f"{alarm.name}, " if alarm.name else ""
    off = "" if alarm.on else ", which is off"
    return f"{named}{when(alarm, at, context)}{off}"


def rings(who: str | None) -> Sequence[str]:
    """What the user must know about who will ring it: nothing if it is sure."""
    if who == "here":
        return ()
    if who:
        return (f"It rings in the running `{who}`.",)
    return ("It rings while `alexa chat` or `alexa watch` runs.",)


def no_such() -> Result:
    """Say that there is none."""
    return Result({"alarms": []}, say="You have no alarms set.")


def seen(alarm: Alarm, at: datetime) -> dict[str, Any]:
    """An alarm as ``--json`` shows it; ``next`` is when it rings next."""
    return asdict(alarm) | {"next": at.isoformat()}


def capital(text: str | None) -> str:
    """Return the text with a large first letter."""
    return text[:1].upper() + text[1:] if text else ""
