"""Whatever a model answers: one final decision, and never a call that nobody declared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.act.graph import dependencies
from alexa_cli.decide.fits import breaks_schema
from alexa_cli.errors import AlexaError
from alexa_cli.models.chat import End, ModelSpec, Piece, TextPiece, ThoughtPiece, ToolPiece
from alexa_cli.turn import Answer, Call, Decision, Pass, Plan, Question

Run = Callable[..., Any]
UTTERANCES = st.sampled_from([
    "turn on the kitchen light", "set a ten minute pasta timer and call meg",
    "remind me to call mom at six", "what is the tallest mountain", "note that it is $5", "yes",
    "it",
])  # fmt: skip
TOOLS = [
    "on", "off", "call", "note", "timer", "remind", "never_mind", "ask_user", "none_of_these",
    "lights.on", "phone_timer", "lights.timer", "ON", "", "play", "\x1b[31m",
]  # fmt: skip
NAMES = ["device", "area", "kind", "contact", "text", "duration", "name", "message", "due",
         "question", "after", "x", "Device", "Du-e", "\ud800"]  # fmt: skip
TEXTS = ["kitchen light", "the kitchen light", "L1", "R2", "L99", "Meg", "meg bauer", "light",
         "everything", "ten minutes", "600", "10:00", "at six", "tomorrow", "$1", "$1.id", "$2.id",
         "$0.x", "$9.a.b", "${1.id}", "call $1.name", "it", "$5", "", " ", "a" * 3_000, "\x00",
         "\u202e", "NaN", "light.kitchen_ceiling", "2026-11-21T18:00:00-05:00"]  # fmt: skip
scalars: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(TEXTS), st.text(max_size=12), st.integers(), st.floats(), st.booleans(),
    st.none(),
)  # fmt: skip
values: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner,
                                                                         max_size=3), max_leaves=6
)  # fmt: skip
arguments = st.dictionaries(st.sampled_from(NAMES), values, max_size=4)
FITTING: dict[str, dict[str, list[Any]]] = {
    "on": {"device": ["kitchen light", "L1", "$1.id", "it", 5]},
    "off": {"area": ["kitchen", "R2", ""], "kind": ["light", "everything", "lamp"]},
    "call": {"contact": ["meg", "Meg Jones", "C1", "mom", "$1.contact", "$2.x"]},
    "note": {"text": ["it is $5", "the milk is off", "$1.text", 5, 2.5, "$5"]},
    "timer": {"duration": ["ten minute", "10 minutes", 600, "600", -1, 5.0], "name": ["pasta"]},
    "remind": {"message": ["call mom"], "due": ["at six", "18:00", "yesterday"]},
    "never_mind": {},
    "phone.timer": {"duration": ["ten minute"], "after": ["1", ["1", "2"], 3]},
}  # fmt: skip
fitting = st.sampled_from(sorted(FITTING)).flatmap(
    lambda tool: st.tuples(
        st.just(tool),
        st.fixed_dictionaries(
            {}, optional={name: st.sampled_from(given) for name, given in FITTING[tool].items()}
        ),
    )
)
calls = st.one_of(fitting, fitting, fitting, st.tuples(st.sampled_from(TOOLS), arguments))


def written(call: tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {"name": call[0], "arguments": call[1]}


def cut(text: str, at: float) -> str:
    return text[: int(len(text) * at)]


shares = st.sampled_from([1.0, 1.0, 1.0, 1.0, 0.3, 0.95])
as_json = st.one_of(
    st.lists(calls, max_size=4).map(lambda c: {"calls": [written(each) for each in c]}),
    calls.map(written),
    st.lists(calls, max_size=3).map(lambda c: [written(each) for each in c]),
    values,
    st.fixed_dictionaries({}, optional={"calls": values, "ask": values, "none": values,
                                        "say": values}),
).map(json.dumps)  # fmt: skip
dressed = st.sampled_from([
    "{}", "<tool_call>{}</tool_call>", "<tool_call>\n{}", "```json\n{}\n```", "Sure! {}",
    "<think>hm {{</think>{}", "<think>{}", "{}</think>Hello there.", "{}\n{}", "I'll do it. {}",
])  # fmt: skip
texts = st.one_of(
    st.text(max_size=60),
    st.builds(lambda form, body, at: cut(form.replace("{}", body), at), dressed, as_json, shares),
    st.text(alphabet="{}[]\"':,<>/\\`tool_callthinkname$1.", max_size=60),
    st.sampled_from(["", "   ", "Paris.", "I've turned on the light.", "none_of_these()", "on(x)",
                     'ask_user("Which?")', "{" * 5_000, "[" * 50_000, '{"a":' * 3_000,
                     "1" * 6_000, "<think>" * 500, "</think>", "<tool_call>" * 300]),
)  # fmt: skip
tool_pieces = st.builds(
    lambda index, call, at, id_: ToolPiece(index, call[0], cut(json.dumps(call[1]), at), id_),
    st.integers(0, 3), calls, shares, st.sampled_from(["", "a", "1", "call_1", "\ud800"]),
)  # fmt: skip
pieces: st.SearchStrategy[Piece] = st.one_of(
    texts.map(TextPiece), st.text(max_size=9).map(ThoughtPiece), tool_pieces,
    st.builds(ToolPiece, st.integers(0, 2), st.sampled_from(TOOLS), st.text(max_size=9)),
)  # fmt: skip
ends = st.sampled_from(["stop", "tool_calls", "length", "content_filter", "x"]).map(End)
answers = st.one_of(
    texts.map(lambda text: [TextPiece(text), End()]),
    st.lists(calls, min_size=1, max_size=4).map(
        lambda made: [
            *(ToolPiece(at, name, json.dumps(given)) for at, (name, given) in enumerate(made)),
            End("tool_calls"),
        ]
    ),
    st.lists(tool_pieces, min_size=1, max_size=4).map(lambda found: [*found, End("tool_calls")]),
    st.tuples(st.lists(pieces, max_size=5), ends).map(lambda pair: [*pair[0], pair[1]]),
)


def planned(decision: Decision) -> Iterator[Call]:
    plan = decision.plan if isinstance(decision, Question) else decision
    if isinstance(plan, Plan):
        yield from plan.calls


def holds(done: Any) -> None:
    """What must be true of every turn."""
    assert [each.final for each in done.decisions].count(True) == 1
    assert done.last.final
    assert all(isinstance(each, Answer) for each in done.decisions[:-1])
    assert isinstance(done.last, (Answer, Pass, Plan, Question))
    if isinstance(done.last, Plan):
        assert done.last.calls
    asked = done.last.parameter if isinstance(done.last, Question) else None
    calls = list(planned(done.last))
    dependencies(calls)
    for place, call in enumerate(calls, 1):
        api = done.request.catalogue.find(call.expert, call.api)
        assert api is not None
        assert call.id == str(place)
        for name, argument in call.arguments.items():
            parameter = api.parameters[name]
            if argument.pointer is not None:
                assert int(argument.pointer[1:].partition(".")[0]) < place
                continue
            if argument.value is None:
                assert isinstance(done.last, Question)
                continue
            assert breaks_schema(parameter.schema, argument.value) is None
            json.dumps(argument.value).encode()
            if parameter.x_list:
                listed = done.request.snapshot.list(parameter.x_list)
                assert listed is not None
                assert listed.get(str(argument.value)) is not None
            if parameter.choices:
                assert argument.value in parameter.choices
        lacks = {p.name for p in api.parameters.values() if p.required} - call.arguments.keys()
        assert lacks <= {asked}


def check(plan: Run, said: str, structured: str, told: list[Any]) -> None:
    spec = ModelSpec("fast", kind="scripted", structured=structured)  # type: ignore[arg-type]
    try:
        done = plan(said, *told, spec=spec)
    except AlexaError:
        return
    holds(done)
    assert len(done.model.asked) <= 2
    assert done.model.closed == 0
    for request in done.model.asked:
        json.dumps([*request.messages, *request.tools]).encode()
        str(request.messages).encode()  # no half of a character is sent back


STRUCTURED = st.sampled_from(["tools", "json_schema"])


@settings(max_examples=250)
@given(UTTERANCES, STRUCTURED, st.lists(answers, min_size=2, max_size=2))
def test_whatever_a_model_answers_the_turn_ends_well(
    plan: Run, said: str, structured: str, told: list[Any]
) -> None:
    check(plan, said, structured, told)


@pytest.mark.slow
@settings(max_examples=20_000)
@given(UTTERANCES, STRUCTURED, st.lists(answers, min_size=2, max_size=2))
def test_whatever_a_model_answers_twenty_thousand_times(
    plan: Run, said: str, structured: str, told: list[Any]
) -> None:
    check(plan, said, structured, told)
