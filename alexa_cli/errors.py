"""One small error tree; each class owns its exit code.

AlexaError                 1   something failed
├── UsageError             2   the command line makes no sense
├── NotUnderstood          3   not understood, or an answer is needed
├── ConfigError            4   configuration or credentials
│   └── FileError          4   ... in a file: path, line, key and the nearest known key
├── Unreachable            5   a model or the network is out of reach
└── Refused                6   refused by a guard

A message says what happened, where, and what to do next. It is one or a few plain lines,
never a traceback, and is shown on stderr.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class AlexaError(Exception):
    """Something failed. ``hint`` says what to do about it."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n  {self.hint}"


class UsageError(AlexaError):
    """The command line makes no sense."""

    exit_code = 2


class NotUnderstood(AlexaError):
    """The utterance was not understood, or needs an answer that nobody is there to give."""

    exit_code = 3


class ConfigError(AlexaError):
    """The configuration or a credential is missing or wrong."""

    exit_code = 4


class FileError(ConfigError):
    """A file that a person wrote is wrong: says which file, which line and which key."""

    def __init__(
        self,
        message: str,
        *,
        path: Path | str,
        line: int | None = None,
        key: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.path, self.line, self.key = path, line, key
        where = f"{path}:{line}" if line is not None else str(path)
        at = f" (at {key})" if key else ""
        super().__init__(f"{where}: {message}{at}", hint=hint)


class Unreachable(AlexaError):
    """A model or the network is out of reach."""

    exit_code = 5


class Refused(AlexaError):
    """A guard refused."""

    exit_code = 6


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return ``did you mean 'x'?`` for the nearest known word, or None if nothing is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - costs 8 ms, needed on errors only

    names = sorted(known)
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else None
