"""A language model behind litellm: one streaming request, its answer as pieces."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from alexa_cli.models.chat import ChatRequest, End, TextPiece, ThoughtPiece, ToolPiece
from alexa_cli.models.failures import ModelError, NoAnswer, NotAllowed
from alexa_cli.models.llm import importing
from alexa_cli.models.llm.begun import given_up_if_left
from alexa_cli.models.llm.clients import close_clients, connect, exercise
from alexa_cli.models.llm.known import PROVIDERS
from alexa_cli.models.llm.mapping import failure
from alexa_cli.models.llm.usage import usage_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence

    from alexa_cli.models.chat import ModelSpec, Piece

THINKING_TOKENS = 4096
"""What an answer may be longer by when reasoning is asked for."""

ONE_KEY = frozenset({"anthropic", "openai", "gemini", "deepseek", "groq", "xai"})
"""Providers that know who asks by their variables in ``PROVIDERS`` and in no other way."""

REST = 1.0
"""Seconds that the report of tokens may take after the answer is whole."""


class LiteLlm:
    """A model of any provider that litellm knows."""

    def __init__(
        self,
        spec: ModelSpec,
        *,
        api_key: str | None = None,
        api_base: str | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.spec = spec
        self._key, self._base = api_key or None, api_base or None
        self._options = dict(options or {})

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece]:
        """Yield pieces; a stream that ends well ends with one ``End``. Makes no second attempt.

        Raises ``ModelError``. Closing the iterator closes the request.
        """
        litellm = await importing.wait()
        stream: Any = None
        try:
            self._check_key(litellm)
            with given_up_if_left():
                stream = await litellm.acompletion(**self.arguments(request))
            thought, calls = False, _Calls()
            async for chunk in stream:
                for piece in _pieces(chunk, calls):
                    thought = thought or isinstance(piece, ThoughtPiece)
                    yield piece
                if stream.sent_last_chunk:
                    break
            yield await _end(stream, self.spec, thought=thought)
        except ModelError:
            raise
        except Exception as error:  # foreign code raises whatever it likes: told apart there
            raise failure(error, self.spec, litellm, key=self._key) from error
        finally:
            if stream is not None:
                await _close(stream)

    def arguments(self, request: ChatRequest) -> dict[str, Any]:
        """Return what litellm is called with."""
        spec = self.spec
        longest = request.max_tokens or spec.max_tokens
        temperature = spec.temperature if request.temperature is None else request.temperature
        found: dict[str, Any] = {
            "model": spec.model,
            "messages": [dict(message) for message in request.messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": longest,
            "timeout": float(spec.timeout + 5),  # our own limit on silence comes first
            "max_retries": 0,
            "num_retries": 0,
            "drop_params": True,
            "api_key": self._key,
            "base_url": self._base,
        }
        if temperature is not None:
            found["temperature"] = temperature
        if request.tools:
            found |= {"tools": [dict(tool) for tool in request.tools], "_skip_mcp_handler": True}
        if request.schema is not None:
            strict = is_strict(request.schema)
            answer = {"name": "answer", "schema": request.schema, "strict": strict}
            found["response_format"] = {"type": "json_schema", "json_schema": answer}
        if request.cache_key and spec.cache == "openai":
            found["prompt_cache_key"] = request.cache_key
        if request.think:
            found |= {"reasoning_effort": "medium", "max_tokens": longest + THINKING_TOKENS}
            found.pop("temperature", None)  # a model that reasons takes none
        return self._options | found

    def check_early(self, env: Mapping[str, str]) -> None:
        """Raise ``NotAllowed`` if there is plainly no key, before seconds go into an import."""
        rules = PROVIDERS.get(self.spec.provider) if self.spec.provider in ONE_KEY else None
        if rules is None or self._key or self._base or "api_key" in self._options:
            return
        if not any(env.get(variable) for variable in rules.variables):
            raise self._no_key(rules.variables[:1])

    def _no_key(self, missing: Sequence[str]) -> NotAllowed:
        return NotAllowed(
            f"{self.spec.name}: no key for {self.spec.model}",
            hint=f"set {' and '.join(missing)}, or models.{self.spec.name}.api_key in config.yaml",
        )

    def _check_key(self, litellm: Any) -> None:  # noqa: ANN401 - litellm has no useful types
        """Find out what key there is. Raises ``NotAllowed`` if there must be one and is not."""
        if self._key is not None:
            return
        if self._base is not None and is_own(self._base):
            self._key = "none"  # the environment's key is for the provider, not for a server here
            return
        missing = litellm.validate_environment(model=self.spec.model)["missing_keys"]
        if not missing or not all(name.endswith("_API_KEY") for name in missing):
            return  # clouds have more ways to prove who asks than their variables
        if self._base is not None:
            self._key = "none"
            return
        raise self._no_key(missing)

    async def warm(self) -> None:
        """Import litellm and open a connection. Never raises; sends nothing that is paid for."""
        with suppress(Exception):  # the request that follows says what is wrong, if anything is
            litellm = await importing.wait()
            self._check_key(litellm)
            await asyncio.to_thread(exercise, self.spec.model)
            async with asyncio.timeout(self.spec.timeout):
                await connect(self.spec.model, self.arguments(ChatRequest(())))

    async def close(self) -> None:
        """Close the connections to providers, of all models, that belong to the running loop."""
        await close_clients()


def is_own(base: str) -> bool:
    """Whether an address is of this machine or of the network at home."""
    host = urlsplit(base).hostname or ""
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".home.arpa", ".internal"))
    return address.is_private or address.is_loopback or address.is_link_local


class _Calls:
    """Tells tool calls apart: some providers number every one of them 0."""

    def __init__(self) -> None:
        self._ids: dict[int, str] = {}
        self._places: dict[int, int] = {}
        self._next = 0

    def place(self, index: int, name: str, call_id: str) -> int:
        """Return the place of the call that a piece belongs to."""
        other = bool(name and call_id) and self._ids.get(index, call_id) != call_id
        if index not in self._places or other:
            self._places[index], self._next = self._next, self._next + 1
        if call_id:
            self._ids[index] = call_id
        return self._places[index]


def _pieces(chunk: Any, calls: _Calls) -> Iterator[Piece]:  # noqa: ANN401 - litellm's own
    for choice in chunk.choices[:1]:
        delta = choice.delta
        if thought := getattr(delta, "reasoning_content", None):
            yield ThoughtPiece(thought)
        if delta.content:
            yield TextPiece(delta.content)
        for call in delta.tool_calls or ():
            made = call.function
            name, call_id = made.name or "", call.id or ""
            if name or call_id or made.arguments:
                place = calls.place(call.index or 0, name, call_id)
                yield ToolPiece(place, name, made.arguments or "", call_id)


def is_strict(schema: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether a JSON Schema is of the kind that OpenAI holds an answer to.

    Every object names all its properties as required, and has no others.
    """
    if isinstance(schema, list | tuple):
        return all(is_strict(part) for part in schema)
    if not isinstance(schema, dict):
        return True
    fields = schema.get("properties")
    if schema.get("type") == "object" and not (
        isinstance(fields, dict)
        and schema.get("additionalProperties") is False
        and set(schema.get("required", ())) == set(fields)
    ):
        return False
    return all(is_strict(part) for part in schema.values())


async def _end(stream: Any, spec: ModelSpec, *, thought: bool) -> End:  # noqa: ANN401 - as above
    """Return the end of a stream that has said why it ends.

    What follows is read here and not by litellm: it would put the whole answer together once
    more, and estimate what the provider does not report.
    """
    reason = stream.received_finish_reason or stream.intermittent_finish_reason
    if reason is None:
        raise NoAnswer(f"{spec.name}: the answer broke off")
    reports = [_usage(chunk) for chunk in stream.chunks]
    with suppress(Exception):  # the answer is whole: what it took stays unknown
        async with asyncio.timeout(REST):
            reports += [_usage(chunk) async for chunk in stream.completion_stream]
    usage = usage_of(next((report for report in reversed(reports) if report is not None), None))
    if thought and not usage.thought:
        usage = replace(usage, thought=None)  # it has thought: that is no report
    return End(reason, usage, stream._provider_response_model or spec.model)  # noqa: SLF001


def _usage(chunk: Any) -> Any:  # noqa: ANN401 - litellm's own, or its provider's
    return chunk.get("usage") if isinstance(chunk, dict) else getattr(chunk, "usage", None)


async def _close(stream: Any) -> None:  # noqa: ANN401 - litellm's own
    inner = stream.completion_stream
    await stream.aclose()
    source: Any = getattr(inner, "streaming_response", None)
    if not hasattr(inner, "aclose") and hasattr(source, "aclose"):
        # litellm forgets Anthropic's: its lines are a generator, which holds the response
        with suppress(RuntimeError):  # it is running: whoever runs it closes it
            await source.aclose()
