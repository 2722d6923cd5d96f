"""Two prompts side by side: how far they agree, where they part, what a provider can reuse.

A provider reuses the longest prefix that two prompts share, byte for byte, as it renders them:
so they are compared as one text each, section after section in the provider's order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import unified_diff
from typing import TYPE_CHECKING, Literal

from alexa_cli.models.chat import SectionText
from alexa_cli.prompt.tokens import estimate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alexa_cli.models.chat import Exchange, ModelSpec

AROUND = 40
"""Characters shown on each side of the place where two prompts part."""
BLOCK = 128
"""Tokens. OpenAI reuses prefixes in steps of this size, above its minimum of 1,024."""
BREAKPOINTS_AFTER = ("fixed", "household", "session")
"""Stabilities at whose end a provider that takes breakpoints gets one."""


TOLD_BACK = "told_back"
"""What stands for messages after the prompt: an answer that was wrong, and why it was."""


def sent(exchange: Exchange) -> tuple[SectionText, ...]:
    """Return all that a request sent: its sections, then what was told back after them."""
    messages = exchange.messages if isinstance(exchange.messages, list) else []
    roles = [message.get("role") if isinstance(message, dict) else None for message in messages]
    if "assistant" not in roles:
        return exchange.sections
    text = json.dumps(messages[roles.index("assistant") :], ensure_ascii=False, indent=2)
    return (*exchange.sections, SectionText(TOLD_BACK, "turn", text, estimate(text)))


@dataclass(frozen=True, slots=True)
class Shared:
    """What two prompts share from the start."""

    tokens: int
    """Estimated, of the shared prefix."""
    characters: int
    of: int
    """Estimated tokens of the whole later prompt."""
    section: str | None
    """The section in which they part; None: the later one is the earlier one, or goes on after
    it."""
    stability: str = ""
    was: str = ""
    """The earlier prompt's text around the place, cut to a few words."""
    now: str = ""
    whole: tuple[str, ...] = ()
    """Sections that are shared to their end."""


def shared_prefix(before: Sequence[SectionText], after: Sequence[SectionText]) -> Shared:
    """Return how far the prompts agree. Linear in their length."""
    tokens = characters = 0
    whole: list[str] = []
    total = sum(section.tokens for section in after)
    for place, section in enumerate(after):
        old = before[place] if place < len(before) else None
        if old is not None and old.name == section.name and old.text == section.text:
            tokens += section.tokens
            characters += len(section.text)
            whole.append(section.name)
            continue
        if old is None:
            return Shared(tokens, characters, total, None, whole=tuple(whole))
        common = _common(old, section)
        return Shared(
            tokens + estimate(section.text[:common]) if common else tokens,
            characters + common, total, section.name, section.stability,
            _around(old.text, common), _around(section.text, common), tuple(whole),
        )  # fmt: skip
    return Shared(tokens, characters, total, None, whole=tuple(whole))


def _common(old: SectionText, new: SectionText) -> int:
    """Characters that two sections share from the start; none if they are different sections."""
    if old.name != new.name:
        return 0
    pairs = enumerate(zip(old.text, new.text, strict=False))
    shorter = min(len(old.text), len(new.text))
    return next((at for at, (one, other) in pairs if one != other), shorter)


def _around(text: str, at: int) -> str:
    """The words around a place, with the place itself marked by ``▸``."""
    left, right = text[max(0, at - AROUND) : at], text[at : at + AROUND]
    return f"{'…' if at > AROUND else ''}{left}▸{right}{'…' if at + AROUND < len(text) else ''}"


def reusable(shared: Shared, after: Sequence[SectionText], spec: ModelSpec) -> int:
    """Tokens of the shared prefix that this provider can serve from its cache, estimated.

    By the rules in ``ModelSpec``: none below the provider's minimum; up to the last breakpoint
    where there are breakpoints; in steps of ``BLOCK`` where a key is used.
    """
    if spec.cache == "none":
        return 0
    tokens = shared.tokens
    if spec.cache == "anthropic":
        tokens = reached = 0
        names = set(shared.whole)
        for place, section in enumerate(after):
            if section.name not in names:
                break
            reached += section.tokens
            following = after[place + 1].stability if place + 1 < len(after) else ""
            if section.stability in BREAKPOINTS_AFTER and section.stability != following:
                tokens = reached
    if tokens < spec.min_cache_tokens:
        return 0
    return tokens // BLOCK * BLOCK if spec.cache == "openai" else tokens


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one section from one prompt to another."""

    name: str
    what: Literal["same", "changed", "added", "removed"]
    stability: str
    tokens: int
    """Of the later one; of the earlier one if it was removed."""
    by: int
    """Tokens more (or less) than before."""
    lines: tuple[str, ...] = ()
    """A unified diff of what changed, without its head."""


def changes(before: Sequence[SectionText], after: Sequence[SectionText]) -> Iterator[Change]:
    """Yield what became of each section, in the later prompt's order, removed ones last."""
    old = {section.name: section for section in before}
    for section in after:
        was = old.pop(section.name, None)
        if was is None:
            yield Change(section.name, "added", section.stability, section.tokens, section.tokens,
                         _diff("", section.text))  # fmt: skip
        elif was.text == section.text:
            yield Change(section.name, "same", section.stability, section.tokens, 0)
        else:
            yield Change(section.name, "changed", section.stability, section.tokens,
                         section.tokens - was.tokens, _diff(was.text, section.text))  # fmt: skip
    for section in old.values():
        yield Change(section.name, "removed", section.stability, section.tokens, -section.tokens,
                     _diff(section.text, ""))  # fmt: skip


def _diff(before: str, after: str) -> tuple[str, ...]:
    lines = unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)
    return tuple(line for line in lines if not line.startswith(("---", "+++")))
