"""The calls of an answer as one plan: numbers, pointers, what waits for what, what is said twice.

Calls are numbered from 1 in the order in which they were made; a model may have names of its own
for them. A pointer to a later call puts that call first. Everything that cannot be put in an order
is a fault.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from alexa_cli.catalog.expert import Effect
from alexa_cli.decide.planner.answer import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alexa_cli.catalog.expert import Api
    from alexa_cli.decide.planner.answer import RawCall
    from alexa_cli.decide.planner.arguments import Pointer
    from alexa_cli.turn import Call

TWICE = frozenset(
    "two 2 three 3 four 4 five 5 six 6 both twice thrice double another again couple pair more "
    "times each every several second copies copy".split()
)
"""Words that may mean the same thing more than once."""


@dataclass(frozen=True, slots=True)
class Link:
    """What one call needs of the others."""

    pointers: Mapping[str, str] = field(default_factory=dict)
    """Parameter to pointer: ``$1.id``."""
    after: tuple[str, ...] = ()


def link(
    raws: Sequence[RawCall], pointers: Sequence[Mapping[str, Pointer]]
) -> tuple[list[Link], list[int]] | list[Fault]:
    """Return each call's links, by number, and the order of the calls; or what is wrong.

    Numbers in links are places in the answer, from 1; ``order`` holds places from 0.
    """
    known = {str(place): str(place) for place in range(1, len(raws) + 1)}
    for place, raw in enumerate(raws, 1):
        if raw.id:
            known.setdefault(raw.id, str(place))
        known.setdefault(f"call_{place}", str(place))
    faults: list[Fault] = []
    links: list[Link] = []
    for at, (raw, pointing) in enumerate(zip(raws, pointers, strict=True)):
        made: dict[str, str] = {}
        for name, pointer in pointing.items():
            target = known.get(pointer.call)
            if target is None or target == str(at + 1):
                faults.append(Fault(_nowhere(pointer, at + 1, len(raws)), call=at))
            else:
                made[name] = f"${target}{pointer.path}"
        wanted = [known.get(one) for one in raw.after]
        after = tuple(dict.fromkeys(one for one in wanted if one and one != str(at + 1)))
        if None in wanted:
            faults.append(Fault(f"call {at + 1} waits for a call that is not there", call=at))
        links.append(Link(made, after))
    if faults:
        return faults
    order = _order(links)
    if order is None:
        return [Fault("the calls wait for each other in a circle")]
    return links, order


def _nowhere(pointer: Pointer, number: int, count: int) -> str:
    shown = f"${pointer.call}{pointer.path}"[:60]
    if count == 1:
        return f"{shown} points to an earlier call, and there is none. Copy the user's words"
    return f"call {number}: {shown} points to no other call; they are numbered 1 to {count}"


def needs(one: Link) -> set[str]:
    """Return the numbers that a call depends on."""
    return {pointer[1:].partition(".")[0] for pointer in one.pointers.values()} | set(one.after)


def _order(links: Sequence[Link]) -> list[int] | None:
    """Return the places, each after those it depends on, else as they came; None: a circle."""
    left = {place: {int(one) - 1 for one in needs(each)} for place, each in enumerate(links)}
    order: list[int] = []
    while left:
        ready = next((place for place, others in left.items() if not others), None)
        if ready is None:
            return None
        order.append(ready)
        del left[ready]
        for others in left.values():
            others.discard(ready)
    return order


def numbered(calls: Sequence[Call], order: Sequence[int]) -> tuple[Call, ...]:
    """Return the calls in order, renumbered from 1 with what points to them."""
    new = {str(place + 1): str(number) for number, place in enumerate(order, 1)}
    return tuple(_renamed(calls[place], new) for place in order)


def _renamed(call: Call, new: Mapping[str, str]) -> Call:
    arguments = {}
    for name, argument in call.arguments.items():
        if argument.pointer is not None:
            target, dot, path = argument.pointer[1:].partition(".")
            argument = replace(argument, pointer=f"${new[target]}{dot}{path}")  # noqa: PLW2901 - its new pointer
        arguments[name] = argument
    after = tuple(dict.fromkeys(new[one] for one in call.after))
    after = tuple(one for one in after if one != new[call.id])
    return replace(call, id=new[call.id], arguments=arguments, after=after)


def without_twins(
    calls: Sequence[Call], apis: Mapping[str, Api], words: Sequence[str]
) -> tuple[Call, ...]:
    """Return the calls without those that say again what the one before of that expert said.

    Models repeat themselves. What may be done twice (a timer) is kept where the words may mean
    it: "two five minute timers".
    """
    kept: list[Call] = []
    new: dict[str, str] = {}
    twice = not TWICE.isdisjoint(words)
    for call in calls:
        here = replace(_renamed_to(call, new), id=call.id)
        last = next((c for c in reversed(kept) if c.expert == call.expert), None)
        harmless = apis[call.name].effect in {Effect.READ, Effect.IDEMPOTENT}
        if last is not None and _same(last, here) and (harmless or not twice):
            new[call.id] = last.id
            continue
        new[call.id] = call.id
        kept.append(here)
    places = {call.id: str(number) for number, call in enumerate(kept, 1)}
    return tuple(_renamed(call, places) for call in kept)


def _renamed_to(call: Call, new: Mapping[str, str]) -> Call:
    return _renamed(call, {**new, call.id: call.id})


def _same(one: Call, other: Call) -> bool:
    def told(call: Call) -> dict[str, object]:
        return {name: (each.value, each.pointer) for name, each in call.arguments.items()}

    return one.name == other.name and told(one) == told(other)
