"""Sound from stdin, or from a pipe that has a name, as it comes."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

from alexa_cli.hear.errors import AudioError
from alexa_cli.hear.sources.file import KINDS, RawSound, WavSound, open_coded
from alexa_cli.hear.sources.reading import BLOCK, Bytes, read_frames
from alexa_cli.hear.sources.wav import is_wav, read_format

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from alexa_cli.hear.frame import Frame
    from alexa_cli.hear.sources.reading import Sound

STDIN = 0
_CODED = (b"fLaC", b"OggS", b"ID3", b"FORM", b"RF64", b".snd", b"caff")
"""How files begin that can be read only when all of them is there."""
_OTHERS = (
    b"\x1a\x45\xdf\xa3", b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\x7fELF", b"GIF8", b"\x1f\x8b"
)  # fmt: skip
"""How files begin that are no sound, or none that is read here: Matroska, ZIP, ..."""
_MPEG_1 = 3
_MP3_RATES = {
    0: (11_025, 12_000, 8_000), 2: (22_050, 24_000, 16_000), _MPEG_1: (44_100, 48_000, 32_000)
}  # fmt: skip
"""Samples a second, by version and index."""
_MP3_BITS = (
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
)
"""Kilobits a second, by whether it is version 1, and index."""
_LOOK = 64
"""Bytes that tell sound from text: none of sound's are all letters."""
_LARGEST = 1 << 30
"""Bytes of a coded file on a pipe: a radio station never ends."""


class PipeSource:
    """Frames of stdin: WAV and raw (16 kHz, mono, int16) as they come, other kinds at the end."""

    name = "stdin"
    live = False
    """It may be; its own count of seconds is right either way."""
    overflows = 0

    def __init__(self, handle: int = STDIN) -> None:
        self._handle = handle

    def frames(self) -> AsyncGenerator[Frame, None]:
        """Yield the frames. Raises AudioError for what is no sound, or was cut short."""
        return read_frames(self.name, self._open, wait=False)

    def _open(self) -> Sound:
        if os.isatty(self._handle):
            raise AudioError(
                "there is no sound on stdin: it is a terminal",
                hint="pipe or redirect it: alexa ask --audio - < FILE",
            )
        return open_pipe(Bytes(self._handle, self.name, close=False))


def open_pipe(source: Bytes) -> Sound:
    """Find out what comes and open it. Raises AudioError."""
    start = source.peek(_LOOK)
    if not start:
        raise AudioError(f"{source.name} is empty: no sound came")
    if is_wav(start):
        wav = read_format(source)
        if wav.known:
            return WavSound(source, wav)
        raise AudioError(
            f"{source.name} is a WAV of a kind that a pipe cannot give (format {wav.kind}, "
            f"{wav.bits} bits)",
            hint="give it as a file, or with 16-bit samples",
        )
    if start.startswith(_CODED) or _is_mp3(source):
        return _spooled(source)
    if start.startswith(_OTHERS) or start[4:8] == b"ftyp" or _is_text(start):
        raise AudioError(f"{source.name} is no sound that can be read", hint=KINDS)
    return RawSound(source)


def _is_mp3(source: Bytes) -> bool:
    """Whether it begins with two frames of MPEG audio, layer 3: one alone may be chance."""
    length = _mp3_frame(source.peek(_LOOK)[:4])
    if length is None:
        return False
    following = source.peek(length + 4)[length : length + 4]
    return not following or _mp3_frame(following) is not None


def _mp3_frame(head: bytes) -> int | None:
    """Return the bytes of the frame that begins like this; None if none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:  # noqa: PLR2004 - bits
        return None
    version, padding = head[1] >> 3 & 3, head[2] >> 1 & 1
    rate, bits = _MP3_RATES.get(version, ()), _MP3_BITS[version == _MPEG_1]
    if not 0 < head[2] >> 4 < len(bits) or not (head[2] >> 2 & 3) < len(rate):
        return None
    samples = 144_000 if version == _MPEG_1 else 72_000
    return samples * bits[head[2] >> 4] // rate[head[2] >> 2 & 3] + padding


def _is_text(start: bytes) -> bool:
    look = start[:_LOOK]
    if any(byte < 0x20 and byte not in b"\t\n\r" for byte in look):  # noqa: PLR2004 - a space
        return False
    try:
        look.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(look) - 3  # cut within a character
    return True


def _spooled(source: Bytes) -> Sound:
    """Put all of it in a file without a name, which its decoder can wind back."""
    with tempfile.TemporaryFile() as file:
        size = 0
        try:
            while some := source.some(BLOCK):
                size += len(some)
                if size > _LARGEST:
                    raise AudioError(f"{source.name} does not end: more than 1 GB came")
                file.write(some)
            file.flush()
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise AudioError(f"{source.name} cannot be kept to decode it: {said}") from error
        file.seek(0)
        kept = os.fdopen(os.dup(file.fileno()), "rb")
    source.close()
    try:
        return open_coded(kept, source.name)
    except BaseException:
        kept.close()
        raise
