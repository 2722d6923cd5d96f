"""How alike words sound, and which known names something sounds like.

Words are compared by their sounds, ARPAbet phones, not by their letters: "power" and "Bauer" are
one voiced consonant apart.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING

from alexa_cli.hear.sphinx import sounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alexa_cli.hear.sphinx.dictionary import Dictionary

Sounded = tuple[str, ...]
"""Phones of a word or of some."""

_NEAR = 0.35
"""What it costs to take a phone for one that differs in one thing; 1: for any other, or none."""
_VOWELS = 0.5
"""What it costs to take a vowel for another; near ones cost ``_NEAR``."""
_PAIRS = (
    "P/B T/D K/G F/V S/Z SH/ZH CH/JH TH/DH M/N N/NG TH/F DH/V S/SH CH/SH T/CH D/DH V/B L/R W/V "
    "IY/IH IH/EH EH/AE AE/AA AA/AO AO/OW AH/ER AH/IH AH/UH AH/AA AH/EH UH/UW EY/EH AY/AA AW/AA "
    "OW/UW OY/AO"
)  # fmt: skip
_CLOSE = {frozenset(pair.split("/")) for pair in _PAIRS.split()}
_VOICED = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())
_WEAK = frozenset(("HH", "AH", "Y"))
"""Phones that are often swallowed."""
_LETTER = {phone: chr(ord("A") + place) for place, phone in enumerate(sorted(sounds.PHONES))}

READINGS = 4
"""Ways to say some words that are compared; more tell little."""
ROUGHLY = 0.4
"""Below this share of equal phones two are not compared further."""
COMPARED = 24
"""Names that are compared exactly, of those roughly alike."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A known name, and how much like it something sounds."""

    words: tuple[str, ...]
    likeness: float
    """0 to 1: the same sounds."""


class Pronouncer:
    """Says how words sound: from the dictionary, or where there is none from their letters."""

    def __init__(self, dictionary: Dictionary | None = None) -> None:
        self._dictionary = dictionary
        self._known: dict[str, tuple[Sounded, ...]] = {}

    def learn(
        self, words: Iterable[str], declared: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Look words up, all at once; ``declared`` are pronunciations from the household."""
        declared = declared or {}
        asked = [w for w in dict.fromkeys(words) if w not in self._known or w in declared]
        if not asked:
            return
        found: Mapping[str, Sequence[str]] = {}
        if self._dictionary is not None:
            # No dictionary, no pocketsphinx: the letters say roughly how a word sounds.
            with suppress(ImportError, OSError, ValueError):
                found = self._dictionary.look_up(asked, declared)
        for word in asked:
            said = found.get(word) or (sounds.from_letters(word),)
            self._known[word] = tuple(tuple(each.split()) for each in said if each)

    def of(self, words: Sequence[str]) -> tuple[Sounded, ...]:
        """Return the ways to say ``words``, the likeliest first; none if one cannot be said."""
        self.learn(words)
        ways = product(*(self._known[word] for word in words))
        return tuple(sum(way, ()) for way in islice(ways, READINGS))


class Names:
    """Names, found by how they sound. A thousand of them cost less than a millisecond."""

    def __init__(self, names: Iterable[tuple[str, ...]], pronouncer: Pronouncer) -> None:
        self._pronouncer = pronouncer
        self._by_sound: defaultdict[str, dict[tuple[str, ...], Sounded]] = defaultdict(dict)
        known = list(dict.fromkeys(names))
        pronouncer.learn(word for name in known for word in name)
        for name in known:
            for said in pronouncer.of(name):
                self._by_sound[_letters(said)][name] = said

    def find(self, words: Sequence[str], at_least: float) -> list[Alike]:
        """Return the names that sound like ``words``, the likest first."""
        from rapidfuzz import process  # noqa: PLC0415 - 10 ms, only where something was heard
        from rapidfuzz.distance import Levenshtein  # noqa: PLC0415 - as above

        best: dict[tuple[str, ...], float] = {}
        for said in self._pronouncer.of(words):
            near = process.extract(
                _letters(said), list(self._by_sound), scorer=Levenshtein.normalized_similarity,
                processor=None, limit=COMPARED, score_cutoff=ROUGHLY,
            )  # fmt: skip
            for key, _score, _place in near:
                for name, sounded in self._by_sound[key].items():
                    best[name] = max(best.get(name, 0.0), likeness(said, sounded))
        found = [Alike(name, value) for name, value in best.items() if value >= at_least]
        return sorted(found, key=lambda each: (-each.likeness, each.words))


@lru_cache(maxsize=4096)
def likeness(one: Sounded, other: Sounded) -> float:
    """Return how alike two sound, 0 to 1."""
    longer = max(len(one), len(other))
    return max(0.0, 1.0 - _distance(one, other) / longer) if longer else 0.0


def alike(one: Sequence[str], other: Sequence[str], pronouncer: Pronouncer) -> float:
    """Return how alike words sound in their likest ways to be said, 0 to 1."""
    ways = product(pronouncer.of(one), pronouncer.of(other))
    return max((likeness(a, b) for a, b in ways), default=0.0)


def _distance(one: Sounded, other: Sounded) -> float:
    """Return what it costs to take one for the other."""
    row = [0.0]
    for phone in other:
        row.append(row[-1] + _lost(phone))
    for phone in one:
        above, row = row, [row[0] + _lost(phone)]
        for place, against in enumerate(other):
            row.append(
                min(
                    above[place] + _taken(phone, against),
                    above[place + 1] + _lost(phone),
                    row[place] + _lost(against),
                )
            )
    return row[-1]


def _lost(phone: str) -> float:
    return _VOWELS if phone in _WEAK else 1.0


def _taken(one: str, other: str) -> float:
    if one == other:
        return 0.0
    if frozenset((one, other)) in _CLOSE:
        return _NEAR
    return _VOWELS if one in _VOICED and other in _VOICED else 1.0


def _letters(said: Sounded) -> str:
    return "".join(_LETTER.get(phone, "?") for phone in said)
