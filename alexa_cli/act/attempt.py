"""An attempt: calls started while the barrier is still closed, because the plan may be final.

It may start what is ``read`` or declared ``speculate: true``, and only if no earlier call of the
same plan must wait. One further rule keeps undo exact: after an effect of an expert, nothing more
of that expert is started, so that taking the effect back cannot disturb what came after it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.act.adoption import Adoption, adopt
from alexa_cli.act.confirm import needs_confirmation
from alexa_cli.act.discard import Discard, Settled
from alexa_cli.act.execute import execute
from alexa_cli.act.execution import Execution, Inherited, Terms
from alexa_cli.act.graph import dependencies, touched
from alexa_cli.catalog.expert import Effect
from alexa_cli.turn import Plan, Started

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from alexa_cli.act.flight import Flight
    from alexa_cli.act.world import Experts, World
    from alexa_cli.turn import Call, Event, Outcome


def may_start(call: Call, catalogue: Experts, *, verified: bool = True) -> bool:
    """Whether a call may be started before the decision is final."""
    expert = catalogue.experts.get(call.expert)
    api = None if expert is None else expert.apis.get(call.api)
    if api is None or api.run is None:
        return False
    safe = api.speculate or api.effect is Effect.READ
    return safe and not needs_confirmation(call, catalogue, verified=verified)


class Attempt:
    """The calls started for the provisional plans of one turn. One attempt lives at a time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._executions: list[Execution] = []
        self._events: list[Event] = []

    async def start(self, plan: Plan) -> AsyncGenerator[Event, None]:
        """Start what a provisional plan may start; what an earlier one started is kept.

        Yields ``Started(speculative=True)``. What starts later, because it waits for a call of the
        same plan, is told when the attempt is settled. Raises BadPlan.
        """
        self._begin(plan)
        # Tasks begin when the loop turns: now, so that what may start has started.
        await asyncio.sleep(0)
        while self._events:
            yield self._events.pop(0)

    def settle(
        self, plan: Plan, *, confirmed: bool = False, committed: bool = True
    ) -> AsyncGenerator[Event, None]:
        """Run the final plan: adopt what was started for it, discard the rest.

        ``plan``: the part that runs now; without calls everything is discarded. The events are
        those of ``execute``, and ``Discarded`` for each discarded call. Nothing of the plan starts
        before an undo that it must wait for has ended. Raises BadPlan: then settle without calls.
        """
        settled = self._settle(plan)
        return execute(plan, self._world, confirmed=confirmed, committed=committed, settled=settled)

    async def discard(self) -> list[Event]:
        """Throw everything away, because the turn ends without a plan; returns what happened."""
        return [event async for event in self.settle(Plan(()))]

    def _begin(self, plan: Plan) -> None:
        dependencies(plan.calls)
        for execution in self._executions:
            execution.drop_waiting()
        adoption, started = self._adopt(plan)
        calls = self._startable(plan, adoption, started)
        inherited = Inherited({one: started[key] for one, key in adoption.kept.items()})
        terms = Terms(speculative=True, verified=plan.verified)
        execution = Execution(calls, self._world, self._note, terms, inherited)
        execution.begin()
        self._executions.append(execution)

    def _startable(
        self, plan: Plan, adoption: Adoption, started: Mapping[str, Flight]
    ) -> list[Call]:
        """The calls from the start of the plan up to the first that must wait."""
        catalogue, world = self._world.catalogue, self._world
        changed: set[str] = set()
        for flight in started.values():
            if not flight.reads:
                changed |= touched(world.api(flight.call), catalogue, call=flight.call)
        calls: list[Call] = []
        here: set[str] = set()
        depends = dependencies(plan.calls)
        for call in plan.calls:
            touches = touched(world.api(call), catalogue, call=call)
            if call.id not in adoption.kept:
                allowed = may_start(call, catalogue, verified=plan.verified)
                if not allowed or touches & changed or not depends[call.id] <= here:
                    break
            calls.append(call)
            here.add(call.id)
            if world.effect(call) is not Effect.READ:
                changed |= touches
        return calls

    def _adopt(self, plan: Plan) -> tuple[Adoption, dict[str, Flight]]:
        """Match the plan with what was started, under keys of the attempt's own."""
        started = {f"s{at}": flight for at, flight in enumerate(self._flights(), 1)}
        calls = [_renamed(flight.call, key) for key, flight in started.items()]
        outcomes: dict[str, Outcome] = {
            key: flight.task.result()
            for key, flight in started.items()
            if flight.task.done() and not flight.task.cancelled()
        }
        return adopt(calls, plan, self._world.catalogue, outcomes), started

    def _flights(self) -> list[Flight]:
        """Every call whose handler was started, once, in the order of starting."""
        begun: dict[int, Flight] = {}
        for execution in self._executions:
            for flight in execution.flights.values():
                if flight.begun:
                    begun.setdefault(id(flight), flight)
        return sorted(begun.values(), key=lambda flight: flight.order)

    def _settle(self, plan: Plan) -> Settled:
        adoption, started = self._adopt(plan)
        for execution in self._executions:
            execution.drop_waiting()
        thrown = [started[key] for key in adoption.discarded]
        effects = [flight for flight in thrown if not flight.reads]
        events, self._executions, self._events = tuple(self._events), [], []
        catalogue, gates = self._world.catalogue, {}
        undoing = Discard(effects, self._world)
        for flight in effects:
            for expert in touched(self._world.api(flight.call), catalogue, call=flight.call):
                gates[expert] = undoing.task
        return Settled(
            Inherited({one: started[key] for one, key in adoption.kept.items()}, gates),
            (Discard([flight for flight in thrown if flight.reads], self._world), undoing),
            events,
        )

    def _note(self, event: Event) -> None:
        """Keep what is told at once; outcomes are told when they are adopted."""
        if isinstance(event, Started):
            self._events.append(event)


def _renamed(call: Call, key: str) -> Call:
    return replace(call, id=key, after=())
