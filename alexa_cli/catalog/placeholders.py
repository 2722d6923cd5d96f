"""Placeholders in declarations: ``$param``, ``$param.attribute``, ``$outcome.field``, ``$1.field``.

A placeholder is a value, never spliced text: a string is either exactly one placeholder, and
becomes that value with its JSON type, or it is literal. ``$$`` in a literal is one dollar
sign. Only URLs (percent-encoded) and ``--option=$param`` items of ``shell`` may embed one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from alexa_cli.config.document import At
    from alexa_cli.turn import Argument, Json

EMBEDDED: Final = re.compile(r"\$\$|\$(?P<name>\d+|[A-Za-z_]\w*)(?P<path>(?:\.[A-Za-z_]\w*)*)")
"""A placeholder, or an escaped dollar sign, within a URL or an option."""


class _Missing(Enum):
    MISSING = "missing"


MISSING: Final = _Missing.MISSING
"""There is no value. None is a value."""

Missing = Literal[_Missing.MISSING]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """``$name.path``."""

    name: str
    path: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "$" + ".".join((self.name, *self.path))


def from_match(match: re.Match[str]) -> Placeholder | None:
    """Return the placeholder that ``EMBEDDED`` found; None for ``$$``."""
    if match["name"] is None:
        return None
    return Placeholder(match["name"], tuple(part for part in match["path"].split(".") if part))


def whole(text: str) -> Placeholder | None:
    """Return the placeholder that ``text`` is, None if it is literal."""
    match = EMBEDDED.fullmatch(text)
    return from_match(match) if match else None


def literal(text: str) -> str:
    """Return what a literal string means."""
    return text.replace("$$", "$")


def strings(value: Json, at: At = ()) -> Iterator[tuple[At, str]]:
    """Yield every string within ``value``, keys apart, with its place."""
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from strings(item, (*at, number))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(item, (*at, key))


def looks_spliced(text: str) -> bool:
    """Whether ``text`` holds a placeholder without being one: refused, as text is never spliced."""
    return whole(text) is None and any(from_match(m) for m in EMBEDDED.finditer(text))


def fill(value: Json, look_up: Callable[[Placeholder], Json | Missing]) -> Json | Missing:
    """Return ``value`` with placeholders replaced; members of mappings without a value drop out.

    Members of lists without a value drop out too; a lone placeholder without one is MISSING.
    """
    if isinstance(value, str):
        placeholder = whole(value)
        return literal(value) if placeholder is None else look_up(placeholder)
    if isinstance(value, list):
        items = [fill(item, look_up) for item in value]
        return [item for item in items if item is not MISSING]
    if isinstance(value, dict):
        pairs = [(key, fill(item, look_up)) for key, item in value.items()]
        return {key: item for key, item in pairs if item is not MISSING}
    return value


def look_up_argument(arguments: Mapping[str, Argument], placeholder: Placeholder) -> Json | Missing:
    """Return what ``$param`` or ``$param.attribute`` stands for; MISSING if there is nothing."""
    argument = arguments.get(placeholder.name)
    if argument is None:
        return MISSING
    if not placeholder.path:
        return argument.value
    first, *rest = placeholder.path
    if first in argument.attributes:
        return dig(argument.attributes[first], tuple(rest))
    return dig(argument.value, placeholder.path)


def dig(value: Json, path: tuple[str, ...]) -> Json | Missing:
    """Return the member of ``value`` at ``path``; MISSING if there is none."""
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return MISSING
        value = value[key]
    return value
