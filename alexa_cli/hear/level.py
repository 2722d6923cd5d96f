"""How loud sound is, how clean, and what that means to a person."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from alexa_cli.hear.frame import FRAME_SECONDS, RATE

if TYPE_CHECKING:
    from collections.abc import Iterable

Finding: TypeAlias = Literal[
    "good", "nothing", "zeros", "offset", "clipped", "silence", "quiet", "noisy", "narrow"
]

SILENT = -100.0
"""dBFS that stand for no sound at all; 0 is the loudest there is."""
_FULL = 32_768.0
_CLIPPED = 32_700
"""Samples beyond this are taken for clipped: some cards stop short of the largest number."""
CLIPPED_SHARE = 0.001
OFFSET_SHARE = 0.03
NOBODY = -55.0
"""dBFS of the loud parts below which nobody spoke."""
QUIET = -45.0
CLEAR = 12.0
"""Decibels that speech must stand out of the noise by."""
NARROW = -85.0
"""dBFS above ``_TELEPHONE`` below which that half of the sound was never recorded."""
_TELEPHONE = 4_400
"""Hertz that 8,000 samples a second do not reach, with some room for a resampler."""
_LOUD, _CALM = 0.95, 0.10
"""Shares of the frames that are less loud: the loud parts, and the noise between words."""

_TIPS: dict[Finding, str] = {
    "good": "good: this can be understood",
    "nothing": "no sound came at all",
    "zeros": "nothing but zeros: the microphone is muted or switched off",
    "offset": "off centre by {offset:.0%}: the sound card adds a constant voltage; try another "
    "input or another microphone",
    "clipped": "too loud: {clipped:.1%} of it is cut off; turn the microphone down, or speak from "
    "further away",
    "silence": "only silence: nobody spoke, or it is the wrong microphone (`alexa audio devices`)",
    "quiet": "too quiet: turn the microphone up, or speak closer to it",
    "noisy": "too noisy: speech stands out of the noise by {clear:.0f} dB only; speak closer to "
    "the microphone, or turn off what makes the noise",
    "narrow": "as by telephone: nothing is in it above 4 kHz, and much is misheard; record it with "
    "16,000 samples a second or more",
}
_ALLOW = {
    "darwin": "; or this terminal may not use it (System Settings, Privacy & Security, Microphone)",
    "win32": "; or apps may not use it (Settings, Privacy & security, Microphone)",
}


@dataclass(frozen=True, slots=True)
class Level:
    """What was measured of some sound. All but the shares are dBFS: 0 is the loudest, -100 none."""

    seconds: float = 0.0
    peak: float = SILENT
    rms: float = SILENT
    """Mean power, a constant offset left out."""
    loud: float = SILENT
    """Power of the loud parts: of speech, if somebody spoke."""
    floor: float = SILENT
    """Power between the words: the noise floor."""
    clipped: float = 0.0
    """Share of the samples that are cut off, 0 to 1."""
    offset: float = 0.0
    """How far the middle of the wave is from 0, as a share of the loudest, -1 to 1."""

    highs: float = SILENT
    """Power of what a telephone leaves out."""

    @property
    def clear(self) -> float:
        """Decibels by which the loud parts stand out of the noise floor."""
        return self.loud - self.floor

    @property
    def finding(self) -> Finding:
        """What is worst about it, for programs."""
        wrong: tuple[tuple[Finding, bool], ...] = (
            ("nothing", self.seconds <= 0),
            ("zeros", self.peak <= SILENT),
            ("offset", abs(self.offset) > OFFSET_SHARE),
            ("clipped", self.clipped > CLIPPED_SHARE),
            ("silence", self.loud < NOBODY),
            ("noisy", self.clear < CLEAR),
            ("quiet", self.loud < QUIET),
            ("narrow", self.highs < NARROW),
        )
        return next((name for name, so in wrong if so), "good")

    def verdict(self, platform: str = sys.platform) -> str:
        """Return what a person should know, and do: one line."""
        said = _TIPS[self.finding].format(
            offset=abs(self.offset), clipped=self.clipped, clear=max(0.0, self.clear)
        )
        return said + (_ALLOW.get(platform, "") if self.finding == "zeros" else "")


class Meter:
    """Measures sound as it comes, in the memory of a few numbers, however long it is."""

    def __init__(self) -> None:
        self._samples = self._clipped = self._peak = 0
        self._sum = self._power = self._highs = 0.0
        self._seen = [0] * (round(-SILENT) + 1)
        """Frames by how loud they are, in whole decibels below 0."""

    def add(self, samples: bytes) -> float:
        """Take a frame and return how loud it is, in dBFS."""
        import numpy as np  # noqa: PLC0415 - only where sound is measured

        values = np.frombuffer(samples, "<i2").astype(np.float64)
        if not len(values):
            return SILENT
        size = np.abs(values)
        spectrum = np.abs(np.fft.rfft(values * np.hanning(len(values)))) / len(values)
        above = spectrum[round(_TELEPHONE * len(values) / RATE) :]
        self._highs += 2 * float(np.square(above).sum())
        mean = float(values.mean())
        power = float(np.square(values - mean).mean())
        self._samples += len(values)
        self._sum += float(values.sum())
        self._power += float(np.square(values).sum())
        self._clipped += int((size >= _CLIPPED).sum())
        self._peak = max(self._peak, int(size.max()))
        loudness = decibels(power)
        self._seen[round(-loudness)] += 1
        return loudness

    def level(self) -> Level:
        """Return what was measured so far."""
        if not self._samples:
            return Level()
        mean = self._sum / self._samples
        return Level(
            seconds=round(sum(self._seen) * FRAME_SECONDS, 3),
            peak=decibels(float(self._peak) ** 2),
            rms=decibels(max(0.0, self._power / self._samples - mean * mean)),
            loud=self._below(_LOUD),
            floor=self._below(_CALM),
            clipped=self._clipped / self._samples,
            offset=mean / _FULL,
            highs=decibels(self._highs / sum(self._seen)),
        )

    def _below(self, share: float) -> float:
        """Return the loudness that this share of the frames stays below or reaches."""
        left = share * sum(self._seen)
        for below in range(len(self._seen) - 1, -1, -1):
            left -= self._seen[below]
            if left <= 0:
                return -float(below)
        return 0.0


def measure(frames: Iterable[bytes]) -> Level:
    """Return the level of sound that is already there."""
    meter = Meter()
    for samples in frames:
        meter.add(samples)
    return meter.level()


def decibels(power: float) -> float:
    """Return mean power of int16 samples in dBFS, from -100 to 0; a full-scale sine has -3."""
    if power <= 0:
        return SILENT
    return min(0.0, max(SILENT, 10 * math.log10(power / _FULL**2)))


def bar(loudness: float, width: int = 20) -> str:
    """Return a level meter for a line of the screen: from -60 dBFS, empty, to 0, full."""
    full = round(width * min(1.0, max(0.0, (loudness + 60) / 60)))
    return "█" * full + "·" * (width - full)
