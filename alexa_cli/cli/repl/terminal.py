"""The REPL on a terminal: history, completion, suggestions, a toolbar, and a bell."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import Completer, Completion
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.patch_stdout import patch_stdout

from alexa_cli.cli.repl.commands import COMMANDS, Leave, run, sayable
from alexa_cli.cli.screen import summary
from alexa_cli.config.paths import FILE_MODE, private_dir
from alexa_cli.errors import AlexaError
from alexa_cli.language.text import printable
from alexa_cli.trace.save import load_turn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document
    from prompt_toolkit.history import History

    from alexa_cli.cli.repl.talk import Talk
    from alexa_cli.watch.due import Due

LEAVE_WITHIN = 2.0
"""Seconds within which a second Ctrl-C leaves."""


class Sayable(Completer):
    """Completes slash commands, and sentences that the experts give as examples."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - theirs
    ) -> Iterable[Completion]:
        """Yield completions of what stands before the cursor."""
        text = document.text_before_cursor.lstrip()
        if text.startswith("/"):
            for command in COMMANDS.values():
                if command.name.startswith(text):
                    yield Completion(
                        command.name, start_position=-len(text), display_meta=command.help
                    )
            return
        if len(text) > 1:
            low = text.lower()
            for example in sayable(self._talk):
                if example.lower().startswith(low):
                    yield Completion(example, start_position=-len(text))


class Terminal:
    """One interactive run."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._toolbar = "/help says what there is"
        self._interrupted = -LEAVE_WITHIN
        self._prompt: PromptSession[str] = PromptSession(
            history=self._history(),
            completer=Sayable(talk),
            complete_while_typing=False,
            auto_suggest=AutoSuggestFromHistory(),
            bottom_toolbar=lambda: self._toolbar,
            enable_history_search=True,
            color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
        )

    def _history(self) -> History:
        """What was said before, readable by the user alone; in memory if nothing is kept."""
        store = self._talk.session.store
        if store.path is None:
            return InMemoryHistory()
        path = private_dir(self._talk.session.paths.data) / "history"
        with suppress(OSError):
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, FILE_MODE))
            path.chmod(FILE_MODE)
        return FileHistory(str(path))

    async def run(self) -> int:
        """Talk until the user leaves; returns the exit code."""
        self._print(f"alexa — {len(self._talk.session.house.catalogue.experts)} experts. "
                    "Say something; /help for more, Ctrl-D leaves.")  # fmt: skip
        bell = asyncio.create_task(self._talk.ring(self._rang))
        try:
            with patch_stdout(raw=True):
                while await self._one():
                    pass
        finally:
            bell.cancel()
            with suppress(asyncio.CancelledError):
                await bell
        return 0

    async def _one(self) -> bool:
        """Read one line and answer it; returns whether to go on."""
        try:
            line = (await self._prompt.prompt_async("› ")).strip()
        except EOFError:
            return False
        except KeyboardInterrupt:
            return self._again_leaves()
        if not line:
            return True
        if (told := self._talk.refresh()) is not None:
            self._print(told)
        return await self._stoppable(line)

    def _again_leaves(self) -> bool:
        now = time.monotonic()
        leaving = now - self._interrupted < LEAVE_WITHIN
        self._interrupted = now
        if not leaving:
            self._print("Ctrl-C once more leaves.")
        return not leaving

    async def _stoppable(self, line: str) -> bool:
        """Answer a line; Ctrl-C stops the answer."""
        task = asyncio.create_task(self._answer(line))
        loop = asyncio.get_running_loop()
        with suppress(NotImplementedError):
            loop.add_signal_handler(signal.SIGINT, task.cancel)
        try:
            return await task
        except asyncio.CancelledError:
            self._interrupted = time.monotonic()
            self._print("Stopped.")
            return True
        finally:
            with suppress(NotImplementedError):
                loop.remove_signal_handler(signal.SIGINT)

    async def _answer(self, line: str) -> bool:
        try:
            if line.startswith("/"):
                async for shown in run(self._talk, line):
                    self._print(shown)
                return True
            seen = await self._talk.say(line)
            self._print(seen.reply.text)
            self._last = seen
        except Leave:
            return False
        except AlexaError as error:
            self._print(str(error))
        for notice in self._talk.session.store.notices:
            self._print(notice)
        self._talk.session.store.notices.clear()
        return True

    def _rang(self, due: Due) -> None:
        self._print(f"\a⏰ {due.text}", bell=True)

    def _print(self, text: str, *, bell: bool = False) -> None:
        sys.stdout.write(("\a" if bell else "") + printable(text) + "\n")
        sys.stdout.flush()


async def converse(talk: Talk) -> int:
    """Run the REPL on a terminal."""
    return await Terminal(talk).run()
