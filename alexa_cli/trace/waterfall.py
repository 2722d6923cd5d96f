"""Spans as text: a tree with a bar for each one's time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.trace import names
from alexa_cli.trace.plain_text import WIDTH, line, milliseconds, padded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alexa_cli.trace.record import Span

_BAR = 24
"""Columns of a bar."""
_ENDINGS = (names.STATUS, names.DECISION, names.KIND, names.DECISION_MODEL)
"""Attributes that say how a span ended, the first one that is there."""
_MAX_DEPTH = 8
"""Deeper spans are shown at this depth."""


def waterfall(spans: Sequence[Span], width: int = WIDTH) -> Iterator[str]:
    """Yield a line for each span, children under their parents, with a bar for its time."""
    total = max((span.end for span in spans), default=0.0) or 1e-9
    room = max(16, width - _BAR - 12)
    yield f"{'spans':<{room}} {'':<{_BAR}} {milliseconds(total):>9}"
    for depth, span in _tree(spans):
        indent = "  " * min(depth + 1, _MAX_DEPTH)
        text = padded(indent + line(label(span), room - len(indent)), room)
        yield f"{text} {_bar(span, total)} {_time(span):>9}".rstrip()


def _tree(spans: Sequence[Span]) -> Iterator[tuple[int, Span]]:
    """Yield each span with its depth, a parent before its children, in order of their start."""
    children: dict[str | None, list[Span]] = {}
    known = {span.id for span in spans}
    for span in spans:
        parent = span.parent if span.parent in known and span.parent != span.id else None
        children.setdefault(parent, []).append(span)
    stack = [(0, span) for span in reversed(children.get(None, ()))]
    while stack:
        depth, span = stack.pop()
        yield depth, span
        stack.extend((depth + 1, child) for child in reversed(children.pop(span.id, [])))


def label(span: Span) -> str:
    """Return what the span was: its name, model, API and how it ended."""
    about = span.attributes
    called = ".".join(str(about[key]) for key in (names.EXPERT, names.API) if about.get(key))
    ended = next((about[key] for key in _ENDINGS if about.get(key)), "")
    parts = [span.name]
    parts += [str(each) for each in (about.get(names.MODEL), called, ended) if each]
    if names.ERROR_TYPE in about:
        parts.append(f"! {about[names.ERROR_TYPE]}")
    if names.UNFINISHED in about:
        parts.append("(unfinished)")
    return " ".join(part for n, part in enumerate(parts) if n == 0 or part not in span.name)


def _bar(span: Span, total: float) -> str:
    start = min(_BAR - 1, max(0, int(span.start / total * _BAR)))
    length = max(1, min(_BAR - start, round(span.seconds / total * _BAR)))
    mark = "." if span.seconds == 0 else "="
    return " " * start + mark * length + " " * (_BAR - start - length)


def _time(span: Span) -> str:
    return "" if span.seconds == 0 else milliseconds(span.seconds)
