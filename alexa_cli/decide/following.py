"""Follow-ups that name one thing only: "and in London?", "what about tomorrow?".

The last call is made again with that one argument. What only reads may be asked again with any
argument; what acts is done again only for another name of the same list ("and the bedroom light").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.decide.courtesy import strip
from alexa_cli.decide.resolution import resolve_value
from alexa_cli.language.text import words as words_of
from alexa_cli.turn import Argument, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from alexa_cli.catalog.expert import Api, Parameter
    from alexa_cli.decide.model import Request
    from alexa_cli.language.text import Token
    from alexa_cli.turn import Call

MODEL = "follow-up"
"""What a last call with one argument changed is signed with."""
_OPENINGS = {
    "en": (
        ("and", "what", "about"), ("and", "how", "about"), ("what", "about"), ("how", "about"),
        ("and", "also"), ("and",),
    )
}  # fmt: skip
_ASKS = {"en": ("what", "how")}
"""A word of an opening that asks: that is nothing to act on."""
_PREPOSITIONS = {"en": {"in": "to", "into": "to", "to": "to", "on": "on", "for": "for", "at": "at",
                        "from": "from", "of": "of", "about": "about"}}  # fmt: skip
"""Those that may come before the argument, and which of them mean the same."""
LONGEST = 6
"""Words of an argument that is nothing but words."""


def follow_up(request: Request) -> Plan | None:
    """Return the last call with one other argument; None: the words are no such follow-up."""
    language = request.moment.language
    opening, tokens = _opened(request)
    last = request.snapshot.memory.last_plan
    if not opening or last is None or not last.calls or request.question is not None:
        return None
    call = last.calls[-1]
    api = request.catalogue.find(call.expert, call.api)
    if api is None or any(argument.pointer for argument in call.arguments.values()):
        return None
    rest = request.part(tokens)
    asks = not set(opening).isdisjoint(_ASKS.get(language, ()))
    if api.effect != "read" and (asks or api.confirm or len(last.calls) != 1):
        return None
    same = _PREPOSITIONS.get(language, {})
    before = same.get(rest.words[0], "") if rest.words else ""
    for at in (1, 0) if before else (0,):
        if len(rest.words) > at and (found := _changed(call, api, rest, at, before if at else "")):
            return Plan((replace(found, id="1", after=()),), MODEL)
    return None


def _opened(request: Request) -> tuple[tuple[str, ...], tuple[Token, ...]]:
    """Return the opening, empty if there is none, and the tokens behind it without courtesy.

    "And" is courtesy elsewhere: here it tells a follow-up from a name alone.
    """
    language = request.moment.language
    for tokens in (request.tokens, strip(request.tokens, language)):
        said = tuple(token.text for token in tokens)
        for opening in _OPENINGS.get(language, ()):
            if said[: len(opening)] == opening:
                return opening, strip(tokens[len(opening) :], language)
    return (), ()


def _changed(call: Call, api: Api, rest: Request, at: int, before: str) -> Call | None:
    """Return the call with the words from ``at`` on as one of its arguments, the likeliest one."""
    said = rest.said(at, len(rest.tokens))
    for fits in _kinds(api, call):
        found: dict[str, Argument] = {}
        for name, parameter in api.parameters.items():
            if not fits(parameter) or (parameter.free and len(words_of(said)) > LONGEST):
                continue
            value = resolve_value(api, parameter, said, rest)
            if isinstance(value, Argument) and _is_new(call, name, value):
                found[name] = value
        if len(found) > 1:
            alike = {name for name in found if before and _came_after(call, name, rest) == before}
            found = {name: value for name, value in found.items() if name in alike}
        if len(found) == 1:
            return replace(call, arguments={**_others(call, api, rest, *found), **found})
    return None


def _kinds(api: Api, call: Call) -> Iterator[Callable[[Parameter], bool]]:
    """Yield the kinds of parameters to try: what was said first, and what cannot be anything."""

    def given(parameter: Parameter) -> bool:
        return parameter.name in call.arguments

    if api.effect != "read":
        yield lambda p: given(p) and p.x_list is not None
        return
    yield lambda p: given(p) and not p.free
    yield lambda p: not given(p) and not p.free and p.x_list is None
    yield lambda p: given(p) and p.free
    yield lambda p: not given(p) and p.x_list is not None
    yield lambda p: not given(p) and p.free


def _is_new(call: Call, name: str, value: Argument) -> bool:
    known = call.arguments.get(name)
    return known is None or known.value != value.value


def _others(call: Call, api: Api, rest: Request, new: str) -> dict[str, Argument]:
    """Return the arguments that stay: all, unless no sentence holds them beside the new one."""
    said = {name for name, argument in call.arguments.items() if argument.words is not None}
    parameters = api.parameters
    named = {name for name in said if name in parameters and parameters[name].x_list}
    if new not in call.arguments and parameters[new].free:  # "and the boiler": of something else
        return {name: argument for name, argument in call.arguments.items() if name not in named}
    own = (call.expert, call.api)
    templates = [t for t in rest.catalogue.templates if (t.expert, t.api) == own]
    if new in call.arguments or any({*said, new} <= set(t.slots) for t in templates):
        return dict(call.arguments)
    return {name: argument for name, argument in call.arguments.items() if name not in said}


def _came_after(call: Call, name: str, rest: Request) -> str:
    """Return the preposition before an argument in what was said last."""
    history = rest.snapshot.memory.history
    argument = call.arguments.get(name)
    if not history or argument is None or not argument.words:
        return ""
    spoken, own = words_of(history[-1].words), words_of(argument.words)
    at = next((n for n in range(1, len(spoken)) if spoken[n : n + len(own)] == own), 0)
    return _PREPOSITIONS.get(rest.moment.language, {}).get(spoken[at - 1], "") if at else ""
