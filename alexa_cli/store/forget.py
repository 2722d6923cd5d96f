"""Forgetting on purpose: gone from the tables, from the file's free pages and from its log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alexa_cli.store.retention import TURN_KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from alexa_cli.store.store import Store

_EVERYTHING = 2**31 - 1
"""More pages than any file has."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much went."""

    turns: int = 0
    conversations: int = 0
    values: int = 0
    """What experts remembered: keys and scheduled things."""


def forget(
    store: Store, *, conversation: str | None = None, memory: bool = False, traces: bool = False
) -> Forgotten:
    """Erase one conversation (its state and its turns), all experts' memory, or all turns."""

    def erase() -> Forgotten:
        turns = conversations = values = 0
        if conversation is not None:
            turns += _events(store, TURN_KINDS, conversation)
            conversations += _events(store, ("conversation",), conversation)
        if traces:
            turns += _events(store, TURN_KINDS)
        if memory:
            values += store.database.execute("DELETE FROM state WHERE expert <> ''")
            values += _events(store, ("due", "delivered"))
        return Forgotten(turns, conversations, values)

    forgotten = store.write(erase)
    scrub(store)
    return forgotten


def forget_all(store: Store) -> Forgotten:
    """Erase everything in the store."""

    def erase() -> Forgotten:
        turns, conversations = _count(store, "turn"), _count(store, "conversation")
        values = store.database.execute("DELETE FROM state") + _count(store, "due")
        for table in ("contents", "events"):
            store.database.execute(f"DELETE FROM {table}")  # noqa: S608 - one of these two
        return Forgotten(turns, conversations, values)

    forgotten = store.write(erase)
    scrub(store)
    return forgotten


def scrub(store: Store) -> None:
    """Leave nothing of what was deleted in the file or in its log.

    Deleted rows are overwritten as they go (``secure_delete``); old pages remain in the log until
    it is taken over into the file. With another process reading that happens when it is done.
    """
    store.database.give_back(_EVERYTHING)
    store.database.query("PRAGMA wal_checkpoint(TRUNCATE)")


def set_aside_files(store: Store) -> list[Path]:
    """Return damaged databases that were set aside: what they hold is not forgotten."""
    if store.path is None:
        return []
    return sorted(store.path.parent.glob(f"{store.path.name}.corrupt-*"))


def _events(store: Store, kinds: tuple[str, ...], conversation: str | None = None) -> int:
    """Delete events of these kinds, expired ones too; returns how many there were of the first."""
    marks = ",".join("?" * len(kinds))
    where = f"kind IN ({marks})" + ("" if conversation is None else " AND conversation = ?")
    values = (*kinds, *(() if conversation is None else (conversation,)))
    counted = _count(store, kinds[0], conversation)
    store.database.execute(
        f"DELETE FROM contents WHERE id IN (SELECT content_ref FROM events WHERE {where})",  # noqa: S608 - our own text
        values,
    )
    store.database.execute(f"DELETE FROM events WHERE {where}", values)  # noqa: S608 - as above
    return counted


def _count(store: Store, kind: str, conversation: str | None = None) -> int:
    where = "kind = ?" + ("" if conversation is None else " AND conversation = ?")
    values = (kind, *(() if conversation is None else (conversation,)))
    rows = store.database.query(f"SELECT count(*) FROM events WHERE {where}", values)  # noqa: S608
    return int(rows[0][0])
