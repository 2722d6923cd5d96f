"""Taking back: the call that undoes a call, and the plan that undoes a plan.

What was done last is taken back first, one call after the other. If one fails, those before it
are left as they are and reported so: what is below a failed undo may rest on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alexa_cli.act.pointers import NothingThere, follow
from alexa_cli.act.world import find_api
from alexa_cli.catalog.expert import Effect
from alexa_cli.catalog.placeholders import MISSING, Missing, Placeholder, fill, look_up_argument
from alexa_cli.turn import Argument, Call, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.act.world import Experts
    from alexa_cli.catalog.expert import Api
    from alexa_cli.turn import Json, Outcome


def undo_call(
    call: Call, catalogue: Experts, value: Json = None, given: Mapping[str, Json] | None = None
) -> Call | None:
    """Build the call that takes ``call`` back; None if nothing can.

    ``value`` is what it returned. ``given`` is the undo that its handler named, with literal
    arguments; without one the API's declaration holds.
    """
    api = find_api(catalogue, call)
    if api is None or api.effect is Effect.READ:
        return None
    declared = api.undo
    name = (given or {}).get("api") or (declared.api if declared is not None else None)
    target = catalogue.experts[api.expert].apis.get(name) if isinstance(name, str) else None
    if target is None:
        return None
    literal = (given or {}).get("arguments")
    if isinstance(literal, Mapping):
        values = dict(literal)
    elif given or declared is None or declared.arguments is None:
        values = _same_named(target, call, value)
    else:
        values = _declared(declared.arguments, call, value)
    if any(one.required and name not in values for name, one in target.parameters.items()):
        return None
    arguments = {name: Argument(value=one) for name, one in values.items()}
    return Call(api.expert, target.name, arguments)


def _same_named(target: Api, call: Call, value: Json) -> dict[str, Json]:
    fields = value if isinstance(value, dict) else {}
    arguments = {name: argument.value for name, argument in call.arguments.items()}
    both = {**arguments, **fields}
    return {name: both[name] for name in target.parameters if name in both}


def _declared(declared: Mapping[str, Json], call: Call, value: Json) -> dict[str, Json]:
    def look_up(placeholder: Placeholder) -> Json | Missing:
        if placeholder.name != "outcome":
            return look_up_argument(call.arguments, placeholder)
        try:
            return follow(value, placeholder.path, str(placeholder))
        except NothingThere:
            return MISSING

    filled = fill(dict(declared), look_up)
    return filled if isinstance(filled, dict) else {}


@dataclass(frozen=True, slots=True)
class Undoing:
    """How a plan can be taken back."""

    calls: tuple[Call, ...] = ()
    """In the order in which to run them."""
    stuck: tuple[Call, ...] = ()
    """What was done and cannot be taken back, in the order in which it was done."""


def plan_undo(outcomes: Sequence[Outcome], catalogue: Experts) -> Undoing:
    """See how what was done can be taken back.

    ``outcomes``: of all calls, parts of ``steps`` included, in the order in which they ended (the
    order of the ``Acted`` events).
    """
    whole = {outcome.call.id: outcome for outcome in outcomes}
    calls: list[Call] = []
    stuck: list[Call] = []
    for outcome in outcomes:
        if outcome.status != "done" or _covered(outcome, whole):
            continue
        if outcome.undo is not None:
            calls.append(outcome.undo)
        elif _changed(outcome, catalogue) and not _has_parts(outcome, whole):
            stuck.append(outcome.call)
    return Undoing(tuple(reversed(calls)), tuple(stuck))


def _covered(outcome: Outcome, whole: Mapping[str, Outcome]) -> bool:
    """Whether a part is taken back by the undo of what it is a part of."""
    parent = outcome.call.id
    while "." in parent:
        parent = parent.rpartition(".")[0]
        if parent in whole and whole[parent].status == "done" and whole[parent].undo is not None:
            return True
    return False


def _has_parts(outcome: Outcome, whole: Mapping[str, Outcome]) -> bool:
    return any(one.startswith(f"{outcome.call.id}.") for one in whole)


def _changed(outcome: Outcome, catalogue: Experts) -> bool:
    api = find_api(catalogue, outcome.call)
    return api is not None and api.run is not None and api.effect is not Effect.READ


def undo_plan(calls: Sequence[Call]) -> Plan:
    """Chain calls so that each waits for the one before it: ids ``1``, ``2``, ..."""
    chained = [
        Call(call.expert, call.api, call.arguments, str(at), (str(at - 1),) if at > 1 else ())
        for at, call in enumerate(calls, 1)
    ]
    return Plan(tuple(chained), model="undo")
