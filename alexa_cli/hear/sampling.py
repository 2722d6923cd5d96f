"""Sentences out of templates: as few as say everything that a template says, two words at a time.

A template with options can be said in millions of ways. A trigram needs each three words once, so
each walk through the automaton takes, wherever it can choose, what was least often said there.
Nothing is left to chance: the same templates give the same sentences.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING

from alexa_cli.hear.spoken import TEXT
from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api, Example, Parameter
    from alexa_cli.catalog.templates import State, Template
    from alexa_cli.hear.bias import Phrase

WALKS = 40
"""The most sentences that one template gives."""
IDLE = 4
"""A template is done when so many walks in a row said nothing new."""
MAX_WORDS = 40
TEMPLATE_WEIGHT = 2.0
"""The least that all sentences of a template have together; an example, which somebody wrote
down, has 1. Templates have as much as the examples of their API, or more."""
TEMPER = 0.5
"""An API with four times the templates and examples of another is heard twice as easily, not four
times: how much was written about a thing says little of how often it is said."""
FEW = 2
"""So many phrases for a choice are said as they are; more of them are a list."""
LONGER = 0.75
"""How much rarer one more word makes a sentence: what may be left out mostly is."""
_ARTICLES = frozenset({"the", "my", "a", "an", "our", "your", "this", "that"})
_NUMBERS = frozenset({"integer", "number"})


def sentences_of(catalogue: Catalogue) -> tuple[Phrase, ...]:
    """Return whole sentences for everything that the catalogue's experts understand."""
    from alexa_cli.hear.bias import Phrase  # noqa: PLC0415 - keeps the types apart

    said_of: defaultdict[str, defaultdict[tuple[str, ...], float]] = defaultdict(
        lambda: defaultdict(float)
    )
    spans = _free_spans(catalogue)
    number = Counter(f"{template.expert}.{template.api}" for template in catalogue.templates)
    for template in catalogue.templates:
        api = catalogue.find(template.expert, template.api)
        if api is None:
            continue
        examples = len(api.examples.get(catalogue.language, ()))
        weight = max(TEMPLATE_WEIGHT, examples / number[api.full_name])
        said = Walker(template, api, spans).sentences()
        shares = [LONGER ** len(sentence) for sentence in said]
        for sentence, share in zip(said, shares, strict=True):
            said_of[api.full_name][sentence] += weight * share / sum(shares)
    for api in catalogue.apis():
        for example in api.examples.get(catalogue.language, ()):
            said_of[api.full_name][_example(example, api)] += 1
    found: defaultdict[tuple[str, ...], float] = defaultdict(float)
    for weights in said_of.values():
        scale = sum(weights.values()) ** (TEMPER - 1)
        for sentence, weight in weights.items():
            found[sentence] += weight * scale
    return tuple(Phrase(sentence, round(weight, 5)) for sentence, weight in found.items())


class Walker:
    """Walks through one template."""

    def __init__(
        self, template: Template, api: Api, spans: Mapping[str, Sequence[tuple[str, ...]]]
    ) -> None:
        self._states, self._api, self._spans = template.states, api, spans
        self._said: Counter[tuple[str, str, str]] = Counter()
        self._ways: Counter[tuple[int, object]] = Counter()

    def sentences(self) -> list[tuple[str, ...]]:
        """Return what the walks said, each once."""
        found: dict[tuple[str, ...], None] = {}
        idle = 0
        while len(found) < WALKS and idle < IDLE:
            known = len(self._said)
            sentence = self._walk()
            if sentence is not None:
                found.setdefault(sentence)
                self._count(sentence)
            idle = 0 if len(self._said) > known else idle + 1
        return list(found)

    def _count(self, sentence: tuple[str, ...]) -> None:
        whole = ("", *sentence, "")
        self._said.update(zip(("", *whole), whole, whole[1:], strict=False))

    def _walk(self) -> tuple[str, ...] | None:
        sentence: list[str] = []
        number = 0
        while len(sentence) < MAX_WORDS:
            state = self._states[number]
            ways = self._onward(state)
            if state.accepting:
                ways.append((None, -1))
            if not ways:
                return None
            last = sentence[-1] if sentence else ""
            way, to = min(ways, key=partial(self._times, number, last))
            self._ways[number, (way, to)] += 1
            self._ways[number, (last, way, to)] += 1
            if way is None:
                return tuple(sentence)
            sentence += self._slot(way[1:], sentence) if way.startswith("{") else (way,)
            number = to
        return None

    def _times(self, number: int, last: str, way: tuple[str | None, int]) -> tuple[int, int]:
        """Return how often a way was gone after this word, and at all."""
        return self._ways[number, (last, *way)], self._ways[number, way]

    @staticmethod
    def _onward(state: State) -> list[tuple[str | None, int]]:
        said: list[tuple[str | None, int]] = [
            (word, to) for word, targets in state.literals.items() for to in targets
        ]
        return [*said, *(("{" + name, to) for name, to in state.slots)]

    def _slot(self, name: str, before: Sequence[str]) -> tuple[str, ...]:
        """Return what is said in a slot, another thing each time."""
        parameter = self._api.parameters.get(name)
        if parameter is None:
            return (f"{{{{{TEXT}}}}}",)
        options = slot_options(self._api, parameter, self._spans)
        if parameter.x_list and not (before and before[-1] in _ARTICLES):
            named = options[0]
            options = [named, ("the", *named), ("the", *named), ("my", *named), ("it",)]
        option = min(options, key=lambda each: self._ways[-1, (name, each)])
        self._ways[-1, (name, option)] += 1
        return option


def slot_options(
    api: Api, parameter: Parameter, spans: Mapping[str, Sequence[tuple[str, ...]]]
) -> list[tuple[str, ...]]:  # fmt: skip
    """Return what may be said for a parameter: placeholders for names and values, or words."""
    if parameter.x_list:
        return [(f"{{{parameter.x_list}}}",)]
    if parameter.choices:
        said = choice_phrases(parameter)
        return said if len(said) <= FEW else [(f"{{{choice_list(api, parameter)}}}",)]
    if parameter.x_type:
        return [(f"{{{{{parameter.x_type}}}}}",)]
    if parameter.schema.get("type") in _NUMBERS:
        return [("{{number}}",)]
    return [(f"{{{{{TEXT}}}}}",), *spans.get(parameter.name, ())]


def choice_phrases(parameter: Parameter) -> list[tuple[str, ...]]:
    """Return the words of everything that a parameter's choices may be called."""
    said = (words(phrase) for each in parameter.choices.values() for phrase in each)
    return [each for each in dict.fromkeys(said) if each]


def choice_list(api: Api, parameter: Parameter) -> str:
    """Return the name of the list that a parameter's choices are in a Bias."""
    return f"{api.full_name}.{parameter.name}"


def _free_spans(catalogue: Catalogue) -> dict[str, list[tuple[str, ...]]]:
    """Return what examples say for parameters that take free text, by the parameter's name."""
    found: dict[str, dict[tuple[str, ...], None]] = {}
    for api in catalogue.apis():
        for example in api.examples.get(catalogue.language, ()):
            for mark in example.marks:
                parameter = api.parameters.get(mark.parameter)
                if parameter is not None and parameter.free:
                    said = words(example.text[mark.start : mark.end])
                    found.setdefault(parameter.name, {}).setdefault(said)
    return {name: list(spans) for name, spans in found.items()}


def _example(example: Example, api: Api) -> tuple[str, ...]:
    """Return an example's words; a name becomes its list, a value its type."""
    said: list[str] = []
    at = 0
    for mark in sorted(example.marks, key=lambda each: each.start):
        parameter = api.parameters.get(mark.parameter)
        if parameter is None or not (parameter.x_list or parameter.x_type):
            continue
        marked = words(example.text[mark.start : mark.end])
        said += words(example.text[at : mark.start])
        said += ("the",) if parameter.x_list and marked[:1] == ("the",) else ()
        said.append(slot_options(api, parameter, {})[0][0])
        at = mark.end
    return (*said, *words(example.text[at:]))
