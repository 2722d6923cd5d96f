"""APIs as tools: what a model needs to call them and not a token more.

The same catalogue gives the same bytes everywhere. What several tools say of an argument is said
once, in the section ``arguments``; what only repeats a name is not said at all.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from alexa_cli.language.text import words
from alexa_cli.prompt import fence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api, Parameter

ASK, NONE = "ask_user", "none_of_these"
"""Tools that are no API: a question back, and "nobody does that"."""
MAX_ENUM = 16
"""More values than this are words to be copied."""
SHARED = 3
"""A description that this many tools would repeat is said once."""
_STOP = frozenset("the a an of to for in on which what that is are i should it do how".split())
_NOT_NAME = re.compile(r"[^a-zA-Z0-9_-]")


def visible(api: Api) -> bool:
    """Whether a model may call it: not what only the house calls, to put things back.

    That is an API nobody can say (no sentence, no example) with an argument nobody can say: an
    object, or a list of anything but words.
    """
    if any(api.sentences.values()) or any(api.examples.values()):
        return True
    return not any(p.required and _unsayable(p) for p in api.parameters.values())


def _unsayable(parameter: Parameter) -> bool:
    if parameter.x_type or parameter.x_list or parameter.choices:
        return False
    type_, items = parameter.schema.get("type"), parameter.schema.get("items")
    inner = items.get("type") if isinstance(items, dict) else None
    return type_ == "object" or (type_ == "array" and inner in {"object", "array"})


def apis_of(catalogue: Catalogue, experts: Iterable[str]) -> tuple[Api, ...]:
    """Return the APIs of some experts that a model may call, by expert and name."""
    chosen = sorted(name for name in set(experts) if name in catalogue.experts)
    return tuple(
        api
        for name in chosen
        for _, api in sorted(catalogue.experts[name].apis.items())
        if visible(api)
    )


class _Same:
    """A catalogue as a key: equal to itself alone, and kept as long as what was made of it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.catalogue is self.catalogue

    def __hash__(self) -> int:
        return id(self.catalogue)


def tool_names(catalogue: Catalogue) -> Mapping[str, str]:
    """Return ``expert.api`` to a tool's name: the API's own, if no other expert has one like it.

    The names are those of the whole catalogue, whichever experts a prompt shows.
    """
    return _tool_names(_Same(catalogue))


@lru_cache(maxsize=8)
def _tool_names(same: _Same) -> Mapping[str, str]:
    catalogue = same.catalogue
    apis = apis_of(catalogue, catalogue.experts)
    often = Counter(_safe(api.name) for api in apis)
    taken = {ASK, NONE}
    names: dict[str, str] = {}
    for api in apis:
        short = _safe(api.name)
        name = short if often[short] == 1 and short not in taken else _safe(f"{api.expert}_{short}")
        number = 2
        while name in taken:
            name, number = f"{name[:58]}_{number}", number + 1
        taken.add(name)
        names[api.full_name] = name
    return names


def _safe(name: str) -> str:
    return _NOT_NAME.sub("_", name)[:64] or "api"


@dataclass(frozen=True, eq=False)
class Toolbox:
    """Some APIs, ready to be shown. Made once for a catalogue and its experts."""

    apis: tuple[Api, ...]
    names: Mapping[str, str]
    """``expert.api`` to tool name."""
    told: Mapping[tuple[str, str], str]
    """``expert.api`` and parameter to what is said of it at its own place."""
    shared: Mapping[str, str]
    """Parameter to its description, where that is said once for all tools."""

    @classmethod
    def of(cls, catalogue: Catalogue, experts: Sequence[str]) -> Toolbox:
        """Return the tools of some experts."""
        return _toolbox(_Same(catalogue), tuple(sorted(set(experts))))

    @classmethod
    def _made(cls, catalogue: Catalogue, experts: Sequence[str]) -> Toolbox:
        apis = apis_of(catalogue, experts)
        names = tool_names(catalogue)
        told = {(a.full_name, p.name): _about(a, p) for a in apis for p in a.parameters.values()}
        shared = _shared(apis, told)
        own = {key: "" if said == shared.get(key[1]) else said for key, said in told.items()}
        return cls(apis, {api.full_name: names[api.full_name] for api in apis}, own, shared)

    @cached_property
    def arguments(self) -> str:
        """The lines that say what arguments of several tools mean."""
        return "\n".join(f"{name}: {said}" for name, said in sorted(self.shared.items()))

    def functions(self) -> tuple[dict[str, Any], ...]:
        """Return the tools as OpenAI has them, sorted by name, the two that are no API last.

        They are the caller's own: whoever sends them may add to them.
        """
        return msgspec.json.decode(self.text, type=tuple[dict[str, Any], ...])

    @cached_property
    def text(self) -> str:
        """The JSON of ``functions``."""
        own = [self._function(api) for api in self.apis]
        own.sort(key=lambda function: str(function["function"]["name"]))
        pseudo = _pseudo(ASK, _ASK_ABOUT, "question"), _pseudo(NONE, _NONE_ABOUT)
        return msgspec.json.encode((*own, *pseudo)).decode()

    @cached_property
    def signatures(self) -> str:
        """The tools as text, a line each: for models that answer in JSON."""
        lines = sorted(
            f"{self.names[api.full_name]}({', '.join(self._signed(api))}): {_about_api(api)}"
            for api in self.apis
        )
        return "\n".join(lines)

    def examples(self, language: str) -> str:
        """Return for each tool with arguments what somebody may say, and the call it means."""
        lines = []
        for api in self.apis:
            example = next((e for e in api.examples.get(language, ()) if e.marks), None)
            if example is None:
                continue
            given = [f'{m.parameter}="{example.text[m.start : m.end]}"' for m in example.marks]
            said, tool = fence.line(example.text, 200), self.names[api.full_name]
            lines.append(f'"{said}": {tool}({fence.line(", ".join(given), 200)})')
        return "\n".join(sorted(lines))

    def _function(self, api: Api) -> dict[str, Any]:
        properties = {p.name: self._property(api, p) for p in api.parameters.values()}
        required = [p.name for p in api.parameters.values() if p.required]
        parameters: dict[str, Any] = {"type": "object", "properties": properties}
        if required:
            parameters["required"] = required
        return _tool(self.names[api.full_name], _about_api(api), parameters)

    def _property(self, api: Api, parameter: Parameter) -> dict[str, Any]:
        shape = _shape(parameter)
        if said := self.told[api.full_name, parameter.name]:
            shape["description"] = said
        return shape

    def _signed(self, api: Api) -> list[str]:
        signed = []
        for parameter in api.parameters.values():
            values = _values(parameter)
            said = self.told[api.full_name, parameter.name]
            told = f" ({said})" if said else ""
            kind = f"={'|'.join(values)}" if values else ""
            signed.append(f"{parameter.name}{'' if parameter.required else '?'}{kind}{told}")
        return signed


@lru_cache(maxsize=32)
def _toolbox(same: _Same, experts: tuple[str, ...]) -> Toolbox:
    return Toolbox._made(same.catalogue, experts)  # noqa: SLF001 - its own


_ASK_ABOUT = "Ask the user for what is missing or could mean two things."
_NONE_ABOUT = "No other tool does what the user wants."


def _pseudo(name: str, about: str, *parameters: str) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "type": "object",
        "properties": {parameter: {"type": "string"} for parameter in parameters},
    }
    if parameters:
        shape["required"] = list(parameters)
    return _tool(name, about, shape)


def _tool(name: str, about: str, parameters: dict[str, Any]) -> dict[str, Any]:
    function = {"name": name, "description": about, "parameters": parameters}
    return {"type": "function", "function": function}


def _shape(parameter: Parameter) -> dict[str, Any]:
    """Return the JSON Schema of an argument as a model gives it: the user's words, mostly."""
    if values := _values(parameter):
        return {"type": "string", "enum": list(values)}
    type_ = parameter.schema.get("type")
    if type_ == "boolean":
        return {"type": "boolean"}
    if type_ == "array" and not parameter.x_type:
        return {"type": "array", "items": parameter.schema.get("items") or {"type": "string"}}
    if type_ == "object" and not parameter.x_type:
        return {"type": "object"}
    return {"type": "string"}


def _values(parameter: Parameter) -> tuple[str, ...]:
    return tuple(parameter.choices) if 0 < len(parameter.choices) <= MAX_ENUM else ()


def _about_api(api: Api) -> str:
    return fence.line(api.description, 300)


def _about(api: Api, parameter: Parameter) -> str:
    """Return a parameter's description; "" if it says no more than name, values and tool do.

    Nor does a question ("For how long?"): that is what the user is asked.
    """
    said = _declared(parameter)
    if said.endswith("?"):
        return ""
    known = " ".join((parameter.name, api.name, api.description, *_values(parameter)))
    return "" if _stems(said) <= _stems(known.replace("_", " ")) else said


def _declared(parameter: Parameter) -> str:
    return fence.line(parameter.description, 120)


@lru_cache(maxsize=2_048)
def _stems(text: str) -> frozenset[str]:
    return frozenset(word.removesuffix("s") for word in words(text) if word not in _STOP)


def _shared(apis: Sequence[Api], told: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """Return what is said of a parameter by ``SHARED`` tools or more.

    Not if another tool means something else by that name and says nothing of it.
    """
    by_name: dict[str, list[tuple[str, str]]] = {}
    for api in apis:
        for each in api.parameters.values():
            said = told[api.full_name, each.name], _declared(each)
            by_name.setdefault(each.name, []).append(said)
    shared = {}
    for name, found in sorted(by_name.items()):
        counts = Counter(said for said, _ in found if said)
        if not counts:
            continue
        best, count = min(counts.items(), key=lambda one: (-one[1], one[0]))
        if count >= SHARED and all(said or declared == best for said, declared in found):
            shared[name] = best
    return shared
