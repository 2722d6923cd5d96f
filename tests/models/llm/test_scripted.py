"""The scripted model answers, waits and fails as its file says."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.errors import FileError
from alexa_cli.models.chat import (
    ChatRequest,
    End,
    ModelSpec,
    Piece,
    SectionText,
    TextPiece,
    ThoughtPiece,
    ToolPiece,
)
from alexa_cli.models.failures import (
    BadAnswer,
    Busy,
    Filtered,
    ModelError,
    NoAnswer,
    NotAllowed,
    TooLong,
)
from alexa_cli.models.llm import prefix
from alexa_cli.models.llm.asked import job_of, said_in
from alexa_cli.models.llm.prefix import PrefixCache, lay_out, tokens
from alexa_cli.models.llm.script import load_script
from alexa_cli.models.llm.scripted import Scripted, words


def scripted(folder: Path, text: str, **spec: Any) -> Scripted:
    path = folder / "answers.yaml"
    path.write_text(text, encoding="utf-8")
    return Scripted(ModelSpec(name="fast", kind="scripted", **spec), path)


def asks(said: str = "hello", *more: dict[str, Any], **fields: Any) -> ChatRequest:
    system = {"role": "system", "content": "You are an assistant."}
    return ChatRequest(messages=(system, {"role": "user", "content": said}, *more), **fields)


def tool(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}


async def _all(model: Scripted, request: ChatRequest) -> list[Piece]:
    return [piece async for piece in model.chat(request)]


def answer(model: Scripted, request: ChatRequest) -> list[Piece]:
    return asyncio.run(_all(model, request))


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, TextPiece))


def end_of(pieces: list[Piece]) -> End:
    (end,) = [piece for piece in pieces if isinstance(piece, End)]
    assert pieces[-1] is end
    return end


# Answers ------------------------------------------------------------------------------------


def test_text_comes_in_words_and_ends_well(tmp_path: Path) -> None:
    model = scripted(tmp_path, "else: {text: 'Hello to you.'}")
    pieces = answer(model, asks())
    assert pieces[:3] == [TextPiece("Hello"), TextPiece(" to"), TextPiece(" you.")]
    end = end_of(pieces)
    assert (end.reason, end.model) == ("stop", "fast")


def test_calls_come_in_pieces_with_names_and_ids(tmp_path: Path) -> None:
    model = scripted(
        tmp_path,
        "answers: [{when: light, text: Right., thought: 'Hm hm', calls: ["
        "{name: smart_home.turn_on, arguments: {device: kitchen light}}, {name: b, id: x}]}]",
    )
    pieces = answer(model, asks("the light", tools=(tool("smart_home_turn_on"),)))
    assert pieces[:3] == [ThoughtPiece("Hm"), ThoughtPiece(" hm"), TextPiece("Right.")]
    calls = [piece for piece in pieces if isinstance(piece, ToolPiece)]
    assert calls[0] == ToolPiece(0, "smart_home_turn_on", "", "call_1")
    first = "".join(piece.arguments for piece in calls if piece.index == 0)
    assert json.loads(first) == {"device": "kitchen light"}
    assert calls[-2:] == [ToolPiece(1, "b", "", "x"), ToolPiece(1, "", "{}")]
    assert end_of(pieces).reason == "tool_calls"


def test_json_is_the_text(tmp_path: Path) -> None:
    model = scripted(tmp_path, "else: {json: {say: [1, null]}, reason: length}")
    pieces = answer(model, asks())
    assert text_of(pieces) == '{"say":[1,null]}'
    assert end_of(pieces).reason == "length"
    assert text_of(answer(scripted(tmp_path, "else: {json: null}"), asks())) == "null"


# Which rule ---------------------------------------------------------------------------------

RULES = """
answers:
  - {job: [route, plan], when: ^rain, text: job}
  - {job: reply, text: reply}
  - {request: 2, text: second}
  - {prompt: "assistant[.].*kitchen|secret_tool", text: prompt}
  - {think: true, text: thinking}
  - {when: twice, times: 2, fail: busy}
  - {when: "turn (?P<how>on|off) the (?P<what>.+)", prompt: "(?P<who>assistant)",
     text: "{what} {how}, {who}", calls: [{name: "t.{how}", arguments: {a: ["{what}"]}}]}
else: {text: "else {plain}"}
"""


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (asks("Rain?", tools=(tool("x"),)), "job"),
        (asks("Rain?", sections=(SectionText("experts", "fixed", "", 0),)), "job"),
        (asks("Rain?"), "else {plain}"),
        (asks("no", sections=(SectionText("outcomes", "turn", "", 0),)), "reply"),
        (asks("no", {"role": "assistant", "content": ""}), "second"),
        (asks("no", tools=(tool("secret_tool"),)), "prompt"),
        (asks("no", think=True), "thinking"),
        (asks("Turn OFF the lamp"), "lamp OFF, assistant"),
    ],
)
def test_the_first_rule_that_holds_answers(
    tmp_path: Path, request_: ChatRequest, text: str
) -> None:
    assert text_of(answer(scripted(tmp_path, RULES), request_)) == text


def test_groups_are_filled_into_calls(tmp_path: Path) -> None:
    request = asks("turn on the lamp", tools=(tool("on"),))
    calls = [p for p in answer(scripted(tmp_path, RULES), request) if isinstance(p, ToolPiece)]
    assert calls[0].name == "on"
    assert "".join(piece.arguments for piece in calls) == '{"a":["lamp"]}'


def test_a_rule_may_hold_so_many_times(tmp_path: Path) -> None:
    model = scripted(tmp_path, RULES)
    for _ in range(2):
        with pytest.raises(Busy):
            answer(model, asks("twice"))
    assert text_of(answer(model, asks("twice"))) == "else {plain}"
    assert len(model.seen) == 3


def test_what_the_user_said_is_a_section_where_there_is_one(tmp_path: Path) -> None:
    model = scripted(tmp_path, "answers: [{when: ^lights?$, text: yes}]\nelse: {text: no}")
    sections = (SectionText("said", "turn", "<said>light</said>", 1),)
    assert text_of(answer(model, asks("a long prompt", sections=sections))) == "yes"
    parts = {"role": "user", "content": [{"type": "text", "text": "lights"}]}
    assert text_of(answer(model, ChatRequest(messages=(parts,)))) == "yes"


def test_no_rule_is_a_clear_failure(tmp_path: Path) -> None:
    model = scripted(tmp_path, "answers: [{when: a, text: b}]")
    with pytest.raises(BadAnswer, match=r"answers.yaml has no answer for 'hello'") as caught:
        answer(model, asks())
    assert "else" in (caught.value.hint or "")


# Failures -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fail", "class_"),
    [("unreachable", NoAnswer), ("busy", Busy), ("bad_key", NotAllowed), ("too_long", TooLong),
     ("bad_answer", BadAnswer), ("filtered", Filtered), ("error", ModelError)],
)  # fmt: skip
def test_every_failure(tmp_path: Path, fail: str, class_: type[ModelError]) -> None:
    with pytest.raises(ModelError, match="fast ") as caught:
        answer(scripted(tmp_path, f"else: {{fail: {fail}}}"), asks())
    assert type(caught.value) is class_
    model = scripted(tmp_path, f"else: {{text: a b c, fail: {fail}, after: 2, message: Oh.}}")
    came: list[Piece] = []

    async def run() -> None:
        stream = model.chat(asks())
        while True:
            came.append(await anext(stream))

    with pytest.raises(class_, match=r"^Oh"):
        asyncio.run(run())
    assert came == [TextPiece("a"), TextPiece(" b")]
    assert model.open == 0


def test_busy_says_when(tmp_path: Path) -> None:
    with pytest.raises(Busy) as caught:
        answer(scripted(tmp_path, "else: {fail: busy, retry_after: 1500ms}"), asks())
    assert caught.value.after == 1.5


def test_a_cut_stream_has_no_end(tmp_path: Path) -> None:
    half = answer(scripted(tmp_path, "else: {text: a b c d, fail: cut}"), asks())
    assert half == [TextPiece("a"), TextPiece(" b")]
    assert answer(scripted(tmp_path, "else: {fail: cut}"), asks()) == []


def test_half_a_tool_call_ends_as_if_nothing_was_wrong(tmp_path: Path) -> None:
    text = "else: {fail: malformed, calls: [{name: a, arguments: {device: kitchen}}]}"
    pieces = answer(scripted(tmp_path, text), asks())
    arguments = "".join(piece.arguments for piece in pieces if isinstance(piece, ToolPiece))
    assert arguments == '{"device":'
    assert end_of(pieces).reason == "tool_calls"
    pieces = answer(scripted(tmp_path, "else: {fail: malformed, json: {a: 1}}"), asks())
    assert text_of(pieces) == '{"a'
    broken = answer(scripted(tmp_path, "else: {calls: [{name: a, arguments: '{'}]}"), asks())
    assert broken[1] == ToolPiece(0, "", "{")


def test_a_stall_is_silent_until_it_is_closed(tmp_path: Path) -> None:
    model = scripted(tmp_path, "else: {text: a b, fail: stall, after: 1}")

    async def run() -> None:
        stream = model.chat(asks())
        assert await anext(stream) == TextPiece("a")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(stream), 0.02)
        assert model.open == 0

    asyncio.run(run())


def test_huge_and_endless_answers(tmp_path: Path) -> None:
    huge = answer(scripted(tmp_path, "else: {text: 'very ', repeat: 50000}"), asks())
    assert len(text_of(huge)) == 250_000
    counted = answer(scripted(tmp_path, "else: {text: 'item {n}, ', repeat: 3}"), asks())
    assert text_of(counted) == "item 1, item 2, item 3, "
    assert text_of(answer(scripted(tmp_path, "else: {text: '{n}'}"), asks())) == "{n}"
    model = scripted(tmp_path, "else: {text: 'very ', endless: true}")

    async def run() -> int:
        stream = model.chat(asks())
        count = 0
        async for _ in stream:
            count += 1
            if count == 1000:
                break
        await stream.aclose()
        return count

    assert asyncio.run(run()) == 1000
    assert model.open == 0


def test_delays_come_before_the_first_piece_and_between_pieces(tmp_path: Path) -> None:
    text = "delay: 20ms\nper_piece: 5ms\nanswers: [{when: now, delay: 0ms, text: a b}]\n"
    model = scripted(tmp_path, text + "else: {text: a b c}")

    async def times(said: str) -> list[float]:
        clock = asyncio.get_running_loop().time
        began = clock()
        return [clock() - began async for _ in model.chat(asks(said))]

    slow = asyncio.run(times("later"))
    assert slow[0] >= 0.019
    assert slow[2] - slow[0] >= 0.009
    assert asyncio.run(times("now"))[1] >= 0.004


# Usage --------------------------------------------------------------------------------------


def test_usage_may_be_given(tmp_path: Path) -> None:
    text = "else: {text: a, usage: {uncached: 7, output: 2}}"
    usage = end_of(answer(scripted(tmp_path, text), asks())).usage
    assert (usage.uncached, usage.cache_read, usage.output) == (7, None, 2)


def test_a_prefix_that_was_seen_is_read_from_the_cache(tmp_path: Path) -> None:
    model = scripted(tmp_path, "else: {text: one two}", min_cache_tokens=100)
    long = "x" * 4000
    first, second = (end_of(answer(model, asks(long + end))).usage for end in ("a", "b"))
    assert first.cache_read == 0
    assert second.cache_read is not None
    assert second.cache_read >= 1000
    assert second.input == first.input
    assert second.output == 2
    again = end_of(answer(model, asks(long + "b"))).usage
    assert again.uncached == 1  # at least the last token is read afresh
    short = end_of(answer(model, asks("a"))).usage
    assert short.cache_read == 0


@pytest.mark.parametrize(("cache", "step"), [("none", 0), ("openai", 128), ("prefix", 1)])
def test_providers_cache_in_their_own_way(tmp_path: Path, cache: Any, step: int) -> None:
    model = scripted(tmp_path, "else: {text: a}", cache=cache, min_cache_tokens=1024)
    read = [end_of(answer(model, asks("x" * 5000 + end))).usage.cache_read for end in "ab"]
    assert read[0] == 0
    assert read[1] is not None
    assert (read[1] >= 1024 and read[1] % step == 0) if step else read[1] == 0


def test_breakpoints_are_written_and_then_read(tmp_path: Path) -> None:
    model = scripted(tmp_path, "else: {text: a}", cache="anthropic", min_cache_tokens=1024)
    mark = {"cache_control": {"type": "ephemeral"}}

    def request(end: str, fixed: int = 8000) -> ChatRequest:
        system = {"role": "system", "content": [{"type": "text", "text": "x" * fixed, **mark}]}
        parts = [{"type": "text", "text": "home" * 100, **mark}, {"type": "text", "text": end}]
        return ChatRequest(messages=(system, {"role": "user", "content": parts}))

    first, second = (end_of(answer(model, request(end))).usage for end in ("on", "off"))
    assert first.cache_read == 0
    assert first.cache_write is not None
    assert first.cache_write > 2000
    assert (second.cache_read, second.cache_write) == (first.cache_write, 0)
    small = [end_of(answer(model, request(end, 100))).usage for end in ("on", "off")]
    assert [usage.cache_write for usage in small] == [0, 0]


# The file -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "no answers"),
        ("answers:\n  - {when: a, txet: b}", 2, "did you mean 'text'"),
        ("answers:\n  - when: a\n    job: plna\n    text: b", 3, "did you mean 'plan'"),
        ("answers:\n\n  - when: '('\n    text: a", 3, "regular expression"),
        ("answers:\n  - {when: a}", 2, "answers nothing"),
        ("answers:\n  - when: a\n    fail: bussy", 3, "did you mean 'busy'"),
        ("else:\n  text: a\n  json: {}", 3, "keep one"),
        ("else:\n  text: a\n  after: 3", 3, "for a rule that fails"),
        ("else:\n  fail: cut\n  retry_after: 3s", 3, "only busy"),
        ("else:\n  fail: malformed", 2, "half an answer"),
        ("else:\n  endless: true\n  fail: cut", 2, "give it text"),
        ("else: {text: a, endless: true, repeat: 2}", 1, "repeated already"),
        ("answers:\n  - when: (?P<what>.)\n    text: '{waht}'", 3, "did you mean 'what'"),
        ("else:\n  text: a\n  delay: 100", 3, "duration"),
        ("else:\n  calls: [{arguments: {}}]", 2, "'name' is missing"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    with pytest.raises(FileError) as caught:
        load_script(tmp_path / "a.yaml", text)
    assert says in str(caught.value)
    assert caught.value.line == line


def test_no_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"none.yaml: cannot read"):
        Scripted(ModelSpec(name="fast"), tmp_path / "none.yaml")


@given(st.text(max_size=60))
def test_words_make_up_the_text_again(text: str) -> None:
    assert "".join(words(text)) == text


def test_the_job_is_what_the_request_says_or_shows() -> None:
    assert job_of(asks()) == ""
    assert job_of(asks(tools=(tool("a"),))) == "plan"
    for job in ("route", "plan", "reply", "summarise", "rerank", "test"):
        assert job_of(asks(cache_key=f"alexa-{job}-0123", tools=(tool("a"),))) == job
    for section, job in (("experts", "route"), ("hypotheses", "rerank"), ("outcomes", "reply")):
        assert job_of(asks(sections=(SectionText(section, "turn", "", 0),))) == job


def test_the_words_are_found_in_the_prompt() -> None:
    marked = asks("The home.\n\n<said>dim the\nlamp</said>\n\nDo it.")
    told_back = {"role": "user", "content": "there is no such lamp"}
    assert said_in(marked) == "dim the\nlamp"
    assert said_in(asks("<said>dim</said>", {"role": "assistant"}, told_back)) == "dim"
    assert said_in(asks("a", told_back)) == "there is no such lamp"


PLAN = {"properties": {"calls": {"items": {"properties": {"api": {"enum": ["turn_on", "b"]}}}}}}


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("{calls: [{name: home.turn_on, arguments: {x: 1}}, {name: b}]}",
         {"calls": [{"api": "turn_on", "arguments": {"x": 1}}, {"api": "b", "arguments": {}}]}),
        ("{calls: [{name: none_of_these}]}", {"none": True}),
        ("{calls: [{name: ask_user, arguments: {question: Which?}}]}", {"ask": "Which?"}),
        ("{text: Hello.}", {"say": "Hello."}),
        ("{json: {any: thing}}", {"any": "thing"}),
    ],
)  # fmt: skip
def test_the_same_script_answers_in_json_where_that_is_asked_for(
    tmp_path: Path, rule: str, text: Any
) -> None:
    pieces = answer(scripted(tmp_path, f"else: {rule}"), asks(schema=PLAN))
    assert json.loads(text_of(pieces)) == text
    assert end_of(pieces).reason == "stop"


KEYS = "answers else job when prompt text json calls fail after delay".split()
SCALARS = st.none() | st.booleans() | st.integers(-3, 3)
VALUES = st.recursive(
    SCALARS | st.sampled_from(["", "(", "plan", "busy", "1s"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_any_script_loads_or_is_refused_with_its_line(value: Any) -> None:
    line = None
    try:
        assert load_script(Path("any.yaml"), json.dumps(value)).entries
    except FileError as error:
        line = error.line
    assert line in {None, 1}


TEXTS = st.sampled_from(["aaaa" * 40, "bbbb" * 40, "c"])
PROMPTS = st.lists(st.lists(st.tuples(TEXTS, st.booleans()), max_size=5), min_size=1, max_size=4)
CACHES = st.sampled_from(["anthropic", "openai", "prefix", "none"])


@given(PROMPTS, CACHES, st.integers(0, 60))
def test_counts_of_a_cache_add_up(prompts: list[Any], kind: Any, least: int) -> None:
    cache = PrefixCache(ModelSpec("any", cache=kind, min_cache_tokens=least))
    for parts in prompts:
        content = [
            {"type": "text", "text": text, **({"cache_control": {}} if mark else {})}
            for text, mark in parts
        ]
        layout = lay_out(ChatRequest(messages=({"role": "user", "content": content},)))
        uncached, read, written = cache.read(layout)
        assert min(uncached, read, written) >= 0
        assert uncached + read + written == tokens(layout.text)
        assert read == 0 or read >= least
        assert read == 0 or kind != "none"


@given(st.text("ab", max_size=40), st.text("ab", max_size=40))
def test_the_longest_common_prefix(one: str, other: str) -> None:
    length = prefix._shared(one, other)
    assert one[:length] == other[:length]
    assert one[length : length + 1] != other[length : length + 1] or length == len(one)
