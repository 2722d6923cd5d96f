"""Ids that people can type: ``t-1m5q9zk3f``, sorted by time, unique without asking anybody."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: nothing that looks like something else."""
_EPOCH = 1_735_689_600
"""2025-01-01 in Unix seconds; six digits of seconds last until 2059."""
_TIME_DIGITS, _EXTRA_DIGITS = 6, 3
_PER_SECOND = 32**_EXTRA_DIGITS


class IdMaker:
    """Makes ids from a clock (Unix seconds). Thread-safe; one maker never repeats itself.

    Two processes in the same second collide once in 32,768 pairs: who saves second finds the id
    taken and takes the next.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last = -1

    def make(self, prefix: str) -> str:
        """Return ``prefix-`` and nine digits, greater than any made before."""
        seconds = max(0, int(self._clock()) - _EPOCH)
        with self._lock:
            if seconds > self._last // _PER_SECOND:
                self._last = seconds * _PER_SECOND + int.from_bytes(os.urandom(4)) % (
                    _PER_SECOND // 2
                )
            else:
                self._last += 1
            number = self._last
        return f"{prefix}-{_digits(number, _TIME_DIGITS + _EXTRA_DIGITS)}"


def _digits(number: int, width: int) -> str:
    text = ""
    for _ in range(width):
        number, digit = divmod(number, 32)
        text = _DIGITS[digit] + text
    return text
