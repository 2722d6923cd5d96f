"""Sound as the house handles it: 16 kHz, one channel, 16-bit, in frames of 30 ms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

RATE = 16_000
"""Samples a second."""
FRAME_SECONDS = 0.03
FRAME_SAMPLES = 480
FRAME_BYTES = 960
"""Little-endian int16."""


@dataclass(frozen=True, slots=True)
class Frame:
    """``FRAME_BYTES`` of sound; the last one of a file is filled up with silence."""

    samples: bytes
    at: float
    """Seconds of sound before it: where it begins, by the source's own count."""


class Source(Protocol):
    """Where sound comes from."""

    name: str
    """``microphone``, ``file PATH``, ``stdin``: as errors and traces say it."""
    live: bool
    """Whether it comes as it is spoken; a file comes as fast as it is read."""
    overflows: int
    """Frames that were lost because nobody took them in time."""

    def frames(self) -> AsyncIterator[Frame]:
        """Yield frames until the sound ends. Raises AlexaError (no device, not a sound file, ...).

        ``aclose()`` on the iterator lets go of the device or the file.
        """
        ...
