"""Reading that may block, in a thread of its own: sound comes out of it as frames."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from alexa_cli.hear.errors import AudioError
from alexa_cli.hear.sources.convert import Framer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from alexa_cli.hear.frame import Frame

BLOCK = 65_536
"""Bytes that are read at once, two seconds of sound; of a pipe, what there is."""
AHEAD = 8
"""Blocks that are read ahead of who takes them: an hour's file is never whole in memory."""
PATIENCE = 1.0
"""Seconds to wait for the thread to let go; one that waits for a pipe may take for ever."""


class Sound(Protocol):
    """Sound that is open: what a kind of file has to give."""

    def read(self) -> bytes:
        """Return some more 16 kHz mono int16; nothing at its end. Raises AudioError."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Bytes:
    """The bytes of a file or a pipe, from front to back."""

    def __init__(self, handle: int, name: str, *, close: bool = True) -> None:
        self.name = name
        """As errors say it."""
        self._handle, self._close = handle, close
        self._ahead = b""

    def peek(self, least: int) -> bytes:
        """Return what comes next without taking it; fewer than ``least`` only at the end."""
        while len(self._ahead) < least and (more := self._read(BLOCK)):
            self._ahead += more
        return self._ahead

    def some(self, most: int = BLOCK) -> bytes:
        """Take what is there, at least one byte; nothing at the end."""
        if not self._ahead:
            return self._read(most)
        taken, self._ahead = self._ahead[:most], self._ahead[most:]
        return taken

    def take(self, size: int) -> bytes:
        """Take so many bytes; fewer only at the end."""
        parts = []
        while size > 0 and (part := self.some(min(size, BLOCK))):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Take so many bytes and forget them."""
        while size > 0 and (part := self.some(min(size, BLOCK))):
            size -= len(part)

    def close(self) -> None:
        """Close it, unless it is somebody else's."""
        if self._close:
            self._close = False
            os.close(self._handle)

    def _read(self, most: int) -> bytes:
        try:
            return os.read(self._handle, most)
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise AudioError(f"{self.name} cannot be read: {said}") from error


class _Reading:
    """The thread, and what it has read."""

    def __init__(self, open_: Callable[[], Sound], loop: asyncio.AbstractEventLoop) -> None:
        self._open, self._loop = open_, loop
        self._room = threading.Semaphore(AHEAD)
        self._stopped = False
        self.blocks: deque[bytes | BaseException | None] = deque()
        """None: the end; an exception: why there is no more."""
        self.news = asyncio.Event()
        self.left = asyncio.Event()
        # A daemon, for a pipe that never says another word must not keep the program from ending.
        self.thread = threading.Thread(target=self._run, name="alexa-sound-in", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Read no more."""
        self._stopped = True
        self._room.release()

    def took(self) -> None:
        """Make room for one more block."""
        self._room.release()

    def _run(self) -> None:
        try:
            self._read()
        except BaseException as error:  # noqa: BLE001 - raised again where the frames are taken
            self._give(error)
        else:
            self._give(None)
        self._tell(self.left)

    def _read(self) -> None:
        sound = self._open()
        try:
            while not self._stopped and (block := sound.read()):
                self._room.acquire()
                self._give(block)
        finally:
            sound.close()

    def _give(self, block: bytes | BaseException | None) -> None:
        self.blocks.append(block)
        self._tell(self.news)

    def _tell(self, event: asyncio.Event) -> None:
        with suppress(RuntimeError):  # the loop is gone: nobody listens any more
            self._loop.call_soon_threadsafe(event.set)


async def read_frames(
    name: str, open_: Callable[[], Sound], *, wait: bool = True
) -> AsyncGenerator[Frame, None]:
    """Open sound in a thread and yield its frames as fast as they are taken.

    ``wait``: that the thread lets go before this ends, which a thread that waits for a pipe
    cannot. Raises AlexaError.
    """
    empty = True
    reading = _Reading(open_, asyncio.get_running_loop())
    framer = Framer()
    try:
        while True:
            while not reading.blocks:
                await reading.news.wait()
                reading.news.clear()
            block = reading.blocks.popleft()
            if not isinstance(block, bytes):
                break
            reading.took()
            empty = False
            for frame in framer.add(block):
                yield frame
        for frame in framer.end():
            yield frame
        if block is not None:
            raise block
        if empty:
            raise AudioError(f"there is no sound in {name}")
    finally:
        reading.stop()
        if wait:
            with suppress(TimeoutError):
                await asyncio.wait_for(reading.left.wait(), PATIENCE)
                reading.thread.join()  # saying so was its last deed
