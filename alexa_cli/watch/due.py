"""What is due later, in the store, so that any process may schedule it and one delivers it.

A one-shot command sets a timer and ends; whoever runs next (the REPL, a later service) claims
what is due. A claim is atomic: of several processes exactly one gets it.
"""

from __future__ import annotations

import math
import os
import socket
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError
from alexa_cli.store import coding
from alexa_cli.store.rows import EventRow

if TYPE_CHECKING:
    from alexa_cli.store.store import Store

DUE, DELIVERED, DELIVERER = "due", "delivered", "deliverer"
HEARTBEAT_SECONDS = 15.0
"""For how long a deliverer counts as running after it registered; register again before."""
DELIVERED_KEPT = 86_400.0
"""Seconds for which a delivered thing stays in the store, to see what rang."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something to tell the user at a time."""

    expert: str
    key: str
    """The expert's own name for it; one expert's keys are distinct."""
    at: datetime
    """Timezone-aware, UTC when read back."""
    text: str
    conversation: str = ""


def schedule(
    store: Store, *, at: datetime, text: str, expert: str, key: str, conversation: str = ""
) -> None:
    """Have ``text`` delivered at ``at`` (timezone-aware), in place of what has the same key."""
    due = Due(expert, key, at.astimezone(UTC), text, conversation)
    store.append(
        EventRow(id=_row_id(expert, key), kind=DUE, conversation=conversation, at=at.timestamp()),
        store.encode(due),
    )


def cancel(store: Store, expert: str, key: str) -> bool:
    """Forget it; returns whether it was still to come."""

    def take_back() -> bool:
        row = store.event(_row_id(expert, key))
        return row is not None and row.kind == DUE and store.delete([row.id]) > 0

    return store.write(take_back)


def claim(store: Store, now: datetime, owner: str) -> list[Due]:
    """Return what is due at ``now`` and nobody has claimed, the earliest first.

    It is the caller's to deliver from here on, nobody else gets it; ``owner`` is noted.
    """
    until = math.nextafter(now.timestamp(), math.inf)  # due exactly now is due
    if not store.events(kind=DUE, before=until, limit=1, newest_first=False):
        return []  # the usual case takes no lock

    def take() -> list[Due]:
        return [
            due
            for row in store.events(kind=DUE, before=until, newest_first=False)
            if (due := _take(store, row, owner)) is not None
        ]

    return store.write(take)


def upcoming(store: Store) -> list[Due]:
    """Return what nobody has claimed yet, the earliest first; it may be overdue."""
    rows = store.events(kind=DUE, newest_first=False)
    return [due for row in rows if (due := _read(store, row)) is not None]


def owner_id() -> str:
    """Return a name for this process that no other process has, here or on another machine."""
    return f"{socket.gethostname()}/{os.getpid()}/{os.urandom(4).hex()}"


def register(store: Store, owner: str, now: datetime | None = None) -> None:
    """Say that ``owner`` delivers what is due, for the next ``HEARTBEAT_SECONDS``."""
    at = store.clock() if now is None else now.timestamp()
    store.append(
        EventRow(
            id=f"{DELIVERER}/{owner}", kind=DELIVERER, at=at, expires_at=at + HEARTBEAT_SECONDS
        )
    )


def unregister(store: Store, owner: str) -> None:
    """Say that ``owner`` delivers no longer."""
    store.delete([f"{DELIVERER}/{owner}"])


def anybody_delivering(store: Store, now: datetime | None = None) -> str | None:
    """Return the owner of a process that delivers what is due, None if none is running."""
    at = store.clock() if now is None else now.timestamp()
    for row in store.events(kind=DELIVERER):
        if row.expires_at is not None and row.expires_at > at:
            return row.id.removeprefix(f"{DELIVERER}/")
    return None


def _row_id(expert: str, key: str) -> str:
    return f"{DUE}/{expert}/{key}"


def _take(store: Store, row: EventRow, owner: str) -> Due | None:
    """Mark one row as delivered by ``owner`` and return what it says."""
    due = _read(store, row)
    taken = replace(row, kind=DELIVERED, turn=owner, expires_at=store.clock() + DELIVERED_KEPT)
    store.append(taken, store.encode(due))
    return due


def _read(store: Store, row: EventRow) -> Due | None:
    """Return what a row says; None, and a notice, if it cannot be read."""
    try:
        return coding.build(coding.decode(store.content(row.content_ref or row.id) or b""), Due)
    except AlexaError as error:
        store.notices.append(f"something due at {row.at} is lost: {error.message}")
        return None
