from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from alexa_cli.models.chat import ChatRequest, Exchange, ModelSpec, Price
from alexa_cli.models.llm.clients import close_clients
from alexa_cli.models.llm.litellm_model import LiteLlm
from alexa_cli.models.llm.talk import Gathered, talk
from alexa_cli.models.meter import Meter

if TYPE_CHECKING:
    from tests.wire.server import WireServer

T = TypeVar("T")

HELLO = ChatRequest(({"role": "user", "content": "hello"},))


@dataclass
class Wire:
    """A model behind litellm that talks to the wire server."""

    server: WireServer
    spec: ModelSpec
    base: str
    key: str | None = "test-key-1234"

    def model(self, **changes: Any) -> LiteLlm:
        """The model, with other values in its spec."""
        return LiteLlm(replace(self.spec, **changes), api_key=self.key, api_base=self.base)

    async def answer(
        self,
        request: ChatRequest = HELLO,
        *,
        meter: Meter | None = None,
        model: LiteLlm | None = None,
    ) -> Gathered:
        """The whole answer, through the one door."""
        gathered = Gathered()
        async for piece in talk(model or self.model(), request, meter or Meter(), "plan"):
            gathered.add(piece)
        return gathered


@pytest.fixture(params=["openai", "anthropic"])
def wire_model(request: pytest.FixtureRequest, wire_server: WireServer) -> Wire:
    """The same model twice: behind OpenAI's format, and behind Anthropic's."""
    return _wire(request.param, wire_server)


@pytest.fixture
def openai_model(wire_server: WireServer) -> Wire:
    return _wire("openai", wire_server)


@pytest.fixture
def anthropic_model(wire_server: WireServer) -> Wire:
    return _wire("anthropic", wire_server)


@pytest.fixture
def ollama_model(wire_server: WireServer) -> Wire:
    return _wire("ollama_chat", wire_server)


def _wire(provider: str, server: WireServer) -> Wire:
    spec = ModelSpec(
        "fast", provider=provider, timeout=60.0, deadline=100.0, retries=0,
        price=Price(3.0, 15.0, 0.3, 3.75),
    )  # fmt: skip
    if provider == "openai":
        spec = replace(spec, model="openai/tiny", cache="openai")
        return Wire(server, spec, f"{server.url}/v1")
    if provider == "ollama_chat":
        return Wire(server, replace(spec, model="ollama_chat/tiny"), server.url, key=None)
    return Wire(
        server, replace(spec, model="anthropic/claude-sonnet-4-6", cache="anthropic"), server.url
    )


@pytest.fixture
def run() -> Callable[[Awaitable[T]], T]:
    """``asyncio.run``, with the connections closed at the end of the loop."""

    def run(work: Awaitable[T]) -> T:
        async def whole() -> T:
            try:
                return await work
            finally:
                await close_clients()

        return asyncio.run(whole())

    return run


@pytest.fixture
def only() -> Callable[[Meter], Exchange]:
    """The one exchange of a meter."""

    def only(meter: Meter) -> Exchange:
        (exchange,) = meter.exchanges
        return exchange

    return only
