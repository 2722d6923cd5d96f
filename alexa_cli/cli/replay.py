"""``alexa trace replay``: the same words, now and context again, with nothing run unless asked."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from alexa_cli.assistant import TurnOptions
from alexa_cli.cli.session import Session, open_session
from alexa_cli.context.conversation import ConversationState
from alexa_cli.context.names import Name, NameList
from alexa_cli.store.coding import build
from alexa_cli.trace.diff import difference
from alexa_cli.trace.save import TurnRecord, load_turn
from alexa_cli.turn import Finished, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from alexa_cli.cli.options import Common


def replay(common: Common, turn: str, *, act: bool) -> Iterator[str]:
    """Replay a stored turn and yield the lines to show. Raises AlexaError.

    The replay is stored as a turn of its own (``trace diff`` compares any two), and what the
    conversation remembers is left alone.
    """
    session = open_session(common)
    with session.store:
        before = load_turn(session.store, turn)
        for warning in _changed(session, before):
            sys.stderr.write(f"alexa: {warning}\n")
        new = asyncio.run(_again(session, before, act=act))
        record = load_turn(session.store, new)
        shown = record
        if not act:
            # Nothing was run, so there are no outcomes to compare.
            shown = replace(
                record, reply=before.reply, outcomes=before.outcomes, status=before.status
            )
        yield from difference(before, shown)
    session.say_notices()


def _changed(session: Session, before: TurnRecord) -> Iterator[str]:
    context: Any = before.context if isinstance(before.context, dict) else {}
    if before.catalogue != session.house.catalogue.fingerprint:
        yield "the experts have changed since"
    if context.get("household") not in {None, session.house.home().fingerprint}:
        yield "the household has changed since"


async def _again(session: Session, before: TurnRecord, *, act: bool) -> str:
    context: Any = before.context if isinstance(before.context, dict) else {}
    lists = {
        name: NameList(name, tuple(build(member, Name) for member in members))
        for name, members in context.get("lists", {}).items()
    }
    memory = build(context.get("memory") or {}, ConversationState)
    options = TurnOptions(now=before.now, act=act, memory=memory, lists=lists)

    async def words() -> AsyncIterator[Utterance]:
        yield Utterance(before.words, source="replay", language=before.language)

    turn = ""
    async with aclosing(session.assistant.turn(words(), before.conversation, options)) as events:
        async for event in events:
            if isinstance(event, Finished):
                turn = event.turn
    return turn
