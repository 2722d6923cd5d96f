"""The built-in encoder: words, word pairs and pieces of words, hashed into a fixed width.

Nothing is learned and nothing is downloaded. Numbers, ordinals, weekdays and months count as one
word each, since "at six" and "at nine" ask for the same thing. Pieces of words carry most of the
weight: they join "play", "playing" and "playlist", and survive a typing mistake.
The constants were chosen by cross-validation on examples (tools/tune_nearest.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from alexa_cli.models.encoder import Vectors

_CLASSES = {
    "<number>": "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty "
    "ninety hundred thousand",
    "<ordinal>": "first second third fourth fifth sixth seventh eighth ninth tenth eleventh "
    "twelfth thirteenth fourteenth fifteenth twentieth thirtieth",
    "<weekday>": "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays "
    "wednesdays thursdays fridays saturdays sundays",
    "<month>": "january february march april june july august september october november december",
}
_CLASS_OF = {word: name for name, members in _CLASSES.items() for word in members.split()}


@dataclass(frozen=True, slots=True)
class Widths:
    """How long the pieces are and how much each kind of feature weighs."""

    size: int = 8_192
    """Dimensions that features are hashed into. Collisions hurt the gate before the ranking."""
    word: float = 1.0
    pair: float = 1.0
    piece: float = 3.0
    shortest: int = 2
    longest: int = 5
    """Characters of a piece; the ends of a word count as characters."""


@dataclass(frozen=True, slots=True)
class Ngrams:
    """Hashed n-grams of words and characters."""

    widths: Widths = Widths()
    name: str = "ngrams"
    sparse: bool = True

    @property
    def fingerprint(self) -> str:
        """Names the recipe and its constants."""
        return f"ngrams-1 {self.widths}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row of length 1 a text; a text without words is all zeros."""
        vectors = np.zeros((len(texts), self.widths.size), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            self._fill(row, words(text))
        return vectors

    def _fill(self, row: Vectors, spoken: tuple[str, ...]) -> None:
        classed = [word_class(word) for word in spoken]
        bounded = ["<s>", *classed, "</s>"]
        pairs = (f"{a} {b}" for a, b in pairwise(bounded))
        widths = self.widths
        for weight, places in (
            (widths.word, [_place(word, widths.size) for word in classed]),
            (widths.pair, [_place(pair, widths.size) for pair in pairs]),
            (widths.piece, list(_pieces(classed, widths))),
        ):
            _add(row, places, weight)
        length = float(np.sqrt(row @ row))
        if length:
            row /= length


def word_class(word: str) -> str:
    """Return ``<number>``, ``<weekday>``, ... for words of a kind, else the word itself."""
    return "<number>" if word[0].isdigit() else _CLASS_OF.get(word, word)


def _pieces(classed: Iterable[str], widths: Widths) -> Iterator[int]:
    for word in classed:
        if word[0] != "<":
            yield from _pieces_of(word, widths)


@lru_cache(maxsize=16_384)
def _pieces_of(word: str, widths: Widths) -> tuple[int, ...]:
    bounded = f"^{word[:64]}$"
    return tuple(
        _place(f"#{bounded[start : start + length]}", widths.size)
        for length in range(widths.shortest, widths.longest + 1)
        for start in range(len(bounded) - length + 1)
    )


def _place(feature: str, size: int) -> int:
    return crc32(feature.encode()) % size


def _add(row: Vectors, places: list[int], weight: float) -> None:
    """Add one kind of feature, damped (1 + log of the count) and of length ``weight``."""
    if not places:
        return
    found, counts = np.unique(np.array(places), return_counts=True)
    damped = 1 + np.log(counts.astype(np.float32))
    row[found] += weight * damped / np.sqrt(damped @ damped)
