"""The cascade: models asked left to right until one answers.

A model answers or passes with its candidates; its score is compared with its own threshold only.
Exact models (reflex, sentences) come first, and before a model that only estimates is asked, the
words are tried as several commands with the exact ones: two full template matches are better
evidence than one guess at the whole. What nobody can place is refused honestly, with the first
reason a model had and the nearest things that can be done.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeGuard

from alexa_cli.decide import questions
from alexa_cli.decide.compound import split_and_decide
from alexa_cli.decide.reflex import Reflex
from alexa_cli.decide.sentences import Sentences
from alexa_cli.turn import Pass, Plan, Question, Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from alexa_cli.decide.model import Model, Request
    from alexa_cli.language.text import Token
    from alexa_cli.turn import Call, Candidate, Decision

NAMES_FIRST = ("unknown_name", "unreadable")
"""Reasons that say what is wrong with the user's own words: told before "I can't do that"."""
SUGGESTIONS = 3


class SmallModel(Protocol):
    """A model that decides at once, in process, so that parts of an utterance can be tried."""

    name: str

    def judge(self, request: Request) -> Decision:
        """Decide: pure, no input or output."""
        ...


def is_small(model: Model) -> TypeGuard[SmallModel]:
    """Whether a model decides at once."""
    return hasattr(model, "judge")


class Cascade:
    """Models in the order in which they are asked."""

    def __init__(self, models: Sequence[Model], *, name: str = "decide") -> None:
        self.name, self.models = name, tuple(models)

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        """Yield each model's pass as it comes (not final), then the final decision."""
        if (early := self._before_models(request)) is not None:
            yield early
            return
        passes: list[Pass] = []
        for number, model in enumerate(self.models):
            if not _is_exact(model) and (plan := self._split(request, number)) is not None:
                yield plan
                return
            last = number == len(self.models) - 1
            async with closing(model.decide(replace(request, may_ask=last))) as decisions:
                async for decision in decisions:
                    stands = not is_small(model) or request.closed_set
                    settled = decision if stands else _stands(decision, passes)
                    if not isinstance(settled, Pass):
                        yield settled
                        if settled.final:
                            return
                    elif settled.final:
                        passes.append(settled)
                        yield replace(settled, final=False)
        plan = self._split(request, len(self.models))
        yield plan if plan is not None else self._give_up(request, passes)

    def _before_models(self, request: Request) -> Decision | None:
        """What the conversation settles: a pending question, "the other one"."""
        question = request.question
        reflex = next((m for m in self.models if isinstance(m, Reflex)), None)
        phrase = reflex.judge(request) if reflex else None
        if question is None:
            if (other := questions.other_one(request)) is not None:
                return other
            declared = isinstance(phrase, Plan) or request.closed_set
            return None if declared else questions.unasked(request)
        if isinstance(phrase, Plan) and questions.takes_reflex(question, request):
            return phrase
        if (answered := questions.answer(question, request)) is not None:
            return answered
        sentences = next((m for m in self.models if isinstance(m, Sentences)), None)
        if sentences and isinstance(decision := sentences.judge(request), (Plan, Question)):
            return questions.said_in_full(question, decision)
        return questions.free_text(question, request)

    def _split(self, request: Request, before: int) -> Plan | Question | None:
        """Try the words as several commands, with the small models among the first ``before``."""
        small = [model for model in self.models[:before] if is_small(model)]
        sentences = next((m for m in small if isinstance(m, Sentences)), None)
        if not small:
            return None

        def decide(tokens: tuple[Token, ...], before: tuple[Call, ...]) -> Decision:
            part = _after(request, before).part(tokens)
            decisions = (model.judge(part) for model in small)
            placed = (d for d in decisions if isinstance(d, (Plan, Question)))
            return next(placed, Pass("no small model places this part"))

        def lead(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
            return sentences.lead(request.part(tokens)) if sentences else ()

        return split_and_decide(request, decide, lead)

    def _give_up(self, request: Request, passes: list[Pass]) -> Question | Refusal:
        if request.question is not None and (asked := questions.again(request.question)):
            return asked
        reason = next((p for p in passes if p.code in NAMES_FIRST), None)
        nearest = _nearest(passes)
        if reason is not None:
            return Refusal(reason.reason, reason.code, nearest, reason.model)
        return Refusal(cannot(request, nearest), "nobody's", nearest, self.name)


def _after(request: Request, before: tuple[Call, ...]) -> Request:
    """Return the request as if these calls had just been made: "it" may be one of their names."""
    if not before:
        return request
    memory = replace(request.snapshot.memory, last_plan=Plan(before))
    return replace(request, snapshot=replace(request.snapshot, memory=memory))


@asynccontextmanager
async def closing(decisions: AsyncIterator[Decision]) -> AsyncIterator[AsyncIterator[Decision]]:
    """Close a model's decisions however their reader ends: that cancels the model at once."""
    try:
        yield decisions
    finally:
        if (aclose := getattr(decisions, "aclose", None)) is not None:
            await aclose()


def _is_exact(model: Model) -> bool:
    return isinstance(model, (Reflex, Sentences))


def _stands(decision: Decision, passes: list[Pass]) -> Decision:
    """Return what is left of a small model's decision after what earlier models said.

    It must not act around a name that an earlier one knew to be unknown:
    "Turn off the bathroom radiator" with no such device is not "turn off the bathroom".
    """
    stuck = next((p for p in passes if p.code in NAMES_FIRST and p.candidates), None)
    if stuck is None or not isinstance(decision, (Plan, Question)):
        return decision
    plan = decision.plan if isinstance(decision, Question) else decision
    experts = {candidate.expert for candidate in stuck.candidates[:1]}
    if not any(call.expert in experts for call in plan.calls):
        return decision
    return Pass(stuck.reason, stuck.code, plan.candidates, decision.model, decision.score)


def _nearest(passes: list[Pass]) -> tuple[Candidate, ...]:
    """The candidates of all models, the last model's first (it has the widest view)."""
    seen: dict[str, Candidate] = {}
    for passed in reversed(passes):
        for candidate in passed.candidates:
            seen.setdefault(candidate.name, candidate)
    return tuple(seen.values())[:5]


def cannot(request: Request, nearest: Sequence[Candidate]) -> str:
    """Return "I can't do that yet", with the nearest things that can be done."""
    examples: list[str] = []
    for candidate in nearest[:SUGGESTIONS]:
        api = request.catalogue.find(candidate.expert, candidate.api)
        shown = api.examples.get(request.moment.language, ()) if api else ()
        if shown:
            examples.append(f"“{shown[0].text}”")
    if not examples:
        return "I can't do that yet."
    joined = examples[0] if len(examples) == 1 else f"{', '.join(examples[:-1])} or {examples[-1]}"
    return f"I can't do that yet. The nearest things I can do: {joined}."
