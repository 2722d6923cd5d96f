"""The reflex model: exact phrases after normalisation ("stop", "cancel", "louder").

It owns no phrases of its own: every template without a slot, of any expert, is one. A look-up in
a dictionary, so it is asked first, and it is the first to be heard while a question is pending.
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
    from collections.abc import AsyncIterator

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.decide.model import Request
    from alexa_cli.turn import Decision

    Table = dict[tuple[str, ...], tuple[str, str]]


class Reflex:
    """The model. A phrase that two APIs own is nobody's reflex."""

    def __init__(self, *, name: str = "reflex") -> None:
        self.name = name
        self._table_of: tuple[Catalogue, Table] | None = None

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        """Yield one final decision."""
        yield self.judge(request)

    def judge(self, request: Request) -> Decision:
        """Decide: pure, no input or output."""
        table = self._table(request.catalogue, request.moment.language)
        bare = strip(request.tokens, request.moment.language)
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
