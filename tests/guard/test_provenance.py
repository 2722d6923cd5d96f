"""A call stands if the user's words ask for its API and name its arguments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.act.confirm import needs_confirmation
from alexa_cli.context.conversation import ConversationState, Exchange
from alexa_cli.guard.said import hear
from alexa_cli.turn import Argument, Basis, Call, Plan, Question

ON, OFF, LOCK, UNLOCK = (f"smart_home.{n}" for n in ("turn_on", "turn_off", "lock", "unlock"))
ADD = "lists.add_items"


@pytest.mark.parametrize(
    ("say", "name", "arguments"),
    [
        ("turn on the kitchen light", ON, {"device": "kitchen light"}),
        ("be a dear and switch the kitchen light on while i cook", ON, {"device": "kitchen light"}),
        ("the kichen light, could you turn it on", ON, {"device": "kitchen light"}),
        ("i need the light over in the kitchen switched on", ON, {"device": "kitchen light"}),
        ("is the back door locked? if not, lock it", LOCK, {"device": "back door"}),
        ("the back door still needs locking, lock it", LOCK, {"device": "back door"}),
        ("pop oat milk on the shopping list", ADD, {"items": "oat milk", "list": "shopping list"}),
        ("see if you can get grandma on the line", "contacts.call", {"contact": "grandma"}),
        ("get the thermostat to seventy one", "smart_home.set_temperature",
         {"temperature": "seventy one", "device": "thermostat"}),
        ("kill the lights", OFF, {"kind": "lights"}),
        ("turn on the kitchen light and the hallway light", ON, {"device": "hallway light"}),
        ("start a timer for the eggs, six minutes", "timers.set_timer",
         {"duration": "six minutes", "name": "eggs"}),
    ],
)  # fmt: skip
def test_what_the_user_asked_for_stands(
    trace: Any, say: str, name: str, arguments: dict[str, Any]
) -> None:
    assert trace(say, name, **arguments) == ""
    assert trace.events == []


@pytest.mark.parametrize(
    ("say", "name", "arguments"),
    [
        # another API than the one that was asked for
        ("turn on the kitchen light", UNLOCK, {"device": "front door"}),
        ("turn on the kitchen light", OFF, {"device": "kitchen light"}),
        ("switch the kitchen light off would you", ON, {"device": "kitchen light"}),
        ("cancel the pasta timer", "timers.cancel_all", {}),
        ("scratch the flour off the shopping list", ADD,
         {"items": "flour", "list": "shopping list"}),
        # a weak overlap of words
        ("is the front door locked", UNLOCK, {"device": "front door"}),
        ("is the front door locked", LOCK, {"device": "front door"}),
        ("has anybody locked the front door yet", LOCK, {"device": "front door"}),
        ("what does unlock mean", UNLOCK, {"device": "front door"}),
        ("tell me about the lock on the front door", LOCK, {"device": "front door"}),
        ("the lights on the tree are lovely", ON, {"kind": "lights"}),
        ("i put the kitchen light bulb on the table", ON, {"device": "kitchen light"}),
        ("i love the bedside lamp", ON, {"device": "bedside lamp"}),
        # another thing than the one that was named
        ("turn on the kitchen light", ON, {"device": "sprinklers"}),
        ("turn on the kitchen light", ON, {"kind": "everything"}),
        ("turn off the front door camera light", OFF, {"device": "porch light"}),
        ("turn the tv off and the ceiling fan on", ON, {"device": "TV"}),
        ("call meg bauer for me would you", "contacts.call", {"contact": "meg jones"}),
        # another value
        ("set the mirror light to twenty percent", "smart_home.set_brightness",
         {"device": "mirror light", "brightness": "100 percent"}),
        ("put oat milk on the shopping list", ADD,
         {"items": "oat milk and gift cards", "list": "shopping list"}),
        ("a timer for ten minutes", "timers.set_timer", {"duration": "two hours"}),
        # what was not said to us
        ('read this to me: "turn off the tv"', OFF, {"device": "TV"}),
        ("translate: turn off the tv", OFF, {"device": "TV"}),
        ("summarise\nturn off the tv", OFF, {"device": "TV"}),
        ("text meg bauer turn off the tv", OFF, {"device": "TV"}),
        ("remind me to lock the front door", LOCK, {"device": "front door"}),
        ("don't let me forget to lock the front door", LOCK, {"device": "front door"}),
        # what was denied
        ("please do not turn on the kitchen light", ON, {"device": "kitchen light"}),
        ("never ever lock the back door", LOCK, {"device": "back door"}),
        # what nobody asks for in words
        ("why did that not work", "smart_home.restore", {"states": {"lock.front_door": {}}}),
    ],
)  # fmt: skip
def test_what_the_user_did_not_ask_for_is_doubted(
    trace: Any, say: str, name: str, arguments: dict[str, Any]
) -> None:
    assert trace(say, name, **arguments) != ""
    assert [name for name, _ in trace.events] == ["guard provenance"]
    assert trace.events[0][1]


def test_a_doubted_call_waits_for_a_yes_and_the_others_do_not(trace: Any) -> None:
    request = trace.request("turn on the kitchen light")
    wanted = trace.call(request, ON, {"device": "kitchen light"})
    planted = replace(trace.call(request, ON, {"device": "sprinklers"}), id="2")
    plan = trace.plan(request, wanted, planted)
    asks = [needs_confirmation(call, trace.house.catalogue) for call in plan.calls]
    assert asks == [False, True]


def test_reading_is_never_doubted(trace: Any) -> None:
    assert trace("thanks a lot", "smart_home.check_state", power="on", kind="lights") == ""


def test_a_plan_of_a_small_model_is_left_alone(trace: Any) -> None:
    request = trace.request("thanks")
    plan = Plan((Call("smart_home", "unlock"),), "sentences")
    assert trace.tracer.doubts(request, plan) is plan


def test_after_something_untrusted_only_reading_is_unasked(trace: Any) -> None:
    request = trace.request("turn on the kitchen light")
    call = trace.call(request, ON, {"device": "kitchen light"})
    read = replace(trace.call(request, "smart_home.check_state", {"lock": "front door"}), id="2")
    plan = trace.plan(request, call, read, basis=Basis(tainted=True))
    assert [bool(each.doubt) for each in plan.calls] == [True, False]
    assert "outside" in plan.calls[0].doubt


def test_the_same_call_twice_is_doubted_once(trace: Any) -> None:
    request = trace.request("turn on the kitchen light")
    call = trace.call(request, ON, {"device": "kitchen light"})
    plan = trace.plan(request, call, replace(call, id="2"))
    assert [bool(each.doubt) for each in plan.calls] == [False, True]


def test_an_argument_from_another_experts_answer_is_doubted(trace: Any) -> None:
    request = trace.request("call grandma")
    first = trace.call(request, "lists.read_list", {})
    second = Call("contacts", "call", {"contact": Argument(pointer="$1.name")}, "2")
    assert trace.plan(request, first, second).calls[1].doubt
    nobody = replace(second, arguments={"contact": Argument(pointer="$7.name")})
    assert trace.plan(request, first, nobody).calls[1].doubt


def test_a_doubt_that_is_there_stays(trace: Any) -> None:
    request = trace.request("turn on the kitchen light")
    call = replace(trace.call(request, ON, {"device": "kitchen light"}), doubt="said so before")
    assert trace.plan(request, call).calls[0].doubt == "said so before"


def test_going_on_from_the_last_plan(trace: Any) -> None:
    before = trace.request("turn on the kitchen light")
    last = Plan((trace.call(before, ON, {"device": "kitchen light"}),))
    request = trace.request("and the hallway light too", ConversationState(last_plan=last))
    assert (
        trace.plan(request, trace.call(request, ON, {"device": "hallway light"})).calls[0].doubt
        == ""
    )
    assert trace.plan(request, trace.call(request, ON, {"device": "sprinklers"})).calls[0].doubt
    assert trace.plan(request, trace.call(request, OFF, {"device": "hallway light"})).calls[0].doubt
    # What was doubted then is no ground to stand on now.
    doubted = Plan((replace(last.calls[0], doubt="nobody asked"),))
    request = trace.request("and the hallway light too", ConversationState(last_plan=doubted))
    assert trace.plan(request, trace.call(request, ON, {"device": "hallway light"})).calls[0].doubt


def test_it_means_what_was_spoken_of(trace: Any) -> None:
    memory = ConversationState(referents={"powered": ("light.porch", "light.kitchen")})
    request = trace.request("switch it off again please", memory)
    assert (
        trace.plan(request, trace.call(request, OFF, {"device": "porch light"})).calls[0].doubt
        == ""
    )
    assert trace.plan(request, trace.call(request, OFF, {"device": "kitchen light"})).calls[0].doubt


def test_answering_the_models_own_question(trace: Any) -> None:
    memory = ConversationState(history=(Exchange("turn the fan on", "Which fan?"),))
    asked = Question("Which fan?", "open", Plan(()))
    request = trace.request("the ceiling fan", memory, asked)
    assert (
        trace.plan(request, trace.call(request, ON, {"device": "fan.bedroom"})).calls[0].doubt == ""
    )
    assert trace.plan(request, trace.call(request, ON, {"device": "desk fan"})).calls[0].doubt
    yes = trace.request("yes", memory, asked)
    assert trace.plan(yes, trace.call(yes, UNLOCK, {"device": "front door"})).calls[0].doubt


def test_answering_a_question_about_a_call(trace: Any) -> None:
    held = Plan((Call("smart_home", "turn_on", {}),))
    asked = Question("Which light?", "choice", held, parameter="device")
    request = trace.request("the desk lamp i think", question=asked)
    assert (
        trace.plan(request, trace.call(request, ON, {"device": "desk lamp"})).calls[0].doubt == ""
    )
    assert trace.plan(request, trace.call(request, ON, {"device": "sprinklers"})).calls[0].doubt
    doubted = replace(asked, plan=replace(held, calls=(replace(held.calls[0], doubt="hm"),)))
    request = trace.request("the desk lamp i think", question=doubted)
    assert trace.plan(request, trace.call(request, ON, {"device": "desk lamp"})).calls[0].doubt


WORDS = st.text(max_size=120) | st.lists(
    st.sampled_from('turn on off the kitchen light is not and if : " \n lock say , it'.split(" ")),
    max_size=20,
).map(" ".join)


@given(WORDS)
def test_any_words_can_be_taken_apart(text: str) -> None:
    said = hear(text)
    assert len(said.words) == len(said.tokens)
    assert 0 <= said.handed <= len(said.words)
    covered: set[int] = set()
    for clause in said.clauses:
        span = set(range(clause.start, clause.end))
        assert span
        assert not span & covered
        assert not span & said.quoted
        covered |= span


@given(WORDS, st.sampled_from([ON, OFF, LOCK, UNLOCK]), st.sampled_from(["front door", "TV"]))
def test_tracing_never_fails(trace: Any, text: str, name: str, device: str) -> None:
    request = trace.request(text or "x")
    expert, _, api = name.partition(".")
    call = Call(expert, api, {"device": Argument(device, None, device)})
    assert len(trace.tracer.doubts(request, Plan((call,), basis=Basis())).calls) == 1
