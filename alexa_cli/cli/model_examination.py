"""The examination of a language model: requests to it, and what each shows.

Two requests share a long prefix: the second tells whether the provider kept it. A third asks for
a tool call, a fourth for JSON that follows a schema.
"""

from __future__ import annotations

import json
import time
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from alexa_cli.errors import AlexaError
from alexa_cli.models.chat import ChatRequest
from alexa_cli.models.meter import Meter, total_cost, total_usage
from alexa_cli.models.showing import count, money

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from alexa_cli.models.chat import Exchange, LanguageModel, ModelSpec
    from alexa_cli.models.llm.talk import Gathered

PREFIX_TOKENS = 1_200
"""Tokens of the shared prefix, or more where the provider keeps only longer ones."""
LONGEST = 60
"""Characters of an answer that are shown."""
LEAST_TOKENS, LEAST_SECONDS = 5, 0.005
"""Of an answer whose speed means anything."""
_LINE = "Line {n} of a text that is the same in both requests and means nothing at all.\n"
_TOKENS_OF_LINE = 18
_TOOL = {
    "type": "function",
    "function": {
        "name": "set_light",
        "description": "Turns a light on or off.",
        "parameters": {
            "type": "object",
            "properties": {"room": {"type": "string"}, "on": {"type": "boolean"}},
            "required": ["room", "on"],
        },
    },
}
_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {"room": {"type": "string"}, "on": {"type": "boolean"}},
    "required": ["room", "on"],
    "additionalProperties": False,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool | None
    """None: it says nothing good or bad."""
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Examination:
    """What was found out about a model so far."""

    model: LanguageModel
    tell: Callable[[Finding], None]
    meter: Meter = field(default_factory=Meter)
    findings: list[Finding] = field(default_factory=list)
    exit_code: int = 0

    @property
    def spec(self) -> ModelSpec:
        """The spec of the model."""
        return self.model.spec

    async def ask(self, request: ChatRequest) -> tuple[Gathered, Exchange]:
        """Make one request. Raises ModelError."""
        from alexa_cli.models.llm.talk import Gathered, talk

        gathered = Gathered()
        async with aclosing(talk(self.model, request, self.meter, "test")) as pieces:
            async for piece in pieces:
                gathered.add(piece)
        return gathered, self.meter.exchanges[-1]

    def found(self, name: str, text: str, *, ok: bool | None = None, **data: Any) -> None:  # noqa: ANN401 - any JSON
        """Note and tell a finding."""
        finding = Finding(name, ok, text, data)
        self.findings.append(finding)
        self.tell(finding)

    def failed(self, name: str, error: AlexaError) -> None:
        """Note and tell a failure; the first one's exit code is that of the command."""
        self.exit_code = self.exit_code or error.exit_code
        self.found(name, str(error), ok=False, error=error.message)


async def examine(examination: Examination) -> None:
    """Make the requests and tell what each shows. Does not raise ModelError."""
    spec = examination.spec
    if spec.kind == "llm":
        from alexa_cli.models.llm import importing

        if not importing.is_loaded():
            await importing.wait()
            seconds = importing.import_seconds() or 0.0
            examination.found("litellm", f"imported in {seconds:.1f} s", seconds=seconds)
    try:
        prefix = shared_prefix(spec)
        await _answer(examination, prefix)
    except AlexaError as error:
        examination.failed("answer", error)
        return
    looks: Mapping[str, Callable[[], Awaitable[None]]] = {
        "prefix": partial(_prefix, examination, prefix),
        "tool call": partial(_tool_call, examination),
        "JSON schema": partial(_json_schema, examination),
    }
    for name, look in looks.items():
        try:
            await look()
        except AlexaError as error:
            examination.failed(name, error)
    _account(examination)


def shared_prefix(spec: ModelSpec) -> str:
    """Return a system message long enough to be cached, and new, so that it is not yet."""
    wanted = max(PREFIX_TOKENS, spec.min_cache_tokens * 5 // 4)
    if spec.context_window is not None:
        wanted = min(wanted, spec.context_window // 2)
    lines = (_LINE.format(n=n) for n in range(1, wanted // _TOKENS_OF_LINE + 2))
    return f"Test {time.time_ns():x}. Do what the user says.\n{''.join(lines)}"


def _request(spec: ModelSpec, system: str, user: str) -> ChatRequest:
    content: Any = system
    if spec.cache == "anthropic":
        part = {"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}
        content = [part]
    return ChatRequest(
        messages=({"role": "system", "content": content}, {"role": "user", "content": user}),
        cache_key="alexa-test",
    )


async def _answer(examination: Examination, prefix: str) -> None:
    request = _request(examination.spec, prefix, "Count from one to thirty, in words.")
    gathered, exchange = await examination.ask(request)
    said = " ".join((gathered.text or gathered.thought).split())
    examination.found(
        "answer", _cut(said) or _no_words(gathered), ok=bool(said), answered=exchange.answered
    )
    if not said:
        examination.exit_code = 1
    first, speed = _first(exchange), _speed(exchange)
    told = "none came" if first is None else f"after {_seconds(first)}"
    more = "" if speed is None else f", then {speed:.0f} tokens a second"
    examination.found("first token", told + more, seconds=first, tokens_per_second=speed)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _no_words(gathered: Gathered) -> str:
    if gathered.calls:
        return f"no words; it called {gathered.calls[0].name[:50]!r}, which there is not"
    return "no words came"


def _first(exchange: Exchange) -> float | None:
    """Return the seconds until the first piece came."""
    return None if exchange.first is None else exchange.first - exchange.start


def _speed(exchange: Exchange) -> float | None:
    """Return the tokens of the answer a second, after the first; None: nobody can tell."""
    made, first = exchange.usage.output, exchange.first
    if made is None or first is None or made < LEAST_TOKENS or exchange.end - first < LEAST_SECONDS:
        return None
    return (made - 1) / (exchange.end - first)


async def _prefix(examination: Examination, prefix: str) -> None:
    request = _request(examination.spec, prefix, "Say: done.")
    _, exchange = await examination.ask(request)
    usage, spec = exchange.usage, examination.spec
    first = _first(exchange)
    when = "" if first is None else f"; first token after {_seconds(first)}"
    if usage.cache_read:
        text = f"cached: {usage.cache_read:,} of {count(usage.input)} tokens{when}"
    elif usage.cache_read is None:
        text = f"the provider does not say whether it was cached{when}"
    elif spec.cache == "none":
        text = f"not cached, as known of the provider{when}"
    else:
        enough = f"the {spec.min_cache_tokens:,} that are needed"
        text = f"not cached: {count(usage.input)} tokens, though above {enough}{when}"
    ok = None if usage.cache_read is None else bool(usage.cache_read)
    examination.found(
        "prefix", text, ok=ok, cached=usage.cache_read, tokens=usage.input, seconds=first
    )


async def _tool_call(examination: Examination) -> None:
    request = _request(examination.spec, "Do what the user says, with a tool.",
                       "Turn on the light in the kitchen.")  # fmt: skip
    gathered, _ = await examination.ask(replace(request, tools=(_TOOL,)))
    wrong = _wrong_call(gathered)
    _works(examination, "tool call", wrong, mode="tools")


async def _json_schema(examination: Examination) -> None:
    request = _request(examination.spec, "Answer in JSON: which room, and whether the light is on.",
                       "The light in the kitchen is on.")  # fmt: skip
    gathered, _ = await examination.ask(replace(request, schema=_SCHEMA))
    wrong = _wrong_json(gathered.text)
    _works(examination, "JSON schema", wrong, mode="json_schema")


def _works(examination: Examination, name: str, wrong: str, *, mode: str) -> None:
    asked = examination.spec.structured == mode
    if not wrong:
        examination.found(name, "works" + (" (plans are asked for like this)" if asked else ""),
                          ok=True)  # fmt: skip
        return
    if asked:
        examination.exit_code = examination.exit_code or 1
        other = "json_schema" if mode == "tools" else "tools"
        option = f"models.{examination.spec.name}.structured"
        wrong += f"\nplans are asked for like this; try {option}: {other}"
    examination.found(name, wrong, ok=False)


def _wrong_call(gathered: Gathered) -> str:
    """Return what is wrong with the call; empty: nothing."""
    if not gathered.calls:
        said = " ".join(gathered.text.split())
        return f"no call; it answered {said[:50]!r}" if said else "no call, and no words either"
    call = gathered.calls[0]
    if call.name != "set_light":
        return f"it called {call.name[:50]!r}, which there is not"
    return _wrong_json(call.arguments)


def _wrong_json(text: str) -> str:
    """Return what is wrong with the JSON that was to name a room; empty: nothing."""
    try:
        found = json.loads(text)
    except ValueError:
        shown = " ".join(text.split())[:50]
        return f"what came is no JSON: {shown!r}"
    if not isinstance(found, dict) or set(found) != {"room", "on"}:
        return f"the JSON does not follow the schema: {text[:50]!r}"
    right = found["on"] is True and "kitchen" in str(found["room"]).lower()
    return "" if right else f"the form is right, what it says is not: {text[:50]!r}"


def _account(examination: Examination) -> None:
    exchanges = examination.meter.exchanges
    usage, cost = total_usage(exchanges), total_cost(exchanges)
    cached = "" if usage.cache_read is None else f" (cached {usage.cache_read:,})"
    tokens = f"in {count(usage.input)}{cached} out {count(usage.output)}"
    price = "cost unknown" if cost is None else money(cost)
    text = f"{tokens} · {price} · {len(exchanges)} requests"
    examination.found("took", text, requests=len(exchanges))


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"
