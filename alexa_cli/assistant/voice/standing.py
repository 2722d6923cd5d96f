"""A source that stays open from one who listens to the next.

A microphone that is closed and opened again loses what is said meanwhile, the first word above
all. So it is read all the time, and whoever listens takes the frames from here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import aclosing
from typing import TYPE_CHECKING, cast

from alexa_cli.assistant.voice.how import ended
from alexa_cli.hear.frame import FRAME_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from alexa_cli.hear.frame import Frame, Source

BACKLOG = 10.0
"""Seconds of sound that wait for somebody to take them; then the oldest of a microphone are lost,
and a file waits."""


class Standing:
    """See ``hear.frame.Source``. Opened by the first look, closed by ``aclose`` alone."""

    def __init__(self, source: Source, deaf: Callable[[], bool] = lambda: False) -> None:
        """``deaf``: whether what a microphone hears just now is thrown away unheard."""
        self._source, self._deaf = source, deaf
        self.name, self.live, self.overflows = source.name, source.live, source.overflows
        self._lost = 0
        self._waiting: deque[Frame] = deque()
        self._most = round(BACKLOG / FRAME_SECONDS)
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Yield what nobody has taken yet, and what comes. Closing it closes nothing else."""
        while (frame := await self._next()) is not None:
            yield frame

    def drop(self) -> None:
        """Forget what waits of a microphone: it was not meant for whoever listens next."""
        if self.live:
            self._waiting.clear()

    async def aclose(self) -> None:
        """Let go of the microphone; whoever listens next opens it again."""
        reading, self._reading = self._reading, None
        self._waiting.clear()
        if reading is not None:
            await ended(reading)

    async def _next(self) -> Frame | None:
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
            self._reading.add_done_callback(lambda _: self._news.set())
        while not self._waiting:
            if self._reading is None:
                return None
            if self._reading.done():
                self._reading.result()
                return None
            self._news.clear()
            await self._news.wait()
        self._room.set()
        return self._waiting.popleft()

    async def _read(self) -> None:
        frames = cast("AsyncGenerator[Frame, None]", self._source.frames())
        async with aclosing(frames):
            async for frame in frames:
                self.name = self._source.name
                self.overflows = self._source.overflows + self._lost
                if self.live and self._deaf():
                    continue
                await self._make_room()
                self._waiting.append(frame)
                self._news.set()

    async def _make_room(self) -> None:
        if self.live and len(self._waiting) >= self._most:
            self._waiting.popleft()
            self._lost += 1
        while len(self._waiting) >= self._most:
            self._room.clear()
            await self._room.wait()
