"""The reflex model: exact phrases after normalisation ("stop", "cancel", "louder").

It owns no phrases of its own: every template without a slot, of any expert, is one. A look-up in
a dictionary, so it is asked first, and it is the first to be heard while a question is pending.

What the user has given a name is a phrase as well, where a template is nothing but that name: a
routine called "good night" is meant by "good night", whatever else the words could mean.
"""

from __future__ import annotations

from collections import defaultdict
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
    from alexa_cli.decide.model import Request
    from alexa_cli.language.text import Token
    from alexa_cli.turn import Decision

    Table = dict[tuple[str, ...], tuple[str, str]]


class Reflex:
    """The model. A phrase that two APIs own is nobody's reflex."""

    def __init__(self, *, name: str = "reflex") -> None:
        self.name = name
        self._table_of: tuple[Catalogue, Table] | None = None
        self._named_of: tuple[Catalogue, list[tuple[Api, str]]] | None = None

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        """Yield one final decision."""
        yield self.judge(request)

    def judge(self, request: Request) -> Decision:
        """Decide: pure, no input or output."""
        bare = strip(request.tokens, request.moment.language)
        if (named := self._named(request, bare)) is not None:
            return named
        table = self._table(request.catalogue, request.moment.language)
        for tokens in (request.words, tuple(token.text for token in bare)):
            owner = table.get(tokens)
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

    def _table(self, catalogue: Catalogue, language: str) -> Table:
        if catalogue.language != language:
            return {}
        if self._table_of is None or self._table_of[0] is not catalogue:
            owners: dict[tuple[str, ...], set[tuple[str, str]]] = defaultdict(set)
            for template in catalogue.templates:
                for phrase in phrases(template):
                    owners[phrase].add((template.expert, template.api))
            only = {phrase: next(iter(who)) for phrase, who in owners.items() if len(who) == 1}
            self._table_of = (catalogue, only)
        return self._table_of[1]


def is_users_own(catalogue: Catalogue, api: Api, slot: str) -> bool:
    """Whether a slot takes names that the user has given: a list that the expert keeps."""
    expert, parameter = catalogue.experts.get(api.expert), api.parameters.get(slot)
    listed = expert.lists.get(parameter.x_list or "") if expert and parameter else None
    return listed is not None and listed.kind == "kept"


def _names_alone(catalogue: Catalogue) -> Iterator[tuple[Api, str]]:
    """Yield the APIs that need no more than such a name, and the slot for it."""
    for template in catalogue.templates:
        for slot, to in template.states[0].slots:
            api = catalogue.find(template.expert, template.api)
            if template.states[to].accepting and api and is_users_own(catalogue, api, slot):
                yield api, slot
