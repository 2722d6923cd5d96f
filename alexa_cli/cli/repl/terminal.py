"""The REPL on a terminal: history, completion, suggestions, a toolbar, a bell, and a voice."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.shortcuts import CompleteStyle
from prompt_toolkit.styles import Style

from alexa_cli.assistant import TurnOptions
from alexa_cli.cli.keys import Held
from alexa_cli.cli.repl.commands import Leave, counted, run
from alexa_cli.cli.repl.completing import Sayable, SayableSuggest
from alexa_cli.cli.repl.greeting import greeting, is_first
from alexa_cli.cli.repl.page import Page
from alexa_cli.cli.screen import Seen, summary
from alexa_cli.cli.streaming import Stream
from alexa_cli.config.paths import FILE_MODE, private_dir
from alexa_cli.errors import AlexaError
from alexa_cli.trace.plain_text import line as one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from prompt_toolkit.history import History
    from prompt_toolkit.key_binding import KeyPressEvent

    from alexa_cli.cli.repl.talk import Talk
    from alexa_cli.cli.repl.voice import Voice
    from alexa_cli.watch.due import Due

LEAVE_WITHIN = 2.0
"""Seconds within which a second Ctrl-C leaves."""
PROMPT = "› "
STYLE = Style.from_dict({"bottom-toolbar": "noreverse dim", "prompt": "bold", "heard": "italic"})


class Terminal:
    """One interactive run."""

    def __init__(self, talk: Talk, *, voice: bool = False) -> None:
        self._talk = talk
        self._voice: Voice | None = None
        self._speaks = voice
        self._patched = ExitStack()
        """While there is a voice: whatever is printed, at whatever time, goes above the prompt."""
        history, trouble = self._history()
        self._last: Seen | None = None
        self._interrupted = -LEAVE_WITHIN
        self._leaving = False
        self._prompt: PromptSession[str] = PromptSession(
            message=self._message,
            history=history,
            key_bindings=self._keys(),
            completer=Sayable(talk),
            complete_while_typing=False,
            complete_style=CompleteStyle.COLUMN,
            auto_suggest=SayableSuggest(talk),
            bottom_toolbar=self._toolbar,
            enable_history_search=True,
            style=STYLE,
            color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
        )
        self._page = Page(self._prompt)
        self._show = self._page.show
        self._prompt.default_buffer.on_text_insert += self._typing
        talk.voice = self
        if trouble:
            self._show(trouble)

    def _history(self) -> tuple[History, str]:
        """What was said before, readable by the user alone; in memory, and why, if it must be."""
        store = self._talk.session.store
        if store.path is None:
            return InMemoryHistory(), ""
        path = private_dir(self._talk.session.paths.data) / "history"
        try:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, FILE_MODE))
            path.chmod(FILE_MODE)
        except OSError as error:
            kept = "what you say is not kept for the next time"
            return InMemoryHistory(), f"{kept}: {path}: {error.strerror}"
        return FileHistory(str(path)), ""

    def _keys(self) -> KeyBindings:
        """The key to talk, and Ctrl-C for what is heard or said; of nobody without a voice."""
        keys, there = KeyBindings(), Condition(lambda: self._voice is not None)
        held = Held(self._key, lambda: self._voice is not None and self._voice.listening)

        @keys.add("f2", filter=there, eager=True)
        @keys.add("c-space", filter=there, eager=True)
        def talk(_: object) -> None:
            held.press()

        @keys.add("c-c", filter=there, eager=True)
        def stop(event: KeyPressEvent) -> None:
            if self._voice is None or not self._voice.interrupt():
                event.app.exit(exception=KeyboardInterrupt, style="class:aborting")

        return keys

    def _key(self) -> None:
        if self._voice is not None:
            self._voice.key()

    def _typing(self, _: object) -> None:
        if self._voice is not None:
            self._voice.typing()

    async def run(self) -> int:
        """Talk until the user leaves; returns the exit code."""
        if is_first(self._talk.session):
            for line in greeting(self._talk.session):
                self._show(line)
        else:
            count = counted(len(self._talk.session.house.catalogue.experts), "expert")
            self._show(f"alexa, {count}. Say something; /help for more, Ctrl-D leaves.")
        bell = asyncio.create_task(self._talk.ring(self._rang))
        self._talk.prefetch()
        try:
            with unechoed(), self._patched:
                if self._speaks:
                    await self.switch(on=True)
                while await self._one():
                    pass
                if self._voice is not None:
                    await self._voice.close()
        finally:
            bell.cancel()
            with suppress(asyncio.CancelledError):
                await bell
            await self._talk.close()
        return 0

    async def switch(self, *, on: bool | None = None) -> bool:
        """Begin or end to listen and to speak; None: neither. Returns whether it does."""
        if on and self._voice is None:
            from alexa_cli.cli.repl.voice import Voice

            self._patched.enter_context(patch_stdout(raw=True))
            self._voice = Voice(self._talk, self)
        if on and self._voice is not None:
            self._voice.on()
        elif on is False and self._voice is not None:
            await self._voice.off()
        return self._voice is not None and self._voice.running

    def mute(self) -> bool | None:
        """Say replies no more, or again; returns whether they are not said, None: no voice is."""
        if self._voice is None:
            return None
        self._voice.muted = not self._voice.muted
        return self._voice.muted

    async def _one(self) -> bool:
        """Read one line and answer it; returns whether to go on."""
        try:
            # What rings while the prompt stands is printed above it.
            with patch_stdout(raw=True) if self._voice is None else nullcontext():
                line = (await self._prompt.prompt_async()).strip()
        except EOFError:
            return False
        except KeyboardInterrupt:
            # What was typed is dropped, as in a shell; on an empty line it means to leave.
            return bool(self._prompt.default_buffer.text) or self._again_leaves()
        if not line:
            return True
        self._interrupted = -LEAVE_WITHIN  # a new turn, a first Ctrl-C again
        if (told := self._talk.refresh()) is not None:
            self._show(told)
        return await self._stoppable(line)

    def _again_leaves(self) -> bool:
        if self._interrupt():
            return False
        self._show("Ctrl-C once more leaves.")
        return True

    def _interrupt(self) -> bool:
        """Note a Ctrl-C; returns whether it is the second within ``LEAVE_WITHIN``."""
        now = time.monotonic()
        leaving = now - self._interrupted < LEAVE_WITHIN
        self._interrupted = now
        return leaving

    async def _stoppable(self, line: str) -> bool:
        """Answer a line; Ctrl-C stops the answer, and a second one soon after leaves."""
        task = asyncio.create_task(self._answer(line))

        def stop() -> None:
            self._leaving = self._interrupt() or self._leaving
            task.cancel()

        loop = asyncio.get_running_loop()
        before = signal.getsignal(signal.SIGINT)
        loop.add_signal_handler(signal.SIGINT, stop)
        try:
            return await task and not self._leaving
        except asyncio.CancelledError:
            self._show("Stopped.")
            return not self._leaving
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            signal.signal(signal.SIGINT, before)

    async def _answer(self, line: str) -> bool:
        """Answer a line, when a spoken turn that still runs has ended; returns whether to go on."""
        if self._voice is None:
            return await self._answered(line)
        self._voice.typed()
        async with self._voice.turn:
            go_on = await self._answered(line)
        self._voice.renew()
        return go_on

    async def _answered(self, line: str) -> bool:
        try:
            thinking = line.removeprefix("/think ").strip()
            if line.startswith("/think ") and thinking:
                await self._say(thinking, TurnOptions(think=True))
            elif line.startswith("/"):
                async for shown in run(self._talk, line):
                    self._show(shown)
                return True
            else:
                await self._say(line)
        except Leave:
            return False
        except AlexaError as error:
            self._show(str(error))
        self._show_notices()
        return True

    def _show_notices(self) -> None:
        store = self._talk.session.store
        for notice in store.notices:
            self._show(notice)
        store.notices.clear()

    async def _say(self, line: str, options: TurnOptions | None = None) -> None:
        """Say a line, and show the answer as it comes."""
        stream = Stream(self._page.write, self._page.columns)
        try:
            seen = await self._talk.say(line, options, stream.see)
        except BaseException:
            if stream.text:
                self._page.write("\n")
            raise
        self._last = seen
        if stream.text:
            stream.finish(seen.reply.text)
        else:
            self._show(seen.reply.text)

    def _toolbar(self) -> str:
        """The line at the bottom: what is heard, else what the last turn took."""
        columns = self._prompt.app.output.get_size().columns
        voice = "" if self._voice is None else self._voice.toolbar()
        if self._voice is not None and self._voice.listening:
            return one_line(voice, columns - 1)
        if self._last is None or not self._last.turn:
            took = "/help · Tab completes · Ctrl-R searches · Ctrl-D leaves"
        else:
            took = summary(self._last, columns - 1, turn=False)
        return one_line(f"{voice} · {took}" if voice else took, columns - 1)

    def _message(self) -> StyleAndTextTuples:
        """The prompt, and above it what was heard so far of what is being said."""
        over = self._prompt.app.is_done  # what stays of the prompt is the line
        words = "" if over or self._voice is None else self._voice.words
        heard = [("class:heard", f"  {words[-(self.columns - 5) :]} …\n")] if words else []
        return [*heard, ("class:prompt", PROMPT)]

    def _rang(self, due: Due) -> None:
        self._show(f"⏰ {due.text}", bell=True)
        if self._voice is not None:
            self._voice.announce(due.text)

    # What the voice shows ---------------------------------------------------------------------

    @property
    def columns(self) -> int:
        """How wide the screen is."""
        return self._page.columns

    def show(self, text: str) -> None:
        """Show a line."""
        self._show(text)

    def write(self, text: str) -> None:
        """Show a piece of a reply."""
        self._page.write(text)

    def redraw(self) -> None:
        """Draw prompt and toolbar again."""
        self._page.redraw()

    def said(self, words: str) -> None:
        """Show what was said as if it were typed, and keep it as that."""
        self._show(f"{PROMPT}{words or '…'}")
        if words:
            self._prompt.history.append_string(words)

    def answered(self, seen: Seen) -> None:
        """Take note of a spoken turn."""
        self._last = seen
        self._show_notices()
        self.redraw()


@contextmanager
def unechoed() -> Iterator[None]:
    """Let the terminal not repeat what is typed while an answer comes; the prompt shows it."""
    try:
        import termios
    except ImportError:  # no such thing on Windows, and no such echo
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    silent = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(sys.stdin, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


async def converse(talk: Talk, *, voice: bool = False) -> int:
    """Run the REPL on a terminal. ``voice``: listening and speaking beside it."""
    return await Terminal(talk, voice=voice).run()
