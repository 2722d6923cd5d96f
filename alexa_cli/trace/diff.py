"""What differs between two stored turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.trace.plain_text import WIDTH, line, milliseconds
from alexa_cli.trace.show import call_text, calls_of, decision_text, outcome_text
from alexa_cli.trace.waterfall import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alexa_cli.trace.record import Span
    from alexa_cli.trace.save import TurnRecord
    from alexa_cli.turn import Json

_TIMES_SHOWN = 5


def difference(one: TurnRecord, other: TurnRecord, width: int = WIDTH) -> Iterator[str]:
    """Yield what differs between two turns; nothing but times in equal ones."""
    yield line(f"- {one.turn}  {one.at.isoformat(timespec='seconds')}", width)
    yield line(f"+ {other.turn}  {other.at.isoformat(timespec='seconds')}", width)
    same = True
    for title, before, after in _compared(one, other):
        if before == after:
            continue
        same = False
        yield title
        yield from (f"  - {line(each, width - 4)}" for each in before if each not in after)
        yield from (f"  + {line(each, width - 4)}" for each in after if each not in before)
    if same:
        yield "the same words, decisions, calls and outcomes"
    yield f"time  {milliseconds(one.seconds)} -> {milliseconds(other.seconds)}"
    yield from _slower(one.spans, other.spans, width)


def _compared(one: TurnRecord, other: TurnRecord) -> Iterator[tuple[str, list[str], list[str]]]:
    for title in ("words", "now", "language", "status", "reply", "catalogue", "error"):
        yield title, [str(getattr(one, title))], [str(getattr(other, title))]
    yield "settings", one.settings, other.settings
    yield "models", list(one.models), list(other.models)
    for title, texts in (("decisions", _decisions), ("calls", _calls), ("outcomes", _outcomes)):
        yield title, texts(one), texts(other)


def _decisions(turn: TurnRecord) -> list[str]:
    return [text for each in turn.decisions for text in decision_text(_untimed(each))]


def _calls(turn: TurnRecord) -> list[str]:
    return [text for call in calls_of(turn.plan) for text in call_text(call)]


def _outcomes(turn: TurnRecord) -> list[str]:
    return [text for each in turn.outcomes for text in outcome_text(each)]


def _untimed(decision: Json) -> Json:
    if isinstance(decision, dict):
        return {key: value for key, value in decision.items() if key != "seconds"}
    return decision


def _slower(one: Sequence[Span], other: Sequence[Span], width: int) -> Iterator[str]:
    """Yield the spans of the same label whose times differ most."""
    before, after = _times(one), _times(other)
    changes = sorted(
        ((after[each] - before[each], each) for each in before.keys() & after.keys()),
        key=lambda change: -abs(change[0]),
    )
    for seconds, what in changes[:_TIMES_SHOWN]:
        sign = "+" if seconds >= 0 else "-"
        yield f"  {sign}{milliseconds(abs(seconds)):<10}{line(what, width - 14)}"


def _times(spans: Sequence[Span]) -> dict[str, float]:
    times: dict[str, float] = {}
    for span in spans:
        times[label(span)] = times.get(label(span), 0.0) + span.seconds
    return times
