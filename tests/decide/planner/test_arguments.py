"""Words, aliases, values and pointers: what an argument is taken for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from alexa_cli.catalog.expert import Parameter
from alexa_cli.decide.model import Ref, Request
from alexa_cli.decide.planner.answer import Fault
from alexa_cli.decide.planner.arguments import Pointer, Taken, take
from alexa_cli.decide.planner.grounding import Said
from alexa_cli.prompt.aliases import Aliases

Take = Callable[..., Any]
LIGHT = Parameter("device", {"type": "string"}, x_list="lights")
TEXT = Parameter("text", {"type": "string"})
LASTS = Parameter("lasts", {"type": "number"}, x_type="duration")
DUE = Parameter("due", {"type": "string"}, x_type="datetime")
COUNT = Parameter("count", {"type": "integer"})
LEVEL = Parameter("level", {"type": "number"}, x_type="percent")
FLAG = Parameter("flag", {"type": "boolean"})
KIND = Parameter("kind", {}, choices={"light": ("light", "lights"), "on": ("on",)})
ITEMS = Parameter("items", {"type": "array", "items": {"type": "string"}})


@pytest.fixture
def taken(request_for: Callable[..., Request]) -> Take:
    def run(said: str, parameter: Parameter, value: Any) -> Any:
        request = request_for(said)
        aliases = Aliases.of(request.snapshot.list, ["lights", "rooms"], {})
        return take(parameter, value, Said(request), aliases)

    return run


@pytest.mark.parametrize(
    ("said", "parameter", "value", "words"),
    [
        ("turn on The  Kitchen light", LIGHT, "the kitchen light", "The  Kitchen light"),
        ("kitchen light please", LIGHT, "the kitchen light", "kitchen light"),
        ("dim the lamp's light", LIGHT, "lamp", "lamp"),
        ("note Call MOM, now", TEXT, "call mom now", "Call MOM, now"),
        ("ten minutes please", LASTS, "ten minutes", "ten minutes"),
        ("ten minutes please", LASTS, 600, "ten minutes"),
        ("ten minutes please", LASTS, "600", "ten minutes"),
        ("ten minutes please", LASTS, "10 min", "ten minutes"),
        ("at six tonight", DUE, "2026-11-21T18:00:00-05:00", "at six tonight"),
        ("buy twelve eggs", COUNT, 12, "twelve"),
        ("buy twelve eggs", COUNT, 12.0, "twelve"),
        ("make it 20%", LEVEL, 20, "20%"),
        ("all the lights", KIND, "lights", "lights"),
        ("all the lights", KIND, "light", "lights"),
        ("all the Lights", KIND, "the lights", "the Lights"),
        ("the kitchen light, please", LIGHT, "L1", "kitchen light"),
        ("the kitchen light, please", LIGHT, "light.kitchen", "kitchen light"),
    ],
)
def test_the_users_own_words_come_first(
    taken: Take, said: str, parameter: Parameter, value: Any, words: str
) -> None:
    assert taken(said, parameter, value) == Taken(words, theirs=True)


@pytest.mark.parametrize(
    ("parameter", "value", "kept"),
    [
        (LIGHT, "L1", Ref("lights", "light.kitchen")),
        (LIGHT, "l1", Ref("lights", "light.kitchen")),
        (LIGHT, "light.kitchen", Ref("lights", "light.kitchen")),
        (LIGHT, "Kitchen Light", Ref("lights", "light.kitchen")),
        (LIGHT, "it", "it"),
        (TEXT, "feed the cat", "feed the cat"),
        (TEXT, 5.0, "5"),
        (LASTS, 600, 600),
        (COUNT, "12", "12"),
        (COUNT, "12.0", "12"),
        (LEVEL, "half", "half"),
        (FLAG, True, True),
        (FLAG, "no", False),
        (KIND, "light", "light"),
        (KIND, True, "on"),
        (ITEMS, '["a", "b"]', ["a", "b"]),
        (ITEMS, "milk", ["milk"]),
    ],
)
def test_what_nobody_said_is_restored_checked_or_kept(
    taken: Take, parameter: Parameter, value: Any, kept: Any
) -> None:
    found = taken("do something about that thing", parameter, value)
    assert found == Taken(kept)


@pytest.mark.parametrize(
    ("said", "parameter", "value", "told"),
    [
        ("turn on the thing", LIGHT, "L99", "there is no L99"),
        ("turn on the thing", LIGHT, "R1", "R1 is none of lights"),
        ("turn on the thing", LIGHT, "kichen light", "nothing that it may be is called"),
        ("turn on the thing", LIGHT, "light", "may be"),
        ("turn on the thing", LIGHT, ["a"], "must be a name or an alias, not a list"),
        ("how long", LASTS, "a jiffy", "Copy all of the user's words"),
        ("how long", LASTS, [1], "must be words for a duration"),
        ("how long", LASTS, True, "must be words for a duration"),
        ("how long", COUNT, float("inf"), "no number"),
        ("how long", COUNT, 10**400, "no number"),
        ("what", TEXT, {"a": 1}, "must be words, not an object"),
        ("what", TEXT, "the $1.name of it", "$1.name must be the whole argument"),
        ("what", FLAG, "perhaps", "must be true or false"),
        ("what", TEXT, "x" * 2_001, "2,001 characters"),
    ],
)
def test_what_cannot_be_is_a_fault(
    taken: Take, said: str, parameter: Parameter, value: Any, told: str
) -> None:
    found = taken(said, parameter, value)
    assert isinstance(found, Fault)
    assert told in found.text
    assert found.text.startswith(parameter.name)
    assert not found.soft


@pytest.mark.parametrize(
    ("said", "parameter", "value"),
    [("ten minutes please", LASTS, 10), ("at six tonight", DUE, "2026-11-22T06:00:00-05:00")],
)
def test_a_value_that_is_not_what_was_said_is_asked_about(
    taken: Take, said: str, parameter: Parameter, value: Any
) -> None:
    found = taken(said, parameter, value)
    assert isinstance(found, Fault)
    assert found.soft
    assert "the user said" in found.text


@pytest.mark.parametrize("nothing", [None, "", "  ", [], {}])
def test_models_leave_out_in_ways_of_their_own(taken: Take, nothing: Any) -> None:
    assert taken("anything", TEXT, nothing) is None


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ("$1", Pointer("1", "")), ("$1.id", Pointer("1", ".id")),
        ("$2.items.0.name", Pointer("2", ".items.0.name")), ("${1.id}", Pointer("1", ".id")),
        ("{{$1.id}}", Pointer("1", ".id")), ("$call_1.id", Pointer("call_1", ".id")),
    ],
)  # fmt: skip
def test_pointers(taken: Take, value: str, pointer: Pointer) -> None:
    for parameter in (TEXT, LIGHT, LASTS):
        assert taken("note the id of the timer", parameter, value) == pointer


def test_what_was_said_is_no_pointer(taken: Take) -> None:
    assert taken("I owe him $1", TEXT, "$1") == Taken("$1", theirs=True)
    assert taken("a tip of $1.50", TEXT, "$1.50") == Taken("$1.50", theirs=True)


def test_words_that_read_as_nothing_are_the_users_fault(taken: Take) -> None:
    found = taken("wait for a jiffy", LASTS, "a jiffy")
    assert (found.code, bool(found.say)) == ("unreadable", True)
    assert taken("wait for it", LASTS, "a jiffy").code == "failed"


def test_spans_are_the_longest_and_lie_side_by_side(request_for: Callable[..., Request]) -> None:
    said = Said(request_for("from ten minutes and five seconds to two hours"))
    found = list(said.values("duration"))
    assert found == [("ten minutes and five seconds", 605), ("two hours", 7200)]


def test_words_that_may_mean_two_do_not_stand_for_the_one_that_was_chosen(
    taken: Take, request_for: Callable[..., Request]
) -> None:
    lights = request_for("x").snapshot.list("lights")
    assert lights is not None
    lamps = [match.id for match in lights.find("lamp")]
    assert len(lamps) > 1
    for id_ in lamps:
        assert taken("turn on the lamp over there", LIGHT, id_) == Taken(Ref("lights", id_))
