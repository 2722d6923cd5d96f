"""What a conversation remembers from one turn to the next.

It is small: the pending question, the last plan and reply, what "it" may mean, what can be
undone, and the last exchanges. One row in the store, read once and written once a turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime  # noqa: TC003 - read at run time when states are decoded
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError
from alexa_cli.store.rows import EventRow
from alexa_cli.turn import Call, Plan, Question  # noqa: TC001 - as above

if TYPE_CHECKING:
    from alexa_cli.store.store import Store

KIND = "conversation"
LOOK_BACK = 20
"""Conversations in which ``undo`` looks for something to take back."""
MAX_REFERENTS = 8
"""Ids remembered for each list; "it" rarely reaches further back than one."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was said and what was answered."""

    words: str
    reply: str
    turn: str = ""
    tainted: bool = False
    """Whether the reply holds words from outside: a web page, a document, a message."""


@dataclass(frozen=True, slots=True)
class Undoable:
    """What a turn did, as the calls that take it back, in the order in which to run them."""

    turn: str
    calls: tuple[Call, ...]
    stuck: tuple[Call, ...] = ()
    """What the turn did that nothing takes back."""


@dataclass(frozen=True, slots=True)
class ConversationState:
    """What a conversation remembers. Turn it with ``dataclasses.replace``."""

    pending: Question | None = None
    """The question that the next words may answer."""
    last_plan: Plan | None = None
    last_turn: str = ""
    last_reply: str = ""
    referents: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """List name to ids spoken of, the latest first: what "it", "there" and "her" may mean."""
    alternatives: Question | None = None
    """The last choice question that was answered: what "the other one" may mean."""
    chosen: str = ""
    """... and what was chosen (``Choice.spoken``)."""
    history: tuple[Exchange, ...] = ()
    """The oldest first."""
    undoable: tuple[Undoable, ...] = ()
    """The latest last."""
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """List name to ids in the order of their aliases in prompts (``L1``, ``L2``, ...)."""
    summary: str = ""
    """What was said before ``history[summarised:]``, summed up for prompts."""
    summarised: int = 0
    """How many of ``history``, the oldest, are in ``summary``."""

    def refer(self, list_name: str, *ids: str) -> ConversationState:
        """Return the state after ``ids`` of a list were spoken of, the first one foremost."""
        known = self.referents.get(list_name, ())
        now = tuple(dict.fromkeys((*ids, *known)))[:MAX_REFERENTS]
        return replace(self, referents={**self.referents, list_name: now})

    def heard(self, exchange: Exchange, keep: int) -> ConversationState:
        """Return the state after one more exchange, at most ``keep`` of them kept."""
        whole = (*self.history, exchange)
        history = whole[-keep:] if keep > 0 else ()
        summarised = max(0, self.summarised - (len(whole) - len(history)))
        return replace(
            self, history=history, last_turn=exchange.turn, last_reply=exchange.reply,
            summarised=summarised,
        )  # fmt: skip


def load_conversation(store: Store, conversation: str, now: datetime) -> ConversationState:
    """Return what the conversation remembers at ``now``; a new one remembers nothing.

    A pending question that has expired is gone. So is a state that cannot be read: a
    conversation that forgets is better than one that cannot go on.
    """
    from alexa_cli.store.coding import build, decode  # noqa: PLC0415 - only with a past

    try:
        data = store.content(_row_id(conversation))
        if data is None:
            return ConversationState()
        state = build(decode(data), ConversationState)
    except AlexaError as error:
        store.notices.append(f"the conversation {conversation!r} starts afresh: {error}")
        return ConversationState()
    pending = state.pending
    if pending is not None and pending.expires is not None and pending.expires <= now:
        return replace(state, pending=None)
    return state


def save_conversation(store: Store, conversation: str, state: ConversationState) -> None:
    """Keep what the conversation remembers, in place of what it remembered before."""
    row = _row_id(conversation)
    store.append(
        EventRow(
            id=row, kind=KIND, conversation=conversation, turn=state.last_turn, content_ref=row
        ),
        store.encode(state),
    )


def latest_conversation(store: Store) -> str | None:
    """Return the id of the conversation that spoke last (``-c``), or None if there is none."""
    rows = store.events(kind=KIND, limit=1)
    return rows[0].conversation if rows else None


def latest_undoable(store: Store, now: datetime) -> tuple[str, ConversationState] | None:
    """Return the conversation that last did something that can be taken back, and its memory.

    Of the last ``LOOK_BACK`` conversations: each one-shot command is one.
    """
    for row in store.events(kind=KIND, limit=LOOK_BACK):
        state = load_conversation(store, row.conversation, now)
        if state.undoable:
            return row.conversation, state
    return None


def _row_id(conversation: str) -> str:
    return f"{KIND}/{conversation}"
