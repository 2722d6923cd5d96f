"""Opening the file: created private, in WAL mode, at the version that this code knows.

``synchronous=NORMAL`` in WAL mode: a turn costs no wait for the disk; after a power cut the last
turns may be missing, the file is never damaged by it.
"""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from typing import TYPE_CHECKING

from alexa_cli.config.paths import FILE_MODE, private_dir
from alexa_cli.errors import ConfigError
from alexa_cli.store.errors import is_busy

if TYPE_CHECKING:
    from pathlib import Path

VERSION = 1
"""``PRAGMA user_version``: raised with every change of the tables."""
BUSY_SECONDS = 5.0
SIDES = ("", "-wal", "-shm", "-journal")
"""Suffixes of the files that a database consists of."""

_TABLES = """
CREATE TABLE events (
  id TEXT PRIMARY KEY NOT NULL,
  conversation TEXT NOT NULL,
  turn TEXT NOT NULL,
  kind TEXT NOT NULL,
  at REAL NOT NULL,
  content_ref TEXT,
  expires_at REAL
);
CREATE INDEX events_kind_at ON events (kind, at);
CREATE INDEX events_conversation ON events (conversation, kind, at);
CREATE INDEX events_turn ON events (turn);
CREATE INDEX events_expires ON events (expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE contents (
  id TEXT PRIMARY KEY NOT NULL,
  bytes BLOB NOT NULL,
  codec TEXT NOT NULL,
  expires_at REAL
);
CREATE INDEX contents_expires ON contents (expires_at) WHERE expires_at IS NOT NULL;
CREATE TABLE state (
  expert TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (expert, key)
) WITHOUT ROWID;
"""


def connect(path: Path | None) -> sqlite3.Connection:
    """Open the database at ``path``, or one in memory for None; make it if there is none.

    Raises sqlite3.Error as SQLite does, ConfigError if a newer version wrote the file.
    """
    if path is not None:
        _make_private(path)
    connection = sqlite3.connect(
        ":memory:" if path is None else path,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.text_factory = _text
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _text(stored: bytes) -> str:
    """Read text that something else may have written: one bad byte must not hide all rows."""
    return stored.decode(errors="replace")


def _make_private(path: Path) -> None:
    """Create the file empty with mode 0600, or take other people's access from an old one.

    SQLite gives its -wal and -shm files the mode of the database.
    """
    private_dir(path.parent)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE))
    except FileExistsError:
        if not path.is_file():
            raise ConfigError(f"{path}: this is no file, the store cannot be there") from None
        for side in SIDES:
            _restrict(path.with_name(path.name + side))
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot make this file: {error.strerror or error}",
            hint="set ALEXA_HOME to a folder that you may write to",
        ) from error


def _restrict(path: Path) -> None:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            path.chmod(mode & 0o700)
    except FileNotFoundError:
        pass  # another process closed the database just now
    except OSError as error:
        raise ConfigError(
            f"{path}: others can read this file and that cannot be changed: "
            f"{error.strerror or error}"
        ) from error


def _prepare(connection: sqlite3.Connection, path: Path | None) -> None:
    version = _version(connection)
    if version > VERSION:
        raise ConfigError(
            f"{path}: written by a newer version of alexa-cli",
            hint="update alexa-cli, or set ALEXA_HOME to another folder",
        )
    if version < VERSION:
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    if path is not None:
        _use_wal(connection)
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA secure_delete=ON")  # what is forgotten is gone from the file
    if version < VERSION:
        _create(connection)


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL. SQLite does not wait here when another process is switching too."""
    if connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        return
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another process did so meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) < VERSION:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={VERSION:d}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
