"""Dates: what day it is, when a holiday is, how many days until or between, weeks and ages."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from alexa_cli.catalog import Result
from alexa_cli.catalog.times import says_day_only
from alexa_cli.errors import AlexaError

from .days import FIRST_YEAR, HOLIDAYS, LAST_YEAR, WEEK, is_leap, last_of, next_of, years_old
from .wording import day_in_full, hour, lasting, plural
from .zones import HERE, local, titled

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext

_WHICH = {"last": -1, "this": 0, "next": 1}
_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december"]  # fmt: skip
MONTHS, YEAR = 12, 365


def today_of(context: HandlerContext) -> date:
    """Return the day where the home is."""
    return context.now.astimezone(ZoneInfo(context.tz)).date()


def tell_date(context: HandlerContext, place: str = HERE) -> Result:
    """Say the date."""
    day = local(context, place).date()
    where = "" if place == HERE else f"In {titled(place)} it's "
    text = f"{where or 'It is '}{day_in_full(day)}."
    return Result({"date": day.isoformat()}, say=text.replace("It is ", "It's "))


def tell_year(context: HandlerContext, what: str) -> Result:
    """Say the year or the month."""
    day = today_of(context)
    shown = str(day.year) if what == "year" else f"{day:%B}"
    return Result({what: day.year if what == "year" else day.month}, say=f"It's {shown}.")


def about_day(
    context: HandlerContext,
    day: str | None = None,
    holiday: str | None = None,
    year: int | None = None,
    which: str | None = None,
) -> Result:
    """Say when a day or a holiday is, and on which day of the week."""
    if holiday is not None:
        return _holiday(context, holiday, year, which)
    if day is None:
        raise AlexaError("Say which day.")
    found = date.fromisoformat(day)
    today = today_of(context)
    be = "It's" if found == today else "That is" if found > today else "That was"
    return Result({"date": day}, say=f"{be} {day_in_full(found)}.")


def _holiday(context: HandlerContext, holiday: str, year: int | None, which: str | None) -> Result:
    title, find = HOLIDAYS[holiday]
    today = today_of(context)
    if year is not None or which is not None:
        found = find(_checked(year or today.year + _WHICH[which or "this"]))
    else:
        found = next_of(holiday, today)
    if found == today:
        return Result({"date": found.isoformat()}, say=f"{title} is today.")
    be = "is" if found > today else "was"
    return Result({"date": found.isoformat()}, say=f"{title} {be} {day_in_full(found)}.")


def days_in(
    context: HandlerContext, month: str | None = None, year: int | None = None,
    which: str | None = None, what: str = "year",
) -> Result:  # fmt: skip
    """Say how many days a month has, or a year."""
    today = today_of(context)
    moved = _WHICH[which or "this"]
    if month is None and what == "month":
        months = today.year * MONTHS + today.month - 1 + moved
        at_year, number = _checked(months // MONTHS), months % MONTHS + 1
    else:
        at_year = _checked(year or today.year + moved)
        number = _MONTHS.index(month) + 1 if month is not None else 0
    days = monthrange(at_year, number)[1] if number else YEAR + is_leap(at_year)
    name = f"{_MONTHS[number - 1].capitalize()} {at_year}" if number else f"The year {at_year}"
    return Result({"days": days}, say=f"{name} has {days} days.")


def days_until(
    context: HandlerContext, day: str | None = None, holiday: str | None = None, unit: str = "day"
) -> Result:
    """Say how many days, or weeks, there are until a day."""
    today = today_of(context)
    found, title = _day(today, day, holiday)
    away = (found - today).days
    value: dict[str, Any] = {"date": found.isoformat(), "days": away}
    if away == 0:
        return Result(value, say=f"{title[:1].upper()}{title[1:]} is today.")
    if away < 0:
        return Result(value, say=f"{_length(-away, unit)} ago: that was {day_in_full(found)}.")
    be = "is" if away == 1 else "are"
    return Result(value, say=f"There {be} {_length(away, unit)} until {title}.")


def days_since(
    context: HandlerContext, day: str | None = None, holiday: str | None = None, unit: str = "day"
) -> Result:
    """Say how many days it has been since a day."""
    today = today_of(context)
    found = last_of(holiday, today) if holiday else _day(today, day, None)[0]
    if found > today and day is not None and (today.year - found.year) < 1:
        earlier = (
            found.replace(year=found.year - 1) if (found.month, found.day) != (2, 29) else found
        )
        found = earlier if earlier <= today else found
    since = (today - found).days
    value: dict[str, Any] = {"date": found.isoformat(), "days": since}
    if since < 0:
        return Result(value, say=f"{day_in_full(found)} is still {_length(-since, unit)} away.")
    title = HOLIDAYS[holiday][0] if holiday else day_in_full(found)
    return Result(value, say=f"It has been {_length(since, unit)} since {title}.")


def days_between(
    context: HandlerContext,
    first: str | None = None,
    second: str | None = None,
    start: str | None = None,
    end: str | None = None,
    unit: str = "day",
) -> Result:
    """Say how many days there are from one day to another."""
    today = today_of(context)
    one, _ = _day(today, first, start)
    other, _ = _day(today, second, end)
    if other < one and second is not None and (one - other).days < 366:  # noqa: PLR2004 - a year
        later = other.replace(year=other.year + 1) if (other.month, other.day) != (2, 29) else other
        other = later
    away = abs((other - one).days)
    say = f"There {'is' if away == 1 else 'are'} {_length(away, unit)} between "
    say += f"{day_in_full(one)} and {day_in_full(other)}."
    return Result({"days": away}, say=say)


def week_number(context: HandlerContext, day: str | None = None) -> Result:
    """Say the number of the week, counted as ISO 8601 does."""
    today = today_of(context)
    found = date.fromisoformat(day) if day else today
    year, week, _ = found.isocalendar()
    which = "It's" if found == today else f"{day_in_full(found)} is in"
    return Result({"week": week, "year": year}, say=f"{which} week {week} of {year}.")


def age(context: HandlerContext, year: int | None = None, born: str | None = None) -> Result:
    """Say how old somebody is who was born then."""
    today = today_of(context)
    if born is not None:
        day = date.fromisoformat(born)
        if year is not None:
            day = date(_checked(year), day.month, min(day.day, 28) if day.month == 2 else day.day)  # noqa: PLR2004 - February
        if day > today and year is None:
            raise AlexaError("Say the year too.")
        if day > today:
            raise AlexaError(f"{day_in_full(day)} is still to come.")
        old = years_old(day, today)
        return Result({"age": old}, say=f"{plural(old, 'year')} old.")
    if year is None:
        raise AlexaError("Say the year.")
    old = today.year - _checked(year)
    if old < 0:
        raise AlexaError(f"{year} is still to come.")
    if old == 0:
        return Result({"age": 0}, say="Less than a year old.")
    say = f"{old - 1} or {old}: {old} once the birthday in {today.year} has come."
    return Result({"age": old}, say=say)


def leap_year(context: HandlerContext, year: int | None = None, which: str | None = None) -> Result:
    """Say whether a year is a leap year, or which is the next."""
    this = today_of(context).year
    if which == "when":
        found = next(each for each in range(this, this + 10) if is_leap(each) and each > this)
        return Result({"year": found}, say=f"The next leap year is {found}.")
    asked = _checked(year if year is not None else this + _WHICH[which or "this"])
    leap = is_leap(asked)
    say = f"{'Yes' if leap else 'No'}, {asked} {'is' if asked >= this else 'was'} "
    return Result({"year": asked, "leap": leap}, say=say + f"{'a' if leap else 'not a'} leap year.")


def time_until(context: HandlerContext, at: str) -> Result:
    """Say how long it is until a time, or until a day if only a day was said."""
    if says_day_only(context.said.get("at", "")):
        day = datetime.fromisoformat(at).astimezone(ZoneInfo(context.tz)).date()
        return days_until(context, day.isoformat())
    when = datetime.fromisoformat(at).astimezone(ZoneInfo(context.tz))
    seconds = when.timestamp() - context.now.timestamp()  # by instants, not clocks on the wall
    shown = hour(when)
    if seconds <= 0:
        return Result({"seconds": 0}, say=f"{shown} is over.")
    return Result({"seconds": int(seconds)}, say=f"{lasting(seconds)} until {shown}.")


def _day(today: date, day: str | None, holiday: str | None) -> tuple[date, str]:
    if holiday is not None:
        return next_of(holiday, today), HOLIDAYS[holiday][0]
    if day is None:
        raise AlexaError("Say until which day.")
    found = date.fromisoformat(day)
    near = 0 < (found - today).days < WEEK
    return found, f"{found:%A}" if near else day_in_full(found)


def _length(days: int, unit: str) -> str:
    if unit == "week":
        weeks, rest = divmod(days, WEEK)
        if not weeks:
            return plural(rest, "day")
        return plural(weeks, "week") + (f" and {plural(rest, 'day')}" if rest else "")
    return plural(days, "sleep" if unit == "sleep" else "day")


def _checked(year: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise AlexaError(f"My calendar goes from {FIRST_YEAR} to {LAST_YEAR}.")
    return year
