"""Adoption, call by call: which of the calls that an attempt started stand.

A started call stands if the final plan holds a call with the same expert, API and resolved
arguments; each is matched once. Order, ids, wording, score and model do not count: values do.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from alexa_cli.act.graph import dependencies, in_order
from alexa_cli.act.pointers import NothingThere, resolve
from alexa_cli.act.world import find_api

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from alexa_cli.act.world import Experts
    from alexa_cli.turn import Argument, Call, Json, Outcome, Plan

Key: TypeAlias = "tuple[str, str, Hashable]"


@dataclass(frozen=True, slots=True)
class Adoption:
    """What became of started calls."""

    kept: Mapping[str, str] = field(default_factory=dict)
    """Id of the final call to id of the started call that stands for it."""
    discarded: tuple[str, ...] = ()
    """Ids of the other started calls, in the order in which they were started."""


def adopt(
    started: Sequence[Call],
    final: Plan,
    catalogue: Experts,
    outcomes: Mapping[str, Outcome] | None = None,
) -> Adoption:
    """Match started calls to the calls of the final plan.

    ``started``: in the order of starting, ids distinct, arguments resolved. ``outcomes``: by id of
    started call, as far as they ended: a final call that points to an adopted one is compared by
    the value it would get. Raises BadPlan.
    """
    free: dict[Key, list[str]] = {}
    for call in started:
        if (key := _key(call, call.arguments, catalogue)) is not None:
            free.setdefault(key, []).append(call.id)
    calls = {call.id: call for call in final.calls}
    known: dict[str, Outcome] = {}
    kept: dict[str, str] = {}
    depends = dependencies(final.calls)
    for one in in_order(depends):
        try:
            arguments = resolve(calls[one].arguments, known)
        except NothingThere:
            continue
        key = _key(calls[one], arguments, catalogue)
        if key is None or not free.get(key):
            continue
        kept[one] = free[key].pop(0)
        if outcomes is not None and kept[one] in outcomes:
            known[one] = outcomes[kept[one]]
    adopted = set(kept.values())
    discarded = tuple(call.id for call in started if call.id not in adopted)
    return Adoption({c.id: kept[c.id] for c in final.calls if c.id in kept}, discarded)


def _key(call: Call, arguments: Mapping[str, Argument], catalogue: Experts) -> Key | None:
    """What must be equal; None for a call whose arguments are not known yet."""
    if any(argument.pointer is not None for argument in arguments.values()):
        return None
    values = {name: argument.value for name, argument in arguments.items()}
    api = find_api(catalogue, call)
    for name, parameter in api.parameters.items() if api is not None else ():
        if parameter.has_default:
            values.setdefault(name, parameter.default)
    return call.expert, call.api, canonical(dict(values))


def canonical(value: Json) -> Hashable:
    """A hashable form that is equal exactly for equal JSON: 1 is 1.0 but not true."""
    if isinstance(value, dict):
        return "{", frozenset((key, canonical(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return "[", tuple(canonical(item) for item in value)
    if isinstance(value, bool) or value is None:
        return "!", str(value)
    return ("#", value) if isinstance(value, int | float) else ("'", value)
