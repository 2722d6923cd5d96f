"""The cascade's rules: one final decision, the order while a question is pending, who may ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.catalog.catalogue import Catalogue, load_catalogue
from alexa_cli.config.paths import Paths
from alexa_cli.config.settings import Settings
from alexa_cli.context.conversation import ConversationState
from alexa_cli.decide.cascade import Cascade
from alexa_cli.decide.model import Model, Request
from alexa_cli.decide.questions import again, is_no, is_yes
from alexa_cli.decide.reflex import Reflex
from alexa_cli.decide.sentences import Sentences
from alexa_cli.turn import (
    Answer,
    Argument,
    Call,
    Candidate,
    Choice,
    Decision,
    Pass,
    Plan,
    Question,
    Refusal,
)

Make = Callable[..., Request]
Decide = Callable[..., Decision]


@dataclass
class Says:
    """A model that says what it was given, and notes how it was asked and whether it was closed."""

    decisions: Sequence[Decision]
    name: str = "says"
    asked: list[Request] = field(default_factory=list)
    closed: bool = False

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        self.asked.append(request)
        try:
            for decision in self.decisions:
                yield decision
        finally:
            self.closed = True


class Small(Says):
    """The same, deciding at once."""

    def judge(self, request: Request) -> Decision:
        return self.decisions[-1]


def run(request: Request, *models: Model) -> list[Decision]:
    async def collect() -> list[Decision]:
        return [each async for each in Cascade(models).decide(request)]

    return asyncio.run(collect())


CALL = Call("lights", "off", {"area": Argument("bath")})
candidate = st.builds(
    Candidate, st.sampled_from(["lights", "phone"]), st.just("off"), st.floats(0, 1)
)
finals = st.booleans()
decisions = st.one_of(
    st.builds(Plan, st.just((CALL,)), st.just("m"), st.floats(0, 1), finals),
    st.builds(Answer, st.just("42"), st.just("m"), st.floats(0, 1), finals),
    st.builds(Refusal, st.just("no"), final=finals),
    st.builds(Question, st.just("?"), st.just("value"), st.just(Plan((CALL,))), final=finals),
    st.builds(
        Pass, st.just("reason"), st.sampled_from(["no_match", "unknown_name", "unreadable"]),
        st.lists(candidate, max_size=2).map(tuple), final=finals,
    ),
)  # fmt: skip
models = st.lists(
    st.tuples(st.sampled_from([Says, Small]), st.lists(decisions, min_size=1, max_size=3)),
    max_size=4,
)


@settings(max_examples=300)
@given(models, st.sampled_from(["turn it", "yes", "a and b", "", "the other one"]))
def test_the_last_decision_is_the_one_that_is_final(
    request_for: Make, said: list[tuple[type[Says], list[Decision]]], words: str
) -> None:
    made = [kind(given, f"m{n}") for n, (kind, given) in enumerate(said)]
    decided = run(request_for(words), *made)
    assert [each.final for each in decided] == [False] * (len(decided) - 1) + [True]
    assert not isinstance(decided[-1], Pass)
    assert all(model.closed for model in made if model.asked), "a model was left open"


def test_models_are_asked_in_order_until_one_answers(request_for: Make) -> None:
    first, second, third = Says([Pass("a")]), Says([Answer("b")]), Says([Answer("c")])
    decided = run(request_for("fish"), first, second, third)
    assert decided[-1] == Answer("b")
    assert [len(model.asked) for model in (first, second, third)] == [1, 1, 0]


def test_only_the_last_model_may_ask(request_for: Make) -> None:
    first, last = Says([Pass("a")]), Says([Pass("b")])
    run(request_for("fish"), first, last)
    assert [first.asked[0].may_ask, last.asked[0].may_ask] == [False, True]


def test_a_provisional_plan_is_passed_on_and_the_final_one_stands(request_for: Make) -> None:
    draft, final = Plan((CALL,), "says", final=False), Plan((CALL,), "says", 0.5)
    assert run(request_for("fish"), Says([draft, final])) == [draft, final]


UNKNOWN = Pass("I don't know a moon.", "unknown_name", (Candidate("lights", "off", 0.9),), "exact")


def test_the_first_unknown_name_is_what_is_told(request_for: Make) -> None:
    later = Pass("I don't know a sun.", "unknown_name", (), "later")
    decided = run(request_for("fish"), Says([Pass("no")]), Says([UNKNOWN]), Says([later]))[-1]
    assert isinstance(decided, Refusal)
    assert (decided.text, decided.reason, decided.model) == (
        UNKNOWN.reason,
        "unknown_name",
        "exact",
    )


def test_a_small_model_does_not_act_around_an_unknown_name(request_for: Make) -> None:
    decided = run(request_for("fish"), Says([UNKNOWN]), Small([Plan((CALL,), "small")]))[-1]
    assert isinstance(decided, Refusal)
    assert decided.text == UNKNOWN.reason


def test_a_small_model_may_act_with_another_expert(request_for: Make) -> None:
    plan = Plan((Call("phone", "never_mind"),), "small")
    assert run(request_for("fish"), Says([UNKNOWN]), Small([plan]))[-1] == plan


def test_a_large_model_may_know_better(request_for: Make) -> None:
    plan = Plan((CALL,), "large")
    assert run(request_for("fish"), Says([UNKNOWN]), Says([plan]))[-1] == plan


def test_a_refusal_suggests_what_is_nearest(request_for: Make) -> None:
    near = (Candidate("phone", "timer", 0.3), Candidate("lights", "off", 0.2))
    decided = run(request_for("fish"), Says([Pass("far", candidates=near)]))[-1]
    assert isinstance(decided, Refusal)
    assert "“set a timer for ten minutes” or “turn off the kitchen light”" in decided.text
    assert decided.candidates == near


def test_without_models_nothing_can_be_done(request_for: Make) -> None:
    assert isinstance(run(request_for("turn on the kitchen light"))[-1], Refusal)


def test_a_large_model_gets_the_whole_and_never_half(request_for: Make) -> None:
    large = Says([Pass("no")], "large")
    said = "turn on the kitchen light and explain gravity"
    run(request_for(said), Reflex(), Sentences(), large)
    assert [request.utterance.text for request in large.asked] == [said]
    assert len(large.asked[0].tokens) == 8


def test_two_full_matches_need_no_further_model(request_for: Make) -> None:
    large = Says([Answer("hm")])
    decided = run(
        request_for("turn on the kitchen light and set a timer for 5 minutes"),
        Reflex(), Sentences(), large,
    )[-1]  # fmt: skip
    assert isinstance(decided, Plan)
    assert not large.asked


# While a question is pending ----------------------------------------------------------------


def pending(question: Question) -> ConversationState:
    return ConversationState(pending=question)


def asked(decide: Decide, said: str) -> Question:
    decision = decide(said)
    assert isinstance(decision, Question), decision
    return decision


def test_the_rest_of_the_cascade_sees_question_and_words(decide: Decide, request_for: Make) -> None:
    question = asked(decide, "call meg")
    large = Says([Answer("hm")])
    decided = run(request_for("the one from work", pending(question)), Reflex(), Sentences(), large)
    assert decided[-1] == Answer("hm")
    assert large.asked[0].question == question


def test_a_full_command_of_the_api_asked_about_keeps_the_rest(decide: Decide) -> None:
    question = asked(decide, "turn on the kitchen light and call meg")
    decision = decide("call mom", pending(question))
    assert isinstance(decision, Plan)
    assert [call.name for call in decision.calls] == ["lights.on", "phone.call"]
    assert decision.calls[1].arguments["contact"].words == "mom"
    once_more = decide("phone meg", pending(question))
    assert isinstance(once_more, Question)
    assert [call.name for call in once_more.plan.calls] == ["lights.on", "phone.call"]


def test_a_command_of_another_api_drops_the_rest(decide: Decide) -> None:
    question = asked(decide, "turn on the kitchen light and call meg")
    decision = decide("set a timer for 5 minutes", pending(question))
    assert isinstance(decision, Plan)
    assert [call.name for call in decision.calls] == ["phone.timer"]


def test_an_estimate_stays_one_after_its_answer(decide: Decide) -> None:
    question = asked(decide, "call meg")
    unsure = replace(question, plan=replace(question.plan, verified=False))
    decision = decide("jones", pending(unsure))
    assert isinstance(decision, Plan)
    assert not decision.verified


def test_words_that_no_choice_and_no_command_fit_are_asked_about_once(decide: Decide) -> None:
    question = asked(decide, "set a timer")
    second = decide("fish", pending(question))
    assert isinstance(second, Question)
    assert (second.asked, second.text) == (2, "Sorry, for how long?")
    assert isinstance(decide("fish", pending(second)), Refusal)
    assert again(second) is None


@pytest.mark.parametrize("said", ["cancel", "never mind", "forget it", "please cancel"])
@pytest.mark.parametrize("before", ["call meg", "set a timer", "take a note"])
def test_cancel_comes_before_any_answer(decide: Decide, before: str, said: str) -> None:
    decision = decide(said, pending(asked(decide, before)))
    assert isinstance(decision, Plan)
    assert decision.calls[0].name == "phone.never_mind"


def test_a_question_whose_api_is_gone_is_no_trap(decide: Decide) -> None:
    gone = Question("Which?", "value", Plan((Call("gone", "gone"),)), "1", "what")
    assert isinstance(decide("ten minutes", pending(gone)), Question)
    assert isinstance(decide("ten minutes", pending(replace(gone, asked=2))), Refusal)
    decision = decide("set a timer for 5 minutes", pending(gone))
    assert isinstance(decision, Plan)
    lost = Question("Which?", "choice", Plan(()), "7", "what", (Choice(Argument(1), "one"),))
    assert isinstance(decide("one", pending(lost)), Question)


def test_the_other_one_whose_api_is_gone_is_nothing(decide: Decide) -> None:
    choices = (Choice(Argument("a"), "a"), Choice(Argument("b"), "b"))
    gone = Question("a or b?", "choice", Plan((Call("gone", "gone"),)), "1", "what", choices)
    state = ConversationState(alternatives=gone, chosen="a")
    assert isinstance(decide("the other one", state), Refusal)


@pytest.mark.parametrize("said", ["yes", "no", "ok", "nope", "Yes, please!", "sure"])
def test_a_bare_yes_or_no_to_nothing_is_said_so(decide: Decide, said: str) -> None:
    decision = decide(said)
    assert isinstance(decision, Refusal)
    assert decision.reason == "unasked"


@pytest.mark.parametrize(
    ("said", "yes", "no"),
    [("yes please", True, False), ("no thanks", False, True), ("don't", False, True),
     ("yes but not now", False, False), ("no way jose", False, False), ("", False, False),
     ("yes no", False, False), ("OKAY!", True, False), ("do not do it", False, True)],
)  # fmt: skip
def test_yes_and_no_are_those_words_alone(said: str, yes: bool, no: bool) -> None:
    assert (is_yes(said), is_no(said)) == (yes, no)


NIGHT = """
name: night
description: Scenes with names that are phrases of others.
apis:
  scene:
    description: Set a scene.
    effect: idempotent
    parameters: {scene: {type: string, enum: [good night, movie time], description: "Which scene?"}}
    required: [scene]
    sentences: ["set a scene"]
    examples: ["set a scene"]
    run: {python: "night:scene"}
  sleep:
    description: Good night.
    effect: read
    sentences: ["good night", "correct"]
    examples: ["good night"]
    run: {python: "night:sleep"}
"""


@pytest.fixture
def night(tmp_path: Path, paths: Paths) -> Catalogue:
    folder = tmp_path / "night" / "night"
    folder.mkdir(parents=True)
    (folder / "expert.yaml").write_text(NIGHT)
    (folder / "night.py").write_text("def scene(scene): ...\ndef sleep(): ...\n")
    return load_catalogue(Settings(), paths, [folder.parent])


def test_a_choice_by_its_whole_name_is_no_phrase_of_another(
    night: Catalogue, request_for: Make
) -> None:
    exact = (Reflex(), Sentences())
    question = run(replace(request_for("set a scene"), catalogue=night), *exact)[-1]
    assert isinstance(question, Question)
    named = tuple(Choice(Argument(each), each) for each in ("good night", "movie time"))
    asked_which = replace(question, choices=named, kind="choice")
    request = replace(request_for("good night"), catalogue=night)
    for each in (question, asked_which):
        decided = run(replace(request, question=each), *exact)[-1]
        assert isinstance(decided, Plan)
        assert decided.calls[0].name == "night.scene"
    assert run(request, *exact)[-1].calls[0].name == "night.sleep"  # type: ignore[union-attr]


def test_a_phrase_that_an_expert_declares_is_no_bare_yes(
    night: Catalogue, request_for: Make
) -> None:
    decided = run(replace(request_for("correct"), catalogue=night), Reflex(), Sentences())[-1]
    assert isinstance(decided, Plan)


def test_now_may_be_a_word_of_the_command(tmp_path: Path, paths: Paths, request_for: Make) -> None:
    folder = tmp_path / "x" / "clock"
    folder.mkdir(parents=True)
    (folder / "expert.yaml").write_text(
        "name: clock\ndescription: Now.\napis:\n  now:\n    description: Now.\n"
        "    sentences: ['what is it now']\n    examples: ['what is it now']\n"
        "  all:\n    description: All.\n    parameters: {x: {type: string}}\n"
        "    sentences: ['what {x}']\n    examples: ['what [gives](x)']\n"
    )
    catalogue = load_catalogue(Settings(), paths, [folder.parent])
    request = replace(request_for("what is it now"), catalogue=catalogue)
    decided = Sentences(threshold=0.9).judge(request)
    assert isinstance(decided, Plan)
    assert decided.calls[0].api == "now"


def test_another_language_than_the_catalogues_finds_nothing(request_for: Make) -> None:
    request = request_for("turn on the kitchen light")
    german = replace(request, moment=replace(request.moment, language="de"))
    for model in (Reflex(), Sentences()):
        assert isinstance(model.judge(german), Pass)
