"""Reminders: kept in the expert's own store, said by whoever delivers what is due."""

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
    say_length,
    say_when,
    says_half,
    says_time_only,
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
from .reminder import Reminder, when, yours

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    at = _to_come(context, due)
    new = Reminder("", _text(message), at.isoformat(), how, None, *_person(context, who), unless)
    return _added(context, new)


def create_repeating(
    context: HandlerContext,
    message: str,
    repeat: str,
    who: str | None = None,
    unless: str | None = None,
    how: str = "to",
) -> Result:
    """Remind again and again by a rule; one without a time of day is at nine."""
    rule, at = _first(context, repeat)
    new = Reminder("", _text(message), at.isoformat(), how, rule, *_person(context, who), unless)
    return _added(context, new)


def create_two(context: HandlerContext, message: str, due: str, more: str, other: str) -> Result:
    """Remind of two things, or of none."""
    with context.store.transaction():
        one = create_reminder(context, message, due)
        two = create_reminder(context, more, other)
    arguments: Any = [undo["arguments"] for undo in (one.undo, two.undo) if undo]
    added = [identifier for each in arguments for identifier in each["added"]]
    taken: Any = {"api": "put_back", "arguments": {**arguments[0], "added": added}}
    first = (one.say or "").replace(f" {_comes(None)[0]}", "")
    return Result({"reminders": [one.value, two.value]}, say=f"{first} {two.say}", undo=taken)


def report_if(context: HandlerContext, unless: str, due: str) -> Result:
    """Ask the user at ``due`` to check whether ``unless`` is so: nothing here can tell."""
    at = _to_come(context, due)
    return _added(context, Reminder("", unless, at.isoformat(), unless=unless, check=True))


def report_if_repeating(context: HandlerContext, unless: str, repeat: str) -> Result:
    """Ask the user again and again to check whether ``unless`` is so."""
    rule, at = _first(context, repeat)
    new = Reminder("", unless, at.isoformat(), repeat=rule, unless=unless, check=True)
    return _added(context, new)


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
    at = _to_come(context, due) if due else context.now + timedelta(seconds=round(seconds))
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
    return Result(_seen(new, at), say=" ".join([say, *_comes(who)]), undo=taken)


def list_reminders(
    context: HandlerContext, day: str | None = None, who: str | None = None
) -> Result:
    """Say which reminders there are, of one day or one person if asked."""
    found, about = _chosen(context, day, who)
    value: Any = {"reminders": [_seen(each, at) for each, at in found]}
    if not found:
        return Result(value, say=f"You have no reminders{about}.")
    parts = [f"{when(each, at, context)}: {each.title}" for each, at in found[:MOST_SAID]]
    count = "one reminder" if len(found) == 1 else f"{len(found)} reminders"
    more = f"; and {len(found) - MOST_SAID} more" if len(found) > MOST_SAID else ""
    return Result(value, say=f"You have {count}{about}. {_capital('; '.join(parts))}{more}.")


def next_reminder(context: HandlerContext) -> Result:
    """Say which comes next."""
    coming = live(context)
    if not coming:
        return _none()
    each, at = coming[0]
    say = f"Your next reminder is {say_when(at, context.now, context.tz)}: {each.title}."
    return Result(_seen(each, at), say=say)


def when_reminder(context: HandlerContext, reminder: str) -> Result:
    """Say when one is due."""
    found = get(context, reminder)
    if found is None:
        return _none()
    at = time_of(context, found)
    if at <= context.now:
        said = say_when(at, context.now, context.tz)
        return Result(_seen(found, at), say=f"I reminded you {said}: {found.title}.")
    say = f"I'll remind {_whom(found)} {when(found, at, context)}{_what(found)}."
    if found.repeat:
        say += f" The next is {say_when(at, context.now, context.tz)}."
    return Result(_seen(found, at), say=say)


def missed_reminders(context: HandlerContext) -> Result:
    """Say what the user was reminded of within the last day."""
    done = {each.id: (each, each.at) for each in over(context)}
    for said in reversed(context.notify.delivered(50)):
        each = get(context, said.key)
        if each is not None and context.now - said.at < timedelta(days=1):
            done[each.id] = (each, said.at)
    found = sorted(done.values(), key=lambda pair: pair[1], reverse=True)
    value: Any = {"reminders": [_seen(each, at) for each, at in found]}
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
        return _none()
    at, words = datetime.fromisoformat(due), context.said.get("due", "")
    at = _on_its_day(context, found, at, words)
    if found.repeat:
        local = at.astimezone(ZoneInfo(context.tz))
        if length_of(found.repeat):
            raise AlexaError("That reminder goes by a length of time, not by the clock.")
        rule = reclocked(found.repeat, local.hour, local.minute)
        return change_repeat(context, found.id, rule)
    if at <= context.now:
        raise AlexaError(f"{_capital(say_when(at, context.now, context.tz))} is over.")
    return _changed(context, found, replace(found, due=at.isoformat()))


def change_repeat(context: HandlerContext, reminder: str, repeat: str) -> Result:
    """Have one repeat by a rule; with no time of day in it, at the reminder's own."""
    found = get(context, reminder)
    if found is None:
        return _none()
    local = time_of(context, found).astimezone(ZoneInfo(context.tz))
    rule, at = _first(context, clocked(repeat, local.hour, local.minute))
    return _changed(context, found, replace(found, repeat=rule, due=at.isoformat()))


def delay_reminder(
    context: HandlerContext, reminder: str, duration: float, direction: str = "later"
) -> Result:
    """Make one come later or sooner; a repeated one does so on all its days."""
    found = get(context, reminder)
    if found is None:
        return _none()
    step = timedelta(seconds=duration if direction == "later" else -duration)
    at = max(time_of(context, found), context.now) if direction == "later" else None
    at = (at or time_of(context, found)) + step
    if at <= context.now:
        raise AlexaError(f"{_capital(say_when(at, context.now, context.tz))} is over.")
    if found.repeat:
        local = at.astimezone(ZoneInfo(context.tz))
        if length_of(found.repeat) or abs(step) >= timedelta(days=1):
            raise AlexaError('Say how it should repeat, such as "every monday at nine".')
        rule = reclocked(found.repeat, local.hour, local.minute)
        return _changed(context, found, replace(found, repeat=rule, due=at.isoformat()))
    return _changed(context, found, replace(found, due=at.isoformat()))


def change_message(context: HandlerContext, reminder: str, message: str) -> Result:
    """Change what one says."""
    found = get(context, reminder)
    if found is None:
        return _none()
    return _changed(context, found, replace(found, message=_text(message), check=False))


def cancel_reminder(context: HandlerContext, reminder: str) -> Result:
    """Cancel one."""
    found = get(context, reminder)
    if found is None:
        return _none()
    at = time_of(context, found)
    with context.store.transaction():
        drop(context, found.id)
    say = f"Canceled the reminder {when(found, at, context)}: {found.title}."
    return Result(_seen(found, at), say=say, undo=undo(context, [found]))


def cancel_all(context: HandlerContext, day: str | None = None, who: str | None = None) -> Result:
    """Cancel all there are, of one day or one person if said. A repeated one is not of a day."""
    with context.store.transaction():
        found, about = _chosen(context, day, who)
        kept = [each for each, _ in found if day is not None and each.repeat]
        gone = [each for each, _ in found if each not in kept]
        for each in gone:
            drop(context, each.id)
    if not found:
        return Result({"reminders": []}, say=f"You have no reminders{about}.")
    say = f"Canceled {_count(len(gone))}{about}." if gone else ""
    if kept:
        say += f" {_capital(_count(len(kept)))} there {'repeats' if len(kept) == 1 else 'repeat'}:"
        say += " cancel that by name." if len(kept) == 1 else " cancel those by name."
    value: Any = {"reminders": [asdict(each) for each in gone]}
    return Result(value, say=say.strip(), undo=undo(context, gone) if gone else None)


def complete_reminder(context: HandlerContext, reminder: str) -> Result:
    """Take one as done: it does not come; a repeated one comes the time after next."""
    found = get(context, reminder)
    if found is None:
        return _none()
    at = time_of(context, found)
    if found.repeat is None:
        with context.store.transaction():
            drop(context, found.id)
        say = f"Done: {found.title}."
        return Result(_seen(found, at), say=say, undo=undo(context, [found]))
    said = last_said(context)
    if said is not None and said.id == found.id:  # what came is done, what comes is not
        say = f"Done for now: {found.title}. I'll remind you again {_at(context, at)}."
        return Result(_seen(found, at), say=say)
    following = context.notify.next(found.repeat, at)
    if following is None:
        return cancel_reminder(context, found.id)
    save(context, replace(found, due=following.isoformat()))
    say = f"Done for now: {found.title}. I'll remind you again {_at(context, following)}."
    return Result(_seen(found, following), say=say, undo=undo(context, [found]))


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


# Times ----------------------------------------------------------------------------------


def _to_come(context: HandlerContext, due: str) -> datetime:
    at = datetime.fromisoformat(due)
    if at <= context.now:
        raise AlexaError(f"{_capital(say_when(at, context.now, context.tz))} is over.")
    return at


def _first(context: HandlerContext, repeat: str) -> tuple[str, datetime]:
    """The rule with a time of day, and when it comes first."""
    rule = clocked(repeat)
    step = length_of(rule)
    if step is not None and step < timedelta(minutes=1):
        raise AlexaError("I can remind you once a minute, not more often.")
    at = context.notify.first(rule, context.now)
    if at is None:
        raise AlexaError("That never comes.")
    return rule, at


def _on_its_day(context: HandlerContext, found: Reminder, at: datetime, words: str) -> datetime:
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


def _added(context: HandlerContext, new: Reminder) -> Result:
    kept, who = add(context, new)
    if kept.check:
        said = f"I can't watch for that yet. I'll remind you {when(kept, kept.at, context)}"
        say = f"{said} to check if {kept.told}."
    else:
        say = f"I'll remind {_whom(kept)} {when(kept, kept.at, context)}{_what(kept)}."
    if kept.repeat:
        say += f" The first is {_at(context, kept.at)}."
    if kept.unless and not kept.check:
        say += f" I can't tell yet whether {yours(kept.unless)}, so I'll remind you anyway."
    say = " ".join([say, *_comes(who)])
    return Result(_seen(kept, kept.at), say=say, undo=undo(context, added=[kept]))


def _changed(context: HandlerContext, before: Reminder, after: Reminder) -> Result:
    who = save(context, after)
    at = time_of(context, after)
    say = f"Changed: I'll remind {_whom(after)} {when(after, at, context)}{_what(after)}."
    return Result(_seen(after, at), say=" ".join([say, *_comes(who)]), undo=undo(context, [before]))


def _chosen(
    context: HandlerContext, day: str | None, who: str | None
) -> tuple[list[tuple[Reminder, datetime]], str]:
    """Those of a day and a person, and the words for that."""
    found, about, zone = live(context), "", ZoneInfo(context.tz)
    if who is not None:
        found = [pair for pair in found if pair[0].who == who]
        about += f" for {_person(context, who)[1]}"
    if day is not None:
        wanted = date.fromisoformat(day)
        found = [pair for pair in found if pair[1].astimezone(zone).date() == wanted]
        noon = datetime(wanted.year, wanted.month, wanted.day, NOON, tzinfo=zone)
        said = say_when(noon, context.now, context.tz).removesuffix(" at noon")
        about += f" {said}" if said in {"today", "tomorrow"} else f" on {said}"
    return found, about


def _person(context: HandlerContext, who: str | None) -> tuple[str | None, str | None]:
    entry = context.household.people.get(who) if who else None
    return (who, entry.name if entry else who) if who else (None, None)


def _text(message: str) -> str:
    said = " ".join(message.split()).strip(" .,;:!?")
    if not said:
        raise AlexaError('Say what to remind you of, such as "remind me at six to call mom".')
    return said


def _whom(reminder: Reminder) -> str:
    return reminder.name or "you"


def _what(reminder: Reminder) -> str:
    if reminder.check:
        return f" to check if {reminder.told}"
    return f" {reminder.how} {reminder.told}"


def _at(context: HandlerContext, at: datetime) -> str:
    return say_when(at, context.now, context.tz)


def _comes(who: str | None) -> Sequence[str]:
    """What the user must know about who will say it: nothing if it is sure."""
    if who == "here":
        return ()
    if who:
        return (f"It comes in the running `{who}`.",)
    return ("It comes while `alexa chat` or `alexa watch` runs.",)


def _none() -> Result:
    return Result({"reminders": []}, say="You have no reminders.")


def _seen(reminder: Reminder, at: datetime) -> dict[str, Any]:
    """A reminder as ``--json`` shows it; ``at`` is when it comes next."""
    return asdict(reminder) | {"at": at.isoformat()}


def _count(number: int) -> str:
    return "one reminder" if number == 1 else f"{number} reminders"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
