"""Where the weather is asked of, and what is kept of the answers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from alexa_cli.errors import AlexaError, Unreachable

from .forecast import UNUSABLE

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext

LIFETIME = timedelta(minutes=30)
"""An answer younger than this is used again."""
KEPT_PLACES = 50
_KEPT_PARTS = ("current", "hourly", "daily", "utc_offset_seconds")
_FURTHEST_CLOCK = 86_400
HOME = "place"
_HERE = frozenset({"here", "in here", "my place", "my area", "outside", "home"})
_PLAIN = re.compile(r"[^\W_][\w .,'’()-]{0,59}")
WHICH_PLACE = "Which place? To have it always, say “use Boston for the weather”."
_LEAD = re.compile(r"(?:(?:it is|it's|its|i am|i'm|we are|we're|in|for|at|near) )+", re.IGNORECASE)


class Nowhere(AlexaError):
    """No place was said, and none is the default."""


@dataclass(frozen=True, slots=True)
class Told:
    """A forecast, what its place is called, and how old it is if it was kept."""

    answer: Any
    title: str
    age: timedelta | None = None

    def today(self, now: datetime) -> date | None:
        """Which day it is at the place; None if the service does not say."""
        ahead = self.answer.get("utc_offset_seconds") if isinstance(self.answer, dict) else None
        if not isinstance(ahead, int | float) or not abs(ahead) <= _FURTHEST_CLOCK:
            return None
        return (now.astimezone(UTC) + timedelta(seconds=ahead)).date()


async def ask(context: HandlerContext, place: str | None) -> Told:
    """Return the forecast of a place: a kept one if it is young enough, else a new one.

    Raises AlexaError: no such place, no network, no usable answer.
    """
    name = _named(context, place)
    key = f"forecast/{context.temperature_unit}/{name.casefold()}"
    kept = context.store.get(key)
    if isinstance(kept, dict):
        age = context.now - datetime.fromisoformat(kept["at"])
        if timedelta(0) <= age < LIFETIME:
            return Told(kept["answer"], kept["title"], age)
    found = await _find(context, name)
    fahrenheit = context.temperature_unit == "fahrenheit"
    answer = await _call(
        context, "request", latitude=found["latitude"], longitude=found["longitude"],
        temperature_unit=context.temperature_unit, wind_speed_unit="mph" if fahrenheit else "kmh",
    )  # fmt: skip
    if not isinstance(answer, dict):
        raise AlexaError(UNUSABLE)
    slim = {part: answer.get(part) for part in _KEPT_PARTS}
    with context.store.transaction():
        _sweep(context)
        context.store.set(
            key, {"at": context.now.isoformat(), "title": found["title"], "answer": slim}
        )
    return Told(slim, found["title"])


def _named(context: HandlerContext, place: str | None) -> str:
    if place is not None and place.casefold() in _HERE:
        place = None
    said = place or context.store.get(HOME) or context.options.get("place")
    if not isinstance(said, str) or not said.strip():
        raise Nowhere(WHICH_PLACE)
    name = " ".join(said.split())
    return _LEAD.sub("", name, count=1) if _LEAD.match(name) else name  # "it's in boston"


async def _find(context: HandlerContext, name: str) -> dict[str, Any]:
    """Look a place up; what was found once is kept."""
    key = f"place/{name.casefold()}"
    kept = context.store.get(key)
    if isinstance(kept, dict):
        return kept
    city, _, region = (part.strip() for part in name.partition(","))
    answer = await _call(context, "find_place", name=city)
    results = answer.get("results") if isinstance(answer, dict) else None
    for each in results if isinstance(results, list) else ():
        if isinstance(each, dict) and _is_in(each, region) and _number(each, "latitude", 90):
            title = str(each.get("name"))
            found = {
                "title": title if _PLAIN.fullmatch(title) else city,
                "latitude": each["latitude"], "longitude": each.get("longitude"),
            }  # fmt: skip
            if _number(each, "longitude", 180):
                context.store.set(key, found)
                return found
    raise AlexaError(f"I don't know a place called {name}.")


def _is_in(place: dict[str, Any], region: str) -> bool:
    """Whether a place is in the region said behind the comma: "Oregon", "OR" is not known."""
    names = [place.get(part) for part in ("admin1", "admin2", "country", "country_code")]
    return not region or region.casefold() in {str(each).casefold() for each in names}


def _number(place: dict[str, Any], name: str, limit: float) -> bool:
    value = place.get(name)
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= limit


async def _call(context: HandlerContext, api: str, **arguments: Any) -> Any:  # noqa: ANN401 - JSON
    try:
        return await context.call(api, **arguments)
    except Unreachable as error:
        raise Unreachable("I can't reach the weather service.") from error
    except AlexaError as error:
        raise AlexaError(UNUSABLE) from error


def _sweep(context: HandlerContext) -> None:
    """Forget the forecasts that are too old, and places where there are too many."""
    for key, kept in context.store.items("forecast/"):
        if context.now - datetime.fromisoformat(kept["at"]) >= LIFETIME:
            context.store.delete(key)
    known = [key for key, _ in context.store.items("place/")]
    for key in known[:-KEPT_PLACES]:
        context.store.delete(key)
