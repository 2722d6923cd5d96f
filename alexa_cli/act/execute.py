"""A plan in, events out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from alexa_cli.act.execution import Execution, Inherited, Terms

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from alexa_cli.act.discard import Discard, Settled
    from alexa_cli.act.world import World
    from alexa_cli.turn import Event, Plan


def execute(
    plan: Plan,
    world: World,
    *,
    confirmed: bool = False,
    committed: bool = True,
    settled: Settled | None = None,
) -> AsyncGenerator[Event, None]:
    """Run the calls of a plan; yields Started, Emitted, Acted and Discarded events in order.

    Every call ends in exactly one ``Acted``; parts of ``steps`` have theirs, with ids like
    ``2.1``, before it. Raises BadPlan at once, before anything starts.

    ``confirmed``: somebody said yes; without it a call that needs a yes ends ``unconfirmed``.
    ``settled``: what an attempt left: adopted calls are not started again, and the undo of
    discarded ones is over before any other call of their expert starts.

    Cancelling the task that reads the events stops the plan: what has not begun is skipped, reads
    are cancelled, and with ``committed`` effects in flight are awaited to their deadline and
    reported; after the last event CancelledError is raised. A second cancellation cancels those
    too. Closing the generator awaits them without a report.
    """
    left = Inherited() if settled is None else settled.inherited
    terms = Terms(confirmed=confirmed, committed=committed, verified=plan.verified)
    queue: asyncio.Queue[Event | None] = asyncio.Queue()
    execution = Execution(plan.calls, world, queue.put_nowait, terms, left)
    return _events(execution, queue, settled)


async def _events(
    execution: Execution, queue: asyncio.Queue[Event | None], settled: Settled | None
) -> AsyncGenerator[Event, None]:
    discards = () if settled is None else settled.discards
    execution.begin()
    end = asyncio.create_task(_end(execution, discards, queue))
    # By a callback: a loop that shuts down cancels this task as well, and nobody may wait forever.
    end.add_done_callback(lambda _: queue.put_nowait(None))
    cancelled = False
    try:
        # Told first, but with all under way: who stops reading here must leave nothing behind.
        for event in () if settled is None else settled.events:
            yield event
        while True:
            try:
                event_or_end = await queue.get()
            except asyncio.CancelledError:
                _stop(execution, discards, again=cancelled)
                cancelled = True
                continue
            if event_or_end is None:
                break
            yield event_or_end
    finally:
        await _await_all(execution, discards, end)
    if cancelled:
        raise asyncio.CancelledError


async def _end(
    execution: Execution, discards: Sequence[Discard], queue: asyncio.Queue[Event | None]
) -> None:
    """End when everything is over; tell what became of discarded calls."""
    for discard in discards:
        await asyncio.wait({discard.task})
        for event in discard.told:
            queue.put_nowait(event)
    await execution.landed.wait()


def _stop(execution: Execution, discards: Sequence[Discard], *, again: bool) -> None:
    if not again:
        execution.stop()
        return
    execution.abandon()
    for discard in discards:
        discard.task.cancel()


async def _await_all(
    execution: Execution, discards: Sequence[Discard], end: asyncio.Task[None]
) -> None:
    """Wait until nothing is in flight, whatever ended the reading of events."""
    if end.done():
        return
    execution.stop()
    cancelled = False
    while not end.done():
        try:
            await asyncio.wait({end})
        except asyncio.CancelledError:
            _stop(execution, discards, again=True)
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
