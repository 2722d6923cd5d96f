"""Values as people say them: by the grammar of their type, else by what they look like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alexa_cli.language.say import Said
from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.catalog.expert import Api, Parameter
    from alexa_cli.language.grammar import Moment
    from alexa_cli.turn import Argument, Json, Outcome

MAX_ITEMS = 10
"""Members of a list that are said one by one."""
MAX_FENCED = 300
"""Characters of untrusted text that are repeated."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:\d\d|Z)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_PLAIN_WORDS = re.compile(r"[\w .,'%°:/+-]{1,40}")
_MAX_DEPTH = 3


def look_up(outcome: Outcome, api: Api | None, name: str, moment: Moment) -> Said | None:
    """What ``{name}`` of a ``say`` stands for: an argument, else a field of the outcome's value.

    ``name`` may lead further into it (``contact.phone``). None if there is no such value.
    """
    first, *path = name.split(".")
    argument = outcome.call.arguments.get(first)
    parameter = None if api is None else api.parameters.get(first)
    if argument is not None and argument.value is not None:
        if path:
            inner = argument.attributes.get(path[0])
            return _member(inner if inner is not None else argument.value, path[1:], moment)
        return of_argument(argument, parameter, moment)
    fields = outcome.value if isinstance(outcome.value, dict) else {}
    if path:
        said = _member(fields.get(first), path, moment)
    else:
        said = _said(fields.get(first), parameter, moment)
    return None if said is None else _trusted(said, outcome)


def of_argument(argument: Argument, parameter: Parameter | None, moment: Moment) -> Said | None:
    """An argument as people say it: as it was spoken, else by its type. None: it has no value."""
    if argument.value is None:
        return None
    said = _said(argument.value, parameter, moment)
    if said is None or argument.spoken is None:
        return said
    return Said(_flat(argument.spoken), said.count)


def of_value(outcome: Outcome, moment: Moment) -> str:
    """The value of an outcome in words; what nobody vouches for is quoted."""
    said = _said(outcome.value, None, moment)
    return "" if said is None else _trusted(said, outcome).text


def joined(items: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b, and c``."""
    if len(items) <= 2:  # noqa: PLR2004 - grammar
        return " and ".join(items)
    return f"{', '.join(items[:-1])}, and {items[-1]}"


def fenced(text: str) -> str:
    """Text that nobody vouches for, as a quotation: bounded, on one line, unable to leave it."""
    flat = _flat(text).translate(str.maketrans('“”"„‟«»', "'''''''"))
    return f"“{flat if len(flat) <= MAX_FENCED else flat[: MAX_FENCED - 1].rstrip() + '…'}”"


def _trusted(said: Said, outcome: Outcome) -> Said:
    if outcome.trust != "untrusted" or _PLAIN_WORDS.fullmatch(said.text):
        return said
    return Said(fenced(said.text), said.count)


def _member(value: Json, path: Sequence[str], moment: Moment) -> Said | None:
    for key in path:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return _said(value, None, moment)


def _said(value: Json, parameter: Parameter | None, moment: Moment) -> Said | None:
    if value is None:
        return None
    count: float | None = None
    if isinstance(value, list | dict):
        count = len(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        count = value
    return Said(_flat(_words(value, parameter, moment)), count)


def _words(value: Json, parameter: Parameter | None, moment: Moment) -> str:
    if parameter is not None and parameter.x_type is not None:
        words = _by_grammar(parameter.x_type, value, moment)
        if words is not None:
            return words
    if parameter is not None and isinstance(value, str) and value in parameter.choices:
        return value.replace("_", " ")
    return _plain(value, moment, 0)


def _plain(value: Json, moment: Moment, depth: int) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return _by_grammar("number", value, moment) or f"{value:g}"
    if isinstance(value, str):
        kind = "datetime" if _INSTANT.fullmatch(value) else "date" if _DAY.fullmatch(value) else ""
        return (_by_grammar(kind, value, moment) if kind else None) or value
    if value is None or depth >= _MAX_DEPTH:
        return "nothing" if value is None else "…"
    if isinstance(value, dict):
        for key in ("say", "name"):
            if isinstance(named := value.get(key), str):
                return named
        said = {key: _plain(one, moment, depth + 1) for key, one in value.items()}
        return joined(_some([f"{key.replace('_', ' ')} {one}" for key, one in said.items()]))
    return joined(_some([_plain(one, moment, depth + 1) for one in value])) or "nothing"


def _some(items: Sequence[str]) -> list[str]:
    if len(items) <= MAX_ITEMS:
        return list(items)
    return [*items[:MAX_ITEMS], f"{len(items) - MAX_ITEMS} more"]


def _by_grammar(x_type: str, value: Json, moment: Moment) -> str | None:
    from alexa_cli.language.registry import (  # noqa: PLC0415 - only for typed values
        Unreadable,
        grammar,
    )

    try:
        typed = grammar(x_type, moment.language)
        return typed.say(typed.check(value, moment), moment)
    except (KeyError, ImportError, AttributeError):
        return None  # a type, or a language, that nobody has taught us to say
    except Unreadable:
        return None  # an expert's value that is none of its type is said as it is


def _flat(text: str) -> str:
    return printable(" ".join(text.split()))
