"""Alarms: kept in the expert's own store, rung by whoever delivers what is due.

One that is off is kept for another time; one that rang is over, unless it repeats.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alexa_cli.catalog import Result, keep_order
from alexa_cli.catalog.times import (
    clocked,
    say_length,
    say_when,
    says_time_only,
)
from alexa_cli.errors import AlexaError

from .alarm import NEXT, Alarm, bare, days_to_get_up, on_its_day, title, to_get_up, when
from .keeping import add, drop, get, is_over, live, rang, save, time_of, undo
from .telling import (
    add_new,
    capital,
    changed,
    first_of,
    listed,
    move_to,
    no_such,
    ringing_on,
    rings,
    seen,
)

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext

NOON = 12
LATEST = "latest"
SNOOZABLE = timedelta(hours=1)
"""For how long after it rang an alarm can be snoozed."""


# What the house calls -------------------------------------------------------------------


def set_alarm(
    context: HandlerContext, at: str, name: str | None = None, alarm: str = LATEST
) -> Result:
    """Ring once at ``at`` (ISO 8601). ``alarm`` is what "it" means afterwards."""
    del alarm
    return add_new(context, Alarm("", at, None, bare(name)))


def set_two_alarms(context: HandlerContext, at: str, other: str) -> Result:
    """Ring twice, or not at all."""
    with context.store.transaction():
        one, two = set_alarm(context, at), set_alarm(context, other)
    arguments: Any = [result.undo["arguments"] for result in (one, two) if result.undo]
    added = [identifier for each in arguments for identifier in each["added"]]
    undone: Any = (
        {"api": "put_back", "arguments": {"before": [], "added": added}} if added else None
    )
    first = (one.say or "").partition(". ")[0].removesuffix(".")
    return Result({"alarms": [one.value, two.value]}, say=f"{first}. {two.say}", undo=undone)


def wake_up(context: HandlerContext, at: str, alarm: str = LATEST) -> Result:
    """Ring once; a bare hour is one of the morning."""
    del alarm
    meant = to_get_up(datetime.fromisoformat(at), context.said.get("at", ""), context)
    return add_new(context, Alarm("", meant.isoformat()), "I'll wake you")


def alarm_in(context: HandlerContext, duration: float, alarm: str = LATEST) -> Result:
    """Ring once, ``duration`` seconds from now."""
    del alarm
    at = context.now + timedelta(seconds=round(duration))
    return add_new(context, Alarm("", at.isoformat()))


def repeat_alarm(
    context: HandlerContext, repeat: str, name: str | None = None, alarm: str = LATEST
) -> Result:
    """Ring by a rule, which must say at what time."""
    del alarm
    rule = days_to_get_up(repeat, context.said.get("repeat", ""))
    return add_new(context, Alarm("", first_of(context, rule).isoformat(), rule, bare(name)))


def list_alarms(context: HandlerContext, day: str | None = None) -> Result:
    """Say which alarms there are, or which ring on a day."""
    found, about = ringing_on(context, day)
    value: Any = {"alarms": [seen(each, at) for each, at in found]}
    if not found:
        return Result(value, say=f"You have no alarms{about}.")
    keep_order(context, [each.id for each, _ in found])
    parts = [listed(each, at, context) for each, at in found]
    count = "one alarm" if len(found) == 1 else f"{len(found)} alarms"
    return Result(value, say=f"You have {count}{about}: {'; '.join(parts)}.")


def next_alarm(context: HandlerContext) -> Result:
    """Say when the next one rings."""
    found = get(context, NEXT)
    if found is None:
        return Result({"alarms": []}, say="No alarm is on.")
    at = time_of(context, found)
    named = f", {found.name}" if found.name else ""
    say = f"Your next alarm rings {say_when(at, context.now, context.tz)}{named}."
    return Result(seen(found, at), say=say)


def when_alarm(context: HandlerContext, alarm: str) -> Result:
    """Say when one rings, and whether it is on."""
    found = get(context, alarm)
    if found is None:
        return no_such()
    at = time_of(context, found)
    if is_over(context, found):
        return Result(seen(found, at), say=f"It rang {say_when(at, context.now, context.tz)}.")
    if not found.on:
        say = f"Your {title(found, at, context)} is off."
        return Result(seen(found, at), say=say)
    say = f"Your {title(found, at, context)} rings {when(found, at, context)}."
    if found.repeat:
        say += f" The next time is {say_when(at, context.now, context.tz)}."
    return Result(seen(found, at), say=say)


def change_alarm(context: HandlerContext, alarm: str, at: str) -> Result:
    """Ring at another time. A repeated one keeps its days."""
    found = get(context, alarm)
    if found is None:
        return no_such()
    said, meant = context.said.get("at", ""), datetime.fromisoformat(at)
    moved = on_its_day(meant, said, time_of(context, found), context)
    if moved == meant and not says_time_only(said):
        moved = to_get_up(meant, said, context)
    return move_to(context, found, moved)


def change_days(context: HandlerContext, alarm: str, repeat: str) -> Result:
    """Ring on other days; with no time in the rule, at its own."""
    found = get(context, alarm)
    if found is None:
        return no_such()
    own = time_of(context, found).astimezone(ZoneInfo(context.tz))
    rule = days_to_get_up(repeat, context.said.get("repeat", ""))
    rule = clocked(rule, own.hour, own.minute)
    first = first_of(context, rule).isoformat()
    return changed(context, found, replace(found, repeat=rule, at=first, on=True))


def shift_alarm(
    context: HandlerContext, alarm: str, duration: float, direction: str = "later"
) -> Result:
    """Ring ``duration`` seconds later or earlier. A repeated one does so on all its days."""
    found = get(context, alarm)
    if found is None:
        return no_such()
    if duration >= timedelta(hours=NOON).total_seconds():
        raise AlexaError("Say when it should ring instead.")
    step = timedelta(seconds=duration if direction == "later" else -duration)
    return move_to(context, found, time_of(context, found) + step)


def rename_alarm(context: HandlerContext, alarm: str, name: str) -> Result:
    """Give one a name."""
    found = get(context, alarm)
    if found is None:
        return no_such()
    named = replace(found, name=bare(name))
    save(context, named)
    at = time_of(context, named)
    say = f"That is your {title(named, at, context)} now."
    return Result(seen(named, at), say=say, undo=undo([found]))


def cancel_alarm(context: HandlerContext, alarm: str) -> Result:
    """Cancel one for good."""
    found = get(context, alarm)
    if found is None:
        return no_such()
    at = time_of(context, found)
    with context.store.transaction():
        drop(context, found.id)
    named = f"{found.name} alarm" if found.name else "alarm"
    say = f"Canceled your {named} {when(found, at, context)}."
    return Result(seen(found, at), say=say, undo=undo([found]))


def cancel_all(context: HandlerContext, day: str | None = None) -> Result:
    """Cancel every alarm, or skip those of a day that ring on others too."""
    if day is not None:
        return skip_alarm(context, day=day)
    with context.store.transaction():
        gone = [each for each, _ in live(context)]
        for each in gone:
            drop(context, each.id)
    if not gone:
        return no_such()
    say = "Alarm canceled." if len(gone) == 1 else f"All {len(gone)} alarms canceled."
    return Result({"alarms": [asdict(each) for each in gone]}, say=say, undo=undo(gone))


def turn_off(context: HandlerContext, alarm: str) -> Result:
    """Switch one off, and keep it. One that just rang is silenced, and stays as it is."""
    found = get(context, alarm)
    if found is None:
        return no_such()
    at = time_of(context, found)
    ringing = rang(context)
    if is_over(context, found) or (ringing and ringing.id == found.id):
        again = f" It rings again {say_when(at, context.now, context.tz)}." if found.repeat else ""
        return Result(seen(found, at), say=f"OK, it is silent.{again}")
    if not found.on:
        return Result(seen(found, at), say=f"Your {title(found, at, context)} is off already.")
    save(context, replace(found, on=False))
    say = f"Your {title(found, at, context)} is off."
    return Result(seen(replace(found, on=False), at), say=say, undo=undo([found]))


def all_off(context: HandlerContext) -> Result:
    """Switch every alarm off, and keep them."""
    with context.store.transaction():
        on = [each for each, _ in live(context) if each.on]
        for each in on:
            save(context, replace(each, on=False))
    if not on:
        return Result({"alarms": []}, say="No alarm is on.")
    say = "Your alarm is off." if len(on) == 1 else f"All {len(on)} alarms are off."
    return Result({"alarms": [asdict(each) for each in on]}, say=say, undo=undo(on))


def turn_on(context: HandlerContext, alarm: str) -> Result:
    """Switch one on; one whose day has passed rings at its time of day, today or tomorrow."""
    found = get(context, alarm)
    if found is None:
        return no_such()
    at = time_of(context, found)
    if found.on and not is_over(context, found):
        say = f"Your {title(found, at, context)} is on. It rings {when(found, at, context)}."
        return Result(seen(found, at), say=say)
    while at <= context.now:
        local = at.astimezone(ZoneInfo(context.tz))
        at = datetime.combine(
            local.date() + timedelta(days=1), local.time(), tzinfo=ZoneInfo(context.tz)
        )
    return changed(context, found, replace(found, on=True, at=at.isoformat()))


def skip_alarm(context: HandlerContext, alarm: str = NEXT, day: str | None = None) -> Result:
    """Leave out the next time. One that rings once is off then."""
    if day is None:
        found = [each] if (each := get(context, alarm)) and each.on else []
        about = ""
    else:
        of_day, about = ringing_on(context, day)
        found = [each for each, _ in of_day if each.on]
    if not found:
        return Result({"alarms": []}, say=f"You have no alarms{about} that are on.")
    parts = []
    with context.store.transaction():
        for each in found:
            at = time_of(context, each)
            following = context.notify.next(each.repeat, at) if each.repeat else None
            if following is None:
                save(context, replace(each, on=False))
                parts.append(f"Your {title(each, at, context)} is off.")
            else:
                save(context, replace(each, at=following.isoformat()))
                skipped = say_when(at, context.now, context.tz)
                again = say_when(following, context.now, context.tz)
                parts.append(f"Your alarm {skipped} is skipped. It rings again {again}.")
    value: Any = {"alarms": [asdict(each) for each in found]}
    return Result(value, say=" ".join(parts), undo=undo(found))


def snooze(
    context: HandlerContext,
    duration: float | None = None,
    at: str | None = None,
    amount: float | None = None,
    unit: str = "minute",
) -> Result:
    """Have the one that rang ring again, also after ``amount`` units: "ten more minutes"."""
    if duration is None and amount is not None:
        duration = amount * (60 if unit == "minute" else 3600)
    found = rang(context, SNOOZABLE)
    if found is None:
        return Result({}, say="No alarm has rung in the last hour.")
    seconds = duration if duration is not None else context.snooze
    again = context.now + timedelta(seconds=round(seconds))
    if at is not None:
        again = datetime.fromisoformat(at)
    if again <= context.now:
        raise AlexaError(f"{capital(say_when(again, context.now, context.tz))} is over.")
    if found.repeat:
        once = Alarm("", again.isoformat(), None, found.name)
        new, who = add(context, once)
        taken = undo(added=[new])
    else:
        new = replace(found, at=again.isoformat())
        who = save(context, new)
        taken = undo([found])
    until = say_when(again, context.now, context.tz)
    soon = f"{until}" if at is not None else f"in {say_length(seconds)}"
    say = " ".join([f"Snoozed. It rings again {soon}.", *rings(who)])
    return Result(seen(new, again), say=say, undo=taken)


def put_back(
    context: HandlerContext, before: list[dict[str, Any]], added: list[str]
) -> dict[str, int]:
    """Undo: remove what was added and write the others back as they were."""
    with context.store.transaction():
        for identifier in added:
            drop(context, identifier)
        for raw in before:
            save(context, Alarm(**raw))
    return {"restored": len(before), "removed": len(added)}
