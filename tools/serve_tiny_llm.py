"""Serve the tiny language model of the tests: llama.cpp's own server, on this machine only.

    python tools/serve_tiny_llm.py [--port 8080] [--model FILE.gguf] [--slots 2] [--delay 0.5]

Prints one line of JSON when it answers: ``{"url": "http://127.0.0.1:PORT/v1", ...}``. Then

    models: {tiny: {kind: llm, model: openai/tiny, api_base: URL, api_key: not-needed}}

talks to it. It ends with Ctrl-C, and where its input is a pipe, with that pipe's end: what a
program started is gone when the program is. ``--delay`` puts a proxy in front that holds back
each request for so many seconds, which makes a slower model of it.

From another program: ``with serving() as url: ...``.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import stat
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MODEL = Path(__file__).resolve().parent.parent / "tests" / "data" / "tiny_llm.gguf"
CONTEXT = 16_384
"""Tokens of one slot."""
KNOWN = ("contacts", "control", "lists", "smart_home", "timers")
"""The experts that it was trained for; it can be asked about these only."""
LOOPBACK = "127.0.0.1"


def others() -> list[str]:
    """Return the shipped experts that it does not know, for ``experts.off``."""
    folder = MODEL.parents[2] / "experts"
    return sorted(each.parent.name for each in folder.glob("*/expert.yaml")
                  if each.parent.name not in KNOWN)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Engine:
    """A running engine, and what it tells of itself."""

    url: str
    """With ``/v1``: what ``api_base`` takes."""

    @property
    def root(self) -> str:
        """Its address."""
        return self.url.removesuffix("/v1")

    def _ask(self, path: str, body: object = None) -> Any:  # noqa: ANN401 - whatever JSON it is
        import httpx  # noqa: PLC0415 - only who asks needs it

        with httpx.Client(base_url=self.root, trust_env=False) as client:
            answer = client.get(path) if body is None else client.post(path, json=body)
        answer.raise_for_status()
        return answer.json() if "json" in answer.headers["content-type"] else answer.text

    def rendered(self, messages: Iterable[object], tools: Iterable[object] | None = ()) -> str:
        """The text that it makes of a request."""
        body: dict[str, object] = {"messages": list(messages)}
        if tools:
            body["tools"] = list(tools)
        return str(self._ask("/apply-template", body)["prompt"])

    def tokens(self, text: str) -> list[int]:
        """The tokens of a text."""
        return [int(token) for token in self._ask("/tokenize", {"content": text})["tokens"]]

    def busy(self) -> bool:
        """Whether it is answering anybody."""
        return any(slot["is_processing"] for slot in self._ask("/slots"))

    def made(self) -> int:
        """How many tokens it has made so far."""
        name = "llamacpp:tokens_predicted_total "
        lines = self._ask("/metrics").splitlines()
        return int(float(next(line for line in lines if line.startswith(name)).split()[1]))


def start(model: Path, port: int, slots: int) -> Any:  # noqa: ANN401 - the library has no types
    """Start the engine in this process; it answers when this returns."""
    import xllamacpp  # noqa: PLC0415 - only who serves needs it

    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.model_alias = {"tiny"}
    params.hostnames = [LOOPBACK]
    params.port = port
    params.n_ctx = CONTEXT * slots
    params.n_parallel = slots
    params.kv_unified = False
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    params.use_jinja = True
    params.endpoint_metrics = True
    params.endpoint_slots = True
    params.verbosity = 0
    params.sampling.temp = 0.0
    return xllamacpp.Server(params)


async def hold_back(url: str, seconds: float) -> tuple[asyncio.Server, str]:
    """A proxy that waits ``seconds`` before it passes a request on; returns its address too."""
    there = urlsplit(url)

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wait: list[bool],
                   *, asks: bool) -> None:  # fmt: skip
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                if asks and wait[0]:
                    await asyncio.sleep(seconds)
                wait[0] = not asks
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_connection(there.hostname, there.port)
        wait = [True]
        await asyncio.gather(
            pump(reader, outer, wait, asks=True), pump(inner, writer, wait, asks=False)
        )

    server = await asyncio.start_server(serve, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    return server, f"http://{LOOPBACK}:{port}"


@contextlib.contextmanager
def serving(
    model: Path = MODEL, *, slots: int = 2, delay: float = 0.0, wait: float = 60.0
) -> Iterator[str]:
    """A server in a process of its own, and its address; gone afterwards, whatever happens."""
    command = [
        sys.executable, str(Path(__file__).resolve()), "--model", str(model),
        "--slots", str(slots), "--delay", str(delay),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    timer = threading.Timer(wait, process.kill)
    timer.start()
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        line = process.stdout.readline()
        timer.cancel()
        if not line:
            raise RuntimeError(f"the engine did not start (exit code {process.wait()})")
        yield json.loads(line)["url"]
    finally:
        timer.cancel()
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def _wait_for_end() -> None:
    """Return when the other end of a pipe is closed; never, on anything but a pipe."""
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        while os.read(0, 4096):
            pass
    else:
        threading.Event().wait()


async def _behind_proxy(url: str, delay: float, started: float) -> None:
    server, slow = await hold_back(url, delay)
    async with server:
        _say(slow, started)
        await asyncio.to_thread(_wait_for_end)


def _say(url: str, started: float) -> None:
    line = {"url": f"{url.rstrip('/')}/v1", "pid": os.getpid(),
            "seconds": round(time.monotonic() - started, 2)}  # fmt: skip
    print(json.dumps(line), flush=True)


def main() -> int:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--slots", type=int, default=2, help="prompts kept at once")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each request")
    options = parser.parse_args()
    if not options.model.is_file():
        print(f"no model at {options.model}", file=sys.stderr)
        return 1
    started = time.monotonic()
    engine = start(options.model, options.port, options.slots)
    try:
        if options.delay:
            asyncio.run(_behind_proxy(engine.listening_address, options.delay, started))
        else:
            _say(engine.listening_address, started)
            _wait_for_end()
    except KeyboardInterrupt:
        pass
    os._exit(0)  # the engine's own threads would be waited for


if __name__ == "__main__":
    sys.exit(main())
