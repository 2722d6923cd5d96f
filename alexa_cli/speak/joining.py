"""Several sentences made one, where that is how people would say it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alexa_cli.speak.values import joined

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_CLAUSES = 4
"""Clauses joined in one sentence; beyond it a new one begins."""
_DETERMINERS = frozenset({"the", "a", "an", "your", "my", "our", "all", "both", "one", "no"})
_PREPOSITIONS = frozenset(
    {"to", "in", "on", "at", "for", "from", "with", "until", "by", "of", "upstairs", "downstairs"}
)
_INNER = re.compile(r"[!?;:…\n“”\"]|\.\s|,")


def merged(texts: Sequence[str]) -> list[str]:
    """Merge sentences that differ in one place: what the same API says of several things.

    "I turned on the kitchen light." and "I turned on the hall lamp." become "I turned on the
    kitchen light and the hall lamp."
    """
    texts = list(dict.fromkeys(texts))
    if len(texts) <= 1 or any(not _simple(text) for text in texts):
        return texts
    parts = [text.removesuffix(".").split() for text in texts]
    head = _head(parts)
    tail = _tail([part[head:] for part in parts])
    middles = [" ".join(part[head : len(part) - tail]) for part in parts]
    if not head or not all(middles) or any(" and " in f" {middle} " for middle in middles):
        return texts
    end = parts[0][len(parts[0]) - tail :] if tail else []
    return [" ".join([*parts[0][:head], joined(middles), *end]) + "."]


def _simple(text: str) -> bool:
    return text.endswith(".") and not _INNER.search(text[:-1])


def _head(parts: Sequence[Sequence[str]]) -> int:
    """How many words all begin with, up to the first that names a thing."""
    shortest = min(len(part) for part in parts) - 1
    count = 0
    while count < shortest and len({part[count] for part in parts}) == 1:
        if parts[0][count].lower() in _DETERMINERS or parts[0][count][:1].isdigit():
            break
        count += 1
    return count


def _tail(parts: Sequence[Sequence[str]]) -> int:
    """How many words all end with, counted from a preposition."""
    shortest = min(len(part) for part in parts) - 1
    count = best = 0
    while count < shortest and len({part[-1 - count] for part in parts}) == 1:
        count += 1
        if parts[0][-count].lower() in _PREPOSITIONS:
            best = count
    return best


def chained(texts: Sequence[str]) -> list[str]:
    """Join neighbours that tell what "I" did: "I turned off 3 lights and set a timer."."""
    sentences: list[str] = []
    clauses: list[str] = []

    def close() -> None:
        if clauses:
            sentences.append(f"I {joined(clauses)}.")
            clauses.clear()

    for text in texts:
        told = text.startswith("I ") and text.endswith(".") and not _NEVER.search(text[:-1])
        if not told:
            close()
            sentences.append(text)
            continue
        if len(clauses) == MAX_CLAUSES:
            close()
        clauses.append(text[2:-1])
    close()
    return sentences


_NEVER = re.compile(r"[!?;:…\n“”\"]|\.\s|, (and|but|so|because) ")
