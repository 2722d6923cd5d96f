"""Several commands in one breath: "turn off the lamp and set a timer for ten minutes".

Only after the models asked so far have passed on the whole: the exact ones first, later those that
estimate too (``cascade``). The split holds only if every part is decided and resolved; at most one
part may still need an answer. A part without a verb inherits the last one: "turn on the lamp and
the fan". With no split that holds, the whole goes on: a large model never gets half.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from alexa_cli.language.text import Token
from alexa_cli.turn import Plan, Question

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alexa_cli.decide.model import Request
    from alexa_cli.turn import Call, Decision

CONJUNCTIONS = {
    "en": (("and", "then"), ("and", "also"), ("and",), ("then",), ("also",), ("plus",), ("but",))
}
MAX_SPLITS = 5
"""Conjunctions looked at; what has more is not a command that small models should guess at."""

Tokens = tuple[Token, ...]
Decide = Callable[[Tokens, "tuple[Call, ...]"], "Decision"]
REFERRING = frozenset({"it", "them", "that", "those", "these", "this", "there", "same", "both"})


def split_and_decide(
    request: Request, decide: Decide, lead: Callable[[Tokens], Tokens]
) -> Plan | Question | None:
    """Return the plan of all parts, or None if no split holds.

    ``decide`` asks the small models about one part, given the calls of the parts before it ("add
    bread to it"); ``lead`` returns the words of a decided part before its first argument, for a
    part without a verb. Fewer parts are tried first.
    """
    known: dict[tuple[Tokens, str], Decision] = {}

    def decided(tokens: Tokens, before: tuple[Call, ...]) -> Decision:
        refers = any(token.text in REFERRING for token in tokens)
        seen = before if refers else ()
        key = (tokens, repr(seen))  # calls hold mappings, which do not hash
        if key not in known:
            known[key] = decide(tokens, seen)
        return known[key]

    for parts in _splits(request):
        decisions = _decide_parts(parts, decided, lead)
        if decisions is not None:
            return _join(decisions)
    return None


def _splits(request: Request) -> Iterator[list[Tokens]]:
    """Yield the ways to cut the words at conjunctions and commas, fewer cuts first."""
    cuts = _cuts(request)[:MAX_SPLITS]
    for count in range(1, len(cuts) + 1):
        for chosen in combinations(cuts, count):
            parts, start = [], 0
            for begin, end in chosen:
                parts.append(request.tokens[start:begin])
                start = end
            parts.append(request.tokens[start:])
            if all(parts):
                yield parts


def _cuts(request: Request) -> list[tuple[int, int]]:
    """Return the places to cut: (end of the part before, start of the part after)."""
    words, found, at = request.words, list[tuple[int, int]](), 0
    conjunctions = CONJUNCTIONS.get(request.moment.language, ())
    while at < len(words):
        match = next((c for c in conjunctions if words[at : at + len(c)] == c), ())
        if match or (at and "," in _between(request, at)):
            begin = found.pop()[0] if found and found[-1][1] == at else at
            found.append((begin, at + len(match)))  # "a and, then b" is cut once
        at += len(match) or 1
    return [cut for cut in found if cut[0] > 0 and cut[1] < len(words)]


def _between(request: Request, at: int) -> str:
    before, after = request.tokens[at - 1], request.tokens[at]
    return request.utterance.text[before.end : after.start]


def _decide_parts(
    parts: list[Tokens], decide: Decide, lead: Callable[[Tokens], Tokens]
) -> list[Decision] | None:
    decisions: list[Decision] = []
    verb: Tokens = ()
    asked = 0
    for part in parts:
        before = tuple(c for d in decisions if isinstance(d, Plan) for c in d.calls)
        decision, said = decide(part, before), part
        if not isinstance(decision, (Plan, Question)) and verb:
            said = (*verb, *part)
            decision = decide(said, before)
        if not isinstance(decision, (Plan, Question)):
            return None
        asked += isinstance(decision, Question)
        if asked > 1:
            return None
        verb = lead(said) or verb
        decisions.append(decision)
    return decisions


def _join(decisions: list[Decision]) -> Plan | Question:
    """One plan of all parts. Acting keeps the effects of one expert in the order of the plan."""
    calls: list[Call] = []
    question: Question | None = None
    verified = True
    for decision in decisions:
        assert isinstance(decision, (Plan, Question))  # noqa: S101 - _decide_parts returns no other
        plan = decision.plan if isinstance(decision, Question) else decision
        verified = verified and plan.verified
        renamed: dict[str, str] = {}
        held = decision.call if isinstance(decision, Question) else None
        for call in plan.calls:
            twin = _twin(calls, call) if call.id != held else None
            if twin is not None:  # "never mind, forget it" is one wish, said twice
                renamed[call.id] = twin.id
                continue
            renamed[call.id] = str(len(calls) + 1)
            after = tuple(renamed.get(one, one) for one in call.after)
            calls.append(replace(call, id=renamed[call.id], after=after))
        if isinstance(decision, Question):
            question = replace(decision, call=renamed[decision.call])
    models = list(dict.fromkeys(d.model for d in decisions))
    candidates = tuple(c for d in decisions if isinstance(d, Plan) for c in d.candidates[:1])
    score = min(d.score for d in decisions)
    plan = Plan(
        tuple(calls), "+".join(models), score, candidates=candidates, verified=verified
    )  # one estimate among them makes the whole an estimate
    if question is None:
        return plan
    return replace(question, plan=plan, model=plan.model)


def _twin(calls: list[Call], call: Call) -> Call | None:
    """Return the call that says the same, unless its expert was told something else since.

    "On, off, on" is three wishes.
    """
    last = next((c for c in reversed(calls) if c.expert == call.expert), None)
    return last if last is not None and _same(last, call) else None


def _same(one: Call, other: Call) -> bool:
    values = {name: argument.value for name, argument in one.arguments.items()}
    return one.name == other.name and values == {n: a.value for n, a in other.arguments.items()}
