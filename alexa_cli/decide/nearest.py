"""Nearest: which API's examples an utterance resembles most, and whether it resembles any.

An encoder turns sentences into vectors. A softmax regression over the examples ranks: the expert
is the one with the largest sum of its APIs' probabilities, the API the best within it. The gate
refuses: an utterance whose vector is far from every centroid is nobody's. The threshold is set
from the examples alone: each is left out of its own centroid, and the threshold is what all but
``REFUSED`` of them reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from alexa_cli.catalog.expert import Api
    from alexa_cli.decide.nearest_index import NearestIndex
    from alexa_cli.models.encoder import Encoder


@dataclass(frozen=True, slots=True)
class Ranked:
    """One API as nearest sees it."""

    expert: str
    api: str
    probability: float
    """The regression's, 0 to 1 over all APIs."""
    cosine: float
    """How near the centroids of the API and its expert are, -1 to 1. The gate looks at this."""

    @property
    def name(self) -> str:
        """``expert.api``."""
        return f"{self.expert}.{self.api}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What nearest makes of an utterance."""

    ranked: tuple[Ranked, ...]
    """The winner first, then the others by probability."""
    nearness: float
    """The largest cosine of the likelier APIs: what the threshold is compared with."""
    threshold: float
    margin: float

    @property
    def lead(self) -> float:
        """Probability of the winner less that of the next API; can be negative."""
        if not self.ranked:
            return 0.0
        second = max((other.probability for other in self.ranked[1:]), default=0.0)
        return self.ranked[0].probability - second

    @property
    def code(self) -> Literal["ok", "no_match", "below_threshold", "ambiguous"]:
        """Whether the winner may be acted on, or why not."""
        if not self.ranked:
            return "no_match"
        if self.nearness < self.threshold:
            return "below_threshold"
        return "ambiguous" if self.lead < self.margin else "ok"


class Nearest:
    """The model: an encoder, and what it learned from the catalogue's examples."""

    def __init__(
        self, encoder: Encoder, threshold: float | None = None, margin: float | None = None
    ) -> None:
        """``threshold`` None: the one set from the examples; ``margin`` None: no margin."""
        self.encoder = encoder
        self.index: NearestIndex | None = None
        self._threshold = threshold
        self.margin = 0.0 if margin is None else margin

    @property
    def threshold(self) -> float:
        """The nearness below which nearest passes."""
        if self._threshold is not None:
            return self._threshold
        return self.index.threshold if self.index else 0.0

    def train(
        self, apis: Iterable[Api], language: str = "en", cache: Path | None = None
    ) -> NearestIndex:
        """Learn from the APIs' examples, or load what was learned from the same ones before.

        ``cache`` is a folder; None neither reads nor writes. A damaged cache is made again.
        """
        from alexa_cli.decide import nearest_index  # noqa: PLC0415 - imports numpy

        self.index = nearest_index.obtain(apis, language, self.encoder, cache)
        return self.index

    def rank(self, words: str, limit: int | None = None) -> list[Ranked]:
        """Return the APIs, the winner first, then by probability; the best ``limit`` or all.

        Empty if nothing was learned or there is no word in it.
        """
        return list(self.consider(words, limit).ranked)

    def consider(self, words: str, limit: int | None = 10) -> Verdict:
        """Rank and compare with threshold and margin."""
        if self.index is None:
            raise RuntimeError("Nearest.train comes before Nearest.consider")
        ranked, nearness = self.index.rank(words, self.encoder, limit)
        return Verdict(ranked, nearness, self.threshold, self.margin)
