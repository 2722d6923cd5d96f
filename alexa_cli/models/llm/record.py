"""The record of one exchange with a model: its span, and what the meter keeps of it."""

from __future__ import annotations

import contextvars
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self, cast

from alexa_cli.models.chat import End, Exchange, TextPiece, ThoughtPiece, ToolCall, Usage
from alexa_cli.models.failures import (
    Busy,
    Filtered,
    ModelError,
    NoAnswer,
    NotAllowed,
    TooLong,
)
from alexa_cli.models.llm.mapping import Unpaid
from alexa_cli.models.llm.usage import cost

if TYPE_CHECKING:
    from types import TracebackType

    from alexa_cli.models.chat import ChatRequest, ModelSpec, Piece
    from alexa_cli.models.meter import Meter
    from alexa_cli.trace.record import OpenSpan
    from alexa_cli.turn import Json

NOTHING = Usage(0, 0, 0, 0, 0)
"""What a request took that no model has read."""
_UNPAID = (Unpaid, Busy, NotAllowed, TooLong, Filtered)


@dataclass(slots=True)
class Gathered:
    """An answer, put together from its pieces."""

    end: End | None = None
    """None: the answer is not whole."""
    _texts: list[str] = field(default_factory=list)
    _thoughts: list[str] = field(default_factory=list)
    _calls: dict[int, list[str]] = field(default_factory=dict)
    """Name, arguments and id by index."""

    def add(self, piece: Piece) -> None:
        """Take a piece."""
        if isinstance(piece, End):
            self.end = piece
        elif isinstance(piece, TextPiece):
            self._texts.append(piece.text)
        elif isinstance(piece, ThoughtPiece):
            self._thoughts.append(piece.text)
        else:
            call = self._calls.setdefault(piece.index, ["", "", ""])
            call[0] += piece.name
            call[1] += piece.arguments
            call[2] = call[2] or piece.id

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._texts)

    @property
    def thought(self) -> str:
        """What was thought aloud so far."""
        return "".join(self._thoughts)

    @property
    def calls(self) -> list[ToolCall]:
        """The tool calls so far, in order; the last may be cut short if there is no ``end``."""
        return [ToolCall(*call) for _, call in sorted(self._calls.items())]


class Record:
    """Measures an exchange from here on; at its end the meter has it, however it ended."""

    def __init__(self, spec: ModelSpec, request: ChatRequest, meter: Meter, job: str) -> None:
        self.spec, self.attempts, self.yielded = spec, 0, False
        self._request, self._meter, self._job = request, meter, job
        self._gathered, self._error, self._paid = Gathered(), "", True
        self._first: float | None = None
        self._spoke: float | None = None
        # A span is the current one of its context only: an answer is read piece by piece, and
        # what its reader records in between is not a part of it.
        self._context = contextvars.copy_context()
        self._opened = meter.recorder.span(
            f"chat {spec.name}", operation="chat", provider=spec.provider,
            request_model=spec.model, model=spec.name, job=job,
        )  # fmt: skip
        self._span: OpenSpan

    def __enter__(self) -> Self:
        self._start = self._meter.recorder.now()
        self._span = self._context.run(self._opened.__enter__)
        if self._meter.branch:
            self._span.set("branch", self._meter.branch)
        return self

    def add(self, piece: Piece) -> None:
        """Take a piece that is about to be yielded."""
        if self._first is None and not isinstance(piece, End):
            self._first = self._meter.recorder.now()
        if self._spoke is None and not isinstance(piece, (End, ThoughtPiece)):
            self._spoke = self._meter.recorder.now()
        self.yielded = True
        self._gathered.add(piece)

    def check_whole(self) -> None:
        """Raise ``NoAnswer`` if the stream stopped without an end."""
        if self._gathered.end is None:
            raise NoAnswer(f"{self.spec.name}: the answer broke off")

    def failed(self, error: ModelError) -> None:
        """Note why the last request failed."""
        self._error, self._paid = (
            error.message,
            not (isinstance(error, _UNPAID) or type(error) is ModelError),
        )

    def again(self, wait: float) -> None:
        """Note that another request follows, after so many seconds."""
        self._context.run(
            self._meter.recorder.event, "retry", error=self._error, wait=round(wait, 3)
        )
        self._error = ""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        whole = self._gathered.end
        if isinstance(error, Exception) and not self._error:
            self._error = str(error) or type(error).__name__
        exchange = self._exchange("error" if self._error else "closed" if whole is None else "")
        self._describe(exchange)
        closed = isinstance(error, GeneratorExit)  # its reader has enough: nothing failed
        if error is None or closed:
            self._context.run(self._opened.__exit__, None, None, None)
        else:
            self._context.run(self._opened.__exit__, kind, error, trace)
        self._meter.note(exchange)

    def _exchange(self, reason: str) -> Exchange:
        whole, request = self._gathered.end or End(), self._request
        usage = whole.usage if self._paid or self.yielded else NOTHING
        return Exchange(
            model=self.spec.name,
            job=self._job,
            sections=request.sections,
            messages=_plain(request.messages),
            tools=_plain(request.tools),
            schema=cast("Json", request.schema),
            cache_key=request.cache_key,
            text=self._gathered.text,
            thought=self._gathered.thought,
            spoke=self._spoke,
            calls=tuple(self._gathered.calls),
            reason=reason or whole.reason,
            error=self._error,
            usage=usage,
            cost=cost(usage, self.spec.price),
            provider=self.spec.provider,
            answered=whole.model,
            start=self._start,
            first=self._first,
            end=self._meter.recorder.now(),
            attempts=self.attempts,
        )

    @property
    def _sent(self) -> int:
        """Bytes of what was asked, each time it was: messages, tools and schema as JSON."""
        asked = [_plain(self._request.messages), _plain(self._request.tools), self._request.schema]
        return self.attempts * len(json.dumps(asked, ensure_ascii=False).encode(errors="replace"))

    def _describe(self, exchange: Exchange) -> None:
        usage = exchange.usage
        for key, value in (
            ("response_model", exchange.answered or None),
            ("finish_reasons", [exchange.reason]),
            ("input_tokens", usage.input),
            ("output_tokens", usage.output),
            ("cache_read_tokens", usage.cache_read),
            ("cache_write_tokens", usage.cache_write),
            ("thought_tokens", usage.thought),
            ("cost", exchange.cost),
            ("first_token", None if self._first is None else self._first - self._start),
            ("sent", self._sent if self.spec.kind == "llm" else None),
            ("attempts", exchange.attempts if exchange.attempts > 1 else None),
            ("error", exchange.error or None),
        ):
            if value is not None:
                self._span.set(key, cast("Json", value))


def _plain(parts: Any) -> Json:  # noqa: ANN401 - mappings of mappings
    return [dict(part) for part in parts]
