"""Times, days and lengths as people say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def hour(moment: datetime) -> str:
    """Return ``3:05 PM``."""
    return f"{moment.hour % 12 or 12}:{moment.minute:02d} {'AM' if moment.hour < 12 else 'PM'}"  # noqa: PLR2004 - noon


def day_in_full(day: date) -> str:
    """Return ``Friday, December 25, 2026``."""
    return f"{day:%A}, {day:%B} {day.day}, {day.year}"


def plural(count: int, noun: str) -> str:
    """Return ``1 day``, ``2 days``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def lasting(seconds: float) -> str:
    """Return ``2 hours and 5 minutes``: the two largest units that matter."""
    whole = int(seconds)
    parts = [
        (whole // _DAY, "day"), (whole % _DAY // _HOUR, "hour"),
        (whole % _HOUR // _MINUTE, "minute"), (whole % _MINUTE if whole < _HOUR else 0, "second"),
    ]  # fmt: skip
    said = [plural(count, noun) for count, noun in parts if count][:2]
    return " and ".join(said) or "Less than a second"
