"""A talk: one conversation with one assistant, whichever way the words come in."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from alexa_cli.assistant import TurnOptions
from alexa_cli.catalog.sources import find_sources
from alexa_cli.cli.asking import EXIT_CODES, typed
from alexa_cli.cli.screen import Seen
from alexa_cli.cli.session import Session, open_session
from alexa_cli.cli.stray import stray_prints
from alexa_cli.errors import AlexaError
from alexa_cli.store.coding import storable
from alexa_cli.turn import Heard
from alexa_cli.watch import running
from alexa_cli.watch.channels import channels
from alexa_cli.watch.deliver import Deliverer, Screen, shown
from alexa_cli.watch.due import pending
from alexa_cli.watch.wording import said_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from alexa_cli.assistant.house import Talkers
    from alexa_cli.cli.common import Common
    from alexa_cli.turn import Event, Utterance
    from alexa_cli.watch.due import Due


class Switch(Protocol):
    """Switches listening and speaking."""

    async def switch(self, *, on: bool | None = None) -> bool:
        """Begin or end it; None: neither. Returns whether it is on."""
        ...

    def mute(self) -> bool | None:
        """Say replies no more, or again; returns whether they are not said, None: no voice is."""
        ...


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
    voice: Switch | None = None
    """Where there can be one."""
    owner: str = field(default_factory=running.owner_id)
    _stamp: str = ""
    """Fingerprint of the experts' files, or what is wrong with them, when last looked at."""
    _summing: asyncio.Task[bool] | None = None
    _left: list[Talkers | None] = field(default_factory=list)
    """Language models of earlier settings, still to be closed."""
    _broken: str = ""
    """Why the experts could not be loaded the last time; empty if they could."""

    @classmethod
    def begin(
        cls, common: Common, *, save: bool = True, conversation: str | None = None,
        now: datetime | None = None, yes: bool = False,
    ) -> Talk:  # fmt: skip
        """Open a session that rings. Raises AlexaError."""
        session = open_session(common, save=save, rings_here=True)
        channels(session.house.settings, desktop=False)  # a bad hook is told now, not at its hour
        talk = cls(session, conversation or session.store.new_id("c"), now, yes)
        talk._stamp = talk._look()
        return talk

    async def say(
        self, words: str, options: TurnOptions | None = None,
        show: Callable[[Event], None] = lambda _event: None,
    ) -> Seen:  # fmt: skip
        """Run one turn; ``show`` sees each event. Being cancelled cancels the turn."""
        return await self.take(typed(storable(words)), options or TurnOptions(), show)

    async def take(
        self, utterances: AsyncIterator[Utterance], options: TurnOptions,
        show: Callable[[Event], None] = lambda _event: None,
    ) -> Seen:  # fmt: skip
        """Run one turn, however its words come in; as ``say``."""
        chosen = replace(options, now=self.now, yes=self.yes)
        seen, words = Seen(), ""
        self.last_turn = ""  # of a turn that is stopped only the store knows
        turn = self.session.assistant.turn(utterances, self.conversation, chosen)
        with stray_prints():
            async with aclosing(turn) as events:
                async for event in events:
                    if isinstance(event, Heard):
                        words = event.utterance.text
                    seen.see(event)
                    show(event)
        self._tidy_up()
        if seen.turn:
            self.last_turn = seen.turn
            self.worst = EXIT_CODES[seen.status] or self.worst
            self.said.append((words, seen.reply.text))
        return seen

    def prefetch(self) -> None:
        """Let what language models need get ready while nobody waits."""
        if (talkers := self.session.house.talkers) is not None:
            talkers.models.prefetch(self.session.loaded.settings.language_models)

    def _tidy_up(self) -> None:
        """Sum a long conversation up while the user reads; one at a time."""
        house = self.session.house
        if house.talkers is None or not house.settings.jobs.summarise:
            return
        if self._summing is None or self._summing.done():
            from alexa_cli.assistant.summarising import sum_up

            self._summing = asyncio.create_task(sum_up(house, self.conversation))

    async def close(self) -> None:
        """Stop what runs beside the talk, and close the models' connections."""
        if self._summing is not None:
            self._summing.cancel()
            with suppress(asyncio.CancelledError):
                await self._summing
        for talkers in (*self._left, self.session.house.talkers):
            if talkers is not None:
                await talkers.models.close()

    def refresh(self) -> str | None:
        """Load the experts again if their files changed; returns what to tell, None if nothing.

        Broken experts leave the old ones in place, and are told about once.
        """
        if (stamp := self._look()) == self._stamp:
            return None
        self._stamp = stamp
        before, broken = self._contents(), self._broken
        try:
            told = self.reload()
        except AlexaError as error:
            self._broken = str(error)
            kept = "the experts changed, and those from before stay"
            return f"{kept}: {error}" if self._broken != broken else None
        # A new time stamp is no news; a new content is, and that what was broken is mended.
        return f"the experts changed: {told}" if broken or self._contents() != before else None

    def reload(self, *sets: str) -> str:
        """Read settings and experts again, with more ``--set`` values; returns what to tell."""
        common = replace(self.session.common, sets=(*self.session.common.sets, *sets))
        self._left.append(self.session.house.talkers)
        self.session = open_session(
            common, store=self.session.store, rings_here=True, lists=self.session.house.provide
        )
        self._stamp, self._broken = self._look(), ""
        count = len(self.session.house.catalogue.experts)
        return f"loaded {count} expert{'' if count == 1 else 's'}"

    def _look(self) -> str:
        """Return what changes when any expert's file may have changed."""
        session = self.session
        try:
            sources = find_sources(session.loaded.settings, session.paths, session.common.folders)
            return " ".join(source.fingerprint() for source in sources)
        except AlexaError as error:
            return str(error)

    def _contents(self) -> dict[str, str]:
        experts = self.session.house.catalogue.experts
        return {name: expert.fingerprint for name, expert in experts.items()}

    def clear(self) -> None:
        """Begin a new conversation."""
        self.conversation = self.session.store.new_id("c")
        self.said.clear()

    async def ring(
        self, tell: Callable[[Due], None], program: str = "alexa chat"
    ) -> None:  # fmt: skip
        """Claim what is due, again and again, and tell it; runs until cancelled.

        A claim is atomic: of several open programs one rings. Hooks of config.yaml are run too;
        how they went is a notice. ``program`` is what experts say rings.
        """
        house, store = self.session.house, self.session.store
        screen = Screen(lambda told: tell(shown(told).due), store.notices.append)
        deliverer = Deliverer(
            store, house.clock, screen,
            lambda: channels(self.session.house.settings, desktop=False),
            late_after=house.settings.watch.late.seconds,
            program=program, owner=self.owner,
        )  # fmt: skip
        try:
            await deliverer.run()
        finally:
            with suppress(AlexaError):
                self._say_what_is_left()

    def _say_what_is_left(self) -> None:
        """Tell that nobody rings any more for what was set here, as was not said when it was."""
        store, now = self.session.store, self.session.house.clock()
        left = [due for due in pending(store) if due.conversation == self.conversation]
        if not left or running.anybody_delivering(store) is not None:
            return
        first = f"“{left[0].text}”, {said_at(left[0], now)}"
        told = f"still to come: {first}"
        if len(left) > 1:
            told = f"{len(left):,} things are still to come, the first {first}"
        store.notices.append(f"{told}; it takes an open `alexa chat` or `alexa watch` to tell it")
