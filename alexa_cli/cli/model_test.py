"""``alexa models test``: real requests to a model, and what they show of it.

Two requests share a long prefix: the second tells whether the provider kept it. A third asks for
a tool call, a fourth for JSON that follows a schema.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import load_settings
from alexa_cli.errors import AlexaError, ConfigError
from alexa_cli.language.text import printable
from alexa_cli.models.chat import ChatRequest
from alexa_cli.models.meter import Meter, total_cost, total_usage
from alexa_cli.models.showing import count, money

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from alexa_cli.cli.common import Common
    from alexa_cli.models.chat import Exchange, LanguageModel, ModelSpec
    from alexa_cli.models.llm.registry import LanguageModels
    from alexa_cli.models.llm.talk import Gathered

PREFIX_TOKENS = 1_200
"""Tokens of the shared prefix, or more where the provider keeps only longer ones."""
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


def test_models(common: Common, name: str | None, *, as_json: bool) -> int:
    """Test one language model, or all of them. Raises ConfigError if there is none."""
    from alexa_cli.models.llm.registry import LanguageModels

    loaded = load_settings(
        find_paths(os.environ), file=common.config, sets=common.sets, env=os.environ
    )
    models = LanguageModels(loaded.settings)
    names = models.names if name is None else (name,)
    if not names:
        raise ConfigError(
            "there is no language model to test",
            hint="models: {NAME: {kind: llm, model: provider/name}} in config.yaml",
        )
    codes, rows = asyncio.run(_test_all(models, names, quiet=as_json))
    if as_json:
        sys.stdout.write(json.dumps(rows) + "\n")
    return max(codes)


async def _test_all(
    models: LanguageModels, names: tuple[str, ...], *, quiet: bool
) -> tuple[list[int], list[dict[str, Any]]]:
    codes, rows = [], []
    try:
        for name in names:
            code, row = await _test_one(models, name, quiet=quiet)
            codes.append(code)
            rows.append(row)
    finally:
        await models.close()
    return codes, rows


async def _test_one(
    models: LanguageModels, name: str, *, quiet: bool
) -> tuple[int, dict[str, Any]]:
    def tell(finding: Finding) -> None:
        if quiet:
            return
        first, *more = finding.text.splitlines() or [""]
        lines = [f"  {finding.name:13}{first}", *(f"{'':15}{line.strip()}" for line in more)]
        sys.stdout.write("".join(printable(line) + "\n" for line in lines))
        sys.stdout.flush()

    spec = models.spec(name)
    if not quiet:
        sys.stdout.write(printable(f"{name}  {spec.model or spec.kind}") + "\n")
    try:
        examination = Examination(models.get(name), tell)
    except ConfigError as error:
        tell(Finding("not usable", ok=False, text=str(error)))
        return error.exit_code, {"name": name, "model": spec.model or None, "ok": False,
                                 "error": error.message}  # fmt: skip
    await examine(examination)
    return examination.exit_code, _row(examination)


def _row(examination: Examination) -> dict[str, Any]:
    spec, exchanges = examination.spec, examination.meter.exchanges
    usage = total_usage(exchanges)
    return {
        "name": spec.name, "model": spec.model or None, "ok": examination.exit_code == 0,
        **{finding.name.replace(" ", "_"): {"ok": finding.ok, "text": finding.text, **finding.data}
           for finding in examination.findings},
        "usage": {"uncached": usage.uncached, "cache_read": usage.cache_read,
                  "cache_write": usage.cache_write, "output": usage.output},
        "cost": total_cost(exchanges),
    }  # fmt: skip


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
    examination.found("answer", said if len(said) <= 60 else f"{said[:59]}…", ok=bool(said),  # noqa: PLR2004 - a line
                      answered=exchange.answered)  # fmt: skip
    first = None if exchange.first is None else exchange.first - exchange.start
    speed = _speed(exchange)
    told = "none came" if first is None else f"after {_seconds(first)}"
    more = "" if speed is None else f", then {speed:.0f} tokens a second"
    examination.found("first token", told + more, seconds=first, tokens_per_second=speed)


def _speed(exchange: Exchange) -> float | None:
    """Return the tokens of the answer a second, after the first; None: nobody knows."""
    made, first = exchange.usage.output, exchange.first
    if made is None or first is None or made < 2 or exchange.end - first <= 0:  # noqa: PLR2004 - one is no stream
        return None
    return (made - 1) / (exchange.end - first)


async def _prefix(examination: Examination, prefix: str) -> None:
    request = _request(examination.spec, prefix, "Say: done.")
    _, exchange = await examination.ask(request)
    usage, spec = exchange.usage, examination.spec
    first = None if exchange.first is None else exchange.first - exchange.start
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
