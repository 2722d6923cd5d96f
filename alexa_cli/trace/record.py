"""Recording what happens in a turn as a tree of spans.

The current span is kept in a context variable, so that tasks and ``asyncio.to_thread`` get the
right parent without being told. Recording never fails a turn.
"""

from __future__ import annotations

import itertools
import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alexa_cli.trace import names
from alexa_cli.turn import Json  # noqa: TC001 - read at run time when stored spans are decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Span:
    """Something that took time. An event is a span whose end is its start."""

    id: str
    parent: str | None
    name: str
    start: float
    """Seconds since the turn began."""
    end: float
    attributes: dict[str, Json] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end - self.start


class OpenSpan:
    """A span that is being recorded."""

    __slots__ = ("_attributes", "end", "id", "name", "parent", "start")

    def __init__(self, span_id: str, parent: str | None, name: str, start: float) -> None:
        self.id, self.parent, self.name, self.start = span_id, parent, name, start
        self.end: float | None = None
        self._attributes: dict[str, Json] = {}

    def set(self, key: str, value: Json, /) -> None:
        """Set an attribute, by keyword (``expert``) or by name (``gen_ai.tool.name``)."""
        self._attributes[names.attribute(key)] = value

    def closed(self, now: float) -> Span:
        """Return the span as it is; one that is still open ends ``now`` and says so."""
        attributes = dict(self._attributes)
        if self.end is None:
            attributes[names.UNFINISHED] = True
        return Span(
            self.id,
            self.parent,
            self.name,
            self.start,
            now if self.end is None else self.end,
            attributes,
        )


_current: ContextVar[tuple[Recorder, OpenSpan] | None] = ContextVar("alexa_span", default=None)


class Recorder:
    """Records the spans of one turn. ``clock`` returns monotonic seconds; 0 is when it is made."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._zero = clock()
        self._ids = itertools.count(1)
        self._spans: list[OpenSpan] = []

    @contextmanager
    def span(self, name: str, /, **attributes: Json) -> Iterator[OpenSpan]:
        """Record what happens inside the ``with``, below the span that is current here.

        An exception passes through; its class becomes ``error.type``.
        """
        opened = self._open(name, attributes)
        before = _current.get()
        _current.set((self, opened))
        try:
            yield opened
        except BaseException as error:
            opened.set(names.ERROR_TYPE, type(error).__name__)
            raise
        finally:
            opened.end = self.now()
            # Not by token: a generator may be closed from another task than it was run in.
            _current.set(before)

    def event(self, name: str, /, **attributes: Json) -> None:
        """Record that something happened, below the current span."""
        opened = self._open(name, attributes)
        opened.end = opened.start

    def add(self, name: str, start: float, end: float, /, **attributes: Json) -> None:
        """Record something measured elsewhere; ``start`` and ``end`` as ``now()`` counts."""
        opened = self._open(name, attributes)
        opened.start, opened.end = start, end

    def now(self) -> float:
        """Return the seconds since the recorder was made."""
        return self._clock() - self._zero

    def spans(self) -> list[Span]:
        """Return what was recorded so far, in the order in which it began."""
        now = self.now()
        return [opened.closed(now) for opened in list(self._spans)]

    def _open(self, name: str, attributes: dict[str, Json]) -> OpenSpan:
        current = _current.get()
        parent = current[1].id if current is not None and current[0] is self else None
        opened = OpenSpan(str(next(self._ids)), parent, name, self.now())
        for key, value in attributes.items():
            opened.set(key, value)
        self._spans.append(opened)
        return opened
