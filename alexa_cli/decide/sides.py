"""Models of a strategy asked side by side, each in a task of its own."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Self, TypeAlias

from alexa_cli.decide.failing import ask

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from types import TracebackType

    from alexa_cli.decide.model import Model, Request
    from alexa_cli.turn import Decision

GRACE = 1.0
"""Seconds that a model gets to close its requests; one that will not is left to itself."""


class Side:
    """One model being asked. What it decides is told in order, whoever may read it and when."""

    def __init__(self, label: str, model: Model, request: Request, news: News) -> None:
        self.label, self.model = label, model
        self.meter = request.meter.on_branch(label)
        self.final: Decision | None = None
        self.error: BaseException | None = None
        """What ended it: a mistake, no failure of a language model (that is a pass)."""
        self.dropped = False
        """Whether nobody waits for it any more."""
        self._news = news
        self.task = asyncio.create_task(self._run(replace(request, meter=self.meter)))
        self.task.add_done_callback(self._ended)

    async def _run(self, request: Request) -> None:
        with self.meter.recorder.span(self.label, model=self.model.name) as span:
            async for decision in ask(self.model, request):
                if decision.final:
                    self.final = decision
                    span.set("decision", type(decision).__name__.lower())
                self._news.put_nowait((self, decision))

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.error = None if task.cancelled() else task.exception()
        self._news.put_nowait((self, None))

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to come."""
        return self.final is not None or self.dropped or self.task.done()


News: TypeAlias = "asyncio.Queue[tuple[Side, Decision | None]]"


class Sides:
    """All of them: ``async with`` closes those that are still being asked."""

    def __init__(self, request: Request, models: Sequence[tuple[str, Model]]) -> None:
        self._news: News = asyncio.Queue()
        self._meter = request.meter
        self.all = [Side(label, model, request, self._news) for label, model in models]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        await self.close(*self.all)

    async def news(self) -> AsyncGenerator[tuple[Side, Decision], None]:
        """Yield what they decide, as it comes, until all have ended or the turn's time is up.

        Raises what one of them raised, unless it was a failure of a language model.
        """
        while not self._news.empty() or any(not side.ended for side in self.all):
            try:
                async with asyncio.timeout(self._left()):
                    side, decision = await self._news.get()
            except TimeoutError:
                return
            if side.error is not None:
                raise side.error
            if decision is not None and not side.dropped:
                yield side, decision

    def _left(self) -> float | None:
        ends = self._meter.ends
        return None if ends is None else max(0.0, ends - self._meter.recorder.now())

    async def close(self, *sides: Side) -> None:
        """Stop these; returns when their requests are closed, even if it is cancelled itself."""
        for side in sides:
            side.dropped = True
            if side.final is None:
                side.task.cancel()
        left = {side.task for side in sides if not side.task.done()}
        if left:
            await _ended(left, GRACE)


async def _ended(tasks: set[asyncio.Task[None]], seconds: float) -> None:
    """Wait for tasks so many seconds, then cancel them; who waits may be cancelled meanwhile."""
    ends = asyncio.get_running_loop().time() + seconds
    cancelled = False
    while tasks:
        left = max(0.0, ends - asyncio.get_running_loop().time())
        try:
            _, tasks = await asyncio.wait(tasks, timeout=left)
        except asyncio.CancelledError:
            cancelled = True
            continue
        break
    for task in tasks:
        task.cancel()
    if cancelled:
        raise asyncio.CancelledError
