"""The sentences model: hassil templates over what was said, names and types resolved.

High precision, low coverage. Templates are indexed by the rarest word that they cannot do
without, so that a thousand APIs cost little more than ten. First the strict look: every word
accounted for, every slot a span that its grammar or list accepts. Only if that finds nothing, the
loose one: one named slot may hold a misspelt or unknown name.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from alexa_cli.catalog.templates import matches
from alexa_cli.decide.courtesy import directly, plainly, strip, without_roughly
from alexa_cli.decide.model import Reading
from alexa_cli.decide.references import is_place, is_reference
from alexa_cli.decide.reflex import is_users_own
from alexa_cli.decide.resolution import PEOPLE, Trouble, resolve
from alexa_cli.decide.spans import ARTICLES, Spans
from alexa_cli.language.registry import grammar
from alexa_cli.language.text import Token
from alexa_cli.turn import Call, Candidate, Pass, Plan, Question

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api
    from alexa_cli.catalog.templates import Match, Template
    from alexa_cli.decide.model import Request
    from alexa_cli.turn import Decision

THRESHOLD = 0.45
MARGIN = 0.02
WILDCARD_WORTH = 0.4
"""A word swallowed by a wildcard tells less than a literal or typed one, which counts 1."""
UNKNOWN_WORTH = 0.6
"""A word inside a name that nobody knows."""
NEARLY = 0.15
"""What a name that was only nearly found costs."""
READINGS = 8
"""Ways to read one template that are tried before it is given up."""


class TemplateIndex:
    """Templates by the rarest word they need."""

    def __init__(self, templates: Iterable[Template]) -> None:
        listed = list(templates)
        every = chain.from_iterable(clause for each in listed for clause in each.clauses)
        often = Counter(every).__getitem__
        self._by_word: dict[str, list[tuple[int, Template]]] = defaultdict(list)
        self._always: list[tuple[int, Template]] = []
        for number, template in enumerate(listed):
            if not template.clauses:
                self._always.append((number, template))
                continue
            # Made anew for every one-shot turn: a sum without a loop in Python.
            for word in min(template.clauses, key=lambda clause: sum(map(often, clause))):
                self._by_word[word].append((number, template))

    def candidates(self, words: tuple[str, ...]) -> list[Template]:
        """Return the templates that these words could match, in the order of declaration."""
        said = frozenset(words)
        found = dict(self._always)
        for word in said:
            found.update(self._by_word.get(word, ()))
        return [
            template
            for _, template in sorted(found.items(), key=lambda item: item[0])
            if _begins(template, words)
            and all(not said.isdisjoint(clause) for clause in template.clauses)
        ]


def _begins(template: Template, words: tuple[str, ...]) -> bool:
    """Whether a template can begin with the first of these words."""
    first = template.states[0]
    return bool(first.slots) or not words or words[0] in first.literals


@dataclass(frozen=True, slots=True)
class _Found:
    """One way to read the words, resolved or in trouble."""

    reading: Reading
    result: Call | Trouble
    own: bool = False
    """Whether it is a name that the user gave: that goes before what ships."""
    near: bool = False
    """Whether its "it" is of the expert that did the last thing: that goes before older ones."""


class Sentences:
    """The model. ``threshold`` and ``margin`` are on the share of words accounted for, 0 to 1."""

    def __init__(
        self, *, name: str = "sentences", threshold: float = THRESHOLD, margin: float = MARGIN
    ) -> None:
        self.name, self.threshold, self.margin = name, threshold, margin
        self._index_of: tuple[Catalogue, TemplateIndex] | None = None

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        """Yield one final decision."""
        yield self.judge(request)

    def judge(self, request: Request) -> Decision:
        """Decide: pure, no input or output."""
        language = request.moment.language
        spans = Spans(request.snapshot, language)
        passed: Pass | None = None
        for tokens in variants(request):
            if found := self._read(request.part(tokens), spans):
                decision = self._decide(found)
                if not isinstance(decision, Pass):
                    return decision
                passed = passed or decision  # "now" may have been no courtesy after all
        if passed is not None:
            return passed
        loose = self._read(request.part(strip(request.tokens, language)), spans, loose=True)
        return self._decide(loose) if loose else Pass("no sentence fits", model=self.name)

    def lead(self, request: Request) -> tuple[Token, ...]:
        """Return the words before the first argument of the best reading: "turn on"."""
        language = request.moment.language
        bare = strip(request.tokens, language)
        found = self._read(request.part(bare), Spans(request.snapshot, language))
        lead = found[0].reading.lead if found else ()
        while lead and lead[-1].text in ARTICLES:
            lead = lead[:-1]
        return lead

    def _index(self, catalogue: Catalogue, language: str) -> TemplateIndex:
        if catalogue.language != language:
            return TemplateIndex(())
        if self._index_of is None or self._index_of[0] is not catalogue:
            self._index_of = (catalogue, TemplateIndex(catalogue.templates))
        return self._index_of[1]

    def _read(self, request: Request, spans: Spans, *, loose: bool = False) -> list[_Found]:
        """Return the best reading of each API, best first."""
        best: dict[str, _Found] = {}
        index = self._index(request.catalogue, request.moment.language)
        for template in index.candidates(request.words):
            api = request.catalogue.find(template.expert, template.api)
            if api is None:
                continue
            for found in self._readings(api, template, request, spans, loose=loose):
                known = best.get(api.full_name)
                if known is None or _rank(found) > _rank(known):
                    best[api.full_name] = found
        return sorted(best.values(), key=_rank, reverse=True)

    def _readings(
        self, api: Api, template: Template, request: Request, spans: Spans, *, loose: bool
    ) -> Iterable[_Found]:
        """Yield the readings of one template that resolve, or the first trouble with them."""
        open_slots = [frozenset[str]()]
        if loose:
            named = (s for s in template.slots if s in api.parameters and api.parameters[s].x_list)
            open_slots = [frozenset([slot]) for slot in named]
        for slots in open_slots:
            accept = spans.accept(api, request.words, slots)
            for match in islice(matches(template, request.words, accept), READINGS):
                if slots and not _plausible(match, slots, request.words):
                    continue
                found = self._found(api, match, request, slots)
                if isinstance(found.result, Trouble):
                    if found.result.code == "unreadable":
                        continue
                    unknown = found.result.code == "unknown_name"
                    if unknown and not _worth_saying(api, match, slots, request):
                        continue
                yield found
                if not slots:
                    break

    def _found(self, api: Api, match: Match, request: Request, loose: frozenset[str]) -> _Found:
        said = {slot: request.said(*span) for slot, span in match.spans.items()}
        first = min((start for start, _ in match.spans.values()), default=len(request.tokens))
        reading = Reading(
            api, said, 0.0, why=f"“{match.template.text}”", complete=not loose,
            lead=request.tokens[:first],
        )  # fmt: skip
        result = resolve(reading, request)
        unknown = loose if isinstance(result, Trouble) else frozenset[str]()
        worth = float(match.literals)
        for slot, (start, end) in match.spans.items():
            free = slot in api.parameters and api.parameters[slot].free
            each = WILDCARD_WORTH if free else UNKNOWN_WORTH if slot in unknown else 1.0
            worth += each * (end - start)
        score = worth / len(request.tokens) - (NEARLY if loose else 0.0)
        own = isinstance(result, Call) and any(
            is_users_own(request.catalogue, api, slot) for slot in match.spans
        )
        last = request.snapshot.memory.last_plan
        near = (
            last is not None
            and any(call.expert == api.expert for call in last.calls)
            and any(is_reference(words) or is_place(words) for words in said.values())
        )
        return _Found(replace(reading, score=max(score, 0.0)), result, own, near)

    def _decide(self, found: list[_Found]) -> Plan | Question | Pass:
        candidates = tuple(
            Candidate(f.reading.api.expert, f.reading.api.name, round(f.reading.score, 4),
                      f.reading.why, {k: str(v) for k, v in f.reading.said.items()})
            for f in found[:5]
        )  # fmt: skip
        best, score = found[0], found[0].reading.score
        if score < self.threshold:
            reason = f"{score:.2f} is below the threshold {self.threshold:.2f}"
            return Pass(reason, "below_threshold", candidates, self.name, score)
        if isinstance(best.result, Trouble) and best.result.code in {"unknown_name", "unreadable"}:
            return Pass(best.result.text, best.result.code, candidates, self.name, score)
        rival = next((f for f in found[1:] if score - f.reading.score < self.margin), None)
        if rival is not None and (best.own, best.near) > (rival.own, rival.near):
            rival = None
        if rival is not None and not isinstance(rival.result, Trouble):
            reason = (
                f"{best.reading.api.full_name} and {rival.reading.api.full_name} fit within "
                f"{self.margin:.2f}"
            )
            return Pass(reason, "ambiguous", candidates, self.name, score)
        return as_decision(best.reading, best.result, self.name, candidates)


def as_decision(
    reading: Reading, result: Call | Trouble, model: str, candidates: tuple[Candidate, ...]
) -> Plan | Question:
    """Return the plan of one call, or the question that it still needs an answer to."""
    if isinstance(result, Call):
        return Plan((result,), model, reading.score, candidates=candidates)
    return Question(
        result.text,
        "choice" if result.choices else "value",
        Plan((result.call,), model, reading.score, candidates=candidates),
        result.call.id,
        result.parameter,
        result.choices,
        model=model,
        score=reading.score,
    )


def _rank(found: _Found) -> tuple[float, int, int, int]:
    resolved = not isinstance(found.result, Trouble) or found.result.code == "choice"
    score = round(found.reading.score, 6)
    preferred = 2 * found.own + (found.near and resolved)
    return (score, preferred, int(resolved), -len(found.reading.said))


def _plausible(match: Match, loose: frozenset[str], words: tuple[str, ...]) -> bool:
    """Whether an unknown name may stand here: a short span after words that make a command."""
    for slot in loose & set(match.spans):
        start, end = match.spans[slot]
        if start == 0 or end - start > 4 or _NOT_IN_NAMES & set(words[start:end]):  # noqa: PLR2004 - a name with an article
            return False
    return match.literals > 0


def _worth_saying(api: Api, match: Match, loose: frozenset[str], request: Request) -> bool:
    """Whether "I don't know a ..." is the truth, and not a template that took too much.

    It is for people; where two or more literal words make the command plain ("turn on"; what only
    asks, as in "what is the capital", does not); or where the name ends like one of the list ("the
    pasta timer"). It is not for what another list knows.
    """
    snapshot = request.snapshot
    in_slots = {at for start, end in match.spans.values() for at in range(start, end)}
    idle = ARTICLES | _ASKING if request.words[0] in _QUESTION_WORDS else ARTICLES
    plain = sum(word not in idle for at, word in enumerate(request.words) if at not in in_slots)
    for slot in loose & set(match.spans):
        start, end = match.spans[slot]
        if is_reference(request.said(start, end)):
            continue
        bare = tuple(w for w in request.words[start:end] if w not in ARTICLES)
        if bare and grammar("number", request.moment.language).ends(bare, 0):
            return False  # "at ten am" is no name
        own = snapshot.list(str(api.parameters[slot].x_list))
        alike = own is not None and any(form[-1:] == bare[-1:] for form in own.forms())
        people = api.parameters[slot].x_list in PEOPLE
        if not (people or alike or plain > 1):
            return False
        elsewhere = (snapshot.list(name) for name in (*snapshot.household.lists, "experts"))
        if any(other and bare in other.forms() for other in elsewhere):
            return False
    return True


_QUESTION_WORDS = frozenset("what which who when where how why".split())
_ASKING = _QUESTION_WORDS | frozenset("is are was were does do did can will".split())
_NOT_IN_NAMES = frozenset(
    "and or what who when where why how is are was were do does did to if then of i you me it "
    "turn set switch in on off up down at for with from about not by every all "
    "except but than without".split()
)


def variants(request: Request) -> list[tuple[Token, ...]]:
    """Return the token sequences to try, without courtesy first."""
    bare = strip(request.tokens, request.moment.language)
    tried = [bare]
    if bare and bare[-1].text in {"there", "here"} and len(bare) > 1 and bare[-2].text != "in":
        here = bare[-1]
        tried.append((*bare[:-1], Token("in", here.start, here.start), here))
    if len(bare) != len(request.tokens):
        tried.append(request.tokens)
        tried.extend(plainly(bare))
    if len(plain := without_roughly(bare)) != len(bare):
        tried.append(plain)
    tried.extend(directly(bare))
    return tried
