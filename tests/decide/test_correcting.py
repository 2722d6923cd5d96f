"""Corrections, "no, I meant ...": which words correct, and what becomes of what follows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.context.conversation import ConversationState
from alexa_cli.decide import correcting
from alexa_cli.decide.cascade import Cascade
from alexa_cli.decide.model import Request
from alexa_cli.decide.reflex import Reflex
from alexa_cli.decide.sentences import Sentences
from alexa_cli.turn import Answer, Argument, Call, Decision, Pass, Plan, Refusal

Make = Callable[..., Request]


class Hearing:
    """A model that notes what it is asked, and answers some of it."""

    name = "hearing"

    def __init__(self, **answers: Decision) -> None:
        self.heard: list[str] = []
        self._answers = {words.replace("_", " "): answer for words, answer in answers.items()}

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        self.heard.append(request.utterance.text)
        yield self._answers.get(" ".join(request.words), Pass("what?", model=self.name))


def run(request: Request, *models: object) -> list[Decision]:
    cascade = Cascade([Reflex(), Sentences(), *models])  # type: ignore[list-item]

    async def all_of() -> list[Decision]:
        return [each async for each in correcting.decide(cascade, request)]

    return asyncio.run(all_of())


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("no, I meant turn off the porch light", "turn off the porch light"),
        ("No I meant  Call Mom!", "Call Mom!"),
        ("I meant the garage", "the garage"),
        ("sorry, I meant to say call meg", "call meg"),
        ("no no no wait, actually I meant note the eggs", "note the eggs"),
        ("that's not what I meant, I meant call meg", "call meg"),
        ("no, I said the kitchen", "the kitchen"),
        ("no I mean the kitchen", "the kitchen"),
        ("what I meant was call meg", "call meg"),
        ("I'm sorry, I meant call meg", "call meg"),
    ],
)
def test_what_follows(request_for: Make, said: str, rest: str) -> None:
    found = correcting.rest_of(request_for(said))
    assert found is not None
    assert found.utterance.text == rest
    assert found.words == request_for(rest).words


@pytest.mark.parametrize(
    "said",
    [
        "no",
        "no, I meant",
        "I mean the kitchen",
        "I said the kitchen",
        "call meg",
        "no call meg",
        "remind me that I meant to call",
        "what did I mean",
        "no thanks",
        "i meant to say",
    ],
)
def test_what_corrects_nothing(request_for: Make, said: str) -> None:
    assert correcting.rest_of(request_for(said)) is None


@given(st.text(alphabet="no i meant, said that is wrong call", max_size=60))
def test_what_follows_is_always_the_end_of_what_was_said(request_for: Make, said: str) -> None:
    request = request_for(said)
    found = correcting.rest_of(request)
    if found is not None:
        assert said.endswith(found.utterance.text)
        assert request.words[-len(found.words) :] == found.words
        assert 0 < len(found.words) < len(request.words)


def test_what_follows_is_decided_as_an_utterance_of_its_own(request_for: Make) -> None:
    small = run(request_for("no, I meant turn off the porch light"))[-1]
    assert isinstance(small, Plan)
    assert (small.calls[0].name, small.model) == ("lights.off", "sentences")
    large = Hearing(play_jazz=Answer("Jazz.", "hearing"))
    assert run(request_for("no I meant play jazz"), large)[-1] == Answer("Jazz.", "hearing")
    assert large.heard == ["play jazz"]


def test_what_means_nothing_on_its_own_is_decided_as_it_was_said(request_for: Make) -> None:
    large = Hearing(no_i_meant_the_louder_one=Answer("Ah.", "hearing"))
    decisions = run(request_for("no, I meant the louder one"), large)
    assert decisions[-1] == Answer("Ah.", "hearing")
    assert large.heard == ["the louder one", "no, I meant the louder one"]
    assert all(not each.final for each in decisions[:-1])
    nobody = run(request_for("no, I meant the louder one"), Hearing())
    assert isinstance(nobody[-1], Refusal)
    assert [each.final for each in nobody].count(True) == 1


def test_a_model_that_cannot_be_asked_is_not_asked_again(request_for: Make) -> None:
    gone = Refusal("I cannot reach it.", "unreachable", model="hearing")
    large = Hearing(the_louder_one=gone)
    assert run(request_for("no, I meant the louder one"), large)[-1] == gone
    assert large.heard == ["the louder one"]


def test_other_words_are_decided_as_ever(request_for: Make) -> None:
    large = Hearing()
    assert isinstance(run(request_for("play jazz"), large)[-1], Refusal)
    assert large.heard == ["play jazz"]


def test_a_name_alone_takes_the_place_of_the_one_before(request_for: Make) -> None:
    listed = request_for("x").snapshot.list("lights")
    assert listed is not None
    one, other = list(listed)[:2]
    call = Call("lights", "on", {"device": Argument(one.id, "the first")}, "3", ("1",))
    before = ConversationState(last_plan=Plan((call,), "sentences"))
    (plan,) = run(request_for(f"no, I meant the {other.name}", before))
    assert isinstance(plan, Plan)
    assert (plan.model, plan.calls[0].name) == ("correction", "lights.on")
    assert plan.calls[0].arguments["device"].value == other.id
    assert (plan.calls[0].id, plan.calls[0].after) == ("1", ())


@pytest.mark.parametrize("said", ["the kitchen sink", "louder", "the {same}"])
def test_a_name_that_changes_nothing_takes_no_place(request_for: Make, said: str) -> None:
    listed = request_for("x").snapshot.list("lights")
    assert listed is not None
    one = next(iter(listed))
    call = Call("lights", "on", {"device": Argument(one.id)})
    words = f"no, I meant {said.format(same=one.name)}"
    for plan in (Plan((call,)), Plan((call, call)), Plan(())):
        rest = correcting.rest_of(request_for(words, ConversationState(last_plan=plan)))
        assert rest is not None
        assert correcting.with_other_name(rest) is None
