"""The cascade: models asked left to right until one answers.

A model answers or passes with its candidates; its score is compared with its own threshold only.
Exact models (reflex, sentences) come first, and before a model that only estimates is asked, the
words are tried as several commands with the exact ones: two full template matches are better
evidence than one guess at the whole. A language model that cannot be asked passes, and the next
one is asked. What nobody can place is refused honestly, with the first reason a model had and the
nearest things that can be done.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeGuard

from alexa_cli.decide import questions
from alexa_cli.decide.compound import split_and_decide
from alexa_cli.decide.failing import Shown, ask, closing, has_failed
from alexa_cli.decide.following import follow_up
from alexa_cli.decide.reflex import Reflex
from alexa_cli.decide.sentences import Sentences
from alexa_cli.turn import Pass, Plan, Question, Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from alexa_cli.decide.model import Model, Request
    from alexa_cli.language.text import Token
    from alexa_cli.turn import Call, Candidate, Decision

__all__ = ["Cascade", "SmallModel", "cannot", "closing", "is_small"]

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
    """Models in the order in which they are asked.

    ``cache``: the one among them that only looks plans up: it is asked about the whole, and what
    it finds was decided by a language model. ``ahead``: what to begin, by the place of a model,
    when those before it have passed: loading, connecting.
    """

    def __init__(
        self, models: Sequence[Model], *, name: str = "decide", cache: Model | None = None,
        ahead: Mapping[int, Callable[[], None]] | None = None,
    ) -> None:  # fmt: skip
        self.name, self.models = name, tuple(models)
        self._cache, self._ahead = cache, dict(ahead or {})

    @property
    def small(self) -> tuple[SmallModel, ...]:
        """Its models that decide at once and by themselves, in order."""
        return tuple(self._small(len(self.models)))

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        """Yield each model's pass as it comes (not final), then the final decision."""
        if (early := self._before_models(request)) is not None:
            yield early
            return
        passes: list[Pass] = []
        shown, tried, before = Shown(), list[SmallModel](), Pass("")
        for number, model in enumerate(self.models):
            small = self._small(number)
            if not _is_exact(model) and small != tried:
                if (plan := _split(request, small)) is not None:
                    yield plan
                    return
                tried = small
            if number in self._ahead:
                self._ahead[number]()
            last = number == len(self.models) - 1
            async with aclosing(ask(model, replace(request, may_ask=last))) as decisions:
                async for decision in decisions:
                    settled = shown.after(self._settled(model, decision, request, passes))
                    if isinstance(settled, Pass):
                        told = replace(settled, final=False)
                        passes += [settled] if settled.final else []
                        if told != before:  # a strategy's pass is often that of its last model
                            yield told
                        before = told
                        continue
                    yield settled
                    if settled.final:
                        return
        small = self._small(len(self.models))
        plan = _split(request, small) if small != tried else None
        yield plan if plan is not None else self._give_up(request, passes)

    def _settled(
        self, model: Model, decision: Decision, request: Request, passes: list[Pass]
    ) -> Decision:
        """What a small model decides, in a strategy too, is held against what earlier ones said."""
        if self._is_cache(model) or request.closed_set:
            return decision
        if not is_small(model) and decision.model not in _small_names(model):
            return decision
        return _stands(decision, passes)

    def _small(self, before: int) -> list[SmallModel]:
        """The small models among the first ``before``."""
        return [m for m in self.models[:before] if is_small(m) and not self._is_cache(m)]

    def _is_cache(self, model: object) -> bool:
        return model is self._cache

    def _before_models(self, request: Request) -> Decision | None:
        """What the conversation settles: a pending question, "the other one"."""
        question = request.question
        reflex = next((m for m in self.models if isinstance(m, Reflex)), None)
        phrase = reflex.judge(request) if reflex else None
        if question is None:
            if (other := questions.other_one(request)) is not None:
                return other
            if isinstance(phrase, Plan) or request.closed_set:
                return None
            return questions.unasked(request) or self._follow_up(request)
        if isinstance(phrase, Plan) and questions.takes_reflex(question, request):
            return phrase
        if (answered := questions.answer(question, request)) is not None:
            return answered
        sentences = next((m for m in self.models if isinstance(m, Sentences)), None)
        if sentences and isinstance(decision := sentences.judge(request), (Plan, Question)):
            return questions.said_in_full(question, decision)
        return questions.free_text(question, request) or self._of_what_asks(request, question)

    def _of_what_asks(self, request: Request, question: Question) -> Plan | None:
        """Return a follow-up of what was done, where that is what asks: "and on monday?"."""
        last = request.snapshot.memory.last_plan
        if last is None or last.calls != question.plan.calls:
            return None
        return self._follow_up(replace(request, question=None))

    def _follow_up(self, request: Request) -> Plan | None:
        """What "and in London?" asks, where these words are no sentence of their own."""
        found = follow_up(request)
        if found is None:
            return None
        sentences = next((m for m in self.models if isinstance(m, Sentences)), None)
        own = sentences.judge(request) if sentences else None
        return None if isinstance(own, (Plan, Question)) else found

    def _give_up(self, request: Request, passes: list[Pass]) -> Question | Refusal:
        down = next((each for each in passes if has_failed(each)), None)
        if down is not None:
            return self._without(request, passes, down)
        if request.question is not None and (asked := questions.again(request.question)):
            return asked
        reason = next((p for p in passes if p.code in NAMES_FIRST), None)
        nearest = _nearest(passes)
        if reason is not None:
            return Refusal(reason.reason, reason.code, nearest, reason.model)
        return Refusal(cannot(request, nearest), "nobody's", nearest)

    def _without(self, request: Request, passes: list[Pass], down: Pass) -> Question | Refusal:
        """Answer without a model that could not be asked: what is left, and why it is no more.

        The last small model may now ask, as it might if no other came after it.
        """
        question = request.question
        if question is not None and question.kind != "open" and (q := questions.again(question)):
            return replace(q, text=f"{down.reason} {q.text}")
        if question is None and (small := self._small(len(self.models))) and down.code != "refused":
            decision = _stands(small[-1].judge(replace(request, may_ask=True)), passes)
            if isinstance(decision, Question):
                return replace(decision, text=f"{down.reason} {decision.text}", final=True)
        reason = next((p for p in passes if p.code in NAMES_FIRST), None)
        nearest = _nearest(passes)
        left = reason.reason if reason is not None else without(request, nearest)
        return Refusal(f"{down.reason} {left}".strip(), down.code, nearest, down.model)


def _split(request: Request, small: Sequence[SmallModel]) -> Plan | Question | None:
    """Try the words as several commands, with these models."""
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


def _after(request: Request, before: tuple[Call, ...]) -> Request:
    """Return the request as if these calls had just been made: "it" may be one of their names."""
    if not before:
        return request
    memory = replace(request.snapshot.memory, last_plan=Plan(before))
    return replace(request, snapshot=replace(request.snapshot, memory=memory))


def _small_names(model: Model) -> set[str]:
    """The names of the small models in a strategy."""
    parts: tuple[Model, ...] = getattr(model, "models", ())
    small = {part.name for part in parts if is_small(part)}
    return small.union(*(_small_names(part) for part in parts))


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
    return Pass(
        stuck.reason, stuck.code, plan.candidates, decision.model, decision.score, decision.final
    )


def _nearest(passes: list[Pass]) -> tuple[Candidate, ...]:
    """The candidates of all models, the last model's first (it has the widest view)."""
    seen: dict[str, Candidate] = {}
    for passed in reversed(passes):
        for candidate in passed.candidates:
            seen.setdefault(candidate.name, candidate)
    return tuple(seen.values())[:5]


def cannot(request: Request, nearest: Sequence[Candidate]) -> str:
    """Return "I can't do that yet", with the nearest things that can be done."""
    joined = _examples(request, nearest)
    if not joined:
        return "I can't do that yet."
    return f"I can't do that yet. The nearest things I can do: {joined}."


def without(request: Request, nearest: Sequence[Candidate]) -> str:
    """Return what can still be done without a language model, as far as something is near."""
    joined = _examples(request, nearest)
    return f"Without it I can still do things like {joined}." if joined else ""


def _examples(request: Request, nearest: Sequence[Candidate]) -> str:
    examples: list[str] = []
    for candidate in nearest[:SUGGESTIONS]:
        api = request.catalogue.find(candidate.expert, candidate.api)
        shown = api.examples.get(request.moment.language, ()) if api else ()
        if shown:
            examples.append(f"“{shown[0].text}”")
    return " or ".join(filter(None, (", ".join(examples[:-1]), *examples[-1:])))
