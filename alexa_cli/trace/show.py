"""A stored turn as text: one line, a page with its waterfall, the difference of two.

Plain text that fits 80 columns. Everything that a user, an expert or a file said is made
printable first, so that no terminal escape gets through.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from alexa_cli.trace import names
from alexa_cli.trace.plain_text import WIDTH, columns, line, milliseconds, padded, wrapped
from alexa_cli.trace.save import TurnRecord, summarise
from alexa_cli.trace.waterfall import waterfall

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from alexa_cli.trace.save import TurnSummary
    from alexa_cli.turn import Json

_MARKS = {"done": "+", "question": "?", "not_understood": "-", "failed": "!", "refused": "x",
          "cancelled": "~"}  # fmt: skip


def summary_line(turn: TurnRecord | TurnSummary, width: int = WIDTH) -> str:
    """Return a turn on one line, as a list shows it."""
    short = summarise(turn) if isinstance(turn, TurnRecord) else turn
    when = short.at.astimezone().strftime("%b %d %H:%M")
    by = "undone" if short.undone else short.model
    head = f"{short.turn}  {when}  {_MARKS.get(short.status, ' ')} "
    tail = f"  {padded(line(by, 9), 9)} {milliseconds(short.seconds):>8}"
    room = max(8, width - columns(head) - columns(tail))
    return f"{head}{padded(line(short.words, room), room)}{tail}".rstrip()


def page(record: TurnRecord, width: int = WIDTH, requests: Iterable[str] = ()) -> Iterator[str]:
    """Yield the lines of everything worth knowing about a turn.

    ``requests``: lines about what language models were asked for it.
    """
    when = record.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    yield line(f"turn {record.turn}   {when}   conversation {record.conversation}", width)
    yield from _field("said", record.words, width)
    yield from _field("reply", record.reply, width)
    yield from _field("status", _status(record), width)
    if record.error:
        yield from _field("error", record.error, width)
    if record.settings:
        yield from _field("set", ", ".join(record.settings), width)
    for title, lines in (
        ("heard", [heard_text(record)]),
        ("decisions", map(decision_text, record.decisions)),
        ("calls", map(call_text, calls_of(record.plan))),
        ("outcomes", map(outcome_text, record.outcomes)),
        ("speculation", [speculation_text(record)]),
    ):
        found = [each for group in lines for each in group]
        if found:
            yield ""
            yield title
            yield from ("  " + line(each, width - 2) for each in found)
    yield from requests
    if record.spans:
        yield ""
        yield from waterfall(record.spans, width)


# Parts of a page ----------------------------------------------------------------------------


def _field(name: str, text: str, width: int) -> Iterator[str]:
    for place, each in enumerate(wrapped(text, max(20, width - 8)) or ["-"]):
        yield f"{name if place == 0 else '':<8}{each}"


def _status(record: TurnRecord) -> str:
    notes = [record.status, milliseconds(record.seconds)]
    if record.models:
        notes.append(" > ".join(record.models))
    if not record.verified:
        notes.append("unverified")
    if record.undone:
        notes.append("undone")
    if record.corrected:
        notes.append(f"corrected by {record.corrected}")
    return ", ".join(notes)


def decision_text(decision: Json) -> Iterator[str]:
    """Yield a decision and its best candidates."""
    if not isinstance(decision, dict):
        return
    inner = decision.get("decision")
    shown: dict[str, Any] = inner if isinstance(inner, dict) else decision
    scored = f" {_score(shown)}" if "score" in shown else ""
    words = (
        shown.get("reason")
        or shown.get("text")
        or ", ".join(_call_name(call) for call in calls_of(shown))
    )
    seconds = decision.get("seconds")
    took = f" ({milliseconds(seconds)})" if isinstance(seconds, float) and seconds else ""
    yield f"{shown.get('model') or 'nobody'}: {shown.get('type', '')}{scored}{took}  {words}"
    yield from _first_made(shown.get("basis"))
    for candidate in _dicts(shown.get("candidates"))[:3]:
        yield (f"  * {_score(candidate)} {_call_name(candidate)}  {candidate.get('why', '')}")


def _first_made(basis: Json) -> Iterator[str]:
    """Yield when a plan from the cache was made, and how long that took."""
    if not isinstance(basis, dict) or not basis.get("cached"):
        return
    seconds = basis.get("seconds")
    took = f" in {milliseconds(seconds)}" if isinstance(seconds, float) else ""
    yield f"  first decided{took}, in turn {basis['cached']}"


def call_text(call: Mapping[str, Any]) -> Iterator[str]:
    """Yield a call with its arguments."""
    after = f"  after {_compact(call['after'])}" if call.get("after") else ""
    yield f"{call.get('id', '')}  {_call_name(call)}({_arguments(call)}){after}"


def outcome_text(outcome: Json) -> Iterator[str]:
    """Yield what became of a call."""
    if not isinstance(outcome, dict):
        return
    call = outcome.get("call")
    name = _call_name(call) if isinstance(call, dict) else ""
    what = outcome.get("error") or outcome.get("say") or _compact(outcome.get("value"))
    undo = outcome.get("undo")
    back = f"  undo: {_call_name(undo)}({_arguments(undo)})" if isinstance(undo, dict) else ""
    status = str(outcome.get("status"))
    yield f"{_MARKS.get(status, ' ')} {name}: {status}  {what}{back}"


def heard_text(record: TurnRecord) -> Iterator[str]:
    """Yield how a spoken utterance was heard: by what, how well prepared, and why it ended."""
    for span in record.spans:
        about = span.attributes
        if span.name == "hear" and names.ENGINE in about:
            sent = about.get(names.SENT)
            yield (
                f"{about.get(names.SOUND_SECONDS)} s from {record.source}, by "
                f"{about[names.ENGINE]}, bias {about.get(names.BIAS)}, "
                f"{sent} bytes of it sent out"
            )
            if lost := about.get(names.LOST):
                yield f"{lost} frames of sound were lost: this machine is too busy"
        elif span.name == "end":
            yield f"{about.get(names.STAGE)} end: {about.get(names.REASON)}"
    if any(names.ENGINE in span.attributes for span in record.spans):
        yield from _sent_texts(record)


def _sent_texts(record: TurnRecord) -> Iterator[str]:
    """Yield how much was sent to whom as text."""
    sizes: dict[str, int] = {}
    for span in record.spans:
        size = span.attributes.get(names.SENT)
        if span.name != "hear" and isinstance(size, int):
            provider = str(span.attributes.get(names.PROVIDER) or "a language model")
            sizes[provider] = sizes.get(provider, 0) + size
    for provider, size in sizes.items():
        yield f"{size:,} bytes of text sent to {provider}"


def speculation_text(record: TurnRecord) -> Iterator[str]:
    """Yield what a draft saved, and what was thrown away."""
    for span in record.spans:
        if span.name == "speculation" and span.attributes.get(names.REASON):
            yield str(span.attributes[names.REASON])


def calls_of(plan: Json) -> list[Mapping[str, Any]]:
    """Return the calls of a plan, or of a list of calls."""
    if isinstance(plan, dict):
        return _dicts(plan.get("calls"))
    return _dicts(plan)


def _dicts(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _score(scored: Mapping[str, Any]) -> str:
    score = scored.get("score")
    return f"{score:.2f}" if isinstance(score, (int, float)) else "-"


def _call_name(call: Mapping[str, Any]) -> str:
    return f"{call.get('expert', '')}.{call.get('api', '')}"


def _arguments(call: Mapping[str, Any]) -> str:
    arguments = call.get("arguments")
    if not isinstance(arguments, dict):
        return ""
    return ", ".join(
        f"{name}={each.get('pointer') or _compact(each.get('value'))}"
        if isinstance(each, dict)
        else f"{name}={_compact(each)}"
        for name, each in arguments.items()
    )


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
