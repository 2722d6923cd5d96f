"""One call: the handler is run within its deadline, and whatever it does is one outcome."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from alexa_cli.act.undo import undo_call
from alexa_cli.catalog.expert import Effect
from alexa_cli.errors import AlexaError
from alexa_cli.language.text import printable
from alexa_cli.turn import Outcome, Trust

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from alexa_cli.act.world import Emit, World
    from alexa_cli.catalog.expert import Api
    from alexa_cli.turn import Call, Json

MAYBE = "; it may have happened all the same"
"""Ends the error of an effect that was cut short."""
MAX_ERROR = 300
"""Characters of an error that the user is shown."""
_MAX_DEPTH = 60


async def run_handler_once(call: Call, api: Api, world: World, emit: Emit) -> Outcome:
    """Run one prepared call to its end, its deadline, or its cancellation.

    Never raises for what the expert does. Raises CancelledError when cancelled, after the handler
    had ``world.grace`` seconds to clean up.
    """
    expert = world.catalogue.experts[call.expert]
    try:
        context = world.context(expert, emit)
        awaitable = world.run(expert, api, call.arguments, context)
    except Exception as error:  # noqa: BLE001 - foreign code
        return failed(call, error)
    handler = asyncio.ensure_future(_caught(awaitable))
    seconds = seconds_left(world)
    try:
        await asyncio.wait({handler}, timeout=seconds)
    except asyncio.CancelledError:
        await _put_down(handler, world)
        raise
    if not handler.done():
        await _put_down(handler, world)
        return _too_late(call, api, seconds)
    if handler.cancelled():
        return Outcome(call, status="failed", error=f"{called(call)} gave up")
    returned = handler.result()
    if isinstance(returned, _Raised):
        return failed(call, returned.error)
    return _outcome(call, world, returned)


class _Raised:
    """What a handler raised, as a value: ``SystemExit`` raised in a task would end the loop."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


async def _caught(awaitable: Awaitable[Any]) -> object:
    try:
        return await awaitable
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code may raise anything
        return _Raised(error)


def seconds_left(world: World) -> float:
    """How long a call that starts now may take."""
    if world.turn_ends is None:
        return world.call_seconds
    return max(0.0, min(world.call_seconds, world.turn_ends - world.clock()))


async def _put_down(handler: asyncio.Future[object], world: World) -> None:
    """Cancel a handler; one that will not stop is left to itself after the grace."""
    handler.cancel()
    await asyncio.wait({handler}, timeout=world.grace)


def _too_late(call: Call, api: Api, seconds: float) -> Outcome:
    error = f"{called(call)} did not answer within {seconds:.3g} seconds"
    if api.effect is not Effect.READ:
        error += MAYBE
    return Outcome(call, status="failed", error=error)


def failed(call: Call, error: BaseException) -> Outcome:
    """The outcome of a call whose handler raised."""
    if isinstance(error, AlexaError):
        text = one_line(error.message)
    else:
        text = one_line(f"{called(call)} failed: {type(error).__name__}: {_text(error)}")
    return Outcome(call, status="failed", error=text or f"{called(call)} failed")


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - an expert's own __str__
        return "(it cannot say why)"


def called(call: Call) -> str:
    """What the user is told an expert is called."""
    return printable(call.expert).replace("_", " ")


def one_line(text: str) -> str:
    """``text`` as one bounded line without invisible characters."""
    flat = printable(" ".join(text.split()))
    return flat if len(flat) <= MAX_ERROR else flat[: MAX_ERROR - 1] + "…"


def _outcome(call: Call, world: World, returned: object) -> Outcome:
    """Check what came back; rubbish is a failed outcome."""
    value, say = getattr(returned, "value", None), getattr(returned, "say", None)
    undo, trust = getattr(returned, "undo", None), getattr(returned, "trust", None)
    if not hasattr(returned, "value") or not is_json(value):
        what = type(value if hasattr(returned, "value") else returned).__name__
        error = f"{called(call)} returned something unusable ({what})"
        return Outcome(call, status="failed", error=error)
    given = undo if isinstance(undo, Mapping) and is_json(dict(undo)) else None
    return Outcome(
        call,
        value=value,
        say=say if isinstance(say, str) else None,
        undo=undo_call(call, world.catalogue, value, given),
        source=str(getattr(returned, "source", "")),
        trust=trust if isinstance(trust, Trust) else Trust.UNTRUSTED,
        expects_answer=getattr(returned, "expects_answer", None) is True,
        asks=getattr(returned, "asks", None),
    )


def is_json(value: object, depth: int = 0) -> bool:
    """Whether ``value`` is plain JSON: finite numbers, string keys, not absurdly deep."""
    if value is None or isinstance(value, bool | int | str):
        return True
    if isinstance(value, float):
        return math.isfinite(value)
    if depth >= _MAX_DEPTH:
        return False
    if isinstance(value, list):
        return all(is_json(item, depth + 1) for item in value)
    if isinstance(value, dict):
        pairs = value.items()
        return all(isinstance(key, str) and is_json(item, depth + 1) for key, item in pairs)
    return False


def stamped(outcome: Outcome, started: float, world: World) -> Outcome:
    """The outcome with the times at which its call started and ended."""
    return replace(outcome, started=started, ended=world.clock())


def json_arguments(call: Call) -> dict[str, Json]:
    """Argument names to values, for traces; what still points keeps its pointer."""
    return {
        name: argument.value if argument.pointer is None else argument.pointer
        for name, argument in call.arguments.items()
    }
