"""Temperatures: "seventy two degrees", "20 celsius", "twenty one and a half", "ten below zero".

The value is ``{"value": 72, "unit": "fahrenheit"}``; no unit said means the household's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.language.english import NUMBER_STARTS
from alexa_cli.language.grammar import (
    Moment,
    Readings,
    Spans,
    Unreadable,
    Words,
    first_readings,
    word_at,
)
from alexa_cli.language.number import Number, exact, in_figures, plain_number

if TYPE_CHECKING:
    from alexa_cli.turn import Json

_UNITS = {
    "fahrenheit": "fahrenheit", "f": "fahrenheit",
    "celsius": "celsius", "centigrade": "celsius", "c": "celsius",
}  # fmt: skip
_MOST = 10_000


def temperatures(words: Words, start: int) -> Readings[tuple[Number, str | None]]:
    """Return the readings of a temperature: (value, unit or None)."""
    negative = word_at(words, start) in {"minus", "negative"}
    first = start + (negative or word_at(words, start) == "plus")
    found: Readings[tuple[Number, str | None]] = []
    for end, value in exact(words, first):
        if value >= _MOST:
            continue
        signed = -value if negative else value
        found.append((end, (signed, None)))
        degrees = end + (word_at(words, end) in {"degrees", "degree"})
        found.append((degrees, (signed, None)))
        if tuple(words[degrees : degrees + 2]) == ("below", "zero") and not negative:
            found.append((degrees + 2, (-value, None)))
        if unit := _UNITS.get(word_at(words, degrees)):
            found.append((degrees + 1, (signed, unit)))
    return first_readings(found)


def _resolve(meaning: tuple[Number, str | None], moment: Moment) -> Json:
    value, unit = meaning
    return {"value": value, "unit": unit or moment.temperature_unit}


def _canonical(value: Json, moment: Moment) -> Json:
    unit: Json = moment.temperature_unit
    if isinstance(value, dict):
        if not set(value) <= {"value", "unit"}:
            return None
        unit = value.get("unit", unit)
        unit = _UNITS.get(unit.casefold()) if isinstance(unit, str) else None
        value = value.get("value")
    number = plain_number(value)
    if number is None or unit is None:
        return None
    if abs(number) >= _MOST:
        message = "nothing in a home is that hot or that cold"
        raise Unreadable(message)
    return {"value": number, "unit": unit}


def _say(value: Json, moment: Moment) -> str:
    if not isinstance(value, dict) or (number := plain_number(value.get("value"))) is None:
        return str(value)
    said = f"{in_figures(number, commas=False)} degree{'' if number == 1 else 's'}"
    unit = value.get("unit")
    return said if unit == moment.temperature_unit else f"{said} {str(unit).capitalize()}"


ENGLISH = Spans(
    name="temperature",
    noun="temperature",
    starts=NUMBER_STARTS - {"dozen", "couple"},
    parse=temperatures,
    resolve=_resolve,
    canonical=_canonical,
    word=_say,
)
