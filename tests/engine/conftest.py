"""The real engine: llama.cpp with a tiny model, in a process of its own, on loopback."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from alexa_cli.assistant.assistant import TurnOptions
from alexa_cli.cli.common import Common
from alexa_cli.cli.session import open_session
from alexa_cli.models.ledger import load_exchanges
from alexa_cli.turn import Acted, Finished, Replied, Replying, Utterance
from tools.serve_tiny_llm import MODEL, Engine, others, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from alexa_cli.models.chat import Exchange
    from alexa_cli.turn import Event


@pytest.fixture(scope="session")
def tiny_engine() -> Iterator[Engine]:
    """The engine, started when the first test asks for it."""
    pytest.importorskip("xllamacpp")
    if not MODEL.is_file():
        pytest.skip(f"no model at {MODEL}: tools/train_tiny_llm.py makes it")
    with serving() as url:
        yield Engine(url)


NOW = datetime(2026, 11, 21, 1, 39, tzinfo=ZoneInfo("America/New_York"))
"""A small model answers otherwise at another time: the prompt holds it."""
SURE = TurnOptions(yes=True, now=NOW)
"""Guards ask about phrasings that no expert's sentences are like."""


@dataclass(slots=True)
class Turned:
    """What became of a turn."""

    events: list[Event] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def reply(self) -> str:
        return next(e.reply.text for e in self.events if isinstance(e, Replied))

    @property
    def status(self) -> str:
        return next(e.status for e in self.events if isinstance(e, Finished))

    @property
    def acted(self) -> list[tuple[str, dict[str, str | None]]]:
        """The calls that were made, with the words of their arguments."""
        outcomes = [e.outcome for e in self.events if isinstance(e, Acted)]
        return [
            (o.call.name, {n: a.words for n, a in o.call.arguments.items() if a.words is not None})
            for o in outcomes
        ]

    @property
    def streamed(self) -> list[str]:
        return [e.text for e in self.events if isinstance(e, Replying)]


class Talk:
    """A session in this process that asks the engine what the small models do not know."""

    def __init__(self, engine: Engine, *sets: str) -> None:
        patience = "timeout: 200s, deadline: 250s"  # two slow cores
        tiny = (
            f"{{kind: llm, model: openai/tiny, api_base: '{engine.url}', api_key: not-needed, "
            f"{patience}}}"
        )
        zone = "timezone=America/New_York"
        off = f"experts.off=[{', '.join(others())}]"
        common = Common(sets=(f"models.tiny={tiny}", "jobs.decide=tiny", zone, off, *sets))
        self.session = open_session(common)

    def say(self, *said: str, conversation: str = "c") -> list[Turned]:
        """Take some turns, one after the other."""
        return asyncio.run(self._say(said, conversation))

    async def _say(self, said: tuple[str, ...], conversation: str) -> list[Turned]:
        try:
            return [await self._turn(words, conversation) for words in said]
        finally:
            await self.session.close()

    async def _turn(self, words: str, conversation: str) -> Turned:
        turned = Turned()

        async def utterances() -> AsyncIterator[Utterance]:
            yield Utterance(words)

        events = self.session.assistant.turn(utterances(), conversation, SURE)
        async with aclosing(events):
            async for event in events:
                turned.events.append(event)
        ended = next(e for e in turned.events if isinstance(e, Finished))
        turned.exchanges = load_exchanges(self.session.store, ended.turn)
        return turned

    def close(self) -> None:
        self.session.store.close()


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the sessions keep what they compile."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture
def talks(tiny_engine: Engine, home: Path, compiled: Path) -> Iterator[Callable[..., Talk]]:
    """Open sessions with these settings besides."""
    (home / "cache").symlink_to(compiled)
    made: list[Talk] = []

    def make(*sets: str) -> Talk:
        made.append(Talk(tiny_engine, *sets))
        return made[-1]

    yield make
    for each in made:
        each.close()
