"""Turns as OpenTelemetry-like spans, one JSON object a line."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError
from alexa_cli.store import coding
from alexa_cli.trace import names
from alexa_cli.trace.save import TRACE, TurnRecord

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from alexa_cli.store.store import Store
    from alexa_cli.turn import Json


def export(store: Store, since: datetime | None = None) -> Iterator[dict[str, Json]]:
    """Yield every span of the turns since then, the oldest turn first, its root span first."""
    for record in records(store, since):
        yield from spans_of(record)


def records(store: Store, since: datetime | None = None) -> Iterator[TurnRecord]:
    """Yield the stored turns since then, the oldest first; one that cannot be read is noticed."""
    oldest = None if since is None else since.timestamp()
    rows = [
        row
        for row in store.events(kind=TRACE, newest_first=False)
        if oldest is None or (row.at is not None and row.at >= oldest)
    ]
    for row in rows:
        try:
            content = store.content(row.content_ref or row.id)
            if content is None:
                continue  # it expired meanwhile
            yield coding.build(coding.decode(content), TurnRecord)
        except AlexaError as error:
            store.notices.append(f"turn {row.turn} cannot be read: {error.message}")


def spans_of(record: TurnRecord) -> Iterator[dict[str, Json]]:
    """Yield the turn as a root span and its spans below it. Times are Unix nanoseconds."""
    trace_id = hashlib.blake2b(record.turn.encode(), digest_size=16).hexdigest()
    begun = int(record.at.timestamp() * 1_000_000_000)
    root = _span_id(record.turn, "")

    def span(span_id: str, parent: str | None, name: str, start: float, end: float,
             attributes: dict[str, Json]) -> dict[str, Json]:  # fmt: skip
        return {
            "trace_id": trace_id,
            "span_id": span_id,
            "parent_span_id": parent,
            "name": name,
            "start_time_unix_nano": begun + int(start * 1_000_000_000),
            "end_time_unix_nano": begun + int(end * 1_000_000_000),
            "attributes": attributes,
            "status": {"code": "ERROR" if names.ERROR_TYPE in attributes else "OK"},
        }

    about: dict[str, Json] = {
        names.TURN: record.turn,
        names.CONVERSATION: record.conversation,
        names.OPERATION: "invoke_agent",
        names.WORDS: record.words,
        names.REPLY: record.reply,
        names.STATUS: record.status,
        names.VERIFIED: record.verified,
        names.UNDONE: record.undone,
    }
    if record.error is not None:
        about[names.ERROR_TYPE] = record.error
    yield span(root, None, "turn", 0.0, record.seconds, about)
    for each in record.spans:
        parent = root if each.parent is None else _span_id(record.turn, each.parent)
        own = _span_id(record.turn, each.id)
        yield span(own, parent, each.name, each.start, each.end, each.attributes)


def _span_id(turn: str, span: str) -> str:
    return hashlib.blake2b(f"{turn} {span}".encode(), digest_size=8).hexdigest()
