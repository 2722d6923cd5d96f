"""A trigram of what may be said, in ARPA's format: weighted sentences in, text out.

Its tokens are words and classes (``[lights]``): what a class holds is not part of it, so that a
list may change without it. The smoothing is interpolation with a fixed share for the shorter
history (Jelinek and Mercer, 1980): sentences made from templates are no sample of anything, so
there are no counts from which to estimate how much was not seen.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Gram: TypeAlias = tuple[str, ...]

START, END = "<s>", "</s>"
SHARES = (0.05, 0.05)
"""Of what is said after two words, and after one: what is left to the shorter history."""
EVEN = 0.01
"""Of all words: what is shared out evenly, so that each can be heard anywhere."""
NEVER = -99.0
"""ARPA's logarithm of zero."""


@dataclass(slots=True)
class Counts:
    """How often each word follows which: by no, one and two words before it."""

    one: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    two: dict[str, dict[str, float]] = field(default_factory=dict)
    three: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)

    def add(self, sentence: Sequence[str], weight: float) -> None:
        """Count one sentence, ``weight`` times."""
        before, last = "", START
        for word in (*sentence, END):
            self.one[word] += weight
            after = self.two.setdefault(last, {})
            after[word] = after.get(word, 0.0) + weight
            if before:
                after = self.three.setdefault((before, last), {})
                after[word] = after.get(word, 0.0) + weight
            before, last = last, word


def count(sentences: Iterable[tuple[Sequence[str], float]]) -> Counts:
    """Count weighted sentences."""
    counts = Counts()
    for sentence, weight in sentences:
        counts.add(sentence, weight)
    return counts


def arpa(counts: Counts, extra: Iterable[str] = ()) -> str:
    """Return the model as ARPA text. ``extra``: words that may be said though none was counted.

    Every word's probabilities given any history sum to one.
    """
    words = sorted({*counts.one, *extra, END})
    single = _single(counts, words)
    pairs = {last: _mixed(after, SHARES[1], single) for last, after in counts.two.items()}
    ones = [f"{NEVER}\t{START}\t{_log(SHARES[1] if START in pairs else 1.0)}"]
    ones += [f"{_log(single[w])}\t{w}\t{_log(SHARES[1] if w in pairs else 1.0)}" for w in words]
    twos, threes = list[str](), list[str]()
    for last in sorted(pairs):
        for word, chance in sorted(pairs[last].items()):
            known = counts.three.get((last, word))
            twos.append(f"{_log(chance)}\t{last} {word}\t{_log(SHARES[0] if known else 1.0)}")
            if known:
                mixed = _mixed(known, SHARES[0], pairs.get(word, single))
                threes += (f"{_log(c)}\t{last} {word} {w}" for w, c in sorted(mixed.items()))
    sizes = "".join(f"ngram {n}={len(g)}\n" for n, g in enumerate((ones, twos, threes), 1))
    parts = (f"\\{n}-grams:\n" + "\n".join(g) for n, g in enumerate((ones, twos, threes), 1))
    return "\\data\\\n" + sizes + "\n" + "\n\n".join(parts) + "\n\n\\end\\\n"


def _single(counts: Counts, words: Sequence[str]) -> dict[str, float]:
    whole = sum(counts.one.values()) or 1.0
    even = EVEN / len(words)
    return {word: (1.0 - EVEN) * counts.one.get(word, 0.0) / whole + even for word in words}


def _mixed(after: dict[str, float], share: float, shorter: dict[str, float]) -> dict[str, float]:
    """Return the chances of what was counted; what was not has ``share`` of ``shorter``'s."""
    whole = sum(after.values())
    return {
        word: (1.0 - share) * times / whole + share * shorter[word] for word, times in after.items()
    }


def _log(chance: float) -> str:
    return f"{math.log10(chance):.4f}" if chance > 0 else f"{NEVER}"
