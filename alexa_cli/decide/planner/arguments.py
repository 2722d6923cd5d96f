"""One argument as a model wrote it, to what resolution takes: words, a member, or a value.

The user's own words come first. An alias is restored or it is a fault; a name that nobody said
must be the name of exactly one thing; a number where words are asked for is held against what was
said. Nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alexa_cli.decide.fits import is_finite
from alexa_cli.decide.model import Ref
from alexa_cli.decide.planner.answer import Fault
from alexa_cli.decide.planner.tolerant import Unread, loads
from alexa_cli.decide.references import is_reference
from alexa_cli.decide.spans import ARTICLES, NUMBER_TYPES, choice_forms
from alexa_cli.language.registry import Unreadable, grammar
from alexa_cli.language.text import MAX_CHARACTERS
from alexa_cli.language.text import words as words_of
from alexa_cli.prompt.aliases import NotRestored
from alexa_cli.prompt.tools import MAX_ENUM

if TYPE_CHECKING:
    from alexa_cli.catalog.expert import Parameter
    from alexa_cli.context.names import NameList
    from alexa_cli.decide.planner.grounding import Said
    from alexa_cli.prompt.aliases import Aliases
    from alexa_cli.turn import Json

MISTAKABLE = frozenset({"duration", "time", "date", "datetime", "recurrence", "temperature"})
"""Types whose values a model gets wrong by a unit or a day: held against the user's words."""
_POINTER = re.compile(r"[{]{0,2}\$[{]?([^.$\s{}]{1,80})((?:\.[^.$\s{}]{1,80}){0,8})[}]{0,3}")
_INSIDE = re.compile(r"\$[0-9]+\.[A-Za-z_]\w*")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,10})?")
_WHOLE = re.compile(r"^(-?\d{1,15})\.0+$")
_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Pointer:
    """``$1.id``: what an earlier call returns."""

    call: str
    """As the model names it."""
    path: str
    """``.id``, ``.items.0``, or nothing."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What an argument is taken for."""

    said: Json | Ref
    theirs: bool = False
    """Whether it is the user's own words."""


def take(
    parameter: Parameter, value: Json, said: Said, aliases: Aliases
) -> Taken | Pointer | Fault | None:
    """Return what a value means; None: the model left it out in its own way (null, "")."""
    if value is None or value in ("", [], {}):
        return None
    if isinstance(value, str):
        value = value.strip()
        if not value:
            return None
        if len(value) > MAX_CHARACTERS:
            return _fault(parameter, f"is {len(value):,} characters long")
        if (pointer := _pointer(value, said)) is not None:
            return pointer
    if not is_finite(value):
        return _fault(parameter, "is no number that means anything")
    if parameter.x_list:
        return _named(parameter, value, said, aliases)
    return _valued(parameter, value, said)


def _valued(parameter: Parameter, value: Json, said: Said) -> Taken | Fault:
    if parameter.choices:
        return _chosen(parameter, value, said)
    x_type = parameter.x_type
    if x_type is None and parameter.schema.get("type") in NUMBER_TYPES:
        x_type = "number"
    if x_type is not None:
        return _typed(parameter, x_type, value, said)
    return _plain(parameter, value, said)


def _pointer(value: str, said: Said) -> Pointer | None:
    """Return the pointer that a text is. What the user said is none: "$5" may be money."""
    match = _POINTER.fullmatch(value)
    if match is None or said.find(value) is not None:
        return None
    return Pointer(match.group(1), match.group(2))


def _named(parameter: Parameter, value: Json, said: Said, aliases: Aliases) -> Taken | Fault:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = _written(value)
    if not isinstance(value, str):
        return _fault(parameter, f"must be a name or an alias, not {_shown(value)}")
    if (theirs := said.find(value, possessive=True)) is not None:
        return Taken(theirs, theirs=True)
    name = str(parameter.x_list)
    listed = said.request.snapshot.list(name)
    if aliases.looks_like_alias(value):
        try:
            return _member(listed, name, aliases.restore(name, value), said)
        except NotRestored as error:
            wrong = str(error)
    else:
        wrong = f"nothing that it may be is called {_shown(value)}"
    if listed is not None and (entry := listed.get(value)):
        return _member(listed, name, entry.id, said)
    found = [match for match in (listed.find(value) if listed else ()) if match.how != "fuzzy"]
    if len(found) == 1:
        return _member(listed, name, found[0].id, said)
    if len(found) > 1:
        which = ", ".join(match.name for match in found[:5])
        return _fault(parameter, f"{_shown(value)} may be {which}: give the alias, or ask_user")
    if is_reference(value):
        return Taken(value)
    return _fault(parameter, f"{wrong}. Copy the user's words for it, or an alias that is shown")


def _member(listed: NameList | None, name: str, id_: str, said: Said) -> Taken:
    """Take a member of a list: by the words that name it alone, if the user said any."""
    theirs = said.naming(listed, id_) if listed is not None else None
    return Taken(Ref(name, id_)) if theirs is None else Taken(theirs, theirs=True)


def _chosen(parameter: Parameter, value: Json, said: Said) -> Taken | Fault:
    if isinstance(value, bool):
        words = ("true", "yes", "on") if value else ("false", "no", "off")
        value = next((word for word in words if word in parameter.choices), str(value).lower())
    elif isinstance(value, (int, float)):
        value = _written(value)
    known = list(parameter.choices)
    text = value if isinstance(value, str) else ""
    meant = text if text in known else _phrased(parameter, text)
    if meant is None:
        shown = f"not {_shown(value)}"
        return _fault(parameter, f"must be one of {', '.join(known[:MAX_ENUM])}, {shown}")
    theirs = said.find(text) if text not in known else None
    theirs = theirs or said.one_of(parameter.choices[meant])
    return Taken(meant) if theirs is None else Taken(theirs, theirs=True)


def _phrased(parameter: Parameter, text: str) -> str | None:
    """Return the choice that a phrase names."""
    spoken, forms = words_of(text), choice_forms(parameter)
    while spoken and spoken not in forms and spoken[0] in ARTICLES:
        spoken = spoken[1:]
    return forms.get(spoken)


def _typed(parameter: Parameter, x_type: str, value: Json, said: Said) -> Taken | Fault:
    if isinstance(value, bool) or (isinstance(value, (list, dict)) and x_type != "temperature"):
        return _fault(parameter, f"must be words for a {x_type}, not {_shown(value)}")
    theirs = None
    if isinstance(value, str):
        value = _WHOLE.sub(r"\1", value)
        theirs = said.find(value)
        if theirs is not None and _reads(x_type, theirs, said):
            return Taken(theirs, theirs=True)
        if _NUMBER.fullmatch(value) and not _reads(x_type, value, said):
            value = float(value) if "." in value else int(value)
    elif isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        value = int(value)
    if x_type == "event":
        return Taken(value)
    return _held_against(parameter, x_type, value, said, theirs)


def _held_against(
    parameter: Parameter, x_type: str, value: Json, said: Said, theirs: str | None
) -> Taken | Fault:
    """Take the words that mean the same; ask where what was said means something else."""
    reader, moment = grammar(x_type, said.request.moment.language), said.request.moment
    try:
        meant = reader.check(value, moment)
    except Unreadable as error:
        told = f"{parameter.name}: {error.reason}. Copy all of the user's words for it"
        own = theirs is not None
        return Fault(told, "unreadable" if own else "failed", error.reason if own else "")
    others: list[str] = []
    for words, each in said.values(x_type):
        if each == meant:
            return Taken(words, theirs=True)
        others.append(words)
    if others and x_type in MISTAKABLE:
        spoken = reader.say(meant, moment)
        return Fault(
            f"{parameter.name}: {_shown(value)} means {spoken}, and the user said"
            f" {others[0]!r}. Copy the user's words",
            soft=True,
        )
    return Taken(value)


def _reads(x_type: str, text: str, said: Said) -> bool:
    try:
        grammar(x_type, said.request.moment.language).read(words_of(text), said.request.moment)
    except Unreadable:
        return False
    return True


def _plain(parameter: Parameter, value: Json, said: Said) -> Taken | Fault:
    kind = parameter.schema.get("type")
    if kind == "boolean":
        given = _BOOLEANS.get(value.lower()) if isinstance(value, str) else value
        if isinstance(given, bool):
            return Taken(given)
        return _fault(parameter, f"must be true or false, not {_shown(value)}")
    if kind in {"array", "object"}:
        if isinstance(value, str):
            try:
                value = loads(value)
            except Unread:
                value = [value] if kind == "array" else value
        return Taken(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = _written(value)
    if not isinstance(value, str):
        return _fault(parameter, f"must be words, not {_shown(value)}")
    if (theirs := said.find(value)) is not None:
        return Taken(theirs, theirs=True)
    if found := _INSIDE.search(value):
        return _fault(parameter, f"{found.group()} must be the whole argument, or be left out")
    return Taken(value)


def _written(value: float) -> str:
    """As words: 5.0 is "5"."""
    return str(value) if isinstance(value, int) else f"{value:.15g}"


def _fault(parameter: Parameter, wrong: str) -> Fault:
    return Fault(f"{parameter.name}: {wrong}")


def _shown(value: Json) -> str:
    text = value if isinstance(value, str) else type(value).__name__
    text = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return repr(text) if isinstance(value, str) else {
        "dict": "an object", "list": "a list", "bool": "true or false", "int": str(value)[:20],
        "float": str(value)[:20],
    }.get(text, "that")  # fmt: skip
