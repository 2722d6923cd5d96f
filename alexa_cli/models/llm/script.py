"""The file of a scripted model: which request gets which answer. docs/models.md shows it whole."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec

from alexa_cli.config.files import load_yaml, read, shown
from alexa_cli.config.units import Duration
from alexa_cli.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from alexa_cli.config.files import At, Document

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
Times: TypeAlias = Annotated[int, msgspec.Meta(ge=1)]
Job: TypeAlias = Literal["route", "plan", "reply", "summarise", "rerank", "test"]
Failure: TypeAlias = Literal[
    "unreachable", "busy", "bad_key", "too_long", "bad_answer", "filtered", "error",
    "stall", "cut", "malformed",
]  # fmt: skip

_GROUP = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_EXAMPLE = "answers: [{when: hello, text: Hi.}]"
_NO_ANSWER = "give it text, calls, json, thought or fail"


class _Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Unknown keys are refused."""


class ScriptedCall(_Options, frozen=True):
    """A tool call of an answer."""

    name: str
    """The tool, as the prompt offers it; or ``expert.api``, which finds the tool of that API."""
    arguments: dict[str, Any] | str = {}
    """A text is sent as it is, so that it may be broken JSON."""
    id: str = ""
    """Left out: ``call_1``, ``call_2``, ..."""


class ScriptedUsage(_Options, frozen=True):
    """What the provider says it took; what is left out, it does not say."""

    uncached: Count | None = None
    cache_read: Count | None = None
    cache_write: Count | None = None
    output: Count | None = None
    thought: Count | None = None


class Rule(_Options, frozen=True):
    """An answer, and the requests that get it: those for which every condition holds."""

    job: Job | list[Job] | None = None
    when: str | None = None
    """Is found in what the user said."""
    prompt: str | None = None
    """Is found in the whole prompt: messages and tools."""
    request: Times | None = None
    """1: the first request; 2: the one that tells what was wrong with the first answer."""
    think: bool | None = None
    """Whether reasoning was asked for."""
    times: Times | None = None
    """Holds this many times in a process, then no more."""

    thought: str | None = None
    text: str | None = None
    calls: list[ScriptedCall] = []
    json: Any = msgspec.UNSET
    repeat: Times = 1
    """The text, this many times; ``{n}`` in it is which time it is."""
    endless: bool = False
    """The text, again and again."""
    delay: Duration | None = None
    """Before the first piece; left out, that of the file."""
    per_piece: Duration | None = None
    """Between two pieces; left out, that of the file."""
    fail: Failure | None = None
    after: Count | None = None
    """Pieces before the failure."""
    retry_after: Duration | None = None
    """busy: when the provider says to come back."""
    message: str | None = None
    """What the failure says."""
    reason: Literal["stop", "tool_calls", "length", "content_filter"] | None = None
    """Why it ends; left out, as the answer is."""
    usage: ScriptedUsage | None = None
    """Left out: estimated, with what a cache of prefixes would have given."""


class ScriptFile(_Options, frozen=True):
    """The whole file."""

    delay: Duration = Duration("0ms")
    per_piece: Duration = Duration("0ms")
    answers: list[Rule] = []
    """The first that holds is the answer."""
    otherwise: Rule | None = msgspec.field(default=None, name="else")
    """The answer if none holds."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule with its expressions ready."""

    rule: Rule
    when: re.Pattern[str] | None = None
    prompt: re.Pattern[str] | None = None

    def groups(self, said: str, prompt: str) -> dict[str, str] | None:
        """Return the named groups found; None if an expression is not found."""
        found: dict[str, str] = {}
        for pattern, text in ((self.prompt, prompt), (self.when, said)):
            if pattern is None:
                continue
            match = pattern.search(text)
            if match is None:
                return None
            found |= {name: value or "" for name, value in match.groupdict().items()}
        return found


@dataclass(frozen=True, slots=True)
class Script:
    """A script, checked."""

    path: Path
    entries: tuple[Entry, ...]
    """In order, ``else`` last."""
    delay: float
    per_piece: float


def load_script(path: Path, text: str | None = None) -> Script:
    """Read a script. Raises FileError with the line of what is wrong."""
    document = load_yaml(path, text)
    if document.data is None:
        raise document.error("holds no answers", hint=_EXAMPLE)
    file = read(document, ScriptFile)
    found = [(("answers", place), rule) for place, rule in enumerate(file.answers)]
    rules: list[tuple[At, Rule]] = [*found]
    if file.otherwise is not None:
        rules.append((("else",), file.otherwise))
    if not rules:
        raise document.error("holds no answers", hint=_EXAMPLE)
    entries = tuple(_entry(document, at, rule) for at, rule in rules)
    return Script(path, entries, file.delay.seconds, file.per_piece.seconds)


def fill(value: Any, groups: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON
    """Return the value with each ``{group}`` in its texts replaced by what was found."""
    if isinstance(value, str):
        return _GROUP.sub(lambda match: groups.get(match[1], match[0]), value)
    if isinstance(value, dict):
        return {key: fill(item, groups) for key, item in value.items()}
    return [fill(item, groups) for item in value] if isinstance(value, list) else value


def _entry(document: Document, at: At, rule: Rule) -> Entry:
    when = _expression(document, (*at, "when"), rule.when)
    prompt = _expression(document, (*at, "prompt"), rule.prompt)
    _check(document, at, rule)
    groups = {*(when.groupindex if when else ()), *(prompt.groupindex if prompt else ())}
    if groups:
        _check_groups(document, at, rule, groups)
    return Entry(rule, when, prompt)


def _expression(document: Document, at: At, text: str | None) -> re.Pattern[str] | None:
    if text is None:
        return None
    try:
        return re.compile(text, re.IGNORECASE | re.MULTILINE)
    except re.error as error:
        where = "" if error.pos is None else f" at character {error.pos + 1}"
        raise document.error(
            f"{shown(text)} is no regular expression: {error.msg}{where}", at,
            hint="a plain ( or ? or * is written \\( \\? \\*",
        ) from None  # fmt: skip


def _check(document: Document, at: At, rule: Rule) -> None:
    """Raise FileError for what the types cannot say."""
    has_json = rule.json is not msgspec.UNSET
    has_text = rule.text is not None
    if has_text and has_json:
        raise document.error("text and json are both the text of the answer", (*at, "json"),
                             hint="keep one of them")  # fmt: skip
    if not (has_text or has_json or rule.calls or rule.thought is not None or rule.fail):
        raise document.error("answers nothing", at, hint=_NO_ANSWER)
    if rule.endless and not rule.text:
        raise document.error("what is endless is the text", (*at, "endless"), hint="give it text")
    if rule.endless and rule.repeat > 1:
        raise document.error("endless is repeated already", (*at, "repeat"))
    if rule.fail is None:
        for key in ("after", "retry_after", "message"):
            if getattr(rule, key) is not None:
                raise document.error(f"{key} is for a rule that fails", (*at, key),
                                     hint="fail: unreachable, busy, stall, cut, ...")  # fmt: skip
    if rule.retry_after is not None and rule.fail != "busy":
        raise document.error("only busy says when to come back", (*at, "retry_after"))
    if rule.fail == "malformed" and not (has_text or has_json or rule.calls):
        raise document.error("malformed is half an answer", (*at, "fail"),
                             hint="give it the text, json or calls that are cut")  # fmt: skip


def _check_groups(document: Document, at: At, rule: Rule, groups: set[str]) -> None:
    """A misspelt {group} would be said as it stands."""
    values = [(("thought",), rule.thought), (("text",), rule.text), (("json",), rule.json)]
    places: list[tuple[At, Any]] = [*values]
    for number, call in enumerate(rule.calls):
        places.append((("calls", number), call.name))
        if isinstance(call.arguments, dict):
            places.append((("calls", number, "arguments"), call.arguments))
    for place, value in places:
        numbered = {"n"} if place == ("text",) and (rule.endless or rule.repeat > 1) else set()
        for name in _named(value):
            if name not in groups | numbered:
                hint = did_you_mean(name, groups) or f"known: {', '.join(sorted(groups))}"
                raise document.error(f"no group is called {{{name}}}", (*at, *place), hint=hint)


def _named(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        yield from _GROUP.findall(value)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _named(item)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item)
