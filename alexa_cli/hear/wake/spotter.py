"""The loose trigger: pocketsphinx's key phrase spotting, only while somebody speaks.

The detector of speech costs a thirtieth of the spotter, and a room is silent most of the time. It
also parts the sound: each piece of speech is an utterance of its own, so that neither memory nor
the spotter's state grows with the hours.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alexa_cli.hear.vad import VoiceDetector

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from alexa_cli.hear.frame import Frame
    from alexa_cli.hear.vad import Vad
    from alexa_cli.hear.wake.spoken import Way

STEPS = 3
"""Of pocketsphinx's features in a frame: one each 10 ms."""
LOOSE = 50 / 6
"""Decades of likelihood for each sound of a word by which it may be less likely than any other
sounds, and still triggers."""
PRE_ROLL = 15
"""Frames before the first speech that are heard as well."""
ONSET = 2
"""Frames of speech in a row that open the spotter."""
HANG_OVER = 15
"""Frames of silence that close it."""
LONGEST = 1000
"""Frames after which it begins anew, in the middle of speech; ``KEPT`` of them are heard again."""
KEPT = 100
"""Frames that are remembered: the longest wake word, and what it takes to look at it again."""
SCALE = 1000.0
"""Of the spotter's logarithms, so that they are easily read."""
AFTER = 15
"""Steps before a trigger's start and after the trigger's end that the second look is given."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something like a wake word. ``sound`` is where it was heard, and a little more."""

    word: str
    unlike: float
    """How much less likely than any other sounds, for each of its sounds; the spotter's scale."""
    frames: tuple[Frame, ...]
    """What was heard, from before the trigger to now."""
    until: int
    """Frames of them that the second look should see."""


class Spotter:
    """Finds triggers in frames. Pure: it counts frames, not clocks."""

    def __init__(self, ways: Sequence[Way], vad: Vad | None = None) -> None:
        """Raises what pocketsphinx raises."""
        self._ways = {way.token: way for way in ways}
        self._decoder = _decoder(ways)
        self._given = vad
        self._vad: Vad = vad or VoiceDetector()
        self._before: deque[Frame] = deque(maxlen=PRE_ROLL + ONSET)
        """The last frames while the spotter is closed."""
        self._heard: deque[Frame] = deque(maxlen=KEPT)
        """The last frames while it is open."""
        self._open = False
        self._run = 0
        """Frames of speech in a row."""
        self._silent = 0
        """Frames since the last speech."""
        self._count = 0
        """Frames heard since it was opened."""
        self._seen: dict[str, int] = {}
        """Where the last trigger of each word ended, in steps."""
        self._waiting: list[tuple[int, int, float, str]] = []
        """Triggers after which too little was heard yet."""

    def reset(self) -> None:
        """Forget what was heard: what comes next does not follow it."""
        self._vad = self._given or VoiceDetector()
        self._close()
        self._before.clear()

    def feed(self, frame: Frame) -> Iterator[Trigger]:
        """Take the next frame and yield what it triggered."""
        speech = self._vad.is_speech(frame.samples)
        self._run = self._run + 1 if speech else 0
        if not self._open:
            self._before.append(frame)
            if self._run >= ONSET:
                self._begin(self._before)
            return
        self._silent = 0 if speech else self._silent + 1
        self._hear(frame)
        yield from self._due()
        if self._silent >= HANG_OVER and not self._waiting:
            last = list(self._heard)[-PRE_ROLL:]
            self._close()
            self._before.extend(last)
        elif self._count >= LONGEST and not self._waiting:
            self._begin(self._heard)

    def _begin(self, frames: Iterable[Frame]) -> None:
        first = list(frames)
        self._close()
        self._decoder.start_utt()
        self._open = True
        for frame in first:
            self._hear(frame)
        self._before.clear()

    def _close(self) -> None:
        if self._open:
            self._decoder.end_utt()
        self._open, self._run, self._silent, self._count = False, 0, 0, 0
        self._seen, self._waiting = {}, []
        self._heard.clear()

    def _hear(self, frame: Frame) -> None:
        self._heard.append(frame)
        self._count += 1
        self._decoder.process_raw(frame.samples)
        if self._decoder.hyp() is None:
            return
        for each in self._decoder.seg():
            token = each.word.strip()
            word = self._ways[token].word
            if each.start_frame > self._seen.get(word, -1):
                self._seen[word] = each.end_frame  # another way to say it is no other trigger
                self._waiting.append((each.start_frame, each.end_frame, each.prob, token))

    def _due(self) -> Iterator[Trigger]:
        heard = self._count * STEPS
        for each in [each for each in self._waiting if each[1] + AFTER <= heard]:
            self._waiting.remove(each)
            yield self._trigger(*each)

    def _trigger(self, start: int, end: int, chance: float, token: str) -> Trigger:
        way = self._ways[token]
        forgotten = self._count - len(self._heard)
        first = max(0, (start - AFTER) // STEPS - forgotten)
        until = -(-(end + AFTER) // STEPS) - forgotten
        frames = tuple(self._heard)[first:]
        unlike = -math.log(chance) * SCALE / len(way.sounds)
        return Trigger(way.word, unlike, frames, until - first)


def _decoder(ways: Sequence[Way]) -> Any:  # noqa: ANN401 - pocketsphinx has no types
    import pocketsphinx  # noqa: PLC0415 - an audio library, only where sound is heard

    with tempfile.TemporaryDirectory(prefix="alexa-wake-") as folder:
        dictionary, phrases = Path(folder, "dictionary"), Path(folder, "phrases")
        dictionary.write_text("".join(f"{w.token} {' '.join(w.sounds)}\n" for w in ways), "utf-8")
        phrases.write_text(
            "".join(f"{w.token} /1e-{round(LOOSE * len(w.sounds))}/\n" for w in ways), "utf-8"
        )
        return pocketsphinx.Decoder(
            lm=None, dict=str(dictionary), kws=str(phrases), loglevel="FATAL", logfn=os.devnull
        )
