"""Durations and sizes as people write them in YAML: ``5m``, ``90d``, ``200MB``.

Both are strings that know their number, so that what is shown is what was written.
"""

from __future__ import annotations

import re

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_BYTES = {"B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10,
          "MiB": 2**20, "GiB": 2**30}  # fmt: skip
MAX_SECONDS = 36_525 * 86_400.0
"""So that now and a duration later both have a date."""
_AMOUNT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) ?([A-Za-z]{1,3})")


def _amount(value: object, units: dict[str, float] | dict[str, int], example: str) -> float:
    match = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[2] not in units:
        raise ValueError(f"{value!r} is not {example}; the units are {', '.join(units)}")
    return float(match[1]) * units[match[2]]


class Duration(str):
    """A length of time: a number and ``ms``, ``s``, ``m``, ``h``, ``d`` or ``w``."""

    __slots__ = ()

    @classmethod
    def from_plain(cls, value: object) -> Duration:
        """Read a YAML value. Raises ValueError with a message for people."""
        if _amount(value, _SECONDS, "a duration such as 10s or 5m") > MAX_SECONDS:
            raise ValueError(f"{value!r} is longer than a century")
        return cls(value)

    @property
    def seconds(self) -> float:
        """The duration in seconds."""
        return round(_amount(str(self), _SECONDS, "a duration"), 6)


class Size(str):
    """An amount of data: a number and ``B``, ``kB``, ``MB``, ``GB``, ``KiB``, ``MiB``, ``GiB``."""

    __slots__ = ()

    @classmethod
    def from_plain(cls, value: object) -> Size:
        """Read a YAML value. Raises ValueError with a message for people."""
        _amount(value, _BYTES, "a size such as 200MB")
        return cls(value)

    @property
    def bytes(self) -> int:
        """The size in bytes."""
        return int(_amount(str(self), _BYTES, "a size"))
