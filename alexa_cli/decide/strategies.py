"""Strategies: several models in one place of the cascade, each strategy a model that may be nested.

They decide and start nothing: provisional plans go to the assistant, which alone starts calls.
What a side took is on a branch of the turn's meter, and what came to nothing is marked there.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.decide.failing import Shown, ask, has_failed, unverified
from alexa_cli.decide.sides import Sides
from alexa_cli.turn import Answer, Pass, Plan, Question, Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Sequence

    from alexa_cli.decide.model import Model, Request
    from alexa_cli.decide.sides import Side
    from alexa_cli.turn import Call, Candidate, Decision


class Race:
    """Asks all at once. The first that plans, asks or answers wins; the others are closed.

    Who begins to answer in words has answered. A refusal counts only if nobody answers, a pass
    only if nobody refuses.
    """

    def __init__(self, models: Sequence[Model], *, mark: str = "") -> None:
        self.models = tuple(models)
        self.name = f"race({', '.join(model.name for model in models)})"
        self._labels = labels(models, mark)

    async def decide(self, request: Request) -> AsyncGenerator[Decision, None]:
        """Yield provisional plans and the winner's words as they come, then the final decision."""
        late: list[tuple[Side, Pass | Refusal]] = []
        async with (
            Sides(request, list(zip(self._labels, self.models, strict=True))) as sides,
            aclosing(sides.news()) as news,
        ):
            async for side, decision in news:
                if isinstance(decision, Pass | Refusal) and decision.final:
                    late.append((side, decision))
                    yield replace(decision, final=False)
                    continue
                if decision.final or isinstance(decision, Answer):
                    await self._wins(side, sides)
                yield decision
                if decision.final:
                    return
            ended = [decision for _, decision in late]
            winner = next((side for side, d in late if isinstance(d, Refusal)), None)
            for side in sides.all:
                if side is not winner:
                    side.meter.throw_away()
            yield nobody(ended, self.name)

    async def _wins(self, winner: Side, sides: Sides) -> None:
        losers = [side for side in sides.all if side is not winner and not side.dropped]
        for side in losers:
            side.meter.throw_away()
        await sides.close(*losers)


class Fallback:
    """Asks one after the other, the next one if the one before could not be asked."""

    def __init__(self, models: Sequence[Model], *, mark: str = "") -> None:
        self.models = tuple(models)
        self.name = f"fallback({', '.join(model.name for model in models)})"
        self._labels = labels(models, mark)

    async def decide(self, request: Request) -> AsyncGenerator[Decision, None]:
        """Yield what the first one decides that can be asked; a failure is told, not final."""
        shown, failed = Shown(), list[Pass]()
        for label, model in zip(self._labels, self.models, strict=True):
            meter = request.meter.on_branch(label)
            async with aclosing(ask(model, replace(request, meter=meter))) as decisions:
                async for decision in decisions:
                    told = shown.after(decision)
                    if has_failed(told):
                        failed.append(told)
                        yield replace(told, final=False)
                        break
                    yield told
                    if told.final:
                        return
            meter.throw_away()
        yield nobody(failed, self.name)


class Speculate:
    """A fast draft and an accurate verify, asked at once.

    The draft's plan is provisional: what is safe of it starts at once, and stands if verify's plan
    holds it too. Verify has the last word; if it cannot be asked, the draft stands, unverified.
    """

    def __init__(self, draft: Model, verify: Model, *, mark: str = "") -> None:
        self.draft, self.verify = draft, verify
        self.models = (draft, verify)
        self.name = f"speculate({draft.name}, {verify.name})"
        self._sides = ((f"draft{mark}", draft), (f"verify{mark}", verify))

    async def decide(self, request: Request) -> AsyncGenerator[Decision, None]:
        """Yield the draft's plan, not final, and then what verify decides."""
        shown = Shown()
        async with Sides(request, self._sides) as sides, aclosing(sides.news()) as news:
            draft, verify = sides.all
            spoken = False  # once verify has begun to answer, the draft is of no interest
            async for side, decision in news:
                if side is verify:
                    if decision.final:
                        break
                    spoken = spoken or not isinstance(decision, Pass)
                    yield shown.after(decision)
                elif not spoken and verify.final is None and not isinstance(decision, Answer):
                    yield unverified(replace(decision, final=False))
            judged = verify.final or _too_late(verify)
            if not has_failed(judged):
                if not agree(draft.final, judged):
                    draft.meter.throw_away()
                yield shown.after(judged)
                return
            verify.meter.throw_away()
            yield replace(shown.after(judged), final=False)
            async for side, decision in news:  # the draft is late, but it is all there is
                if side is draft and not decision.final:
                    yield shown.after(unverified(decision))
            yield shown.after(self._stands(draft, judged))

    def _stands(self, draft: Side, failed: Pass) -> Decision:
        """Return what is left if verify could not be asked."""
        stood = draft.final or _too_late(draft)
        if isinstance(stood, Pass):
            draft.meter.throw_away()
            return replace(failed, candidates=failed.candidates or stood.candidates)
        return unverified(stood)


def _too_late(side: Side) -> Pass:
    return Pass(f"{side.model.name} did not answer in time.", "unreachable", model=side.model.name)


def labels(models: Sequence[Model], mark: str) -> list[str]:
    """Return a branch of the meter for each model: distinct, without the dot that nests."""
    names = [model.name.replace(".", "_") for model in models]
    return [
        f"{name}{mark}" if names.count(name) == 1 else f"{name}{mark}#{place}"
        for place, name in enumerate(names, 1)
    ]


def nobody(ended: Sequence[Decision], name: str) -> Pass | Refusal:
    """Return what is left if nobody answered: a refusal, else an honest pass, else a failure."""
    refusal = next((d for d in ended if isinstance(d, Refusal)), None)
    if refusal is not None:
        return refusal
    passes = [decision for decision in ended if isinstance(decision, Pass)]
    first = next((each for each in passes if not has_failed(each)), None) or next(
        iter(passes), Pass(f"{name} did not answer in time.", "unreachable", model=name)
    )
    return replace(first, candidates=_all_candidates(passes), final=True)


def _all_candidates(passes: Iterable[Pass]) -> tuple[Candidate, ...]:
    seen: dict[str, Candidate] = {}
    for each in passes:
        for candidate in each.candidates:
            seen.setdefault(candidate.name, candidate)
    return tuple(seen.values())


def agree(one: Decision | None, other: Decision) -> bool:
    """Whether a draft was of use: it holds a call of the final plan, or is the same question.

    Only values count, as in adoption.
    """
    if isinstance(one, Question) and isinstance(other, Question):
        return (one.parameter, _said(one.plan)) == (other.parameter, _said(other.plan))
    if isinstance(one, Plan) and isinstance(other, Plan):
        final = _said(other)
        return any(call in final for call in _said(one))
    return False


def _said(plan: Plan) -> list[tuple[str, dict[str, object]]]:
    def values(call: Call) -> dict[str, object]:
        return {name: each.pointer or each.value for name, each in call.arguments.items()}

    return [(call.name, values(call)) for call in plan.calls]
