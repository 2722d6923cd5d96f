"""Encoders: sentences in, vectors out. What says the same should point the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from alexa_cli.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Vectors: TypeAlias = NDArray[np.float32]

ENCODERS = ("ngrams", "minilm")


class Encoder(Protocol):
    """Turns sentences into vectors. Found by its name; needs no training of its own."""

    @property
    def name(self) -> str:
        """What the config calls it."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same sentence may get another vector."""

    @property
    def sparse(self) -> bool:
        """Whether a dimension is a feature that most texts lack: then rare ones weigh more."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row a text, float32, each of length 1 (or 0 where there is nothing to say)."""


def load_encoder(name: str, models: Path) -> Encoder:
    """Return the encoder called ``name``; ``models`` is the folder of downloaded models.

    Raises ConfigError if there is none of this name, or if it is not downloaded yet.
    """
    if name == "ngrams":
        from alexa_cli.models.ngrams import Ngrams  # noqa: PLC0415 - imports numpy

        return Ngrams()
    if name == "minilm":
        from alexa_cli.models.minilm import open_minilm  # noqa: PLC0415 - imports numpy

        return open_minilm(models / "minilm")
    known = ", ".join(ENCODERS)
    raise ConfigError(
        f"there is no encoder named {name!r}",
        hint=did_you_mean(name, ENCODERS) or f"known: {known}",
    )
