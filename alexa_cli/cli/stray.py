"""What an expert's own code prints is no answer: it goes to stderr, and commands no terminal."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Stray(io.TextIOBase):
    """Takes text, and lets it through to stderr without terminal escapes."""

    def __init__(self, stderr: TextIO) -> None:
        self._stderr = stderr

    def write(self, text: str) -> int:
        """Write to stderr, printable."""
        self._stderr.write(printable(text))
        return len(text)

    def writable(self) -> bool:
        """Always."""
        return True


@contextmanager
def stray_prints() -> Iterator[None]:
    """While this holds, ``print`` does not reach stdout, which carries the answer alone.

    Nor do warnings, or what is written to stderr itself, reach the terminal as they are.
    """
    stdout, stderr = sys.stdout, sys.stderr
    stray = _Stray(stderr)
    sys.stdout = sys.stderr = stray
    try:
        yield
    finally:
        sys.stdout, sys.stderr = stdout, stderr
