"""The scripted model: answers from a file, with the delays and failures that the file says.

For tests of experts and prompts, and of how the program behaves when a provider does not.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from alexa_cli.models.chat import End, TextPiece, ThoughtPiece, ToolPiece, Usage
from alexa_cli.models.failures import (
    BadAnswer,
    Busy,
    Filtered,
    ModelError,
    NoAnswer,
    NotAllowed,
    TooLong,
)
from alexa_cli.models.llm.asked import (
    job_of,
    number_of,
    said_in,
    tool_named,
    wants_calls,
)
from alexa_cli.models.llm.prefix import PrefixCache, lay_out, tokens
from alexa_cli.models.llm.script import fill, load_script

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
    from pathlib import Path

    from alexa_cli.models.chat import ChatRequest, ModelSpec, Piece
    from alexa_cli.models.llm.prefix import Layout
    from alexa_cli.models.llm.script import Entry, Rule, Script, ScriptedCall

SEEN = 100
"""Requests that a scripted model remembers, for tests."""
ARGUMENT_PIECE = 12
"""Characters of a tool call's arguments that come in one piece."""
STALL = 86_400.0
"""Seconds. Whoever asks gives up long before."""

_FAILURES: Mapping[str, tuple[type[ModelError], str]] = {
    "unreachable": (NoAnswer, "cannot be reached"),
    "busy": (Busy, "asks to come back later"),
    "bad_key": (NotAllowed, "does not accept the key"),
    "too_long": (TooLong, "does not take a prompt of this length"),
    "bad_answer": (BadAnswer, "answered what makes no sense"),
    "filtered": (Filtered, "refused the content"),
    "error": (ModelError, "failed"),
}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a rule says, its groups filled in."""

    thought: str
    text: str
    calls: tuple[tuple[str, str, str], ...]
    """Name, arguments, id."""


class Scripted:
    """A language model that answers from a file. See ``models.chat.LanguageModel``."""

    def __init__(self, spec: ModelSpec, path: Path) -> None:
        """Raises FileError for a script that is wrong."""
        self.spec = spec
        self.seen: deque[ChatRequest] = deque(maxlen=SEEN)
        """The requests that came, oldest first."""
        self.open = 0
        """Streams that have begun and neither ended nor been closed."""
        self._script: Script = load_script(path)
        self._cache = PrefixCache(spec)
        self._held: Counter[int] = Counter()

    async def warm(self) -> None:
        """There is nothing to warm."""

    async def close(self) -> None:
        """There is nothing to close."""

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece]:
        """Yield the answer's pieces. Raises ModelError where the script says so."""
        self.seen.append(request)
        layout = lay_out(request, tools_first=self.spec.tools_first)
        entry, groups = self._find(request, layout.text)
        rule, answer = entry.rule, _answer(entry.rule, groups, request)
        self.open += 1
        try:
            async for piece in self._stream(rule, answer, layout):
                yield piece
        finally:
            self.open -= 1

    async def _stream(self, rule: Rule, answer: _Answer, layout: Layout) -> AsyncGenerator[Piece]:
        delay = self._script.delay if rule.delay is None else rule.delay.seconds
        pause = self._script.per_piece if rule.per_piece is None else rule.per_piece.seconds
        breaks = _break(rule, answer)
        await asyncio.sleep(delay)
        if breaks == 0 and rule.fail not in {"stall", "cut"}:
            raise self._failure(rule)
        read = self._cache.read(layout)
        for number, piece in enumerate(_pieces(rule, answer)):
            if number == breaks:
                break
            if number:
                await asyncio.sleep(pause)
            yield piece
        if breaks is None:
            yield self._end(rule, answer, read)
        elif rule.fail == "stall":
            await asyncio.sleep(STALL)
        elif rule.fail != "cut":
            raise self._failure(rule)

    def _find(self, request: ChatRequest, prompt: str) -> tuple[Entry, dict[str, str]]:
        """Return the first rule that holds, and its groups. Raises BadAnswer if none does."""
        said, job, number = said_in(request), job_of(request), number_of(request)
        for place, entry in enumerate(self._script.entries):
            rule = entry.rule
            jobs = [rule.job] if isinstance(rule.job, str) else rule.job
            if (
                (jobs is not None and job not in jobs)
                or rule.request not in {None, number}
                or rule.think not in {None, request.think}
                or (rule.times is not None and self._held[place] >= rule.times)
            ):
                continue
            groups = entry.groups(said, prompt)
            if groups is not None:
                self._held[place] += 1
                return entry, groups
        what = f"for {said!r}" if len(said) < 60 else f"for {said[:60]!r}…"  # noqa: PLR2004
        raise BadAnswer(
            f"{self.spec.name}: {self._script.path} has no answer {what} "
            f"(job {job or 'unknown'}, request {number})",
            hint="add a rule that holds for it, or an else:",
        )

    def _failure(self, rule: Rule) -> ModelError:
        class_, says = _FAILURES[rule.fail or "error"]
        message = rule.message or f"{self.spec.name} {says} (scripted)"
        if class_ is Busy:
            return Busy(message, after=rule.retry_after.seconds if rule.retry_after else None)
        hint = "this failure is in its script" if class_ is NotAllowed else None
        return class_(message, hint=hint)

    def _end(self, rule: Rule, answer: _Answer, read: tuple[int, int, int]) -> End:
        reason = rule.reason or ("tool_calls" if answer.calls else "stop")
        model = self.spec.model or self.spec.name
        if rule.usage is not None:
            given = rule.usage
            usage = Usage(
                given.uncached, given.cache_read, given.cache_write, given.output, given.thought
            )
            return End(reason, usage, model)
        thought = tokens(answer.thought)
        made = tokens(answer.text) * rule.repeat + thought
        made += sum(tokens(name + arguments) for name, arguments, _ in answer.calls)
        return End(reason, Usage(*read, made, thought), model)


def _answer(rule: Rule, groups: Mapping[str, str], request: ChatRequest) -> _Answer:
    calls = [_call(call, place, groups, request) for place, call in enumerate(rule.calls, 1)]
    if rule.json is not msgspec.UNSET:
        text = _json(fill(rule.json, groups))
    else:
        text = fill(rule.text or "", groups)
        if wants_calls(request):
            text, calls = _as_json(text, calls), []
    if rule.fail == "malformed":
        if calls:
            name, arguments, id_ = calls[-1]
            calls[-1] = (name, arguments[: max(1, len(arguments) // 2)], id_)
        else:
            text = text[: len(text) // 2]
    return _Answer(fill(rule.thought or "", groups), text, tuple(calls))


def _call(
    call: ScriptedCall, place: int, groups: Mapping[str, str], request: ChatRequest
) -> tuple[str, str, str]:
    arguments = call.arguments
    text = arguments if isinstance(arguments, str) else _json(fill(arguments, groups))
    return tool_named(fill(call.name, groups), request), text, call.id or f"call_{place}"


def _as_json(text: str, calls: Sequence[tuple[str, str, str]]) -> str:
    """Return an answer as a planner wants it that asks for JSON, not for tools."""
    if not calls:
        return _json({"say": text}) if text else ""
    parts = ",".join(
        f'{{"api":{_json(name)},"arguments":{arguments}}}' for name, arguments, _ in calls
    )
    name, arguments, _ = calls[0]
    if name == "none_of_these":
        return _json({"none": True})
    if name == "ask_user":
        return arguments.replace('"question"', '"ask"', 1)
    return f'{{"calls":[{parts}]}}'


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _break(rule: Rule, answer: _Answer) -> int | None:
    """Return how many pieces come before it fails; None if it does not."""
    if rule.fail is None or rule.fail == "malformed":
        return None
    if rule.after is not None or rule.fail != "cut":
        return rule.after or 0
    if rule.endless:
        return 1
    return sum(1 for _ in _pieces(rule, answer)) // 2


def _pieces(rule: Rule, answer: _Answer) -> Iterator[Piece]:
    for word in words(answer.thought):
        yield ThoughtPiece(word)
    again = itertools.count(1) if rule.endless else range(1, rule.repeat + 1)
    if answer.text:
        for number in again:
            numbered = rule.endless or rule.repeat > 1
            text = answer.text.replace("{n}", str(number)) if numbered else answer.text
            for word in words(text):
                yield TextPiece(word)
    for index, (name, arguments, id_) in enumerate(answer.calls):
        yield ToolPiece(index, name, "", id_)
        for start in range(0, len(arguments), ARGUMENT_PIECE):
            yield ToolPiece(index, "", arguments[start : start + ARGUMENT_PIECE])


def words(text: str) -> list[str]:
    """Cut a text before each run of spaces; the pieces make up the text again."""
    return re.findall(r"\s*\S+(?:\s+\Z)?|\s+\Z", text)
