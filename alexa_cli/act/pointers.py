"""Pointers: an argument taken from an earlier call's outcome (``$1.items.0.id``)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alexa_cli.turn import Argument, Json, Outcome

_POINTER = re.compile(r"\$([^.$\s]+)((?:\.[^.$\s]+)*)")


class NothingThere(AlexaError):
    """A pointer leads nowhere."""


def split_pointer(pointer: str) -> tuple[str, tuple[str, ...]]:
    """``$1.items.0`` to ``("1", ("items", "0"))``. Raises NothingThere if it is no pointer."""
    match = _POINTER.fullmatch(pointer)
    if match is None:
        msg = f"{pointer!r} is no pointer to an earlier call"
        raise NothingThere(msg)
    return match.group(1), tuple(match.group(2).split(".")[1:])


def pointed_at(argument: Argument) -> str | None:
    """The id of the call that an argument points to, None if it holds its own value."""
    if argument.pointer is None:
        return None
    match = _POINTER.fullmatch(argument.pointer)
    return match.group(1) if match else argument.pointer


def follow(value: Json, path: Sequence[str], pointer: str) -> Json:
    """Walk ``path`` into a JSON value: keys of objects, places (from 0) of lists.

    Raises NothingThere, which says at which step there was nothing.
    """
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isascii() and step.isdigit():
            if int(step) >= len(value):
                msg = f"{pointer}: there are only {len(value)} items, and none at {step}"
                raise NothingThere(msg)
            value = value[int(step)]
        else:
            msg = f"{pointer}: the earlier result has no {step!r}"
            raise NothingThere(msg)
    return value


def resolve(
    arguments: Mapping[str, Argument], outcomes: Mapping[str, Outcome]
) -> dict[str, Argument]:
    """Arguments with every pointer replaced by its value. Raises NothingThere."""
    resolved: dict[str, Argument] = {}
    for name, argument in arguments.items():
        if argument.pointer is None:
            resolved[name] = argument
            continue
        one, path = split_pointer(argument.pointer)
        outcome = outcomes.get(one)
        if outcome is None or outcome.status != "done":
            msg = f"{argument.pointer}: call {one} has no result"
            raise NothingThere(msg)
        value = follow(outcome.value, path, argument.pointer)
        resolved[name] = replace(argument, value=value, pointer=None)
    return resolved
