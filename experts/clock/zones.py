"""What time it is: here, elsewhere, and there when it is something here."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

from .places import HERE, places, zone_of
from .wording import day_in_full, hour

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext

__all__ = ["HERE", "names"]
_YEAR_DAYS = 370
_LONGEST = 366 * 86_400
"""Seconds."""
_NAMED_ZONES = (" time",)


def names(context: HandlerContext) -> list[dict[str, Any]]:
    """The list ``world``."""
    del context
    return places()


def tell_time(context: HandlerContext, place: str = HERE) -> Result:
    """Say what time it is."""
    there = local(context, place)
    value: dict[str, Any] = {"time": there.isoformat(timespec="minutes"), "zone": str(there.tzinfo)}
    if place == HERE:
        return Result(value, say=f"It's {hour(there)}.")
    away = (there.date() - local(context, HERE).date()).days
    day = f" on {there:%A}" if away else ""
    return Result(value, say=f"It's {hour(there)}{day} {_in(place)}.")


def time_then(context: HandlerContext, duration: float, ago: str | None = None) -> Result:
    """Say what time it will be in ``duration`` seconds, or was that long ago."""
    start = local(context, HERE)
    if abs(duration) > _LONGEST:
        raise AlexaError("That is too far away for a time of day.")
    step = timedelta(seconds=round(duration))
    then = (start.astimezone(UTC) + (-step if ago else step)).astimezone(start.tzinfo)
    day = "" if then.date() == start.date() else f" on {day_in_full(then.date())}"
    said = f"{'It was' if ago else 'It will be'} {hour(then)}{day}."
    return Result({"time": then.isoformat(timespec="minutes")}, say=said)


def convert_time(context: HandlerContext, time: str, to: str, place: str = HERE) -> Result:
    """Say what time it is in ``to`` when it is ``time`` in ``place``."""
    start = datetime.combine(
        local(context, place).date(), clock(time), tzinfo=ZoneInfo(_zone(context, place))
    )
    end = start.astimezone(ZoneInfo(_zone(context, to)))
    away = (end.date() - start.date()).days
    day = {1: " the next day", -1: " the day before"}.get(away, "")
    say = f"When it's {hour(start)} {_in(place)}, it's {hour(end)}{day} {_in(to)}."
    return Result({"time": end.isoformat(timespec="minutes")}, say=say)


def time_difference(context: HandlerContext, place: str, other: str = HERE) -> Result:
    """Say how far ahead or behind one place is of another."""
    ahead = _offset(context, place) - _offset(context, other)
    one, two = titled(place), titled(other)
    value: dict[str, Any] = {"hours": ahead / timedelta(hours=1)}
    if not ahead:
        return Result(value, say=f"There is none: {one} and {two} have the same time.")
    way = "ahead of" if ahead > timedelta(0) else "behind"
    if place == HERE:
        one, two, way = two, "you", "behind" if ahead > timedelta(0) else "ahead of"
    elif other == HERE:
        two = "you"
    return Result(value, say=f"{one} is {_hours(abs(ahead))} {way} {two}.")


def time_zone(context: HandlerContext, place: str = HERE) -> Result:
    """Say what time zone a place is in."""
    there = local(context, place)
    zone, short = str(there.tzinfo), there.tzname() or ""
    offset = there.utcoffset() or timedelta(0)
    way = "ahead of" if offset > timedelta(0) else "behind"
    utc = f"{_hours(abs(offset))} {way} UTC" if offset else "the same as UTC"
    named = f"{zone} ({short})" if short.isalpha() and short != zone else zone
    who = "You are" if place == HERE else f"{titled(place)} is"
    value: dict[str, Any] = {"zone": zone, "offset": offset / timedelta(hours=1)}
    return Result(value, say=f"{who} in the time zone {named}, {utc}.")


def clock_change(context: HandlerContext, place: str = HERE) -> Result:
    """Say when the clocks change next."""
    zone = ZoneInfo(_zone(context, place))
    low = context.now.astimezone(UTC)
    before, high = low.astimezone(zone).utcoffset(), None
    for days in range(1, _YEAR_DAYS):
        later = low + timedelta(days=days)
        if later.astimezone(zone).utcoffset() != before:
            low, high = later - timedelta(days=1), later
            break
    if high is None:
        return Result({"date": None}, say=f"The clocks don't change {_in(place)} within a year.")
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        same = middle.astimezone(zone).utcoffset() == before
        low, high = (middle, high) if same else (low, middle)
    after = high.astimezone(zone)
    forward = (after.utcoffset() or timedelta(0)) > (before or timedelta(0))
    way = "forward" if forward else "back"
    say = f"The clocks go {way} on {day_in_full(after.date())}."
    return Result({"date": after.date().isoformat(), "way": way}, say=say)


def sun() -> Result:
    """Say honestly that the sun is not known."""
    return Result({}, say="I don't know when the sun rises or sets.")


def clock(text: str) -> time:
    """Return a time of day from ``HH:MM``."""
    return time.fromisoformat(text)


def local(context: HandlerContext, place: str) -> datetime:
    """Return now as a clock there shows it."""
    return context.now.astimezone(ZoneInfo(_zone(context, place)))


def titled(place: str) -> str:
    """Return a place as it is named in a sentence."""
    return "here" if place == HERE else f"the {place}" if place in _THE else place


_THE = frozenset({"United Kingdom", "Netherlands", "Philippines", "United Arab Emirates",
                  "Bahamas", "Maldives", "Dominican Republic", "Czech Republic",
                  "Canary Islands", "Azores", "Seychelles"})  # fmt: skip


def _in(place: str) -> str:
    if place == HERE:
        return "here"
    return f"in {titled(place)}" if not place.endswith(" time") and place != "GMT" else place


def _zone(context: HandlerContext, place: str) -> str:
    try:
        return zone_of(place, context.tz)
    except KeyError as error:
        raise AlexaError(f"I don't know what time zone {place} is in.") from error


def _offset(context: HandlerContext, place: str) -> timedelta:
    return local(context, place).utcoffset() or timedelta(0)


def _hours(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    if rest == 30:  # noqa: PLR2004 - half an hour
        return f"{hours} and a half hours" if hours else "half an hour"
    said = f"{hours} hour{'' if hours == 1 else 's'}"
    return said + (f" and {rest} minutes" if rest else "")
