"""A talk: one conversation with one assistant, whichever way the words come in."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from alexa_cli.assistant import TurnOptions
from alexa_cli.catalog.sources import find_sources
from alexa_cli.cli.asking import EXIT_CODES, typed
from alexa_cli.cli.screen import Seen
from alexa_cli.cli.session import Session, open_session
from alexa_cli.errors import AlexaError
from alexa_cli.watch import due

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from alexa_cli.cli.common import Common

    from alexa_cli.turn import Event

HEARTBEAT = 5.0
"""Seconds between two looks of the heartbeat that says this process rings."""


@dataclass(slots=True)
class Talk:
    """One conversation. ``session`` is replaced when settings or experts change."""

    session: Session
    conversation: str
    now: datetime | None = None
    yes: bool = False
    worst: int = 0
    """Exit code of the last turn that did not go well."""
    last_turn: str = ""
    said: list[tuple[str, str]] = field(default_factory=list)
    """Words and reply of each turn, for ``/save``."""
    owner: str = field(default_factory=due.owner_id)
    _seen: str = ""

    @classmethod
    def begin(
        cls, common: Common, *, save: bool = True, conversation: str | None = None,
        now: datetime | None = None, yes: bool = False,
    ) -> Talk:  # fmt: skip
        """Open a session that rings. Raises AlexaError."""
        session = open_session(common, save=save, rings_here=True)
        talk = cls(session, conversation or session.store.new_id("c"), now, yes)
        talk._seen = talk.fingerprint()
        return talk

    async def say(
        self, words: str, options: TurnOptions | None = None,
        show: Callable[[Event], None] = lambda _event: None,
    ) -> Seen:  # fmt: skip
        """Run one turn; ``show`` sees each event. Being cancelled cancels the turn."""
        chosen = replace(options or TurnOptions(), now=self.now, yes=self.yes)
        seen = Seen()
        turn = self.session.assistant.turn(typed(words), self.conversation, chosen)
        async with aclosing(turn) as events:
            async for event in events:
                seen.see(event)
                show(event)
        if seen.turn:
            self.last_turn = seen.turn
            self.worst = EXIT_CODES[seen.status] or self.worst
            self.said.append((words, seen.reply.text))
        return seen

    def fingerprint(self) -> str:
        """Return what changes when any expert's file changes."""
        session = self.session
        sources = find_sources(session.loaded.settings, session.paths, session.common.folders)
        return " ".join(source.fingerprint() for source in sources)

    def refresh(self) -> str | None:
        """Load the experts again if their files changed; returns what to tell, None if nothing.

        A broken expert leaves the old ones in place, and is told about once.
        """
        try:
            seen = self.fingerprint()
        except AlexaError as error:
            return f"experts: {error}"
        if seen == self._seen:
            return None
        self._seen = seen
        try:
            return self.reload()
        except AlexaError as error:
            return f"the experts changed, and are not loaded: {error}"

    def reload(self, *sets: str) -> str:
        """Read settings and experts again, with more ``--set`` values; returns what to tell."""
        common = replace(self.session.common, sets=(*self.session.common.sets, *sets))
        self.session = open_session(common, store=self.session.store, rings_here=True)
        self._seen = self.fingerprint()
        count = len(self.session.house.catalogue.experts)
        return f"loaded {count} experts"

    def clear(self) -> None:
        """Begin a new conversation."""
        self.conversation = self.session.store.new_id("c")
        self.said.clear()

    async def ring(self, tell: Callable[[due.Due], None]) -> None:
        """Claim what is due, once a second, and tell it; runs until cancelled.

        A claim is atomic: of several open REPLs one rings.
        """
        store, beat = self.session.store, 0.0
        try:
            while True:
                if beat <= 0:
                    due.register(store, self.owner)
                    beat = HEARTBEAT
                for each in due.claim(store, self.session.house.clock(), self.owner):
                    tell(each)
                await asyncio.sleep(1.0)
                beat -= 1.0
        finally:
            due.unregister(store, self.owner)
