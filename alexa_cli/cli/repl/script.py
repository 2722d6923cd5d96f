"""The REPL without a terminal: a script of turns, or JSON lines both ways."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from alexa_cli.cli.repl.commands import Leave, run
from alexa_cli.cli.screen import event_json
from alexa_cli.errors import AlexaError, UsageError
from alexa_cli.language.text import MAX_CHARACTERS, printable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import TextIO

    from alexa_cli.cli.repl.talk import Talk
    from alexa_cli.turn import Event
    from alexa_cli.watch.due import Due

LONGEST_LINE = 16 * MAX_CHARACTERS
"""Bytes of a line that are looked at; the rest of a longer one is read and dropped."""
BLOCK = 65_536
"""Bytes read at once."""


class Script:
    """Answers each line of stdin on stdout."""

    def __init__(self, talk: Talk, out: TextIO) -> None:
        self._talk = talk
        self._out = out

    async def run(self) -> int:
        """Take lines until there are no more; returns the code of the last turn that went wrong."""
        bell = asyncio.create_task(self._talk.ring(self._rang))
        try:
            async for line in _lines():
                if line.strip() and not await self._one(line):
                    break
        finally:
            bell.cancel()
            with suppress(asyncio.CancelledError):
                await bell
            await self._talk.close()
        return self._talk.worst

    async def _one(self, line: bytes) -> bool:
        """Answer a line; returns whether to go on."""
        if (told := self._talk.refresh()) is not None:
            self._notice(told)
        try:
            await self._answer(line)
        except Leave:
            return False
        except AlexaError as error:
            self._talk.worst = error.exit_code
            self._failed(error)
        store = self._talk.session.store
        for notice in store.notices:
            self._notice(notice)
        store.notices.clear()
        return True

    async def _answer(self, line: bytes) -> None:
        words = line.decode("utf-8", errors="replace").strip()
        if words.startswith("/"):
            async for shown in run(self._talk, words):
                self._write(printable(shown))
        else:
            self._write(printable((await self._talk.say(words)).reply.text))

    def _notice(self, text: str) -> None:
        sys.stderr.write(f"alexa: {printable(text)}\n")

    def _failed(self, error: AlexaError) -> None:
        self._notice(str(error))

    def _rang(self, due: Due) -> None:
        self._write(printable(f"⏰ {due.text}"))

    def _write(self, text: str) -> None:
        self._out.write(text + "\n")
        self._out.flush()


class JsonLines(Script):
    """Takes ``{"say": ...}`` or ``{"command": "/..."}``, gives one JSON line an event."""

    async def _answer(self, line: bytes) -> None:
        request = _request(line)
        if (command := request.get("command")) is not None:
            self._give({"type": "shown", "lines": [s async for s in run(self._talk, command)]})
        else:
            await self._talk.say(request["say"], show=self._event)

    def _event(self, event: Event) -> None:
        self._give(event_json(event))

    def _notice(self, text: str) -> None:
        self._give({"type": "notice", "text": text})

    def _failed(self, error: AlexaError) -> None:
        self._give({"type": "error", "text": str(error), "exit_code": error.exit_code})

    def _rang(self, due: Due) -> None:
        self._give(
            {
                "type": "rang", "expert": due.expert, "key": due.key, "text": due.text,
                "kind": due.kind, "missed": due.missed, "at": due.at.isoformat(),
            }
        )  # fmt: skip

    def _give(self, value: dict[str, Any]) -> None:
        self._write(json.dumps(value))


async def play(talk: Talk) -> int:
    """Answer each line of stdin on stdout."""
    return await Script(talk, sys.stdout).run()


async def converse_json(talk: Talk) -> int:
    """Take and give JSON lines."""
    return await JsonLines(talk, sys.stdout).run()


def _request(line: bytes) -> dict[str, str]:
    hint = 'send {"say": "turn on the kitchen light"}'
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError("that line is no JSON", hint=hint) from error
    if isinstance(request, str):
        return {"say": request}
    if not isinstance(request, dict) or list(request) not in (["say"], ["command"]):
        raise UsageError("a line is an object with say or command", hint=hint)
    if not all(isinstance(value, str) for value in request.values()):
        raise UsageError("say and command are texts", hint=hint)
    return request


async def _lines() -> AsyncIterator[bytes]:
    """Yield the lines of stdin; a thread reads, so that what is due rings meanwhile.

    It reads the descriptor itself: a thread that waits inside ``sys.stdin`` holds a lock which
    the interpreter wants when it ends.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=1)

    def give(line: bytes | None) -> None:
        asyncio.run_coroutine_threadsafe(queue.put(line), loop).result()

    def read() -> None:
        # The loop may end first: then nobody waits for more.
        with suppress(RuntimeError, OSError, asyncio.CancelledError):
            held = b""
            while block := os.read(0, BLOCK):
                *whole, rest = (held + block).split(b"\n")
                for line in whole:
                    give(line[:LONGEST_LINE])
                held = rest[:LONGEST_LINE]
            if held:
                give(held)
            give(None)

    threading.Thread(target=read, name="stdin", daemon=True).start()
    while (line := await queue.get()) is not None:
        yield line
