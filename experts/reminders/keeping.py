"""Where reminders are kept: the expert's own store, and what is due with whoever delivers it.

A reminder that came once is kept for a day, so that it can be said again, or taken as done.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from alexa_cli.catalog.times import next_time
from alexa_cli.errors import AlexaError

from .reminder import LATEST, NEXT, Reminder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alexa_cli.catalog import HandlerContext

MAX_REMINDERS = 5_000
PREFIX = "reminder/"
KEPT = timedelta(days=1)
_SWEEP = 50
"""Every so many new ones, those that are long over are forgotten."""


def add(context: HandlerContext, reminder: Reminder) -> tuple[Reminder, str | None]:
    """Keep and schedule a new one; returns it with its identifier, and who will say it."""
    with context.store.transaction():
        number = int(context.store.get("last", 0)) + 1
        if number % _SWEEP == 0:
            _sweep(context)
        context.store.set("last", number)
        new = replace(reminder, id=f"r{number}")
        return new, save(context, new)


def save(context: HandlerContext, reminder: Reminder) -> str | None:
    """Write it and schedule it anew; returns who will say it."""
    with context.store.transaction():
        context.store.set(PREFIX + reminder.id, asdict(reminder))
        return context.notify(
            reminder.notice, at=reminder.at, key=reminder.id, repeat=reminder.repeat,
            kind="reminder",
        )  # fmt: skip


def drop(context: HandlerContext, identifier: str) -> None:
    """Forget it, and do not say it."""
    context.store.delete(PREFIX + identifier)
    context.notify.cancel(identifier)


def put_back(context: HandlerContext, reminder: Reminder, at: datetime) -> None:
    """Write it as it was at ``at``; what had been said then is not said again."""
    if reminder.repeat:
        upcoming = time_of(context, reminder)
        save(context, replace(reminder, due=upcoming.isoformat()))
    elif reminder.at > at:
        save(context, reminder)
    else:
        context.notify.cancel(reminder.id)
        context.store.set(PREFIX + reminder.id, asdict(reminder))


def everything(context: HandlerContext) -> list[Reminder]:
    """Every reminder, the one set first first."""
    found = [Reminder(**raw) for _, raw in context.store.items(PREFIX)]
    return sorted(found, key=lambda each: int(each.id[1:]))


def time_of(context: HandlerContext, reminder: Reminder) -> datetime:
    """When it comes: of a repeated one, the next time."""
    return next_time(context, reminder.id, reminder.at, reminder.repeat)


def live(context: HandlerContext) -> list[tuple[Reminder, datetime]]:
    """Those that are still to come, each with when; the earliest first."""
    times = [(each, time_of(context, each)) for each in everything(context)]
    found = [(each, at) for each, at in times if each.repeat or at > context.now]
    return sorted(found, key=lambda pair: pair[1])


def over(context: HandlerContext) -> list[Reminder]:
    """Those that came once within the last day, the newest first."""
    found = [
        each
        for each in everything(context)
        if not each.repeat and context.now - KEPT < each.at <= context.now
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)


def get(context: HandlerContext, identifier: str) -> Reminder | None:
    """The reminder with that identifier; of "latest", the one set last; of "next", that."""
    if identifier == NEXT:
        coming = live(context)
        return coming[0][0] if coming else None
    if identifier == LATEST:
        coming = live(context)
        return max((each for each, _ in coming), key=lambda each: int(each.id[1:]), default=None)
    raw: Any = context.store.get(PREFIX + identifier)
    return None if raw is None else Reminder(**raw)


def last_said(context: HandlerContext) -> Reminder | None:
    """What the user was reminded of last, within a day."""
    for said in context.notify.delivered(5):
        found = get(context, said.key)
        if found is not None and context.now - said.heard < KEPT:
            return found
    return next(iter(over(context)), None)


def undo(
    context: HandlerContext, before: Iterable[Reminder] = (), added: Iterable[Reminder] = ()
) -> dict[str, Any]:
    """What takes a change back."""
    return {
        "api": "put_back",
        "arguments": {
            "before": [asdict(each) for each in before],
            "added": [each.id for each in added],
            "at": context.now.isoformat(),
        },
    }


def _sweep(context: HandlerContext) -> None:
    there = everything(context)
    for each in there:
        if not each.repeat and each.at <= context.now - KEPT:
            context.store.delete(PREFIX + each.id)
    if len(there) >= MAX_REMINDERS:
        raise AlexaError(f"There are {MAX_REMINDERS} reminders already. Cancel some first.")
