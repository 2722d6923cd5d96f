"""What the handlers of reminders share: which time is meant, and what is said of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alexa_cli.catalog import Result
from alexa_cli.catalog.times import (
    clocked,
    length_of,
    say_when,
    says_half,
    says_time_only,
    time_on,
)
from alexa_cli.errors import AlexaError

from .keeping import (
    add,
    live,
    save,
    time_of,
    undo,
)
from .reminder import Reminder, when, yours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.catalog import HandlerContext

MOST_SAID = 10
"""Longer lists are cut, and say so."""
NOON = 12


def to_come(context: HandlerContext, due: str) -> datetime:
    """Read a time that is to come. Raises AlexaError."""
    at = datetime.fromisoformat(due)
    if at <= context.now:
        raise AlexaError(f"{capital(say_when(at, context.now, context.tz))} is over.")
    return at


def first_of(context: HandlerContext, repeat: str) -> tuple[str, datetime]:
    """The rule with a time of day, and when it comes first."""
    rule = clocked(repeat)
    step = length_of(rule)
    if step is not None and step < timedelta(minutes=1):
        raise AlexaError("I can remind you once a minute, not more often.")
    at = context.notify.first(rule, context.now)
    if at is None:
        raise AlexaError("That never comes.")
    return rule, at


def on_its_day(context: HandlerContext, found: Reminder, at: datetime, words: str) -> datetime:
    """Where only a time of day was said: of the reminder's own day, and half of the day."""
    if not says_time_only(words):
        return at
    zone = ZoneInfo(context.tz)
    its, local = time_of(context, found).astimezone(zone), at.astimezone(zone)
    hour = local.hour
    if not says_half(words):
        hour = hour % NOON + (NOON if its.hour >= NOON else 0)
    moved = its.replace(hour=hour, minute=local.minute, second=0, microsecond=0)
    return moved if moved > context.now else at


# Wording --------------------------------------------------------------------------------


def add_new(context: HandlerContext, new: Reminder) -> Result:
    """Keep a new one, and say so."""
    kept, who = add(context, new)
    if kept.check:
        said = f"I can't watch for that yet. I'll remind you {when(kept, kept.at, context)}"
        say = f"{said} to check if {kept.told}."
    else:
        say = f"I'll remind {whom(kept)} {when(kept, kept.at, context)}{what_of(kept)}."
    if kept.repeat:
        say += f" The first is {said_at(context, kept.at)}."
    if kept.unless and not kept.check:
        say += f" I can't tell yet whether {yours(kept.unless)}, so I'll remind you anyway."
    say = " ".join([say, *comes(who)])
    return Result(seen(kept, kept.at), say=say, undo=undo(context, added=[kept]))


def changed(context: HandlerContext, before: Reminder, after: Reminder) -> Result:
    """Write one as it is now, and say so."""
    who = save(context, after)
    at = time_of(context, after)
    say = f"Changed: I'll remind {whom(after)} {when(after, at, context)}{what_of(after)}."
    return Result(seen(after, at), say=" ".join([say, *comes(who)]), undo=undo(context, [before]))


def chosen(
    context: HandlerContext, day: str | None, who: str | None
) -> tuple[list[tuple[Reminder, datetime]], str]:
    """Those of a day and a person, and the words for that."""
    found, about, zone = live(context), "", ZoneInfo(context.tz)
    if who is not None:
        found = [pair for pair in found if pair[0].who == who]
        about += f" for {person_of(context, who)[1]}"
    if day is not None:
        wanted = date.fromisoformat(day)
        found = [
            (each, on_day)
            for each, at in found
            if (on_day := time_on(context, at, each.repeat, wanted))
        ]
        found.sort(key=lambda pair: pair[1])
        noon = datetime(wanted.year, wanted.month, wanted.day, NOON, tzinfo=zone)
        said = say_when(noon, context.now, context.tz).removesuffix(" at noon")
        about += f" {said}" if said in {"today", "tomorrow"} else f" on {said}"
    return found, about


def person_of(context: HandlerContext, who: str | None) -> tuple[str | None, str | None]:
    """Return the id and the name of whom it is for."""
    entry = context.household.people.get(who) if who else None
    return (who, entry.name if entry else who) if who else (None, None)


def clean(message: str) -> str:
    """Return a message without what is around it. Raises AlexaError for an empty one."""
    said = " ".join(message.split()).strip(" .,;:!?")
    if not said:
        raise AlexaError('Say what to remind you of, such as "remind me at six to call mom".')
    return said


def whom(reminder: Reminder) -> str:
    """Who is reminded, in words."""
    return reminder.name or "you"


def what_of(reminder: Reminder) -> str:
    """What of, in words."""
    if reminder.check:
        return f" to check if {reminder.told}"
    return f" {reminder.how} {reminder.told}"


def said_at(context: HandlerContext, at: datetime) -> str:
    """Return a time in words."""
    return say_when(at, context.now, context.tz)


def comes(who: str | None) -> Sequence[str]:
    """What the user must know about who will say it: nothing if it is sure."""
    if who == "here":
        return ()
    if who:
        return (f"It comes in the running `{who}`.",)
    return ("It comes while `alexa chat` or `alexa watch` runs.",)


def no_such() -> Result:
    """Say that there is none."""
    return Result({"reminders": []}, say="You have no reminders.")


def seen(reminder: Reminder, at: datetime) -> dict[str, Any]:
    """A reminder as ``--json`` shows it; ``at`` is when it comes next."""
    return asdict(reminder) | {"at": at.isoformat()}


def count_of(number: int) -> str:
    """Return so many reminders, in words."""
    return "one reminder" if number == 1 else f"{number} reminders"


def capital(text: str) -> str:
    """Return the text with a large first letter."""
    return text[:1].upper() + text[1:]
