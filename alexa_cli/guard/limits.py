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

    A limit stops the next request; what one request costs is known when it is over. Costs that
    are unknown cannot be limited, and count as nothing. ``spent_today`` leaves this turn out.
    """

    def check(spec: ModelSpec, request: ChatRequest, meter: Meter) -> ChatRequest:
        here = sum(one.cost for one in meter.exchanges if one.cost is not None)
        if turn is not None and here >= turn:
            _stop(meter, spec, f"this turn has cost ${here:.4f}; its limit is ${turn:g}",
                  "guard.spend_turn in config.yaml")  # fmt: skip
        if day is not None and spent_today is not None:
            today = here + spent_today()
            if today >= day:
                _stop(meter, spec, f"today has cost ${today:.4f}; the limit of a day is ${day:g}",
                      "guard.spend_day in config.yaml")  # fmt: skip
        return request

    return check


def _stop(meter: Meter, spec: ModelSpec, reason: str, hint: str) -> None:
    meter.recorder.event(SPENDING, model=spec.name, reason=reason)
    raise Refused(f"{spec.name} was not asked: {reason}", hint=hint)


class Pace:
    """How many requests there were in the last minute. One for a process; safe in threads."""

    def __init__(self, most: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        """``most``: requests a minute; None: no limit. ``clock``: monotonic seconds."""
        self.most, self._clock = most, clock
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
            if len(self._times) < self.most:
                self._times.append(now)
                return request
            wait = MINUTE - (now - self._times[0]) if self._times else MINUTE
        reason = f"{self.most} requests within a minute are the limit; try again in {wait:.0f} s"
        meter.recorder.event(RATE, model=spec.name, reason=reason)
        raise Refused(
            f"{spec.name} was not asked: {reason}", hint="guard.requests_per_minute in config.yaml"
        )
