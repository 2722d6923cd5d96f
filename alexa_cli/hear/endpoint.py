"""Two end-pointers on one stream of speech and silence.

Speech has ended when it was silent for long enough. The eager end-pointer believes it soon, and
what was said so far is acted on as far as that is harmless; the final one believes it later, and
then it stands. If speech resumes between the two, the eager end was none.

How long is long enough also depends on the words, as far as a judge knows: a sentence that is
complete needs no waiting for more, and one that is plainly unfinished ("set a timer for") is worth
waiting for. Every end says why it came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from alexa_cli.errors import ConfigError
from alexa_cli.hear.frame import FRAME_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.hear.frame import Frame
    from alexa_cli.hear.vad import Vad

Hint: TypeAlias = Literal["complete", "unfinished"] | None
"""What the words so far are known to be; None: nothing is known."""
Why: TypeAlias = Literal[
    "", "silence", "complete", "unfinished", "longest", "sound ended", "asked", "nothing said",
    "no words",
]  # fmt: skip
"""Why an end came: an ordinary pause; a short one after a complete sentence; a long one after an
unfinished sentence; it lasted too long; there is no more sound; somebody said so (a key was let
go); nobody spoke for long; there were no words in it, and listening went on."""

ONSET = 5
"""Frames of speech in a row that begin an utterance: 150 ms. A click is shorter, and so is what a
fresh detector hears in nothing; "no" is longer."""
RESUME = 2
"""Frames of speech in a row that end a pause."""
LONGEST_WAIT = 5.0
"""Seconds; the most that an end may be put off."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long a silence ends an utterance, in seconds. Raises ConfigError if out of order."""

    eager: float = 0.30
    final: float = 0.51
    complete: float = 0.30
    """Instead of ``final`` for a sentence that is complete."""
    unfinished: float = 1.20
    """Instead of ``final`` for a sentence that is plainly unfinished; it has no eager end."""
    longest: float = 30.0
    """An utterance is ended after this much, whatever is heard."""

    def __post_init__(self) -> None:
        if not FRAME_SECONDS <= self.eager <= self.final:
            raise ConfigError(f"the eager pause must be 30 ms to the final one, not {self.eager} s")
        if not FRAME_SECONDS <= self.complete <= self.final:
            raise ConfigError(
                "the pause after a complete sentence must be 30 ms to the final one, "
                f"not {self.complete} s"
            )
        if not self.final <= self.unfinished <= LONGEST_WAIT:
            raise ConfigError(
                "the pause after an unfinished sentence must be the final one to "
                f"{LONGEST_WAIT:g} s, not {self.unfinished} s"
            )
        if self.longest <= self.unfinished:
            raise ConfigError("an utterance must be allowed to last longer than a pause in it")


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened in the stream.

    began: of an utterance; eager, final: ends of it; resumed: the eager end was none. Each
    utterance is one began, any number of eager and resumed in turns, and one final.
    """

    kind: Literal["began", "eager", "resumed", "final"]
    at: float
    """Seconds, as frames count: where speech began (again), or how much had been heard when the
    end was decided."""
    spoken_until: float
    """Where the last speech before it ended."""
    why: Why = ""
    """Of an end."""


_OPEN = frozenset(
    "a an the my your his her our their some every to for with of from at into about and or but "
    "than if when until unless remind".split()
)
"""English words that end no command: something must come after them."""


def left_open(text: str) -> bool:
    """Whether an English sentence stops where it cannot end: "set a timer for". Lower case.

    "on", "in" and the like are not among the words that tell: "turn it on" is whole.
    """
    words = text.split()
    return bool(words) and words[-1] in _OPEN


class EndPointer:
    """Finds utterances in frames. Pure: it counts frames, not clocks."""

    def __init__(self, vad: Vad, pauses: Pauses | None = None) -> None:
        self._vad = vad
        self._pauses = pauses or Pauses()
        self.hint: Hint = None
        """Of the words so far; forgotten when speech goes on."""
        self.held = False
        """Somebody holds a key: no silence is a final end. It begins with speech all the same:
        the silence from the key to the first word would cost the recogniser that word and more."""
        self.speaking = False
        """Whether an utterance has begun and not ended."""
        self._run = 0
        """Frames of speech in a row."""
        self._silent = 0
        """Frames since the last speech of the utterance."""
        self._eager = False
        """Whether the eager end was given and stands."""
        self._began = 0.0
        self._spoken_until = 0.0
        self._now = 0.0

    @property
    def silence(self) -> float:
        """Seconds since the last speech of the utterance."""
        return self._silent * FRAME_SECONDS

    def feed(self, frame: Frame) -> Sequence[Mark]:
        """Take the next frame and return what happened with it, in order."""
        speech = self._vad.is_speech(frame.samples)
        self._run = self._run + 1 if speech else 0
        self._now = frame.at + FRAME_SECONDS
        if not self.speaking:
            return self._before(frame)
        if self._now - self._began >= self._pauses.longest - FRAME_SECONDS / 2:
            return [self._end("longest")]
        if self._run >= RESUME:
            return self._spoken()
        self._silent += 1
        return [] if speech else self._pause()  # a click, or speech: the next frame tells

    def end(self, why: Why) -> Sequence[Mark]:
        """End the utterance now, if there is one."""
        return [self._end(why)] if self.speaking else []

    def _before(self, frame: Frame) -> Sequence[Mark]:
        if self._run < ONSET:
            return []
        self._began = frame.at - (self._run - 1) * FRAME_SECONDS
        self._spoken_until = self._now
        self.speaking, self._silent, self._eager, self.hint = True, 0, False, None
        return [Mark("began", self._began, self._spoken_until)]

    def _spoken(self) -> Sequence[Mark]:
        before, self._spoken_until = self._spoken_until, self._now
        self._silent, self.hint = 0, None
        if not self._eager:
            return []
        self._eager = False
        return [Mark("resumed", self._now - self._run * FRAME_SECONDS, before)]

    def _pause(self) -> Sequence[Mark]:
        pauses, hint = self._pauses, self.hint
        final = {"complete": pauses.complete, "unfinished": pauses.unfinished}.get(
            hint or "", pauses.final
        )
        if self._lasted(final) and not self.held:
            return [self._end(hint or "silence")]
        if self._eager or hint == "unfinished" or not self._lasted(pauses.eager):
            return []
        self._eager = True
        return [Mark("eager", self._now, self._spoken_until, hint or "silence")]

    def _lasted(self, seconds: float) -> bool:
        return self._silent >= max(1, round(seconds / FRAME_SECONDS))

    def _end(self, why: Why) -> Mark:
        self.speaking, self.hint, self._run = False, None, 0
        return Mark("final", self._now, self._spoken_until, why)
