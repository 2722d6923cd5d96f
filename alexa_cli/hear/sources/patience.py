"""Calls of the sound system that may never come back: a driver hangs, a device is half gone."""

from __future__ import annotations

import asyncio
import atexit
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from alexa_cli.config.quiet import speak_again
from alexa_cli.hear.errors import NoAudio

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

OPENING = 10.0
"""Seconds that the sound system gets to find and open a device."""


class _Call(Generic[T]):
    """A call in a thread that the program does not wait for when it ends."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call, self._loop = call, asyncio.get_running_loop()
        self.done = asyncio.Event()
        self.result: T | None = None
        self.error: BaseException | None = None
        self._lock = threading.Lock()
        self._late: Callable[[T], None] | None = None
        """What becomes of a result that comes too late."""
        self.thread = threading.Thread(target=self._run, name="alexa-sound-system", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        result = None
        try:
            result = self._call()
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self.error = error
        with self._lock:
            self.result, late = result, self._late
        if late is not None and result is not None:
            late(result)
        with suppress(RuntimeError):  # the loop is gone: nobody waits any more
            self._loop.call_soon_threadsafe(self.done.set)

    def abandon(self, late: Callable[[T], None]) -> None:
        """Let ``late`` have what it returns, or has just returned: nobody else takes it."""
        with self._lock:
            self._late, result = late, self.result
        if result is not None:  # a device that is half gone may not close either
            threading.Thread(
                target=late, args=(result,), name="alexa-sound-late", daemon=True
            ).start()


async def patiently(
    call: Callable[[], T], late: Callable[[T], None], patience: float = OPENING
) -> T:
    """Make a call in a thread and return what it returns; ``late`` gets what comes too late.

    Raises what it raises, and NoAudio if it does not come back in time.
    """
    if sys.platform == "win32":  # there, a device belongs to the thread that opened it
        return call()
    made = _Call(call)
    try:
        async with asyncio.timeout(patience):
            await made.done.wait()
    except TimeoutError:
        made.abandon(late)
        leave_it_behind()
        raise NoAudio(
            f"the sound system does not answer: nothing came for {patience:g} s",
            hint="restart it, or unplug the device and plug it in; typing works without it",
        ) from None
    except asyncio.CancelledError:
        made.abandon(late)
        raise
    made.thread.join()  # saying so was its last deed
    if made.error is not None:
        raise made.error
    return made.result  # type: ignore[return-value]  # it came back, so it is there


def leave_it_behind() -> None:
    """Let the program end although the sound system hangs, and stderr be seen again.

    PortAudio closes every device as the program ends, and would wait there for ever.
    """
    speak_again()
    leaving = getattr(sys.modules.get("sounddevice"), "_exit_handler", None)
    if leaving is not None:
        atexit.unregister(leaving)
