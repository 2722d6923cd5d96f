"""``say`` templates, such as ``I'll remind you to {message}[ {due}].`` in an ``expert.yaml``.

``{x}``                      the value of ``x`` as people say it; ``{x.y}`` is a member of it
``[...]``                    drops out when a value in it is absent; may be nested
``{n|one light|# lights}``   the first form for exactly one, else the second with ``#`` said as the
                             number; a list counts its members
Nothing else. Values are data: they are never read as templates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NAME = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*", re.ASCII)
_MAX_DEPTH = 20
_GAPS = re.compile(r"\s+")
_BEFORE_PUNCTUATION = re.compile(r" +([.,;:!?])(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Said:
    """A value ready to be put into a template: its words and, if it counts something, how many."""

    text: str
    count: float | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """``{name}``, or ``{name|one|many}``."""

    name: str
    one: str | None = None
    many: str | None = None


@dataclass(frozen=True, slots=True)
class Bracketed:
    """``[...]``."""

    parts: Parts


Parts: TypeAlias = "tuple[str | Slot | Bracketed, ...]"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a template, and at which character (0 is the first)."""

    position: int
    message: str


class BadTemplate(ValueError):
    """A template that cannot be read."""

    def __init__(self, position: int, message: str) -> None:
        super().__init__(f"{message} (character {position + 1})")
        self.problem = Problem(position, message)


@lru_cache(maxsize=1_024)
def parse(text: str) -> Parts:
    """Read a template. Raises BadTemplate, which knows the position."""
    return _Reader(text).parts(depth=0)


class _Reader:
    """One pass over a template, left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def parts(self, depth: int) -> Parts:
        parts: list[str | Slot | Bracketed] = []
        opened = self._at - 1
        while self._at < len(self._text):
            start, char = self._at, self._text[self._at]
            if char == "{":
                parts.append(self._slot())
            elif char == "[":
                if depth >= _MAX_DEPTH:
                    raise BadTemplate(start, f"brackets nest deeper than {_MAX_DEPTH}")
                self._at += 1
                parts.append(Bracketed(self.parts(depth + 1)))
            elif char == "]" and depth:
                self._at += 1
                return tuple(parts)
            elif char in "]}":
                raise BadTemplate(start, f"{char!r} closes nothing")
            else:
                parts.append(self._literal())
        if depth:
            raise BadTemplate(opened, "'[' is never closed")
        return tuple(parts)

    def _literal(self) -> str:
        start = self._at
        while self._at < len(self._text) and self._text[self._at] not in "{}[]":
            self._at += 1
        return self._text[start : self._at]

    def _slot(self) -> Slot:
        start = self._at
        end = self._text.find("}", start)
        if end < 0:
            raise BadTemplate(start, "'{' is never closed")
        inner = self._text[start + 1 : end]
        for offset, char in enumerate(inner):
            if char in "{[]":
                raise BadTemplate(start + 1 + offset, f"{char!r} inside braces")
        name, *forms = inner.split("|")
        if not _NAME.fullmatch(name):
            raise BadTemplate(start + 1, f"{name!r} is no name")
        if len(forms) not in {0, 2}:
            raise BadTemplate(start + 1, "a plural is {name|form for one|form for # others}")
        self._at = end + 1
        return Slot(name, *forms)


def names(parts: Parts) -> Iterator[str]:
    """Every name a template mentions, in order, repeated where it is."""
    for part in parts:
        if isinstance(part, Slot):
            yield part.name
        elif isinstance(part, Bracketed):
            yield from names(part.parts)


def render(text: str, value: Callable[[str], Said | None]) -> str | None:
    """Fill a template; ``value`` gives what a name stands for, None for what is absent.

    Returns None when a value outside brackets is absent: then there is no sentence to say.
    Raises BadTemplate.
    """
    filled = _fill(parse(text), value)
    return None if filled is None else tidy(filled)


def _fill(parts: Parts, value: Callable[[str], Said | None]) -> str | None:
    out: list[str] = []
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Bracketed):
            out.append(_fill(part.parts, value) or "")
        else:
            said = value(part.name)
            words = None if said is None else _word(part, said)
            if words is None:
                return None
            out.append(words)
    return "".join(out)


def _word(slot: Slot, said: Said) -> str | None:
    if slot.one is None or slot.many is None:
        return said.text
    if said.count is None:
        return None
    return slot.one if said.count == 1 else slot.many.replace("#", said.text)


def tidy(text: str) -> str:
    """One line without invisible characters, doubled spaces or spaces before punctuation."""
    flat = printable(_GAPS.sub(" ", text)).strip()
    return _BEFORE_PUNCTUATION.sub(r"\1", flat)
