"""The last step of every model: words to values, names to ids, or what stands in the way.

``x-type`` reads words by its grammar, ``x-list`` finds names, ``enum`` and ``x-choices`` look
their phrases up, a plain string stays as the user said it. A model's own values (not words) are
checked, never trusted. What cannot be resolved is a ``Trouble`` with a code for the cascade and a
sentence for the user.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, NoReturn

from alexa_cli.decide.fits import breaks_schema, is_finite
from alexa_cli.decide.model import Reading, Ref
from alexa_cli.decide.references import is_reference, several, stands_for
from alexa_cli.decide.spans import ARTICLES, NUMBER_TYPES, choice_forms
from alexa_cli.language.half import of_the_morning
from alexa_cli.language.registry import Unreadable, grammar
from alexa_cli.language.text import words as words_of
from alexa_cli.turn import Argument, Call, Choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.catalog.expert import Api, Parameter
    from alexa_cli.context.names import NameList
    from alexa_cli.decide.model import Request
    from alexa_cli.turn import Json

_POINTER = re.compile(r"\$[0-9]+(\.\w+)*")
PEOPLE = frozenset({"contacts", "people"})
"""Lists whose members are people."""
MAX_CHOICES = 8
"""More names than this are too many to read out: the user is asked to say more."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a reading is no call yet."""

    code: Literal["unknown_name", "unreadable", "missing", "choice"]
    text: str
    """For the user: a question for ``missing`` and ``choice``, a statement for the others."""
    call: Call
    """With what is already resolved."""
    parameter: str
    choices: tuple[Choice, ...] = ()


class _Stuck(Exception):
    def __init__(self, code: Literal["unknown_name", "unreadable", "choice"], text: str,
                 choices: tuple[Choice, ...] = ()) -> None:  # fmt: skip
        super().__init__(text)
        self.code, self.text, self.choices = code, text, choices


@dataclass(slots=True)
class _Work:
    reading: Reading
    request: Request
    arguments: dict[str, Argument] = field(default_factory=dict)

    @property
    def call(self) -> Call:
        api = self.reading.api
        order = [name for name in api.parameters if name in self.arguments]
        return Call(api.expert, api.name, {name: self.arguments[name] for name in order})


def resolve(reading: Reading, request: Request) -> Call | Trouble:
    """Return the call that ``reading`` means, or the first trouble with it."""
    work = _Work(reading, request)
    stuck: list[tuple[str, _Stuck]] = []
    for name, said in reading.said.items():
        parameter = reading.api.parameters.get(name)
        if parameter is None:
            continue
        try:
            work.arguments.update(_resolve_one(parameter, said, work))
        except _Stuck as error:
            stuck.append((name, error))
    if stuck:
        return _trouble(stuck, work)
    return finish(work.call, reading.api)


def _trouble(stuck: list[tuple[str, _Stuck]], work: _Work) -> Trouble:
    """Return what to tell first: no answer to "which one?" helps against an unknown name.

    Of several names to ask about, the later ones wait in the call as words without a value.
    """
    name, why = next((each for each in stuck if each[1].code != "choice"), stuck[0])
    if why.code == "choice":
        for other, _ in stuck[1:]:
            work.arguments[other] = Argument(words=_words(work.reading.said[other]))
    return Trouble(why.code, why.text, work.call, name, why.choices)


def _words(said: Json | Ref) -> str:
    return said.id if isinstance(said, Ref) else str(said)


def is_open(argument: Argument) -> bool:
    """Whether an argument of a held call is still words that nobody has resolved."""
    return argument.value is None and argument.pointer is None and argument.words is not None


def finish(call: Call, api: Api) -> Call | Trouble:
    """Return the call with defaults filled in, in the API's order, or what it still lacks."""
    arguments: dict[str, Argument] = {}
    lacks: Parameter | None = None
    for name, parameter in api.parameters.items():
        if name in call.arguments:
            arguments[name] = call.arguments[name]
        elif parameter.has_default:
            arguments[name] = Argument(parameter.default)
        elif parameter.required:
            lacks = lacks or parameter
    whole = replace(call, arguments=arguments)
    return Trouble("missing", ask_for(lacks), whole, lacks.name) if lacks else whole


def resolve_value(
    api: Api, parameter: Parameter, said: Json, request: Request
) -> Argument | Trouble | None:
    """Resolve one answer to a question, on its own; None: these words are no such value."""
    work = _Work(Reading(api, {parameter.name: said}, 1.0), request)
    try:
        return _resolve_one(parameter, said, work).get(parameter.name)
    except _Stuck as error:
        if error.code == "choice":
            return Trouble("choice", error.text, work.call, parameter.name, error.choices)
        return None


def _resolve_one(parameter: Parameter, said: Json | Ref, work: _Work) -> dict[str, Argument]:
    if isinstance(said, Ref):
        return {parameter.name: _referred(parameter, said, work.request)}
    if work.reading.pointers and isinstance(said, str) and _POINTER.fullmatch(said):
        return {parameter.name: Argument(pointer=said)}
    if parameter.x_list:
        return _name(parameter, said, work)
    if parameter.choices:
        return {parameter.name: _choice(parameter, said)}
    if not is_finite(said):
        raise _Stuck("unreadable", "That is not a number.")
    x_type = parameter.x_type
    if x_type is None and parameter.schema.get("type") in NUMBER_TYPES:
        x_type = "number"
    if x_type is not None:
        argument = _typed(x_type, parameter, said, work.request)
    else:
        argument = Argument(said, said if isinstance(said, str) else None)
    problem = breaks_schema(parameter.schema, argument.value)
    if problem:
        raise _Stuck("unreadable", f"{_shown(said)} {problem}.")
    return {parameter.name: argument}


def _typed(x_type: str, parameter: Parameter, said: Json, request: Request) -> Argument:
    reader = grammar(x_type, request.moment.language)
    try:
        if not isinstance(said, str):
            return Argument(reader.check(said, request.moment))
        spoken = words_of(said)
        if not spoken:
            raise _Stuck("unreadable", f"I need {_a(parameter)}.")
        try:
            value = reader.read(spoken, request.moment)
        except Unreadable:
            value = reader.check(said, request.moment)
        if parameter.half is not None:
            value = of_the_morning(x_type, value, said, request.moment)
        return Argument(value, said)
    except Unreadable as error:
        raise _Stuck("unreadable", error.reason) from error


def _choice(parameter: Parameter, said: Json) -> Argument:
    if isinstance(said, str):
        spoken = words_of(said)
        forms = choice_forms(parameter)
        while spoken and spoken not in forms and spoken[0] in ARTICLES:
            spoken = spoken[1:]
        if (value := forms.get(spoken)) is not None:
            return Argument(value, said, said)
    if isinstance(said, str) and said in parameter.choices:
        return Argument(said)
    known = ", ".join(phrases[0] for phrases in list(parameter.choices.values())[:MAX_CHOICES])
    raise _Stuck("unreadable", f"{_shown(said)} is not one of {known}.")


def _name(parameter: Parameter, said: Json, work: _Work) -> dict[str, Argument]:
    request, api = work.request, work.reading.api
    listed = request.snapshot.list(str(parameter.x_list))
    if not isinstance(said, str):
        raise _Stuck("unknown_name", f"{_shown(said)} is not a name I know.")
    found = listed.find(said) if listed else []
    if not found and is_reference(said):
        if ids := several(said, api, parameter.name, request.snapshot, request.catalogue):
            _ask_which(listed, ids, said)
        meant = stands_for(said, api, parameter.name, request.snapshot, request.catalogue)
        if meant is None:
            raise _Stuck("unknown_name", f"I don't know what you mean by “{said}”.")
        return {n: _still_there(a, request, api.parameters[n]) for n, a in meant.items()}
    if not found:
        if listed and (entry := listed.get(said)):
            return {parameter.name: Argument(entry.id, None, entry.name, None, entry.attributes)}
        raise _Stuck("unknown_name", unknown(parameter, said))
    assert listed is not None  # noqa: S101 - found implies a list
    if len(found) > 1:
        _ask_which(listed, [match.id for match in found], said)
    return {parameter.name: _as_choice(listed, found[0].id, said).argument}


def _referred(parameter: Parameter, ref: Ref, request: Request) -> Argument:
    """Return the member that a reference means. It may be gone, or of another list."""
    listed = request.snapshot.list(ref.list) if ref.list == parameter.x_list else None
    entry = listed.get(ref.id) if listed else None
    if entry is None:
        raise _Stuck("unknown_name", "That is not there.")
    return Argument(entry.id, None, entry.name, None, entry.attributes)


def _ask_which(listed: NameList | None, ids: Sequence[str], said: str) -> NoReturn:
    few = ids if len(ids) <= MAX_CHOICES else ()
    choices = tuple(_as_choice(listed, one, said) for one in few)
    raise _Stuck("choice", which(choices, len(ids)), choices)


def _still_there(argument: Argument, request: Request, parameter: Parameter) -> Argument:
    """Give a remembered id its name and attributes again; it may be gone since."""
    if not parameter.x_list:
        return argument
    listed = request.snapshot.list(parameter.x_list)
    entry = listed.get(str(argument.value)) if listed else None
    if entry is None:
        raise _Stuck("unknown_name", "That is not there any more.")
    return Argument(entry.id, argument.words, entry.name, None, entry.attributes)


def _as_choice(listed: NameList | None, id_: str, said: str) -> Choice:
    entry = listed.get(id_) if listed else None
    name = entry.name if entry else id_
    attributes = entry.attributes if entry else {}
    forms = (name, *(entry.aliases if entry else ()))
    words = said.removesuffix("'s").removesuffix("’s")  # "what's meg's number"
    return Choice(Argument(id_, words, name, None, attributes), name, forms)


def which(choices: tuple[Choice, ...], count: int) -> str:
    """Return the question that names the choices, or how many there are if they are too many."""
    names = [choice.spoken for choice in choices]
    if not names:
        return f"Which one? There are {count}; say more of its name."
    if len(names) == 2:  # noqa: PLR2004 - "a or b"
        return f"{names[0]} or {names[1]}?"
    return f"Which one: {', '.join(names[:-1])}, or {names[-1]}?"


def unknown(parameter: Parameter, said: str) -> str:
    """Return the honest sentence about a name that nobody knows."""
    spoken = list(said.split())
    while len(spoken) > 1 and spoken[0].lower() in ARTICLES | {"some", "any", "all", "every"}:
        spoken = spoken[1:]
    name = " ".join(spoken)
    if parameter.x_list in PEOPLE:
        return f"I don't know anyone called {name}."
    if name[-1:] == "s" and not name.endswith("ss"):
        return f"I don't know any {name}."
    return f"I don't know {'an' if name[:1].lower() in 'aeiou' else 'a'} {name}."


def ask_for(parameter: Parameter) -> str:
    """Return the question for a missing argument, from its description."""
    if parameter.description.endswith("?"):
        return parameter.description
    kind = parameter.x_type or ""
    by_type = {
        "duration": "For how long?", "datetime": "When?", "time": "At what time?",
        "date": "On which day?", "recurrence": "How often?", "colour": "Which color?",
        "percent": "To how many percent?", "temperature": "To how many degrees?",
    }  # fmt: skip
    if kind in by_type:
        return by_type[kind]
    noun = parameter.name.replace("_", " ")
    return f"Which {noun}?" if parameter.x_list or parameter.choices else f"What {noun}?"


def _a(parameter: Parameter) -> str:
    noun = (parameter.x_type or parameter.name).replace("_", " ")
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _shown(said: Json) -> str:
    long = not is_finite(said) or isinstance(said, (dict, list))
    return "that" if long else repr(said)
