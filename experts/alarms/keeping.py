"""Where alarms are kept: the expert's own store, and what is due with whoever delivers it.

An alarm that rang once is kept for a day, so that it can be snoozed or silenced.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from alexa_cli.catalog.times import next_time
from alexa_cli.errors import AlexaError

from .alarm import LATEST, NEXT, Alarm, notice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alexa_cli.catalog import HandlerContext

MAX_ALARMS = 100
PREFIX = "alarm/"
KEPT = timedelta(days=1)
RINGS = timedelta(minutes=15)
"""For how long "the alarm" is the one that rang."""


def add(context: HandlerContext, alarm: Alarm) -> tuple[Alarm, str | None]:
    """Keep and schedule a new one; returns it with its identifier, and who will ring it."""
    with context.store.transaction():
        there = everything(context)
        for each in there:
            if is_over(context, each) and each.instant <= context.now - KEPT:
                context.store.delete(PREFIX + each.id)
        if len(there) >= MAX_ALARMS:
            raise AlexaError(f"There are {MAX_ALARMS} alarms already. Cancel some first.")
        number = int(context.store.get("last", 0)) + 1
        context.store.set("last", number)
        new = replace(alarm, id=f"a{number}")
        return new, save(context, new)


def save(context: HandlerContext, alarm: Alarm) -> str | None:
    """Write it, and schedule it if it is on; returns who will ring it."""
    with context.store.transaction():
        context.store.set(PREFIX + alarm.id, asdict(alarm))
        at = time_of(context, alarm)
        if not alarm.on or at <= context.now:
            context.notify.cancel(alarm.id)
            return None
        return context.notify(
            notice(alarm, at, context), at=at, key=alarm.id, repeat=alarm.repeat, kind="alarm"
        )


def drop(context: HandlerContext, identifier: str) -> None:
    """Forget it, and do not ring it."""
    context.store.delete(PREFIX + identifier)
    context.notify.cancel(identifier)


def everything(context: HandlerContext) -> list[Alarm]:
    """Every alarm, the one set first first."""
    found = [Alarm(**raw) for _, raw in context.store.items(PREFIX)]
    return sorted(found, key=lambda each: int(each.id[1:]))


def is_over(context: HandlerContext, alarm: Alarm) -> bool:
    """Whether it rang once, and for good."""
    return alarm.on and alarm.repeat is None and alarm.instant <= context.now


def time_of(context: HandlerContext, alarm: Alarm) -> datetime:
    """When it rings next, or would if it were on."""
    return next_time(context, alarm.id, alarm.instant, alarm.repeat)


def live(context: HandlerContext) -> list[tuple[Alarm, datetime]]:
    """Those that are still to ring, and those that are off; the earliest first."""
    found = [
        (each, time_of(context, each)) for each in everything(context) if not is_over(context, each)
    ]
    return sorted(found, key=lambda pair: pair[1])


def get(context: HandlerContext, identifier: str) -> Alarm | None:
    """The alarm with that identifier; of "latest", the one set last; of "next", that."""
    if identifier == NEXT:
        return next((each for each, _ in live(context) if each.on), None)
    if identifier == LATEST:
        coming = [each for each, _ in live(context)]
        return max(coming, key=lambda each: int(each.id[1:]), default=None)
    raw: Any = context.store.get(PREFIX + identifier)
    return None if raw is None else Alarm(**raw)


def rang(context: HandlerContext, within: timedelta = RINGS) -> Alarm | None:
    """The alarm that rang last, if it did so a short while ago."""
    for said in context.notify.delivered(5):
        found = get(context, said.key)
        if found is not None and context.now - said.heard <= within:
            return found
    return None


def undo(before: Iterable[Alarm] = (), added: Iterable[Alarm] = ()) -> dict[str, Any]:
    """What takes a change back."""
    arguments = {"before": [asdict(each) for each in before], "added": [each.id for each in added]}
    return {"api": "put_back", "arguments": arguments}
