"""The store: one SQLite file for everything that outlives a turn.

Plain and synchronous, safe for threads and for several processes. Rows that have expired are
never read, whether or not they were swept already.
"""

# ruff: noqa: S608 - what is spliced into SQL here are names from this file, never values
from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from alexa_cli.errors import AlexaError
from alexa_cli.store import coding
from alexa_cli.store.database import Database
from alexa_cli.store.ids import IdMaker
from alexa_cli.store.masking import no_mask
from alexa_cli.store.rows import EventRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from alexa_cli.store.masking import Mask

T = TypeVar("T")

_COLUMNS = ", ".join(
    f"CAST(e.{name} AS {kind})"
    for kind, names in (
        ("TEXT", ("id", "kind", "conversation", "turn")), ("REAL", ("at",)),
        ("TEXT", ("content_ref",)), ("REAL", ("expires_at",)),
    )
    for name in names
)  # fmt: skip
"""In the order of EventRow's fields, cast: SQLite keeps any type in any column."""
_BATCH = 500
"""Ids deleted by one statement; SQLite allows 999 values in one."""


class Store:
    """The SQLite file at ``path``; ``":memory:"`` keeps nothing (``--no-save``).

    It is opened by the first use. ``notices`` collects what the user should be told on stderr
    (a damaged file was set aside). ``clock`` returns Unix seconds. ``mask`` hides secrets in
    everything that ``encode`` makes.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        clock: Callable[[], float] = time.time,
        mask: Mask = no_mask,
    ) -> None:
        self.path = None if str(path) == ":memory:" else Path(path)
        self.clock = clock
        self.mask = mask
        self.notices: list[str] = []
        self.database = Database(self.path, self.notices)
        self._ids = IdMaker(clock)

    def open(self) -> Store:
        """Open the file now. Raises ConfigError if a newer version wrote it, or StoreError."""
        self.database.open()
        return self

    def close(self) -> None:
        """Close the file. What was in memory is gone."""
        self.database.close()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside happens, or nothing. May be nested; never await inside."""
        return self.database.transaction()

    def write(self, action: Callable[[], T]) -> T:
        """Run ``action`` in a transaction and return what it returns.

        If the file proves damaged it is set aside and ``action`` runs again on a new one.
        """
        return self.database.write(action)

    def new_id(self, prefix: str) -> str:
        """Return ``t-1m5q9zk3f`` for ``t``: sorted by time, never twice from this store."""
        return self._ids.make(prefix)

    def encode(self, value: object) -> bytes:
        """Return the bytes to store, secrets masked. Raises AlexaError for what is not JSON."""
        return self.mask(coding.encode(value))

    # Writing ------------------------------------------------------------------------------

    def append(
        self, event: EventRow, content: bytes | None = None, *, replace: bool = True
    ) -> None:
        """Write an event and its content, in place of what has the same id.

        ``content`` is kept under ``event.content_ref``, or under the event's id if that is None.
        With ``replace=False`` an id that is taken raises KeyError and nothing is written.
        """
        verb = "INSERT OR REPLACE" if replace else "INSERT"
        at = self.clock() if event.at is None else event.at
        ref = event.content_ref
        if ref is None and content is not None:
            ref = event.id
        ref = None if ref is None else coding.storable(ref)
        names = [*map(coding.storable, (event.id, event.kind, event.conversation, event.turn))]

        def write() -> None:
            self.database.execute(
                f"{verb} INTO events (id, kind, conversation, turn, at, content_ref, expires_at) "
                "VALUES (?,?,?,?,?,?,?)",
                (*names, at, ref, event.expires_at),
            )
            if content is not None:
                self.database.execute(
                    "INSERT OR REPLACE INTO contents VALUES (?,?,?,?)",
                    (ref, *coding.pack(content), event.expires_at),
                )

        try:
            self.database.write(write)
        except sqlite3.IntegrityError:
            raise KeyError(event.id) from None

    def delete(self, ids: Sequence[str]) -> int:
        """Delete these events and the contents they refer to; returns how many events went."""

        def write() -> int:
            deleted = 0
            for start in range(0, len(ids), _BATCH):
                some = [coding.storable(each) for each in ids[start : start + _BATCH]]
                chosen = f"IN ({','.join('?' * len(some))})"
                self.database.execute(
                    "DELETE FROM contents WHERE id IN "
                    f"(SELECT content_ref FROM events WHERE id {chosen})",
                    some,
                )
                deleted += self.database.execute(f"DELETE FROM events WHERE id {chosen}", some)
            return deleted

        return self.database.write(write)

    # Reading ------------------------------------------------------------------------------

    def events(
        self,
        *,
        kind: str | None = None,
        conversation: str | None = None,
        turn: str | None = None,
        before: float | None = None,
        limit: int | None = None,
        newest_first: bool = True,
    ) -> list[EventRow]:
        """Return the events that match, none expired. ``before``: Unix seconds, exclusive."""
        where, values = _where(kind, conversation, turn, before=before)
        chosen = f"{where} AND {alive('e')} {_order(newest_first)}"
        rows = self.database.query(
            f"SELECT {_COLUMNS} FROM events e WHERE {chosen}",
            (*values, self.clock(), -1 if limit is None else limit),
        )
        return [EventRow(*row) for row in rows]

    def contents(
        self,
        *,
        kind: str,
        conversation: str | None = None,
        since: float | None = None,
        before: float | None = None,
        limit: int | None = None,
    ) -> list[tuple[EventRow, bytes]]:
        """Return events of a kind with their contents by one read, the newest first.

        ``since`` (inclusive) and ``before`` (exclusive): Unix seconds. What cannot be unpacked is
        left out, with a notice.
        """
        where, values = _where(kind, conversation, since=since, before=before)
        now = self.clock()
        rows = self.database.query(
            f"SELECT {_COLUMNS}, c.bytes, c.codec FROM events e JOIN contents c "
            f"ON c.id = e.content_ref WHERE {where} AND {alive('e')} AND {alive('c')} {_order()}",
            (*values, now, now, -1 if limit is None else limit),
        )
        found: list[tuple[EventRow, bytes]] = []
        for row in rows:
            event = EventRow(*row[:-2])
            try:
                found.append((event, coding.unpack(*row[-2:])))
            except AlexaError as error:
                self.notices.append(f"{event.id} cannot be read: {error.message}")
        return found

    def event(self, event_id: str) -> EventRow | None:
        """Return the event with this id; None if there is none, or it expired."""
        rows = self.database.query(
            f"SELECT {_COLUMNS} FROM events e WHERE e.id = ? AND {alive('e')}",
            (coding.storable(event_id), self.clock()),
        )
        return EventRow(*rows[0]) if rows else None

    def ids(self, kind: str, prefix: str, limit: int) -> list[str]:
        """Return the ids of this kind that begin with ``prefix``, in order, at most ``limit``."""
        prefix = coding.storable(prefix)
        rows = self.database.query(
            "SELECT CAST(e.id AS TEXT) FROM events e WHERE e.id >= ? AND e.id < ? AND e.kind = ? "
            f"AND {alive('e')} ORDER BY e.id LIMIT ?",
            (prefix, prefix + "\U0010ffff", kind, self.clock(), limit),
        )
        return [row[0] for row in rows]

    def content(self, ref: str) -> bytes | None:
        """Return a content as it was given to ``append``; None if there is none, or it expired."""
        rows = self.database.query(
            f"SELECT bytes, codec FROM contents c WHERE c.id = ? AND {alive('c')}",
            (coding.storable(ref), self.clock()),
        )
        return coding.unpack(*rows[0]) if rows else None

    def size(self) -> int:
        """Return the bytes in use: the file's, less what is free inside it."""
        pages, free, page = (
            self.database.query(f"PRAGMA {name}")[0][0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * page)


def alive(table: str) -> str:
    """Return SQL that a row has not expired; it takes one value, now in Unix seconds."""
    return f"({table}.expires_at IS NULL OR {table}.expires_at > ?)"


def _where(
    kind: str | None, conversation: str | None = None, turn: str | None = None, *,
    since: float | None = None, before: float | None = None,
) -> tuple[str, list[object]]:  # fmt: skip
    """Return SQL and its values for what is asked for; everything if nothing is."""
    wanted: list[tuple[str, object]] = [
        (f"e.{column} = ?", coding.storable(value))
        for column, value in (("kind", kind), ("conversation", conversation), ("turn", turn))
        if value is not None
    ]
    if since is not None:
        wanted.append(("e.at >= ?", since))
    if before is not None:
        wanted.append(("e.at < ?", before))
    sql = " AND ".join(condition for condition, _ in wanted) or "1"
    return sql, [value for _, value in wanted]


def _order(newest_first: bool = True) -> str:  # noqa: FBT001, FBT002 - one file's helper
    """Return SQL that orders by time, what came in later being later; it takes a limit."""
    order = "DESC" if newest_first else "ASC"
    return f"ORDER BY e.at {order}, e.rowid {order} LIMIT ?"
