"""The seam of recognising: frames in, words out.

Recognisers are synchronous and busy a processor; the listener runs one in a thread. One instance
hears one utterance at a time: ``begin``, ``feed`` for each frame, ``finish``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from alexa_cli.hear.bias import Bias
    from alexa_cli.turn import Hypothesis


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One word, with its place in the utterance."""

    text: str
    start: float
    """Seconds since the utterance's first frame."""
    end: float
    confidence: float | None = None
    """0 to 1; None: the engine does not say."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was heard in one utterance."""

    text: str
    """The best hypothesis; empty if nothing was."""
    hypotheses: tuple[Hypothesis, ...] = ()
    """The best first, each text once."""
    words: tuple[HeardWord, ...] = ()
    """Of the best hypothesis."""
    confidence: float | None = None
    """Mean of the words'."""


class Recogniser(Protocol):
    """Hears words in sound."""

    name: str
    """``sphinx``, ``vosk``."""

    def expect(self, bias: Bias) -> None:
        """Expect these words from the next ``begin`` on. Costs milliseconds; never raises."""
        ...

    def begin(self) -> None:
        """Begin an utterance."""
        ...

    def feed(self, samples: bytes) -> None:
        """Take one frame."""
        ...

    def partial(self) -> str:
        """Return what it is so far; may change with every frame."""
        ...

    def peek(self, n_best: int = 1) -> Recognised:
        """Return what it would be if it ended here, without ending it (the eager end-pointer)."""
        ...

    def finish(self, n_best: int = 1) -> Recognised:
        """End the utterance and return what it is."""
        ...
