"""Which words a slot accepts: the bridge from an API's parameters to grammars and name lists.

One ``Spans`` serves one request; what a grammar or list says of a place in the sentence is
computed once however many templates ask.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from alexa_cli.context.names import lengths_of
from alexa_cli.decide.references import OTHER, PRONOUNS
from alexa_cli.language.registry import grammar
from alexa_cli.language.text import words as words_of

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from alexa_cli.catalog.expert import Api, Parameter
    from alexa_cli.catalog.templates import Accept
    from alexa_cli.context.snapshot import Snapshot

LONGEST_NAME = 8
"""Words in the longest name that is tried."""
_REFERENCES = PRONOUNS | OTHER
_REFERENCE_LENGTHS = lengths_of(_REFERENCES)
ARTICLES = frozenset({"the", "my", "a", "an", "our", "your", "this", "that"})
NUMBER_TYPES = frozenset({"integer", "number"})


class Spans:
    """The spans that slots accept in one sentence."""

    def __init__(self, snapshot: Snapshot, language: str) -> None:
        self._snapshot, self._language = snapshot, language
        self._accepts: dict[tuple[str, tuple[str, ...], frozenset[str]], Accept] = {}
        self._known: dict[tuple[str, ...], dict[tuple[str, str, int], Sequence[int]]] = {}

    def accept(
        self, api: Api, tokens: tuple[str, ...], loose: frozenset[str] = frozenset()
    ) -> Accept:
        """Return the acceptor for the slots of ``api``.

        Slots named in ``loose`` take any few words where they should take a name: used only
        after nothing matched strictly, to find misspelt and unknown names.
        """
        key = (api.full_name, tokens, loose)
        if key not in self._accepts:
            self._accepts[key] = self._acceptor(api, tokens, loose)
        return self._accepts[key]

    def _acceptor(self, api: Api, tokens: tuple[str, ...], loose: frozenset[str]) -> Accept:
        known: dict[tuple[str, int], Sequence[int] | None] = {}  # templates of an API ask the same
        shared = self._known.setdefault(tokens, {})

        def accept(slot: str, start: int) -> Sequence[int] | None:
            if (slot, start) in known:
                return known[slot, start]
            parameter = api.parameters.get(slot)
            ends: Sequence[int] | None
            if parameter is None or parameter.free:
                ends = None
            elif slot in loose:
                ends = range(min(len(tokens), start + LONGEST_NAME), start, -1)
            else:
                key = (*_kind(parameter), start)
                if key not in shared:
                    shared[key] = self._ends(parameter, tokens, start)
                ends = shared[key]
            known[slot, start] = ends
            return ends

        return accept

    def _ends(self, parameter: Parameter, tokens: tuple[str, ...], start: int) -> Sequence[int]:
        kind, name = _kind(parameter)
        if kind == "type":
            return grammar(name, self._language).ends(tokens, start)
        if kind == "list":
            listed = self._snapshot.list(name)
            found = named_ends(tokens, start, _REFERENCES, _REFERENCE_LENGTHS)
            if listed is not None:
                found |= named_ends(tokens, start, listed.forms(), listed.lengths())
            return sorted(found, reverse=True)
        forms = choice_forms(parameter)
        return sorted(named_ends(tokens, start, forms, _choice_lengths(parameter)), reverse=True)


def _kind(parameter: Parameter) -> tuple[str, str]:
    if parameter.x_type:
        return "type", parameter.x_type
    if parameter.x_list:
        return "list", parameter.x_list
    if parameter.schema.get("type") in NUMBER_TYPES and not parameter.choices:
        return "type", "number"
    return "choices", str(id(parameter))  # the catalogue outlives the request


def choice_forms(parameter: Parameter) -> Mapping[tuple[str, ...], str]:
    """Words to value, for a parameter with fixed choices."""
    return _choice_forms(tuple(parameter.choices.items()))


@lru_cache(maxsize=1_024)
def _choice_forms(
    choices: tuple[tuple[str, tuple[str, ...]], ...],
) -> Mapping[tuple[str, ...], str]:
    return {
        words_of(phrase): value
        for value, spoken in choices
        for phrase in spoken
        if words_of(phrase)
    }


def _choice_lengths(parameter: Parameter) -> Mapping[str, tuple[int, ...]]:
    return _lengths_of_choices(tuple(parameter.choices.items()))


@lru_cache(maxsize=1_024)
def _lengths_of_choices(
    choices: tuple[tuple[str, tuple[str, ...]], ...],
) -> Mapping[str, tuple[int, ...]]:
    return lengths_of(_choice_forms(choices))


def named_ends(
    tokens: Sequence[str],
    start: int,
    forms: Container[tuple[str, ...]],
    lengths: Mapping[str, tuple[int, ...]],
) -> set[int]:
    """Ends of the spans from ``start`` that are one of ``forms``, an article before it allowed.

    ``lengths``: first word of a form to the numbers of words that such forms have.
    """
    found: set[int] = set()
    first = start + 1 if start < len(tokens) and tokens[start] in ARTICLES else start
    for begin in {start, first}:
        if begin >= len(tokens):
            continue
        for length in lengths.get(tokens[begin], ()):
            end = begin + length
            fits = length <= LONGEST_NAME and end <= len(tokens)
            if fits and tuple(tokens[begin:end]) in forms:
                found.add(end)
    return found
