"""A conversation by voice, run for a terminal, a pipe or a program."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from alexa_cli.assistant import TurnOptions
from alexa_cli.assistant.voice.ears import Ears
from alexa_cli.assistant.voice.how import How, ended
from alexa_cli.assistant.voice.loop import VoiceLoop
from alexa_cli.assistant.voice.mouth import open_speaker
from alexa_cli.cli.asking import EXIT_CODES, conversation_id, instant
from alexa_cli.cli.common import Common
from alexa_cli.cli.heard import JsonScreen, Screen
from alexa_cli.cli.keys import Held, keys
from alexa_cli.cli.main import INTERRUPTED
from alexa_cli.cli.recorded import keeping
from alexa_cli.cli.repl.talk import Talk
from alexa_cli.cli.screen import Shown
from alexa_cli.cli.stoppable import HASTE, run
from alexa_cli.cli.streaming import Stream
from alexa_cli.hear.sources import open_source

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from alexa_cli.assistant.voice.words import Spotter
    from alexa_cli.turn import Event, Utterance
    from alexa_cli.watch.due import Due

PROGRAM = "alexa listen"
NOTHING_HEARD = 3
"""Exit code of one turn in which nobody spoke, as of ``ask``."""


@dataclass(frozen=True, slots=True)
class Given:
    """What ``alexa listen`` was given."""

    common: Common = field(default_factory=Common)
    mode: Literal["open", "wake", "push", "once"] = "open"
    shown: Shown = field(default_factory=Shown)
    continued: bool = False
    conversation: str | None = None
    barge_in: bool = False
    keep_audio: Path | None = None
    yes: bool = False
    save: bool = True
    now: str | None = None


def converse(given: Given) -> int:
    """Hold the conversation and return the exit code. Raises AlexaError."""
    keeping(given.keep_audio)
    talk = Talk.begin(given.common, save=given.save, now=instant(given.now), yes=given.yes)
    if given.continued or given.conversation:
        talk.conversation = conversation_id(
            talk.session, continued=given.continued, conversation=given.conversation
        )
    with talk.session.store:
        try:
            return run(_Conversation(talk, given).run())
        finally:
            talk.session.say_notices()


class _Conversation:
    """One run: a loop, a screen for it, keys and a bell."""

    def __init__(self, talk: Talk, given: Given) -> None:
        self._talk, self._given = talk, given
        self._screen = JsonScreen() if given.shown.as_json else Screen(talk, given.shown)
        self._out = sys.stdout  # while a turn runs, what experts print goes elsewhere
        self._code: int | None = None
        """Of the last turn; None: there was none."""
        settings = talk.session.loaded.settings
        speaker = open_speaker(
            settings.speak, language=settings.language, notice=self._screen.notice
        )
        wake = settings.hear.wake
        how = How(
            given.mode, given.barge_in, given.keep_audio, tuple(wake.words),
            TurnOptions(now=talk.now, yes=talk.yes),
        )  # fmt: skip
        self._loop = VoiceLoop(
            Ears(talk.session.assistant, talk.session.paths),
            open_source(device=settings.hear.device), self._take, talk.conversation,
            speaker=speaker, how=how, show=self._screen.see,
            spotter=_spotter(wake.words, wake.sensitivity) if given.mode == "wake" else None,
        )  # fmt: skip
        self._loop.watch = self._screen.hears
        self._loop.woken = talk.prefetch

    async def run(self) -> int:
        """Converse; returns the exit code."""
        self._talk.prefetch()
        bell = asyncio.create_task(self._talk.ring(self._rang, PROGRAM))
        conversing = asyncio.create_task(self._loop.run())
        loop, left = asyncio.get_running_loop(), 0.0

        def leave() -> None:
            nonlocal left
            if not left:  # once: whoever lets go of a device is not to be disturbed
                left = loop.time()
                conversing.cancel()

        def interrupt() -> None:
            if left and loop.time() - left >= HASTE:
                raise KeyboardInterrupt  # something does not let go
            if not self._loop.interrupt():
                leave()

        held = Held(self._loop.key, lambda: self._loop.listening)
        with interrupts(interrupt):
            try:
                with keys(held.press, leave) as there:
                    self._screen.keys = there
                    await conversing
            except asyncio.CancelledError:
                if not left:
                    raise
            finally:
                await ended(conversing, bell)
                self._screen.close()
                await self._talk.close()
        if not bell.cancelled():
            bell.result()  # raises what kept it from ringing
        if self._given.mode != "once":
            return 0
        if self._code is None:
            return INTERRUPTED if left else NOTHING_HEARD
        return self._code

    async def _take(
        self, utterances: AsyncIterator[Utterance], options: TurnOptions,
        show: Callable[[Event], None],
    ) -> None:  # fmt: skip
        """Run a turn and show its reply."""
        self._code = INTERRUPTED
        stream = Stream(self._write)

        def see(event: Event) -> None:
            if not self._given.shown.as_json:
                stream.see(event)
            show(event)

        try:
            seen = await self._talk.take(utterances, options, see)
        except BaseException:
            if stream.text:
                self._write("\n")
            raise
        self._code = EXIT_CODES[seen.status]
        self._screen.answered(seen, stream)

    def _write(self, text: str) -> None:
        self._screen.clear()
        self._out.write(text)
        self._out.flush()

    def _rang(self, due: Due) -> None:
        self._screen.rang(due)
        self._loop.announce(due.text)


def _spotter(words: list[str], sensitivity: Literal["low", "medium", "high"]) -> Spotter:
    from alexa_cli.hear.wake import WakeWord  # loads pocketsphinx

    return WakeWord(words, sensitivity)


@contextmanager
def interrupts(handle: Callable[[], None]) -> Iterator[None]:
    """Have Ctrl-C call ``handle`` within the running loop, instead of ending it."""
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)
    try:
        loop.add_signal_handler(signal.SIGINT, handle)
    except NotImplementedError:  # Windows: Ctrl-C ends it
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)
