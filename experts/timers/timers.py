"""Countdown timers, kept in the expert's own store and rung by whoever delivers notices.

A running timer has the instant at which it is due, a paused one the seconds it has left. A timer
that is due is over: it is no longer listed, and its notice rings it.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

from .timer import Timer, aliases, bare, listing, spoken, told_apart

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alexa_cli.catalog import HandlerContext

MAX_TIMERS = 50
MAX_SECONDS = 7 * 24 * 3600
PREFIX = "timer/"
LATEST = "latest"
"""In place of an identifier: the timer that was set last."""
SECONDS = {"second": 1, "minute": 60, "hour": 3600}


# What the house calls -------------------------------------------------------------------


def set_timer(
    context: HandlerContext, duration: float, name: str | None = None, timer: str = LATEST
) -> Result:
    """Start a timer of ``duration`` seconds. ``timer`` is what "it" means afterwards."""
    del timer
    started = _start(context, duration, bare(name))
    rings = _ring(context, started)
    label = f"{_capital(started.name)} timer" if started.name else "Timer"
    return Result(
        _seen(started, context.now),
        say=" ".join([f"{label} set for {spoken(duration)}.", *rings]),
        undo=_undo(added=[started]),
    )


def set_two_timers(
    context: HandlerContext,
    first: float | None = None,
    second: float | None = None,
    few: float | None = None,
    many: float | None = None,
    unit: str = "minute",
) -> Result:
    """Start two timers: of ``first`` and ``second`` seconds, or of ``few`` and ``many`` units."""
    one = first if first is not None else (few or 0) * SECONDS[unit]
    other = second if second is not None else (many or 0) * SECONDS[unit]
    with context.store.transaction():
        timers = [_start(context, duration, None) for duration in (one, other)]
        rings, _ = [_ring(context, timer) for timer in timers]
    return Result(
        {"timers": [_seen(timer, context.now) for timer in timers]},
        say=" ".join([f"Timers set for {spoken(one)} and {spoken(other)}.", *rings]).replace(
            "It rings", "They ring"
        ),
        undo=_undo(added=timers),
    )


def _start(context: HandlerContext, duration: float, name: str | None) -> Timer:
    """Make and keep a running timer. Its notice is the caller's. Raises AlexaError."""
    if not 0 < duration <= MAX_SECONDS:
        raise AlexaError("A timer can run from 1 second to 7 days.")
    with context.store.transaction():
        active = _active(context)
        if len(active) >= MAX_TIMERS:
            raise AlexaError(f"There are {MAX_TIMERS} timers already. Cancel one first.")
        _sweep(context, active)
        number = _next_number(context)
        due = context.now + timedelta(seconds=duration)
        timer = Timer(f"t{number}", duration, name, due.isoformat())
        _save(context, timer)
    return timer


def cancel_timer(context: HandlerContext, timer: str) -> Result:
    """Cancel the timer with that identifier."""
    found = _get(context, timer)
    if found is None:
        return _none()
    with context.store.transaction():
        _drop(context, found)
    say = f"{_capital(found.title)} canceled."
    return Result(_seen(found, context.now), say=say, undo=_undo([found]))


def cancel_all(context: HandlerContext) -> Result:
    """Cancel every timer."""
    with context.store.transaction():
        active = _active(context)
        for timer in active:
            _drop(context, timer)
    if not active:
        return _none()
    say = "Timer canceled." if len(active) == 1 else f"All {len(active)} timers canceled."
    return Result(_all_seen(active, context), say=say, undo=_undo(active))


def pause_timer(context: HandlerContext, timer: str) -> Result:
    """Stop the countdown until it is resumed."""
    found = _get(context, timer)
    if found is None:
        return _none()
    left = found.remaining(context.now)
    if found.due is None:
        say = f"{_your(found)} is already paused, with {spoken(left)} left."
        return Result(_seen(found, context.now), say=say)
    paused = replace(found, due=None, left=left)
    _change(context, paused)
    say = f"{_capital(found.title)} paused with {spoken(left)} left."
    return Result(_seen(paused, context.now), say=say, undo=_undo([found]))


def resume_timer(context: HandlerContext, timer: str) -> Result:
    """Go on with a paused countdown."""
    found = _get(context, timer)
    if found is None:
        return _none()
    left = found.remaining(context.now)
    if found.due is not None:
        say = f"{_your(found)} is running, with {spoken(left)} left."
        return Result(_seen(found, context.now), say=say)
    due = context.now + timedelta(seconds=left)
    running = replace(found, due=due.isoformat(), left=None)
    rings = _change(context, running)
    say = " ".join([f"{_capital(found.title)} resumed with {spoken(left)} left.", *rings])
    return Result(_seen(running, context.now), say=say, undo=_undo([found]))


def add_time(context: HandlerContext, duration: float, timer: str = LATEST) -> Result:
    """Make the timer ring ``duration`` seconds later."""
    return _move(context, timer, duration, f"Added {spoken(duration)}")


def add_more(context: HandlerContext, amount: float, unit: str, timer: str = LATEST) -> Result:
    """Make the timer ring ``amount`` units later."""
    return add_time(context, amount * SECONDS[unit], timer)


def take_time(context: HandlerContext, duration: float, timer: str = LATEST) -> Result:
    """Make the timer ring ``duration`` seconds sooner."""
    return _move(context, timer, -duration, f"Took off {spoken(duration)}")


def time_left(context: HandlerContext, timer: str | None = None) -> Result:
    """Say how long is left on one timer, or on all of them."""
    active = _active(context)
    if timer is not None:
        found = _get(context, timer)
        active = [found] if found else []
    if not active:
        return _none()
    value = _all_seen(active, context)
    if len(active) > 1:
        return Result(value, say=listing(active, context.now))
    one = active[0]
    left = spoken(one.remaining(context.now))
    if one.due is None:
        return Result(value, say=f"{_your(one)} is paused with {left} left.")
    return Result(value, say=f"{_capital(left)} left on your {one.title}.")


def list_timers(context: HandlerContext) -> Result:
    """Say which timers there are."""
    active = _active(context)
    if not active:
        return _none()
    return Result(_all_seen(active, context), say=listing(active, context.now))


def put_back(
    context: HandlerContext, before: list[dict[str, Any]], added: list[str]
) -> dict[str, int]:
    """Undo: remove the timers that were added and write the others back as they were."""
    with context.store.transaction():
        for identifier in added:
            context.store.delete(PREFIX + identifier)
            context.notify.cancel(identifier)
        for raw in before:
            timer = Timer(**raw)
            if timer.remaining(context.now) > 0:
                _change(context, timer)
    return {"restored": len(before), "removed": len(added)}


def names(context: HandlerContext) -> list[dict[str, Any]]:
    """The list ``timer_names``: every timer, by name, by length and as just "timer".

    With no timer at all there is one entry that stands for none, so that "cancel the timer" is
    still understood and gets an honest answer.
    """
    active = _active(context)
    if not active:
        return [{"id": "none", "name": "timer"}]
    latest = {"id": LATEST, "name": "latest timer", "aliases": ["last timer", "newest timer"]}
    return [
        *(
            {"id": timer.id, "name": title, "aliases": aliases(timer, title)}
            for timer, title in zip(active, told_apart(active), strict=True)
        ),
        latest,
    ]


# The store ------------------------------------------------------------------------------


def _active(context: HandlerContext) -> list[Timer]:
    """Every timer that is not over, oldest first."""
    timers = [Timer(**raw) for _, raw in context.store.items(PREFIX)]
    timers.sort(key=lambda timer: int(timer.id[1:]))
    return [timer for timer in timers if timer.remaining(context.now) > 0]


def _get(context: HandlerContext, identifier: str) -> Timer | None:
    active = _active(context)
    if identifier == LATEST:
        return active[-1] if active else None
    return next((timer for timer in active if timer.id == identifier), None)


def _next_number(context: HandlerContext) -> int:
    number = int(context.store.get("last", 0)) + 1
    context.store.set("last", number)
    return number


def _sweep(context: HandlerContext, active: Iterable[Timer]) -> None:
    """Forget the timers that are over."""
    keep = {PREFIX + timer.id for timer in active}
    for key in [key for key, _ in context.store.items(PREFIX) if key not in keep]:
        context.store.delete(key)


def _save(context: HandlerContext, timer: Timer) -> None:
    context.store.set(PREFIX + timer.id, asdict(timer))


def _drop(context: HandlerContext, timer: Timer) -> None:
    context.store.delete(PREFIX + timer.id)
    context.notify.cancel(timer.id)


def _change(context: HandlerContext, timer: Timer) -> list[str]:
    """Save a changed timer and move its notice along. Returns what ``_ring`` does."""
    with context.store.transaction():
        _save(context, timer)
        context.notify.cancel(timer.id)
        return [] if timer.due is None else _ring(context, timer)


def _ring(context: HandlerContext, timer: Timer) -> list[str]:
    """Schedule the notice. Returns what the user must know about it: nothing if it is sure."""
    assert timer.due is not None  # noqa: S101 - callers schedule running timers only
    at = datetime.fromisoformat(timer.due)
    who = context.notify(f"Your {timer.title} is done.", at=at, key=timer.id, kind="timer")
    if who == "here":
        return []
    return [f"It rings in the open `{who}`." if who else "It rings while `alexa chat` is open."]


def _move(context: HandlerContext, identifier: str, seconds: float, done: str) -> Result:
    found = _get(context, identifier)
    if found is None:
        return _none()
    left = found.remaining(context.now) + seconds
    if left <= 0:
        has = spoken(found.remaining(context.now))
        raise AlexaError(f"{_your(found)} has only {has} left.")
    if left > MAX_SECONDS:
        raise AlexaError("A timer can run at most 7 days.")
    if found.due is None:
        moved = replace(found, left=left)
    else:
        moved = replace(found, due=(context.now + timedelta(seconds=left)).isoformat())
    _change(context, moved)
    say = f"{done}. {_capital(spoken(left))} left on your {found.title}."
    return Result(_seen(moved, context.now), say=say, undo=_undo([found]))


def _undo(before: Iterable[Timer] = (), added: Iterable[Timer] = ()) -> dict[str, Any]:
    return {
        "api": "put_back",
        "arguments": {
            "before": [asdict(timer) for timer in before],
            "added": [timer.id for timer in added],
        },
    }


# Wording --------------------------------------------------------------------------------


def _none() -> Result:
    return Result({"timers": []}, say="You have no timers set.")


def _seen(timer: Timer, now: datetime) -> dict[str, Any]:
    """A timer as ``--json`` shows it."""
    return {
        "id": timer.id,
        "name": timer.name,
        "seconds": timer.seconds,
        "due": timer.due,
        "left": round(timer.remaining(now), 3),
        "paused": timer.due is None,
    }


def _all_seen(timers: Iterable[Timer], context: HandlerContext) -> dict[str, Any]:
    return {"timers": [_seen(timer, context.now) for timer in timers]}


def _your(timer: Timer) -> str:
    return f"Your {timer.title}"


def _capital(text: str | None) -> str:
    return text[:1].upper() + text[1:] if text else ""
