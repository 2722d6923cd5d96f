"""What goes wrong with the store, in words that say what to do."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from pathlib import Path

_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class StoreError(AlexaError):
    """The store could not be read or written."""


def is_corrupt(error: sqlite3.Error) -> bool:
    """Whether the file is damaged or no database at all."""
    return _primary(error) in _CORRUPT


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another process held the file for too long."""
    return _primary(error) in _BUSY


def explain(error: sqlite3.Error, path: Path | str) -> StoreError:
    """Return the error to raise instead."""
    if is_busy(error):
        return StoreError(
            f"{path}: another process keeps the store busy", hint="try again in a moment"
        )
    return StoreError(
        f"{path}: the store cannot be used: {error}",
        hint="check the disk's space and the file's permissions, or use --no-save",
    )


def _primary(error: sqlite3.Error) -> int:
    """Return the primary result code: the low byte of an extended one."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else -1
