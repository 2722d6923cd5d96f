"""One reminder, and the words for it: what it says, when it comes, what people call it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alexa_cli.catalog.times import clock_forms, day_forms, say_repeat, say_when

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext

_TO_YOU = {
    "my": "your", "mine": "yours", "me": "you", "myself": "yourself", "i": "you", "i'm": "you're",
    "i've": "you've", "i'll": "you'll", "i'd": "you'd",
}  # fmt: skip
_MINE = re.compile(r"\b(i'm|i've|i'll|i'd|i am|i was|my|mine|me|myself|i)\b", re.IGNORECASE)
_PLAIN = frozenset(
    "a an the my your our his her their some any to for of in on at with and or from by up out "
    "off go get do make take call is are be have buy it that this about into".split()
)
"""Words of a message that nobody calls a reminder by."""
LATEST, NEXT, NONE = "latest", "next", "none"
"""In place of an identifier: the one that was set last, the one that comes next, none at all."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder. ``due`` is its instant, or that of a repeated one from which it counts on."""

    id: str
    message: str
    due: str
    """ISO 8601 with offset."""
    how: str = "to"
    """Goes before the message: "to", "about" or "that"."""
    repeat: str | None = None
    """A rule of RFC 5545."""
    who: str | None = None
    """The id of somebody in the house; None: whoever set it."""
    name: str | None = None
    """How they are called."""
    unless: str | None = None
    """What would make it needless, in words. Nothing watches it."""
    check: bool = False
    """It asks whether ``unless`` is so, and reminds of nothing else."""

    @property
    def at(self) -> datetime:
        """``due`` as an instant."""
        return datetime.fromisoformat(self.due)

    @property
    def told(self) -> str:
        """The message as it is said to whom it is for: your mom, not my mom."""
        return self.message if self.who else yours(self.message)

    @property
    def title(self) -> str:
        """``call your mom``; with whom it is for, ``feed the cat, for Sam``."""
        return f"{self.told}, for {self.name}" if self.name else self.told

    @property
    def notice(self) -> str:
        """What is said when it is due."""
        if self.check:
            return f"Reminder: please check if {self.told}. I can't tell."
        whom = f" for {self.name}" if self.name else ""
        unless = f", unless {yours(self.unless)}" if self.unless else ""
        return f"Reminder{whom}: {self.told}{unless}."


def yours(text: str) -> str:
    """``call my mom`` -> ``call your mom``: what somebody said, said back to them."""

    def turned(match: re.Match[str]) -> str:
        said = match.group().lower()
        if said in {"i am", "i was"}:
            return "you are" if said == "i am" else "you were"
        return _TO_YOU[said]

    return _MINE.sub(turned, text.replace("’", "'"))


def when(reminder: Reminder, at: datetime, context: HandlerContext) -> str:
    """``tomorrow at 6 PM``, or ``every weekday at 6:45 AM``."""
    if reminder.repeat:
        return say_repeat(reminder.repeat, context.now, context.tz)
    return say_when(at, context.now, context.tz)


def aliases(reminder: Reminder, at: datetime, context: HandlerContext) -> list[str]:
    """What people call it besides its title: "dentist reminder", "six o'clock reminder", ..."""
    said = " ".join(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", reminder.message.lower()))
    found = ["reminder", said, *_called(said)]
    if yours(said) != said:
        found += _called(yours(said))
    words = said.split()
    telling = [word for word in words if word not in _PLAIN and len(word) > 1]
    for word in telling:
        found += [f"{word} reminder", f"{word} one"]
        for link in ("about", "about the", "for", "for the", "to"):
            found.append(f"reminder {link} {word}")
    for one, two in pairwise(words):
        if two in telling:
            found += [f"{one} {two} reminder", f"{one} {two} one"]
    without = " ".join(word for word in words if word not in {"a", "an", "the", "my", "your"})
    if without != said:
        found += [without, *_called(without)]
    local = at.astimezone(ZoneInfo(context.tz))
    today = context.now.astimezone(ZoneInfo(context.tz)).date()
    for form in clock_forms(local.hour, local.minute):
        found += [f"{form} reminder", f"{form} one", f"reminder at {form}", f"reminder for {form}"]
    if not reminder.repeat:
        for form in day_forms(local.date(), today):
            found += [f"{form} reminder", f"{form}'s reminder", f"reminder for {form}"]
            found += [f"reminder on {form}", f"{form} one"]
    else:
        found += ["repeating reminder", "recurring reminder"]
        found += ["daily reminder"] if reminder.repeat.startswith("FREQ=DAILY") else []
        found += ["weekly reminder"] if reminder.repeat.startswith("FREQ=WEEKLY") else []
    if reminder.name:
        first = reminder.name.split()[0].lower()
        found += [f"{first}'s reminder", f"reminder for {first}"]
    return list(dict.fromkeys(found))


def _called(words: str) -> list[str]:
    return [
        f"{words} reminder", f"{words} one", f"reminder to {words}", f"reminder about {words}",
        f"reminder for {words}", f"reminder that {words}", f"reminder of {words}",
        f"reminder about the {words}", f"reminder for the {words}",
    ]  # fmt: skip
