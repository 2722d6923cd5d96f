"""Alarms: kept in the expert's own store, rung by whoever delivers what is due.

One that is off is kept for another time; one that rang is over, unless it repeats.
"""

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
    says_time_only,
)
from alexa_cli.errors import AlexaError

from .alarm import NEXT, Alarm, bare, days_to_get_up, on_its_day, title, to_get_up, when
from .keeping import add, drop, get, is_over, live, rang, save, time_of, undo

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    return _added(context, Alarm("", at, None, bare(name)))


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
    return _added(context, Alarm("", meant.isoformat()), "I'll wake you")


def alarm_in(context: HandlerContext, duration: float, alarm: str = LATEST) -> Result:
    """Ring once, ``duration`` seconds from now."""
    del alarm
    at = context.now + timedelta(seconds=round(duration))
    return _added(context, Alarm("", at.isoformat()))


def repeat_alarm(
    context: HandlerContext, repeat: str, name: str | None = None, alarm: str = LATEST
) -> Result:
    """Ring by a rule, which must say at what time."""
    del alarm
    rule = days_to_get_up(repeat, context.said.get("repeat", ""))
    return _added(context, Alarm("", _first(context, rule).isoformat(), rule, bare(name)))


def list_alarms(context: HandlerContext, day: str | None = None) -> Result:
    """Say which alarms there are, or which ring on a day."""
    found, about = _of_day(context, day)
    value: Any = {"alarms": [_seen(each, at) for each, at in found]}
    if not found:
        return Result(value, say=f"You have no alarms{about}.")
    parts = [_listed(each, at, context) for each, at in found]
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
    return Result(_seen(found, at), say=say)


def when_alarm(context: HandlerContext, alarm: str) -> Result:
    """Say when one rings, and whether it is on."""
    found = get(context, alarm)
    if found is None:
        return _none()
    at = time_of(context, found)
    if is_over(context, found):
        return Result(_seen(found, at), say=f"It rang {say_when(at, context.now, context.tz)}.")
    if not found.on:
        say = f"Your {title(found, at, context)} is off."
        return Result(_seen(found, at), say=say)
    say = f"Your {title(found, at, context)} rings {when(found, at, context)}."
    if found.repeat:
        say += f" The next time is {say_when(at, context.now, context.tz)}."
    return Result(_seen(found, at), say=say)


def change_alarm(context: HandlerContext, alarm: str, at: str) -> Result:
    """Ring at another time. A repeated one keeps its days."""
    found = get(context, alarm)
    if found is None:
        return _none()
    said, meant = context.said.get("at", ""), datetime.fromisoformat(at)
    moved = on_its_day(meant, said, time_of(context, found), context)
    if moved == meant and not says_time_only(said):
        moved = to_get_up(meant, said, context)
    return _moved(context, found, moved)


def change_days(context: HandlerContext, alarm: str, repeat: str) -> Result:
    """Ring on other days; with no time in the rule, at its own."""
    found = get(context, alarm)
    if found is None:
        return _none()
    own = time_of(context, found).astimezone(ZoneInfo(context.tz))
    rule = days_to_get_up(repeat, context.said.get("repeat", ""))
    rule = clocked(rule, own.hour, own.minute)
    first = _first(context, rule).isoformat()
    return _changed(context, found, replace(found, repeat=rule, at=first, on=True))


def shift_alarm(
    context: HandlerContext, alarm: str, duration: float, direction: str = "later"
) -> Result:
    """Ring ``duration`` seconds later or earlier. A repeated one does so on all its days."""
    found = get(context, alarm)
    if found is None:
        return _none()
    if duration >= timedelta(hours=NOON).total_seconds():
        raise AlexaError("Say when it should ring instead.")
    step = timedelta(seconds=duration if direction == "later" else -duration)
    return _moved(context, found, time_of(context, found) + step)


def rename_alarm(context: HandlerContext, alarm: str, name: str) -> Result:
    """Give one a name."""
    found = get(context, alarm)
    if found is None:
        return _none()
    named = replace(found, name=bare(name))
    save(context, named)
    at = time_of(context, named)
    say = f"That is your {title(named, at, context)} now."
    return Result(_seen(named, at), say=say, undo=undo([found]))


def cancel_alarm(context: HandlerContext, alarm: str) -> Result:
    """Cancel one for good."""
    found = get(context, alarm)
    if found is None:
        return _none()
    at = time_of(context, found)
    with context.store.transaction():
        drop(context, found.id)
    named = f"{found.name} alarm" if found.name else "alarm"
    say = f"Canceled your {named} {when(found, at, context)}."
    return Result(_seen(found, at), say=say, undo=undo([found]))


def cancel_all(context: HandlerContext, day: str | None = None) -> Result:
    """Cancel every alarm, or skip those of a day that ring on others too."""
    if day is not None:
        return skip_alarm(context, day=day)
    with context.store.transaction():
        gone = [each for each, _ in live(context)]
        for each in gone:
            drop(context, each.id)
    if not gone:
        return _none()
    say = "Alarm canceled." if len(gone) == 1 else f"All {len(gone)} alarms canceled."
    return Result({"alarms": [asdict(each) for each in gone]}, say=say, undo=undo(gone))


def turn_off(context: HandlerContext, alarm: str) -> Result:
    """Switch one off, and keep it. One that just rang is silenced, and stays as it is."""
    found = get(context, alarm)
    if found is None:
        return _none()
    at = time_of(context, found)
    ringing = rang(context)
    if is_over(context, found) or (ringing and ringing.id == found.id):
        again = f" It rings again {say_when(at, context.now, context.tz)}." if found.repeat else ""
        return Result(_seen(found, at), say=f"OK, it is silent.{again}")
    if not found.on:
        return Result(_seen(found, at), say=f"Your {title(found, at, context)} is off already.")
    save(context, replace(found, on=False))
    say = f"Your {title(found, at, context)} is off."
    return Result(_seen(replace(found, on=False), at), say=say, undo=undo([found]))


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
        return _none()
    at = time_of(context, found)
    if found.on and not is_over(context, found):
        say = f"Your {title(found, at, context)} is on. It rings {when(found, at, context)}."
        return Result(_seen(found, at), say=say)
    while at <= context.now:
        local = at.astimezone(ZoneInfo(context.tz))
        at = datetime.combine(
            local.date() + timedelta(days=1), local.time(), tzinfo=ZoneInfo(context.tz)
        )
    return _changed(context, found, replace(found, on=True, at=at.isoformat()))


def skip_alarm(context: HandlerContext, alarm: str = NEXT, day: str | None = None) -> Result:
    """Leave out the next time. One that rings once is off then."""
    if day is None:
        found = [each] if (each := get(context, alarm)) and each.on else []
        about = ""
    else:
        of_day, about = _of_day(context, day)
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


def snooze(context: HandlerContext, duration: float | None = None, at: str | None = None) -> Result:
    """Have the one that rang ring again."""
    found = rang(context, SNOOZABLE)
    if found is None:
        return Result({}, say="No alarm has rung in the last hour.")
    seconds = duration if duration is not None else context.snooze
    again = context.now + timedelta(seconds=round(seconds))
    if at is not None:
        again = datetime.fromisoformat(at)
    if again <= context.now:
        raise AlexaError(f"{_capital(say_when(again, context.now, context.tz))} is over.")
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
    say = " ".join([f"Snoozed. It rings again {soon}.", *_rings(who)])
    return Result(_seen(new, again), say=say, undo=taken)


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


# What they share ------------------------------------------------------------------------


def _added(context: HandlerContext, alarm: Alarm, lead: str = "Alarm set for") -> Result:
    at = alarm.instant
    if at <= context.now:
        raise AlexaError(f"{_capital(say_when(at, context.now, context.tz))} is over.")
    for each, its in live(context):
        if each.on and (its, each.repeat, each.name) == (at, alarm.repeat, alarm.name):
            say = f"You already have an alarm {when(each, its, context)}."
            return Result(_seen(each, its), say=say)
    new, who = add(context, alarm)
    said = when(new, at, context)
    if new.name:
        lead = f"{_capital(new.name)} alarm set for"
    say = f"{lead} {said}."
    if new.repeat:
        say += f" The first is {say_when(at, context.now, context.tz)}."
    say = " ".join([say, *_rings(who)])
    return Result(_seen(new, at), say=say, undo=undo(added=[new]))


def _moved(context: HandlerContext, found: Alarm, at: datetime) -> Result:
    if found.repeat:
        if length_of(found.repeat):
            raise AlexaError("That alarm goes by a length of time, not by the clock.")
        local = at.astimezone(ZoneInfo(context.tz))
        rule = reclocked(found.repeat, local.hour, local.minute)
        first = _first(context, rule).isoformat()
        return _changed(context, found, replace(found, repeat=rule, at=first, on=True))
    if at <= context.now:
        raise AlexaError(f"{_capital(say_when(at, context.now, context.tz))} is over.")
    return _changed(context, found, replace(found, at=at.isoformat(), on=True))


def _changed(context: HandlerContext, before: Alarm, after: Alarm) -> Result:
    who = save(context, after)
    at = time_of(context, after)
    named = f"{_capital(after.name)} alarm" if after.name else "Alarm"
    say = " ".join([f"{named} set for {when(after, at, context)}.", *_rings(who)])
    return Result(_seen(after, at), say=say, undo=undo([before]))


def _first(context: HandlerContext, rule: str) -> datetime:
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


def _of_day(context: HandlerContext, day: str | None) -> tuple[list[tuple[Alarm, datetime]], str]:
    """Alarms, or those whose next time is on that day, and the words for that."""
    found = live(context)
    if day is None:
        return found, ""
    wanted, zone = date.fromisoformat(day), ZoneInfo(context.tz)
    noon = datetime(wanted.year, wanted.month, wanted.day, NOON, tzinfo=zone)
    said = say_when(noon, context.now, context.tz).removesuffix(" at noon")
    about = f" {said}" if said in {"today", "tomorrow"} else f" on {said}"
    start = noon.replace(hour=0) - timedelta(microseconds=1)
    there = []
    for each, at in found:
        on_day = at
        if each.repeat and not length_of(each.repeat):
            while on_day <= start and (after := context.notify.next(each.repeat, on_day)):
                on_day = after
        if on_day.astimezone(zone).date() == wanted:
            there.append((each, on_day))
    return there, about


# Wording --------------------------------------------------------------------------------


def _listed(alarm: Alarm, at: datetime, context: HandlerContext) -> str:
    named = f"{alarm.name}, " if alarm.name else ""
    off = "" if alarm.on else ", which is off"
    return f"{named}{when(alarm, at, context)}{off}"


def _rings(who: str | None) -> Sequence[str]:
    """What the user must know about who will ring it: nothing if it is sure."""
    if who == "here":
        return ()
    if who:
        return (f"It rings in the running `{who}`.",)
    return ("It rings while `alexa chat` or `alexa watch` runs.",)


def _none() -> Result:
    return Result({"alarms": []}, say="You have no alarms set.")


def _seen(alarm: Alarm, at: datetime) -> dict[str, Any]:
    """An alarm as ``--json`` shows it; ``next`` is when it rings next."""
    return asdict(alarm) | {"next": at.isoformat()}


def _capital(text: str | None) -> str:
    return text[:1].upper() + text[1:] if text else ""
