"""A plan as the plan cache keeps it: where its arguments came from, not what they were.

An argument is the place of its words in the utterance, a member of a list by its id, or a value
that means the same at any time (one of an enum, a number). Times and names are read afresh. A
plan with anything else in it, a date that the model worked out or a text that it made up, is not
kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping  # noqa: TC003 - read at run time when plans are decoded
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import msgspec

from alexa_cli.decide.model import Reading, Ref
from alexa_cli.decide.references import is_reference
from alexa_cli.decide.resolution import Trouble, resolve
from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.catalog.expert import Parameter
    from alexa_cli.context.snapshot import Snapshot
    from alexa_cli.decide.model import Request
    from alexa_cli.turn import Argument, Call, Json, Plan

TIMELESS = frozenset({"number", "ordinal", "percent", "temperature", "colour"})
"""Grammars whose values mean the same tomorrow. A date does not, and a duration may have been
worked out from the time of day ("until six")."""
_LOOKS_LIKE_POINTER = re.compile(r"\$[0-9]+(\.\w+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptArgument:
    """One argument: exactly one of these."""

    words: tuple[int, ...] | None = None
    """First and last (exclusive) word of the utterance."""
    ref: tuple[str, ...] | None = None
    """List and id."""
    pointer: str | None = None
    value: Json = None

    def said(self, request: Request) -> Json | Ref:
        """Return what a model that read these words would say the argument is."""
        if self.words is not None:
            start, end = self.words
            return request.said(start, end)
        if self.ref is not None:
            return Ref(*self.ref)
        return self.pointer if self.pointer is not None else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCall:
    """One call."""

    expert: str
    api: str
    id: str
    arguments: Mapping[str, KeptArgument] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPlan:
    """A plan, what it was made from, and when."""

    words: str
    """Normalised."""
    language: str
    calls: tuple[KeptCall, ...]
    lists: tuple[str, ...]
    """Lists of the context that its prompt showed."""
    context: str
    """Their fingerprint then."""
    setup: str
    """Fingerprint of catalogue, prompts and models then."""
    model: str
    turn: str
    seconds: float
    """How long deciding took."""
    made: float
    """Unix seconds."""


def keep_calls(plan: Plan, request: Request) -> tuple[KeptCall, ...] | None:
    """Return the plan's calls as they are kept; None: this plan means something only once."""
    kept = [_keep_call(call, request) for call in plan.calls]
    found = tuple(call for call in kept if call is not None)
    return found if found and len(found) == len(kept) else None


def calls_again(kept: KeptPlan, request: Request) -> tuple[Call, ...] | Trouble | str:
    """Return the calls that a kept plan means now, or what stands in their way."""
    calls: list[Call] = []
    for call in kept.calls:
        api = request.catalogue.find(call.expert, call.api)
        if api is None:
            return f"there is no {call.expert}.{call.api} any more"
        said = {name: argument.said(request) for name, argument in call.arguments.items()}
        pointers = any(argument.pointer is not None for argument in call.arguments.values())
        found = resolve(Reading(api, said, 1.0, pointers=pointers), request)
        if isinstance(found, Trouble):
            return found
        calls.append(replace(found, id=call.id, after=call.after, doubt=call.doubt))
    return tuple(calls)


def context_fingerprint(snapshot: Snapshot, lists: Sequence[str]) -> str:
    """Return what changes when a list shows other names than before, or in another order."""
    digest = hashlib.blake2b(digest_size=12)
    for name in sorted(lists):
        listed = snapshot.list(name)
        members = [
            (m.id, m.name, m.aliases, m.qualifiers, m.attributes.get("area"),
             m.attributes.get("floor"))
            for m in listed
        ] if listed is not None else None  # fmt: skip
        digest.update(msgspec.json.encode([name, members]))
    return digest.hexdigest()


def _keep_call(call: Call, request: Request) -> KeptCall | None:
    api = request.catalogue.find(call.expert, call.api)
    if api is None:
        return None
    arguments: dict[str, KeptArgument] = {}
    for name, argument in call.arguments.items():
        parameter = api.parameters.get(name)
        if parameter is None:
            return None
        if argument.words is None and argument.pointer is None and _is_default(parameter, argument):
            continue
        kept = _keep_argument(parameter, argument, request)
        if kept is None:
            return None
        arguments[name] = kept
    if any(a.pointer for a in arguments.values()) and _could_be_pointers(arguments, request):
        return None
    return KeptCall(
        expert=call.expert, api=call.api, id=call.id, arguments=arguments, after=call.after,
        doubt=call.doubt,
    )  # fmt: skip


def _keep_argument(
    parameter: Parameter, argument: Argument, request: Request
) -> KeptArgument | None:
    if argument.pointer is not None:
        return KeptArgument(pointer=argument.pointer)
    if argument.words is not None:
        if is_reference(argument.words):
            return None  # what "it" stood for then
        place = _place(argument.words, request.words)
        if place is not None:
            return KeptArgument(words=place)
    value = argument.value
    if parameter.x_list:
        listed = request.snapshot.list(parameter.x_list)
        known = listed is not None and isinstance(value, str) and listed.get(value) is not None
        return KeptArgument(ref=(parameter.x_list, str(value))) if known else None
    if parameter.choices:
        known = isinstance(value, str) and value in parameter.choices
        return KeptArgument(value=value) if known else None
    kind = parameter.schema.get("type")
    timeless = parameter.x_type in TIMELESS or (
        parameter.x_type is None and kind in {"number", "integer", "boolean"}
    )
    return KeptArgument(value=value) if timeless and value is not None else None


def _is_default(parameter: Parameter, argument: Argument) -> bool:
    return parameter.has_default and argument.value == parameter.default


def _place(said: str, heard: Sequence[str]) -> tuple[int, int] | None:
    """Return where these words stand in the utterance; None if the model did not copy them."""
    copied = words(said)
    for start in range(len(heard) - len(copied) + 1) if copied else ():
        if tuple(heard[start : start + len(copied)]) == copied:
            return start, start + len(copied)
    return None


def _could_be_pointers(arguments: Mapping[str, KeptArgument], request: Request) -> bool:
    """Whether a word of the user ("$5") would be taken for a pointer."""
    texts = (a.said(request) for a in arguments.values() if a.pointer is None)
    return any(isinstance(t, str) and _LOOKS_LIKE_POINTER.fullmatch(t) for t in texts)
