"""How near texts are in meaning: the encoder that ``nearest`` uses, lent to experts."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from alexa_cli.config.settings import ModelSettings
    from alexa_cli.models.encoder import Encoder

MAX_TEXTS = 5_000
"""Texts compared at once."""


class Similarity:
    """Loads the encoder when it is first asked. ``tuned``: the settings of ``models.nearest``."""

    def __init__(self, tuned: ModelSettings | None, models: Path) -> None:
        self._name = (tuned.encoder if tuned else None) or "ngrams"
        self._models = models
        self._encoder: Encoder | None = None

    def __call__(self, words: str, texts: Sequence[str]) -> list[float]:
        """Return a score from 0 to 1 for each text. Raises ConfigError if there is no encoder."""
        if not texts:
            return []
        if self._encoder is None:
            from alexa_cli.models.encoder import load_encoder  # noqa: PLC0415 - imports numpy

            self._encoder = load_encoder(self._name, self._models)
        vectors = self._encoder.encode([words, *texts[:MAX_TEXTS]])
        cosines = vectors[1:] @ vectors[0]
        scores = [min(1.0, max(0.0, float(cosine))) for cosine in cosines]
        return scores + [0.0] * (len(texts) - len(scores))
