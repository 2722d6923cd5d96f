"""The seam of deciding: a Request goes in, Decisions come out, the last one final.

``Request`` is a noun of the turn, but it names the catalogue and the context, so it lives here
and not in ``turn``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from alexa_cli.decide.courtesy import without_hesitation
from alexa_cli.language.text import Token, original, tokenise
from alexa_cli.models.meter import Meter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api
    from alexa_cli.context.snapshot import Snapshot
    from alexa_cli.language.registry import Moment
    from alexa_cli.turn import Decision, Json, Question, Utterance


@dataclass(frozen=True, slots=True)
class Ref:
    """A member of a list by its id, where no words of the user name it."""

    list: str
    id: str


@dataclass(frozen=True, slots=True)
class Request:
    """Everything a model may look at. A part of a compound utterance has its own ``tokens``."""

    utterance: Utterance
    tokens: tuple[Token, ...]
    catalogue: Catalogue
    snapshot: Snapshot
    moment: Moment
    """The turn's one instant, time zone and units."""
    question: Question | None = None
    """What the user was asked before, if it still stands."""
    meter: Meter = field(default_factory=Meter)
    """What language models did for this turn, its deadline and its guards."""
    may_ask: bool = False
    """Whether this is the last model of its cascade: only that one may ask on weak grounds."""
    closed_set: bool = False
    """Measuring only: there is an answer, so never refuse."""
    words: tuple[str, ...] = field(init=False)
    """The normalised words of ``tokens``."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", tuple(token.text for token in self.tokens))

    def said(self, start: int, end: int) -> str:
        """The user's own text of tokens ``start`` to ``end`` (exclusive)."""
        return original(self.utterance.text, self.tokens, start, end)

    def part(self, tokens: tuple[Token, ...]) -> Request:
        """The same request about some of the words only."""
        return replace(self, tokens=tokens)


def tokens_of(utterance: Utterance) -> tuple[Token, ...]:
    """The tokens of an utterance, without the sounds of somebody who is thinking."""
    return without_hesitation(tuple(tokenise(utterance.text)))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model read out of the words, before anything is resolved."""

    api: Api
    said: Mapping[str, Json | Ref]
    """Parameter to words (str, as the user said them), to a value that a model gave, or to a
    member of a list."""
    score: float
    why: str = ""
    complete: bool = False
    """A full template match: what is missing may be asked for at once."""
    pointers: bool = False
    """Whether "$1.id" in ``said`` points to an earlier outcome. In a user's words it is money."""
    lead: tuple[Token, ...] = ()
    """The words before the first argument ("turn on"): a part without a verb inherits them."""


class Model(Protocol):
    """A model of the registry."""

    name: str

    def decide(self, request: Request) -> AsyncIterator[Decision]:
        """Yield none or more provisional decisions, then exactly one final one.

        ``aclose()`` on the iterator cancels it and closes its requests.
        """
        ...
