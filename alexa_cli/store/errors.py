"""What goes wrong with the store, in words that say what to do."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from pathlib import Path

_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_UNWRITABLE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM})
_ROOM = 64 * 1024
"""Bytes below which SQLite may not be able to open a file: it shares its index in half as many."""
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
    if _full(error, path):
        return StoreError(
            f"{path}: nothing can be kept, because the disk is full",
            hint="make space on it, or use --no-save",
        )
    if _primary(error) in _UNWRITABLE:
        return StoreError(
            f"{path}: the store cannot be opened for writing: {error}",
            hint="make its folder and the file writable, set ALEXA_HOME, or use --no-save",
        )
    return StoreError(
        f"{path}: the store cannot be used: {error}",
        hint="check the disk's space and the file's permissions, or use --no-save",
    )


def _full(error: sqlite3.Error, path: Path | str) -> bool:
    """Whether there is no space: to make room for its index in memory fails as an I/O error."""
    if _primary(error) == sqlite3.SQLITE_FULL:
        return True
    if _primary(error) != sqlite3.SQLITE_IOERR:
        return False
    from pathlib import Path  # noqa: PLC0415 - failures only
    from shutil import disk_usage  # noqa: PLC0415 - as above

    try:
        return disk_usage(Path(path).parent).free < _ROOM
    except OSError:
        return False


def _primary(error: sqlite3.Error) -> int:
    """Return the primary result code: the low byte of an extended one."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else -1
