"""Encoders: sentences in, vectors out. What says the same should point the same way."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Protocol, TypeAlias

from alexa_cli.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Vectors: TypeAlias = NDArray[np.float32]

_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
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
    import_numpy()
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


def import_numpy() -> None:
    """Import numpy with one thread of its own, unless the environment asks for more.

    Our products are small. Several threads wait for each other more than they compute: on a busy
    machine of two cores, a sentence of minilm takes 37 ms with two threads and 13 ms with one.
    The number is read once, at the first import, so the environment is as before afterwards.
    """
    if "numpy" in sys.modules:
        return
    missing = [name for name in _THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(missing, "1"))
    try:
        import numpy as np  # noqa: F401, PLC0415 - for its effect
    finally:
        for name in missing:
            del os.environ[name]
