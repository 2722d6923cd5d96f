"""Sound into a file: readable by this user alone, whole or not at all."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

from alexa_cli.errors import AlexaError, UsageError
from alexa_cli.hear.errors import AudioError
from alexa_cli.hear.frame import RATE
from alexa_cli.hear.sources.file import RAW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

_KINDS = {
    ".wav": ("WAV", "PCM_16"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}


class Recording:
    """A sound file that is being written beside its place, and takes it when it is finished."""

    def __init__(self, path: Path, *, replace: bool = False) -> None:
        """Make the file. Raises UsageError for an unknown kind or a file that is already there."""
        kind = path.suffix.lower()
        if kind not in _KINDS and kind not in RAW:
            raise UsageError(
                f"{path}: unknown kind of sound file",
                hint=f"end its name with one of {', '.join((*_KINDS, *sorted(RAW)))}",
            )
        if os.path.lexists(path) and not (replace and path.is_file()):
            hint = "--force writes over it" if path.is_file() else None
            raise UsageError(f"{path} is already there", hint=hint)
        self._path = path
        self._part = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._file: Any = None
        with self._writing():
            handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._file = self._opened(kind, handle)

    def _opened(self, kind: str, handle: int) -> Any:  # noqa: ANN401 - a file or a SoundFile
        if kind in RAW:
            return os.fdopen(handle, "wb", buffering=0)
        os.close(handle)  # the library opens it by name; it stays private
        import soundfile  # noqa: PLC0415 - with numpy; raw sound needs neither

        form, coding = _KINDS[kind]
        return soundfile.SoundFile(
            str(self._part), "w", samplerate=RATE, channels=1, format=form, subtype=coding
        )

    def add(self, samples: bytes) -> None:
        """Write a frame. Raises AudioError, for a full disk."""
        with self._writing():
            if hasattr(self._file, "buffer_write"):
                self._file.buffer_write(samples, dtype="int16")
            elif self._file.write(samples) != len(samples):
                raise OSError(28, "no space left on device")

    def finish(self) -> None:
        """Give the file its name."""
        with self._writing():
            self._file.close()
            self._part.replace(self._path)

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._file is not None:
            with suppress(OSError, RuntimeError):  # a full disk is full here too
                self._file.close()
        with suppress(OSError):  # a name that is too long is no file
            self._part.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Finish it; after an error that is none of the house's, discard it.

        What was heard before a microphone was unplugged is kept.
        """
        if self._part.exists():
            if error is None or isinstance(error, AudioError):
                self.finish()
            else:
                self.discard()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        # AssertionError: how soundfile says that not all was written
        except (OSError, RuntimeError, AssertionError) as error:
            said = (getattr(error, "strerror", None) or "the disk may be full").lower()
            self.discard()
            raise AlexaError(f"{self._path} cannot be written: {said}") from error
