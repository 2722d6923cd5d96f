"""Follow-ups that name one thing only: what acts takes another name, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from alexa_cli.context.conversation import ConversationState
from alexa_cli.decide.following import follow_up
from alexa_cli.decide.model import Request
from alexa_cli.turn import Argument, Call, Decision, Plan

Make = Callable[..., Request]


@pytest.fixture
def lit(request_for: Make) -> tuple[ConversationState, str, str]:
    """A conversation that just turned a light on, and the id and name of another light."""
    listed = request_for("x").snapshot.list("lights")
    assert listed is not None
    one, other = list(listed)[:2]
    call = Call("lights", "on", {"device": Argument(one.id, one.name)}, "3", ("1",))
    return ConversationState(last_plan=Plan((call,), "sentences")), other.id, other.name


def test_what_acts_is_done_again_for_another_name(
    decide: Callable[..., Decision], lit: tuple[ConversationState, str, str]
) -> None:
    state, other, name = lit
    plan = decide(f"and the {name}", state)
    assert isinstance(plan, Plan)
    assert (plan.model, plan.calls[0].name) == ("follow-up", "lights.on")
    assert plan.calls[0].arguments["device"].value == other
    assert (plan.calls[0].id, plan.calls[0].after) == ("1", ())


def test_nothing_else_acts(request_for: Make, lit: tuple[ConversationState, str, str]) -> None:
    state, _, name = lit
    said = (f"what about the {name}", f"the {name}", "and the kitchen sink", "and", "and tomorrow")
    for words in said:
        assert follow_up(request_for(words, state)) is None, words
    assert follow_up(request_for(f"and the {name}")) is None  # nothing was done before


def test_a_sentence_of_its_own_is_no_follow_up(
    decide: Callable[..., Decision], lit: tuple[ConversationState, str, str]
) -> None:
    state, _, name = lit
    plan = decide(f"and turn off the {name}", state)
    assert isinstance(plan, Plan)
    assert (plan.model, plan.calls[0].name) == ("sentences", "lights.off")
