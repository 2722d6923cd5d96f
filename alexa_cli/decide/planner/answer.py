"""What a model answered: calls, a question, "none of these", or words.

An answer comes as tool calls, as JSON of our schema, or as text that looks like either (weak
models do that). All three become one ``Answered``; what cannot be read is a ``Fault`` that can be
told back to the model. Whether the calls make sense is decided elsewhere (``check``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from alexa_cli.decide.planner.tolerant import (
    Unread,
    begins_json,
    embedded,
    loads,
    tagged,
    unfenced,
    without_thoughts,
)
from alexa_cli.language.text import printable
from alexa_cli.prompt.tools import ASK, NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from alexa_cli.models.chat import ToolCall
    from alexa_cli.turn import Json

_NAMES = ("api", "name", "tool", "function", "call", "action", "tool_name", "function_name")
_ARGUMENTS = ("arguments", "parameters", "args", "input", "params", "kwargs", "tool_input")
_CALLS = ("calls", "tool_calls", "actions", "function_calls")
_ASKS = ("ask", ASK, "question")
_NONES = ("none", NONE)
_SAYS = ("say", "answer", "reply", "text", "response", "message")
_WRITTEN_NONE = re.compile(r"[\W_]*none[_ ]of[_ ](?:these|them)\W*", re.IGNORECASE)
_WRITTEN_ASK = re.compile(
    r"""\W*ask_user\s*\(\s*(?:question\s*=\s*)?(["'])(.+?)\1\s*,?\s*\)\W*""", re.DOTALL
)
_WRITTEN_CALL = re.compile(r"[^\w]*([A-Za-z_]\w*(?:[.-]\w+)*)\s*\(")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an answer."""

    text: str
    """For the model: one line that says how to put it right."""
    code: Literal["unknown_name", "unreadable", "failed"] = "failed"
    """As in ``turn.Pass``, if it is not put right."""
    say: str = ""
    """For the user, if it is not put right and lies in their own words."""
    soft: bool = False
    """Worth asking the model once; if it stays, so be it."""
    call: int | None = None
    """The call that it is about, from 0; None: the whole answer."""


@dataclass(frozen=True, slots=True)
class RawCall:
    """A call as the model wrote it."""

    name: str
    arguments: Mapping[str, Json] = field(default_factory=dict)
    id: str = ""
    """What the model calls it in pointers, if it has a name of its own for it."""
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer, read. Several of the first three may be set; ``check`` decides."""

    calls: tuple[RawCall, ...] = ()
    ask: str | None = None
    none: bool = False
    say: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class _Reader:
    """Collects what an answer holds."""

    known: Callable[[str], bool]
    calls: list[RawCall] = field(default_factory=list)
    ask: str | None = None
    none: bool = False
    say: str = ""
    faults: list[Fault] = field(default_factory=list)

    def answered(self) -> Answered:
        return Answered(tuple(self.calls), self.ask, self.none, self.say, tuple(self.faults))

    def call(self, raw: RawCall) -> None:
        """Take a call, or what its name stands for."""
        name = re.sub(r"^(functions?|tools?|default_api)[.:/]", "", raw.name.strip())
        if name == ASK:
            asked = [each for each in raw.arguments.values() if isinstance(each, str)]
            self.ask = self.ask or (asked[0] if asked else "")
        elif name == NONE:
            self.none = True
        else:
            self.calls.append(RawCall(name, raw.arguments, raw.id, raw.after))

    def fault(self, text: str) -> None:
        self.faults.append(Fault(text))


def of_tools(
    calls: Iterable[ToolCall], known: Callable[[str], bool], *, cut: bool = False
) -> Answered:
    """Read tool calls. ``cut``: the stream ended before the answer did."""
    reader = _Reader(known)
    for number, call in enumerate(calls, 1):
        name = printable(call.name)
        try:
            arguments = _arguments(call.arguments)
        except Unread as error:
            what = "were cut off" if cut or error.cut else f"are no JSON object: {error}"
            told = f"call {number} ({_short(name)}): its arguments {what}"
            reader.faults.append(Fault(told, call=number - 1))
            continue
        after = () if "after" not in arguments else _ids(arguments["after"])
        reader.call(RawCall(name, arguments, call.id, after))
    return reader.answered()


def of_text(text: str, known: Callable[[str], bool], *, cut: bool = False) -> Answered:
    """Read a text: JSON in whatever clothes, else words. ``known``: whether a tool has the name."""
    text = without_thoughts(text)
    reader = _Reader(known)
    if parts := tagged(text):
        for part in parts:
            _read_json(reader, unfenced(part), cut=cut)
        return reader.answered()
    if begins_json(text):
        _read_json(reader, unfenced(text), cut=cut)
        return reader.answered()
    for value in embedded(text):
        if _looks_like_call(value, known):
            _take(reader, value)
    if reader.calls or reader.ask is not None or reader.none:
        return reader.answered()
    if _WRITTEN_NONE.fullmatch(text[:60]) or text.startswith(f"{NONE}("):
        reader.none = True
    elif asked := _WRITTEN_ASK.fullmatch(text[:2_000]):
        reader.ask = asked.group(2)
    elif (written := _WRITTEN_CALL.match(text)) and known(written.group(1)):
        reader.fault(f"{_short(written.group(1))} was written as text; call it as a tool")
    else:
        reader.say = text
    return reader.answered()


def _read_json(reader: _Reader, text: str, *, cut: bool) -> None:
    try:
        value = loads(text)
    except Unread as error:
        try:  # several objects, one after the other
            lines = [loads(line) for line in text.splitlines() if line.strip()]
        except Unread:
            lines = []
        if len(lines) < 2:  # noqa: PLR2004 - one line is what has just failed
            reader.fault(
                "the JSON was cut off" if cut or error.cut else f"that is no JSON: {error}"
            )
            return
        value = list(lines)
    if not _take(reader, value):
        reader.fault("that JSON is neither calls nor an answer")


def _take(reader: _Reader, value: Json) -> bool:
    """Take what a JSON value says; False: it says nothing that is known."""
    if isinstance(value, list):
        each_taken = [_take(reader, each) for each in value]
        return bool(each_taken) and all(each_taken)
    if not isinstance(value, dict):
        return False
    if (raw := _as_call(value, reader.known)) is not None:
        reader.call(raw)
        return True
    taken = False
    for key in _CALLS:
        listed = value.get(key)
        if isinstance(listed, list):
            taken = True
            for number, each in enumerate(listed, 1):
                raw = _as_call(each, reader.known) if isinstance(each, dict) else None
                if raw is None:
                    reader.fault(f"call {number} names no tool")
                else:
                    reader.call(raw)
    asked = next((value[key] for key in _ASKS if isinstance(value.get(key), str)), None)
    said = next((value[key] for key in _SAYS if isinstance(value.get(key), str)), None)
    if isinstance(asked, str) and asked.strip():
        reader.ask, taken = asked, True
    if isinstance(said, str):
        reader.say, taken = without_thoughts(said), True
    if any(value.get(key) is True for key in _NONES):
        reader.none = taken = True
    return taken


def _as_call(value: dict[str, Json], known: Callable[[str], bool]) -> RawCall | None:
    """Return the call that an object is, in any of the ways in which models write one."""
    inner = value.get("function")
    if isinstance(inner, dict):  # {"type": "function", "function": {"name": ..., "arguments": ...}}
        value = {**inner, **{key: value[key] for key in ("id", "after") if key in value}}
    key = next((each for each in _NAMES if isinstance(value.get(each), str)), None)
    if key is None:
        only = next(iter(value), "")
        if len(value) == 1 and isinstance(value[only], dict) and known(only):
            return RawCall(only, _mapping(value[only]))
        return None
    name = str(value[key])
    if isinstance(value.get("expert"), str) and "." not in name:
        name = f"{value['expert']}.{name}"
    given = next((each for each in _ARGUMENTS if each in value), None)
    if given is None and not (known(name) or name in {ASK, NONE}):
        return None
    try:
        arguments = (
            _arguments(value[given]) if given is not None
            else {k: v for k, v in value.items() if k not in {key, "expert", "id", "after", "type"}}
        )  # fmt: skip
    except Unread:
        return None
    after = value["after"] if "after" in value else arguments.get("after")
    label = value.get("id")
    return RawCall(
        name, arguments, str(label) if isinstance(label, (str, int)) else "", _ids(after)
    )


def _looks_like_call(value: Json, known: Callable[[str], bool]) -> bool:
    """Whether JSON amid words is meant to be carried out: it names a tool that there is."""
    if isinstance(value, list):
        return bool(value) and all(_looks_like_call(each, known) for each in value)
    if not isinstance(value, dict):
        return False
    if any(isinstance(value.get(key), list) for key in _CALLS):
        return True
    call = _as_call(value, known)
    return call is not None and (known(call.name) or call.name in {ASK, NONE})


def _arguments(given: Json) -> dict[str, Json]:
    """Return arguments as an object; a text is JSON, once or twice over. Raises Unread."""
    for _ in range(2):
        if isinstance(given, str):
            given = loads(given) if given.strip() else {}
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Unread("not an object")
    return _mapping(given)


def _mapping(given: Json) -> dict[str, Json]:
    return {key: value for key, value in given.items()} if isinstance(given, dict) else {}  # noqa: C416 - a copy of the narrowed type


def _ids(after: Json) -> tuple[str, ...]:
    if isinstance(after, (str, int)) and not isinstance(after, bool):
        after = [after]
    if not isinstance(after, list):
        return ()
    return tuple(str(each).strip().lstrip("$") for each in after if isinstance(each, (str, int)))


def _short(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
