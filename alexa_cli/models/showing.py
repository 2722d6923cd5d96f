"""An exchange with a language model as text: one line of it, or all that was sent and came back.

Plain text. Whoever prints it makes it printable; what a user, a page or a model wrote is in it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from alexa_cli.trace.plain_text import WIDTH, columns, line, milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alexa_cli.models.chat import Exchange, SectionText
    from alexa_cli.turn import Json

LEAST = 0.0001
"""US dollars; what is less is said to be less."""


def money(cost: float | None) -> str:
    """Return ``$0.0004``, ``$1.25``, ``under $0.0001``, ``$0``, or ``unknown``."""
    if cost is None:
        return "unknown"
    if cost == 0:
        return "$0"
    if cost < LEAST:
        return f"under ${LEAST}"
    return f"${cost:.2f}" if cost >= 1 else f"${cost:.4f}"


def count(tokens: int | None, *, more: bool = False) -> str:
    """Return ``1,912``, ``1,912+`` if there may be more, or ``?``."""
    return "?" if tokens is None else f"{tokens:,}{'+' if more else ''}"


def thinking(tokens: int | None, seconds: float) -> str:
    """Return what reasoning cost: ``thinking 1,204 of it, 3.1 s``."""
    return f"thinking {count(tokens)} of it, {milliseconds(seconds)}"


def request_parts(one: Exchange) -> list[str]:
    """Return what is worth knowing of a request: model, job, what became of it, what it took."""
    usage = one.usage
    cached = "" if usage.cache_read is None else f" (cached {usage.cache_read:,})"
    parts = [f"{one.number} {one.model} {one.job}"]
    if one.branch:
        parts.append(one.branch)
    if one.thrown_away:
        parts.append("thrown away")
    parts.append(f"in {count(usage.input)}{cached} out {count(usage.output)}")
    if one.thinking:
        parts.append(thinking(usage.thought, one.thinking))
    parts.append("cost unknown" if one.cost is None else money(one.cost))
    if one.first is not None:
        parts.append(f"TTFT {milliseconds(max(0.0, one.first - one.start))}")
    parts.append(milliseconds(max(0.0, one.end - one.start)))
    if one.attempts > 1:
        parts.append(f"{one.attempts} attempts")
    if one.error:
        parts.append(f"! {one.error}")
    elif one.reason not in {"", "stop", "tool_calls"}:
        parts.append(one.reason)
    return parts


def request_lines(exchanges: Sequence[Exchange], width: int = WIDTH) -> Iterator[str]:
    """Yield a line or two for each request under a heading; nothing if there are none."""
    if exchanges:
        yield ""
        yield "requests"
    for one in exchanges:
        shown = "  "
        for place, part in enumerate(request_parts(one)):
            longer = f"{shown} · {part}" if place else shown + part
            if columns(longer) <= width or not place:
                shown = longer
                continue
            yield _fitted(shown, width)
            shown = f"    {part}"
        yield _fitted(shown, width)


def _fitted(text: str, width: int) -> str:
    """Return the text on one line, cut to ``width``; what it is indented by stays."""
    bare = text.lstrip(" ")
    indent = len(text) - len(bare)
    return " " * indent + line(bare, width - indent)


def request_page(one: Exchange, width: int = WIDTH) -> Iterator[str]:
    """Yield the lines of a request and its answer, in full."""
    yield line(" · ".join(request_parts(one)), 4 * width)
    if one.cache_key:
        yield f"cache key {one.cache_key}"
    for section in one.sections:
        yield ""
        yield _heading(section)
        yield from _section_lines(section.text)
    for message in one.messages if isinstance(one.messages, list) else ():
        if not _is_shown(message, one.sections):
            yield ""
            yield from _message(message)
    for title, value in (("tools", () if one.sections else one.tools), ("schema", one.schema)):
        if value:
            yield ""
            yield f"--- {title}"
            yield from _pretty(value)
    yield ""
    answered = f" by {one.answered}" if one.answered else ""
    ended = f", ended: {one.reason}" if one.reason else ""
    yield f"--- answer{answered}{ended}"
    yield from _answer(one)


def _heading(section: SectionText) -> str:
    """Return a section's name, how long it stays the same, and how long it is (estimated)."""
    return f"--- {section.name} ({section.stability}, ~{section.tokens:,} tokens)"


def _section_lines(text: str) -> Iterator[str]:
    """Yield a section's lines; tools, which are sent as one line of JSON, one on each."""
    if text.startswith("[{"):
        try:
            tools = json.loads(text)
        except ValueError:  # it only looks like JSON
            tools = []
        if tools:
            yield from (json.dumps(t, ensure_ascii=False, separators=(",", ":")) for t in tools)
            return
    yield from text.splitlines()


def _answer(one: Exchange) -> Iterator[str]:
    if one.thought:
        yield "(thought)"
        yield from one.thought.splitlines()
        yield "(said)"
    yield from one.text.splitlines()
    for call in one.calls:
        yield f"{call.name}({call.arguments})"
    if one.error:
        yield f"! {one.error}"
    elif not one.text and not one.calls:
        yield "(nothing)"


def _is_shown(message: Json, sections: Sequence[SectionText]) -> bool:
    """Whether a message holds the text of sections and nothing else.

    What a guard changed, and what was told back to the model, is in no section.
    """
    if not isinstance(message, dict) or message.keys() - {"role", "content"}:
        return False
    text = "".join(_texts(message.get("content")))
    for section in sections:
        text = text.replace(section.text, "")
    return not text.strip()


def _texts(content: Json) -> Iterator[str]:
    """Yield the texts of a message's content."""
    if isinstance(content, str):
        yield content
    for part in content if isinstance(content, list) else ():
        text = part.get("text") if isinstance(part, dict) else None
        yield text if isinstance(text, str) else json.dumps(part, ensure_ascii=False, indent=2)


def _message(message: Json) -> Iterator[str]:
    """Yield one message as it was sent: its role, then its text or its parts."""
    if not isinstance(message, dict):
        yield from _pretty(message)
        return
    yield f"--- {message.get('role', 'message')}"
    for text in _texts(message.get("content")):
        yield from text.splitlines()
    rest = {key: value for key, value in message.items() if key not in {"role", "content"}}
    if rest:
        yield from _pretty(rest)


def _pretty(value: object) -> Iterator[str]:
    yield from json.dumps(value, ensure_ascii=False, indent=2).splitlines()
