"""The weather in words."""

from __future__ import annotations

from datetime import date, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alexa_cli.catalog import Result

from .asking import HOME, Nowhere, Told, ask
from .forecast import SNOW, Spell, day_of, now_of, part_of, sky

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from alexa_cli.catalog import HandlerContext

LIKELY, POSSIBLE = 60, 30
WINDY = {"fahrenheit": 20, "celsius": 32}
"""Miles or kilometers per hour that are called windy."""
_RELATIVE = frozenset({"today", "tonight", "tomorrow", "now"})
_WEEKEND, _DAYS_TOLD = (5, 6), 5
_PART = {"morning": "in the morning", "afternoon": "in the afternoon",
         "evening": "in the evening", "night": "at night"}  # fmt: skip


def _somewhere(handler: Callable[..., Awaitable[Result]]) -> Callable[..., Awaitable[Result]]:
    """Return the handler with a question in place of its error where no place is known."""

    @wraps(handler)
    async def asked(context: HandlerContext, **arguments: Any) -> Result:  # noqa: ANN401 - JSON
        try:
            return await handler(context, **arguments)
        except Nowhere as error:
            return Result(say=error.message, asks="place")

    return asked


@_somewhere
async def weather(
    context: HandlerContext,
    place: str | None = None,
    day: str | None = None,
    part: str | None = None,
    span: str | None = None,
) -> Result:
    """Say what the weather is like now, on a day, in a part of it, or on several days."""
    told = await ask(context, place)
    today, day = _days_there(context, told, day)
    span = span or _weekend_said(context)
    if span is not None:
        days = _days(span, today)
        lines = [f"{_named(each, today)}: {_worded(day_of(told.answer, each))}" for each in days]
        return _result(told, f"In {told.title}: {'; '.join(lines)}.")
    if day is None and part is None:
        return _result(told, _now(told, day_of(told.answer, today)))
    spell = _spell(told, day, part, today)
    return _result(told, f"{_when(day, part, today)} in {told.title}: {_worded(spell)}.")


@_somewhere
async def rain(
    context: HandlerContext,
    what: str = "rain",
    place: str | None = None,
    day: str | None = None,
    part: str | None = None,
    span: str | None = None,
) -> Result:
    """Say whether it will rain or snow."""
    told = await ask(context, place)
    today, day = _days_there(context, told, day)
    span = span or _weekend_said(context)
    if span is not None:
        found = [(each, day_of(told.answer, each)) for each in _days(span, today)]
        worst, spell = max(found, key=lambda pair: pair[1].rain or 0)
        when = _named(worst, today)
    else:
        spell, when = _spell(told, day, part, today), _when(day, part, today)
    when = when[:1].lower() + when[1:] if _soft(when) else f"on {when}"
    return _result(told, _rain(what, spell, when, told.title))


@_somewhere
async def temperature(
    context: HandlerContext,
    place: str | None = None,
    day: str | None = None,
    part: str | None = None,
    extreme: str | None = None,
) -> Result:
    """Say how warm it is, or will be."""
    told = await ask(context, place)
    today, day = _days_there(context, told, day)
    if day is None and part is None and extreme is None:
        now = now_of(told.answer)
        feels = (
            "" if now["feels"] in {None, now["temperature"]} else f" It feels like {now['feels']}."
        )
        return _result(told, f"It's {now['temperature']} degrees in {told.title}.{feels}")
    spell, when = _spell(told, day, part, today), _when(day, part, today)
    if extreme is not None:
        value = spell.high if extreme == "high" else spell.low
        shown = "not known" if value is None else f"{value} degrees"
        return _result(told, f"{when} in {told.title} the {extreme} is {shown}.")
    return _result(told, f"{when} in {told.title}: {_degrees(spell) or 'no temperature is known'}.")


@_somewhere
async def wind(context: HandlerContext, place: str | None = None, day: str | None = None) -> Result:
    """Say how windy it is, or will be."""
    told = await ask(context, place)
    today, day = _days_there(context, told, day)
    value = now_of(told.answer)["wind"] if day is None else _spell(told, day, None, today).wind
    unit = "miles" if context.temperature_unit == "fahrenheit" else "kilometers"
    if value is None:
        return _result(told, "The weather service says nothing about the wind.")
    windy = "windy" if value >= WINDY[context.temperature_unit] else "not windy"
    if day is None:
        return _result(told, f"It's {windy} in {told.title}: {value} {unit} per hour.")
    when = _when(day, None, today)
    return _result(told, f"{when} in {told.title}: {windy}, up to {value} {unit} per hour.")


def set_place(context: HandlerContext, place: str) -> Result:
    """Set the default place."""
    before = context.store.get(HOME)
    context.store.set(HOME, " ".join(place.split()))
    undo: dict[str, Any] = {
        "api": "put_place",
        "arguments": {} if before is None else {"place": before},
    }
    return Result({"place": place}, say=f"The weather is for {place} now.", undo=undo)


def put_place(context: HandlerContext, place: str | None = None) -> dict[str, str | None]:
    """Put the default place back."""
    if place is None:
        context.store.delete(HOME)
    else:
        context.store.set(HOME, place)
    return {"place": place}


# Wording ----------------------------------------------------------------------------------


def _result(told: Told, say: str) -> Result:
    """Return the reply, with how old it is where it was kept."""
    if told.age is None:
        return Result({"place": told.title}, say=say)
    minutes = int(told.age.total_seconds()) // 60
    ago = f"{minutes} minute{'' if minutes == 1 else 's'}" if minutes else "less than a minute"
    return Result({"place": told.title, "age_minutes": minutes}, say=f"{say} That was {ago} ago.")


def _days_there(context: HandlerContext, told: Told, day: str | None) -> tuple[date, str | None]:
    """Return which day it is at the place, and which one is meant there by "today", "tonight"."""
    here = context.now.astimezone(ZoneInfo(context.tz)).date()
    there = told.today(context.now) or here
    said = set(context.said.get("day", "").casefold().split())
    if day is not None and there != here and said & _RELATIVE:
        day = (date.fromisoformat(day) + (there - here)).isoformat()
    return there, day


def _spell(told: Told, day: str | None, part: str | None, today: date) -> Spell:
    which = today if day is None else date.fromisoformat(day)
    return day_of(told.answer, which) if part is None else part_of(told.answer, which, part)


def _now(told: Told, today: Spell) -> str:
    now = now_of(told.answer)
    outside = sky(now["code"])
    say = (
        f"It's {now['temperature']} degrees{f' and {outside}' if outside else ''} in {told.title}."
    )
    ahead = ", ".join(filter(None, (_degrees(today), _chance(today))))
    return f"{say} Today: {ahead}." if ahead else say


def _worded(spell: Spell) -> str:
    parts = [spell.sky, _degrees(spell), _chance(spell)]
    return ", ".join(part for part in parts if part) or "nothing is known"


def _degrees(spell: Spell) -> str:
    if spell.high is None or spell.low is None:
        return ""
    if spell.high == spell.low:
        return f"{spell.high} degrees"
    return f"a high of {spell.high} and a low of {spell.low}"


def _chance(spell: Spell) -> str:
    if spell.rain is None or spell.rain < POSSIBLE:
        return ""
    a = "an" if spell.rain // 10 == 8 else "a"  # noqa: PLR2004 - eighty
    return f"{a} {spell.rain} percent chance of {'snow' if spell.code in SNOW else 'rain'}"


def _rain(what: str, spell: Spell, when: str, title: str) -> str:
    where = f"in {title} {when}"
    if spell.rain is None:
        return "The weather service says nothing about rain."
    snows = spell.code in SNOW
    if what == "snow" and not snows:
        return f"No, there is no snow in the forecast {where}."
    kind = "snow" if snows else "rain"
    chance = f"the chance of {kind} {where} is {spell.rain} percent"
    if what == "umbrella":
        answer = (
            "Yes, take it"
            if spell.rain >= LIKELY
            else "Better take it"
            if spell.rain >= POSSIBLE
            else "No"
        )
        return f"{answer}: {chance}."
    answer = (
        "Yes" if spell.rain >= LIKELY else "Maybe" if spell.rain >= POSSIBLE else "Probably not"
    )
    return f"{answer}: {chance}."


def _when(day: str | None, part: str | None, today: date) -> str:
    which = today if day is None else date.fromisoformat(day)
    if part == "night" and which == today:
        return "Tonight"
    if part is not None and which == today:
        return f"This {part}"
    name = _named(which, today)
    return name if part is None else f"{name} {_PART[part]}"


def _soft(when: str) -> bool:
    """Whether it begins with a word that is small within a sentence."""
    return when.startswith(("Today", "Tomorrow", "Tonight", "This"))


def _named(day: date, today: date) -> str:
    away = (day - today).days
    if away in {0, 1}:
        return ("Today", "Tomorrow")[away]
    return f"{day:%A}" if away < 7 else f"{day:%A}, {day:%B} {day.day}"  # noqa: PLR2004 - a week


def _weekend_said(context: HandlerContext) -> str | None:
    """Whether the day was said as the weekend: that is two days."""
    return "weekend" if context.said.get("day", "").casefold().endswith("this weekend") else None


def _days(span: str, today: date) -> list[date]:
    if span == "week":
        return [today + timedelta(days=away) for away in range(_DAYS_TOLD)]
    ahead = [today + timedelta(days=away) for away in range(7)]
    return [day for day in ahead if day.weekday() in _WEEKEND]
