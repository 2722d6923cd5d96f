"""The nouns of talking to a language model: a request, what streams back, what it took.

A language model takes messages and yields pieces. It knows nothing of experts: which tools there
are and what an answer means is decided above it.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - read at run time when stored turns are decoded
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from alexa_cli.turn import Json  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request, in four counts that do not overlap. None: the provider did not say."""

    uncached: int | None = None
    """Input that was read afresh."""
    cache_read: int | None = None
    cache_write: int | None = None
    """Input that was read afresh and put in the provider's cache."""
    output: int | None = None
    """With what was thought aloud."""
    thought: int | None = None
    """Of ``output``, what was reasoning."""

    @property
    def input(self) -> int | None:
        """All input tokens; None if nothing is known."""
        parts = [p for p in (self.uncached, self.cache_read, self.cache_write) if p is not None]
        return sum(parts) if parts else None


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens. None: unknown."""

    input: float | None = None
    output: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """What is known of a language model: from the config, else from its provider's rules."""

    name: str
    """As the config calls it."""
    kind: Literal["llm", "scripted"] = "llm"
    model: str = ""
    """``provider/name``, as litellm has it."""
    provider: str = ""
    """``anthropic``, ``openai``, ``ollama_chat``, ..."""
    cache: Literal["anthropic", "openai", "prefix", "none"] = "prefix"
    """How prefixes are cached: by breakpoints, with a key, by themselves, not at all."""
    min_cache_tokens: int = 0
    """The shortest prefix that is cached."""
    structured: Literal["tools", "json_schema"] = "tools"
    tools_first: bool = True
    """Whether the provider renders tools before the system message (Anthropic does), or after."""
    context_window: int | None = None
    price: Price = field(default_factory=Price)
    timeout: float = 30.0
    """Seconds of silence that end a request."""
    deadline: float = 60.0
    """Seconds for one job, retries included."""
    retries: int = 2
    temperature: float | None = None
    max_tokens: int = 512


@dataclass(frozen=True, slots=True)
class SectionText:
    """A section of a prompt as it was sent, in the provider's order. For the record."""

    name: str
    stability: str
    text: str
    tokens: int
    """Estimated."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request. The same request gives the same bytes, in any process and on any day."""

    messages: tuple[Mapping[str, Any], ...]
    """As OpenAI has them; with ``cache_control`` where the provider takes breakpoints."""
    tools: tuple[Mapping[str, Any], ...] = ()
    """JSON Schema functions, as OpenAI has them."""
    schema: Mapping[str, Any] | None = None
    """The answer is JSON that follows this schema."""
    max_tokens: int | None = None
    temperature: float | None = None
    think: bool = False
    """Ask for reasoning (``--think``)."""
    cache_key: str = ""
    """The same for requests that share their stable prefix; holds nothing of the home."""
    sections: tuple[SectionText, ...] = ()


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Some of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class ThoughtPiece:
    """Some of what the model thinks aloud."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolPiece:
    """Some of a tool call: a piece of its arguments' JSON. Pieces of one call share ``index``."""

    index: int
    name: str = ""
    arguments: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """The last piece of a stream that was not cut."""

    reason: str = "stop"
    """``stop``, ``tool_calls``, ``length``, ``content_filter``."""
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    """The model that the provider says answered."""


Piece: TypeAlias = TextPiece | ThoughtPiece | ToolPiece | End


class LanguageModel(Protocol):
    """A language model. ``chat`` makes one request, without retries.

    Raises ``models.failures.ModelError``. ``aclose()`` on the iterator closes the request for
    good: the provider stops, and nothing more is paid for than what it made.
    """

    spec: ModelSpec

    def chat(self, request: ChatRequest) -> AsyncIterator[Piece]:
        """Yield pieces; a stream that ends well ends with one ``End``."""
        ...


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A whole tool call, ``arguments`` still text."""

    name: str
    arguments: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as the trace keeps them."""

    model: str
    """As the config calls it."""
    job: str
    """``route``, ``plan``, ``reply``, ``summarise``, ``rerank``, ``test``."""
    sections: tuple[SectionText, ...] = ()
    messages: Json = None
    tools: Json = None
    schema: Json = None
    cache_key: str = ""
    text: str = ""
    """The answer's text, as far as it came."""
    thought: str = ""
    calls: tuple[ToolCall, ...] = ()
    reason: str = ""
    """Why it ended, as in ``End``; ``closed`` if we closed it, ``error`` if it failed."""
    error: str = ""
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    """US dollars; None: unknown."""
    provider: str = ""
    answered: str = ""
    """The model that the provider says answered."""
    start: float = 0.0
    """Seconds since the turn began."""
    first: float | None = None
    """... until the first piece of the answer came."""
    end: float = 0.0
    attempts: int = 1
    """Requests made, the failed ones too."""
    branch: str = ""
    """Which side of a strategy it served: ``draft``, ``verify``, ...; empty: none."""
    thrown_away: bool = False
    """Whether what it decided was not used."""
    number: int = 0
    """Its place among the turn's exchanges, from 1."""
    spoke: float | None = None
    """... until the first piece that was no thought: before it, the model was thinking."""

    @property
    def thinking(self) -> float:
        """Seconds that went into reasoning; 0 if nothing says that it reasoned."""
        reasoned = bool(self.thought or self.usage.thought)
        until = self.end if self.spoke is None else self.spoke
        return max(0.0, until - self.start) if reasoned else 0.0
