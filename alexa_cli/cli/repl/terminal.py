"""The REPL on a terminal: history, completion, suggestions, a toolbar, and a bell."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import textwrap
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.shortcuts import CompleteStyle
from prompt_toolkit.styles import Style

from alexa_cli.assistant import TurnOptions
from alexa_cli.cli.repl.commands import Leave, counted, run
from alexa_cli.cli.repl.completing import Sayable, SayableSuggest
from alexa_cli.cli.repl.greeting import greeting, is_first
from alexa_cli.cli.screen import Seen, summary
from alexa_cli.cli.streaming import Stream
from alexa_cli.config.paths import FILE_MODE, private_dir
from alexa_cli.errors import AlexaError
from alexa_cli.language.text import printable
from alexa_cli.trace.plain_text import line as one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prompt_toolkit.history import History

    from alexa_cli.cli.repl.talk import Talk
    from alexa_cli.watch.due import Due

LEAVE_WITHIN = 2.0
"""Seconds within which a second Ctrl-C leaves."""
PROMPT = "› "
STYLE = Style.from_dict({"bottom-toolbar": "noreverse dim", "prompt": "bold"})


class Terminal:
    """One interactive run."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._last: Seen | None = None
        self._interrupted = -LEAVE_WITHIN
        self._leaving = False
        self._out = sys.stdout
        self._prompt: PromptSession[str] = PromptSession(
            message=[("class:prompt", PROMPT)],
            history=self._history(),
            completer=Sayable(talk),
            complete_while_typing=False,
            complete_style=CompleteStyle.COLUMN,
            auto_suggest=SayableSuggest(talk),
            bottom_toolbar=self._toolbar,
            enable_history_search=True,
            style=STYLE,
            color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
        )

    def _history(self) -> History:
        """What was said before, readable by the user alone; in memory if nothing is kept."""
        store = self._talk.session.store
        if store.path is None:
            return InMemoryHistory()
        path = private_dir(self._talk.session.paths.data) / "history"
        try:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, FILE_MODE))
            path.chmod(FILE_MODE)
        except OSError as error:
            self._show(f"what you say is not kept for the next time: {path}: {error.strerror}")
            return InMemoryHistory()
        return FileHistory(str(path))

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
            with unechoed():
                while await self._one():
                    pass
        finally:
            bell.cancel()
            with suppress(asyncio.CancelledError):
                await bell
            await self._talk.close()
        return 0

    async def _one(self) -> bool:
        """Read one line and answer it; returns whether to go on."""
        try:
            # What rings while the prompt stands is printed above it.
            with patch_stdout(raw=True):
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
        store = self._talk.session.store
        for notice in store.notices:
            self._show(notice)
        store.notices.clear()
        return True

    async def _say(self, line: str, options: TurnOptions | None = None) -> None:
        """Say a line, and show the answer as it comes."""
        columns = max(20, self._prompt.app.output.get_size().columns)
        stream = Stream(self._write, columns)
        try:
            seen = await self._talk.say(line, options, stream.see)
        except BaseException:
            if stream.text:
                self._write("\n")
            raise
        self._last = seen
        if stream.text:
            stream.finish(seen.reply.text)
        else:
            self._show(seen.reply.text)

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()

    def _toolbar(self) -> str:
        """The line at the bottom: what the last turn took."""
        columns = self._prompt.app.output.get_size().columns
        if self._last is None or not self._last.turn:
            return one_line("/help · Tab completes · Ctrl-R searches · Ctrl-D leaves", columns - 1)
        return summary(self._last, columns - 1, turn=False)

    def _rang(self, due: Due) -> None:
        self._show(f"⏰ {due.text}", bell=True)

    def _show(self, text: str, *, bell: bool = False) -> None:
        """Print, above the prompt if it stands; words stay whole."""
        columns = max(20, self._prompt.app.output.get_size().columns)
        shown = "\n".join(fitted(line, columns) for line in printable(text).split("\n"))
        out = sys.stdout if self._prompt.app.is_running else self._out
        out.write(("\a" if bell else "") + shown + "\n")
        out.flush()


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


def fitted(line: str, columns: int) -> str:
    """Return a line on as many lines as it needs, the further ones indented."""
    if len(line) < columns:
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(line, columns - 1, subsequent_indent=indent, break_on_hyphens=False)


async def converse(talk: Talk) -> int:
    """Run the REPL on a terminal."""
    return await Terminal(talk).run()
