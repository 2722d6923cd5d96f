"""From sound of any rate and number of channels to frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alexa_cli.hear.errors import AudioError
from alexa_cli.hear.frame import FRAME_BYTES, FRAME_SECONDS, RATE, Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

LOWEST, HIGHEST = 2_000, 1_536_000
"""Samples a second: what lies outside is a broken header, not sound."""
MOST_CHANNELS = 256
_FULL = 32_768.0


class Converter:
    """Blocks of sound in, 16 kHz mono int16 out, with no seam between the blocks."""

    def __init__(self, rate: int, channels: int) -> None:
        """Raise AudioError for what no sound has: 0 channels, 3 samples a second."""
        if not LOWEST <= rate <= HIGHEST or not 1 <= channels <= MOST_CHANNELS:
            raise AudioError(f"cannot use sound of {channels} channels and {rate:,} samples/s")
        self.channels = channels
        self._stream: Any = None
        if rate != RATE:
            import soxr  # noqa: PLC0415 - with numpy, needed for other rates only

            self._stream = soxr.ResampleStream(rate, RATE, 1, dtype="float32", quality="HQ")

    def floats(self, block: NDArray[np.float32], *, last: bool = False) -> bytes:
        """Convert samples from -1 to 1, one column a channel; ``last`` gives what is held back."""
        import numpy as np  # noqa: PLC0415 - sound that is as it must be needs none

        # A damaged file may hold any float; the largest would overflow further down.
        block = np.clip(np.nan_to_num(block, nan=0.0), -8.0, 8.0)
        mono = block.mean(axis=1, dtype=np.float32) if block.ndim > 1 else block
        if self._stream is not None:
            mono = self._stream.resample_chunk(mono, last=last)
        whole: NDArray[np.int16] = np.clip(np.rint(mono * _FULL), -_FULL, _FULL - 1).astype("<i2")
        return whole.tobytes()

    def shorts(self, block: bytes, *, last: bool = False) -> bytes:
        """Convert int16 samples, channels interleaved, whole samples only."""
        if self._stream is None and self.channels == 1:
            return block
        import numpy as np  # noqa: PLC0415 - as above

        values = np.frombuffer(block, "<i2").reshape(-1, self.channels)
        return self.floats((values / np.float32(_FULL)).astype(np.float32), last=last)


class Framer:
    """Cuts sound into frames."""

    def __init__(self) -> None:
        self._rest = b""
        self._count = 0
        self.lost = 0.0
        """Seconds that are missing so far: what comes after them is that much later."""

    def add(self, samples: bytes) -> Iterator[Frame]:
        """Yield the frames that are full now."""
        self._rest += samples
        whole = len(self._rest) - len(self._rest) % FRAME_BYTES
        ready, self._rest = self._rest[:whole], self._rest[whole:]
        for start in range(0, whole, FRAME_BYTES):
            yield self._frame(ready[start : start + FRAME_BYTES])

    def end(self) -> Iterator[Frame]:
        """Yield the last one, filled up with silence, if anything is left."""
        if self._rest:
            last, self._rest = self._rest.ljust(FRAME_BYTES, b"\0"), b""
            yield self._frame(last)

    def _frame(self, samples: bytes) -> Frame:
        at = self._count * FRAME_SECONDS + self.lost
        self._count += 1
        return Frame(samples, round(at, 6))
