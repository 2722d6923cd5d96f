"""How experts say times, and the words that people have for one: for the authors of experts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alexa_cli.language.date import say_day
from alexa_cli.language.duration import say_seconds
from alexa_cli.language.english import SMALL, TENS
from alexa_cli.language.half import says_day_only, says_half, says_time_only
from alexa_cli.language.registry import Moment, grammar

if TYPE_CHECKING:
    from datetime import date

    from alexa_cli.catalog.context import HandlerContext

__all__ = [
    "clock_forms",
    "clocked",
    "day_forms",
    "length_of",
    "next_time",
    "reclocked",
    "say_length",
    "say_repeat",
    "say_when",
    "says_day_only",
    "says_half",
    "says_time_only",
    "time_on",
]

_NUMBERS = {value: word for word, value in {**SMALL, **TENS}.items() if word != "fourty"}
_NOON, _HALF, _QUARTER = 12, 30, 15
_TEN, _ON_CLOCK_24 = 10, 13
_CLOCK = ("BYHOUR=", "BYMINUTE=", "BYSECOND=")
_UNITS = {
    "SECONDLY": timedelta(seconds=1),
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
}
_FAR = timedelta(days=3_660)
"""How far ahead a rule that leaves days out is followed."""
_CLOCKLESS = ("FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY")


def say_when(at: datetime, now: datetime, tz: str, language: str = "en") -> str:
    """Return ``tomorrow at 6:45 AM``, by the clock of ``tz``."""
    return grammar("datetime", language).say(at.isoformat(), Moment(now, ZoneInfo(tz)))


def say_repeat(rule: str, now: datetime, tz: str, language: str = "en") -> str:
    """Return ``every weekday at 6:45 AM``."""
    return grammar("recurrence", language).say(rule, Moment(now, ZoneInfo(tz)))


def say_length(seconds: float) -> str:
    """Return ``1 hour and 30 minutes``."""
    return say_seconds(round(seconds))


def clocked(rule: str, hour: int = 9, minute: int = 0) -> str:
    """Return a rule with a time of day, that one if it has none and is no "every hour"."""
    if "BYHOUR" in rule or rule.startswith(_CLOCKLESS):
        return rule
    return f"{rule};BYHOUR={hour};BYMINUTE={minute}"


def reclocked(rule: str, hour: int, minute: int) -> str:
    """Return a rule with that time of day in place of its own."""
    parts = [part for part in rule.split(";") if not part.startswith(_CLOCK)]
    return clocked(";".join(parts), hour, minute)


def length_of(rule: str) -> timedelta | None:
    """Return what a rule such as "every two hours" counts by; None for one by the calendar."""
    fields = dict(part.split("=") for part in rule.split(";"))
    unit = _UNITS.get(fields["FREQ"])
    return None if unit is None else unit * int(fields.get("INTERVAL", "1"))


def next_time(context: HandlerContext, key: str, at: datetime, repeat: str | None) -> datetime:
    """Return when something that an expert scheduled comes next; ``at`` if it came once.

    ``at`` is any time at which it came or comes, ``key`` what it was scheduled under.
    """
    if repeat is None or at > context.now:
        return at
    scheduled = {each.key: each.at for each in context.notify.pending()}
    at = max(scheduled.get(key, at), at)
    if (step := length_of(repeat)) and at <= context.now:
        return at + step * ((context.now - at) // step + 1)
    while at <= context.now and (following := context.notify.next(repeat, at)) is not None:
        at = following
    return at


def time_on(
    context: HandlerContext, at: datetime, repeat: str | None, day: date
) -> datetime | None:
    """Return when something comes first on a day, None if it does not; ``at``: when it is next."""
    zone = ZoneInfo(context.tz)
    before = datetime(day.year, day.month, day.day, tzinfo=zone) - timedelta(microseconds=1)
    if repeat is not None and at <= before:
        if (step := length_of(repeat)) is not None:
            at += step * ((before - at) // step + 1)
        elif _is_plain(repeat):  # straight there, however far it is
            at = context.notify.first(repeat, before) or at
        elif before - at <= _FAR:
            while at <= before and (following := context.notify.next(repeat, at)) is not None:
                at = following
    return at if at.astimezone(zone).date() == day else None


def _is_plain(rule: str) -> bool:
    """Whether a rule comes in every one of its periods, so that it can be begun anywhere."""
    return "INTERVAL=" not in rule or "INTERVAL=1;" in f"{rule};"


def clock_forms(hour: int, minute: int) -> list[str]:
    """Return what people call a time of day: ``6:45``, ``six forty five am``, ``quarter to 7``."""
    half = "am" if hour < _NOON else "pm"
    twelve = hour % _NOON or _NOON
    figures = f"{twelve}:{minute:02}"
    forms = [figures, f"{figures} {half}"]
    if minute:
        small = f"oh {_number(minute)}" if minute < _TEN else _number(minute)
        spoken = f"{_number(twelve)} {small}"
        forms += [spoken, f"{spoken} {half}", f"{twelve}{minute:02}"]
        forms += _relative(twelve, minute)
    else:
        bare = [str(twelve), _number(twelve)]
        forms += [*bare, *(f"{one} {half}" for one in bare), *(f"{one} o'clock" for one in bare)]
        if twelve == _NOON:
            forms += ["noon", "midday"] if hour else ["midnight"]
    if hour >= _ON_CLOCK_24 or hour < _NOON:
        forms.append(f"{hour:02}:{minute:02}")
    return list(dict.fromkeys(forms))


def day_forms(day: date, today: date) -> list[str]:
    """Return what people call a day: ``tomorrow``, ``friday``."""
    said = say_day(day, today).lower()
    away = (day - today).days
    weekday = f"{day:%A}".lower()
    return [said, weekday] if 0 <= away <= 1 else [weekday, said.replace(",", "")]


def _relative(twelve: int, minute: int) -> list[str]:
    following = twelve % _NOON + 1
    if minute == _HALF:
        return [f"half past {_number(twelve)}", f"half past {twelve}"]
    if minute == _QUARTER:
        return [f"quarter past {_number(twelve)}", f"quarter past {twelve}"]
    if minute == _HALF + _QUARTER:
        return [f"quarter to {_number(following)}", f"quarter to {following}"]
    return []


def _number(value: int) -> str:
    if value in _NUMBERS:
        return _NUMBERS[value]
    tens, ones = divmod(value, _TEN)
    return f"{_NUMBERS[tens * _TEN]} {_NUMBERS[ones]}"
