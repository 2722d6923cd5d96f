"""Which processes deliver what is due: each says so every few seconds, until it ends or dies."""

from __future__ import annotations

import os
import socket
import sys
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from alexa_cli.store.rows import EventRow

if TYPE_CHECKING:
    from datetime import datetime

    from alexa_cli.store.store import Store

DELIVERER = "deliverer"
HEARTBEAT_SECONDS = 15.0
"""For how long a deliverer counts as running after it registered; register again before."""


def owner_id() -> str:
    """Return a name for this process that no other process has, here or on another machine."""
    return f"{_place()}/{os.getpid()}/{os.urandom(4).hex()}"


def is_dead(owner: str) -> bool:
    """Whether that process surely runs no more. False if it cannot be known from here."""
    place, _, rest = owner.partition("/")
    pid = rest.partition("/")[0]
    if place != _place() or not pid.isdecimal() or sys.platform == "win32":
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


@lru_cache(maxsize=1)
def _place() -> str:
    """Return what processes share that see each other's numbers: machine, start-up, container."""
    parts = [socket.gethostname()]
    try:
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()[:8])
        parts.append(str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]"))
    except OSError:
        pass  # no such files on this system: its name will do
    return "+".join(parts).replace("/", "+")


def register(
    store: Store, owner: str, now: datetime | None = None, *, program: str = "alexa chat"
) -> None:
    """Say that ``owner`` delivers what is due, for the next ``HEARTBEAT_SECONDS``."""
    at = store.clock() if now is None else now.timestamp()
    store.append(
        EventRow(
            id=f"{DELIVERER}/{owner}", kind=DELIVERER, conversation=program, at=at,
            expires_at=at + HEARTBEAT_SECONDS,
        )
    )  # fmt: skip


def unregister(store: Store, owner: str) -> None:
    """Say that ``owner`` delivers no longer."""
    store.delete([f"{DELIVERER}/{owner}"])


def anybody_delivering(store: Store, now: datetime | None = None) -> str | None:
    """Return the program (``alexa watch``) that delivers what is due, None if none is running."""
    at = store.clock() if now is None else now.timestamp()
    for row in store.events(kind=DELIVERER):
        alive = row.expires_at is not None and row.expires_at > at
        if alive and not is_dead(row.id.removeprefix(f"{DELIVERER}/")):
            return row.conversation or "alexa chat"
    return None
