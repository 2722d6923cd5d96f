"""Calls of the sound system, in a thread that can be left behind: a driver may never come back.

PortAudio is not made for two threads at a time, and closes every device as the program ends. So
whoever opens a device does all with it by one pair of hands, and ends them: the program then ends
when the device is closed, or after a moment if that does not come to pass. Ending while a device
is still being opened crashed one time in fourteen, and hung one time in a hundred.
"""

from __future__ import annotations

import asyncio
import atexit
import sys
import threading
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from alexa_cli.config.quiet import speak_again

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

OPENING = 10.0
"""Seconds that the sound system gets to find and open a device."""
LET_GO = 2.0
"""Seconds that it gets to close a device; some never do once they are unplugged."""


class Hands:
    """A thread that makes calls, one after another. From ``submit`` until ``end``."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stuck = False

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Make a call after those before it. Never waits."""
        future: Future[T] = Future()

        def job() -> None:
            try:
                future.set_result(call())
            except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
                future.set_exception(error)

        self._jobs.put(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        return future

    async def do(self, call: Callable[[], T], patience: float = OPENING) -> T:
        """Make a call and return what it returns; cancelled, it goes on and ``end`` waits for it.

        Raises what it raises, and TimeoutError if it does not come back in ``patience`` seconds.
        """
        future = self.submit(call)
        if not await _over(future, patience):
            self._leave_behind()
            raise TimeoutError
        return future.result()

    async def end(self) -> None:
        """Let the thread end when it has made every call; it is left behind after ``LET_GO`` s."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        last = Future[None]()
        self._jobs.put(lambda: last.set_result(None))
        self._jobs.put(None)
        ended = False
        try:
            ended = not self._stuck and await _over(last, LET_GO)
        finally:
            if ended:
                thread.join()  # saying so was its last deed
            else:
                self._leave_behind()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    def _leave_behind(self) -> None:
        """Let the program end although the sound system hangs, and stderr be seen again."""
        self._stuck = True
        speak_again()
        closing = getattr(sys.modules.get("sounddevice"), "_exit_handler", None)
        if closing is not None:
            atexit.unregister(closing)


async def _over(future: Future[Any], patience: float) -> bool:
    """Wait until it is done. False: it is not, after so many seconds."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: object) -> None:
        with suppress(RuntimeError):  # the loop is gone: nobody waits any more
            loop.call_soon_threadsafe(done.set)

    future.add_done_callback(tell)
    try:
        async with asyncio.timeout(patience):
            await done.wait()
    except TimeoutError:
        return future.done()
    return True
