"""Where sound comes from: a microphone, a file, stdin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alexa_cli.hear.frame import Source

STDIN = "-"
SAMPLE = "sample"
"""The name of the sentence that ships, for a machine without a microphone."""
SAMPLE_FILE = Path(__file__).with_name("sample.wav")


def open_source(what: str | Path | None = None, *, device: str | int | None = None) -> Source:
    """Return a source: the microphone for None, stdin for ``-``, what ships for ``sample``, a file.

    Nothing is opened before the first frame is asked for. ``device``: of the microphone, by name,
    part of a name or number.
    """
    # Each import is of one kind of source: a microphone needs no files.
    if what is None:
        from alexa_cli.hear.sources.microphone import Microphone  # noqa: PLC0415

        return Microphone(device)
    if what == STDIN:
        from alexa_cli.hear.sources.pipe import PipeSource  # noqa: PLC0415

        return PipeSource()
    from alexa_cli.hear.sources.file import FileSource  # noqa: PLC0415

    if what == SAMPLE:
        return FileSource(SAMPLE_FILE, name=SAMPLE)
    return FileSource(Path(what))
