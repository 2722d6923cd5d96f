"""A forecast as open-meteo answers it, read with care: what is missing or no number is None."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from datetime import date

UNUSABLE = "The weather service gave an answer that I can't use."
_SKY = {
    0: "clear", 1: "mostly clear", 2: "partly cloudy", 3: "cloudy", 45: "foggy", 48: "foggy",
    51: "light drizzle", 53: "drizzle", 55: "heavy drizzle", 56: "freezing drizzle",
    57: "freezing drizzle", 61: "light rain", 63: "rain", 65: "heavy rain", 66: "freezing rain",
    67: "freezing rain", 71: "light snow", 73: "snow", 75: "heavy snow", 77: "snow",
    80: "light showers", 81: "showers", 82: "heavy showers", 85: "snow showers",
    86: "heavy snow showers", 95: "thunderstorms", 96: "thunderstorms with hail",
    99: "thunderstorms with hail",
}  # fmt: skip
"""WMO codes of the weather in words."""
SNOW = frozenset({71, 73, 75, 77, 85, 86})
PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (17, 22), "night": (20, 24)}
"""Hours of the parts of a day, the last one exclusive."""


@dataclass(frozen=True, slots=True)
class Spell:
    """The weather of a day or of a part of one. None: not told."""

    code: int | None
    high: int | None
    low: int | None
    rain: int | None
    """Chance of rain or snow in percent."""
    wind: int | None = None

    @property
    def sky(self) -> str | None:
        """The weather in words."""
        return sky(self.code)


def sky(code: int | None) -> str | None:
    """Return a WMO code in words."""
    return None if code is None else _SKY.get(code)


def now_of(answer: Any) -> dict[str, int | None]:  # noqa: ANN401 - whatever the service answered
    """Return what it is like now: ``temperature``, ``feels``, ``code``, ``wind``."""
    current = answer.get("current") if isinstance(answer, dict) else None
    current = current if isinstance(current, dict) else {}
    found = {
        "temperature": _whole(current.get("temperature_2m")),
        "feels": _whole(current.get("apparent_temperature")),
        "code": _whole(current.get("weather_code")),
        "wind": _whole(current.get("wind_speed_10m")),
    }
    if found["temperature"] is None:
        raise AlexaError(UNUSABLE)
    return found


def day_of(answer: Any, day: date) -> Spell:  # noqa: ANN401 - as above
    """Return the weather of a day. Raises AlexaError if the forecast does not go there."""
    daily = _table(answer, "daily")
    times = [str(each) for each in daily["time"]]
    if day.isoformat() not in times:
        if times and day.isoformat() < times[0]:
            raise AlexaError("I only know the weather to come.")
        raise AlexaError(f"The forecast goes only {len(times)} days ahead.")
    at = times.index(day.isoformat())
    return Spell(
        _at(daily, "weather_code", at), _at(daily, "temperature_2m_max", at),
        _at(daily, "temperature_2m_min", at), _at(daily, "precipitation_probability_max", at),
        _at(daily, "wind_speed_10m_max", at),
    )  # fmt: skip


def part_of(answer: Any, day: date, part: str) -> Spell:  # noqa: ANN401 - as above
    """Return the weather of a part of a day."""
    hourly = _table(answer, "hourly")
    first, last = PARTS[part]
    hours = {f"{day.isoformat()}T{hour:02d}:00" for hour in range(first, last)}
    places = [at for at, each in enumerate(hourly["time"]) if each in hours]
    if not places:
        day_of(answer, day)  # says why, if the day is too far away
        raise AlexaError(UNUSABLE)

    def told(name: str) -> list[int]:
        return [value for at in places if (value := _at(hourly, name, at)) is not None]

    temperatures, rain, codes = (
        told(name) for name in ("temperature_2m", "precipitation_probability", "weather_code")
    )
    return Spell(
        max(codes, default=None), max(temperatures, default=None), min(temperatures, default=None),
        max(rain, default=None),
    )  # fmt: skip


def _table(answer: Any, name: str) -> dict[str, list[Any]]:  # noqa: ANN401 - as above
    table = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(table, dict) or not isinstance(table.get("time"), list):
        raise AlexaError(UNUSABLE)
    return table


def _at(table: dict[str, list[Any]], name: str, at: int) -> int | None:
    column = table.get(name)
    return _whole(column[at]) if isinstance(column, list) and at < len(column) else None


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return round(value) if abs(value) < 1_000 else None  # noqa: PLR2004 - no weather is that
