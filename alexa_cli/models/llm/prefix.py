"""A provider's cache of prefixes, as a scripted model simulates it."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.models.chat import ChatRequest, ModelSpec

CHARACTERS = 4
"""Of a token: what English and JSON come to, roughly."""
KEPT = 32
"""Prompts that the cache remembers."""
OPENAI_STEP = 128
"""Tokens: an OpenAI cache gives whole blocks of these."""
BREAKPOINTS = 4
"""An Anthropic request has no more of them."""


def tokens(text: str) -> int:
    """Estimate the tokens of a text."""
    return -(-len(text) // CHARACTERS)


@dataclass(frozen=True, slots=True)
class Layout:
    """A request as the provider reads it."""

    text: str
    breakpoints: tuple[int, ...] = ()
    """Characters of ``text`` up to each ``cache_control`` mark."""


def lay_out(request: ChatRequest, *, tools_first: bool = True) -> Layout:
    """Return the whole prompt as one text, in the order in which the provider reads it."""
    parts: list[tuple[str, bool]] = []
    messages = [list(_message(message)) for message in request.messages]
    tools = [_dump(tool) for tool in request.tools]
    if tools_first:
        parts += tools
    system = 0
    while system < len(messages) and request.messages[system].get("role") in {
        "system",
        "developer",
    }:
        parts += messages[system]
        system += 1
    if not tools_first:
        parts += tools
    for each in messages[system:]:
        parts += each
    if request.schema is not None:
        parts.append(_dump(request.schema))
    text, marks = "", []
    for part, marked in parts:
        text += part + "\n"
        if marked:
            marks.append(len(text))
    return Layout(text, tuple(marks[:BREAKPOINTS]))


def _message(message: Mapping[str, Any]) -> list[tuple[str, bool]]:
    content = message.get("content")
    marked = "cache_control" in message
    found = [(f"<{message.get('role', '')}>", False)]
    if isinstance(content, str):
        found.append((content, marked))
    else:
        found += [(str(part.get("text", "")), "cache_control" in part) for part in content or ()]
    if calls := message.get("tool_calls"):
        found.append((_dump({"calls": calls})[0], False))
    return found


def _dump(value: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the JSON of a tool without its mark, and whether it had one."""
    marked = "cache_control" in value
    plain = {key: item for key, item in value.items() if key != "cache_control"}
    function = plain.get("function")
    if isinstance(function, dict) and "cache_control" in function:
        marked = True
        plain["function"] = {k: v for k, v in function.items() if k != "cache_control"}
    return json.dumps(plain, ensure_ascii=False), marked


@dataclass(slots=True)
class PrefixCache:
    """What a provider would remember of the prompts that it has read."""

    spec: ModelSpec
    _texts: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT))
    """Whole prompts, or the prefixes that breakpoints mark."""

    def read(self, layout: Layout) -> tuple[int, int, int]:
        """Read a prompt; return how many tokens were uncached, cache read, cache write."""
        whole = tokens(layout.text)
        if self.spec.cache == "none":
            return whole, 0, 0
        if self.spec.cache == "anthropic":
            return self._marked(layout, whole)
        longest = max((_shared(layout.text, text) for text in self._texts), default=0)
        self._texts.append(layout.text)
        known = longest // CHARACTERS if longest < len(layout.text) else whole - 1
        if known < self.spec.min_cache_tokens:
            known = 0
        if self.spec.cache == "openai":
            known -= known % OPENAI_STEP
        return whole - known, known, 0

    def _marked(self, layout: Layout, whole: int) -> tuple[int, int, int]:
        """Only what ends at a breakpoint is kept, and only if it is long enough."""
        prefixes = [layout.text[:end] for end in layout.breakpoints]
        prefixes = [each for each in prefixes if tokens(each) >= self.spec.min_cache_tokens]
        if not prefixes:
            return whole, 0, 0
        known = max((tokens(each) for each in prefixes if each in self._texts), default=0)
        kept = tokens(prefixes[-1])
        self._texts.extend(each for each in prefixes if each not in self._texts)
        return whole - max(kept, known), known, max(0, kept - known)


def _shared(one: str, other: str) -> int:
    """Return the length of the longest common prefix, by halves: texts are long."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
