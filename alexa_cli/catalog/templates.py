"""Sentence templates: hassil's notation compiled to a small automaton over normalised words.

``remind me to {message} [{due}]`` becomes states with literal edges, slot edges and an accepting
mark. Matching is depth first with a memory of dead ends, so it is at most (states x words x slot
ends) steps however the options are nested. Two rules differ from plain hassil:

- A typed or listed slot takes only spans that its own grammar accepts; the caller says which.
- A wildcard takes the shortest span that lets everything after it match: "remind me to call mom
  in five minutes" gives the message "call mom", because what follows is a time.

``template_compiler`` makes the states; compiled templates come back from the cache without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Accept: TypeAlias = Callable[[str, int], "Sequence[int] | None"]
"""``accept(slot, start)``: the exclusive ends that the slot's grammar accepts, or None for a
wildcard, which takes any span of one word or more."""


@dataclass(frozen=True, slots=True)
class State:
    """One state: where each literal word leads, which slots may start here, may it end here."""

    literals: Mapping[str, tuple[int, ...]]
    slots: tuple[tuple[str, int], ...] = ()
    accepting: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled template of one API. State 0 is the start."""

    expert: str
    api: str
    text: str
    states: tuple[State, ...]
    slots: tuple[str, ...]
    """Names of the slots it may fill, sorted."""
    clauses: tuple[tuple[str, ...], ...]
    """Every sentence it matches holds at least one word of each clause: for the index."""


@dataclass(frozen=True, slots=True)
class Match:
    """How a template read a sentence. Spans are (start, end) in tokens, end exclusive."""

    template: Template
    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    literals: int = 0
    """How many words were literal."""


def matches(template: Template, tokens: Sequence[str], accept: Accept) -> Iterator[Match]:
    """Yield the ways in which ``template`` reads all of ``tokens``, the preferred one first.

    Literal words are preferred to slots, what is written earlier to what is written later, the
    longest span for a typed or listed slot, the shortest for a wildcard.
    """
    dead: set[tuple[int, int]] = set()
    yield from _walk(template, tokens, accept, dead, 0, 0, (), 0)


def _walk(
    template: Template,
    tokens: Sequence[str],
    accept: Accept,
    dead: set[tuple[int, int]],
    number: int,
    at: int,
    spans: tuple[tuple[str, int, int], ...],
    literals: int,
) -> Iterator[Match]:
    if (number, at) in dead:
        return
    state, found = template.states[number], False
    if at == len(tokens):
        if state.accepting:
            found = True
            yield Match(template, {name: (s, e) for name, s, e in spans}, literals)
    else:
        for to in state.literals.get(tokens[at], ()):
            for match in _walk(template, tokens, accept, dead, to, at + 1, spans, literals + 1):
                found = True
                yield match
        for name, to in state.slots:
            if not _goes_on(template.states[to], tokens, at + 1):
                continue
            ends: Iterable[int] | None = accept(name, at)
            for end in range(at + 1, len(tokens) + 1) if ends is None else ends:
                onward = (*spans, (name, at, end))
                for match in _walk(template, tokens, accept, dead, to, end, onward, literals):
                    found = True
                    yield match
    if not found:
        dead.add((number, at))


def _goes_on(state: State, tokens: Sequence[str], at: int) -> bool:
    """Whether a match may go on from ``state``, somewhere from ``at`` on.

    Looked at before a slot is, because its list or grammar may have to be loaded first.
    """
    if state.slots or state.accepting:
        return True
    return any(word in state.literals for word in tokens[at:])


def phrases(template: Template, limit: int = 64) -> list[tuple[str, ...]]:
    """Return every sentence of a template as words; none if it has slots or over ``limit``."""
    if template.slots:
        return []
    found: list[tuple[str, ...]] = []
    stack: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    while stack:
        number, said = stack.pop()
        state = template.states[number]
        if state.accepting:
            found.append(said)
        if len(found) > limit or len(said) > 32:  # noqa: PLR2004 - no spoken phrase is longer
            return []
        stack += [(to, (*said, word)) for word, tos in state.literals.items() for to in tos]
    return sorted(set(found))
