"""Programs that are run for the user: however early one is given up, nothing of it goes on.

While a program is started, what is cancelled ends the program alone, and not what it has started
itself. So starting is brought to its end first; it takes no longer than making a process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable


class Program(asyncio.SubprocessProtocol):
    """What is told of a program."""

    @property
    @abstractmethod
    def exited(self) -> asyncio.Event:
        """It has ended."""


P = TypeVar("P", bound=Program)


async def start(
    program: Callable[[], P],
    *argv: str,
    **options: Any,  # noqa: ANN401 - as for subprocess_exec
) -> tuple[asyncio.SubprocessTransport, P]:
    """Start a program in a session of its own. Raises what ``subprocess_exec`` does."""
    loop = asyncio.get_running_loop()
    starting = asyncio.ensure_future(
        loop.subprocess_exec(program, *argv, start_new_session=True, **options)
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        starting.add_done_callback(_kill_started)  # also if nobody waits for it any more
        await asyncio.wait({starting})
        if not starting.cancelled() and starting.exception() is None:
            transport, started = starting.result()
            await started.exited.wait()
            transport.close()
        raise


def kill(transport: asyncio.SubprocessTransport) -> None:
    """Kill a program and what it has started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(transport.get_pid(), signal.SIGKILL)
        else:
            transport.kill()


def _kill_started(starting: asyncio.Future[tuple[asyncio.SubprocessTransport, Any]]) -> None:
    if not starting.cancelled() and starting.exception() is None:
        kill(starting.result()[0])
