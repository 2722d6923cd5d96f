"""The nouns of a turn: what was said, decided, done and answered, and the events in between.

Frozen dataclasses with no imports from the house, so that every room can pass them on.
Values are plain JSON, instants are timezone-aware datetimes, durations are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - read at run time when stored turns are decoded
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - as above
from enum import StrEnum
from typing import Literal, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class Stage(StrEnum):
    """How settled an utterance is."""

    PARTIAL = "partial"
    EAGER = "eager"
    FINAL = "final"


class Trust(StrEnum):
    """Who vouches for a value: what is untrusted is data, never an instruction."""

    USER = "user"
    HOUSEHOLD = "household"
    UNTRUSTED = "untrusted"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One reading of the sound; ``score`` is the recogniser's own, higher is better."""

    text: str
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said, as far as it is known. Typed input is one final revision."""

    text: str
    revision: int = 0
    stage: Stage = Stage.FINAL
    hypotheses: tuple[Hypothesis, ...] = ()
    source: str = "typed"
    language: str = "en"
    speaker: str | None = None
    whispered: bool = False


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call, resolved."""

    value: Json = None
    """The value a handler gets. Meaningless while ``pointer`` is set."""
    words: str | None = None
    """The words it was read from, as the user said them; None for defaults and model values."""
    spoken: str | None = None
    """How a reply says it; None: speak words it from the value."""
    pointer: str | None = None
    """``$1.id``: take the value from call 1's outcome when it is there."""
    attributes: Mapping[str, Json] = field(default_factory=dict)
    """For a name of a list: what the list knows about it (``$contact.phone``)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an expert's API. ``after`` lists ids of calls of the same plan to wait for."""

    expert: str
    api: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    id: str = "1"
    after: tuple[str, ...] = ()
    doubt: str = ""
    """Why somebody must say yes first, whatever the API declares: a guard's reason. "": none."""

    @property
    def name(self) -> str:
        """``expert.api``."""
        return f"{self.expert}.{self.api}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An API that a model considered. ``score`` compares only within the same model."""

    expert: str
    api: str
    score: float
    why: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    """Raw words of the arguments it would have."""

    @property
    def name(self) -> str:
        """``expert.api``."""
        return f"{self.expert}.{self.api}"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a language model was shown when it planned."""

    lists: tuple[str, ...] = ()
    """Lists of the context."""
    history: bool = False
    tainted: bool = False
    """Whether there was an untrusted result among it."""
    cached: str = ""
    """The turn that the plan was first made in, if it comes from the plan cache."""
    seconds: float | None = None
    """How long deciding took then."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Calls to make."""

    calls: tuple[Call, ...]
    model: str = ""
    score: float = 1.0
    final: bool = True
    candidates: tuple[Candidate, ...] = ()
    verified: bool = True
    basis: Basis | None = None
    """None: no language model made it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer to a question: its value and the forms in which it may be spoken."""

    argument: Argument
    spoken: str
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What must be known before the plan can go on. Lives with the conversation and expires."""

    text: str
    kind: Literal["choice", "value", "confirm", "open"]
    """open: a language model's own question; whatever is said next goes through the cascade."""
    plan: Plan
    """What is already resolved; call ``call`` still lacks ``parameter``. Empty if ``open``."""
    call: str = "1"
    parameter: str | None = None
    choices: tuple[Choice, ...] = ()
    expires: datetime | None = None
    asked: int = 1
    """How many times it was asked; it is dropped after the second time."""
    model: str = ""
    score: float = 1.0
    final: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """A model answers in words, with nothing to do."""

    text: str
    """Not final: the beginning of the answer, as far as it has come."""
    model: str = ""
    score: float = 1.0
    final: bool = True


@dataclass(frozen=True, slots=True)
class Pass:
    """A model hands the utterance on. ``code`` is for programs, ``reason`` for people."""

    reason: str
    code: Literal[
        "no_match",
        "below_threshold",
        "ambiguous",
        "unknown_name",
        "unreadable",
        "missing",
        "question",
        "no_model",
        "unreachable",
        "credentials",
        "failed",
        "refused",
    ] = "no_match"
    """unreachable, credentials, failed, refused: a language model could not be asked, and why."""
    candidates: tuple[Candidate, ...] = ()
    model: str = ""
    score: float = 0.0
    final: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nobody can do this, or a guard forbids it. ``text`` is what the user is told."""

    text: str
    reason: str = ""
    candidates: tuple[Candidate, ...] = ()
    model: str = ""
    score: float = 0.0
    final: bool = True


Decision: TypeAlias = Plan | Question | Answer | Pass | Refusal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call."""

    call: Call
    status: Literal["done", "failed", "skipped", "unconfirmed", "decided"] = "done"
    """decided: the API has no ``run``, so there was nothing to do but decide."""
    value: Json = None
    error: str | None = None
    """One line for the user, present when failed or skipped."""
    say: str | None = None
    """The expert's own wording, if it gave one; wins over the API's ``say``."""
    undo: Call | None = None
    """The call that takes it back; None if it cannot be taken back."""
    source: str = ""
    """Where the value comes from: ``python``, ``http:api.example.org``, ..."""
    trust: Trust = Trust.HOUSEHOLD
    expects_answer: bool = False
    asks: str | None = None
    """The parameter that it asks for; the next words are the answer."""
    started: float = 0.0
    """Seconds on the turn's monotonic clock."""
    ended: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What the user is told."""

    text: str
    style: Literal["plain", "question", "apology", "notice"] = "plain"
    expects_answer: bool = False


# Events: what a screen or a trace wants to know, in the order in which it happened. ---------


@dataclass(frozen=True, slots=True)
class Heard:
    """An utterance, or a later revision of it, came in."""

    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Decided:
    """A model decided, passed or refused; ``decision.final`` says whether that stands."""

    decision: Decision
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Started:
    """A call was started; ``speculative`` if the barrier was still closed."""

    call: Call
    speculative: bool = False


@dataclass(frozen=True, slots=True)
class Acted:
    """A call ended."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Discarded:
    """A call started by an attempt was not adopted. ``undone``: None if nothing had to be."""

    call: Call
    undone: bool | None = None


@dataclass(frozen=True, slots=True)
class Emitted:
    """An expert said something to the house (``undo``, ``again``, ``repeat``, ``stop``)."""

    expert: str
    name: str
    data: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replying:
    """A piece of the reply, while it still streams. ``Replied`` has the whole of it."""

    text: str


@dataclass(frozen=True, slots=True)
class Replied:
    """The reply, whole."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Spent:
    """What language models took for a turn, all its requests together. None: nobody knows."""

    cycles: int = 0
    """Inferences one after another: what ran side by side, or was thrown away, is not one more."""
    uncached: int | None = None
    """Input tokens that were read afresh."""
    cache_read: int | None = None
    cache_write: int | None = None
    output: int | None = None
    more: bool = False
    """Whether a request did not say what it took: the tokens are the least there can be."""
    cost: float | None = None
    """US dollars; None if that of any request is unknown."""
    known_cost: float = 0.0
    """As far as it is known: all of it, or the least that it can have been."""
    first_action: float | None = None
    """Seconds until the first call was started; None: there was none."""
    ttft: float | None = None
    """Seconds until the first token of any answer, or of the reply if that streamed."""
    saved: float | None = None
    """Seconds that a draft, or a call begun before the barrier, spared."""
    thrown_tokens: int | None = 0
    """Of the tokens, those of requests whose decision was not used."""
    thrown_cost: float | None = 0.0
    thrown_calls: int = 0
    """Calls that were begun and not adopted."""
    thrown_seconds: float = 0.0
    """How long those requests and calls took, added up."""
    thought: int | None = None
    """Of ``output``, what was reasoning."""
    thinking: float = 0.0
    """Seconds that went into it, added up."""

    @property
    def input(self) -> int | None:
        """All input tokens; None if nothing is known."""
        known = [n for n in (self.uncached, self.cache_read, self.cache_write) if n is not None]
        return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class Finished:
    """The turn is over and stored. ``status`` says how it ended; a screen maps it to exit codes."""

    turn: str
    status: Literal[
        "done", "failed", "not_understood", "question", "refused", "cancelled",
        "unreachable", "credentials",
    ]  # fmt: skip
    """unreachable, credentials: only a language model could have answered, and none could be
    asked."""
    seconds: float = 0.0
    spent: Spent | None = None
    """None: no language model was asked."""


Event: TypeAlias = (
    Heard | Decided | Started | Acted | Discarded | Emitted | Replying | Replied | Finished
)
