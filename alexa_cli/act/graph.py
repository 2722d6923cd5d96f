"""Which call waits for which: declared (``after``), by pointer (``$1.id``), and by expert.

A call *depends* on the calls it names: it is skipped when one of them fails. Beyond that, the
effects of one expert happen in the order in which they were said, and what it reads is read
between them, so that "turn everything off and turn the lamp on" ends with the lamp on. Reads of
one expert, and calls of different experts, run side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.act.pointers import pointed_at
from alexa_cli.act.world import find_api
from alexa_cli.catalog.expert import DEEPEST_STEPS, Effect
from alexa_cli.catalog.placeholders import MISSING, look_up_argument, whole
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alexa_cli.act.world import Experts
    from alexa_cli.catalog.expert import Api
    from alexa_cli.turn import Call, Json

MAX_CALLS = 100
"""A plan of more calls is refused: no person says so much in one turn."""


class BadPlan(AlexaError):
    """A plan that cannot be carried out by anybody: unknown or circular ids."""


def dependencies(calls: Sequence[Call]) -> dict[str, frozenset[str]]:
    """Each call's id to the ids it depends on.

    Raises BadPlan: an id twice or malformed, an unknown id, a circle, or too many calls.
    """
    if len(calls) > MAX_CALLS:
        msg = f"a plan of {len(calls)} calls is too long (at most {MAX_CALLS})"
        raise BadPlan(msg)
    known: dict[str, frozenset[str]] = {}
    for call in calls:
        if not call.id or any(char in call.id for char in "$. \n"):
            msg = f"{call.id!r} cannot name a call"
            raise BadPlan(msg)
        if call.id in known:
            msg = f"two calls are named {call.id!r}"
            raise BadPlan(msg)
        known[call.id] = needs(call)
    for call in calls:
        if unknown := sorted(known[call.id] - known.keys()):
            msg = f"call {call.id} waits for {unknown[0]!r}, which is not in the plan"
            raise BadPlan(msg)
    in_order(known)
    return known


def needs(call: Call) -> frozenset[str]:
    """The ids that a call depends on: those it waits for and those it points to."""
    pointed = {pointed_at(argument) for argument in call.arguments.values()}
    return frozenset(call.after) | {one for one in pointed if one is not None}


def in_order(waits: Mapping[str, Iterable[str]]) -> list[str]:
    """The ids, each after those it waits for. Raises BadPlan for a circle."""
    left = {one: set(others) for one, others in waits.items()}
    order: list[str] = []
    while left:
        ready = [one for one, others in left.items() if not others]
        if not ready:
            msg = f"calls {', '.join(sorted(left))} wait for each other"
            raise BadPlan(msg)
        order += ready
        for one in ready:
            del left[one]
        for others in left.values():
            others.difference_update(ready)
    return order


def turns(
    calls: Sequence[Call],
    catalogue: Experts,
    depends: Mapping[str, frozenset[str]],
    *,
    in_order: bool = False,
) -> dict[str, frozenset[str]]:
    """Each call's id to the ids it merely follows: earlier effects of the experts it touches.

    ``in_order``: of all experts. Where a call depends on one that was said later, that one counts
    as said before it, so that there is never a circle.
    """
    follows: dict[str, frozenset[str]] = {}
    place = {one: at for at, one in enumerate(_said_order(calls, depends))}
    said = sorted(calls, key=lambda call: place[call.id])
    seen: list[tuple[str, frozenset[str], bool]] = []
    for call in said:
        api = find_api(catalogue, call)
        touches = touched(api, catalogue, call=call)
        reads = api is None or api.effect is Effect.READ
        follows[call.id] = frozenset(
            one for one, others, other_reads in seen
            if not (reads and other_reads) and (in_order or touches & others)
        )  # fmt: skip
        seen.append((call.id, touches, reads))
    return follows


def _said_order(calls: Sequence[Call], depends: Mapping[str, frozenset[str]]) -> list[str]:
    """Plan order, bent only where a call depends on a later one."""
    order: dict[str, None] = {}

    def place(one: str) -> None:
        if one not in order:
            for other in (call.id for call in calls if call.id in depends[one]):
                place(other)
            order[one] = None

    for call in calls:
        place(call.id)
    return list(order)


def touched(
    api: Api | None, catalogue: Experts, depth: int = 0, *, call: Call | None = None
) -> frozenset[str]:
    """The experts whose state a call of ``api`` may touch: its own and those of its steps.

    ``call``: which one it is; steps that a list knows are known of a call only.
    """
    if api is None or api.run is None:
        return frozenset()
    if api.run.kind != "steps" or depth > DEEPEST_STEPS:
        return frozenset({api.expert})
    return frozenset({api.expert}).union(
        *(touched(step, catalogue, depth + 1) for step in step_apis(api, catalogue, call) or ())
    )


def steps_of(api: Api, call: Call | None) -> list[Json] | None:
    """The steps of a ``steps`` handler; None if a list knows them, and nobody looked there."""
    steps = api.run.spec.get("steps") if api.run is not None else None
    if isinstance(steps, str):
        placeholder = whole(steps)
        found = look_up_argument(call.arguments, placeholder) if call and placeholder else MISSING
        return found if isinstance(found, list) else None
    return steps if isinstance(steps, list) else []


def step_apis(api: Api, catalogue: Experts, call: Call | None = None) -> list[Api] | None:
    """The APIs that a ``steps`` handler calls, as far as they are there; None: not known."""
    steps = steps_of(api, call)
    if steps is None:
        return None
    found: list[Api] = []
    for step in steps:
        named = step.get("call") if isinstance(step, dict) else None
        expert, _, name = named.partition(".") if isinstance(named, str) else ("", "", "")
        if expert in catalogue.experts and name in catalogue.experts[expert].apis:
            found.append(catalogue.experts[expert].apis[name])
    return found
