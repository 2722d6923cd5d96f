"""How notes are told: in the user's words, in quotes, with the day."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_WEEK, _HALF_YEAR = 7, 180
"""Days."""
_NOON = 12


def ended(text: str) -> str:
    """A note without its last period."""
    return text.rstrip(" .!?")


def quoted(text: str) -> str:
    """``“The key is under the pot.”``."""
    return f"“{text}.”"


def listed(notes: Sequence[dict[str, Any]]) -> str:
    """The texts one after another."""
    return " ".join(quoted(note["text"]) for note in notes)


def ago(note: dict[str, Any], now: datetime, *, time: bool = False) -> str:
    """When a note was told: ``today``, ``on Friday``, ``on March 4``."""
    told = datetime.fromisoformat(note["at"]).astimezone(now.tzinfo)
    days = (now.date() - told.date()).days
    half = "AM" if told.hour < _NOON else "PM"
    hour = f" at {told.hour % _NOON or _NOON}:{told:%M} {half}" if time else ""
    if days <= 0:
        return f"today{hour}"
    if days == 1:
        return f"yesterday{hour}"
    if days < _WEEK:
        return f"on {told:%A}{hour}"
    year = f", {told.year}" if days > _HALF_YEAR else ""
    return f"on {told:%B} {told.day}{year}{hour}"
