"""What the one door to language models costs over a bare litellm call with the same bytes.

Both talk to the wire server of the tests, which answers at once; request after request, in turns:

    python tools/bench_client.py --requests 200
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

from alexa_cli.models.chat import ChatRequest, ModelSpec, Price
from alexa_cli.models.llm import importing
from alexa_cli.models.llm.clients import close_clients
from alexa_cli.models.llm.litellm_model import LiteLlm
from alexa_cli.models.llm.talk import Gathered, talk
from alexa_cli.models.meter import Meter

if TYPE_CHECKING:
    from types import ModuleType

    from tests.wire.server import WireServer

SERVER = Path(__file__).parents[1] / "tests" / "wire" / "server.py"
WARM_UP = 10
REQUEST = ChatRequest(
    (
        {"role": "system", "content": "You are an assistant for a home. " * 200},
        {"role": "user", "content": "turn on the kitchen light please"},
    ),
    tools=tuple(
        {
            "type": "function",
            "function": {
                "name": f"api_{number}",
                "description": "Does something with a thing in a room.",
                "parameters": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "room": {"type": "string"}},
                    "required": ["name"],
                },
            },
        }
        for number in range(24)
    ),
    temperature=0.0,
)
Timed = Callable[[], Awaitable[tuple[float, float]]]


def wire() -> ModuleType:
    """The module of the wire server."""
    spec = spec_from_file_location("wire_server", SERVER)
    assert spec is not None  # noqa: S101 - for mypy
    assert spec.loader is not None  # noqa: S101 - for mypy
    module = sys.modules["wire_server"] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ways(model: LiteLlm) -> tuple[Timed, Timed]:
    """The bare call and ours; each returns the seconds to its first piece and to its end."""
    litellm, arguments = importing.load(), model.arguments(REQUEST)

    async def bare() -> tuple[float, float]:
        started, first = time.perf_counter(), 0.0
        litellm.disable_token_counter = False  # as it comes
        async for chunk in await litellm.acompletion(**arguments):
            delta = chunk.choices[0].delta if chunk.choices else None
            if not first and delta is not None and (delta.content or delta.tool_calls):
                first = time.perf_counter() - started
        return first, time.perf_counter() - started

    async def ours() -> tuple[float, float]:
        started, first = time.perf_counter(), 0.0
        litellm.disable_token_counter = True
        meter, gathered = Meter(), Gathered()
        async for piece in talk(model, REQUEST, meter, "plan"):
            first = first or time.perf_counter() - started
            gathered.add(piece)
        return first, time.perf_counter() - started

    return bare, ours


async def compare(model: LiteLlm, server: WireServer, requests: int) -> None:
    """Print one line of figures."""
    bare, ours = ways(model)
    pairs = []
    for number in range(requests + WARM_UP):
        order = (bare, ours) if number % 2 else (ours, bare)
        took = {way: await way() for way in order}
        pairs.append((took[bare], took[ours]))
    if server.asked[-1].raw != server.asked[-2].raw:
        raise SystemExit("the requests are not the same bytes")
    for place, name in enumerate(("first piece", "whole")):
        less = sorted(1000 * (b[place] - a[place]) for a, b in pairs[WARM_UP:])
        bare_p50 = 1000 * statistics.median(a[place] for a, _ in pairs[WARM_UP:])
        p50, p90 = statistics.median(less), less[int(len(less) * 0.9)]
        print(f"{model.spec.model:28} {name:12} bare p50 {bare_p50:6.2f} ms, "
              f"ours {p50:+6.2f} ms (p90 {p90:+6.2f})")  # fmt: skip


async def measure(requests: int) -> None:
    """Compare over OpenAI's format, then Anthropic's."""
    module = wire()
    server = module.WireServer()
    call = [module.Tool(name="api_1"), *[module.Tool(p) for p in ('{"na', 'me": ', '"lig', 'ht"}')]]
    server.answer(module.Reply(call, finish="tool_calls"))
    for name, base in (
        ("openai/tiny", f"{server.url}/v1"),
        ("anthropic/claude-sonnet-4-6", server.url),
    ):
        spec = ModelSpec("fast", model=name, price=Price(1.0, 2.0))
        await compare(LiteLlm(spec, api_key="none", api_base=base), server, requests)
    await close_clients()
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200)
    asyncio.run(measure(parser.parse_args().requests))
