"""What a router answered: the numbers of experts, talk, or nobody. It may be wordier than asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alexa_cli.decide.planner.tolerant import without_thoughts
from alexa_cli.language.text import words as words_of
from alexa_cli.prompt.build import NOBODY, TALK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_EXPERTS = 4
"""A router that names more has not chosen."""
MAX_LOOKED_AT = 2_000
"""Characters of a wordy answer that are read."""
_LEADING = re.compile(r"[\W_]*((?:\d+|T)(?:\W+(?:and\W+)?(?:\d+|T)\b)*)(?!\w)")
_MARKED = re.compile(
    r"\b(?:experts?|numbers?|answer|choose)(?:\s+(?:is|are|number|expert))*\W*"
    r"(\d+(?:\W+(?:and\W+)?\d+\b)*)",
    re.IGNORECASE,
)
_NOBODY = frozenset({"none", "nobody", "nothing"})
_ONE = re.compile(r"\d+|T")


@dataclass(frozen=True, slots=True)
class Route:
    """Who is to plan. No experts and no talk: nobody does that."""

    experts: tuple[str, ...] = ()
    talk: bool = False


def read_route(text: str, names: Mapping[str, str]) -> Route | None:
    """Return the route that an answer means; None: it means none. ``names``: number to expert."""
    text = without_thoughts(text)[:MAX_LOOKED_AT]
    for pattern in (_LEADING, _MARKED):
        match = pattern.match(text) if pattern is _LEADING else pattern.search(text)
        if match is None:
            continue
        found = _ONE.findall(match.group(1))
        if route := _of_numbers(found, names):
            return route
    said = words_of(text)
    named = _named(said, names)
    if 0 < len(named) <= MAX_EXPERTS:
        return Route(named)
    if _NOBODY & set(said[:6]) or said[:2] == ("no", "expert"):
        return Route()
    return Route(talk=True) if said[:1] in {("t",), ("talk",)} else None


def _of_numbers(found: Sequence[str], names: Mapping[str, str]) -> Route | None:
    experts = tuple(dict.fromkeys(names[each] for each in found if each in names))
    if len(experts) > MAX_EXPERTS:
        return None
    if experts:
        return Route(tuple(sorted(experts)))
    if TALK in found:
        return Route(talk=True)
    return Route() if found and set(found) == {NOBODY} else None


def _named(said: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the experts whose names stand in the words."""
    joined = f" {' '.join(said)} "
    found = {
        expert for expert in names.values()
        if f" {' '.join(words_of(expert.replace('_', ' ')))} " in joined
    }  # fmt: skip
    return tuple(sorted(found))
