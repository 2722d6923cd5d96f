"""Sound libraries write to the terminal by themselves; what they mean is said by an error."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_one = threading.Lock()
"""Only one at a time, so that each puts back what it found."""
_kept: list[int] = []
"""Where stderr goes while it is silenced."""


@contextmanager
def silenced() -> Iterator[None]:
    """Let what C libraries write to stderr go nowhere. Keep it short: it holds for all threads."""
    with _one:
        try:
            kept = os.dup(2)
        except OSError:  # stderr is closed: there is nothing to keep clean
            yield
            return
        _kept.append(kept)
        try:
            if sys.stderr is not None:
                sys.stderr.flush()
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)
            yield
        finally:
            _kept.clear()
            os.dup2(kept, 2)
            os.close(kept)


def speak_again() -> None:
    """Let stderr be seen although a library that was silenced does not come back."""
    for kept in _kept:
        os.dup2(kept, 2)
