"""The reflex model: exact phrases after normalisation ("stop", "cancel", "louder").

It owns no phrases of its own: every template without a slot, of any expert, is one. A look-up in
a dictionary, so it is asked first, and it is the first to be heard while a question is pending.

What the user has given a name is a phrase as well, where a template is nothing but that name: a
routine called "good night" is meant by "good night", whatever else the words could mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.catalog.templates import phrases
from alexa_cli.decide.courtesy import strip
from alexa_cli.decide.model import Reading
from alexa_cli.decide.resolution import resolve
from alexa_cli.turn import Call, Candidate, Pass, Plan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api
    from alexa_cli.catalog.templates import Template
    from alexa_cli.decide.model import Request
    from alexa_cli.language.text import Token
    from alexa_cli.turn import Decision


class Phrases:
    """What is said by templates without a slot, made as far as it is asked for.

    Most turns ask for two phrases, and to make them all is to decode each template.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._by_word: dict[str, list[Template]] = {}
        self._always: list[Template] = []
        for template in catalogue.templates:
            if template.slots:
                continue
            for word in template.clauses[0] if template.clauses else ():
                self._by_word.setdefault(word, []).append(template)
            if not template.clauses:
                self._always.append(template)
        self._said: dict[int, frozenset[tuple[str, ...]]] = {}

    def owner(self, words: tuple[str, ...]) -> tuple[str, str] | None:
        """Return the expert and the API that alone own this phrase."""
        said = frozenset(words)
        could = [*self._always, *(each for word in said for each in self._by_word.get(word, ()))]
        owners = {
            (each.expert, each.api) for each in could
            if all(not said.isdisjoint(clause) for clause in each.clauses)
            and words in self._phrases(each)
        }  # fmt: skip
        return owners.pop() if len(owners) == 1 else None

    def _phrases(self, template: Template) -> frozenset[tuple[str, ...]]:
        key = id(template)  # the catalogue outlives this
        if key not in self._said:
            self._said[key] = frozenset(phrases(template))
        return self._said[key]


class Reflex:
    """The model. A phrase that two APIs own is nobody's reflex."""

    def __init__(self, *, name: str = "reflex") -> None:
        self.name = name
        self._phrases_of: tuple[Catalogue, Phrases] | None = None
        self._named_of: tuple[Catalogue, list[tuple[Api, str]]] | None = None

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        """Yield one final decision."""
        yield self.judge(request)

    def judge(self, request: Request) -> Decision:
        """Decide: pure, no input or output."""
        bare = strip(request.tokens, request.moment.language)
        if (named := self._named(request, bare)) is not None:
            return named
        known = self._known(request.catalogue, request.moment.language)
        for tokens in (request.words, tuple(token.text for token in bare)):
            owner = known.owner(tokens) if known else None
            api = request.catalogue.find(*owner) if owner else None
            if api is None:
                continue
            result = resolve(Reading(api, {}, 1.0), request)
            if isinstance(result, Call):
                candidate = Candidate(api.expert, api.name, 1.0, "exact phrase")
                return Plan((result,), self.name, 1.0, candidates=(candidate,))
        return Pass("not one of the exact phrases", model=self.name)

    def _named(self, request: Request, bare: tuple[Token, ...]) -> Plan | None:
        """Return what the user has given exactly this name."""
        catalogue = request.catalogue
        if self._named_of is None or self._named_of[0] is not catalogue:
            self._named_of = (catalogue, list(_names_alone(catalogue)))
        for api, slot in self._named_of[1]:
            listed = request.snapshot.list(str(api.parameters[slot].x_list))
            for tokens in (request.tokens, bare):
                if listed is None or tuple(token.text for token in tokens) not in listed.forms():
                    continue
                said = request.part(tokens).said(0, len(tokens))
                result = resolve(Reading(api, {slot: said}, 1.0), request)
                if isinstance(result, Call):
                    candidate = Candidate(api.expert, api.name, 1.0, "a name that you gave")
                    return Plan((result,), self.name, 1.0, candidates=(candidate,))
        return None

    def _known(self, catalogue: Catalogue, language: str) -> Phrases | None:
        if catalogue.language != language:
            return None
        if self._phrases_of is None or self._phrases_of[0] is not catalogue:
            self._phrases_of = (catalogue, Phrases(catalogue))
        return self._phrases_of[1]


def is_users_own(catalogue: Catalogue, api: Api, slot: str) -> bool:
    """Whether a slot takes names that the user has given: a list that the expert keeps."""
    expert, parameter = catalogue.experts.get(api.expert), api.parameters.get(slot)
    listed = expert.lists.get(parameter.x_list or "") if expert and parameter else None
    return listed is not None and listed.kind == "kept"


def _names_alone(catalogue: Catalogue) -> Iterator[tuple[Api, str]]:
    """Yield the APIs that need no more than such a name, and the slot for it."""
    for template in catalogue.templates:
        if template.clauses:  # it needs a word besides
            continue
        for slot, to in template.states[0].slots:
            api = catalogue.find(template.expert, template.api)
            if template.states[to].accepting and api and is_users_own(catalogue, api, slot):
                yield api, slot
