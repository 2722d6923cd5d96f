"""A provider for tests: speaks as OpenAI, Anthropic and Ollama do, and fails on command.

A real HTTP server on loopback, in a thread with a loop of its own. What it answers is a list of
steps; what it was asked, and whether its reader stayed to the end, is kept.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Text:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True)
class Thought:
    """A piece of reasoning."""

    text: str


@dataclass(frozen=True)
class Tool:
    """A piece of a tool call; the first piece of a call has its name."""

    arguments: str = ""
    name: str = ""
    index: int = 0


@dataclass(frozen=True)
class Pause:
    """Silence, in seconds. It ends early if the reader leaves."""

    seconds: float = 60.0


@dataclass(frozen=True)
class Raw:
    """Bytes that are no valid event."""

    data: bytes


@dataclass(frozen=True)
class Cut:
    """The connection breaks: with a reset, or as if all had been said."""

    reset: bool = True


Step = Text | Thought | Tool | Pause | Raw | Cut


@dataclass(frozen=True)
class Usage:
    """Tokens as a provider counts them; ``input`` is all of it for OpenAI, uncached here."""

    uncached: int = 100
    read: int = 0
    written: int = 0
    output: int = 5
    thought: int = 0


@dataclass(frozen=True)
class Reply:
    """One answer. A ``status`` other than 200 sends ``error`` and no stream."""

    steps: Sequence[Step] = (Text("Hello "), Text("there."))
    usage: Usage | None = Usage()
    finish: Literal["stop", "tool_calls", "length", "content_filter"] | None = "stop"
    status: int = 200
    error: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    before: float = 0.0
    """Seconds of silence before the first byte of the answer."""
    endless: bool = False
    """The steps are sent again and again until the reader leaves."""


@dataclass
class Asked:
    """One request, and what became of its answer."""

    path: str
    headers: dict[str, str]
    raw: bytes
    connection: int
    """Number of the connection that it came on."""
    ended: Literal["", "whole", "left", "cut"] = ""
    """left: the reader closed the connection before the end."""
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def body(self) -> Any:
        """The JSON of the request."""
        return json.loads(self.raw)


class _Left(Exception):
    """The reader is gone."""


class WireServer:
    """The server. ``replies`` are used up in order; the last one is given again and again."""

    def __init__(self) -> None:
        self.replies: deque[Reply] = deque([Reply()])
        self.asked: list[Asked] = []
        self.connections = 0
        self.arrived = threading.Semaphore(0)
        """Released by every request."""
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wire", daemon=True)
        self._thread.start()
        assert self._ready.wait(60)

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self.port}"

    def answer(self, *replies: Reply) -> None:
        """Answer like this from now on."""
        self.replies = deque(replies)

    def close(self) -> None:
        """Stop, and close every connection."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = self._loop.create_task(self._converse(reader, writer, self.connections))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        try:
            while (asked := await _request(reader, number)) is not None:
                self.asked.append(asked)
                self.arrived.release()
                try:
                    await self._reply(asked, reader, writer)
                finally:
                    asked.over.set()
                if asked.ended != "whole":
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _reply(
        self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if not asked.raw:  # somebody opens a connection ahead
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            asked.ended = "whole"
            return
        reply = self.replies.popleft() if len(self.replies) > 1 else self.replies[0]
        stays = _Stays(reader, writer)
        try:
            await stays.silence(reply.before)
            if reply.status != 200:
                _refuse(reply, writer)
            else:
                await _stream(asked, reply, stays, writer)
            asked.ended = "whole"
        except (_Left, ConnectionError):
            asked.ended = "left"
        except _Break as error:
            asked.ended = "cut"
            if error.reset:
                writer.transport.abort()
        finally:
            await stays.end()


class _Break(Exception):
    def __init__(self, *, reset: bool) -> None:
        self.reset = reset


class _Stays:
    """Whether the reader is still there: an HTTP client that reads says nothing meanwhile."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._task = asyncio.ensure_future(self._watch(reader))

    async def _watch(self, reader: asyncio.StreamReader) -> None:
        while not reader.at_eof():
            if reader.exception() is not None:
                return
            await asyncio.sleep(0.005)

    async def silence(self, seconds: float) -> None:
        """Wait; raises ``_Left`` as soon as the reader is gone."""
        if seconds:
            await asyncio.wait({self._task}, timeout=seconds)
        if self._task.done():
            raise _Left

    async def write(self, data: bytes) -> None:
        """Send; raises ``_Left`` if there is nobody to send to."""
        await self.silence(0)
        self._writer.write(data)
        await self._writer.drain()

    async def end(self) -> None:
        """Watch no more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def _request(reader: asyncio.StreamReader, number: int) -> Asked | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, found, value in (line.partition(":") for line in lines)
        if found
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(first.split(" ")[1], headers, body, number)


def _refuse(reply: Reply, writer: asyncio.StreamWriter) -> None:
    said = reply.error if isinstance(reply.error, bytes) else json.dumps(reply.error).encode()
    headers = {
        "Content-Type": "application/json",
        **reply.headers,
        "Content-Length": str(len(said)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {reply.status} Status\r\n{lines}\r\n".encode() + said)


async def _stream(asked: Asked, reply: Reply, stays: _Stays, writer: asyncio.StreamWriter) -> None:
    speak: Callable[[Any, Reply], AsyncIterator[Step | bytes]]
    speak = _openai
    if asked.path.endswith("/messages"):
        speak = _anthropic
    elif asked.path.endswith("/api/chat"):
        speak = _ollama
    extra = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
    await stays.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
        + extra.encode()
        + b"Transfer-Encoding: chunked\r\n\r\n"
    )
    async for event in speak(asked.body, reply):
        if isinstance(event, Pause):
            await stays.silence(event.seconds)
        elif isinstance(event, Cut):
            if not event.reset:
                writer.write(b"0\r\n\r\n")
            raise _Break(reset=event.reset)
        else:
            data = event.data if isinstance(event, Raw) else event
            assert isinstance(data, bytes)
            await stays.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    await stays.write(b"0\r\n\r\n")


def _steps(reply: Reply) -> Any:
    while True:
        yield from reply.steps
        if not reply.endless:
            return


async def _openai(body: Any, reply: Reply) -> AsyncIterator[Step | bytes]:
    def event(delta: Any, finish: str | None = None, **more: Any) -> bytes:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
        return _sse(
            {
                "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1,
                "model": f"{body['model']}-2026", "choices": choices, **more,
            }
        )  # fmt: skip

    yield event({"role": "assistant", "content": ""})
    for step in _steps(reply):
        if isinstance(step, Text):
            yield event({"content": step.text})
        elif isinstance(step, Thought):
            yield event({"reasoning_content": step.text})
        elif isinstance(step, Tool):
            named = {"id": f"call_{step.index}", "type": "function"} if step.name else {}
            function = {"arguments": step.arguments} | ({"name": step.name} if step.name else {})
            yield event({"tool_calls": [{"index": step.index, **named, "function": function}]})
        else:
            yield step
    if reply.finish is not None:
        yield event({}, reply.finish)
    if (usage := reply.usage) is not None and (body.get("stream_options") or {}).get(
        "include_usage"
    ):
        whole = usage.uncached + usage.read + usage.written
        yield event(
            None,
            usage={
                "prompt_tokens": whole,
                "completion_tokens": usage.output,
                "total_tokens": whole + usage.output,
                "prompt_tokens_details": {"cached_tokens": usage.read},
                "completion_tokens_details": {"reasoning_tokens": usage.thought},
            },
        )
    yield b"data: [DONE]\n\n"


async def _ollama(body: Any, reply: Reply) -> AsyncIterator[Step | bytes]:
    """Ollama sends lines of JSON, and every tool call whole."""

    def line(message: Any, **more: Any) -> bytes:
        event = {"model": body["model"], "created_at": "2026-01-01T00:00:00Z", "done": False}
        said = {"role": "assistant", "content": "", **message}
        return json.dumps({**event, "message": said, **more}).encode() + b"\n"

    for step in _steps(reply):
        if isinstance(step, Text):
            yield line({"content": step.text})
        elif isinstance(step, Thought):
            yield line({"thinking": step.text})
        elif isinstance(step, Tool):
            function = {"name": step.name, "arguments": json.loads(step.arguments)}
            yield line({"tool_calls": [{"function": function}]})
        else:
            yield step
    if reply.finish is not None:
        usage = reply.usage or Usage()
        counts = {"prompt_eval_count": usage.uncached, "eval_count": usage.output}
        yield line({}, done=True, done_reason=reply.finish, **counts)


_ANTHROPIC_FINISH = {
    "stop": "end_turn", "tool_calls": "tool_use", "length": "max_tokens",
    "content_filter": "refusal",
}  # fmt: skip


async def _anthropic(body: Any, reply: Reply) -> AsyncIterator[Step | bytes]:
    usage = reply.usage or Usage()
    counts = {
        "input_tokens": usage.uncached,
        "cache_read_input_tokens": usage.read,
        "cache_creation_input_tokens": usage.written,
    }

    def event(kind: str, **more: Any) -> bytes:
        return f"event: {kind}\n".encode() + _sse({"type": kind, **more})

    message: Any = {
        "id": "msg_1", "type": "message", "role": "assistant", "content": [],
        "model": f"{body['model']}-2026", "stop_reason": None, "stop_sequence": None,
        "usage": {**counts, "output_tokens": 1},
    }  # fmt: skip
    yield event("message_start", message=message)
    number, kind = -1, ""
    for step in _steps(reply):
        if not isinstance(step, (Text, Thought, Tool)):
            yield step
            continue
        now = f"tool {step.index}" if isinstance(step, Tool) else type(step).__name__
        if now != kind:
            if kind:
                yield event("content_block_stop", index=number)
            number, kind = number + 1, now
            yield event("content_block_start", index=number, content_block=_block(step))
        yield event("content_block_delta", index=number, delta=_delta(step))
    if kind:
        yield event("content_block_stop", index=number)
    if reply.finish is not None:
        yield event(
            "message_delta",
            delta={"stop_reason": _ANTHROPIC_FINISH[reply.finish], "stop_sequence": None},
            usage={**counts, "output_tokens": usage.output},
        )
        yield event("message_stop")


def _block(step: Step) -> Any:
    if isinstance(step, Tool):
        return {"type": "tool_use", "id": f"toolu_{step.index}", "name": step.name, "input": {}}
    if isinstance(step, Thought):
        return {"type": "thinking", "thinking": "", "signature": ""}
    return {"type": "text", "text": ""}


def _delta(step: Text | Thought | Tool) -> Any:
    if isinstance(step, Tool):
        return {"type": "input_json_delta", "partial_json": step.arguments}
    if isinstance(step, Thought):
        return {"type": "thinking_delta", "thinking": step.text}
    return {"type": "text_delta", "text": step.text}


def _sse(data: Any) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()
