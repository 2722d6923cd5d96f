"""Delivering what is due: claim, tell on each channel, note it; retry what failed.

Told on the terminal first, which cannot fail for long, then by the hooks, side by side, so that
one that hangs holds up nothing. Each channel is tracked in the store: ``telling`` before, ``told``
after. What is ``telling`` when its teller dies is told again by the next, and says so.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError
from alexa_cli.watch import claiming, running
from alexa_cli.watch.claiming import FAILED, GIVEN_UP, TELLING, TOLD, Ring
from alexa_cli.watch.wording import Notice, notice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from alexa_cli.store.store import Store
    from alexa_cli.watch.channels import Channel

TERMINAL = "terminal"
ATTEMPTS = 5
"""How often a hook is tried; the waits between are 10 s, 1, 6 and 15 minutes."""
HEARTBEAT = 5.0
"""Seconds between two heartbeats."""
LOOK = 0.5
"""Seconds between two looks at what is due."""
LAST_WORDS = 35.0
"""Seconds for which hooks that run are waited for at the end; they are bounded themselves."""


@dataclass(frozen=True, slots=True)
class Screen:
    """How the program itself tells."""

    tell: Callable[[Notice], None]
    """Shows it. An OSError means that nobody can see it any more."""
    log: Callable[[str], None]
    """Shows what went wrong."""
    done: Callable[[str], object] = str
    """Shows that a hook was run."""


@dataclass(slots=True)
class Deliverer:
    """One process that delivers."""

    store: Store
    clock: Callable[[], datetime]
    screen: Screen
    channels: Callable[[], Sequence[Channel]]
    """What config.yaml asks for, now: a REPL may read it again."""
    late_after: float = 120.0
    program: str = "alexa chat"
    owner: str = field(default_factory=running.owner_id)
    _hooks: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Deliver until cancelled. A store out of reach for a while costs time, not the bell."""
        beat = 0.0
        try:
            while True:
                try:
                    if beat <= 0:
                        running.register(self.store, self.owner, program=self.program)
                        beat = HEARTBEAT
                    self.look()
                except AlexaError as error:
                    if error.message not in self.store.notices:
                        self.store.notices.append(error.message)
                await asyncio.sleep(LOOK)
                beat -= LOOK
        finally:
            await self._end()

    async def once(self) -> int:
        """Deliver what is due now; returns how many things that were."""
        count = self.look()
        if self._hooks:
            await asyncio.wait(self._hooks)
        return count

    def look(self) -> int:
        """Claim what is due and tell it; hooks go on in the background."""
        told = 0
        for ring in claiming.claim(self.store, self.clock(), self.owner):
            delivery = _Delivery(self, ring)
            told += delivery.tell_here()
            if (task := delivery.start_hooks()) is not None:
                self._hooks.add(task)
                task.add_done_callback(self._hooks.discard)
        return told

    async def _end(self) -> None:
        """Let hooks that run come to their end, and say that this process delivers no more."""
        try:
            if self._hooks:
                await asyncio.wait(self._hooks, timeout=LAST_WORDS)
        finally:
            with suppress(AlexaError):
                running.unregister(self.store, self.owner)


@dataclass(slots=True)
class _Delivery:
    """One thing on its way. ``ring`` is what the store knows of it."""

    host: Deliverer
    ring: Ring

    def tell_here(self) -> bool:
        """Show it, unless it was shown; returns whether it was shown now."""
        state = self.ring.channels.get(TERMINAL)
        if state == TOLD:
            return False
        if not self._note(TERMINAL, TELLING):
            return False
        try:
            self.host.screen.tell(self._worded(state))
        except OSError:
            # Nobody saw it: another process may show it, at once.
            self._note(TERMINAL, FAILED)
            claiming.wait(self.host.store, self.ring, self.host.clock())
            raise
        return self._note(TERMINAL, TOLD)

    def start_hooks(self) -> asyncio.Task[None] | None:
        """Begin to tell by hooks; without any, it is delivered."""
        open_ = [
            channel
            for channel in self.host.channels()
            if self.ring.channels.get(channel.name) not in {TOLD, GIVEN_UP}
        ]
        if open_:
            return asyncio.create_task(self._tell_all(open_))
        claiming.finish(self.host.store, self.ring)
        return None

    async def _tell_all(self, channels: Sequence[Channel]) -> None:
        try:
            await asyncio.gather(*(self._tell(channel) for channel in channels))
            failures = [
                self.ring.failures[name]
                for name, state in self.ring.channels.items()
                if state == FAILED and name != TERMINAL
            ]
            if failures:
                again_at = self.host.clock() + claiming.waits(min(failures))
                claiming.wait(self.host.store, self.ring, again_at)
            else:
                claiming.finish(self.host.store, self.ring)
        except AlexaError as error:  # the store: the lease brings it back
            self.host.screen.log(f"{self.ring.due.key}: {error.message}")

    async def _tell(self, channel: Channel) -> None:
        state = self.ring.channels.get(channel.name)
        if not self._note(channel.name, TELLING):
            return
        what = f"{self.ring.due.expert}/{self.ring.due.key} by {channel.name}"
        try:
            await channel.tell(self._worded(state))
        except AlexaError as error:
            if not channel.sure:
                self._note(channel.name, GIVEN_UP)
                return
            tries = self.ring.failures.get(channel.name, 0) + 1
            self._note(channel.name, FAILED)
            if tries >= ATTEMPTS:
                self._note(channel.name, GIVEN_UP)
                self.host.screen.log(f"{what} failed {tries} times, no more: {error.message}")
            else:
                seconds = claiming.waits(tries).total_seconds()
                self.host.screen.log(f"{what} failed, again in {seconds:g} s: {error.message}")
            return
        self._note(channel.name, TOLD)
        self.host.screen.done(f"{what}: told")

    def _worded(self, state: str | None) -> Notice:
        host = self.host
        return notice(
            self.ring.due, host.clock(), late_after=host.late_after, again=state == TELLING
        )

    def _note(self, channel: str, state: str) -> bool:
        """Note how far a channel is; False if somebody else has it now, or it was cancelled."""
        new = claiming.step(self.host.store, self.ring, self.host.clock(), channel, state)
        if new is None:
            return False
        self.ring = new
        return True


def shown(told: Notice) -> Notice:
    """Return it with the worded text in ``due`` too, for screens that show that alone."""
    return replace(told, due=replace(told.due, text=told.text))
