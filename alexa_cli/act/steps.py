"""``steps`` handlers: one call that is a plan of other calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.act.graph import steps_of
from alexa_cli.act.undo import undo_call
from alexa_cli.catalog.context import HandlerFailed
from alexa_cli.catalog.placeholders import (
    MISSING,
    Missing,
    Placeholder,
    fill,
    look_up_argument,
    whole,
)
from alexa_cli.turn import Argument, Call, Outcome, Trust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.act.world import Experts
    from alexa_cli.catalog.expert import Api
    from alexa_cli.turn import Json


def expand(call: Call, api: Api) -> tuple[Call, ...]:
    """The calls that a call of a ``steps`` API stands for; ids ``1``, ``2``, ... by place.

    Raises HandlerFailed for a declaration that cannot be expanded.
    """
    steps = steps_of(api, call)
    if not steps:
        msg = f"{api.full_name} has no steps"
        raise HandlerFailed(msg)
    return tuple(_step(step, at, call, api) for at, step in enumerate(steps, 1))


def _step(step: Json, at: int, call: Call, api: Api) -> Call:
    named = step.get("call") if isinstance(step, dict) else None
    arguments = step.get("arguments", {}) if isinstance(step, dict) else None
    if not isinstance(named, str) or not isinstance(arguments, dict):
        msg = f"step {at} of {api.full_name} names no call"
        raise HandlerFailed(msg)
    expert, _, name = named.rpartition(".")
    spoken = step.get("words", {}) if isinstance(step, dict) else {}
    if api.run is not None and isinstance(api.run.spec.get("steps"), str):
        # What a list holds is values: a note that begins with "$" is no placeholder.
        kept = {key: Argument(value=value) for key, value in arguments.items()}
    else:
        filled = {key: _argument(value, call, at, api) for key, value in arguments.items()}
        kept = {key: value for key, value in filled.items() if value is not None}
    for key, value in spoken.items() if isinstance(spoken, dict) else ():
        kept[key] = Argument(words=str(value))
    return Call(expert or api.expert, name, kept, str(at))


def _argument(value: Json, call: Call, at: int, api: Api) -> Argument | None:
    """None: the parameter it would take its value from was not given."""
    placeholder = whole(value) if isinstance(value, str) else None
    if placeholder is not None and placeholder.name.isdigit():
        return Argument(pointer=str(placeholder))
    if placeholder is not None and not placeholder.path:
        return call.arguments.get(placeholder.name)

    def look_up(inner: Placeholder) -> Json | Missing:
        if inner.name.isdigit():
            msg = f"step {at} of {api.full_name}: {inner} must be a whole argument"
            raise HandlerFailed(msg)
        return look_up_argument(call.arguments, inner)

    filled = fill(value, look_up)
    return None if filled is MISSING else Argument(value=filled)


def sum_up(call: Call, parts: Sequence[Outcome], catalogue: Experts) -> Outcome:
    """What became of the whole.

    Its value is that of the last step that has one. What fails in a part fails in the whole; the
    parts that were done stand. Its undo is empty unless declared: ``plan_undo`` takes the parts
    back one by one, the last one first.
    """
    bad = [part for part in parts if part.status in {"failed", "skipped", "unconfirmed"}]
    if bad:
        done = sum(part.status == "done" for part in parts)
        error = f"{done} of {len(parts)} steps of {call.name} were done: {bad[0].error}"
        return Outcome(call, "failed", error=error)
    if parts and all(part.status == "decided" for part in parts):
        return Outcome(call, "decided")
    last = next((part for part in reversed(parts) if part.value is not None), None)
    value = None if last is None else last.value
    return Outcome(
        call,
        value=value,
        undo=undo_call(call, catalogue, value),
        source="steps",
        trust=Trust.HOUSEHOLD if last is None else last.trust,
    )
