"""What speculation was worth: the time that adopted calls saved, and what was thrown away.

A call that was started before the barrier and stands has been running while the models still
decided. What that saved is found by comparing with the same plan begun at the barrier: each call
takes as long as it took, and waits for those it depends on and those of its expert before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alexa_cli.act.graph import dependencies, in_order, turns
from alexa_cli.models.chat import Usage
from alexa_cli.models.meter import total_cost, total_usage
from alexa_cli.trace import names
from alexa_cli.turn import Acted, Discarded, Started

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alexa_cli.act.world import Experts
    from alexa_cli.models.chat import Exchange
    from alexa_cli.trace.record import Span
    from alexa_cli.turn import Event, Outcome, Plan

_RAN = frozenset({"done", "failed"})


@dataclass(frozen=True, slots=True)
class Thrown:
    """What came to nothing."""

    calls: int = 0
    """Calls that were started and not adopted."""
    undone: int = 0
    """... of which an effect was taken back."""
    call_seconds: float = 0.0
    """How long they ran."""
    requests: int = 0
    """Requests to language models whose decisions were not used."""
    usage: Usage = field(default_factory=Usage)
    """Their tokens; a count that one of them does not know is None."""
    cost: float | None = 0.0
    """US dollars; None: unknown."""
    model_seconds: float = 0.0
    """How long they took."""


@dataclass(frozen=True, slots=True)
class Savings:
    """What speculation was worth in one turn."""

    started: int = 0
    """Calls started before the barrier."""
    adopted: int = 0
    """... that stand."""
    seconds: float = 0.0
    """How much earlier everything was done because of them."""
    thrown: Thrown = field(default_factory=Thrown)

    def __bool__(self) -> bool:
        return bool(self.started or self.thrown.requests)


def savings(
    plan: Plan | None,
    events: Sequence[Event],
    barrier: float,
    catalogue: Experts,
    *,
    exchanges: Iterable[Exchange] = (),
    spans: Iterable[Span] = (),
) -> Savings:
    """Sum up a turn. ``plan``: what ran after the barrier; ``barrier``: when it opened.

    Times are seconds since the turn began. ``spans`` tell how long discarded calls ran.
    """
    outcomes = [event.outcome for event in events if isinstance(event, Acted)]
    adopted = {o.call.id: o for o in outcomes if o.status in _RAN and 0 < o.ended > o.started}
    early = {one: o for one, o in adopted.items() if o.started < barrier and "." not in one}
    thrown = [event for event in events if isinstance(event, Discarded)]
    early = early if any(isinstance(e, Started) and e.speculative for e in events) else {}
    seconds = _saved(plan, adopted, early, barrier, catalogue) if plan and early else 0.0
    return Savings(
        len(early) + len(thrown), len(early), seconds,
        _thrown(thrown, early, [each for each in exchanges if each.thrown_away], spans),
    )  # fmt: skip


def _saved(
    plan: Plan, ran: Mapping[str, Outcome], early: Mapping[str, Outcome], barrier: float,
    catalogue: Experts,
) -> float:  # fmt: skip
    """Return how much later the last call would have ended, had all begun at the barrier."""
    depends = dependencies(plan.calls)
    follows = turns(plan.calls, catalogue, depends)
    waits = {one: depends[one] | follows[one] for one in depends}
    late: dict[str, float] = {}
    actual: dict[str, float] = {}
    for one in in_order(waits):
        begins = max([barrier, *(late[other] for other in waits[one])])
        began = max([barrier, *(actual[other] for other in waits[one])])
        took = ran[one].ended - ran[one].started if one in ran else 0.0
        late[one] = begins + took
        actual[one] = max(barrier, early[one].ended) if one in early else began + took
    return max(0.0, max(late.values(), default=0.0) - max(actual.values(), default=0.0))


def _thrown(
    discarded: Sequence[Discarded], early: Mapping[str, Outcome], exchanges: Sequence[Exchange],
    spans: Iterable[Span],
) -> Thrown:  # fmt: skip
    ran = sum(span.seconds for span in spans if span.attributes.get(names.SPECULATIVE) is True)
    stood = sum(outcome.ended - outcome.started for outcome in early.values())
    return Thrown(
        len(discarded),
        sum(event.undone is True for event in discarded),
        max(0.0, ran - stood) if discarded else 0.0,
        len(exchanges),
        total_usage(exchanges),
        total_cost(exchanges),
        sum(max(0.0, each.end - each.start) for each in exchanges),
    )


def in_words(found: Savings) -> str:
    """Return it in a few words for a summary line; "" if there was no speculation.

    ``draft saved 380 ms``, ``threw away 1 call (95 ms), 214 tokens (110 ms), $0.0001``.
    """
    parts: list[str] = []
    if found.adopted:
        parts.append(f"draft saved {found.seconds * 1000:,.0f} ms")
    thrown = found.thrown
    lost: list[str] = []
    if thrown.calls:
        plural = "s" if thrown.calls > 1 else ""
        lost.append(f"{thrown.calls} call{plural} ({thrown.call_seconds * 1000:,.0f} ms)")
    if thrown.requests:
        counts = (thrown.usage.input, thrown.usage.output)
        tokens = [count for count in counts if count is not None]
        least = "at least " if None in counts else ""
        plural = "s" if thrown.requests > 1 else ""
        requests = f"{thrown.requests} request{plural}"
        took = f" ({thrown.model_seconds * 1000:,.0f} ms)" if thrown.model_seconds else ""
        lost.append((f"{least}{sum(tokens):,} tokens" if tokens else requests) + took)
        if thrown.cost:
            lost.append(f"${thrown.cost:.4f}")
    if lost:
        parts.append(f"threw away {', '.join(lost)}")
    return " · ".join(parts)
