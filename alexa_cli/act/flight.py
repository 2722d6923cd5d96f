"""A call under way. It may change hands: an attempt starts it, the final plan adopts it."""

from __future__ import annotations

import asyncio
import itertools
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.act.call import is_json
from alexa_cli.turn import Acted, Discarded, Emitted, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alexa_cli.act.execution import Execution
    from alexa_cli.turn import Call, Event, Json, Outcome

MAX_EMITTED = 100
"""What one call emits beyond this is dropped."""


_ORDER = itertools.count(1)


class Flight:
    """One call under way, and what it has to tell."""

    task: asyncio.Task[Outcome]
    """Ends with the outcome; it raises nothing, but may end as cancelled before it begins."""

    def __init__(self, call: Call, *, reads: bool, sink: Callable[[Event], None] | None) -> None:
        self.call = call
        """As planned; once begun, with everything resolved."""
        self.reads = reads
        """Whether it changes nothing, so that it may be cancelled at any time."""
        self.begun = False
        """Whether its handler was started: from then on an effect may have happened."""
        self.order = 0
        """The how manieth call of this process it was to begin."""
        self.parts: Execution | None = None
        """The nested plan of a ``steps`` call."""
        self.ended: list[Outcome] = []
        """Outcomes of its parts so far."""
        self._sink = sink
        self._held: list[Event] = []
        self._emitted = 0
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()

    def begin(self, call: Call) -> None:
        """Its handler starts now, with these arguments."""
        self.call, self.begun, self.order = call, True, next(_ORDER)

    def hand_over(self, call: Call, sink: Callable[[Event], None]) -> None:
        """Make it stand for ``call`` of the final plan: what it held back is told now."""
        arguments = {
            name: argument
            if argument.pointer is None
            else replace(argument, value=self.call.arguments[name].value, pointer=None)
            for name, argument in call.arguments.items()
        }
        self.call = replace(call, arguments={**self.call.arguments, **arguments})
        self._sink, held, self._held = sink, self._held, []
        for event in held:
            sink(self._under(event))

    def tell(self, event: Event) -> None:
        """Pass on what a part of this call did, or hold it back while nobody adopted the call."""
        if isinstance(event, Acted):
            self.ended.append(event.outcome)
        if self._sink is None:
            self._held.append(event)
        else:
            self._sink(self._under(event))

    def parted(self) -> list[Outcome]:
        """Outcomes of its parts so far, their ids below its own."""
        return [replace(each, call=self._inner(each.call)) for each in self.ended]

    def emit(self, name: str, data: Mapping[str, Json]) -> None:
        """Take what the handler emits, from whichever thread it runs in."""
        if not is_json([name, dict(data)]):
            raise TypeError("emit takes a name and JSON values")
        event = Emitted(self.call.expert, name, dict(data))
        if threading.get_ident() == self._thread:
            self._emit(event)
        elif not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._emit, event)

    def _emit(self, event: Event) -> None:
        self._emitted += 1
        if not self.task.done() and self._emitted <= MAX_EMITTED:
            self.tell(event)

    def _under(self, event: Event) -> Event:
        """An event of a part, its id made part of this call's: ``1`` of call ``3`` is ``3.1``."""
        if isinstance(event, Started | Discarded):
            return replace(event, call=self._inner(event.call))
        if isinstance(event, Acted):
            outcome = event.outcome
            return Acted(replace(outcome, call=self._inner(outcome.call)))
        return event

    def _inner(self, call: Call) -> Call:
        after = tuple(f"{self.call.id}.{one}" for one in call.after)
        return replace(call, id=f"{self.call.id}.{call.id}", after=after)
