"""Whether a frame holds speech.

The detector that comes with pocketsphinx (WebRTC's) takes loud steady noise, a hood or a kettle,
for speech that never ends. So a frame must also stand out of the noise floor, the quietest moment
of the last seconds. docs/decisions/end-pointing.md says what that is worth.
"""

from __future__ import annotations

from array import array
from collections import deque
from math import log10
from operator import mul
from typing import Literal, Protocol, TypeAlias

from alexa_cli.hear.frame import FRAME_SECONDS, RATE

Strictness: TypeAlias = Literal[0, 1, 2, 3]

ABOVE_FLOOR = 5.0
"""Decibels by which speech stands out of the noise floor."""
LINGER = 3
"""Frames that still count as speech after the last one that stood out: words fade away."""
FLOOR_WINDOW = 100
"""Frames that the noise floor is looked for in: 3 s, so that there is a pause among them."""
FLOOR_LEAST = 33
"""Frames before a floor is believed: the sound may begin with speech."""
SMOOTH = 3
"""Frames of which the floor takes the mean."""
QUIET = -65.0
"""Decibels of full scale; the floor of a silent room, and of one not known yet."""
FULL_SCALE = 32768.0


class Vad(Protocol):
    """Tells speech from everything else, frame by frame, in order."""

    def is_speech(self, samples: bytes) -> bool:
        """Whether this frame (``FRAME_BYTES``) holds speech."""
        ...


class VoiceDetector:
    """WebRTC's detector, and the noise floor. About 25 µs a frame; one for each stream of sound.

    ``strictness`` 0 and 1 hear speech in the first frames of any recording, whatever is in them.
    """

    def __init__(self, *, strictness: Strictness = 2, above_floor: float = ABOVE_FLOOR) -> None:
        from pocketsphinx import Vad as WebRtcVad  # noqa: PLC0415 - only who listens needs it

        self._vad = WebRtcVad(strictness, RATE, FRAME_SECONDS)
        self._above = above_floor
        self._recent: deque[float] = deque(maxlen=SMOOTH)
        """Levels of the last frames."""
        self._levels: deque[float] = deque(maxlen=FLOOR_WINDOW)
        """Smoothed levels."""
        self._faded = LINGER
        """Frames since one stood out of the floor."""

    def is_speech(self, samples: bytes) -> bool:
        """Whether this frame holds speech: it sounds like it, and stands out."""
        level = level_of(samples)
        self._recent.append(level)
        self._levels.append(sum(self._recent) / len(self._recent))
        voiced = bool(self._vad.is_speech(samples))
        if voiced and level > self.floor + self._above:
            self._faded = 0
        elif self._faded < LINGER:
            self._faded += 1
        else:
            return False
        return voiced

    @property
    def floor(self) -> float:
        """The noise floor, in decibels of full scale."""
        return max(QUIET, min(self._levels)) if len(self._levels) >= FLOOR_LEAST else QUIET


def level_of(samples: bytes) -> float:
    """Mean power of int16 samples in decibels of full scale, at least ``QUIET`` less 30.

    A constant offset, which cheap sound cards add, is no sound.
    """
    values = array("h", samples)
    count = max(1, len(values))
    power = (sum(map(mul, values, values)) / count - (sum(values) / count) ** 2) / FULL_SCALE**2
    return 10 * log10(max(power, 10 ** ((QUIET - 30) / 10)))
