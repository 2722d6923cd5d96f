"""Spans get the right parents, whoever records them, and every attribute is a declared one."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import re
import threading
from typing import TYPE_CHECKING

import pytest

from alexa_cli.trace import names
from alexa_cli.trace.record import Recorder, Span

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

_ATTRIBUTE = re.compile(r"(gen_ai|alexa)(\.(?!db$)[a-z_]+)+")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def _tree(spans: list[Span]) -> dict[str, str | None]:
    by_id = {span.id: span.name for span in spans}
    return {span.name: by_id[span.parent] if span.parent else None for span in spans}


def test_spans_nest_and_count_from_the_beginning_of_the_turn() -> None:
    recorder = Recorder(Clock())
    with recorder.span("act"), recorder.span("call", expert="timers") as span:
        span.set("status", "done")
        span.set("gen_ai.tool.name", "timers.start")
        recorder.event("emit")
    act, call, emit = recorder.spans()
    assert (act.start, act.end) == (1.0, 5.0)
    assert (call.start, call.end) == (2.0, 4.0)
    assert emit.start == emit.end == 3.0
    assert _tree(recorder.spans()) == {"act": None, "call": "act", "emit": "call"}
    assert call.attributes == {
        "alexa.expert": "timers", "alexa.status": "done", "gen_ai.tool.name": "timers.start"
    }  # fmt: skip


def test_after_a_span_its_parent_is_current_again() -> None:
    recorder = Recorder()
    with recorder.span("act"):
        with recorder.span("first"):
            pass
        with recorder.span("second"):
            pass
    recorder.event("later")
    tree = _tree(recorder.spans())
    assert tree == {"act": None, "first": "act", "second": "act", "later": None}


def test_tasks_side_by_side_keep_their_own_parents() -> None:
    recorder = Recorder()

    async def call(name: str) -> None:
        with recorder.span(name):
            await asyncio.sleep(0)
            with recorder.span(f"{name} inner"):
                await asyncio.to_thread(work, f"{name} thread")
                await asyncio.sleep(0)

    def work(name: str) -> None:
        with recorder.span(name):
            pass

    async def main() -> None:
        with recorder.span("act"):
            await asyncio.gather(*(call(f"call {n}") for n in range(5)))

    asyncio.run(main())
    tree = _tree(recorder.spans())
    for n in range(5):
        assert tree[f"call {n}"] == "act"
        assert tree[f"call {n} inner"] == f"call {n}"
        assert tree[f"call {n} thread"] == f"call {n} inner"


def test_a_thread_of_its_own_records_at_the_top() -> None:
    recorder = Recorder()
    with recorder.span("act"):
        thread = threading.Thread(target=lambda: recorder.event("elsewhere"))
        thread.start()
        thread.join()
    assert _tree(recorder.spans()) == {"act": None, "elsewhere": None}


def test_two_turns_at_once_do_not_mix() -> None:
    one, other = Recorder(), Recorder()
    with one.span("one"), other.span("other"), one.span("inner"):
        pass
    assert _tree(other.spans()) == {"other": None}
    assert _tree(one.spans())["inner"] is None  # the current span is another recorder's


def test_an_error_passes_through_and_is_noted() -> None:
    recorder = Recorder()
    with pytest.raises(ZeroDivisionError), recorder.span("call"):
        raise ZeroDivisionError
    assert recorder.spans()[0].attributes == {"error.type": "ZeroDivisionError"}


def test_what_is_still_open_says_so() -> None:
    recorder = Recorder(Clock())
    with recorder.span("act"):
        (span,) = recorder.spans()
        assert span.attributes == {"alexa.unfinished": True}
        assert span.end > span.start
    assert recorder.spans()[0].attributes == {}


def test_a_generator_closed_from_another_task_does_no_harm() -> None:
    recorder = Recorder()

    async def turn() -> AsyncIterator[int]:
        with recorder.span("turn"):
            yield 1
            yield 2

    async def main() -> None:
        stream = turn()
        await anext(stream)
        await asyncio.create_task(_close(stream))

    async def _close(stream: AsyncIterator[int]) -> None:
        with contextlib.suppress(StopAsyncIteration):
            await stream.aclose()  # type: ignore[attr-defined]

    asyncio.run(main())
    assert recorder.spans()[0].attributes == {"error.type": "GeneratorExit"}


def test_names_are_distinct_and_ours_are_marked() -> None:
    assert len(names.DECLARED) == len(names.KEYWORDS)
    foreign = {name for name in names.DECLARED if not name.startswith("alexa.")}
    prefixes = ("gen_ai.", "error.", "http.", "process.")
    assert all(name.startswith(prefixes) for name in foreign)
    assert names.attribute("expert") == names.EXPERT
    assert names.attribute(names.TOOL) == names.TOOL


def _used(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Keywords of ``x.span("...")`` and ``x.event("...")``, first arguments of ``span.set``."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner, method = ast.unparse(node.func.value), node.func.attr
        if method in {"span", "event", "add"} and "recorder" in owner:
            yield from ((k.arg, node.lineno) for k in node.keywords if k.arg is not None)
        if method == "set" and "span" in owner and node.args:
            key = node.args[0]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, node.lineno


def _spelled_out(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Attribute names written as such, wherever they are put together."""
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and _ATTRIBUTE.fullmatch(text):
            yield text, node.lineno  # type: ignore[attr-defined]


def test_every_attribute_used_in_the_house_is_declared(repo: Path) -> None:
    files = [*repo.glob("alexa_cli/**/*.py"), *repo.glob("experts/**/*.py")]
    assert len(files) > 20
    undeclared = [
        f"{path.relative_to(repo)}:{line} {key}"
        for path in files
        for tree in [ast.parse(path.read_text(encoding="utf-8"))]
        for key, line in (*_used(tree), *_spelled_out(tree))
        if key not in names.KEYWORDS and key not in names.DECLARED
    ]
    assert undeclared == []


def test_the_walk_would_find_one() -> None:
    assert [key for key, _ in _spelled_out(ast.parse('{"gen_ai.nonsense": 1}'))] == [
        "gen_ai.nonsense"
    ]
    source = 'with self.recorder.span("a", nonsense=1) as span:\n    span.set("rubbish", 2)\n'
    assert [key for key, _ in _used(ast.parse(source))] == ["nonsense", "rubbish"]
