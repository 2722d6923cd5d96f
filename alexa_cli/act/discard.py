"""Throwing away what an attempt started and the final plan does not hold.

Reads are cancelled. An effect that has begun is not: cancelling would leave it unknown whether it
happened, and a function in a thread goes on all the same. It is awaited to its deadline and then
taken back, the last one first.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alexa_cli.act.execution import Execution, Inherited, Terms
from alexa_cli.act.undo import plan_undo, undo_call, undo_plan
from alexa_cli.turn import Discarded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.act.flight import Flight
    from alexa_cli.act.world import World
    from alexa_cli.turn import Call, Event


class Discard:
    """Calls being thrown away. ``told`` fills while ``task`` runs; it never raises."""

    def __init__(self, flights: Sequence[Flight], world: World) -> None:
        self.flights = tuple(flights)
        self.told: list[Event] = []
        self._world = world
        self.task: asyncio.Task[None] = asyncio.create_task(self._run())

    async def _run(self) -> None:
        for flight in reversed(self.flights):
            if flight.reads:
                flight.task.cancel()
        for flight in reversed(self.flights):
            undone: bool | None = False
            try:
                await asyncio.wait({flight.task})
                undone = None if flight.reads else await self._take_back(flight)
            except asyncio.CancelledError:
                flight.task.cancel()
            self.told.append(Discarded(flight.call, undone))

    async def _take_back(self, flight: Flight) -> bool:
        """Undo what a call did or may have done; returns whether nothing of it is left."""
        undo = self._undo(flight)
        if undo is None:
            return False
        execution = Execution(
            undo_plan(undo).calls, self._world, lambda _event: None, Terms(confirmed=True)
        )
        execution.begin()
        try:
            await execution.landed.wait()
        except asyncio.CancelledError:
            execution.abandon()
            raise
        return all(outcome.status == "done" for outcome in execution.outcomes.values())

    def _undo(self, flight: Flight) -> Sequence[Call] | None:
        """The calls that take it back; None if it cannot be taken back, whole or in part."""
        catalogue = self._world.catalogue
        outcome = None if flight.task.cancelled() else flight.task.result()
        if outcome is not None and (outcome.status == "done" or flight.ended):
            undoing = plan_undo([*flight.parted(), outcome], catalogue)
            return None if undoing.stuck else undoing.calls
        # It failed, and may have happened all the same: what its declaration says takes it back.
        undo = undo_call(flight.call, catalogue)
        return None if undo is None else (undo,)


@dataclass(frozen=True, slots=True)
class Settled:
    """What an attempt leaves to the final plan."""

    inherited: Inherited = field(default_factory=Inherited)
    discards: tuple[Discard, ...] = ()
    events: tuple[Event, ...] = ()
    """What the attempt did and has not told yet."""
