"""One timer, and the words for it: what it is called, how long it runs, what is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
_NICKNAMES = {
    900: ("quarter hour", "quarter of an hour"),
    1800: ("half hour", "half an hour"),
    3600: ("hour", "an hour"),
    5400: ("hour and a half", "one and a half hour", "an hour and a half"),
}
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


@dataclass(frozen=True, slots=True)
class Timer:
    """One countdown. Exactly one of ``due`` and ``left`` is set."""

    id: str
    seconds: float
    """How long it was set for, without time added later."""
    name: str | None
    due: str | None
    """When it rings: ISO 8601 with offset. None while it is paused."""
    left: float | None = None
    """Seconds left while it is paused."""

    def remaining(self, now: datetime) -> float:
        """Seconds until it rings; 0 or less when it is over."""
        if self.due is None:
            return self.left or 0.0
        return (datetime.fromisoformat(self.due) - now).total_seconds()

    @property
    def title(self) -> str:
        """``pasta timer``, or ``10 minute timer`` for one without a name."""
        return f"{self.name or length(self.seconds)} timer"


def spoken(seconds: float) -> str:
    """``1 hour and 30 minutes``; whole seconds, and none of them from one hour up."""
    whole = max(1, round(seconds))
    parts: list[str] = []
    for unit, size in _UNITS:
        if unit == "second" and seconds >= 3600 and parts:  # noqa: PLR2004 - an hour
            break
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count} {unit}" + ("s" if count != 1 else ""))
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def length(seconds: float) -> str:
    """How a timer of that many seconds is called: ``10 minute``, ``1 hour 30 minute``."""
    return " ".join(f"{count} {unit}" for count, unit in _parts(seconds))


def _parts(seconds: float) -> list[tuple[int, str]]:
    whole, parts = max(1, round(seconds)), []
    for unit, size in _UNITS:
        count, whole = divmod(whole, size)
        if count:
            parts.append((count, unit))
    return parts


def _lengths(seconds: float) -> list[str]:
    """The ways in which people name a length: ``90 minute``, ``hour and a half``, ..."""
    whole = round(seconds)
    found = [length(seconds), " ".join(f"{_words(n)} {unit}" for n, unit in _parts(seconds))]
    for unit, size in _UNITS[1:]:
        count = whole // size
        if whole % size == 0 and 1 <= count < 100:  # noqa: PLR2004 - said in one or two words
            found += [f"{count} {unit}", f"{_words(count)} {unit}"]
            found += [f"{count} {unit}s", f"{_words(count)} {unit}s"] if count > 1 else []
    found += _NICKNAMES.get(whole, ())
    return list(dict.fromkeys(found))


def _words(number: int) -> str:
    if number < len(_SMALL):
        return _SMALL[number]
    if number < 100:  # noqa: PLR2004 - above that people write digits
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f" {_SMALL[ones]}" if ones else "")
    return str(number)


def aliases(timer: Timer, title: str) -> list[str]:
    """What people call it, besides ``title``: "timer", "pasta", "ten minute one", ..."""
    found = ["timer"]
    if timer.name:
        found += [timer.name, f"{timer.name} timer", f"{timer.name} one"]
    for said in _lengths(timer.seconds):
        found += [said, f"{said} timer", f"{said} one"]
        if timer.name:
            found.append(f"{said} {timer.name} timer")
    if title != timer.title:
        ordinal = title.removesuffix(f" {timer.title}")
        found += [f"{ordinal} timer", f"{ordinal} one"]
    return [alias for alias in dict.fromkeys(found) if alias != title]


def told_apart(timers: Sequence[Timer]) -> list[str]:
    """Their titles; those that are alike are numbered: ``first pasta timer``."""
    titles = [timer.title for timer in timers]
    return [
        f"{_ordinal(titles[:place].count(title))} {title}" if titles.count(title) > 1 else title
        for place, title in enumerate(titles)
    ]


def _ordinal(place: int) -> str:
    return _ORDINALS[place] if place < len(_ORDINALS) else f"number {place + 1}"


def listing(timers: Sequence[Timer], now: datetime) -> str:
    """``You have 2 timers: pasta timer, 4 minutes left, and 10 minute timer, paused at ...``."""
    parts = []
    for timer in sorted(timers, key=lambda one: one.remaining(now)):
        left = spoken(timer.remaining(now))
        parts.append(
            f"{timer.title}, paused with {left} left"
            if timer.due is None
            else f"{timer.title}, {left} left"
        )
    if len(parts) == 1:
        return f"You have one timer: {parts[0]}."
    return f"You have {len(parts)} timers: {'; '.join(parts)}."


def bare(name: str | None) -> str | None:
    """``the pasta timer`` -> ``pasta``."""
    said = (name or "").strip()
    for article in ("the ", "my ", "a ", "an "):
        said = said.removeprefix(article)
    said = said.removesuffix(" timer").strip()
    return said or None
