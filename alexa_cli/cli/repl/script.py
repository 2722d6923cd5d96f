"""The REPL without a terminal: a script of turns, or JSON lines both ways."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from alexa_cli.cli.repl.commands import Leave, run
from alexa_cli.cli.screen import event_json
from alexa_cli.errors import AlexaError, UsageError
from alexa_cli.language.text import MAX_CHARACTERS, printable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from alexa_cli.cli.repl.talk import Talk
    from alexa_cli.turn import Event
    from alexa_cli.watch.due import Due

LONGEST_LINE = 16 * MAX_CHARACTERS
"""Bytes of a line that are looked at; the rest of a longer one is read and dropped."""


async def play(talk: Talk) -> int:
    """Answer each line of stdin on stdout; returns the code of the last turn that went wrong."""
    bell = asyncio.create_task(talk.ring(_say_due))
    try:
        async for line in _lines():
            words = line.decode("utf-8", errors="replace").strip()
            if words and not await _one(talk, words):
                break
    finally:
        bell.cancel()
        with suppress(asyncio.CancelledError):
            await bell
    return talk.worst


async def _one(talk: Talk, words: str) -> bool:
    if (told := talk.refresh()) is not None:
        sys.stderr.write(printable(told) + "\n")
    try:
        if words.startswith("/"):
            async for shown in run(talk, words):
                _out(shown)
        else:
            _out((await talk.say(words)).reply.text)
    except Leave:
        return False
    except AlexaError as error:
        talk.worst = error.exit_code
        sys.stderr.write(f"alexa: {printable(str(error))}\n")
    talk.session.say_notices()
    return True


async def converse_json(talk: Talk) -> int:
    """Take ``{"say": ...}`` (or ``{"command": "/..."}``) lines; give one JSON line an event."""
    bell = asyncio.create_task(talk.ring(lambda due: _give(_rang(due))))
    try:
        async for line in _lines():
            if line.strip() and not await _one_json(talk, line):
                break
    finally:
        bell.cancel()
        with suppress(asyncio.CancelledError):
            await bell
    return talk.worst


async def _one_json(talk: Talk, line: bytes) -> bool:
    def show(event: Event) -> None:
        _give(event_json(event))

    try:
        request = _request(line)
        if told := talk.refresh():
            _give({"type": "notice", "text": told})
        if (command := request.get("command")) is not None:
            _give({"type": "shown", "lines": [shown async for shown in run(talk, str(command))]})
        else:
            await talk.say(str(request["say"]), show=show)
    except Leave:
        return False
    except AlexaError as error:
        talk.worst = error.exit_code
        _give({"type": "error", "text": str(error), "exit_code": error.exit_code})
    for notice in talk.session.store.notices:
        _give({"type": "notice", "text": notice})
    talk.session.store.notices.clear()
    return True


def _request(line: bytes) -> dict[str, Any]:
    hint = 'send {"say": "turn on the kitchen light"}'
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError("that line is no JSON", hint=hint) from error
    if isinstance(request, str):
        return {"say": request}
    known = {"say", "command"}
    if not isinstance(request, dict) or len(known & request.keys()) != 1 or request.keys() - known:
        raise UsageError("a line is an object with say or command", hint=hint)
    return request


async def _lines() -> AsyncIterator[bytes]:
    """Yield the lines of stdin; a thread reads, so that what is due rings meanwhile."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=1)
    import threading

    def read() -> None:
        with suppress(RuntimeError, OSError, ValueError):
            while line := sys.stdin.buffer.readline(LONGEST_LINE):
                while not line.endswith(b"\n"):
                    more = sys.stdin.buffer.readline(LONGEST_LINE)
                    if not more or more.endswith(b"\n"):
                        break
                asyncio.run_coroutine_threadsafe(queue.put(line), loop).result()
            asyncio.run_coroutine_threadsafe(queue.put(None), loop).result()

    threading.Thread(target=read, name="stdin", daemon=True).start()
    while (line := await queue.get()) is not None:
        yield line


def _rang(due: Due) -> dict[str, Any]:
    return {"type": "rang", "expert": due.expert, "key": due.key, "text": due.text,
            "at": due.at.isoformat()}  # fmt: skip


def _say_due(due: Due) -> None:
    _out(f"⏰ {due.text}")


def _give(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")
    sys.stdout.flush()


def _out(text: str) -> None:
    sys.stdout.write(printable(text) + "\n")
    sys.stdout.flush()
