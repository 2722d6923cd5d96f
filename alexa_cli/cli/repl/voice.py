"""Voice beside typing: the same conversation, by a key, a wake word, or a line.

Whoever types is never kept waiting: loading, listening and speaking go on beside the prompt, and a
microphone that fails is one line on the screen. Turns are taken one at a time, whichever way their
words come in.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from alexa_cli.assistant import TurnOptions
from alexa_cli.assistant.voice.ears import Ears
from alexa_cli.assistant.voice.how import How, ended
from alexa_cli.assistant.voice.loop import VoiceLoop
from alexa_cli.assistant.voice.moments import Kept, Listening, Notice, Silence, Stopped, Waiting
from alexa_cli.assistant.voice.mouth import open_speaker
from alexa_cli.cli.streaming import Stream
from alexa_cli.errors import AlexaError
from alexa_cli.hear.frame import FRAME_SECONDS
from alexa_cli.hear.level import SILENT
from alexa_cli.hear.sources import open_source
from alexa_cli.language.text import printable
from alexa_cli.turn import Heard, Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from alexa_cli.assistant.voice.moments import Shown
    from alexa_cli.assistant.voice.words import Spotter
    from alexa_cli.cli.repl.talk import Talk
    from alexa_cli.cli.screen import Seen
    from alexa_cli.hear.frame import Frame
    from alexa_cli.hear.level import Meter
    from alexa_cli.speak.voice.speaker import Speaker
    from alexa_cli.turn import Event, Utterance

EVERY = 3
"""Frames between two drawings of the level: about ten a second."""
BAR = 12
KEY, SHORT_KEY = "F2 or Ctrl-Space", "F2"
ROOMY = 48
"""Columns from which the level, the seconds and both keys fit on a line."""
FAILED = f"Typing goes on; {KEY} or /voice on tries again."


class Page(Protocol):
    """What a voice is shown on, while somebody may be typing there."""

    @property
    def columns(self) -> int:
        """How wide it is."""
        ...

    def show(self, text: str) -> None:
        """Show a line."""
        ...

    def write(self, text: str) -> None:
        """Show a piece of a reply."""
        ...

    def said(self, words: str) -> None:
        """Show what somebody said as if it were typed."""
        ...

    def answered(self, seen: Seen) -> None:
        """Take note of a turn that is over."""
        ...

    def redraw(self) -> None:
        """Draw the prompt and the toolbar again."""
        ...


class Voice:
    """The voice of one talk. ``on`` and ``off`` as often as wanted."""

    def __init__(self, talk: Talk, page: Page) -> None:
        self._talk, self._page = talk, page
        self._speaks = talk.session.loaded.settings.speak
        self._speaker = self._open_speaker()
        self.turn = asyncio.Lock()
        """Held by whoever runs a turn."""
        self.words = ""
        """What was heard so far of what is being said."""
        self._state = ""
        """What the toolbar says of it."""
        self._loop: VoiceLoop | None = None
        self._running: asyncio.Task[None] | None = None
        self._beside: set[asyncio.Task[None]] = set()
        self._session, self._conversation = talk.session, talk.conversation
        self._frames, self._level = 0, SILENT
        self._meter: Meter | None = None
        self._held = self._called = False
        """``_called``: the key was pressed before it was ready."""

    # What others do to it ---------------------------------------------------------------------

    @property
    def listening(self) -> bool:
        """Whether somebody may talk now."""
        return self._loop is not None and self._loop.listening

    @property
    def muted(self) -> bool:
        """Whether replies are only shown."""
        return self._speaker.muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        self._speaker.muted = muted

    @property
    def running(self) -> bool:
        """Whether it is on."""
        return self._running is not None and not self._running.done()

    def on(self) -> None:
        """Begin to wait for the key and the wake word. Never waits itself."""
        if not self.running:
            self._state = "voice: getting ready"
            self._running = asyncio.create_task(self._run())

    async def off(self) -> None:
        """Let go of the microphone and be silent."""
        self._called = False
        running, self._running = self._running, None
        if running is not None:
            await ended(running)
        self._speaker.stop()
        if not self.running:  # it may have been switched on again meanwhile
            self._show_state("")

    def key(self) -> None:
        """Take the key: talk now; that was all; be silent. A voice that failed tries again."""
        if self._loop is not None and self.running:
            self._loop.key()
        else:
            self._called = True
            self.on()

    def interrupt(self) -> bool:
        """Take Ctrl-C: stop what is heard, said or done. False: there is nothing."""
        if self._loop is None or not self.running:
            return False
        if self._loop.interrupt():
            return True
        listening = self.listening
        self._loop.drop()
        return listening

    def typing(self) -> None:
        """Be silent: somebody types."""
        if self._speaker.speaking:
            self._speaker.stop()

    def typed(self) -> None:
        """Listen no more: a line was typed, and is answered before all else."""
        self.typing()
        if self._loop is not None:
            self._loop.drop()

    def announce(self, text: str) -> None:
        """Say what is due."""
        if self._loop is not None and self.running:
            self._loop.announce(text)
        else:
            self._speaker.finish(text)

    def renew(self) -> None:
        """Go on with other experts, settings or another conversation, if there are; never waits.

        Expect what fits now in any case: a typed line may have been answered by a question.
        """
        if self._loop is None or not self.running:
            return
        same = self._session is self._talk.session
        if same and self._conversation == self._talk.conversation:
            self._loop.expect()
        else:
            self._later(self._again())

    async def close(self) -> None:
        """End all that it does."""
        await ended(*self._beside)
        await self.off()
        await self._speaker.close()

    # What it shows ----------------------------------------------------------------------------

    def toolbar(self) -> str:
        """What to do, or how loud it is; empty: it is off."""
        if not self.listening:
            return self._state
        from alexa_cli.hear.level import bar

        key = KEY if self._page.columns >= ROOMY else SHORT_KEY
        end = f"{key}: done" if self._held else "listening"
        return f"{bar(self._level, BAR)} {self._frames * FRAME_SECONDS:4.1f} s  {end}"

    def _show_state(self, text: str) -> None:
        self._state, self.words = text, ""
        self._page.redraw()

    def _notice(self, text: str) -> None:
        self._page.show(f"alexa: {text}")

    # The conversation -------------------------------------------------------------------------

    async def _run(self) -> None:
        """Converse until it is switched off; what fails is told, and typing goes on."""
        loop = None
        try:
            loop = self._loop = await self._begin()
            if self._called:
                loop.key()
            self._called = False
            await loop.run()
            self._show_state(f"voice: no more sound; {KEY} tries again")
        except Exception as error:  # noqa: BLE001 - sound is foreign code; it never harms typing
            if isinstance(error, AlexaError):
                told = "; ".join(filter(None, (error.message, error.hint)))
            else:
                told = f"voice: {type(error).__name__}: {error}"
            self._notice(f"{' '.join(told.split())}. {FAILED}")
            self._show_state(f"voice: off; {KEY} tries again")
            self._called = False
        finally:
            if self._loop is loop:  # not when it was switched on again meanwhile
                self._loop = None

    async def _begin(self) -> VoiceLoop:
        """Return a conversation that is ready to run. Raises AlexaError."""
        talk = self._talk
        self._session, self._conversation = talk.session, talk.conversation
        settings = talk.session.loaded.settings
        if settings.speak != self._speaks:
            self._speaks = settings.speak
            self._speaker = self._open_speaker(muted=self.muted)
        wake = settings.hear.wake
        spotter = None
        if wake.words:
            try:
                spotter = await asyncio.to_thread(_spotter, wake.words, wake.sensitivity)
            except AlexaError as error:
                self._notice(f"no wake word: {error}")
        how = How(
            "push", wake_words=tuple(wake.words), options=TurnOptions(now=talk.now, yes=talk.yes)
        )
        loop = VoiceLoop(
            Ears(talk.session.assistant, talk.session.paths),
            open_source(device=settings.hear.device), self._take, talk.conversation,
            speaker=self._speaker, how=how, spotter=spotter, show=self._see,
        )  # fmt: skip
        loop.watch, loop.woken = self._hears, talk.prefetch
        return loop

    def _open_speaker(self, *, muted: bool = False) -> Speaker:
        language = self._talk.session.loaded.settings.language
        return open_speaker(self._speaks, language=language, notice=self._notice, muted=muted)

    async def _again(self) -> None:
        await self.off()
        self.on()

    def _later(self, doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(doing)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _take(
        self, utterances: AsyncIterator[Utterance], options: TurnOptions,
        show: Callable[[Event], None],
    ) -> None:  # fmt: skip
        """Run a turn and show its reply. What fails in it ends the turn, not the conversation."""
        async with self.turn:
            stream = Stream(self._page.write, self._page.columns)

            def see(event: Event) -> None:
                show(event)
                stream.see(event)

            try:
                seen = await self._talk.take(utterances, options, see)
            except BaseException as error:
                if stream.text:
                    self._page.write("\n")
                if not isinstance(error, AlexaError):
                    raise
                self._page.show(str(error))
                return
            stream.finish(seen.reply.text)
            self._page.answered(seen)

    def _see(self, moment: Shown) -> None:
        """Show what happens."""
        match moment:
            case Waiting(words):
                asked = [f"say {' or '.join(words)}"] if words else []
                self._show_state(f"voice: {', '.join([*asked, KEY])}")
                if (told := self._talk.refresh()) is not None:
                    self._page.show(told)
                    self.renew()
            case Listening(_, held):
                self._frames, self._meter, self._level, self._held = 0, None, SILENT, held
                self._show_state("")
            case Heard(utterance):
                self._hear(utterance)
            case Silence(over=over):
                self._show_state("voice: no more sound" if over else "voice: nobody spoke")
            case Stopped("interrupt"):
                self._page.show("Stopped.")
            case Kept(_, path):
                self._page.show(f"kept {path}")
            case Notice(text):
                self._notice(text)
            case _:
                pass

    def _hear(self, utterance: Utterance) -> None:
        self.words = " ".join(printable(utterance.text).split())
        if utterance.stage is Stage.FINAL:
            words = self.words
            self._show_state("")
            self._page.said(words)
        else:
            self._page.redraw()

    def _hears(self, frame: Frame) -> None:
        """Show how loud it is, for how long."""
        if self._meter is None:
            from alexa_cli.hear.level import Meter

            self._meter = Meter()
        self._level = self._meter.add(frame.samples)
        self._frames += 1
        if self._frames % EVERY == 1:
            self._page.redraw()


def _spotter(words: list[str], sensitivity: Any) -> Spotter:  # noqa: ANN401 - one of three words
    from alexa_cli.hear.wake import WakeWord  # loads pocketsphinx

    return WakeWord(words, sensitivity)
