"""What an expert's own code prints is no answer: it goes to stderr, and commands no terminal."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Stray(io.TextIOBase):
    """Takes text, and lets it through to stderr without terminal escapes."""

    def write(self, text: str) -> int:
        """Write to stderr, printable."""
        sys.stderr.write(printable(text))
        return len(text)

    def writable(self) -> bool:
        """Always."""
        return True


@contextmanager
def stray_prints() -> Iterator[None]:
    """While this holds, ``print`` does not reach stdout, which carries the answer alone."""
    stdout = sys.stdout
    sys.stdout = _Stray()
    try:
        yield
    finally:
        sys.stdout = stdout
