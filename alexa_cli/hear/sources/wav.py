"""WAV, read from front to back: a pipe cannot be wound back, and a file need not be.

Samples of 8, 16, 24 and 32 bits and floats are read here; what else a WAV may hold is left to
libsndfile.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alexa_cli.hear.errors import AudioError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from alexa_cli.hear.sources.reading import Bytes

PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE
OPEN_LENGTH = 0x7FFF_0000
"""Programs that write to a pipe do not know the length and say 0 or something this long."""
MAGIC = (b"RIFF", b"WAVE")
_LONGEST_CHUNK = 1 << 26
"""Bytes of a chunk before the sound: pictures and notes."""
_LONGEST_FORMAT = 4_096


@dataclass(frozen=True, slots=True)
class Format:
    """How the samples of a WAV lie."""

    kind: int
    """``PCM`` or ``FLOAT``."""
    channels: int
    rate: int
    bits: int
    length: int | None
    """Bytes of sound; None: until it ends."""

    @property
    def known(self) -> bool:
        """Whether ``floats`` reads it."""
        depths = {PCM: (8, 16, 24, 32), FLOAT: (32, 64)}
        return self.bits in depths.get(self.kind, ()) and self.channels > 0

    @property
    def step(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * self.bits // 8

    def floats(self, block: bytes) -> NDArray[np.float32]:
        """Return whole samples as numbers from -1 to 1, one column a channel."""
        import numpy as np  # noqa: PLC0415 - the usual 16-bit WAV needs none

        values: NDArray[np.floating]
        if self.bits == 24:  # noqa: PLR2004 - bits; no type of numpy has three bytes
            wide = np.zeros((len(block) // 3, 4), np.uint8)
            wide[:, 1:] = np.frombuffer(block, np.uint8).reshape(-1, 3)
            values = wide.view("<i4").ravel() / 2.0**31
        elif self.kind == FLOAT:
            values = np.frombuffer(block, "<f4" if self.bits == 32 else "<f8")  # noqa: PLR2004
        elif self.bits == 8:  # noqa: PLR2004 - bits; they alone have no sign
            values = (np.frombuffer(block, np.uint8) - 128.0) / 128.0
        else:
            values = np.frombuffer(block, f"<i{self.bits // 8}") / 2.0 ** (self.bits - 1)
        with np.errstate(all="ignore"):  # a damaged file may hold any float
            return values.astype(np.float32).reshape(-1, self.channels)


def is_wav(start: bytes) -> bool:
    """Whether a file begins like a WAV."""
    return (start[:4], start[8:12]) == MAGIC


def read_format(source: Bytes) -> Format:
    """Read up to the first sample. Raises AudioError if it is no WAV, or breaks off before."""
    if not is_wav(source.take(12)):
        raise AudioError(f"{source.name} is no WAV")
    found: tuple[int, int, int, int] | None = None
    while len(head := source.take(8)) == 8:  # noqa: PLR2004 - bytes of a chunk's name and size
        name, size = head[:4], int.from_bytes(head[4:], "little")
        if name == b"data":
            if found is None:
                raise AudioError(f"{source.name} is a damaged WAV: sound comes before its format")
            open_length = size == 0 or size >= OPEN_LENGTH
            return Format(*found, None if open_length else size)
        if size > _LONGEST_CHUNK:
            break
        if name == b"fmt ":
            found = _read_fmt(source.take(min(size, _LONGEST_FORMAT)))
            size -= min(size, _LONGEST_FORMAT)
        source.skip(size + size % 2)
    raise AudioError(
        f"{source.name} is a damaged WAV: it ends before the sound begins",
        hint="it was cut short or is still being written: copy or record it again",
    )


def _read_fmt(chunk: bytes) -> tuple[int, int, int, int] | None:
    """Return kind, channels, rate and bits; None if the chunk is too short."""
    if len(chunk) < 16:  # noqa: PLR2004 - bytes, the least there is
        return None
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if kind == EXTENSIBLE and len(chunk) >= 26:  # noqa: PLR2004 - where the real kind lies
        kind = int.from_bytes(chunk[24:26], "little")
    return kind, channels, rate, bits
