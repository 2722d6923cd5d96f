"""What an assistant is made of, passed in as one value; nothing global."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from alexa_cli.act.world import Run
    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.config.settings import Settings
    from alexa_cli.context.household import Household
    from alexa_cli.decide.model import Model, Request
    from alexa_cli.store.store import Store
    from alexa_cli.turn import Decision


class Decider(Protocol):
    """What decides: a cascade, or one model."""

    name: str
    models: tuple[Model, ...]

    def decide(self, request: Request) -> AsyncIterator[Decision]:
        """See ``decide.model.Model``."""
        ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    """Settings, catalogue, store and the rest. Several conversations share one house."""

    settings: Settings
    catalogue: Catalogue
    store: Store
    household: Household
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
    rings_here: bool = False
    """Whether this process delivers what is due (the REPL)."""
