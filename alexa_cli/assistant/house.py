"""What an assistant is made of, passed in as one value; nothing global."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from alexa_cli.context.changes import Changes
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from alexa_cli.act.world import Run
    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.config.settings import Settings
    from alexa_cli.context.household import Household
    from alexa_cli.decide.model import Model, Request
    from alexa_cli.decide.plan_cache import PlanCache
    from alexa_cli.models.llm.registry import LanguageModels
    from alexa_cli.models.meter import Check
    from alexa_cli.prompt.texts import Texts
    from alexa_cli.store.store import Store
    from alexa_cli.turn import Decision


class Decider(Protocol):
    """What decides: a cascade, or one model."""

    name: str
    models: tuple[Model, ...]

    def decide(self, request: Request) -> AsyncIterator[Decision]:
        """See ``decide.model.Model``."""
        ...


@dataclass(frozen=True, slots=True)
class Talkers:
    """The language models, and what every request to one of them goes through."""

    models: LanguageModels
    read_texts: Callable[[], Texts]
    """Reads the texts of prompts; once, and when the first prompt is made."""
    checks: tuple[Check, ...] = ()
    """Guards on the way out."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


Similar: TypeAlias = "Callable[[str, Sequence[str]], list[float]]"


def nothing_similar(words: str, texts: Sequence[str]) -> list[float]:
    """Refuse: nobody gave this house an encoder."""
    del words, texts
    raise AlexaError("there is no encoder here")


@dataclass(frozen=True, slots=True)
class House:
    """Settings, catalogue, store and the rest. Several conversations share one house."""

    settings: Settings
    catalogue: Catalogue
    store: Store
    household: Household
    """As its file says; ``home()`` is what holds."""
    decider: Decider
    tz: str
    """IANA name of the household's time zone."""
    run: Run
    """Runs a handler (``catalog.handlers``)."""
    provide: Callable[..., Any]
    """Makes a list that an expert provides."""
    clock: Callable[[], datetime] = _utc_now
    sets: tuple[str, ...] = field(default=())
    """``--set`` of this run, for the record."""
    talkers: Talkers | None = None
    """None: no job has a language model."""
    plans: Callable[[], PlanCache] | None = None
    """Returns the plans that language models made, for the same words."""
    changes: Changes = field(default_factory=Changes)
    """Applies what was changed to the household, over its file."""
    similar: Similar = nothing_similar
    """Says how near texts are in meaning."""
    rings_here: bool = False
    """Whether this process delivers what is due (the REPL)."""

    def home(self) -> Household:
        """Return the household as it is now, with what was changed."""
        return self.changes.current(self.household, self.store)
