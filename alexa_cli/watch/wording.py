"""What is said of a thing that is due: its text, and honestly when it should have come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alexa_cli.language.clock import say_clock
from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from datetime import datetime

    from alexa_cli.watch.due import Due

LONGEST = 1_000
"""Characters of a text that are told."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What a channel is told."""

    due: Due
    text: str
    """On one line, with nothing in it that a terminal obeys."""
    late: bool = False
    again: bool = False
    """Whether it may have been told before: its teller died in that moment."""


def notice(due: Due, now: datetime, *, late_after: float, again: bool = False) -> Notice:
    """Word it at ``now``; ``late_after`` in seconds."""
    text = " ".join(printable(due.text[: 4 * LONGEST]).split())[:LONGEST]
    late = (now - due.at).total_seconds() > late_after
    told: list[str] = []
    if late:
        told.append(f"late: it was due {said_at(due, now)}")
    if due.missed:
        times = "once" if due.missed == 1 else f"{due.missed:,} times"
        told.append(f"missed {times} before")
    if again:
        told.append("you may have heard this before")
    return Notice(due, f"{text} ({'; '.join(told)})" if told else text, late, again)


def said_at(due: Due, now: datetime) -> str:
    """Return ``at 6:45 AM``, with the day if it is another, by the clock of the household."""
    zone = ZoneInfo(due.tz)
    at, today = due.at.astimezone(zone), now.astimezone(zone).date()
    clock = f"at {say_clock(at.hour, at.minute)}"
    days = (today - at.date()).days
    if days == 0:
        return clock
    if days in {1, -1}:
        return f"{'yesterday' if days > 0 else 'tomorrow'} {clock}"
    year = "" if at.year == today.year else f", {at.year}"
    return f"on {at:%A, %B} {at.day}{year} {clock}"
