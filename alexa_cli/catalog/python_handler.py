"""The ``python`` handler: a function in the expert's own folder, sync or async.

Loading and calling happen in a daemon thread of its own, async functions on a loop of their own
there: what hangs, awaiting or not, is abandoned when the call is cancelled at its deadline, and
keeps neither the house's loop nor the process alive.
"""

from __future__ import annotations

import asyncio
import contextvars
import copy
import inspect
import math
import queue
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import msgspec

from alexa_cli.catalog.calling import Caller
from alexa_cli.catalog.context import HandlerFailed, Result, Returned
from alexa_cli.catalog.modules import load_function, one_line, place_of
from alexa_cli.errors import AlexaError
from alexa_cli.turn import Trust

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from alexa_cli.catalog.context import HandlerContext
    from alexa_cli.catalog.expert import Api, Expert
    from alexa_cli.turn import Argument, Json

SOURCE = "python"
LIST_SECONDS = 2.0
"""How long an expert may take to name what its list holds."""


async def run_python(
    expert: Expert, api: Api, arguments: Mapping[str, Argument], context: HandlerContext
) -> Returned:
    """Call the function with resolved arguments as keywords. Raises AlexaError."""
    if api.run is None:
        raise HandlerFailed(f"{api.full_name} says nothing about how to run it")
    # Copies: what a function does to its arguments must not change the call that is undone later.
    values: dict[str, Any] = {
        name: copy.deepcopy(argument.value) for name, argument in arguments.items()
    }
    said = {name: argument.words for name, argument in arguments.items() if argument.words}
    context = replace(context, said=said)
    caller = Caller(expert, context)
    given = replace(context, call=caller)
    result = await _call(expert, str(api.run.spec["python"]), api.full_name, values, given)
    return caller.marked(checked(expert, api, result, context.limits.output_bytes))


def run_list(expert: Expert, name: str, context: HandlerContext) -> list[dict[str, Json]]:
    """Return the members of a list that the expert provides itself.

    Each is ``{id, name, aliases, attributes}``; what the function left out is filled in.
    Synchronous, because deciding is: a slot asks for a list in the middle of matching. A
    function that takes longer than ``LIST_SECONDS`` is left behind. Raises AlexaError.
    """
    what = f"the list {name!r} of {expert.name}"
    job = _Job(_beginning(expert, str(expert.lists[name].spec["python"]), what, {}, context))
    made: queue.SimpleQueue[tuple[object, Exception | None]] = queue.SimpleQueue()

    def work() -> None:
        made.put(_attempt(job.run, what))

    threading.Thread(target=work, name=f"alexa {what}", daemon=True).start()
    try:
        result, failure = made.get(timeout=LIST_SECONDS)
    except queue.Empty:
        raise HandlerFailed(f"{what} was not there within {LIST_SECONDS:g} seconds") from None
    if isinstance(failure, AlexaError):
        raise failure
    if failure is not None:
        raise _failed(failure, what, expert.folder) from failure
    members = as_json(result, what, context.limits.output_bytes)
    if not isinstance(members, list):
        raise HandlerFailed(f"{what} is no list of names")
    return [_member(member, what) for member in members]


def checked(expert: Expert, api: Api, result: object, limit: int) -> Returned:
    """Return what a function gave back. Raises HandlerFailed if nobody can use it."""
    if not isinstance(result, Result):
        return Returned(value=as_json(result, api.full_name, limit), source=SOURCE)
    say: object = result.say  # what its type says, a handler need not keep to
    if say is not None and not isinstance(say, str):
        raise HandlerFailed(f"{api.full_name} returned a Result whose say is no text")
    return Returned(
        value=as_json(result.value, api.full_name, limit),
        say=say,
        undo=_undo(expert, api, result.undo, limit),
        expects_answer=bool(result.expects_answer) or result.asks is not None,
        asks=_asked(api, result),
        source=SOURCE,
        trust=Trust.UNTRUSTED if result.untrusted is True else Trust.HOUSEHOLD,
    )


def _asked(api: Api, result: Result) -> str | None:
    if result.asks is not None and (result.asks not in api.parameters or not result.say):
        raise HandlerFailed(f"{api.full_name} asks for {result.asks!r}, without words or unknown")
    return result.asks


def as_json(value: object, who: str, limit: int) -> Json:
    """Return a plain JSON copy of ``value``, so that nobody keeps a hand on it.

    Raises HandlerFailed for what has no JSON form or is larger than ``limit`` bytes.
    """
    try:
        encoded = msgspec.json.encode(value)
        plain = cast("Json", msgspec.json.decode(encoded))
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        reason = one_line(str(error) or type(error).__name__)
        raise HandlerFailed(f"{who} returned something that is no JSON value: {reason}") from error
    if len(encoded) > limit:
        raise HandlerFailed(f"{who} returned more than {limit:,} bytes")
    if b"null" in encoded and not _finite(value):
        raise HandlerFailed(f"{who} returned something that is no JSON value: NaN or infinity")
    return plain


def _finite(value: object) -> bool:
    """Whether plain values hold no NaN and no infinity, which encoding makes null."""
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(map(_finite, value.values()))
    return not isinstance(value, list | tuple) or all(map(_finite, value))


def _undo(
    expert: Expert, api: Api, undo: Mapping[str, Json] | None, limit: int
) -> dict[str, Json] | None:
    if undo is None:
        return None
    plain = as_json(undo, api.full_name, limit)
    if not isinstance(plain, dict) or plain.keys() - {"api", "arguments"}:
        raise HandlerFailed(f"{api.full_name}: an undo is {{'api': ..., 'arguments': ...}}")
    name = plain.get("api") or (api.undo.api if api.undo else None)
    arguments = plain.get("arguments", {})
    target = expert.apis.get(name) if isinstance(name, str) else None
    if target is None:
        raise HandlerFailed(f"{api.full_name}: its undo names no API of {expert.name}: {name!r}")
    if not isinstance(arguments, dict) or arguments.keys() - target.parameters.keys():
        raise HandlerFailed(f"{api.full_name}: its undo gives {target.name!r} unknown arguments")
    return {"api": target.name, "arguments": arguments}


def _member(member: Json, what: str) -> dict[str, Json]:
    if isinstance(member, str):
        member = {"name": member}
    if not isinstance(member, dict) or not isinstance(name := member.get("name"), str):
        raise HandlerFailed(f"{what} holds something that has no name")
    aliases, attributes = member.get("aliases", []), member.get("attributes", {})
    if not isinstance(aliases, list) or not isinstance(attributes, dict):
        raise HandlerFailed(f"{what}: {name!r} has aliases or attributes that are none")
    return {
        "id": str(member.get("id", name)),
        "name": name,
        "aliases": [str(alias) for alias in aliases],
        "attributes": attributes,
    }


async def _call(
    expert: Expert, reference: str, who: str, values: dict[str, Any], context: HandlerContext
) -> object:
    job = _Job(_beginning(expert, reference, who, values, context))
    try:
        return await _in_thread(job, who)
    except AlexaError:
        raise
    except Exception as error:
        raise _failed(error, who, expert.folder) from error


def _beginning(
    expert: Expert, reference: str, who: str, values: dict[str, Any], context: HandlerContext
) -> Callable[[], object]:
    """Return what loads the function and calls it: all of it may take long, or fail."""

    def begin() -> object:
        function = load_function(expert, reference)
        _bind(function, who, values, context)
        return function(**values)

    return begin


def _bind(
    function: Callable[..., Any], who: str, values: dict[str, Any], context: HandlerContext
) -> None:
    """Add ``context`` if the function asks for it. Raises HandlerFailed if the rest cannot fit."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return  # something builtin, which does not say
    if "context" in signature.parameters:
        values.setdefault("context", context)
    try:
        signature.bind(**values)
    except TypeError as error:
        name = getattr(function, "__name__", "its function")
        raise HandlerFailed(f"{who}: {name}() {error}") from error


class _Job:
    """An expert's code, run in a thread; what is async runs on a loop of that thread."""

    def __init__(self, begin: Callable[[], object]) -> None:
        self._begin = begin
        self._lock = threading.Lock()
        self._cancelled = False
        self._inside: tuple[asyncio.AbstractEventLoop, asyncio.Task[Any] | None] | None = None

    def run(self) -> object:
        """Call the function and wait for what it began."""
        result = self._begin()
        return asyncio.run(self._wait(result)) if inspect.isawaitable(result) else result

    async def _wait(self, awaitable: Awaitable[object]) -> object:
        with self._lock:
            self._inside = asyncio.get_running_loop(), asyncio.current_task()
            if self._cancelled:
                raise asyncio.CancelledError
        return await awaitable

    def cancel(self) -> bool:
        """Cancel what is async. Returns False for what is not: it cannot be told."""
        with self._lock:
            self._cancelled = True
            if self._inside is None:
                return False
            loop, task = self._inside
        if task is not None and not loop.is_closed():
            loop.call_soon_threadsafe(task.cancel)
        return True


async def _in_thread(job: _Job, who: str) -> object:
    """Run ``job`` in a daemon thread.

    Cancelling waits for an async function to clean up; cancelling again, or cancelling what is
    not async, leaves it behind.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[object] = loop.create_future()
    # What an abandoned handler raises in the end is nobody's to hear of.
    future.add_done_callback(lambda done: done.cancelled() or done.exception())
    copied = contextvars.copy_context()

    def settle(result: object, error: BaseException | None) -> None:
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def work() -> None:
        result, failure = _attempt(lambda: copied.run(job.run), who)
        try:
            loop.call_soon_threadsafe(settle, result, failure)
        except RuntimeError:
            return  # abandoned, and its loop is gone

    threading.Thread(target=work, name=f"alexa {who}", daemon=True).start()
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        if job.cancel():
            await asyncio.wait({future})
        raise


def _attempt(begin: Callable[[], object], who: str) -> tuple[object, Exception | None]:
    """Run an expert's code and return its result, or what it raised, as a value."""
    try:
        return begin(), None
    except StopIteration:  # a future cannot hold one
        return None, HandlerFailed(f"{who} failed: StopIteration")
    except Exception as error:  # noqa: BLE001 - the expert's code runs here: handed on
        return None, error
    except asyncio.CancelledError:
        return None, HandlerFailed(f"{who} gave up")
    except BaseException as error:  # noqa: BLE001 - sys.exit() in a handler ends that handler
        failure = HandlerFailed(f"{who} tried to stop the program ({type(error).__name__})")
        return None, failure


def _failed(error: Exception, who: str, folder: str) -> HandlerFailed:
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return HandlerFailed(f"{who} failed: {one_line(reason)}{place_of(error, folder)}")
