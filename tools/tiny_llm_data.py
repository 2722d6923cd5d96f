"""What the tiny language model of the tests learns: what people say, and what to do about it.

Words come from three places: hand-written free phrasings of a small family
(tiny_llm_phrases.yaml), which no expert's own sentences hold; the experts' sentences; and their
marked examples. Some names are made up, so that the model learns to copy them, not to know
them.
"""

# ruff: noqa: PLR2004 - shares of a draw are numbers
from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alexa_cli.config.files import load_yaml
from alexa_cli.prompt.tools import MAX_ENUM, apis_of
from tools.tiny_llm_names import Names

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api, Example, Parameter

PHRASES = Path(__file__).parent / "tiny_llm_phrases.yaml"
MAX_WORDS = 22
"""Longer sentences out of the experts' own are drawn again."""
JOINTS = (" and ", " and then ", ", then ", " and also ", " then ")
TOKEN = re.compile(r"[\[\]()|{}<>]|[^\[\]()|{}<>]+")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call: ``expert.api`` and what is given for its arguments, as its tool orders them."""

    api: str
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """What somebody says, and what the model does: calls, talk, a question; else it is nobody's."""

    words: str
    calls: tuple[Wanted, ...] = ()
    say: str = ""
    ask: str = ""
    expert: str = ""
    """Whom ``ask`` is about."""
    question: str = ""
    """What had been asked before."""


def expand(
    template: str, rng: random.Random, rules: Mapping[str, str], slot: Callable[[str], str]
) -> str:
    """One reading of a template at random: ``[maybe]``, ``(a|b)``, ``<rule>``, ``{slot}``."""
    text = _Reader(TOKEN.findall(template), rng, rules, slot).group("")
    return " ".join(text.split()).replace(" ,", ",")


class _Reader:
    def __init__(
        self, tokens: list[str], rng: random.Random, rules: Mapping[str, str],
        slot: Callable[[str], str],
    ) -> None:  # fmt: skip
        self._tokens, self._rng, self._rules, self._slot = tokens, rng, rules, slot
        self._at = 0

    def group(self, closing: str) -> str:
        """Read alternatives up to ``closing``, and keep one of them."""
        options: list[list[str]] = [[]]
        depth = 0
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if depth == 0 and token == closing:
                break
            if depth == 0 and token == "|":  # noqa: S105 - no password
                options.append([])
                continue
            depth += (token in {"(", "["}) - (token in {")", "]"})
            options[-1].append(token)
        return _Reader(self._rng.choice(options), self._rng, self._rules, self._slot).read()

    def read(self) -> str:
        """All of it, in order."""
        said = ""
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token == "(":  # noqa: S105
                said += self.group(")")
            elif token == "[":  # noqa: S105
                inner = self.group("]") if self._rng.random() < 0.35 else self._skip()
                said += inner
            elif token in {"{", "<"}:
                name = self._tokens[self._at]
                self._at += 2
                said += self._slot(name) if token == "{" else self._rule(name)  # noqa: S105
            else:
                said += token
        return said

    def _skip(self) -> str:
        depth = 1
        while depth:
            token = self._tokens[self._at]
            self._at += 1
            depth += (token in {"(", "["}) - (token in {")", "]"})
        return ""

    def _rule(self, name: str) -> str:
        return expand(self._rules[name], self._rng, self._rules, self._slot)


def given(api: Api, said: Mapping[str, str]) -> Wanted:
    """The call with what a model gives: one of few values where there are few, else the words."""
    ordered = sorted(api.parameters.values(), key=lambda parameter: not parameter.required)
    return Wanted(
        api.full_name, {p.name: _value(p, said[p.name]) for p in ordered if p.name in said}
    )


def _value(parameter: Parameter, words: str) -> str:
    if 0 < len(parameter.choices) <= MAX_ENUM:
        for value, forms in parameter.choices.items():
            if words == value or words in forms:
                return value
    return words


class Speaker:
    """Draws samples; the same seed draws the same ones."""

    def __init__(self, rng: random.Random, catalogue: Catalogue) -> None:
        phrases: Any = load_yaml(PHRASES).data
        self.rng, self.catalogue = rng, catalogue
        self.names = Names(rng, phrases["words"])
        self.free_templates: dict[str, list[str]] = phrases["free"]
        self._talk, self._unclear = phrases["talk"], phrases["unclear"]
        self._nobodys, self._wraps = phrases["nobodys"], phrases["words"]["wraps"].split("; ")
        apis = [a for a in apis_of(catalogue, catalogue.experts) if a.sentences.get("en")]
        self._own = apis
        self._shown = [a for a in apis if a.examples.get("en")]

    def sample(self) -> Sample:
        """One sample."""
        draw = self.rng.random()
        if draw < 0.7:
            return self._wrapped(self.free())
        if draw < 0.72:
            return self._wrapped(self._from_sentences())
        if draw < 0.8:
            return self._wrapped(self._from_examples())
        if draw < 0.85:
            first, second = self.free(), self.free()
            words = f"{first.words}{self.rng.choice(JOINTS)}{second.words}"
            return Sample(words, (*first.calls, *second.calls))
        if draw < 0.91:
            return self._wrapped(self.talk())
        return self._wrapped(self.unclear() if draw < 0.95 else self.nobodys())

    def talk(self) -> Sample:
        """Small talk."""
        chosen = self.rng.choice(self._talk)
        return Sample(self._expand(chosen["say"], {}), say=chosen["answer"])

    def unclear(self) -> Sample:
        """What needs a question back."""
        chosen = self.rng.choice(self._unclear)
        words = self._expand(chosen["say"], {})
        return Sample(words, ask=chosen["ask"], expert=chosen["then"].partition(".")[0])

    def follow_up(self) -> str:
        """A question that words may answer."""
        return str(self.rng.choice(self._unclear)["ask"])

    def reply_to(self, question: str) -> Sample:
        """An answer to a question: the call that it completes."""
        chosen = next(each for each in self._unclear if each["ask"] == question)
        expert, _, api = chosen["then"].partition(".")
        name = chosen["lacks"]
        said = {name: self.names.slot(name)}
        call = given(self.catalogue.experts[expert].apis[api], said)
        return Sample(said[name], (call,), question=question)

    def nobodys(self) -> Sample:
        """What no expert does."""
        return Sample(self._expand(self.rng.choice(self._nobodys), {}))

    def free(self, name: str = "") -> Sample:
        """A free phrasing with one call."""
        name = name or self.rng.choice(list(self.free_templates))
        expert, _, api = name.partition(".")
        said: dict[str, str] = {}
        declared = self.catalogue.experts[expert].apis[api]
        template = self.rng.choice(self.free_templates[name])
        words = self._expand(template, said, None, declared.parameters)
        if "lock" in said:
            said["device"] = said.pop("lock")
        return Sample(words, (given(declared, said),))

    def _expand(
        self, template: str, said: dict[str, str], rules: Mapping[str, str] | None = None,
        parameters: Mapping[str, Parameter] | None = None,
    ) -> str:  # fmt: skip
        def slot(name: str) -> str:
            parameter = (parameters or {}).get(name)
            if parameter is not None and parameter.choices:
                forms = [form for all_ in parameter.choices.values() for form in all_]
                said[name] = self.rng.choice(forms)
            else:
                said[name] = self.names.slot(name)
            return said[name]

        return expand(template, self.rng, rules or {}, slot)

    def _from_sentences(self) -> Sample:
        while True:
            api = self.rng.choice(self._own)
            said: dict[str, str] = {}
            rules = self.catalogue.experts[api.expert].rules
            template = self.rng.choice(api.sentences["en"])
            words = self._expand(template, said, rules, api.parameters)
            if 0 < len(words.split()) <= MAX_WORDS:
                return Sample(words, (given(api, said),))

    def _from_examples(self) -> Sample:
        api = self.rng.choice(self._shown)
        example: Example = self.rng.choice(api.examples["en"])
        words, said, at = "", dict[str, str](), 0
        for mark in example.marks:
            own = example.text[mark.start : mark.end]
            fixed = api.parameters[mark.parameter].choices or self.rng.random() < 0.4
            said[mark.parameter] = own if fixed else self.names.slot(mark.parameter)
            words += example.text[at : mark.start] + said[mark.parameter]
            at = mark.end
        return Sample(words + example.text[at:], (given(api, said),))

    def _wrapped(self, sample: Sample) -> Sample:
        words = sample.words
        if self.rng.random() < 0.15:
            words = self.rng.choice(self._wraps).replace("{words}", words)
        if self.rng.random() < 0.12:
            spoken = words[0].upper() + words[1:] + self.rng.choice(("", ".", "!", "?"))
            copied = [v for call in sample.calls for v in call.arguments.values() if v in words]
            words = spoken if all(value in spoken for value in copied) else words
        return replace(sample, words=words)


def distinct(samples: Sequence[Sample]) -> list[Sample]:
    """The samples with words of their own, the first of each."""
    return list({sample.words: sample for sample in samples}.values())
