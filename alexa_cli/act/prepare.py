"""The last touches before a handler runs: defaults, what a list knows of a name, what lacks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError
from alexa_cli.turn import Argument

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.act.world import Read
    from alexa_cli.catalog.expert import Api, Parameter
    from alexa_cli.context.names import NameList
    from alexa_cli.turn import Call


class Incomplete(AlexaError):
    """A call lacks an argument that its API requires."""


def prepare(
    call: Call, api: Api, lists: Callable[[str], NameList | None] | None, read: Read | None = None
) -> Call:
    """Fill defaults, and what the context knows about names that came as bare ids.

    Calls of a plan arrive complete; those of ``steps`` and of undo are written by hand or built
    from outcomes. What a step gives in words ("at six") is read now. Raises Incomplete, and
    AlexaError for words that mean nothing.
    """
    arguments = dict(call.arguments)
    for name, parameter in api.parameters.items():
        if name not in arguments:
            if parameter.has_default:
                arguments[name] = Argument(value=parameter.default)
            elif parameter.required:
                msg = f"{api.full_name} needs {name!r}"
                raise Incomplete(msg)
        elif read is not None and _in_words(arguments[name]):
            arguments[name] = read(api, parameter, str(arguments[name].words))
        elif lists is not None:
            arguments[name] = _named(arguments[name], parameter, lists)
    return replace(call, arguments=arguments)


def _in_words(argument: Argument) -> bool:
    return argument.words is not None and argument.value is None and argument.pointer is None


def _named(
    argument: Argument, parameter: Parameter, lists: Callable[[str], NameList | None]
) -> Argument:
    if parameter.x_list is None or argument.attributes or not isinstance(argument.value, str):
        return argument
    names = lists(parameter.x_list)
    found = None if names is None else names.get(argument.value)
    if found is None:
        return argument
    spoken = argument.spoken or found.name
    return replace(argument, attributes=found.attributes, spoken=spoken)
