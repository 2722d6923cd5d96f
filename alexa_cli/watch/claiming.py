"""Who tells what: claimed by one process, for so long, until it is told.

A claim takes what is due out of ``due`` and puts it into ``ringing``, with the claimer's name and
the end of its lease, and in the same transaction puts the next occurrence into ``due``. So of any
number of processes exactly one has it, and wherever one of them dies nothing is lost: when the
lease is over, or its holder is seen to be dead, somebody else claims it. What was being told at
that very moment is told once more, and says that it may have been told before.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError
from alexa_cli.store import coding
from alexa_cli.store.rows import EventRow
from alexa_cli.watch import recurrence
from alexa_cli.watch.due import DUE, RINGING, Due, put, put_delivered, read, row_id
from alexa_cli.watch.running import is_dead

if TYPE_CHECKING:
    from alexa_cli.store.store import Store

LEASE = 60.0
"""Seconds for which a claim holds; every step of the delivery renews it."""
LONGEST_WAIT = 3_600.0
"""Seconds. A row that waits longer was written while the clock was ahead."""
TELLING, TOLD, FAILED, GIVEN_UP = "telling", "told", "failed", "given up"


@dataclass(frozen=True, slots=True)
class Ring:
    """What was claimed: to be told on each channel, by its holder."""

    id: str
    due: Due
    owner: str
    channels: dict[str, str] = field(default_factory=dict)
    """How far each way of telling it is; one that is not here was not begun."""
    failures: dict[str, int] = field(default_factory=dict)
    """How often each channel has failed."""

    @property
    def told(self) -> bool:
        """Whether anybody has been told, for sure."""
        return TOLD in self.channels.values()


def claim(store: Store, now: datetime, owner: str) -> list[Ring]:
    """Return what is due at ``now`` and nobody holds, the earliest first.

    It is the caller's to tell from here on, for ``LEASE`` seconds after each step.
    """
    until = math.nextafter(now.timestamp(), math.inf)  # due exactly now is due

    def ready() -> list[EventRow]:
        due = store.events(kind=DUE, before=until, newest_first=False)
        held = store.events(kind=RINGING, newest_first=False)
        return due + [row for row in held if _free(row, now)]

    if not ready():
        return []  # the usual case takes no lock

    def take() -> list[Ring]:
        return [ring for row in ready() if (ring := _take(store, row, now, owner)) is not None]

    return sorted(store.write(take), key=lambda ring: ring.due.at)


def step(store: Store, ring: Ring, now: datetime, channel: str, state: str) -> Ring | None:
    """Note how far a channel is. None: it is the holder's no more, or was cancelled."""
    failures = dict(ring.failures)
    if state == FAILED:
        failures[channel] = failures.get(channel, 0) + 1
    due = ring.due
    if state == TOLD and due.told is None:
        due = replace(due, told=now.astimezone(UTC))
    channels = {**ring.channels, channel: state}
    changed = replace(ring, due=due, channels=channels, failures=failures)
    return changed if _write_held(store, changed, now.timestamp() + LEASE) else None


def wait(store: Store, ring: Ring, until: datetime) -> bool:
    """Let go of it until then: whoever is there will go on."""
    return _write_held(store, ring, until.timestamp(), holder="")


def finish(store: Store, ring: Ring) -> bool:
    """Note that all is told that can be; False if it is the holder's no more."""

    def write() -> bool:
        if not _held(store, ring):
            return False
        store.delete([ring.id])
        put_delivered(store, ring.due, ring.owner, store.encode(_content(ring)))
        return True

    return store.write(write)


def occurrence_due(due: Due, now: datetime) -> tuple[Due, Due | None]:
    """Return what is to be told at ``now``, and what comes next.

    Of several occurrences that are over the latest is told, with how many were missed.
    """
    if due.repeat is None:
        return due, None
    at = due.at.astimezone(UTC)
    last = recurrence.occurrence(at, due.tz)
    if due.local is not None:
        last = replace(last, local=due.local)
    end = now if due.until is None else min(now, due.until)
    missed, last = recurrence.skip(due.repeat, last, due.tz, end)
    upcoming: Due | None = None
    for each in recurrence.following(due.repeat, last, due.tz):
        if due.until is not None and each.at > due.until:
            break
        if each.at > now:
            upcoming = replace(due, at=each.at, local=each.local, missed=0)
            break
        missed, last = missed + 1, each
    return replace(due, at=last.at, local=last.local, missed=due.missed + missed), upcoming


def _free(row: EventRow, now: datetime) -> bool:
    """Whether nobody holds it: the lease is over, or whoever had it is dead."""
    left = (row.at or 0.0) - now.timestamp()
    return left <= 0 or left > LONGEST_WAIT + LEASE or (row.turn != "" and is_dead(row.turn))


def _take(store: Store, row: EventRow, now: datetime, owner: str) -> Ring | None:
    if row.kind == RINGING:
        return _take_over(store, row, now, owner)
    due = read(store, row)
    store.delete([row.id])
    if due is None:
        return None
    try:
        told, upcoming = occurrence_due(due, now)
    except (AlexaError, ValueError, OverflowError) as error:
        store.notices.append(f"{due.expert}: '{due.text[:60]}' is not repeated: {error}")
        told, upcoming = due, None
    if upcoming is not None:
        put(store, upcoming)
    ring = Ring(row_id(RINGING, told), told, owner)
    _put(store, ring, now.timestamp() + LEASE, owner)
    return ring


def _take_over(store: Store, row: EventRow, now: datetime, owner: str) -> Ring | None:
    due = read(store, row)
    if due is None:
        store.delete([row.id])
        return None
    content = coding.decode(store.content(row.content_ref or row.id) or b"")
    ring = Ring(row.id, due, owner, content.get("channels", {}), content.get("failures", {}))
    _put(store, ring, now.timestamp() + LEASE, owner)
    return ring


def _write_held(store: Store, ring: Ring, at: float, holder: str | None = None) -> bool:
    def write() -> bool:
        if not _held(store, ring):
            return False
        _put(store, ring, at, ring.owner if holder is None else holder)
        return True

    return store.write(write)


def _held(store: Store, ring: Ring) -> bool:
    row = store.event(ring.id)
    return row is not None and row.turn == ring.owner


def _put(store: Store, ring: Ring, at: float, holder: str) -> None:
    row = EventRow(id=ring.id, kind=RINGING, turn=holder, conversation=ring.due.conversation, at=at)
    store.append(row, store.encode(_content(ring)))


def _content(ring: Ring) -> dict[str, object]:
    plain: dict[str, object] = coding.plain(ring.due)
    return {**plain, "channels": ring.channels, "failures": ring.failures}


def waits(failures: int) -> timedelta:
    """Return how long to wait before a channel that failed so often is tried again."""
    return timedelta(seconds=min(10.0 * 6 ** (failures - 1), 900.0))
