"""A model that is made when it is first asked: most turns end before a language model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.decide.failing import closing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from alexa_cli.decide.model import Model, Request
    from alexa_cli.turn import Decision


class Later:
    """Stands for a model. Whatever is wrong with making it is raised when it is asked."""

    def __init__(self, name: str, make: Callable[[], Model]) -> None:
        self.name, self._make = name, make
        self._made: Model | None = None

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        """Yield what the model decides. Raises ConfigError if it cannot be made."""
        if self._made is None:
            self._made = self._make()
        async with closing(self._made.decide(request)) as decisions:
            async for decision in decisions:
                yield decision
