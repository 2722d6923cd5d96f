"""Words and values to arguments: hostile ones too. And what pronouns stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.catalog.expert import Api, Parameter
from alexa_cli.context.conversation import ConversationState
from alexa_cli.context.names import Name, NameList
from alexa_cli.decide.fits import breaks_schema
from alexa_cli.decide.model import Reading, Request
from alexa_cli.decide.references import OTHER, PRONOUNS
from alexa_cli.decide.resolution import Trouble, ask_for, finish, resolve, resolve_value
from alexa_cli.language.registry import known_types
from alexa_cli.turn import Argument, Call, Choice, Json, Plan, Question

Make = Callable[..., Request]
Decide = Callable[..., Any]

SCHEMAS: dict[str, dict[str, Json]] = {
    "number": {"type": "number", "minimum": -5, "exclusiveMaximum": 1000},
    "ordinal": {"type": "integer"},
    "percent": {"type": "number", "minimum": 0, "maximum": 100},
    "duration": {"type": "number"},
    "temperature": {"type": "object"},
}


def odd_api() -> Api:
    """One parameter of every kind there is."""
    typed = [Parameter(f"a_{x_type}", SCHEMAS.get(x_type, {"type": "string"}), x_type=x_type)
             for x_type in known_types()]  # fmt: skip
    others = [
        Parameter("free", {"type": "string", "minLength": 2, "maxLength": 12}),
        Parameter("count", {"type": "integer", "minimum": 1, "maximum": 9}),
        Parameter("flag", {"type": "boolean"}),
        Parameter("rows", {"type": "array"}),
        Parameter("device", {"type": "string"}, x_list="devices"),
        Parameter("gone", {"type": "string"}, x_list="no_such_list"),
        Parameter("mode", {"type": "string"}, choices={"quiet": ("quiet", "hush"), "2": ("two",)}),
    ]
    return Api("odd", "everything", "", parameters={p.name: p for p in (*typed, *others)})


API = odd_api()
json_values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
near_misses = st.sampled_from(
    "it|them|the other one|$1.id|$5|2026-13-45|24:60|FREQ=NEVER|-1 percent|ten|1e309|nan|inf|null|"
    "the|kitchen light|meg|in|at|99999999999999999999|0x10|½|²|１２|1/0|tomorrow|two hush|${HOME}|"
    "29 february|the 31st of april|in 99999999 years|24:00|12:60 am".split("|")
)


@settings(max_examples=400)
@given(name=st.sampled_from(sorted(API.parameters)), said=json_values | near_misses)
def test_a_hostile_value_is_refused_or_fits(request_for: Make, name: str, said: Json) -> None:
    request, parameter = request_for("whatever"), API.parameters[name]
    result = resolve(Reading(API, {name: said}, 1.0), request)
    if isinstance(result, Trouble):
        assert result.text.strip()
        assert result.parameter == name
        assert len(result.text) < 3_000
        return
    argument = result.arguments[name]
    assert argument.pointer is None, "a user's words never point at an outcome"
    assert breaks_schema(parameter.schema, argument.value) is None
    if parameter.choices:
        assert argument.value in parameter.choices
    if parameter.x_list:
        listed = request.snapshot.list(parameter.x_list)
        assert listed is not None
        assert listed.get(str(argument.value)) is not None


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from([*API.parameters, "unheard_of"]), json_values, max_size=6))
def test_many_hostile_values_at_once(request_for: Make, said: dict[str, Json]) -> None:
    result = resolve(Reading(API, said, 1.0), request_for("whatever"))
    call = result.call if isinstance(result, Trouble) else result
    assert set(call.arguments) <= set(API.parameters)


@settings(max_examples=150)
@given(st.sampled_from(sorted(API.parameters)), st.text(max_size=40))
def test_an_answer_is_a_value_or_none(request_for: Make, name: str, said: str) -> None:
    result = resolve_value(API, API.parameters[name], said, request_for(said))
    assert result is None or isinstance(result, (Argument, Trouble))


def test_a_huge_number_is_no_crash(request_for: Make) -> None:
    for said in (10**5_000, -(10**5_000), 1e308, float("nan"), float("inf")):
        for name in ("count", "a_number", "a_percent", "free", "mode", "device", "a_duration"):
            result = resolve(Reading(API, {name: said}, 1.0), request_for("x"))
            assert isinstance(result, (Call, Trouble))
            if name in {"count", "mode", "device", "free", "a_percent"}:
                assert isinstance(result, Trouble), (name, result)


def test_money_in_a_note_is_no_pointer(decide: Decide, request_for: Make) -> None:
    decision = decide("note $5 for milk")
    assert decision.calls[0].arguments["text"].value == "$5 for milk"
    said = {"free": "$1.id"}
    plain = resolve(Reading(API, said, 1.0), request_for("x"))
    pointing = resolve(Reading(API, said, 1.0, pointers=True), request_for("x"))
    assert isinstance(plain, Call)
    assert isinstance(pointing, Call)
    assert plain.arguments["free"].value == "$1.id"
    assert pointing.arguments["free"].pointer == "$1.id"


@pytest.mark.parametrize("said", ["$x", "$", "$²", "$1 each", "$1.id and more", "1.id"])
def test_only_a_whole_pointer_points(request_for: Make, said: str) -> None:
    result = resolve(Reading(API, {"free": said}, 1.0, pointers=True), request_for("x"))
    call = result.call if isinstance(result, Trouble) else result
    assert all(argument.pointer is None for argument in call.arguments.values())


# Defaults, what is missing, and several troubles at once --------------------------------------


def api(*parameters: Parameter) -> Api:
    return Api("e", "a", "", parameters={p.name: p for p in parameters})


WHO = Parameter("who", {"type": "string"}, x_list="contacts", required=True)
ALSO = Parameter("also", {"type": "string"}, x_list="contacts")
LOUD = Parameter("loud", {"type": "boolean"}, default=False, has_default=True)
TEXT = Parameter("text", {"type": "string"}, required=True, description="What shall I say?")


def test_defaults_are_filled_in_the_order_of_the_api(request_for: Make) -> None:
    result = resolve(Reading(api(LOUD, WHO), {"who": "mom"}, 1.0), request_for("x"))
    assert isinstance(result, Call)
    assert list(result.arguments) == ["loud", "who"]
    assert result.arguments["loud"] == Argument(False)


def test_an_unknown_name_is_told_before_another_is_asked_about(request_for: Make) -> None:
    said = {"who": "meg", "also": "blorp"}
    result = resolve(Reading(api(WHO, ALSO), said, 1.0), request_for("x"))
    assert isinstance(result, Trouble)
    assert (result.code, result.parameter) == ("unknown_name", "also")


def test_two_names_that_several_have_are_asked_about_one_by_one(request_for: Make) -> None:
    result = resolve(
        Reading(api(WHO, ALSO, LOUD, TEXT), {"who": "meg", "also": "meg"}, 1.0), request_for("x")
    )
    assert isinstance(result, Trouble)
    assert (result.code, result.parameter) == ("choice", "who")
    assert result.call.arguments["also"].words == "meg"
    assert result.call.arguments["also"].value is None


def test_a_call_is_whole_or_lacks_the_first_thing_it_needs() -> None:
    lacking = finish(Call("e", "a", {}), api(LOUD, TEXT, WHO))
    assert isinstance(lacking, Trouble)
    assert (lacking.code, lacking.parameter, lacking.text) == (
        "missing", "text", "What shall I say?",
    )  # fmt: skip
    assert lacking.call.arguments == {"loud": Argument(False)}
    given_all = {"who": Argument("mom"), "text": Argument("hi")}
    whole = finish(Call("e", "a", given_all, "3", ("2",)), api(LOUD, TEXT, WHO))
    assert isinstance(whole, Call)
    assert (whole.id, whole.after, list(whole.arguments)) == ("3", ("2",), ["loud", "text", "who"])


@pytest.mark.parametrize(
    ("parameter", "question"),
    [
        (Parameter("due", {}, x_type="datetime"), "When?"),
        (Parameter("light_kind", {}, x_list="lights"), "Which light kind?"),
        (Parameter("mode", {}, choices={"a": ("a",)}), "Which mode?"),
        (Parameter("title", {"type": "string"}), "What title?"),
        (Parameter("x", {}, description="Who is it?"), "Who is it?"),
        (Parameter("x", {}, description="The person."), "What x?"),
    ],
)
def test_a_missing_argument_has_a_question(parameter: Parameter, question: str) -> None:
    assert ask_for(parameter) == question


@pytest.mark.parametrize(
    ("schema", "value", "fits"),
    [
        ({"type": "integer"}, True, False),
        ({"type": "integer"}, 1.5, False),
        ({"type": "number", "maximum": 3}, 3, True),
        ({"type": "number", "maximum": 3}, 3.01, False),
        ({"type": "number", "exclusiveMaximum": 3}, 3, False),
        ({"type": "number", "exclusiveMinimum": 3}, 3, False),
        ({"type": "number", "minimum": 3}, 2, False),
        ({"type": "number"}, float("nan"), False),
        ({"type": "number"}, float("inf"), False),
        ({"type": "string", "minLength": 2}, "a", False),
        ({"type": "string", "maxLength": 2}, "abc", False),
        ({"type": "string", "pattern": "^(?!.*and)"}, "milk", True),
        ({"type": "string", "pattern": "^(?!.*and)"}, "milk and eggs", False),
        ({"type": "string"}, 3, False),
        ({"type": "boolean"}, False, True),
        ({"type": "array"}, {}, False),
        ({}, {"any": "thing"}, True),
    ],
)
def test_the_schema_is_kept(schema: Mapping[str, Json], value: Json, fits: bool) -> None:
    assert (breaks_schema(schema, value) is None) is fits


# References ---------------------------------------------------------------------------------

pronouns = st.sampled_from(sorted(" ".join(p) for p in PRONOUNS | OTHER))
ids = st.sampled_from(
    ["light.kitchen", "kitchen", "meg_bauer", "light.gone", "", "the moon", "light.desk"]
)


def remembered(one: str, other: str, past: list[str], name: str) -> ConversationState:
    calls = (
        Call("lights", "on", {name: Argument(one, one, one)}, "1"),
        Call("phone", "note", {"text": Argument(other, other)}, "2"),
    )
    choices = (Choice(Argument(one, spoken=one), "a"), Choice(Argument(other, spoken=other), "b"))
    asked = Question("a or b?", "choice", Plan(calls), "1", name, choices)
    return ConversationState(
        last_plan=Plan(calls), referents={"lights": tuple(past), "rooms": tuple(past)},
        alternatives=asked, chosen="b",
    )  # fmt: skip


@settings(max_examples=250)
@given(pronouns, ids, ids, st.lists(ids, max_size=3), st.sampled_from(["device", "area", "nope"]))
def test_a_pronoun_is_a_member_of_the_list_or_nothing(
    request_for: Make, said: str, one: str, other: str, past: list[str], name: str
) -> None:
    request = request_for(said, remembered(one, other, past, name))
    off = request.catalogue.api("lights.off")
    result = resolve(Reading(off, {"device": said}, 1.0), request)
    if isinstance(result, Trouble):
        assert result.code in {"unknown_name", "choice"}
        return
    assert result.arguments
    for key, argument in result.arguments.items():
        listed = request.snapshot.list(off.parameters[key].x_list or "")
        if listed is not None:
            entry = listed.get(str(argument.value))
            assert entry is not None, "a pronoun made a name up"
            assert argument.spoken == entry.name


def test_free_text_that_happens_to_be_an_id_is_not_spoken_of(request_for: Make) -> None:
    call = Call("phone", "note", {"text": Argument("light.kitchen", "light.kitchen")})
    request = request_for("x", ConversationState(last_plan=Plan((call,))))
    off = request.catalogue.api("lights.off")
    result = resolve(Reading(off, {"device": "it"}, 1.0), request)
    assert isinstance(result, Trouble)
    assert result.code == "unknown_name"


def test_them_of_two_things_is_asked_about(decide: Decide) -> None:
    plan = decide("turn on the kitchen light and the desk lamp")
    assert isinstance(plan, Plan)
    state = ConversationState(last_plan=plan)
    question = decide("turn them off", state)
    assert isinstance(question, Question)
    named = {str(choice.argument.value) for choice in question.choices}
    assert named == {str(call.arguments["device"].value) for call in plan.calls}
    last = decide("turn it off", state)
    assert isinstance(last, Plan)
    assert last.calls[0].arguments["device"].value == plan.calls[-1].arguments["device"].value


def test_what_was_spoken_of_may_be_gone(request_for: Make) -> None:
    call = Call("lights", "on", {"area": Argument("attic", "attic", "Attic")})
    request = request_for("x", ConversationState(last_plan=Plan((call,))))
    off = request.catalogue.api("lights.off")
    result = resolve(Reading(off, {"device": "it"}, 1.0), request)
    assert isinstance(result, Trouble)
    assert result.text == "That is not there any more."


def test_a_thousand_of_a_name_are_not_read_out(request_for: Make) -> None:
    many = NameList("lights", tuple(Name(f"l{n}", "lamp") for n in range(1_000)), "none")
    request = request_for("x")
    request = replace(request, snapshot=replace(request.snapshot, lists={"lights": many}))
    result = resolve(Reading(request.catalogue.api("lights.off"), {"device": "lamp"}, 1.0), request)
    assert isinstance(result, Trouble)
    assert (result.code, result.choices) == ("choice", ())
    assert "1000" in result.text
    assert len(result.text) < 100
