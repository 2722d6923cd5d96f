"""Suites: JSON Lines, one case a line: what is said, and what should come of it.

What is expected is exactly one of: ``expert`` and ``api`` (``expert: null``: nobody's, to be
refused; no ``api``: any of the expert's), ``calls`` for several, ``not`` an expert, or none of
them with ``asks``. Beside it ``asks: PARAMETER`` (a question about it), ``arguments`` (raw words)
or ``values`` (resolved; needs ``now``). ``then`` holds further turns of the same conversation. A
turn has ``say``, or ``audio``: a recording, heard and then decided; ``say`` beside it is what is
said in it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from datetime import datetime  # noqa: TC003 - read at run time by msgspec
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import UNSET, UnsetType

from alexa_cli.errors import FileError, did_you_mean
from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from alexa_cli.turn import Json

MAX_LINE = 100_000
"""Characters of a line."""


class CallLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of several calls that are expected."""

    expert: str
    api: str
    arguments: dict[str, str] | UnsetType = UNSET
    values: dict[str, Any] | UnsetType = UNSET


class TurnLine(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"not_": "not"}
):
    """One turn: what is said and what should come of it."""

    say: str | None = None
    """Beside ``audio``: what is said in it, word for word."""
    audio: str | None = None
    """A sound file, relative to the suite."""
    expert: str | UnsetType | None = UNSET
    api: str | None = None
    calls: list[CallLine] | UnsetType = UNSET
    not_: str | UnsetType = UNSET
    asks: str | None = None
    arguments: dict[str, str] | UnsetType = UNSET
    values: dict[str, Any] | UnsetType = UNSET


class CaseLine(TurnLine, frozen=True, kw_only=True, forbid_unknown_fields=True,
               rename={"not_": "not"}):  # fmt: skip
    """One line of a suite."""

    id: str | None = None
    now: datetime | None = None
    """The instant of the case, with an offset; ``values`` need it."""
    household: str | None = None
    """A household file, relative to the suite; left out, the one that ships."""
    then: list[TurnLine] = msgspec.field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ExpectedCall:
    """A call that should be planned. What is None is not labelled."""

    expert: str
    api: str | None = None
    arguments: Mapping[str, str] | None = None
    values: Mapping[str, Json] | None = None

    @property
    def name(self) -> str:
        """``expert.api``, or ``expert`` where any of its APIs will do."""
        return f"{self.expert}.{self.api}" if self.api else self.expert


@dataclass(frozen=True, slots=True)
class Expected:
    """What should come of a turn."""

    calls: tuple[ExpectedCall, ...] | None = None
    """None: not labelled; empty: nobody's."""
    asks: str | None = None
    not_expert: str | None = None

    @property
    def refused(self) -> bool:
        """Whether it is nobody's."""
        return self.calls == ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said, and what is expected."""

    say: str
    """With ``audio``: what is said in it; empty if nobody wrote it down."""
    expected: Expected
    audio: Path | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One case: a conversation of one or more turns."""

    id: str
    turns: tuple[Turn, ...]
    now: datetime | None = None
    household: Path | None = None
    line: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases of one or more files, and what was left out and why."""

    cases: tuple[Case, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)

    def without(self, cases: Iterable[Case], why: str) -> Suite:
        """Return the suite without some cases; ``why`` is told with their number."""
        gone = {case.id for case in cases}
        if not gone:
            return self
        kept = tuple(case for case in self.cases if case.id not in gone)
        return Suite(kept, {**self.left_out, why: len(gone)})


def load_suite(*paths: Path) -> Suite:
    """Read suites as one. Raises FileError with the line of whatever is wrong."""
    cases: dict[str, Case] = {}
    for path in paths:
        here: set[str] = set()
        for number, text in _lines(path):
            line = _decode(text, path, number)
            case_id = line.id or f"{path.stem}-{number}"
            if case_id in here:
                raise FileError(f"a second case with the id {case_id!r}", path=path, line=number)
            here.add(case_id)
            unique = case_id if case_id not in cases else f"{path.stem}/{case_id}"
            cases[unique] = _case(line, unique, path, number)
    return Suite(tuple(cases.values()))


def _lines(path: Path) -> Iterable[tuple[int, str]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read this file: {error.strerror or error}", path=path) from error
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            text = raw.decode().strip()
        except UnicodeDecodeError as error:
            raise FileError("not UTF-8", path=path, line=number) from error
        if len(text) > MAX_LINE:
            raise FileError(f"longer than {MAX_LINE:,} characters", path=path, line=number)
        if text and not text.startswith("#"):  # a comment; JSON has none
            yield number, text


def _decode(text: str, path: Path, number: int) -> CaseLine:
    try:
        return msgspec.convert(_parse(text), CaseLine)
    except msgspec.ValidationError as error:
        raise _complaint(str(error), path, number) from error
    except (ValueError, RecursionError) as error:
        raise FileError(f"no JSON: {error}", path=path, line=number) from error


def _parse(text: str) -> Any:  # noqa: ANN401 - any JSON
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = next(k for k in found if sum(k == key for key, _ in pairs) > 1)
            raise ValueError(f"the key {twice!r} is there twice")
        return found

    return json.loads(text, object_pairs_hook=unique)


def _complaint(said: str, path: Path, number: int) -> FileError:
    """Turn msgspec's words into ours, with the nearest known key."""
    unknown = re.search(r"unknown field `(.*?)`", said)
    at = re.search(r"at `\$\.?(.*?)`", said)
    key = at.group(1) if at else None
    if unknown is None:
        return FileError(re.sub(r" - at `.*`$", "", said), path=path, line=number, key=key)
    kind = CallLine if "calls" in said else TurnLine if "then" in said else CaseLine
    known = [each.encode_name for each in msgspec.structs.fields(kind)]
    name = unknown.group(1)
    hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
    return FileError(f"unknown key {name!r}", path=path, line=number, key=key, hint=hint)


def _case(line: CaseLine, case_id: str, path: Path, number: int) -> Case:
    def wrong(message: str, key: str | None = None) -> FileError:
        return FileError(message, path=path, line=number, key=key)

    has_now = line.now is not None
    turns = tuple(
        replace(_turn(each, wrong, has_now=has_now), audio=_sound(each, path, wrong))
        for each in (line, *line.then)
    )
    if line.now is not None and line.now.tzinfo is None:
        raise wrong("a time needs an offset, as in 2026-11-21T10:00:00-05:00", "now")
    household = path.parent / line.household if line.household else None
    return Case(case_id, turns, line.now, household, number, str(path))


def _sound(line: TurnLine, path: Path, wrong: Any) -> Path | None:  # noqa: ANN401 - as below
    if line.audio is None:
        return None
    file = path.parent / line.audio
    if "\0" in line.audio or not file.is_file():
        raise wrong(f"there is no sound file {line.audio!r} beside this one", "audio")
    return file


def _turn(line: TurnLine, wrong: Any, *, has_now: bool) -> Turn:  # noqa: ANN401 - makes FileErrors
    if line.say is None and line.audio is None:
        raise wrong("every turn needs `say` or `audio`")
    given = [
        key
        for key, value in (("expert", line.expert), ("calls", line.calls), ("not", line.not_))
        if value is not UNSET
    ]
    if len(given) > 1:
        raise wrong(f"{' and '.join(f'`{key}`' for key in given)} exclude each other")
    if not given and line.asks is None:
        raise wrong("says nothing of what is expected: `expert`, `calls`, `asks` or `not`")
    if line.api is not None and not line.expert:
        raise wrong("`api` needs its `expert`", "api")
    labelled = line.arguments is not UNSET or line.values is not UNSET
    if labelled and line.arguments != {} and not isinstance(line.expert, str):
        raise wrong("`arguments` and `values` need an `expert`; in `calls` they go with each call")
    expected = _expected(line)
    if not has_now and any(call.values for call in expected.calls or ()):
        raise wrong("`values` need `now`", "values")
    return Turn(line.say or "", expected)


def _expected(line: TurnLine) -> Expected:
    calls: tuple[ExpectedCall, ...] | None = None
    if line.expert is None:
        calls = ()
    elif isinstance(line.expert, str):
        one = ExpectedCall(line.expert, line.api, _set(line.arguments), _set(line.values))
        calls = (one,)
    elif not isinstance(line.calls, UnsetType):
        calls = tuple(
            ExpectedCall(c.expert, c.api, _set(c.arguments), _set(c.values)) for c in line.calls
        )
    return Expected(calls, line.asks, None if isinstance(line.not_, UnsetType) else line.not_)


def _set(value: Any) -> Any:  # noqa: ANN401 - any of the labels
    return None if value is UNSET else value


# Fitting a suite to a catalogue ---------------------------------------------------------------


def relabel(suite: Suite, labels: Mapping[str, str | None]) -> Suite:
    """Rename what is expected: ``expert.api`` to ``expert.api``, ``expert`` or None (nobody's).

    A label of an expert alone ("news") stands for all its APIs. Arguments are dropped, since
    other labels have other parameters. What no label names is nobody's.
    """
    return Suite(tuple(_relabelled(case, labels) for case in suite.cases), suite.left_out)


def _relabelled(case: Case, labels: Mapping[str, str | None]) -> Case:
    def renamed(call: ExpectedCall) -> tuple[ExpectedCall, ...]:
        target = labels.get(call.name, labels.get(call.expert))
        if target is None:
            return ()
        expert, _, api = target.partition(".")
        return (ExpectedCall(expert, api or None),)

    turns = []
    for turn in case.turns:
        calls = turn.expected.calls
        if calls is not None:
            calls = tuple(new for call in calls for new in renamed(call))
        expected = replace(turn.expected, calls=calls)
        turns.append(replace(turn, expected=expected))
    return Case(case.id, tuple(turns), case.now, case.household, case.line, case.path)


def experts_of(case: Case) -> set[str]:
    """Return the experts that a case expects anything of."""
    return {call.expert for turn in case.turns for call in turn.expected.calls or ()}


def unseen(suite: Suite, examples: Iterable[str]) -> Suite:
    """Leave out the cases whose words are an example that was learned from."""
    known = {words(text) for text in examples}
    seen = [case for case in suite.cases if case.turns[0].say and words(case.turns[0].say) in known]
    return suite.without(seen, "an example of an expert, word for word")


def within(suite: Suite, experts: Sequence[str]) -> Suite:
    """Leave out the cases of experts that are not there."""
    there = set(experts)
    foreign = [case for case in suite.cases if experts_of(case) - there]
    names = sorted(set().union(*(experts_of(case) for case in foreign)) - there)
    return suite.without(foreign, f"of experts that are not here: {', '.join(names)}")
