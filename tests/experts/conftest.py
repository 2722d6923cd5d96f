"""What the tests of shipped experts get: an expert run for real, with a store and a clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from alexa_cli.assistant import Assistant
from alexa_cli.assistant.assistant import TurnOptions
from alexa_cli.assistant.house import House
from alexa_cli.assistant.listing import KeptLists
from alexa_cli.catalog.build import build_folder
from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.catalog.context import HandlerContext, Lists, Returned
from alexa_cli.catalog.handlers import run_handler
from alexa_cli.catalog.python_handler import run_list
from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import Settings
from alexa_cli.context.changes import Changes
from alexa_cli.context.household import load_household
from alexa_cli.context.names import Name, NameList
from alexa_cli.decide.registry import build_cascade
from alexa_cli.models.similarity import Similarity
from alexa_cli.store.state import ExpertStore
from alexa_cli.store.store import Store
from alexa_cli.turn import Argument, Decided, Replied, Utterance
from alexa_cli.watch import due, recurrence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from alexa_cli.catalog.expert import Expert
    from alexa_cli.turn import Decision

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass
class Notices:
    """``context.notify`` on the store's own table of due things."""

    store: Store
    expert: str
    who: str | None = None
    tz: str = "UTC"

    def __call__(
        self, text: str, *, at: datetime, key: str, repeat: str | None = None,
        kind: str = "notice", until: datetime | None = None,
    ) -> str | None:  # fmt: skip
        new = due.Due(self.expert, key, at, text, repeat=repeat, kind=kind, until=until, tz=self.tz)
        due.schedule(self.store, new)
        return self.who

    def cancel(self, key: str) -> bool:
        return due.cancel(self.store, self.expert, key)

    def pending(self) -> list[due.Due]:
        return due.pending(self.store, self.expert)

    def delivered(self, limit: int = 20) -> list[due.Due]:
        return due.delivered(self.store, self.expert, limit)

    def first(self, repeat: str, after: datetime) -> datetime | None:
        return recurrence.first(repeat, after, self.tz)

    def next(self, repeat: str, last: datetime) -> datetime | None:
        found = recurrence.following(repeat, recurrence.occurrence(last, self.tz), self.tz)
        return next((each.at for each in found), None)


@dataclass
class Played:
    """One expert and what it remembers; ``now`` is moved by hand."""

    expert: Expert
    store: Store
    lists: dict[str, NameList]
    now: datetime = NOON
    who: str | None = None
    """Who delivers notices."""
    tz: str = "UTC"
    emitted: list[str] = field(default_factory=list)

    @property
    def context(self) -> HandlerContext:
        return HandlerContext(
            now=self.now,
            tz=self.tz,
            language="en",
            household=Lists(self.expert.name, self.lists),
            store=ExpertStore(self.store, self.expert.name),
            conversation="c",
            speaker=None,
            emit=lambda name, **_: self.emitted.append(name),
            notify=Notices(self.store, self.expert.name, self.who, self.tz),
        )

    def call(self, api: str, **arguments: Any) -> Returned:
        """Run an API with resolved arguments, values or whole. Raises AlexaError."""
        given = {
            name: value if isinstance(value, Argument) else Argument(value)
            for name, value in arguments.items()
        }
        return asyncio.run(run_handler(self.expert, self.expert.apis[api], given, self.context))

    def say(self, api: str, **arguments: Any) -> str:
        """Run an API and return its reply."""
        return self.call(api, **arguments).say or ""

    def undo(self, returned: Returned) -> None:
        """Take a call back as the house does."""
        assert returned.undo is not None
        arguments: Any = returned.undo["arguments"]
        self.call(str(returned.undo["api"]), **arguments)

    def names(self, name: str) -> NameList:
        """A list that the expert provides itself."""
        members: Any = run_list(self.expert, name, self.context)
        return NameList(name, tuple(Name(m["id"], m["name"], tuple(m["aliases"])) for m in members))

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def upcoming(self) -> dict[str, tuple[str, float]]:
        """What will be said: key to text and seconds from now."""
        return {
            each.key: (each.text, (each.at - self.now).total_seconds())
            for each in due.pending(self.store)
        }


@cache
def expert_at(folder: Path) -> Expert:
    """A shipped expert, built once; it is frozen."""
    built = build_folder(folder)
    assert built.expert is not None
    return built.expert


@pytest.fixture
def play(repo: Path) -> Iterator[Callable[[str], Played]]:
    """Makes a shipped expert ready to be called, in the example home."""
    stores: list[Store] = []

    def start(name: str) -> Played:
        store = Store(":memory:").open()
        stores.append(store)
        expert = expert_at(repo / "experts" / name)
        home = load_household()
        lists = {each: home.list(each) for each in expert.context}
        return Played(expert, store, lists)

    yield start
    for store in stores:
        store.close()


@dataclass
class Talk:
    """The assistant with shipped experts, in one conversation; ``now`` is moved by hand."""

    house: House
    now: datetime = NOON
    decision: Decision | None = None
    """What the last words were decided to mean."""

    def __call__(self, words: str) -> str:
        """Say something; returns the reply."""
        return asyncio.run(self._turn(words))

    async def _turn(self, words: str) -> str:
        async def typed() -> AsyncIterator[Utterance]:
            yield Utterance(words)

        reply = ""
        options = TurnOptions(now=self.now)
        async for event in Assistant(self.house).turn(typed(), "c", options):
            if isinstance(event, Decided) and event.decision.final:
                self.decision = event.decision
            elif isinstance(event, Replied):
                reply = event.reply.text
        return reply

    @property
    def called(self) -> list[str]:
        """The APIs that were decided last."""
        plan = getattr(self.decision, "plan", self.decision)
        return [call.name for call in getattr(plan, "calls", ())]


@pytest.fixture(scope="session")
def together(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house with the experts that keep what the user tells, and those that they work with."""
    paths = find_paths({"ALEXA_HOME": str(tmp_path_factory.mktemp("together"))})
    settings, folder = Settings(), Path(__file__).resolve().parents[2] / "experts"
    names = ("smart_home", "lists", "timers", "control", "memory", "routines", "household")
    return House(
        settings=settings, catalogue=load_catalogue(settings, paths, [folder / n for n in names]),
        store=Store(":memory:"), household=load_household(),
        decider=build_cascade(settings, paths), tz="UTC", run=run_handler, provide=KeptLists(),
        changes=Changes(paths.cache), similar=Similarity(None, paths.models),
    )  # fmt: skip


@pytest.fixture
def talk(together: House) -> Iterator[Talk]:
    """A conversation in that house, which remembers nothing yet."""
    with Store(":memory:") as store:
        yield Talk(replace(together, store=store))
