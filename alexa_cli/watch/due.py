"""What is due later, in the store, so that any process may schedule it and one delivers it.

A one-shot command sets a timer and ends; whoever runs next (the REPL, ``alexa watch``) claims
what is due (``claiming``). A row is ``due`` until it is claimed, ``ringing`` while somebody
delivers it, and ``delivered`` for a while afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError
from alexa_cli.store import coding
from alexa_cli.store.rows import EventRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alexa_cli.store.store import Store

DUE, RINGING, DELIVERED = "due", "ringing", "delivered"
DELIVERED_KEPT = 7 * 86_400.0
"""Seconds for which a delivered thing stays in the store: to snooze it, to see what rang."""


@dataclass(frozen=True, slots=True)
class Due:
    """Something to tell the user at a time."""

    expert: str
    key: str
    """The expert's own name for it; one expert's keys are distinct."""
    at: datetime
    """When it is due, or was. Timezone-aware, UTC when read back."""
    text: str
    conversation: str = ""
    repeat: str | None = None
    """A rule such as ``FREQ=DAILY;BYHOUR=6;BYMINUTE=45``, in the wall-clock time of ``tz``."""
    kind: str = "notice"
    """``notice``, ``timer``, ``alarm`` or ``reminder``."""
    until: datetime | None = None
    """No occurrence of ``repeat`` is later than this."""
    tz: str = "UTC"
    """IANA name."""
    local: datetime | None = None
    """The wall-clock time that the rule named, without a zone; None: that of ``at``."""
    missed: int = 0
    """Occurrences before this one that came while nobody ran: they are not told one by one."""
    told: datetime | None = None
    """When it was told first, which may be long after ``at``; None: not yet."""

    @property
    def heard(self) -> datetime:
        """When it was told, as far as that is known."""
        return self.told or self.at


def schedule(store: Store, due: Due) -> None:
    """Have it delivered at its time, in place of what is due under the same key.

    Raises AlexaError for a ``repeat`` that is no rule.
    """
    if due.repeat is not None:
        from alexa_cli.watch import recurrence  # noqa: PLC0415 - most things come once

        recurrence.check(due.repeat, recurrence.occurrence(due.at, due.tz), due.tz)

    def write() -> None:
        put(store, replace(due, at=due.at.astimezone(UTC)))
        store.database.promise()

    store.write(write)


def put(store: Store, due: Due) -> None:
    """Write what is due, in place of what is due under the same key."""
    row = EventRow(
        id=row_id(DUE, due), kind=DUE, conversation=due.conversation, at=due.at.timestamp()
    )
    store.append(row, store.encode(due))


def put_delivered(store: Store, due: Due, owner: str, content: bytes) -> None:
    """Write that it was told, by ``owner``."""
    row = EventRow(
        id=row_id(DELIVERED, due), kind=DELIVERED, turn=owner, conversation=due.conversation,
        at=due.at.timestamp(), expires_at=store.clock() + DELIVERED_KEPT,
    )  # fmt: skip
    store.append(row, content)


def cancel(store: Store, expert: str, key: str) -> bool:
    """Forget it; returns whether it was still to come.

    What came already and is being told is told no further: no hook is tried again.
    """

    def write() -> bool:
        ringing = store.ids(RINGING, f"{RINGING}/{expert}/{key}/", 1_000)
        for row in filter(None, map(store.event, ringing)):
            told = read(store, row)
            if told is not None and told.told is not None:
                put_delivered(store, told, row.turn, store.encode(told))
        if ringing:
            store.delete(ringing)
        return store.delete([f"{DUE}/{expert}/{key}"]) > 0

    return store.write(write)


def pending(store: Store, expert: str | None = None) -> list[Due]:
    """Return what is still to come (of one expert), the earliest first; it may be overdue."""
    return list(_read_all(store, store.events(kind=DUE, newest_first=False), expert))


def delivered(store: Store, expert: str | None = None, limit: int = 20) -> list[Due]:
    """Return what was told (of one expert), what was due last first.

    What was told here counts at once, even if a program or a request still fails to tell it.
    """
    found = [due for due in _read_all(store, store.events(kind=RINGING), expert) if due.told]
    found += islice(_read_all(store, store.events(kind=DELIVERED), expert), limit)
    return sorted(found, key=lambda due: due.at, reverse=True)[:limit]


def read(store: Store, row: EventRow) -> Due | None:
    """Return what a row says; None, and a notice, if it cannot be read."""
    try:
        return coding.build(coding.decode(store.content(row.content_ref or row.id) or b""), Due)
    except AlexaError as error:
        store.notices.append(f"something due at {row.at} is lost: {error.message}")
        return None


def row_id(state: str, due: Due) -> str:
    """Return the id of its row: one a key while it is due, one an occurrence afterwards."""
    when = "" if state == DUE else f"/{due.at.timestamp():.3f}"
    return f"{state}/{due.expert}/{due.key}{when}"


def _read_all(store: Store, rows: Iterable[EventRow], expert: str | None) -> Iterable[Due]:
    for row in rows:
        if expert is None or row.id.startswith(f"{row.kind}/{expert}/"):
            due = read(store, row)
            if due is not None:
                yield due
