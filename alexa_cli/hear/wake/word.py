"""Listens for the wake words, frame by frame, for as long as anybody likes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from alexa_cli.errors import AlexaError
from alexa_cli.hear.frame import FRAME_SECONDS
from alexa_cli.hear.wake.look import SecondLook
from alexa_cli.hear.wake.spoken import ways_of
from alexa_cli.hear.wake.spotter import Spotter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.hear.frame import Frame
    from alexa_cli.hear.sphinx.dictionary import Dictionary
    from alexa_cli.hear.vad import Vad

Sensitivity: TypeAlias = Literal["low", "medium", "high"]

LIKELY: dict[Sensitivity, float] = {"low": 0.9, "medium": 0.8, "high": 0.6}
"""Likelihood from which a trigger wakes."""


@dataclass(frozen=True, slots=True)
class Woken:
    """A wake word was said."""

    word: str
    """Which, in lower case."""
    at: float
    """Where it ended, in seconds as frames count."""
    lead: tuple[Frame, ...]
    """What was heard after it: the beginning of what is asked, if there was no pause."""


class WakeWord:
    """Listens for any of several words.

    Feed it every frame while nothing else listens; ``reset`` it after a gap.
    """

    def __init__(
        self, words: Sequence[str], sensitivity: Sensitivity = "medium", *,
        dictionary: Dictionary | None = None, vad: Vad | None = None,
    ) -> None:  # fmt: skip
        """Raises ConfigError (a word that cannot be said, or is too short), AlexaError."""
        ways = ways_of(words, dictionary)
        try:
            self._spotter = Spotter(ways, vad)
            self._look = SecondLook(ways)
        except (ImportError, RuntimeError, ValueError) as error:
            raise AlexaError(f"pocketsphinx cannot listen for a wake word: {error}") from error
        self._likely = LIKELY[sensitivity]

    def feed(self, frame: Frame) -> Woken | None:
        """Take the next frame; return the wake word if it is now known that one was said.

        That is 0.15 to 0.2 s after its end. What comes next is listened to as if nothing had been
        heard before.
        """
        for trigger in self._spotter.feed(frame):
            looked = self._look.at(trigger)
            if looked is None or looked.likelihood < self._likely:
                continue
            after = round(looked.end / FRAME_SECONDS)
            at = trigger.frames[0].at + looked.end
            self._spotter.reset()
            return Woken(trigger.word, at, trigger.frames[after:])
        return None

    def reset(self) -> None:
        """Forget what was heard: there was a gap, or somebody else listened."""
        self._spotter.reset()
