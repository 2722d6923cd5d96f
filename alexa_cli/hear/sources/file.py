"""Sound from files: WAV, FLAC, MP3, Ogg and raw, whatever their rate and channels."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from alexa_cli.config.quiet import silenced
from alexa_cli.hear.errors import AudioError
from alexa_cli.hear.sources.convert import Converter
from alexa_cli.hear.sources.reading import BLOCK, Bytes, read_frames
from alexa_cli.hear.sources.wav import Format, is_wav, read_format

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from alexa_cli.hear.frame import Frame
    from alexa_cli.hear.sources.reading import Sound

RAW = frozenset({".raw", ".pcm"})
"""Ends of names of files that are nothing but samples: 16 kHz, mono, int16, little-endian."""
KINDS = "wav, flac, mp3, ogg and raw are read"
_SAMPLES = 16_000
"""Samples of each channel that are decoded at once."""
_TAIL = 65_536
"""Bytes at the end of an Ogg file that hold its last page."""
_LAST_PAGE = 4
_SPARE = 0.3
"""Seconds that an MP3 may lack of what it promises, which may be an estimate."""


class FileSource:
    """Frames of a file, as fast as they are taken."""

    live = False
    overflows = 0

    def __init__(self, path: Path, *, name: str = "") -> None:
        self.name = name or f"file {path}"
        self._path = path

    def frames(self) -> AsyncGenerator[Frame, None]:
        """Yield the frames. Raises AudioError at the end of a file that was cut short."""
        return read_frames(str(self._path), lambda: open_file(self._path))


def open_file(path: Path) -> Sound:
    """Open a file, or a pipe that has a name. Raises AudioError."""
    name = str(path)
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        mode = os.fstat(handle).st_mode
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        said = getattr(error, "strerror", None) or str(error)
        raise AudioError(f"{name} cannot be opened: {said.lower()}") from error
    source = Bytes(handle, name)
    try:
        return _by_kind(source, path, mode)
    except BaseException:
        source.close()
        raise


def _by_kind(source: Bytes, path: Path, mode: int) -> Sound:
    if stat.S_ISDIR(mode):
        raise AudioError(f"{source.name} is a folder, not a sound file")
    if not stat.S_ISREG(mode):  # /dev/fd/63: what a shell gives for <(arecord)
        from alexa_cli.hear.sources.pipe import open_pipe  # noqa: PLC0415 - each needs the other

        return open_pipe(source)
    start = source.peek(12)
    if not start:
        raise AudioError(f"{source.name} is empty: there is no sound in it")
    if is_wav(start):
        wav = read_format(source)
        if wav.known:
            return WavSound(source, wav)
    elif path.suffix.lower() in RAW:
        return RawSound(source)
    source.close()
    return open_coded(path, source.name)


class RawSound:
    """Samples as they are used inside."""

    def __init__(self, source: Bytes) -> None:
        self._source = source
        self._odd = b""

    def read(self) -> bytes:
        """See ``Sound``. A last half sample is left out."""
        while some := self._source.some():
            block = self._odd + some
            even = len(block) - len(block) % 2
            block, self._odd = block[:even], block[even:]
            if block:
                return block
        return b""

    def close(self) -> None:
        """See ``Sound``."""
        self._source.close()


class WavSound:
    """A WAV that needs no library to be read."""

    def __init__(self, source: Bytes, wav: Format) -> None:
        self._source, self._wav = source, wav
        self._convert = Converter(wav.rate, wav.channels)
        self._left = wav.length
        self._rest = b""
        self._ended = False

    def read(self) -> bytes:
        """See ``Sound``. Raises AudioError at the end of a file that was cut short."""
        while not self._ended:
            some = self._source.some(BLOCK if self._left is None else min(BLOCK, self._left))
            if self._left is not None:
                self._left -= len(some)
            self._ended = not some
            block = self._rest + some
            whole = len(block) - len(block) % self._wav.step
            block, self._rest = block[:whole], block[whole:]
            if converted := self._converted(block):
                return converted
        if self._left and self._wav.length is not None:
            second = self._wav.step * self._wav.rate
            raise _cut_short(
                self._source.name, (self._wav.length - self._left) / second,
                self._wav.length / second,
            )  # fmt: skip
        return b""

    def _converted(self, block: bytes) -> bytes:
        if (self._wav.kind, self._wav.bits) == (1, 16):
            return self._convert.shorts(block, last=self._ended)
        return self._convert.floats(self._wav.floats(block), last=self._ended)

    def close(self) -> None:
        """See ``Sound``."""
        self._source.close()


def open_coded(file: Path | BinaryIO, name: str) -> Sound:
    """Open what libsndfile reads. Raises AudioError for what it does not.

    A file that is given open is closed with the sound.
    """
    import soundfile  # noqa: PLC0415 - with numpy; plain WAV and raw need neither

    what = str(file) if isinstance(file, Path) else file
    try:
        with silenced():
            sound = soundfile.SoundFile(what)
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"{name} is no sound file that can be read, or its beginning is damaged",
            hint=f"{KINDS}; convert others: ffmpeg -i FILE -ar 16000 -ac 1 FILE.wav",
        ) from error
    try:
        return CodedSound(sound, file, name)
    except AudioError:
        sound.close()
        raise


class CodedSound:
    """Sound that libsndfile decodes."""

    def __init__(self, sound: Any, file: Path | BinaryIO, name: str) -> None:  # noqa: ANN401 - soundfile.SoundFile
        self._sound, self._file, self._name = sound, file, name
        self._convert = Converter(sound.samplerate, sound.channels)
        self._ended = False
        self._seen = 0
        # The MP3 decoder writes to the terminal by itself.
        self._hush = silenced if sound.format in {"MP3", "MPEG"} else nullcontext
        self._broken = sound.format == "OGG" and not _has_last_page(file)

    def read(self) -> bytes:
        """See ``Sound``. Raises AudioError at the end of a file that was cut short."""
        while not self._ended:
            with self._decoding():
                block = self._sound.read(_SAMPLES, dtype="float32", always_2d=True)
            self._seen += len(block)
            self._ended = not len(block)
            if converted := self._convert.floats(block, last=self._ended):
                return converted
        self._check_whole()
        return b""

    def close(self) -> None:
        """See ``Sound``."""
        self._sound.close()
        if not isinstance(self._file, Path):
            self._file.close()

    @contextmanager
    def _decoding(self) -> Iterator[None]:
        import soundfile  # noqa: PLC0415 - as open_coded

        try:
            with self._hush():
                yield
        except (soundfile.LibsndfileError, OSError) as error:
            raise self._cut_short() from error

    def _check_whole(self) -> None:
        """Raise AudioError if it holds less than it says."""
        lacks = self._sound.frames - self._seen
        tolerated = max(_SPARE * self._sound.samplerate, self._sound.frames / 20)
        if self._broken or lacks > tolerated:
            raise self._cut_short()

    def _cut_short(self) -> AudioError:
        rate = self._sound.samplerate
        whole = None if self._broken else self._sound.frames / rate
        return _cut_short(self._name, self._seen / rate, whole)


def _has_last_page(file: Path | BinaryIO) -> bool:
    """Whether the last page of an Ogg file says that it is the last."""
    if isinstance(file, Path):
        with file.open("rb") as opened:
            return _has_last_page(opened)
    place = file.tell()
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    _, found, page = file.read().rpartition(b"OggS")
    file.seek(place)
    return bool(found) and len(page) > 1 and bool(page[1] & _LAST_PAGE)


def _cut_short(name: str, there: float, whole: float | None) -> AudioError:
    of = f" of {whole:,.1f}" if whole is not None and whole > there else ""
    return AudioError(
        f"{name} breaks off after {there:,.1f}{of} seconds",
        hint="it was cut short: copy or record it again",
    )
