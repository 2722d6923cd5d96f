"""What acting needs from the rest of the house, passed in as one value."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from alexa_cli.trace.record import Recorder
from alexa_cli.turn import Argument, Json

if TYPE_CHECKING:
    from alexa_cli.catalog.expert import Api, Effect, Expert, Parameter
    from alexa_cli.context.names import NameList
    from alexa_cli.turn import Call

Run: TypeAlias = "Callable[[Expert, Api, Mapping[str, Argument], Any], Awaitable[Any]]"
"""Runs a handler: (expert, api, resolved arguments, handler context) to ``Returned``.

Raises anything: what an expert does wrong becomes a failed outcome here."""

Read: TypeAlias = "Callable[[Api, Parameter, str], Argument]"
"""Reads the words of an argument: (api, parameter, words). Raises AlexaError for what it cannot."""

Emit: TypeAlias = Callable[[str, Mapping[str, Json]], None]
"""Takes what an expert emits: (name, data)."""


class Experts(Protocol):
    """The part of a catalogue that acting reads."""

    @property
    def experts(self) -> Mapping[str, Expert]:
        """Name to expert."""
        ...


@dataclass(frozen=True, slots=True)
class World:
    """What a plan acts on, and within which limits. One value per turn."""

    catalogue: Experts
    run: Run
    context: Callable[[Expert, Emit], Any]
    """Makes the ``HandlerContext`` of one call: (expert, where its emits go)."""
    recorder: Recorder = field(default_factory=Recorder)
    lists: Callable[[str], NameList | None] | None = None
    """The context's lists by name (``Snapshot.list``), to know what a bare id stands for."""
    read: Read | None = None
    """Reads what steps give in words."""
    clock: Callable[[], float] = time.perf_counter
    """Monotonic seconds; outcomes are stamped with it."""
    call_seconds: float = 10.0
    """How long one call may take (``act.deadline``)."""
    turn_ends: float | None = None
    """Until when everything must have ended, on ``clock``; None: only the calls are bounded."""
    grace: float = 0.5
    """Seconds that a cancelled handler gets to clean up before it is left to itself."""

    def api(self, call: Call) -> Api | None:
        """The API that a call names, None if there is no such thing."""
        return find_api(self.catalogue, call)

    def effect(self, call: Call) -> Effect | None:
        """The effect a call has; None if there is nothing to run."""
        api = self.api(call)
        return None if api is None or api.run is None else api.effect


def find_api(catalogue: Experts, call: Call) -> Api | None:
    """The API that a call names, None if there is no such thing."""
    expert = catalogue.experts.get(call.expert)
    return None if expert is None else expert.apis.get(call.api)
