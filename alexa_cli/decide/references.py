"""What "it", "there" and "the other one" stand for, from what the conversation remembers.

A pronoun stands for the target of the last call: the same argument if the last call had one of
that list, else every named argument that both APIs share ("turn on the kitchen lights", "turn
them off" has no device, but an area and a kind).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.language.text import words
from alexa_cli.turn import Argument

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api
    from alexa_cli.context.conversation import ConversationState
    from alexa_cli.context.snapshot import Snapshot
    from alexa_cli.turn import Call, Choice

PRONOUNS = frozenset(
    {("it",), ("that",), ("this",), ("them",), ("those",), ("these",), ("that", "one"),
     ("this", "one"), ("him",), ("her",), ("there",), ("here",), ("in", "there"),
     ("the", "same"), ("the", "same", "one"), ("both",), ("all", "of", "them")}
)  # fmt: skip
OTHER = frozenset(
    {("the", "other", "one"), ("the", "other"), ("other", "one"), ("that", "other", "one")}
)


def is_reference(said: str) -> bool:
    """Whether these words only point at something said before."""
    return words(said) in PRONOUNS or words(said) in OTHER


def stands_for(
    said: str, api: Api, parameter: str, snapshot: Snapshot, catalogue: Catalogue
) -> Mapping[str, Argument] | None:
    """Return the arguments of ``api`` that a reference stands for; None: nothing known."""
    memory = snapshot.memory
    if words(said) in OTHER:
        other = other_choice(memory)
        if other is None or memory.alternatives is None:
            return None
        asked = memory.alternatives
        call = next((c for c in asked.plan.calls if c.id == asked.call), None)
        if call is None or asked.parameter is None:
            return None
        listed = _list_of(catalogue, call, asked.parameter)
        if listed is None or listed != api.parameters[parameter].x_list:
            return None
        return {parameter: other.argument}
    wanted = api.parameters[parameter].x_list or ""
    members = snapshot.list(wanted)
    for call in reversed(memory.last_plan.calls if memory.last_plan else ()):
        for argument in call.arguments.values():
            # The same list, or another one that has the same member: every light is a device.
            if members and isinstance(argument.value, str) and members.get(argument.value):
                return {parameter: argument}
        if call.expert == api.expert and (shared := _shared(catalogue, call, api)):
            return shared
    if spoken_of := memory.referents.get(wanted):
        return {parameter: Argument(spoken_of[0])}
    return None


def other_choice(memory: ConversationState) -> Choice | None:
    """Return the one choice that was not taken, where the last question had exactly two."""
    asked, taken = memory.alternatives, memory.chosen
    if asked is None or len(asked.choices) != 2 or not taken:  # noqa: PLR2004 - "other" of two
        return None
    left = [choice for choice in asked.choices if choice.spoken != taken]
    return left[0] if len(left) == 1 else None


def _list_of(catalogue: Catalogue, call: Call, parameter: str) -> str | None:
    api = catalogue.find(call.expert, call.api)
    return api.parameters[parameter].x_list if api and parameter in api.parameters else None


def _shared(catalogue: Catalogue, call: Call, api: Api) -> dict[str, Argument]:
    """Return the named arguments of a call as arguments of another API: all of them, or none.

    "Turn off the kitchen lights" must not become everything in the kitchen.
    """
    before = catalogue.find(call.expert, call.api)
    if before is None:
        return {}
    found: dict[str, Argument] = {}
    for name, argument in call.arguments.items():
        was = before.parameters.get(name)
        if was is None or argument.value is None or not (was.x_list or was.choices):
            continue
        now = api.parameters.get(name)
        if now is not None and (now.x_list, now.choices) == (was.x_list, was.choices):
            found[name] = argument
        elif was.x_list:
            return {}
    return found
