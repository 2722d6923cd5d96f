"""The ledger: every request to a language model and its answer, and what each took.

Two rows an exchange, as with turns: ``usage``, a few numbers that are read by the thousand, and
``exchange``, all that was sent and came back, read when somebody wants to see it. Both are as old
as their turn, so that they go with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from alexa_cli.errors import AlexaError
from alexa_cli.models.chat import Exchange, Usage
from alexa_cli.store import coding
from alexa_cli.store.rows import EventRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from alexa_cli.store.store import Store

EXCHANGE, USAGE = "exchange", "usage"
MOST = 999
"""Exchanges of one turn that are kept, at most: a turn that loops fills no disk."""
LOOK_BACK = (50, 500, 5_000)
"""How many requests are looked through for the one before: few at first, then more."""


@dataclass(frozen=True, slots=True)
class UsageRow:
    """What one request took, and what for."""

    turn: str
    conversation: str
    at: float
    """When its turn began, in Unix seconds."""
    number: int
    model: str
    job: str
    expert: str = ""
    """The expert that the turn's first call went to; "": none was called."""
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    """US dollars; None: unknown."""
    start: float = 0.0
    """Seconds since the turn began."""
    first: float | None = None
    end: float = 0.0
    reason: str = ""
    thrown_away: bool = False
    asked: bool = True
    """False if it failed in a way that costs nothing: it was not reached, or not let in."""


def was_asked(exchange: Exchange) -> bool:
    """Whether a request can have cost anything: not if it is known to have taken no token."""
    usage = exchange.usage
    return exchange.first is not None or usage.input != 0 or usage.output != 0


def save_exchanges(
    store: Store, *, turn: str, conversation: str, at: datetime, exchanges: Sequence[Exchange],
    expert: str, keep: float | None,
) -> None:  # fmt: skip
    """Keep the exchanges of a turn for ``keep`` seconds (None: for good), all of them or none.

    One of the same turn and number is replaced. Raises AlexaError.
    """
    began = at.timestamp()
    expires = None if keep is None else began + keep

    def write() -> None:
        for one in exchanges[:MOST]:
            row = UsageRow(
                turn, conversation, began, one.number, one.model, one.job, expert, one.usage,
                one.cost, one.start, one.first, one.end, one.reason, one.thrown_away,
                was_asked(one),
            )  # fmt: skip
            for kind, content in ((USAGE, row), (EXCHANGE, one)):
                event = EventRow(
                    _row_id(kind, turn, one.number), kind, conversation, turn, began,
                    expires_at=expires,
                )  # fmt: skip
                store.append(event, store.encode(coding.plain(content)))

    if exchanges:
        store.write(write)


def load_exchanges(store: Store, turn: str) -> list[Exchange]:
    """Return what was asked and answered for a turn, in the order in which it began.

    What cannot be read is left out, with a notice.
    """
    found: list[Exchange] = []
    for row in store.ids(EXCHANGE, f"{EXCHANGE}/{turn}/", MOST):
        try:
            content = store.content(row)
            if content is not None:
                found.append(coding.build(coding.decode(content), Exchange))
        except AlexaError as error:
            store.notices.append(f"{row} cannot be read: {error.message}")
    return sorted(found, key=lambda one: (one.start, one.number))


def load_exchange(store: Store, turn: str, number: int) -> Exchange | None:
    """Return one exchange; None if it is not kept. Raises AlexaError if it cannot be read."""
    content = store.content(_row_id(EXCHANGE, turn, number))
    return None if content is None else coding.build(coding.decode(content), Exchange)


def exchange_before(
    store: Store, turn: str, number: int, model: str
) -> tuple[str, Exchange] | None:
    """Return the request to ``model`` that began last before this one, and its turn.

    None if there is none among the last ``LOOK_BACK`` requests. Raises AlexaError if what
    is kept of it cannot be read.
    """
    row_id = _row_id(USAGE, turn, number)
    event, content = store.event(row_id), store.content(row_id)
    this = None if content is None else _usage(content)
    if event is None or event.at is None or this is None:
        return None
    for limit in LOOK_BACK:
        # Turns may begin at one instant, as clocks count: its own is looked at too.
        page = store.contents(kind=USAGE, before=event.at + 1e-6, limit=limit)
        rows = [row for row in (_usage(content) for _, content in page) if row is not None]
        earlier = [row for row in rows if row.model == model and _is_before(row, this)]
        for row in sorted(earlier, key=_when, reverse=True):
            if (kept := load_exchange(store, row.turn, row.number)) is not None:
                return row.turn, kept
        if len(page) < limit:
            break
    return None


def usage_rows(store: Store, since: float | None = None) -> Iterator[UsageRow]:
    """Yield what every request took, the latest turn first. ``since``: Unix seconds.

    What cannot be read is left out.
    """
    for _, content in store.contents(kind=USAGE, since=since):
        if (row := _usage(content)) is not None:
            yield row


def spent_since(store: Store, since: float) -> float:
    """Return the US dollars that requests since then took (Unix seconds), as far as known."""
    rows = (_usage(content) for _, content in store.contents(kind=USAGE, since=since))
    return sum(row.cost or 0.0 for row in rows if row is not None)


def _usage(content: bytes) -> UsageRow | None:
    """Read a row: by the thousand, so not by ``coding.build``."""
    try:
        return msgspec.json.decode(content, type=UsageRow)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _when(row: UsageRow) -> tuple[float, float, int]:
    return row.at + row.start, row.at, row.number


def _is_before(row: UsageRow, this: UsageRow) -> bool:
    return (row.turn, row.number) != (this.turn, this.number) and _when(row) < _when(this)


def _row_id(kind: str, turn: str, number: int) -> str:
    return f"{kind}/{turn}/{number:03d}"
