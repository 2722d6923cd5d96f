"""What a grammar is: the spans of words it accepts, what they mean, and how to say a value.

One parse per type yields every reading that starts at a word: ``ends`` lists where they stop,
``read`` takes the one that stops at the end of the span. What ``ends`` promises ``read`` keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeAlias, TypeVar

from alexa_cli.language.text import printable
from alexa_cli.language.text import words as split

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from alexa_cli.turn import Json

Words: TypeAlias = Sequence[str]
T = TypeVar("T")
Readings: TypeAlias = list[tuple[int, T]]
"""(exclusive end, meaning) of every reading from one start; of two with one end, the first."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a value is relative to: one instant per turn, and the habits of the household."""

    now: datetime
    """Timezone-aware."""
    tz: ZoneInfo
    temperature_unit: str = "fahrenheit"
    language: str = "en"


class Unreadable(ValueError):
    """A span is no value of the type. ``reason`` is one plain sentence for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Grammar(Protocol):
    """One ``x-type`` in one language."""

    @property
    def name(self) -> str:
        """The ``x-type``."""

    def ends(self, words: Words, start: int) -> Sequence[int]:
        """Return the exclusive ends of all spans accepted at ``start``, those to try first first.

        That is the longest first, but of an event the shortest.
        """

    def read(self, words: Words, moment: Moment) -> Json:
        """Return the value of the whole span, or raise Unreadable."""

    def check(self, value: Json, moment: Moment) -> Json:
        """Return ``value`` in canonical form, reading a string as words if it is none.

        Raises Unreadable.
        """

    def say(self, value: Json, moment: Moment) -> str:
        """Return a canonical value as people say it."""


@dataclass(frozen=True, slots=True)
class Spans(Generic[T]):
    """A grammar made of five functions. Implements ``Grammar``."""

    name: str
    noun: str
    """What people call such a value: "time" in "I don't know what time 'x' is"."""
    starts: frozenset[str]
    """Words that a span can start with, so that most starts cost one look-up."""
    parse: Callable[[Words, int], Readings[T]]
    """All readings from a start, in order of preference. Never raises."""
    resolve: Callable[[T, Moment], Json]
    """May raise Unreadable, for what only the calendar can refuse ("February 30")."""
    canonical: Callable[[Json, Moment], Json]
    """The value in canonical form; None if it is not one. Raises Unreadable with a reason."""
    word: Callable[[Json, Moment], str]
    digits: bool = True
    """Whether a span may start with a digit."""
    lone: Callable[[Words, int, T], bool] | None = None
    """Whether a reading may stand where it does in the utterance (see ``datetime``)."""

    def ends(self, words: Words, start: int) -> Sequence[int]:
        """See ``Grammar``."""
        if start >= len(words):
            return ()
        first = words[start]
        if first not in self.starts and not (self.digits and "0" <= first[:1] <= "9"):
            return ()
        readings = self.parse(words, start)
        if self.lone is not None:
            readings = [r for r in readings if self.lone(words, start, r[1])]
        return sorted({end for end, _ in readings}, reverse=True)

    def read(self, words: Words, moment: Moment) -> Json:
        """See ``Grammar``."""
        for end, meaning in self.parse(words, 0) if words else ():
            if end == len(words):
                return self.resolve(meaning, moment)
        raise Unreadable(self.puzzled(" ".join(words)))

    def check(self, value: Json, moment: Moment) -> Json:
        """See ``Grammar``."""
        found = self.canonical(value, moment)
        if found is not None:
            return found
        if isinstance(value, str):
            return self.read(split(value), moment)
        raise Unreadable(self.puzzled(str(value)))

    def say(self, value: Json, moment: Moment) -> str:
        """See ``Grammar``."""
        return self.word(value, moment)

    def puzzled(self, text: str) -> str:
        """Return the sentence for a span that is no value of this type."""
        shown = printable(text).replace("\n", " ").strip()
        shown = shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
        if not shown:
            return f"I heard no {self.noun}"
        return f"I don't know what {self.noun} '{shown}' is"


_LONGEST = 60
"""Characters of a span that a message repeats."""


def first_readings(readings: Readings[T]) -> Readings[T]:
    """Return ``readings`` with only the first of those that share an end."""
    seen: set[int] = set()
    return [r for r in readings if not (r[0] in seen or seen.add(r[0]))]  # type: ignore[func-returns-value]


def may_start(words: Words, index: int, starts: frozenset[str]) -> bool:
    """Whether the word at ``index`` is one of ``starts`` or is written in digits."""
    if index >= len(words):
        return False
    word = words[index]
    return word in starts or "0" <= word[:1] <= "9"


def word_at(words: Words, index: int) -> str:
    """Return the word at ``index``, or "" past the end."""
    return words[index] if index < len(words) else ""
