"""What is too old or too much goes, a bounded piece of work at a time.

``tidy`` is called after every turn. It looks at two small things: when it last finished, and how
large the file is. Only once a day, or while the file is too large, it deletes; and then at most
``BATCH`` turns, some tens of milliseconds, the rest after the next turns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.store.state import ExpertStore

if TYPE_CHECKING:
    from alexa_cli.store.store import Store

DAY = 86_400.0
BATCH = 500
"""Turns deleted at one time."""
PAGES = 4_000
"""Pages of 4 kB given back to the file system at one time."""
LOW_WATER = 0.9
"""A file that was too large is emptied to this part of its limit."""
TURN_KINDS = ("turn", "trace", "exchange", "usage", "plan")
"""All that holds something of a turn: its summary and record, what language models were asked and
answered for it, what that took, and the plan that is kept for the same words."""

_HOUSE = ""
"""The house's own state is kept under the expert of no name."""
_FINISHED, _SHRINKING = "retention_finished", "retention_shrinking"


def tidy(store: Store, *, keep: float, max_size: int) -> int:
    """Delete turns older than ``keep`` seconds and, beyond ``max_size`` bytes, the oldest.

    Returns how many rows went; 0 on all but a few turns.
    """
    memory = ExpertStore(store, _HOUSE)
    now, size = store.clock(), store.size()
    shrinking = size > max_size or (bool(memory.get(_SHRINKING)) and size > max_size * LOW_WATER)
    finished = memory.get(_FINISHED)
    if not shrinking and isinstance(finished, (int, float)) and 0 <= now - finished < DAY:
        return 0
    deleted = sweep(store, now, limit=2 * BATCH)
    deleted += _older_than(store, now - keep)
    if shrinking:
        deleted += _oldest(store)
    with store.transaction():
        if memory.get(_SHRINKING, default=False) != shrinking:
            memory.set(_SHRINKING, shrinking)
        if deleted == 0:
            memory.set(_FINISHED, now)
    if deleted:
        store.database.give_back(PAGES)
    return deleted


def sweep(store: Store, now: float | None = None, *, limit: int | None = None) -> int:
    """Delete what has expired, ``limit`` rows at most; returns how many rows went."""
    at = store.clock() if now is None else now
    most = -1 if limit is None else limit

    def delete() -> int:
        return sum(
            store.database.execute(
                f"DELETE FROM {table} WHERE rowid IN "  # noqa: S608 - names from this file
                f"(SELECT rowid FROM {table} t WHERE t.expires_at <= ? LIMIT ?)",
                (at, most),
            )
            for table in ("contents", "events")
        )

    return store.write(delete)


def _older_than(store: Store, at: float) -> int:
    """Delete turns from before ``at``, whatever ``keep`` was when they were saved."""
    old = [
        row.id
        for kind in TURN_KINDS
        for row in store.events(kind=kind, before=at, limit=BATCH, newest_first=False)
    ]
    return store.delete(old) if old else 0


def _oldest(store: Store) -> int:
    """Delete the oldest turns with all that belongs to them, but never the last one."""
    last = {row.turn for row in store.events(kind=TURN_KINDS[0], limit=1)}
    turns = store.events(kind=TURN_KINDS[0], limit=BATCH, newest_first=False)
    newest = [row.at for row in turns if row.at is not None and row.turn not in last][-1:]
    until = newest[0] if newest else None  # what is younger stays with its turn
    old = [
        row.id
        for kind in TURN_KINDS
        for row in store.events(kind=kind, limit=BATCH, newest_first=False)
        if row.turn not in last and (until is None or row.at is None or row.at <= until)
    ]
    return store.delete(old) if old else 0
