"""Which words a slot accepts: the bridge from an API's parameters to grammars and name lists.

One ``Spans`` serves one request; what a grammar or list says of a place in the sentence is
computed once however many templates ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.context.names import lengths_of
from alexa_cli.decide.references import OTHER, PRONOUNS
from alexa_cli.language.registry import grammar
from alexa_cli.language.text import words as words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

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
            found = named_ends(tokens, start, _REFERENCES, _REFERENCE_LENGTHS.get)
            if listed is not None:
                found |= named_ends(tokens, start, listed.forms(), listed.lengths().get)
            return sorted(found, reverse=True)
        forms = choice_forms(parameter)
        return sorted(named_ends(tokens, start, forms, forms.lengths), reverse=True)


def _kind(parameter: Parameter) -> tuple[str, str]:
    if parameter.x_type:
        return "type", parameter.x_type
    if parameter.x_list:
        return "list", parameter.x_list
    if parameter.schema.get("type") in NUMBER_TYPES and not parameter.choices:
        return "type", "number"
    return "choices", str(id(parameter))  # the catalogue outlives the request


class ChoiceForms:
    """The words of fixed choices, as normalised words, with the value that each means.

    Choices may have thousands of phrases, and a sentence begins with few words: what begins with
    another is never taken apart.
    """

    def __init__(self, choices: Mapping[str, tuple[str, ...]]) -> None:
        self.choices = choices
        self._phrases: dict[str, list[tuple[str, str]]] = {}
        for value, spoken in choices.items():
            for phrase in spoken:
                if first := _first_word(phrase):
                    self._phrases.setdefault(first, []).append((phrase, value))
        self._forms: dict[str, Mapping[tuple[str, ...], str]] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}

    def beginning(self, first: str) -> Mapping[tuple[str, ...], str]:
        """Return the forms that begin with a word, each with its value."""
        if first not in self._forms:
            said = self._phrases.get(first, ())
            self._forms[first] = {words_of(phrase): value for phrase, value in said}
        return self._forms[first]

    def lengths(self, first: str) -> tuple[int, ...]:
        """Return how many words the forms have that begin with a word, longest first."""
        if first not in self._lengths:
            found = lengths_of(self.beginning(first))
            self._lengths[first] = found.get(first, ())
        return self._lengths[first]

    def get(self, spoken: tuple[str, ...]) -> str | None:
        """Return the value that words mean; None: no choice is called so."""
        return self.beginning(spoken[0]).get(spoken) if spoken else None

    def __contains__(self, spoken: object) -> bool:
        return isinstance(spoken, tuple) and self.get(spoken) is not None


def _first_word(phrase: str) -> str | None:
    """Return the first normalised word; most phrases need not be taken apart for it."""
    head = phrase.partition(" ")[0]
    found = words_of(head if head.isascii() and head.isalpha() else phrase)
    return found[0] if found else None


_MOST_KEPT = 4_096
_kept: dict[int, ChoiceForms] = {}
"""By the identity of the choices: to compare thousands of phrases takes longer than to use them."""


def choice_forms(parameter: Parameter) -> ChoiceForms:
    """Words to value, for a parameter with fixed choices."""
    choices = parameter.choices
    known = _kept.get(id(choices))
    if known is None or known.choices is not choices:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        known = _kept[id(choices)] = ChoiceForms(choices)
    return known


def named_ends(
    tokens: Sequence[str],
    start: int,
    forms: Container[tuple[str, ...]],
    lengths: Callable[[str], tuple[int, ...] | None],
) -> set[int]:
    """Ends of the spans from ``start`` that are one of ``forms``, an article before it allowed.

    ``lengths``: first word of a form to the numbers of words that such forms have.
    """
    found: set[int] = set()
    first = start + 1 if start < len(tokens) and tokens[start] in ARTICLES else start
    for begin in {start, first}:
        if begin >= len(tokens):
            continue
        for length in lengths(tokens[begin]) or ():
            end = begin + length
            fits = length <= LONGEST_NAME and end <= len(tokens)
            if fits and tuple(tokens[begin:end]) in forms:
                found.add(end)
    return found
