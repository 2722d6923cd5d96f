"""Words to decisions through reflex and sentences: single, compound, asked, refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from alexa_cli.context.conversation import ConversationState
from alexa_cli.turn import Argument, Call, Decision, Plan, Question, Refusal

Decide = Callable[..., Decision]


def calls(decision: Decision) -> list[tuple[str, dict[str, object]]]:
    assert isinstance(decision, Plan), decision
    return [(c.name, {k: a.value for k, a in c.arguments.items()}) for c in decision.calls]


def asked(decision: Decision) -> Question:
    assert isinstance(decision, Question), decision
    return decision


@pytest.mark.parametrize(
    ("said", "name", "arguments"),
    [
        ("turn on the kitchen light", "lights.on", {"device": "light.kitchen"}),
        ("Could you please turn the kitchen light off, thanks?", "lights.off",
         {"device": "light.kitchen"}),
        ("switch off all the lights in the kitchen", "lights.off",
         {"kind": "light", "area": "kitchen"}),
        ("set a ten minute pasta timer", "phone.timer", {"duration": 600, "name": "pasta"}),
        ("remind me to call Mom in five minutes", "phone.remind",
         {"message": "call Mom", "due": "2026-11-21T10:05:00-05:00"}),
        ("never mind", "phone.never_mind", {}),
    ],
)  # fmt: skip
def test_one_command(decide: Decide, said: str, name: str, arguments: dict[str, object]) -> None:
    assert calls(decide(said)) == [(name, arguments)]


def test_a_misspelt_name_is_found_and_scores_less(decide: Decide) -> None:
    exact, near = decide("turn on the kitchen light"), decide("turn on the kichen light")
    assert calls(exact) == calls(near)
    assert near.score < exact.score


def test_an_unknown_name_is_refused_by_name(decide: Decide) -> None:
    decision = decide("turn on the garage heater")
    assert isinstance(decision, Refusal)
    assert decision.text == "I don't know a garage heater."


def test_words_that_nobody_knows_are_refused(decide: Decide) -> None:
    decision = decide("what is the meaning of life")
    assert isinstance(decision, Refusal)
    assert decision.text.startswith("I can't do that yet.")


def test_several_matches_are_asked_about_at_once(decide: Decide) -> None:
    question = asked(decide("call meg"))
    assert question.text == "Meg Jones or Meg Bauer?"
    assert question.parameter == "contact"


def test_a_missing_argument_is_asked_for_at_once(decide: Decide) -> None:
    assert asked(decide("set a timer")).text == "For how long?"


# Compound utterances ------------------------------------------------------------------------


def test_two_commands_in_one_breath(decide: Decide) -> None:
    decision = decide("turn off everything in the living room and set a timer for 25 minutes")
    assert calls(decision) == [
        ("lights.off", {"kind": "everything", "area": "living_room"}),
        ("phone.timer", {"duration": 1500}),
    ]
    assert [call.id for call in decision.calls] == ["1", "2"]  # type: ignore[union-attr]


def test_a_part_without_a_verb_inherits_the_last_one(decide: Decide) -> None:
    decision = decide("turn on the kitchen light and the desk lamp")
    assert [name for name, _ in calls(decision)] == ["lights.on", "lights.on"]


def test_three_parts_with_a_comma(decide: Decide) -> None:
    decision = decide("turn on the kitchen light, set a timer for 5 minutes and call mom")
    assert [name for name, _ in calls(decision)] == ["lights.on", "phone.timer", "phone.call"]


def test_a_conjunction_inside_one_command_stays(decide: Decide) -> None:
    assert calls(decide("note that tom and jerry set a timer for fun")) == [
        ("phone.note", {"text": "tom and jerry set a timer for fun"})
    ]


def test_half_an_answer_is_no_split(decide: Decide) -> None:
    assert isinstance(decide("turn on the kitchen light and explain gravity"), Refusal)


def test_one_part_may_ask(decide: Decide) -> None:
    question = asked(decide("turn on the kitchen light and call meg"))
    assert [call.name for call in question.plan.calls] == ["lights.on", "phone.call"]
    assert question.call == "2"


# A pending question -------------------------------------------------------------------------


@pytest.fixture
def who(decide: Decide) -> ConversationState:
    return ConversationState(pending=asked(decide("call meg")))


@pytest.mark.parametrize(
    "said",
    ["bauer", "Meg Bauer", "the second one", "the last one", "2", "baur", "I mean Bauer please",
     "call meg bauer", "number two"],
)  # fmt: skip
def test_a_choice_is_named_counted_or_nearly_named(
    decide: Decide, who: ConversationState, said: str
) -> None:
    assert calls(decide(said, who)) == [("phone.call", {"contact": "meg_bauer"})]


def test_a_reflex_drops_the_question(decide: Decide, who: ConversationState) -> None:
    assert calls(decide("never mind", who)) == [("phone.never_mind", {})]


def test_another_command_drops_the_question(decide: Decide, who: ConversationState) -> None:
    assert calls(decide("turn on the kitchen light", who))[0][0] == "lights.on"


def test_the_question_is_asked_once_more_then_dropped(
    decide: Decide, who: ConversationState
) -> None:
    again = asked(decide("purple elephants", who))
    assert "Meg Jones or Meg Bauer?" in again.text
    assert isinstance(decide("purple elephants", replace(who, pending=again)), Refusal)


@pytest.mark.parametrize("said", ["ten minutes", "for ten minutes please", "10 min"])
def test_a_value_is_an_answer(decide: Decide, said: str) -> None:
    state = ConversationState(pending=asked(decide("set a timer")))
    assert calls(decide(said, state)) == [("phone.timer", {"duration": 600})]


def test_free_text_is_an_answer_where_text_is_asked_for(decide: Decide) -> None:
    state = ConversationState(pending=asked(decide("take a note")))
    assert calls(decide("The milk is off", state)) == [("phone.note", {"text": "The milk is off"})]


def test_a_command_is_no_free_text(decide: Decide) -> None:
    state = ConversationState(pending=asked(decide("take a note")))
    assert calls(decide("set a timer for ten minutes", state))[0][0] == "phone.timer"


def test_an_answer_completes_a_compound(decide: Decide) -> None:
    state = ConversationState(pending=asked(decide("turn on the kitchen light and call meg")))
    assert [name for name, _ in calls(decide("jones", state))] == ["lights.on", "phone.call"]


@pytest.mark.parametrize(("said", "agreed"), [("yes", True), ("go ahead", True), ("no", False)])
def test_a_confirmation(decide: Decide, said: str, agreed: bool) -> None:
    plan = Plan((Call("phone", "call", {"contact": Argument("meg_bauer")}),))
    state = ConversationState(pending=Question("Call Meg Bauer?", "confirm", plan))
    decision = decide(said, state)
    assert isinstance(decision, Plan if agreed else Refusal)


# References ---------------------------------------------------------------------------------


def after(decide: Decide, said: str) -> ConversationState:
    decision = decide(said)
    assert isinstance(decision, Plan)
    return ConversationState(last_plan=decision)


def test_it_is_the_device_of_the_last_plan(decide: Decide) -> None:
    state = after(decide, "turn on the kitchen light")
    assert calls(decide("turn it off", state)) == [("lights.off", {"device": "light.kitchen"})]


def test_them_is_the_area_and_kind_of_the_last_plan(decide: Decide) -> None:
    state = after(decide, "turn on all the lights in the kitchen")
    assert calls(decide("turn them off", state)) == [
        ("lights.off", {"kind": "light", "area": "kitchen"})
    ]


def test_there_is_the_room_of_the_last_plan(decide: Decide) -> None:
    state = after(decide, "turn on all the lights in the kitchen")
    assert calls(decide("turn off everything there", state)) == [
        ("lights.off", {"kind": "everything", "area": "kitchen"})
    ]


def test_it_without_a_past_is_not_guessed(decide: Decide) -> None:
    decision = decide("turn it off")
    assert isinstance(decision, Refusal)
    assert "what you mean by “it”" in decision.text


def test_the_other_one_is_the_choice_not_taken(decide: Decide) -> None:
    question = asked(decide("call meg"))
    state = ConversationState(alternatives=question, chosen="Meg Bauer")
    for said in ("the other one", "no, the other one", "call the other one"):
        assert calls(decide(said, state)) == [("phone.call", {"contact": "meg_jones"})]


@pytest.mark.parametrize("said", ["", "   ", "😀", "…", "\x00", "\u202e\u202d"])
def test_nothing_said_decides_nothing(decide: Decide, said: str) -> None:
    assert not isinstance(decide(said), (Plan, Question))
