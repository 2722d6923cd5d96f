"""Running what Ctrl-C stops: once is enough, and pressing it again in haste breaks nothing.

With asyncio's own handling a second Ctrl-C tears apart whatever lets go of a device, a thread or
the terminal just then, and the interpreter reports the pieces.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from types import FrameType

T = TypeVar("T")

HASTE = 3.0
"""Seconds after a Ctrl-C in which further ones change nothing: it is being done."""


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run it as ``asyncio.run`` does; Ctrl-C cancels it and raises KeyboardInterrupt.

    What returns all the same when it is cancelled has its result returned.
    """
    stop = _Stop()
    try:
        with stop.handling():
            return asyncio.run(stop.watch(coroutine))
    except asyncio.CancelledError:
        if stop.pressed:
            raise KeyboardInterrupt from None
        raise
    finally:
        with suppress(RuntimeError):  # it does not let go: that was told already
            coroutine.close()  # one that had no time to begin is not complained of


class _Stop:
    """Takes the Ctrl-Cs of one run."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.pressed = 0
        self._clock, self._first = clock, 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._cancel: Callable[[], object] | None = None

    async def watch(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Await it; whoever presses Ctrl-C cancels it."""
        self._loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in one
        self._cancel = task.cancel
        if self.pressed:
            task.cancel()
        try:
            return await coroutine
        finally:
            self._cancel = None

    @contextmanager
    def handling(self) -> Iterator[None]:
        """While this holds, Ctrl-C is taken, unless somebody else takes it already."""
        before = signal.getsignal(signal.SIGINT)
        if before is not signal.default_int_handler:
            yield
            return
        signal.signal(signal.SIGINT, self._press)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _press(self, _number: int, _frame: FrameType | None) -> None:
        self.pressed += 1
        if self.pressed == 1:
            self._first = self._clock()
            if self._loop is not None and self._cancel is not None:
                self._loop.call_soon_threadsafe(self._cancel)
        elif self._clock() - self._first >= HASTE:  # it does not end: nothing is tidy any more
            sys.unraisablehook = lambda _: None
            if self._loop is not None:
                self._loop.set_exception_handler(lambda *_: None)
            raise KeyboardInterrupt
