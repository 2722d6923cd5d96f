"""Days with a name, also those that move from year to year, and days counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WEEK = 7
MONDAY, TUESDAY, THURSDAY, SUNDAY = 0, 1, 3, 6
FIRST_YEAR, LAST_YEAR = 1583, 9998
"""The years of the Gregorian calendar, as far as a date can be."""


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms)."""
    century, in_century = divmod(year, 100)
    golden = year % 19
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - moon + 15) % 30
    offset = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    fix = (golden + 11 * epact + 22 * offset) // 451
    month, day = divmod(epact + offset - 7 * fix + 114, 31)
    return date(year, month, day + 1)


def _nth(month: int, weekday: int, nth: int) -> Callable[[int], date]:
    def found(year: int) -> date:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % WEEK + WEEK * (nth - 1))

    return found


def _last(month: int, weekday: int) -> Callable[[int], date]:
    def found(year: int) -> date:
        end = date(year, month + 1, 1) - timedelta(days=1)
        return end - timedelta(days=(end.weekday() - weekday) % WEEK)

    return found


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _from_easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days=days)


def _election(year: int) -> date:
    return _nth(11, MONDAY, 1)(year) + timedelta(days=1)


HOLIDAYS: dict[str, tuple[str, Callable[[int], date]]] = {
    "new_year": ("New Year's Day", _fixed(1, 1)),
    "martin_luther_king": ("Martin Luther King Day", _nth(1, MONDAY, 3)),
    "groundhog": ("Groundhog Day", _fixed(2, 2)),
    "valentine": ("Valentine's Day", _fixed(2, 14)),
    "presidents": ("Presidents' Day", _nth(2, MONDAY, 3)),
    "fat_tuesday": ("Fat Tuesday", _from_easter(-47)),
    "ash_wednesday": ("Ash Wednesday", _from_easter(-46)),
    "saint_patrick": ("Saint Patrick's Day", _fixed(3, 17)),
    "palm_sunday": ("Palm Sunday", _from_easter(-7)),
    "good_friday": ("Good Friday", _from_easter(-2)),
    "easter": ("Easter", easter),
    "easter_monday": ("Easter Monday", _from_easter(1)),
    "april_fools": ("April Fools' Day", _fixed(4, 1)),
    "earth_day": ("Earth Day", _fixed(4, 22)),
    "cinco_de_mayo": ("Cinco de Mayo", _fixed(5, 5)),
    "mothers": ("Mother's Day", _nth(5, SUNDAY, 2)),
    "memorial": ("Memorial Day", _last(5, MONDAY)),
    "ascension": ("Ascension Day", _from_easter(39)),
    "pentecost": ("Pentecost", _from_easter(49)),
    "flag_day": ("Flag Day", _fixed(6, 14)),
    "juneteenth": ("Juneteenth", _fixed(6, 19)),
    "fathers": ("Father's Day", _nth(6, SUNDAY, 3)),
    "independence": ("Independence Day", _fixed(7, 4)),
    "labor": ("Labor Day", _nth(9, MONDAY, 1)),
    "columbus": ("Columbus Day", _nth(10, MONDAY, 2)),
    "halloween": ("Halloween", _fixed(10, 31)),
    "election": ("Election Day", _election),
    "veterans": ("Veterans Day", _fixed(11, 11)),
    "thanksgiving": ("Thanksgiving", _nth(11, THURSDAY, 4)),
    "black_friday": ("Black Friday", lambda year: _nth(11, THURSDAY, 4)(year) + timedelta(days=1)),
    "christmas_eve": ("Christmas Eve", _fixed(12, 24)),
    "christmas": ("Christmas", _fixed(12, 25)),
    "boxing_day": ("Boxing Day", _fixed(12, 26)),
    "kwanzaa": ("Kwanzaa", _fixed(12, 26)),
    "new_years_eve": ("New Year's Eve", _fixed(12, 31)),
}


def next_of(holiday: str, today: date) -> date:
    """Return the next such day, today included."""
    day = HOLIDAYS[holiday][1](today.year)
    return day if day >= today else HOLIDAYS[holiday][1](today.year + 1)


def last_of(holiday: str, today: date) -> date:
    """Return the last such day, today not included."""
    day = HOLIDAYS[holiday][1](today.year)
    return day if day < today else HOLIDAYS[holiday][1](today.year - 1)


def is_leap(year: int) -> bool:
    """Whether the year has a 29 February."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def years_old(born: date, today: date) -> int:
    """Return the age in years; who is born on 29 February has a birthday on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
