"""A turn in the store: a short summary for lists, and everything else beside it.

Two events with a content each: ``turn`` (what `trace list` shows) and ``trace`` (the whole
record), so that a list of a hundred thousand turns decodes only what it prints.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime  # noqa: TC003 - read at run time when stored turns are decoded
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError, UsageError
from alexa_cli.store import coding
from alexa_cli.store.rows import EventRow
from alexa_cli.trace.record import Span  # noqa: TC001 - as above
from alexa_cli.turn import Json  # noqa: TC001 - as above

if TYPE_CHECKING:
    from alexa_cli.store.store import Store

TURN, TRACE = "turn", "trace"
_LAST = re.compile(r"last(?:~([0-9]{1,6}))?")
_SUMMARY_CHARACTERS = 200
_AMBIGUOUS = 4
"""Candidates that the error about an ambiguous id names, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRecord:
    """Everything that is kept of a turn. JSON fields are what ``store.coding.plain`` makes."""

    turn: str
    conversation: str = ""
    at: datetime
    """When it really happened."""
    now: datetime
    """What time it was for the turn (``--now``)."""
    tz: str = "UTC"
    language: str = "en"
    words: str = ""
    source: str = "typed"
    reply: str = ""
    status: str = "done"
    """As in ``Finished``."""
    seconds: float = 0.0
    models: tuple[str, ...] = ()
    """Models that were asked, in order; the last one decided."""
    summary: str = ""
    """What was called: ``smart_home.turn_on, timers.start``."""
    plan: Json = None
    """The calls as decided and resolved."""
    decisions: list[Json] = field(default_factory=list)
    outcomes: list[Json] = field(default_factory=list)
    events: list[Json] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    verified: bool = True
    undone: bool = False
    """Whether a later turn took it back."""
    corrected: str | None = None
    """The later turn that said it better, if one did."""
    settings: list[str] = field(default_factory=list)
    """``--set`` of this run."""
    catalogue: str = ""
    """Fingerprint of the catalogue that decided."""
    context: Json = None
    """What a replay needs: the conversation before the turn, lists that experts provided."""
    error: str | None = None
    """What ended the turn, if it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnSummary:
    """A turn as a list shows it. Long texts are cut."""

    turn: str
    conversation: str
    at: datetime
    words: str
    reply: str
    status: str
    seconds: float
    model: str
    """The model that decided, "" if none did."""
    summary: str
    undone: bool = False
    corrected: str | None = None


def save_turn(store: Store, record: TurnRecord, *, keep: float | None = None) -> str:
    """Store a turn for ``keep`` seconds (None: for good) and return its id.

    The id is the record's own, unless another process took the same one at the same moment.
    """
    expires = None if keep is None else record.at.timestamp() + keep
    while not _write(store, record, expires, replace_it=False):
        record = replace(record, turn=store.new_id("t"))
    return record.turn


def update_turn(store: Store, turn: str, *, undone: bool | None = None,
                corrected: str | None = None) -> bool:  # fmt: skip
    """Note what a later turn did to this one; returns False if it is no longer stored."""

    def write() -> bool:
        row = store.event(turn)
        record = _load(store, turn)
        if row is None or record is None:
            return False
        record = replace(
            record,
            undone=record.undone if undone is None else undone,
            corrected=record.corrected if corrected is None else corrected,
        )
        return _write(store, record, row.expires_at, replace_it=True)

    return store.write(write)


def load_turn(store: Store, which: str = "last") -> TurnRecord:
    """Return a turn by ``last``, ``last~1`` (the one before), its id, or the beginning of it.

    Raises UsageError if there is none, or several begin like this.
    """
    turn = find_turn(store, which)
    record = _load(store, turn)
    if record is None:
        raise UsageError(f"of turn {turn} only the summary is stored")
    return record


def find_turn(store: Store, which: str = "last") -> str:
    """Return the id that ``which`` means, as in ``load_turn``."""
    if (last := _LAST.fullmatch(which)) is not None:
        wanted = int(last[1] or 0)
        rows = store.events(kind=TURN, limit=wanted + 1)
        if len(rows) > wanted:
            return rows[wanted].id
        raise UsageError(
            "no turn is stored yet" if not rows else f"only {len(rows)} turns are stored",
            hint='say something first: alexa ask "what can you do"' if not rows else None,
        )
    prefix = which if which.startswith("t-") else f"t-{which}"
    found = store.ids(TURN, prefix, _AMBIGUOUS) if which else []
    if prefix in found or len(found) == 1:
        return prefix if prefix in found else found[0]
    if not found:
        raise UsageError(f"no turn {which!r} is stored", hint="`alexa trace list` lists them")
    raise UsageError(f"several turns begin with {which!r}", hint="one of " + ", ".join(found))


def list_turns(
    store: Store,
    limit: int | None = 20,
    before: datetime | None = None,
    conversation: str | None = None,
) -> list[TurnSummary]:
    """Return the latest turns, the newest first; one that cannot be read is noticed, left out."""
    rows = store.contents(
        kind=TURN,
        conversation=conversation,
        before=None if before is None else before.timestamp(),
        limit=limit,
    )
    turns: list[TurnSummary] = []
    for row, content in rows:
        try:
            turns.append(coding.build(coding.decode(content), TurnSummary))
        except AlexaError as error:
            store.notices.append(f"turn {row.turn} cannot be read: {error.message}")
    return turns


def summarise(record: TurnRecord) -> TurnSummary:
    """Return the turn as a list shows it."""
    return TurnSummary(
        turn=record.turn,
        conversation=record.conversation,
        at=record.at,
        words=record.words[:_SUMMARY_CHARACTERS],
        reply=record.reply[:_SUMMARY_CHARACTERS],
        status=record.status,
        seconds=record.seconds,
        model=record.models[-1] if record.models else "",
        summary=record.summary[:_SUMMARY_CHARACTERS],
        undone=record.undone,
        corrected=record.corrected,
    )


def _write(store: Store, record: TurnRecord, expires: float | None, *, replace_it: bool) -> bool:
    """Write both rows, or none; returns False if the id is taken."""
    row = EventRow(
        id=record.turn,
        kind=TURN,
        conversation=record.conversation,
        turn=record.turn,
        at=record.at.timestamp(),
        expires_at=expires,
    )
    whole = replace(row, id=_trace_id(record.turn), kind=TRACE)
    short, long = store.encode(summarise(record)), store.encode(coding.plain(record))

    def write() -> None:
        store.append(row, short, replace=replace_it)
        store.append(whole, long, replace=replace_it)

    try:
        store.write(write)
    except KeyError:
        return False
    return True


def _load(store: Store, turn: str) -> TurnRecord | None:
    content = store.content(_trace_id(turn))
    return None if content is None else coding.build(coding.decode(content), TurnRecord)


def _trace_id(turn: str) -> str:
    return f"{TRACE}/{turn}"
