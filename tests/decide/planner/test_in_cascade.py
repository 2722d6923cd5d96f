"""The planner as the last model of a cascade: what it passes on ends in an honest refusal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from alexa_cli.config.settings import Settings
from alexa_cli.context.conversation import ConversationState, Exchange
from alexa_cli.decide.cascade import Cascade
from alexa_cli.decide.model import Request
from alexa_cli.decide.planner import Planner
from alexa_cli.decide.reflex import Reflex
from alexa_cli.decide.sentences import Sentences
from alexa_cli.models.chat import LanguageModel, ToolCall
from alexa_cli.models.failures import NoAnswer
from alexa_cli.prompt.texts import load_texts
from alexa_cli.turn import Answer, Decision, Plan, Question, Refusal

Run = Callable[..., Any]


def call(name: str, **arguments: Any) -> ToolCall:
    return ToolCall(name, json.dumps(arguments))


@pytest.fixture
def cascade(request_for: Callable[..., Request], answering: Callable[..., LanguageModel]) -> Run:
    """Words and the model's answers to the decisions, and how often the model was asked."""

    def run(said: str, *answers: Any, memory: ConversationState | None = None) -> Any:
        model = answering(*answers)
        planner = Planner("fast", model, load_texts(), Settings(planning="one_call"))
        models = Cascade([Reflex(), Sentences(), planner])

        async def last() -> list[Decision]:
            return [each async for each in models.decide(request_for(said, memory))]

        return asyncio.run(last())[-1], len(model.asked)  # type: ignore[attr-defined]

    return run


def test_what_a_small_model_places_is_not_asked(cascade: Run) -> None:
    decision, asked = cascade("turn on the kitchen light", call("off"))
    assert isinstance(decision, Plan)
    assert (decision.model, asked) == ("sentences", 0)
    assert decision.basis is None


def test_what_no_small_model_places_is_planned(cascade: Run) -> None:
    decision, asked = cascade("give me some light in the kitchen", call("on", area="kitchen"))
    assert isinstance(decision, Plan)
    assert (decision.model, asked) == ("fast", 1)


def test_nobodys_ends_in_an_honest_refusal(cascade: Run) -> None:
    decision, asked = cascade("order a pizza with everything", call("none_of_these"))
    assert isinstance(decision, Refusal)
    assert decision.text.startswith("I can't do that yet.")
    assert (decision.reason, asked) == ("nobody's", 1)


def test_a_name_that_nobody_knows_is_what_the_user_is_told(cascade: Run) -> None:
    decision, asked = cascade("get me zaphod on the line", call("call", contact="zaphod"))
    assert isinstance(decision, Refusal)
    assert decision.text == "I don't know anyone called zaphod."
    assert (decision.reason, asked) == ("unknown_name", 2)


def test_a_model_that_hallucinates_twice_does_nothing(cascade: Run) -> None:
    decision, asked = cascade("give me some light in the kitchen", call("illuminate"))
    assert isinstance(decision, Refusal)
    assert asked == 2


def test_a_model_that_cannot_be_asked_does_nothing(cascade: Run) -> None:
    decision, asked = cascade("give me some light in the kitchen", NoAnswer("fast is gone"))
    assert isinstance(decision, Refusal)
    assert asked == 1


def test_an_open_question_is_answered_through_the_cascade(cascade: Run) -> None:
    decision, _ = cascade("some light please where it is dark", call("ask_user", question="Where?"))
    assert isinstance(decision, Question)
    memory = ConversationState(
        pending=decision, history=(Exchange("some light please where it is dark", "Where?"),)
    )
    answered, asked = cascade("in the kitchen", call("on", area="kitchen"), memory=memory)
    assert isinstance(answered, Plan)
    assert answered.basis is not None
    assert answered.basis.history
    assert asked == 1
    full, asked = cascade("turn on the kitchen light", memory=memory)
    assert isinstance(full, Plan)
    assert asked == 0


def test_talk_is_answered(cascade: Run) -> None:
    decision, _ = cascade("which mountain is the tallest", "Everest is.")
    assert decision == Answer("Everest is.", "fast")
