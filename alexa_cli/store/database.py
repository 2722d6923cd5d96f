"""The connection: locked, transactional, and on its feet again after a damaged file.

One connection for all threads, guarded by a lock. Between processes SQLite's own locks rule;
every write happens in ``BEGIN IMMEDIATE``, so that it waits for its turn instead of failing.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from alexa_cli.store.damage import identity, set_aside
from alexa_cli.store.errors import StoreError, explain, is_corrupt
from alexa_cli.store.schema import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

T = TypeVar("T")
Row: TypeAlias = tuple[Any, ...]

LOCK_SECONDS = 10.0
"""How long a thread waits for another thread of this process."""


class Damaged(StoreError):
    """The file turned out to be damaged in the middle of a transaction."""


class Database:
    """The SQLite file at ``path`` (None: in memory), opened by the first use.

    ``notices`` gets a line for the user when a damaged file was set aside.
    """

    def __init__(self, path: Path | None, notices: list[str]) -> None:
        self.path = path
        self._notices = notices
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._identity: int | None = None
        self._depth = 0
        self._promised = False
        self._inside: ContextVar[bool] = ContextVar("alexa_store_inside", default=False)

    def open(self) -> None:
        """Open the file now. Raises ConfigError or StoreError."""
        with self._locked():
            self._connected()

    def close(self) -> None:
        """Close the connection; the next use opens another one."""
        with self._locked():
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def query(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run one statement and return all its rows."""
        with self._locked():
            return self._rescued(lambda: self._fetched(sql, values))

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement that writes; returns the number of rows it changed.

        Raises StoreError, and sqlite3.IntegrityError as it is.
        """
        return self.write(lambda: self._run(sql, values).rowcount)

    def give_back(self, pages: int) -> None:
        """Return free pages to the file system, so many at most. Not inside a transaction."""
        with self._locked():
            try:  # a script, because execute() takes only the first step: one page
                self._connected().executescript(f"PRAGMA incremental_vacuum({pages:d})")
            except sqlite3.Error as error:
                raise self._converted(error) from error

    def write(self, action: Callable[[], T]) -> T:
        """Run ``action`` in a transaction, on a new file if the old one proves damaged."""

        def attempt() -> T:
            with self.transaction():
                return action()

        with self._locked():
            return self._rescued(attempt)

    def promise(self) -> None:
        """Have what this transaction writes on the disk when it ends, power cut or not."""
        self._promised = True

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens, or nothing; nobody else writes meanwhile. May be nested.

        Never await inside: a task of the same loop that uses the store meanwhile would be caught
        up in this transaction, so it gets a StoreError instead.
        """
        with self._locked():
            name = f"level{self._depth}"
            self._run(f"SAVEPOINT {name}" if self._depth else "BEGIN IMMEDIATE")
            before = self._inside.get()
            self._depth += 1
            self._inside.set(True)
            try:
                yield
            except BaseException:
                self._depth -= 1
                self._promised = self._promised and self._depth > 0
                self._roll_back(name)
                raise
            else:
                self._depth -= 1
                self._run(f"RELEASE {name}" if self._depth else "COMMIT")
                if self._promised and not self._depth:
                    self._promised = False
                    self._to_disk()
            finally:
                self._inside.set(before)

    def _to_disk(self) -> None:
        """Wait until the log of changes is on the disk; ``synchronous=NORMAL`` does not."""
        if self.path is None:
            return
        try:
            log = os.open(self.path.with_name(self.path.name + "-wal"), os.O_RDWR)
        except OSError:
            return  # there is none: the changes went into the file itself
        try:
            os.fsync(log)
        except OSError as error:
            raise StoreError(f"{self.path}: what changed is not on the disk: {error}") from error
        finally:
            os.close(log)

    # Underneath ---------------------------------------------------------------------------

    @contextmanager
    def _locked(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=LOCK_SECONDS):
            raise StoreError("the store is held by another thread of this program")
        try:
            if self._depth and not self._inside.get():
                raise StoreError("a task awaits inside a transaction of the store; it must not")
            yield
        finally:
            self._lock.release()

    def _connected(self) -> sqlite3.Connection:
        if self._connection is not None and not self._depth and self._moved():
            # Set aside by another process, or deleted: what is written into it nobody would find.
            self.close()
            self._notices.append(f"{self.path} is another file than before; that one is used now")
        if self._connection is None:
            self._connection = self._rescued(self._connect)
        return self._connection

    def _moved(self) -> bool:
        return self.path is not None and identity(self.path) != self._identity

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = connect(self.path)
        except sqlite3.Error as error:
            raise self._converted(error) from error
        self._identity = None if self.path is None else identity(self.path)
        return connection

    def _run(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        try:
            return self._connected().execute(sql, values)
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise self._converted(error) from error

    def _fetched(self, sql: str, values: Sequence[object]) -> list[Row]:
        cursor = self._run(sql, values)
        try:
            return cursor.fetchall()  # most pages are read, and found damaged, here
        except sqlite3.Error as error:
            raise self._converted(error) from error

    def _converted(self, error: sqlite3.Error) -> StoreError:
        if is_corrupt(error):
            return Damaged(f"{self.path}: the store is damaged: {error}")
        return explain(error, self.path or ":memory:")

    def _roll_back(self, name: str) -> None:
        connection = self._connection
        if connection is None or not connection.in_transaction:
            return  # SQLite rolled back by itself, as it does on the gravest errors
        try:
            if self._depth:
                connection.execute(f"ROLLBACK TO {name}")
                connection.execute(f"RELEASE {name}")
            else:
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise self._converted(error) from error

    def _rescued(self, action: Callable[[], T]) -> T:
        """Run ``action``; if the file is damaged, set it aside and run it once more on a new one.

        Not inside a transaction: half of it would be lost with the old file.
        """
        seen = None if self.path is None else identity(self.path)
        try:
            return action()
        except Damaged:
            if self._depth or self.path is None:
                raise
        self._set_aside(self.path, seen if self._connection is None else self._identity)
        return action()

    def _set_aside(self, path: Path, seen: int | None) -> None:
        self.close()
        try:
            aside = set_aside(path, seen)
        except OSError as error:
            raise StoreError(
                f"{path}: the store is damaged and cannot be set aside: {error.strerror or error}"
            ) from error
        if aside is not None:
            self._notices.append(
                f"{path} was damaged: it was set aside as {aside.name} and a new one was begun"
            )
