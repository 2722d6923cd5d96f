"""Limits on what language models may cost and on how often they are asked."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from alexa_cli.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.models.chat import ChatRequest, ModelSpec
    from alexa_cli.models.meter import Check, Meter

SPENDING, RATE = "guard spending", "guard rate"
"""Events in the trace."""
MINUTE = 60.0


def spending(
    turn: float | None, day: float | None, spent_today: Callable[[], float] | None = None
) -> Check:
    """Return the check that stops a turn or a day that has cost its limit. Raises Refused.

    A request is stopped before it is made if what it will cost at least, its input as far as it
    is not cached, goes over a limit. Costs that are unknown cannot be limited, and count as
    nothing. ``spent_today`` leaves this turn out.
    """

    def check(spec: ModelSpec, request: ChatRequest, meter: Meter) -> ChatRequest:
        if turn is None and day is None:
            return request
        here = sum(one.cost for one in meter.exchanges if one.cost is not None)
        least = least_cost(spec, request)
        told = f"; this request costs ${least:.4f} at least" if least else ""
        if turn is not None and (here >= turn or here + least > turn):
            _stop(meter, spec, f"this turn has cost ${here:.4f}{told}; its limit is ${turn:g}",
                  "set guard.spend_turn in config.yaml")  # fmt: skip
        if day is not None and spent_today is not None:
            today = here + spent_today()
            if today >= day or today + least > day:
                _stop(meter, spec,
                      f"today has cost ${today:.4f}{told}; the limit of a day is ${day:g}",
                      "set guard.spend_day in config.yaml")  # fmt: skip
        return request

    return check


def least_cost(spec: ModelSpec, request: ChatRequest) -> float:
    """US dollars that a request costs at least, estimated; 0.0 if its price is unknown.

    Everything may come from the cache, where the provider has one.
    """
    price = spec.price
    cheapest = price.input
    if spec.cache != "none" and price.cache_read is not None and cheapest is not None:
        cheapest = min(cheapest, price.cache_read)
    tokens = sum(section.tokens for section in request.sections)
    return tokens * (cheapest or 0.0) / 1_000_000


def _stop(meter: Meter, spec: ModelSpec, reason: str, hint: str) -> None:
    meter.recorder.event(SPENDING, model=spec.name, reason=reason)
    raise Refused(f"{spec.name} was not asked: {reason}", hint=hint)


class Pace:
    """How many requests there were in the last minute. Safe in threads."""

    def __init__(
        self, most: int | None, clock: Callable[[], float] = time.monotonic,
        earlier: Callable[[], int] | None = None,
    ) -> None:  # fmt: skip
        """``most``: requests a minute; None: no limit. ``clock``: monotonic seconds.

        ``earlier`` counts the last minute's requests of turns that are over, in any process.
        """
        self.most, self._clock, self._earlier = most, clock, earlier
        self._times: deque[float] = deque()
        self._lock = threading.Lock()

    def check(self, spec: ModelSpec, request: ChatRequest, meter: Meter) -> ChatRequest:
        """Count one request, or refuse it. A ``models.meter.Check``. Raises Refused."""
        if self.most is None:
            return request
        with self._lock:
            now = self._clock()
            while self._times and now - self._times[0] >= MINUTE:
                self._times.popleft()
            elsewhere = len(meter.exchanges) + (self._earlier() if self._earlier else 0)
            if max(len(self._times), elsewhere) < self.most:
                self._times.append(now)
                return request
            wait = MINUTE - (now - self._times[0]) if self._times else MINUTE
        reason = f"{self.most} requests within a minute are the limit; try again in {wait:.0f} s"
        meter.recorder.event(RATE, model=spec.name, reason=reason)
        raise Refused(
            f"{spec.name} was not asked: {reason}",
            hint="set guard.requests_per_minute in config.yaml",
        )
