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
    from alexa_cli.context.names import NameList
    from alexa_cli.context.snapshot import Snapshot
    from alexa_cli.turn import Call, Choice

PRONOUNS = frozenset(
    {("it",), ("that",), ("this",), ("them",), ("those",), ("these",), ("that", "one"),
     ("this", "one"), ("him",), ("her",), ("there",), ("here",), ("in", "there"),
     ("the", "same"), ("the", "same", "one"), ("both",), ("all", "of", "them")}
)  # fmt: skip
PLURAL = frozenset({("them",), ("those",), ("these",), ("both",), ("all", "of", "them")})
OTHER = frozenset(
    {("the", "other", "one"), ("the", "other"), ("other", "one"), ("that", "other", "one")}
)


_PLACES = frozenset(
    "first second third fourth fifth sixth seventh eighth ninth tenth last next".split()
)


def is_reference(said: str) -> bool:
    """Whether these words only point at something said before."""
    return words(said) in PRONOUNS or words(said) in OTHER


def is_place(said: str) -> bool:
    """Whether these words point at one of what was read out: "the second one"."""
    spoken = words(said)
    return len(spoken) in {2, 3} and spoken[-1] == "one" and spoken[-2] in _PLACES


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
        for name, argument in call.arguments.items():
            # The same list, or another one that has the same member: every light is a device.
            if members and _member(members, catalogue, call, name):
                return {parameter: argument}
        if call.expert == api.expert and (shared := _shared(catalogue, call, api)):
            return shared
    if spoken_of := memory.referents.get(wanted):
        return {parameter: Argument(spoken_of[0])}
    return None


def several(
    said: str, api: Api, parameter: str, snapshot: Snapshot, catalogue: Catalogue
) -> tuple[str, ...]:
    """Return the ids that "them" or "both" stands for, where the last plan had more than one.

    A call takes one name: which of them is meant has to be asked.
    """
    plan = snapshot.memory.last_plan
    members = snapshot.list(api.parameters[parameter].x_list or "")
    if words(said) not in PLURAL or plan is None or members is None:
        return ()
    ids = [
        str(argument.value)
        for call in plan.calls
        for name, argument in call.arguments.items()
        if _member(members, catalogue, call, name)
    ]
    found = tuple(dict.fromkeys(ids))
    return found if len(found) > 1 else ()


def other_choice(memory: ConversationState) -> Choice | None:
    """Return the one choice that was not taken, where the last question had exactly two."""
    asked, taken = memory.alternatives, memory.chosen
    if asked is None or len(asked.choices) != 2 or not taken:  # noqa: PLR2004 - "other" of two
        return None
    left = [choice for choice in asked.choices if choice.spoken != taken]
    return left[0] if len(left) == 1 else None


def _member(members: NameList, catalogue: Catalogue, call: Call, name: str) -> bool:
    """Whether an argument of a call is a name, and one of these."""
    value = call.arguments[name].value
    if _list_of(catalogue, call, name) is None or not isinstance(value, str):
        return False
    return members.get(value) is not None


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
        if was is None or not (was.x_list or was.choices):
            continue
        if argument.pointer is not None:
            return {}  # it pointed into a plan that is over
        if argument.value is None:
            continue
        now = api.parameters.get(name)
        if now is not None and (now.x_list, now.choices) == (was.x_list, was.choices):
            found[name] = argument
        elif was.x_list:
            return {}
    return found
