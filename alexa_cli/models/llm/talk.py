"""The one door to a language model: guards, retries, limits, and the record of what it took."""

from __future__ import annotations

import asyncio
import os
import random
from typing import TYPE_CHECKING

from alexa_cli.models.failures import Busy, ModelError, NoAnswer
from alexa_cli.models.llm import importing
from alexa_cli.models.llm.limits import Limits
from alexa_cli.models.llm.litellm_model import LiteLlm
from alexa_cli.models.llm.record import Gathered, Record

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from alexa_cli.models.chat import ChatRequest, LanguageModel, ModelSpec, Piece
    from alexa_cli.models.meter import Meter

__all__ = ["Gathered", "talk"]

FIRST_WAIT, LONGEST_WAIT = 0.25, 8.0
"""Seconds: the most that is waited before the second request, and before any."""


async def talk(
    model: LanguageModel, request: ChatRequest, meter: Meter, job: str
) -> AsyncGenerator[Piece]:
    """Yield the pieces of the answer, ``End`` last. Every request to a model goes through here.

    A failure that may pass is tried again while nothing has been yielded, inside the model's
    deadline and the turn's. Whatever happens, closing included, the meter gets an ``Exchange``.
    Raises ``ModelError``, and ``Refused`` if a guard objects.
    """
    for check in meter.checks:
        request = check(model.spec, request, meter)
    ends = _ends(model.spec, meter)
    if isinstance(model, LiteLlm) and not importing.is_loaded():
        model.check_early(os.environ)
        await _imported(model.spec, meter, ends)
    if meter.recorder.now() >= ends:
        raise NoAnswer(f"{model.spec.name}: no time was left to ask it")
    with Record(model.spec, request, meter, job) as record:
        while True:
            record.attempts += 1
            limits = Limits(model.spec)
            pieces = model.chat(request)
            try:
                while piece := await _next(pieces, model.spec, ends - meter.recorder.now()):
                    record.add(piece)
                    limits.add(piece)
                    yield piece
                record.check_whole()
            except ModelError as error:
                record.failed(error)
                wait = _wait(error, record, ends - meter.recorder.now())
                if wait is None:
                    raise
            else:
                return
            finally:
                await _close(pieces)
            record.again(wait)
            await asyncio.sleep(wait)


def _ends(spec: ModelSpec, meter: Meter) -> float:
    """Until when the job must be over, on the recorder's clock."""
    ends = meter.recorder.now() + spec.deadline
    return ends if meter.ends is None else min(ends, meter.ends)


async def _imported(spec: ModelSpec, meter: Meter, ends: float) -> None:
    with meter.recorder.span("import litellm") as span:
        try:
            async with asyncio.timeout(max(0.0, ends - meter.recorder.now())):
                await importing.wait()
        except TimeoutError:
            raise NoAnswer(f"{spec.name}: no time was left for importing litellm") from None
        span.set("import_seconds", importing.import_seconds())


async def _next(pieces: AsyncIterator[Piece], spec: ModelSpec, left: float) -> Piece | None:
    """Return the next piece; None: the stream is over. Silence and the deadline are failures."""
    limit = max(0.0, min(spec.timeout, left))
    try:
        async with asyncio.timeout(limit) as timer:
            return await anext(pieces)
    except StopAsyncIteration:
        return None
    except TimeoutError as error:
        if not timer.expired():
            raise
        if limit < spec.timeout:
            raise NoAnswer(f"{spec.name} was not done in time") from error
        raise NoAnswer(
            f"{spec.name} has been silent for {spec.timeout:g} s",
            hint=f"if it is only slow, raise models.{spec.name}.timeout",
        ) from error


def _wait(error: ModelError, record: Record, left: float) -> float | None:
    """Return the seconds before the next request; None: there is none."""
    if not error.passing or record.yielded or record.attempts > record.spec.retries:
        return None
    if isinstance(error, Busy) and error.after is not None:
        wait = error.after
    else:
        most = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (record.attempts - 1))
        wait = random.uniform(0, most)  # noqa: S311 - full jitter, no secret
    return wait if wait < left else None


async def _close(pieces: AsyncIterator[Piece]) -> None:
    if (aclose := getattr(pieces, "aclose", None)) is not None:
        await aclose()
