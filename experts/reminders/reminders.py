"""Reminders: kept in the expert's own store, said by whoever delivers what is due."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alexa_cli.catalog import Result, keep_order
from alexa_cli.catalog.times import (
    clocked,
    length_of,
    reclocked,
    say_length,
    say_when,
)
from alexa_cli.errors import AlexaError

from .keeping import (
    add,
    drop,
    get,
    last_said,
    live,
    over,
    save,
    time_of,
    undo,
)
from .keeping import put_back as restored
from .reminder import Reminder, when
from .telling import (
    add_new,
    capital,
    changed,
    chosen,
    clean,
    comes,
    count_of,
    first_of,
    no_such,
    on_its_day,
    person_of,
    said_at,
    seen,
    to_come,
    what_of,
    whom,
)

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext

MOST_SAID = 10
"""Longer lists are cut, and say so."""
NOON = 12


# What the house calls -------------------------------------------------------------------


def create_reminder(
    context: HandlerContext,
    message: str,
    due: str,
    who: str | None = None,
    unless: str | None = None,
    how: str = "to",
) -> Result:
    """Remind once. ``due``: ISO 8601. Raises AlexaError for a time that is over."""
    at = to_come(context, due)
    new = Reminder("", clean(message), at.isoformat(), how, None, *person_of(context, who), unless)
    return add_new(context, new)


def create_repeating(
    context: HandlerContext,
    message: str,
    repeat: str,
    who: str | None = None,
    unless: str | None = None,
    how: str = "to",
) -> Result:
    """Remind again and again by a rule; one without a time of day is at nine."""
    rule, at = first_of(context, repeat)
    new = Reminder("", clean(message), at.isoformat(), how, rule, *person_of(context, who), unless)
    return add_new(context, new)


def create_two(context: HandlerContext, message: str, due: str, more: str, other: str) -> Result:
    """Remind of two things, or of none."""
    with context.store.transaction():
        one = create_reminder(context, message, due)
        two = create_reminder(context, more, other)
    arguments: Any = [undo["arguments"] for undo in (one.undo, two.undo) if undo]
    added = [identifier for each in arguments for identifier in each["added"]]
    taken: Any = {"api": "put_back", "arguments": {**arguments[0], "added": added}}
    first = (one.say or "").replace(f" {comes(None)[0]}", "")
    return Result({"reminders": [one.value, two.value]}, say=f"{first} {two.say}", undo=taken)


def report_if(context: HandlerContext, unless: str, due: str) -> Result:
    """Ask the user at ``due`` to check whether ``unless`` is so: nothing here can tell."""
    at = to_come(context, due)
    return add_new(context, Reminder("", unless, at.isoformat(), unless=unless, check=True))


def report_if_repeating(context: HandlerContext, unless: str, repeat: str) -> Result:
    """Ask the user again and again to check whether ``unless`` is so."""
    rule, at = first_of(context, repeat)
    new = Reminder("", unless, at.isoformat(), repeat=rule, unless=unless, check=True)
    return add_new(context, new)


def at_a_place(context: HandlerContext, place: str, message: str | None = None) -> Result:
    """Say honestly that this cannot be done."""
    del context, place
    again = f'such as "remind me at six to {message}"' if message else 'such as "at six"'
    return Result({}, say=f"I can't tell where you are. Say a time instead, {again}.")


def snooze_reminder(
    context: HandlerContext, due: str | None = None, duration: float | None = None
) -> Result:
    """Say once more, later, what was said last."""
    found = last_said(context)
    if found is None:
        return Result({}, say="I haven't reminded you of anything in the last day.")
    seconds = duration if duration is not None else context.snooze
    at = to_come(context, due) if due else context.now + timedelta(seconds=round(seconds))
    if found.repeat:
        once = replace(found, id="", repeat=None, due=at.isoformat())
        new, who = add(context, once)
        taken = undo(context, added=[new])
    else:
        new = replace(found, due=at.isoformat())
        who = save(context, new)
        taken = undo(context, [found])
    soon = f"in {say_length(seconds)}" if due is None else say_when(at, context.now, context.tz)
    say = f"I'll remind you again {soon}: {new.told}."
    return Result(seen(new, at), say=" ".join([say, *comes(who)]), undo=taken)


def list_reminders(
    context: HandlerContext, day: str | None = None, who: str | None = None
) -> Result:
    """Say which reminders there are, of one day or one person if asked."""
    found, about = chosen(context, day, who)
    value: Any = {"reminders": [seen(each, at) for each, at in found]}
    if not found:
        return Result(value, say=f"You have no reminders{about}.")
    keep_order(context, [each.id for each, _ in found[:MOST_SAID]])
    parts = [f"{when(each, at, context)}: {each.title}" for each, at in found[:MOST_SAID]]
    count = "one reminder" if len(found) == 1 else f"{len(found)} reminders"
    more = f"; and {len(found) - MOST_SAID} more" if len(found) > MOST_SAID else ""
    return Result(value, say=f"You have {count}{about}. {capital('; '.join(parts))}{more}.")


def next_reminder(context: HandlerContext) -> Result:
    """Say which comes next."""
    coming = live(context)
    if not coming:
        return no_such()
    each, at = coming[0]
    say = f"Your next reminder is {say_when(at, context.now, context.tz)}: {each.title}."
    return Result(seen(each, at), say=say)


def when_reminder(context: HandlerContext, reminder: str) -> Result:
    """Say when one is due."""
    found = get(context, reminder)
    if found is None:
        return no_such()
    at = time_of(context, found)
    if at <= context.now:
        said = say_when(at, context.now, context.tz)
        return Result(seen(found, at), say=f"I reminded you {said}: {found.title}.")
    say = f"I'll remind {whom(found)} {when(found, at, context)}{what_of(found)}."
    if found.repeat:
        say += f" The next is {say_when(at, context.now, context.tz)}."
    return Result(seen(found, at), say=say)


def missed_reminders(context: HandlerContext) -> Result:
    """Say what the user was reminded of within the last day."""
    done = {each.id: (each, each.at) for each in over(context)}
    for said in reversed(context.notify.delivered(50)):
        each = get(context, said.key)
        if each is not None and context.now - said.heard < timedelta(days=1):
            done[each.id] = (each, said.at)
    found = sorted(done.values(), key=lambda pair: pair[1], reverse=True)
    value: Any = {"reminders": [seen(each, at) for each, at in found]}
    if not found:
        return Result(value, say="No reminders have come in the last day.")
    parts = [
        f"{say_when(at, context.now, context.tz)}: {each.title}" for each, at in found[:MOST_SAID]
    ]
    return Result(value, say=f"In the last day: {'; '.join(parts)}.")


def change_time(context: HandlerContext, reminder: str, due: str) -> Result:
    """Move one to another time. Of a repeated one, all that are to come move."""
    found = get(context, reminder)
    if found is None:
        return no_such()
    at, words = datetime.fromisoformat(due), context.said.get("due", "")
    at = on_its_day(context, found, at, words)
    if found.repeat:
        local = at.astimezone(ZoneInfo(context.tz))
        if length_of(found.repeat):
            raise AlexaError("That reminder goes by a length of time, not by the clock.")
        rule = reclocked(found.repeat, local.hour, local.minute)
        return change_repeat(context, found.id, rule)
    if at <= context.now:
        raise AlexaError(f"{capital(say_when(at, context.now, context.tz))} is over.")
    return changed(context, found, replace(found, due=at.isoformat()))


def change_repeat(context: HandlerContext, reminder: str, repeat: str) -> Result:
    """Have one repeat by a rule; with no time of day in it, at the reminder's own."""
    found = get(context, reminder)
    if found is None:
        return no_such()
    local = time_of(context, found).astimezone(ZoneInfo(context.tz))
    rule, at = first_of(context, clocked(repeat, local.hour, local.minute))
    return changed(context, found, replace(found, repeat=rule, due=at.isoformat()))


def delay_reminder(
    context: HandlerContext, reminder: str, duration: float, direction: str = "later"
) -> Result:
    """Make one come later or sooner; a repeated one does so on all its days."""
    found = get(context, reminder)
    if found is None:
        return no_such()
    step = timedelta(seconds=duration if direction == "later" else -duration)
    at = max(time_of(context, found), context.now) if direction == "later" else None
    at = (at or time_of(context, found)) + step
    if at <= context.now:
        raise AlexaError(f"{capital(say_when(at, context.now, context.tz))} is over.")
    if found.repeat:
        local = at.astimezone(ZoneInfo(context.tz))
        if length_of(found.repeat) or abs(step) >= timedelta(days=1):
            raise AlexaError('Say how it should repeat, such as "every monday at nine".')
        rule = reclocked(found.repeat, local.hour, local.minute)
        return changed(context, found, replace(found, repeat=rule, due=at.isoformat()))
    return changed(context, found, replace(found, due=at.isoformat()))


def change_message(context: HandlerContext, reminder: str, message: str) -> Result:
    """Change what one says."""
    found = get(context, reminder)
    if found is None:
        return no_such()
    return changed(context, found, replace(found, message=clean(message), check=False))


def cancel_reminder(context: HandlerContext, reminder: str) -> Result:
    """Cancel one."""
    found = get(context, reminder)
    if found is None:
        return no_such()
    at = time_of(context, found)
    with context.store.transaction():
        drop(context, found.id)
    say = f"Canceled the reminder {when(found, at, context)}: {found.title}."
    return Result(seen(found, at), say=say, undo=undo(context, [found]))


def cancel_all(context: HandlerContext, day: str | None = None, who: str | None = None) -> Result:
    """Cancel all there are, of one day or one person if said. A repeated one is not of a day."""
    with context.store.transaction():
        found, about = chosen(context, day, who)
        kept = [each for each, _ in found if day is not None and each.repeat]
        gone = [each for each, _ in found if each not in kept]
        for each in gone:
            drop(context, each.id)
    if not found:
        return Result({"reminders": []}, say=f"You have no reminders{about}.")
    say = f"Canceled {count_of(len(gone))}{about}." if gone else ""
    if kept:
        say += f" {capital(count_of(len(kept)))} there {'repeats' if len(kept) == 1 else 'repeat'}:"
        say += " cancel that by name." if len(kept) == 1 else " cancel those by name."
    value: Any = {"reminders": [asdict(each) for each in gone]}
    return Result(value, say=say.strip(), undo=undo(context, gone) if gone else None)


def complete_reminder(context: HandlerContext, reminder: str) -> Result:
    """Take one as done: it does not come; a repeated one comes the time after next."""
    found = get(context, reminder)
    if found is None:
        return no_such()
    at = time_of(context, found)
    if found.repeat is None:
        with context.store.transaction():
            drop(context, found.id)
        say = f"Done: {found.title}."
        return Result(seen(found, at), say=say, undo=undo(context, [found]))
    said = last_said(context)
    if said is not None and said.id == found.id:  # what came is done, what comes is not
        say = f"Done for now: {found.title}. I'll remind you again {said_at(context, at)}."
        return Result(seen(found, at), say=say)
    following = context.notify.next(found.repeat, at)
    if following is None:
        return cancel_reminder(context, found.id)
    save(context, replace(found, due=following.isoformat()))
    say = f"Done for now: {found.title}. I'll remind you again {said_at(context, following)}."
    return Result(seen(found, following), say=say, undo=undo(context, [found]))


def put_back(
    context: HandlerContext, before: list[dict[str, Any]], added: list[str], at: str
) -> dict[str, int]:
    """Undo: remove what was added and write the others back as they were."""
    with context.store.transaction():
        for identifier in added:
            drop(context, identifier)
        for raw in before:
            restored(context, Reminder(**raw), datetime.fromisoformat(at))
    return {"restored": len(before), "removed": len(added)}
