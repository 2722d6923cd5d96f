"""The meter of a turn: every exchange with a language model, what it took, what may still be spent.

One meter per turn; a strategy gives each side a branch of it, and says which branch was thrown
away. The meter is how deciding, replying and summing up share one account, one deadline and one
set of guards.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from alexa_cli.trace.record import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from alexa_cli.models.chat import ChatRequest, Exchange, ModelSpec, Usage

Check: TypeAlias = "Callable[[ModelSpec, ChatRequest, Meter], ChatRequest]"
"""A guard on the way out: returns the request, changed or not, or raises ModelError."""


@dataclass(slots=True)
class Meter:
    """What language models did for a turn."""

    recorder: Recorder = field(default_factory=Recorder)
    think: bool = False
    """Whether reasoning is asked for (``--think``)."""
    checks: tuple[Check, ...] = ()
    """Guards on the way out, in the order in which they look."""
    ends: float | None = None
    """Until when everything must be over, on the recorder's clock; None: only the models' own
    deadlines hold."""
    branch: str = ""
    _kept: list[Exchange] = field(default_factory=list)
    _thrown: set[str] = field(default_factory=set)

    def on_branch(self, name: str) -> Meter:
        """Return the same meter for one side of a strategy; names nest: ``verify.draft``."""
        whole = f"{self.branch}.{name}" if self.branch else name
        return Meter(
            self.recorder, self.think, self.checks, self.ends, whole, self._kept, self._thrown
        )

    def note(self, exchange: Exchange) -> Exchange:
        """Keep an exchange; returns it with its number and branch."""
        kept = replace(exchange, branch=self.branch, number=len(self._kept) + 1)
        self._kept.append(kept)
        return kept

    def throw_away(self) -> None:
        """Note that what this branch decided, or may still decide, is not used."""
        self._thrown.add(self.branch)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every exchange of the turn so far, in the order in which they ended."""
        return tuple(
            replace(one, thrown_away=True) if self._is_thrown(one.branch) else one
            for one in self._kept
        )

    def _is_thrown(self, branch: str) -> bool:
        return any(branch == one or branch.startswith(f"{one}.") for one in self._thrown if one)

    @property
    def spent(self) -> float | None:
        """US dollars so far; None if any price is unknown."""
        return total_cost(self._kept)


def total_cost(exchanges: Iterable[Exchange]) -> float | None:
    """US dollars of some exchanges; None if one is unknown, 0.0 of none."""
    total = 0.0
    for exchange in exchanges:
        if exchange.cost is None:
            return None
        total += exchange.cost
    return total


def total_usage(exchanges: Iterable[Exchange]) -> Usage:
    """The sum of some exchanges' tokens; a count that one of them does not know is None."""
    from alexa_cli.models.chat import Usage  # noqa: PLC0415 - most turns ask no language model

    found = [exchange.usage for exchange in exchanges]

    def add(counts: list[int | None]) -> int | None:
        known = [count for count in counts if count is not None]
        return sum(known) if found and len(known) == len(counts) else None

    return Usage(
        add([u.uncached for u in found]), add([u.cache_read for u in found]),
        add([u.cache_write for u in found]), add([u.output for u in found]),
        add([u.thought for u in found]),
    )  # fmt: skip
