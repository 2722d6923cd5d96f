"""Days as a calendar counts them: what "friday", "the 31st" or "easter" is, seen from a day.

Every function takes the day it is looked at from (``today``) and returns a day.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING

from alexa_cli.language.english import MONTH_NAMES, WEEKDAY_NAMES
from alexa_cli.language.grammar import Unreadable
from alexa_cli.language.ordinal import in_figures, say_ordinal

if TYPE_CHECKING:
    from collections.abc import Callable

WEEK = 7
_FIRST_YEAR, _LAST_YEAR = 1900, 2999
_LONGEST_GAP = 9
"""Years from one 29 February to the next, at most (1896 to 1904), and one."""
_NOT_SO_FAR = "that is further away than my calendar goes"


def shifted(day: date, *, days: int = 0, months: int = 0) -> date:
    """Return ``day`` moved; a month's end stays within its month (31 January, one month: 28)."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise Unreadable(_NOT_SO_FAR)
    moved = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
    first, last = date(_FIRST_YEAR, 1, 1), date(_LAST_YEAR, 12, 31)
    if not (first - moved).days <= days <= (last - moved).days:
        raise Unreadable(_NOT_SO_FAR)
    return moved + timedelta(days=days)


def weekday_after(today: date, weekday: int) -> date:
    """Return the next such weekday, never today: "friday" said on a Friday is in a week."""
    return shifted(today, days=(weekday - today.weekday() - 1) % WEEK + 1)


def weekday_from(today: date, weekday: int) -> date:
    """Return the next such weekday, today included: "this friday"."""
    return shifted(today, days=(weekday - today.weekday()) % WEEK)


def weekday_before(today: date, weekday: int) -> date:
    """Return the last such weekday, never today."""
    return shifted(today, days=-((today.weekday() - weekday - 1) % WEEK + 1))


def weekday_next_week(today: date, weekday: int) -> date:
    """Return that weekday of next week, where a week starts on Monday: "next friday"."""
    return shifted(today, days=WEEK - today.weekday() + weekday)


def weekend(today: date) -> date:
    """Return the coming Saturday; today if the weekend has begun."""
    return today if today.weekday() > 4 else weekday_from(today, 5)  # noqa: PLR2004 - Friday


def month_end(today: date, months: int = 0) -> date:
    """Return the last day of the month ``months`` from now."""
    first = shifted(today.replace(day=1), months=months)
    return first.replace(day=monthrange(first.year, first.month)[1])


def day_of_month(today: date, day: int) -> date:
    """Return the next day with that number, today included: "the 31st"."""
    for months in range(12):
        first = shifted(today.replace(day=1), months=months)
        found = _built(first.year, first.month, day)
        if found is not None and found >= today:
            return found
    message = f"no month has a {in_figures(day)}"
    raise Unreadable(message)


def day_of_that_month(today: date, day: int, months: int) -> date:
    """Return day ``day`` of the month ``months`` from now: "the fifth of next month"."""
    first = shifted(today.replace(day=1), months=months)
    return in_year(first.year, first.month, day)


def in_year(year: int, month: int, day: int) -> date:
    """Return a full date, or say why there is no such day."""
    found = _built(year, month, day)
    if found is not None:
        return found
    message = f"{MONTH_NAMES[month]} has no {in_figures(day)}"
    if month == 2 and day == 29:  # noqa: PLR2004 - leap day
        message += f" in {year}"
    raise Unreadable(message)


def in_any_year(today: date, month: int, day: int) -> date:
    """Return the next such day, today included: "december 21st"."""
    for year in range(today.year, today.year + _LONGEST_GAP):
        found = _built(year, month, day)
        if found is not None and found >= today:
            return found
    message = f"{MONTH_NAMES[month]} has no {in_figures(day)}"
    raise Unreadable(message)


def _built(year: int, month: int, day: int) -> date | None:
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= day <= monthrange(year, month)[1]):
        return None
    return date(year, month, day)


def on_weekday(day: date, weekday: int) -> date:
    """Return ``day`` if it is that weekday, or say that it is not."""
    if day.weekday() == weekday:
        return day
    message = (
        f"{MONTH_NAMES[day.month]} {day.day}, {day.year} is a {WEEKDAY_NAMES[day.weekday()]}, "
        f"not a {WEEKDAY_NAMES[weekday]}"
    )
    raise Unreadable(message)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    """Return the nth such weekday of a month, the last for -1; None: there is no fifth."""
    if nth < 0:
        return weekday_before(shifted(month_end(date(year, month, 1)), days=1), weekday)
    day = shifted(weekday_from(date(year, month, 1), weekday), days=WEEK * (nth - 1))
    return day if day.month == month else None


def nth_in_month(today: date, weekday: int, nth: int, months: int | None) -> date:
    """Return the nth such weekday of the month ``months`` from now; None: the next there is."""
    for ahead in range(12) if months is None else (months,):
        first = shifted(today.replace(day=1), months=ahead)
        day = nth_weekday(first.year, first.month, weekday, nth)
        if day is not None and (months is not None or day >= today):
            return day
    first = shifted(today.replace(day=1), months=months or 0)
    raise _no_such(first.month, weekday, nth)


def nth_in_any_year(today: date, weekday: int, nth: int, month: int) -> date:
    """Return the next such weekday of a named month: "the first monday of september"."""
    for year in range(today.year, min(today.year + _LONGEST_GAP, _LAST_YEAR + 1)):
        day = nth_weekday(year, month, weekday, nth)
        if day is not None and day >= today:
            return day
    raise _no_such(month, weekday, nth)


def _no_such(month: int, weekday: int, nth: int) -> Unreadable:
    return Unreadable(f"{MONTH_NAMES[month]} has no {say_ordinal(nth)} {WEEKDAY_NAMES[weekday]}")


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar.

    The anonymous algorithm printed in Nature, 20 April 1876; see Meeus, Astronomical Algorithms.
    """
    century, in_century = divmod(year, 100)
    golden = year % 19
    leap, rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - moon + 15) % 30
    leaps, years = divmod(in_century, 4)
    offset = (32 + 2 * rest + 2 * leaps - epact - years) % 7
    fix = (golden + 11 * epact + 22 * offset) // 451
    month, day = divmod(epact + offset - 7 * fix + 114, 31)
    return date(year, month, day + 1)


def _nth(month: int, weekday: int, nth: int) -> Callable[[int], date]:
    def found(year: int) -> date:
        day = nth_weekday(year, month, weekday, nth)
        return day if day is not None else date(year, month, 1)

    return found


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


HOLIDAYS: dict[str, Callable[[int], date]] = {
    "new years": _fixed(1, 1),
    "new years eve": _fixed(12, 31),
    "martin luther king": _nth(1, 0, 3),
    "martin luther king jr": _nth(1, 0, 3),
    "mlk": _nth(1, 0, 3),
    "groundhog": _fixed(2, 2),
    "valentines": _fixed(2, 14),
    "presidents": _nth(2, 0, 3),
    "saint patricks": _fixed(3, 17),
    "st patricks": _fixed(3, 17),
    "easter": easter,
    "good friday": lambda year: easter(year) - timedelta(days=2),
    "cinco de mayo": _fixed(5, 5),
    "mothers": _nth(5, 6, 2),
    "memorial": _nth(5, 0, -1),
    "fathers": _nth(6, 6, 3),
    "juneteenth": _fixed(6, 19),
    "independence": _fixed(7, 4),
    "labor": _nth(9, 0, 1),
    "columbus": _nth(10, 0, 2),
    "halloween": _fixed(10, 31),
    "veterans": _fixed(11, 11),
    "thanksgiving": _nth(11, 3, 4),
    "black friday": lambda year: _nth(11, 3, 4)(year) + timedelta(days=1),
    "christmas": _fixed(12, 25),
    "christmas eve": _fixed(12, 24),
}
"""Days of the United States by name, without apostrophes and without "day"."""
ALWAYS_DAY = frozenset(
    {"martin luther king", "martin luther king jr", "mlk", "groundhog", "valentines", "presidents",
     "saint patricks",
     "st patricks", "mothers", "memorial", "fathers", "independence", "labor", "columbus",
     "veterans"}
)  # fmt: skip
"""Those that are only named with "day" behind them."""


def next_holiday(today: date, name: str) -> date:
    """Return the next day of that name, today included."""
    day = HOLIDAYS[name](today.year)
    return day if day >= today else HOLIDAYS[name](today.year + 1)
