"""Calls in progress: every call is a task that waits for its turn and ends in one outcome."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from alexa_cli.act.call import MAYBE, called, failed, json_arguments, run_handler_once, stamped
from alexa_cli.act.confirm import UNCONFIRMED, because_of, needs_confirmation
from alexa_cli.act.flight import Flight
from alexa_cli.act.graph import dependencies, touched, turns
from alexa_cli.act.pointers import resolve
from alexa_cli.act.prepare import prepare
from alexa_cli.act.steps import expand, sum_up
from alexa_cli.catalog.context import HandlerFailed
from alexa_cli.catalog.expert import DEEPEST_STEPS, Effect
from alexa_cli.errors import AlexaError
from alexa_cli.trace import names
from alexa_cli.turn import Acted, Outcome, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from alexa_cli.act.world import World
    from alexa_cli.catalog.expert import Api
    from alexa_cli.turn import Call, Event, Json

STOPPED = "stopped before it began"


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms calls run."""

    confirmed: bool = False
    """Somebody said yes to everything in the plan."""
    committed: bool = True
    """The barrier is open: effects in flight are awaited when the turn is stopped."""
    speculative: bool = False
    """The barrier is closed: what the calls tell is held back until they are adopted."""
    verified: bool = True
    """The plan is verified; if it is not, what is irreversible needs a yes."""
    in_order: bool = False
    """Effects follow each other whichever expert they are of: the parts of ``steps``."""
    depth: int = 0
    """How many ``steps`` these calls are inside of."""


@dataclass(frozen=True, slots=True)
class Inherited:
    """What an attempt left to the final plan."""

    adopted: Mapping[str, Flight] = field(default_factory=dict)
    """Id of the final call to the flight that stands for it."""
    gates: Mapping[str, asyncio.Task[None]] = field(default_factory=dict)
    """Expert to what must be over before a call of it starts."""


class Execution:
    """Runs calls. ``sink`` takes the events, in order, on the loop's thread."""

    def __init__(
        self,
        calls: Sequence[Call],
        world: World,
        sink: Callable[[Event], None],
        terms: Terms,
        inherited: Inherited = Inherited(),
    ) -> None:
        self.calls, self.world, self.terms = tuple(calls), world, terms
        self.depends = dependencies(calls)
        self.follows = turns(calls, world.catalogue, self.depends, in_order=terms.in_order)
        self.flights: dict[str, Flight] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.landed: asyncio.Event = asyncio.Event()
        self.stopping = False
        self._sink, self._inherited = sink, inherited

    def begin(self) -> None:
        """Let every call wait for its turn, or run at once."""
        sink = None if self.terms.speculative else self._sink
        for call in self.calls:
            flight = self._inherited.adopted.get(call.id)
            if flight is None:
                reads = self.world.effect(call) in {None, Effect.READ}
                flight = Flight(call, reads=reads, sink=sink)
                flight.task = asyncio.create_task(self._fly(flight))
            elif not self.terms.speculative:
                flight.hand_over(call, self._sink)
            self.flights[call.id] = flight
            flight.task.add_done_callback(partial(self._land, call))
        if not self.calls:
            self.landed.set()

    def stop(self) -> None:
        """Start nothing more; cancel what only reads; let effects in flight reach their end."""
        self.stopping = True
        for flight in self.flights.values():
            if not flight.begun or flight.reads or not self.terms.committed:
                flight.task.cancel()
            elif flight.parts is not None:
                flight.parts.stop()

    def abandon(self) -> None:
        """Cancel everything, effects in flight too."""
        self.stopping = True
        for flight in self.flights.values():
            flight.task.cancel()

    def drop_waiting(self) -> None:
        """Cancel the calls whose handler was not started; the others go on."""
        self.stopping = True
        for flight in self.flights.values():
            if not flight.begun:
                flight.task.cancel()

    def _land(self, call: Call, task: asyncio.Task[Outcome]) -> None:
        if task.cancelled():
            outcome = Outcome(call, "skipped", error=STOPPED)
        elif (error := task.exception()) is not None:
            outcome = failed(call, error)
        else:
            outcome = task.result()
        if call.id in self._inherited.adopted:
            outcome = replace(outcome, call=self.flights[call.id].call)
        self.outcomes[call.id] = outcome
        self._sink(Acted(outcome))
        if len(self.outcomes) == len(self.calls):
            self.landed.set()

    async def _fly(self, flight: Flight) -> Outcome:
        call = flight.call
        try:
            await self._my_turn(call)
        except asyncio.CancelledError:
            return Outcome(call, "skipped", error=STOPPED)
        world, started = self.world, self.world.clock()
        with world.recorder.span(f"execute_tool {call.name}", **self._attributes(call)) as span:
            try:
                outcome = await self._outcome(flight)
            except asyncio.CancelledError:
                error = f"{called(call)} was stopped{'' if flight.reads else MAYBE}"
                outcome = Outcome(flight.call, "failed", error=error)
            except AlexaError as error:
                outcome = failed(flight.call, error)
            for key, value in _results(outcome).items():
                span.set(key, value)
        return stamped(outcome, started, world)

    async def _my_turn(self, call: Call) -> None:
        before = self.depends[call.id] | self.follows[call.id]
        waits: set[asyncio.Task[Outcome] | asyncio.Task[None]] = {
            self.flights[one].task for one in before
        }
        if self._inherited.gates:
            experts = touched(self.world.api(call), self.world.catalogue, call=call)
            waits |= {task for one, task in self._inherited.gates.items() if one in experts}
        if waits:
            await asyncio.wait(waits)

    async def _outcome(self, flight: Flight) -> Outcome:
        """Run a call whose turn has come, unless there is a reason not to. Raises AlexaError."""
        call = flight.call
        if self.stopping:
            return Outcome(call, "skipped", error=STOPPED)
        for one in sorted(self.depends[call.id]):
            if self.outcomes[one].status not in {"done", "decided"}:
                return because_of(call, self.outcomes[one])
        call = replace(call, arguments=resolve(call.arguments, self.outcomes))
        api = self.world.api(call)
        if api is None:
            msg = f"there is no {call.name}"
            raise AlexaError(msg)
        if api.run is None:
            return Outcome(call, "decided")
        catalogue, verified = self.world.catalogue, self.terms.verified
        if not self.terms.confirmed and needs_confirmation(call, catalogue, verified=verified):
            return Outcome(call, "unconfirmed", error=UNCONFIRMED)
        call = prepare(call, api, self.world.lists, self.world.read)
        flight.begin(call)
        self._sink(Started(call, speculative=self.terms.speculative))
        if api.run.kind == "steps":
            return await self._run_steps(flight, call, api)
        return await run_handler_once(call, api, self.world, flight.emit)

    async def _run_steps(self, flight: Flight, call: Call, api: Api) -> Outcome:
        if self.terms.depth >= DEEPEST_STEPS:
            msg = f"{api.full_name} goes round in circles"
            raise HandlerFailed(msg)
        terms = Terms(
            confirmed=True, committed=self.terms.committed, in_order=True,
            depth=self.terms.depth + 1,
        )  # fmt: skip
        parts = Execution(expand(call, api), self.world, flight.tell, terms)
        parts.begin()
        flight.parts = parts
        try:
            await parts.landed.wait()
        except asyncio.CancelledError:
            parts.abandon()
            await parts.landed.wait()
            raise
        ended = [parts.outcomes[one.id] for one in parts.calls]
        return sum_up(call, ended, self.world.catalogue)

    def _attributes(self, call: Call) -> dict[str, Json]:
        effect = self.world.effect(call)
        return {
            names.OPERATION: "execute_tool",
            names.TOOL: call.name,
            names.TOOL_CALL: call.id,
            names.EFFECT: None if effect is None else effect.value,
            names.SPECULATIVE: self.terms.speculative,
        }


def _results(outcome: Outcome) -> dict[str, Json]:
    found: dict[str, Json] = {
        names.ARGUMENTS: json_arguments(outcome.call),
        names.STATUS: outcome.status,
        names.SOURCE: outcome.source,
        names.TRUST: outcome.trust.value,
    }
    if outcome.error is not None:
        found[names.ERROR] = outcome.error
    if outcome.status == "failed":
        found[names.ERROR_TYPE] = "failed"
    return found
