"""Units of measure and what is worth what, exactly, in fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

from .arithmetic import Worth, figures, mixed, rounded
from .calculator import keep, plain

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext

MAX_DECIMALS = 5
"""What needs more decimals than this is rounded, and said to be."""
ROUNDED_DIGITS = 4
_KITCHEN_PARTS = frozenset({3, 6})
"""Lower parts of fractions that are said as such: 1 1/3 cups."""


class Unit(NamedTuple):
    """A unit: of what, how many base units it is, and what one and several are called."""

    of: str
    worth: Fraction
    one: str
    many: str


_INCH, _POUND = Fraction("0.0254"), Fraction("0.45359237")
_GALLON = 231 * _INCH**3 * 1000
"""Of the United States, in liters."""
_IMPERIAL = Fraction("4.54609")
_G = Fraction("9.80665")
_TABLE: dict[str, list[tuple[str, Fraction | int | str, str]]] = {
    "length": [
        ("nanometer", "1/1000000000", "s"), ("micrometer", "1/1000000", "s"),
        ("millimeter", "1/1000", "s"), ("centimeter", "1/100", "s"), ("meter", 1, "s"),
        ("kilometer", 1000, "s"), ("inch", _INCH, "es"), ("foot", 12 * _INCH, "feet"),
        ("yard", 36 * _INCH, "s"), ("mile", 63360 * _INCH, "s"), ("nautical_mile", 1852, "s"),
        ("light_year", 9460730472580800, "s"),
    ],
    "mass": [
        ("milligram", "1/1000000", "s"), ("gram", "1/1000", "s"), ("kilogram", 1, "s"),
        ("ounce", _POUND / 16, "s"), ("pound", _POUND, "s"), ("stone", 14 * _POUND, "stone"),
        ("ton", 2000 * _POUND, "s"), ("metric_ton", 1000, "s"),
    ],
    "volume": [
        ("milliliter", "1/1000", "s"), ("centiliter", "1/100", "s"), ("deciliter", "1/10", "s"),
        ("liter", 1, "s"), ("cubic_meter", 1000, "s"), ("teaspoon", _GALLON / 768, "s"),
        ("tablespoon", _GALLON / 256, "s"), ("fluid_ounce", _GALLON / 128, "s"),
        ("cup", _GALLON / 16, "s"), ("pint", _GALLON / 8, "s"), ("quart", _GALLON / 4, "s"),
        ("gallon", _GALLON, "s"), ("imperial_fluid_ounce", _IMPERIAL / 160, "s"),
        ("imperial_pint", _IMPERIAL / 8, "s"), ("imperial_quart", _IMPERIAL / 4, "s"),
        ("imperial_gallon", _IMPERIAL, "s"), ("stick", _GALLON / 32, "s"),
    ],
    "temperature": [("fahrenheit", 1, "-"), ("celsius", 1, "-"), ("kelvin", 1, "-")],
    "speed": [
        ("mile_per_hour", 63360 * _INCH / 3600, "miles per hour"),
        ("kilometer_per_hour", "1000/3600", "kilometers per hour"),
        ("meter_per_second", 1, "meters per second"),
        ("foot_per_second", 12 * _INCH, "feet per second"), ("knot", "1852/3600", "s"),
    ],
    "area": [
        ("square_centimeter", "1/10000", "s"), ("square_meter", 1, "s"),
        ("square_kilometer", 1000000, "s"), ("hectare", 10000, "s"),
        ("square_inch", _INCH**2, "es"), ("square_foot", (12 * _INCH) ** 2, "square feet"),
        ("square_yard", (36 * _INCH) ** 2, "s"), ("acre", 4840 * (36 * _INCH) ** 2, "s"),
        ("square_mile", (63360 * _INCH) ** 2, "s"),
    ],
    "data": [
        ("bit", 1, "s"), ("byte", 8, "s"), ("kilobit", 1000, "s"), ("megabit", 10**6, "s"),
        ("gigabit", 10**9, "s"), ("kilobyte", 8000, "s"), ("megabyte", 8 * 10**6, "s"),
        ("gigabyte", 8 * 10**9, "s"), ("terabyte", 8 * 10**12, "s"), ("petabyte", 8 * 10**15, "s"),
        ("kibibyte", 8 * 2**10, "s"), ("mebibyte", 8 * 2**20, "s"), ("gibibyte", 8 * 2**30, "s"),
        ("tebibyte", 8 * 2**40, "s"),
    ],
    "time": [
        ("millisecond", "1/1000", "s"), ("second", 1, "s"), ("minute", 60, "s"),
        ("hour", 3600, "s"), ("day", 86400, "s"), ("week", 604800, "s"), ("month", 2629746, "s"),
        ("year", 31556952, "s"), ("decade", 315569520, "s"), ("century", 3155695200, "centuries"),
    ],
    "energy": [
        ("joule", 1, "s"), ("kilojoule", 1000, "s"), ("calorie", 4184, "s"),
        ("watt_hour", 3600, "s"), ("kilowatt_hour", 3600000, "s"),
        ("btu", "1055.05585262", "BTU"),
    ],
    "pressure": [
        ("pascal", 1, "s"), ("hectopascal", 100, "s"), ("kilopascal", 1000, "s"),
        ("millibar", 100, "s"), ("bar", 100000, "s"), ("atmosphere", 101325, "s"),
        ("psi", _POUND * _G / _INCH**2, "psi"), ("torr", Fraction(101325, 760), "torr"),
        ("inch_of_mercury", "3386.389", "inches of mercury"),
    ],
}  # fmt: skip
_WORDED = {
    "fahrenheit": ("degree Fahrenheit", "degrees Fahrenheit"),
    "celsius": ("degree Celsius", "degrees Celsius"),
    "kelvin": ("kelvin", "kelvin"),
    "btu": ("BTU", "BTU"),
    "stick": ("stick of butter", "sticks of butter"),
}
_AVERAGES = frozenset({"month", "year", "decade", "century"})
"""The calendar's average, so that nothing made of them is exact."""
_SMALLER = {"foot": "inch", "pound": "ounce", "stone": "pound", "hour": "minute"}
"""What a second number means: 5 foot 10."""
_FLUID = {"ounce": "fluid_ounce"}
"""What is said of a volume too."""
_IMPERIAL_OF = {"pint": "imperial_pint", "gallon": "imperial_gallon", "quart": "imperial_quart",
                "fluid_ounce": "imperial_fluid_ounce"}  # fmt: skip
DENSITIES = {
    "water": 1000, "milk": 1030, "butter": 959, "flour": 528, "sugar": 845, "brown_sugar": 930,
    "powdered_sugar": 507, "honey": 1420, "oil": 920, "salt": 1217, "rice": 782, "oats": 380,
    "cocoa": 359, "cream": 1005,
}  # fmt: skip
"""Grams in a liter of what kitchens hold, as it is spooned: 125 grams of flour are a cup."""


def _units() -> dict[str, Unit]:
    found: dict[str, Unit] = {}
    for of, rows in _TABLE.items():
        for name, worth, plural in rows:
            one = name.replace("_", " ")
            many = one + plural if plural in {"s", "es"} else plural
            one, many = _WORDED.get(name, (one, many))
            found[name] = Unit(of, Fraction(worth), one, many)
    return found


UNITS = _units()


def convert(
    context: HandlerContext,
    unit: str,
    to: str,
    amount: float = 1,
    more: float | None = None,
    rest: str | None = None,
    stuff: str | None = None,
) -> Result:
    """Say how many ``to`` an amount of ``unit`` is; ``more`` of ``rest`` is added to it."""
    unit, to = _alike(unit, to, stuff)
    value = plain(amount)
    said = count(value, unit)
    if more is not None:
        rest = rest or _SMALLER.get(unit)
        if rest is None:
            raise AlexaError(f"Say of what there are {amount_of(plain(more))[0]}.")
        rest, _ = _alike(rest, unit, None)
        value += changed(plain(more), rest, unit, None)
        said += f" {count(plain(more), rest)}"
    if stuff is not None:
        said += f" of {stuff.replace('_', ' ')}".replace(" of butter of butter", " of butter")
    found = changed(value, unit, to, stuff)
    keep(context, Worth(found))
    loose = (UNITS[unit].of != UNITS[to].of) or len({unit, to} & _AVERAGES) == 1
    shown, exact = amount_of(found, loose=loose, parts=UNITS[to].of == "volume")
    name = UNITS[to].one if found == 1 else UNITS[to].many
    is_ = "is" if exact else "is about"
    return Result(
        {"value": float(found), "unit": to, "exact": exact}, say=f"{said} {is_} {shown} {name}."
    )


def temperature(context: HandlerContext, amount: float, to: str) -> Result:
    """Convert degrees that are of the other scale."""
    return convert(context, "fahrenheit" if to == "celsius" else "celsius", to, amount)


def changed(value: Fraction, unit: str, to: str, stuff: str | None) -> Fraction:
    """Return how many ``to`` that is. Raises AlexaError if it is none."""
    one, other = UNITS[unit], UNITS[to]
    if one.of == "temperature" == other.of:
        return _degrees(value, unit, to)
    base = value * one.worth
    if one.of == other.of:
        return base / other.worth
    if stuff is None and "stick" in {unit, to}:
        stuff = "butter"
    if {one.of, other.of} != {"mass", "volume"}:
        raise AlexaError(f"{_capital(other.many)} measure {other.of}, {one.many} {one.of}.")
    if stuff is None:
        raise AlexaError(f"That depends on what it is: {one.many} measure {one.of}, "
                         f"{other.many} {other.of}.")  # fmt: skip
    density = Fraction(DENSITIES[stuff], 1000)  # kilograms in a liter
    return (base / density if one.of == "mass" else base * density) / other.worth


def _degrees(value: Fraction, unit: str, to: str) -> Fraction:
    celsius = {"celsius": value, "fahrenheit": (value - 32) * 5 / 9,
               "kelvin": value - Fraction("273.15")}[unit]  # fmt: skip
    if celsius < Fraction("-273.15"):
        raise AlexaError("Nothing can be that cold.")
    return {"celsius": celsius, "fahrenheit": celsius * 9 / 5 + 32,
            "kelvin": celsius + Fraction("273.15")}[to]  # fmt: skip


def _alike(unit: str, to: str, stuff: str | None) -> tuple[str, str]:
    """Read ounces as fluid ones beside a volume, and as imperial ones beside an imperial one."""
    if stuff is None:
        if UNITS[to].of == "volume":
            unit = _FLUID.get(unit, unit)
        if UNITS[unit].of == "volume" and unit != "stick":
            to = _FLUID.get(to, to)
    if unit.startswith("imperial"):
        to = _IMPERIAL_OF.get(to, to)
    elif to.startswith("imperial") and unit not in {"pint", "quart", "gallon", "cup"}:
        unit = _IMPERIAL_OF.get(unit, unit)
    return unit, to


def amount_of(value: Fraction, *, loose: bool = False, parts: bool = False) -> tuple[str, bool]:
    """Return a number as it is said, and whether it is exact."""
    text = None if loose else figures(value, MAX_DECIMALS)
    if text is not None:
        return text, True
    if parts and not loose and value.denominator in _KITCHEN_PARTS:
        return mixed(value), True
    digits = max(ROUNDED_DIGITS, len(str(int(abs(value)))))
    return rounded(value, min(digits, 15) if not loose else 3), False


def count(value: Fraction, unit: str) -> str:
    """Return ``2.5 cups``."""
    name = UNITS[unit].one if value == 1 else UNITS[unit].many
    return f"{amount_of(value)[0]} {name}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
