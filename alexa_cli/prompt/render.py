"""A prompt to a request, in the order in which the provider reads it, with its cache marked.

The system message holds the fixed sections and nothing else, so that it and the tools are one
stable prefix whichever the provider renders first. All that belongs to a home, a session or a
turn follows in one user message.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec

from alexa_cli.models.chat import ChatRequest, SectionText
from alexa_cli.prompt.section import Prompt, Section, Stability
from alexa_cli.prompt.tokens import estimate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alexa_cli.models.chat import ModelSpec

BETWEEN = "\n\n"
"""What stands between sections."""
BREAKPOINT: Mapping[str, str] = {"type": "ephemeral"}
MAX_ANSWER = {"route": 16, "rerank": 8, "reply": 300, "summarise": 200}
"""Tokens of an answer; a plan may be as long as the model's ``max_tokens``."""


def render(
    prompt: Prompt,
    spec: ModelSpec,
    *,
    think: bool = False,
    max_tokens: int | None = None,
    temperature: float | None = None,
    more: Sequence[Mapping[str, Any]] = (),
) -> ChatRequest:
    """Return the request for a model. ``more``: messages after the prompt (a repair).

    With ``think`` an answer may be as long as the model's ``max_tokens``: thoughts count.
    """
    marked = spec.cache == "anthropic"
    fixed = [s for s in prompt.sections if s.stability is Stability.FIXED and not s.tools]
    rest = [s for s in prompt.sections if s.stability is not Stability.FIXED]
    messages: list[Mapping[str, Any]] = []
    if fixed:
        messages.append({"role": "system", "content": _content([fixed], marked=marked)})
    if rest:
        groups = [
            group for stability in (Stability.HOUSEHOLD, Stability.SESSION, Stability.TURN)
            if (group := [s for s in rest if s.stability is stability])
        ]  # fmt: skip
        messages.append({"role": "user", "content": _content(groups, marked=marked)})
    if max_tokens is None:
        limit = MAX_ANSWER.get(prompt.job, spec.max_tokens)
        max_tokens = spec.max_tokens if think else min(limit, spec.max_tokens)
    return ChatRequest(
        messages=(*messages, *more),
        tools=_tools(prompt, marked=marked),
        schema=prompt.schema,
        max_tokens=max_tokens,
        temperature=spec.temperature if temperature is None else temperature,
        think=think,
        cache_key=cache_key(prompt),
        sections=tuple(section_text(s) for s in in_order(prompt, tools_first=spec.tools_first)),
    )


def in_order(prompt: Prompt, *, tools_first: bool) -> tuple[Section, ...]:
    """Return the sections in the order in which the provider renders them."""
    tools = [s for s in prompt.sections if s.tools]
    fixed = [s for s in prompt.sections if s.stability is Stability.FIXED and not s.tools]
    rest = [s for s in prompt.sections if s.stability is not Stability.FIXED]
    return (*tools, *fixed, *rest) if tools_first else (*fixed, *tools, *rest)


def section_text(section: Section) -> SectionText:
    """Return a section for the record."""
    tokens = estimate(section.text)
    return SectionText(section.name, section.stability.value, section.text, tokens)


def cache_key(prompt: Prompt) -> str:
    """Return the key of the fixed sections: the same in every home that has these experts."""
    digest = hashlib.blake2b(digest_size=12)
    for section in prompt.sections:
        if section.stability is Stability.FIXED:
            digest.update(msgspec.json.encode([section.name, section.text]))
    return f"alexa-{prompt.job}-{digest.hexdigest()}"


def _content(groups: Sequence[Sequence[Section]], *, marked: bool) -> Any:  # noqa: ANN401 - a
    # message's content is text, or parts where some of them carry a breakpoint
    texts = [BETWEEN.join(section.text for section in group) for group in groups]
    if not marked:
        return BETWEEN.join(texts)
    parts: list[dict[str, Any]] = []
    for place, (group, text) in enumerate(zip(groups, texts, strict=True)):
        part: dict[str, Any] = {"type": "text", "text": text + BETWEEN * (place < len(texts) - 1)}
        if group[0].stability is not Stability.TURN:
            part["cache_control"] = dict(BREAKPOINT)
        parts.append(part)
    return parts


def _tools(prompt: Prompt, *, marked: bool) -> tuple[Mapping[str, Any], ...]:
    tools = tuple(tool for section in prompt.sections for tool in section.tools)
    if not (marked and tools):
        return tools
    return (*tools[:-1], {**tools[-1], "cache_control": dict(BREAKPOINT)})


def with_messages(request: ChatRequest, more: Sequence[Mapping[str, Any]]) -> ChatRequest:
    """Return a request with further messages: its prefix stays, byte for byte."""
    return replace(request, messages=(*request.messages, *more))
