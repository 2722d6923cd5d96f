"""Which calls wait for a yes, and what is left to ask once the others have run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from alexa_cli.act.graph import dependencies, in_order, needs, step_apis
from alexa_cli.act.pointers import NothingThere, pointed_at, resolve
from alexa_cli.act.world import find_api
from alexa_cli.catalog.expert import DEEPEST_STEPS, Effect
from alexa_cli.turn import Outcome, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.act.world import Experts
    from alexa_cli.catalog.expert import Api
    from alexa_cli.turn import Call


UNCONFIRMED = "nobody said yes"


def needs_confirmation(call: Call, catalogue: Experts, *, verified: bool = True) -> bool:
    """Whether a call must not run before somebody said yes.

    What its API, or an API that its steps call, says with ``confirm``; and whatever is
    irreversible when the plan was not verified; whatever a guard doubts. What has nothing to run
    needs no yes.
    """
    api = find_api(catalogue, call)
    if call.doubt and api is not None and api.run is not None:
        return True
    return api is not None and _needs(api, catalogue, verified=verified, depth=0, call=call)


def _needs(
    api: Api, catalogue: Experts, *, verified: bool, depth: int, call: Call | None = None
) -> bool:
    if api.run is None:
        return False
    steps = step_apis(api, catalogue, call) if api.run.kind == "steps" else []
    if api.confirm or steps is None:  # what nobody knows needs a yes
        return True
    listed = isinstance(api.run.spec.get("steps"), str)
    if not verified and api.effect is Effect.IRREVERSIBLE and not listed:
        return True
    if depth > DEEPEST_STEPS:
        return False
    return any(_needs(step, catalogue, verified=verified, depth=depth + 1) for step in steps)


def split(plan: Plan, catalogue: Experts) -> tuple[Plan, Plan]:
    """Part a plan in what runs now and what waits for a yes, each in the plan's order.

    What depends on a waiting call waits with it. Raises BadPlan.
    """
    depends = dependencies(plan.calls)
    waiting: set[str] = set()
    calls = {call.id: call for call in plan.calls}
    for one in in_order(depends):
        asks = needs_confirmation(calls[one], catalogue, verified=plan.verified)
        if asks or depends[one] & waiting:
            waiting.add(one)
    now = tuple(call for call in plan.calls if call.id not in waiting)
    later = tuple(call for call in plan.calls if call.id in waiting)
    return replace(plan, calls=now), replace(plan, calls=later)


@dataclass(frozen=True, slots=True)
class Pending:
    """What is left to ask about."""

    plan: Plan
    """Its calls stand alone: what they needed from the part that ran is filled in."""
    skipped: tuple[Outcome, ...] = ()
    """Calls that need not be asked about, because what they depend on failed."""


def pending(later: Plan, outcomes: Sequence[Outcome]) -> Pending:
    """Make the waiting part of a plan independent of the part that ran.

    ``outcomes`` are those of the part that ran. The question may be answered in another process,
    so pointers into that part become values here.
    """
    ran = {outcome.call.id: outcome for outcome in outcomes}
    kept: dict[str, Call] = {}
    skipped: dict[str, Outcome] = {}
    here = {call.id for call in later.calls}
    calls = {call.id: call for call in later.calls}
    depends = {call.id: needs(call) for call in later.calls}
    for one in in_order({call: depends[call] & here for call in depends}):
        call = calls[one]
        if broken := [
            other for other in sorted(depends[one])
            if other in skipped or (other in ran and ran[other].status not in {"done", "decided"})
        ]:  # fmt: skip
            failed = skipped.get(broken[0]) or ran[broken[0]]
            skipped[one] = because_of(call, failed)
            continue
        inside = {n: a for n, a in call.arguments.items() if pointed_at(a) in here}
        outside = {n: a for n, a in call.arguments.items() if n not in inside}
        try:
            filled = {**inside, **resolve(outside, ran)}
        except NothingThere as error:
            skipped[one] = Outcome(call, status="failed", error=error.message)
            continue
        arguments = {name: filled[name] for name in call.arguments}
        after = tuple(other for other in call.after if other in here)
        kept[one] = replace(call, arguments=arguments, after=after)
    left = tuple(kept[call.id] for call in later.calls if call.id in kept)
    return Pending(replace(later, calls=left), tuple(skipped.values()))


def because_of(call: Call, failed: Outcome) -> Outcome:
    """The outcome of a call that was skipped because another one failed."""
    name = failed.call.name
    reason = "was not confirmed" if failed.status == "unconfirmed" else "did not work"
    return Outcome(call, status="skipped", error=f"{name}, which it needs, {reason}")


def unconfirmed(plan: Plan) -> tuple[Outcome, ...]:
    """Outcomes of calls that nobody could be asked about, or that were answered with no."""
    return tuple(Outcome(call, status="unconfirmed", error=UNCONFIRMED) for call in plan.calls)
