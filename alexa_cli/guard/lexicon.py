"""The words of every API: its templates, its examples, and which words only it uses.

Made once for a catalogue, in pure Python: a guard must not wait for an encoder, and what it
finds has to be said in one line.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from math import log, sqrt
from typing import TYPE_CHECKING

from alexa_cli.language.registry import grammar
from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api, Example, Parameter
    from alexa_cli.catalog.templates import Template
    from alexa_cli.turn import Json

LIGHT = frozenset(
    "a an the this that these those my our your his her their its i me we us you he she it they "
    "them is are am was were be been being do does did done have has had having will would shall "
    "should can could may might must to of in at for from by with about as into onto again then "
    "than and or but if so just only also too very really some any all every each no yes please "
    "thanks thank now right away here there what which who when where how why much many more most "
    "one ones got get go let make want need like maybe kind sort thing things bit little lot hey "
    "ok okay alexa today well oh um uh actually think know tell see still already yet around "
    "because while time back way going take give put up down on off out over not never".split()
)
"""Words that do not say which API is meant."""
WHOLES = frozenset("all every everything each both whole entire everywhere".split())
"""Light words that say how far a call reaches."""
PARTICLES = frozenset({"on", "off", "up", "down", "out"})
"""Light words that change what a verb means."""
NEGATIONS = frozenset({"not", "never", "without", "except"})
_TURNING = PARTICLES | NEGATIONS | WHOLES
UNKNOWN = 0.5
"""What a word that no API knows says, as a share of what a word says that one API knows."""
FEW, MANY = 3, 8
"""A verb that no more APIs know than this (of many APIs an eighth, and never more than ``MANY``)
tells which is meant."""
NUMBER = "<number>"
PLACE = "<name>"
"""What stands in an example where an argument is marked."""


@dataclass(slots=True)
class Words:
    """What one API has been taught."""

    api: Api
    templates: list[Template] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    """Stems of its templates, examples, choices and name."""
    verbs: set[str] = field(default_factory=set)
    """Those that are neither light nor the name of a choice: words that say what is done."""
    particles: set[str] = field(default_factory=set)
    """Particles in its name: "on" in ``turn_on``."""
    whole: bool = False
    """Whether all of its examples say how far it reaches: "cancel all timers"."""
    denied: set[str] = field(default_factory=set)
    """Words that follow "not" in its own sentences: "I do not *need* the fan"."""
    examples: list[Mapping[str, float]] = field(default_factory=list)
    """Its examples as vectors of length 1."""


class Lexicon:
    """The words of a catalogue's APIs."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.language = catalogue.language
        self.of: dict[str, Words] = {api.full_name: Words(api) for api in catalogue.apis()}
        for template in catalogue.templates:
            if (found := self.of.get(f"{template.expert}.{template.api}")) is not None:
                found.templates.append(template)
        targets = _shared_choices(catalogue)
        said = {name: self._learn(entry, targets) for name, entry in self.of.items()}
        frequency = Counter(stem for entry in self.of.values() for stem in entry.known)
        count = max(1, len(self.of))
        self._rarity = {stem: log((1 + count) / n) for stem, n in frequency.items()}
        self._unknown = UNKNOWN * log(1 + count)
        for name, sentences in said.items():
            self.of[name].examples = [self.vector(sentence) for sentence in sentences]
        self.usual: dict[str, set[Json]] = defaultdict(set)
        """Members of lists that are meant where none is named: an API's own defaults."""
        for entry in self.of.values():
            for parameter in entry.api.parameters.values():
                if parameter.x_list and parameter.has_default:
                    self.usual[parameter.x_list].add(parameter.default)
        self.verbs = frozenset(verb for entry in self.of.values() for verb in entry.verbs)
        self.particles: dict[str, set[str]] = defaultdict(set)
        """Particles in the names of an expert's APIs: "on" and "off"."""
        for entry in self.of.values():
            self.particles[entry.api.expert] |= entry.particles
        common = max(FEW, min(MANY, count // 8))
        self.telling = frozenset(verb for verb in self.verbs if frequency[verb] <= common)
        """Verbs that few APIs know: "vacuum" tells more than "turn"."""

    def _learn(self, entry: Words, targets: set[str]) -> list[tuple[str, ...]]:
        """Fill the words of one API; return its examples, arguments taken out."""
        api = entry.api
        choices = {w for p in api.parameters.values() for w in choice_words(p)}
        literal: set[str] = set()
        for template in entry.templates:
            for state in template.states:
                literal.update(state.literals)
                for to in state.literals.get("not", ()):
                    entry.denied.update(template.states[to].literals)
        sentences = [unmarked(e, api) for e in api.examples.get(self.language, ())]
        for sentence in sentences:
            literal.update(w for w in sentence if w not in {PLACE, NUMBER})
            entry.denied.update(b for a, b in pairwise(sentence)
                                if a == "not")  # fmt: skip
        entry.whole = bool(sentences) and all(WHOLES & set(each) for each in sentences)
        own = words(api.name.replace("_", " "))
        literal.update(own)
        entry.particles = set(PARTICLES.intersection(own))
        entry.known = {stem(w) for w in literal | choices}
        entry.verbs = {stem(w) for w in literal | choices if w not in LIGHT and w not in targets}
        return [*sentences, own]

    def variants(self, one: Api, other: Api) -> bool:
        """Whether two APIs do the same to things said in other ways: add items, add a thing."""
        own, theirs = (each.name.split("_") for each in (one, other))
        return (
            one.expert == other.expert and own[0] == theirs[0]
            and self.of[one.full_name].particles == self.of[other.full_name].particles
            and bool(_texts(one) & _texts(other))
        )  # fmt: skip

    def rarity(self, stemmed: str) -> float:
        """How much a word says: the fewer APIs know it, the more."""
        return self._rarity.get(stemmed, self._unknown)

    def vector(self, sentence: Sequence[str]) -> Mapping[str, float]:
        """A sentence as weighted stems and pairs with a particle, of length 1."""
        found: dict[str, float] = defaultdict(float)
        sentence = [NUMBER if is_number(word, self.language) else word for word in sentence]
        stems = [stem(word) for word in sentence]
        for word, stemmed in zip(sentence, stems, strict=True):
            light = word in LIGHT or word in {PLACE, NUMBER}
            weight = 0.3 if light and word not in _TURNING else 1.0
            found[stemmed] = max(found[stemmed], weight * self.rarity(stemmed))
        length = sqrt(sum(v * v for v in found.values()))
        return {key: value / length for key, value in found.items()} if length else {}

    def likeness(self, sentence: Sequence[str]) -> dict[str, float]:
        """How like a sentence is to the nearest example of each API, 0 to 1."""
        vector = self.vector(sentence)
        return {
            name: max((_cosine(vector, example) for example in entry.examples), default=0.0)
            for name, entry in self.of.items()
        }


def _texts(api: Api) -> set[str]:
    """Return the types of the values that an API cannot do without: no names, no grammars."""
    needed = (parameter for parameter in api.parameters.values() if parameter.required)
    return {str(p.schema.get("type")) for p in needed if not p.x_list and not p.x_type}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    small, large = (one, other) if len(one) < len(other) else (other, one)
    return sum(value * large[key] for key, value in small.items() if key in large)


def _shared_choices(catalogue: Catalogue) -> set[str]:
    """What choices that several APIs of an expert share are about: things, not what is done.

    The last word of each: a "power outlet" is an outlet.
    """
    seen: Counter[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]]] = Counter()
    for api in catalogue.apis():
        for parameter in api.parameters.values():
            if parameter.choices:
                seen[api.expert, tuple(parameter.choices.items())] += 1
    phrases = (
        words(each)
        for (_, choices), count in seen.items()
        if count > 1
        for _, said in choices
        for each in said
    )
    return {phrase[-1] for phrase in phrases if phrase}


def choice_words(parameter: Parameter) -> set[str]:
    """Return every word of a parameter's choices."""
    return {w for said in parameter.choices.values() for each in said for w in words(each)}


def unmarked(example: Example, api: Api) -> tuple[str, ...]:
    """Return an example's words, each marked argument but a choice as one ``<name>``."""
    at = 0
    found: list[str] = []
    for mark in sorted(example.marks, key=lambda mark: mark.start):
        parameter = api.parameters.get(mark.parameter)
        if parameter is not None and parameter.choices:
            continue  # "dim" is what to do
        found += [*words(example.text[at : mark.start]), PLACE]
        at = mark.end
    return (*found, *words(example.text[at:]))


@lru_cache(maxsize=8_192)
def is_number(word: str, language: str) -> bool:
    """Whether a word alone is a number, in digits or letters."""
    return word not in LIGHT and bool(grammar("number", language).ends([word], 0))


@lru_cache(maxsize=8_192)
def stem(word: str) -> str:
    """Return a word without its commonest endings: "lights" and "light" are one."""
    word = word.removesuffix("'s").removesuffix("'")
    for ending in ("ings", "ing", "ers", "er", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 2:  # noqa: PLR2004 - "is", "red"
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":  # noqa: PLR2004 - "dimm"
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word  # noqa: PLR2004 - "tie"


def stems(said: Iterable[str]) -> set[str]:
    """Return the stems of some words."""
    return {stem(word) for word in said}
