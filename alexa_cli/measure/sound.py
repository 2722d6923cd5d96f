"""Cases that are heard: one recording at a time through the real listener, with the time it took.

Recognising comes first, as fast as the file is read; then what the end-pointers gave is handed to
the turn, the provisional text and the final one. So processor seconds are those of hearing alone,
and the delay after the last word is what it is when somebody speaks: the silence that was waited
for, by the sound's own clock, and the computing after it.
"""

from __future__ import annotations

import time
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alexa_cli.hear.frame import FRAME_SECONDS
from alexa_cli.language.text import words
from alexa_cli.turn import Stage, Utterance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from alexa_cli.assistant.voice.ears import Ears
    from alexa_cli.hear.frame import Frame
    from alexa_cli.hear.listener import End, Listener


@dataclass(frozen=True, slots=True)
class Recording:
    """What was heard of one recording."""

    ends: tuple[tuple[Utterance, End], ...]
    """The texts that end-pointers gave, and why they came: eager ones, then the final one."""
    seconds: float
    """Of sound that was listened to."""
    cpu: float
    """Processor seconds that hearing took, in all threads."""
    last_word: float | None
    """Where the last word ends, in seconds of sound; None: there were no words."""
    text: str
    """The recogniser's first hypothesis."""


@dataclass(frozen=True, slots=True)
class Sounded:
    """How one spoken turn fared, besides what was decided."""

    heard: str
    """The text that went on."""
    first: str
    """What the recogniser would have said alone."""
    seconds: float
    cpu: float
    same: bool
    """Whether the eager text was the final one."""
    provisional: float | None = None
    """Seconds from the last word to a decision that may still change; None: no words."""
    settled: float | None = None
    """... to the one that stands."""
    errors: int | None = None
    """Words put in, left out or changed; None: nobody wrote down what was said."""
    words: int | None = None
    """In what was said."""


@dataclass(slots=True)
class Clock:
    """When each end was handed to the turn and when it was decided, for one recording."""

    handed: dict[Stage, float] = field(default_factory=dict)
    decided: dict[Stage, float] = field(default_factory=dict)
    latest: Stage = Stage.FINAL

    def hand(self, stage: Stage) -> None:
        """Note that an end is handed over now."""
        self.latest = stage
        self.handed[stage] = time.perf_counter()
        self.decided.pop(stage, None)

    def decide(self) -> None:
        """Note that the latest text is decided now."""
        self.decided[self.latest] = time.perf_counter()

    def took(self, stage: Stage) -> float:
        """Seconds that deciding a stage's text took; 0: it was decided before."""
        return max(0.0, self.decided.get(stage, 0.0) - self.handed.get(stage, 0.0))


async def listen(ears: Ears, file: Path, conversation: str, now: datetime) -> Recording:
    """Hear the first utterance of a file. Raises AlexaError: no sound, no recogniser."""
    from alexa_cli.hear.sources import open_source  # noqa: PLC0415 - few suites have sound

    ears.expect(conversation, now)
    ears.recogniser.settle()
    frames = 0

    def count(_frame: Frame) -> None:
        nonlocal frames
        frames += 1

    listener = ears.listener(open_source(file), conversation, now=now, watch=count)
    began = time.process_time()
    async with listener, aclosing(listener.utterances()) as revisions:
        heard = [each async for each in revisions if each.stage is not Stage.PARTIAL]
    cpu = time.process_time() - began
    ends = [end for end in listener.ends if end.stage is not Stage.PARTIAL]
    return Recording(
        tuple(zip(heard, ends, strict=False)), frames * FRAME_SECONDS, cpu, _last_word(listener),
        listener.recognised.text,
    )  # fmt: skip


def _last_word(listener: Listener) -> float | None:
    said = listener.recognised.words
    if not said or not listener.ends:
        return None
    return listener.ends[-1].at - listener.seconds + said[-1].end


def sounded(
    recording: Recording, said: str, texts: Sequence[tuple[Stage, str]], clock: Clock
) -> Sounded:
    """Return how a recording fared; ``texts``: what went on at each end. ``said``: if known."""
    eager = [text for stage, text in texts if stage is Stage.EAGER]
    final = next((text for stage, text in reversed(texts) if stage is Stage.FINAL), "")
    same = not eager or words(eager[-1]) == words(final)
    last = recording.last_word
    provisional, settled = (_delay(recording, s, last, clock) for s in (Stage.EAGER, Stage.FINAL))
    if same and provisional is not None and settled is not None:
        settled = max(settled, provisional)  # what was decided early still had to be decided
    reference = words(said)
    return Sounded(
        final, recording.text, recording.seconds, recording.cpu, same, provisional, settled,
        word_errors(reference, words(final)) if reference else None, len(reference) or None,
    )  # fmt: skip


def _delay(recording: Recording, stage: Stage, last: float | None, clock: Clock) -> float | None:
    """Seconds from the last word to the decision about the last text of this stage."""
    ends = [end for _, end in recording.ends if end.stage is stage]
    if not ends and stage is Stage.EAGER:
        return _delay(recording, Stage.FINAL, last, clock)
    if not ends or last is None:
        return None
    return round(max(0.0, ends[-1].at - last) + ends[-1].took + clock.took(stage), 4)


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Return how many words must be put in, taken out or changed (Levenshtein 1965)."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(said, 1):
        last, row = row, [number]
        for place, other in enumerate(heard, 1):
            row.append(min(last[place] + 1, row[-1] + 1, last[place - 1] + (word != other)))
    return row[-1]
