"""Whole turns that the real engine decides: in one call and in two, cached, streamed, closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tools.serve_tiny_llm import Engine

CLOCK = "give me another quarter of an hour on the clock"
ONE, TWO = "planning=one_call", "planning=two_calls"
FRESH = "cache={plans: false}"


Talks = Callable[..., Any]


def prefix_tokens(engine: Engine, exchange: Any) -> int:
    """Tokens of the sections of a request that are the same in the next turn."""
    messages, tools = exchange.messages, exchange.tools
    whole = engine.rendered(messages, tools or ())
    turn = "\nNow: " if "\nNow: " in whole else "<said>"
    return len(engine.tokens(whole[: whole.rindex(turn)]))


@pytest.mark.parametrize(("planning", "jobs"), [(ONE, ["plan"]), (TWO, ["route", "plan"])])
def test_a_turn_acts_and_the_next_ones_find_their_prefix_cached(
    tiny_engine: Engine, talks: Talks, planning: str, jobs: list[str]
) -> None:
    first, second, third = talks(planning, FRESH).say(
        "candles must go on our shopping list", "put stamps on our shopping list",
        "chuck candles on our shopping list",
    )  # fmt: skip
    added = "lists.add_items"
    assert first.acted == [(added, {"items": "candles", "list": "shopping list"})]
    assert second.acted == [(added, {"items": "stamps", "list": "shopping list"})]
    assert third.acted == [(added, {"items": "candles", "list": "shopping list"})]
    for turned in (second, third):
        assert [each.job for each in turned.exchanges] == jobs
        for exchange in turned.exchanges:
            assert exchange.usage.cache_read is not None
            assert exchange.usage.cache_read >= 0.95 * prefix_tokens(tiny_engine, exchange)


def test_talk_streams_into_the_reply(talks: Talks) -> None:
    [turned] = talks(TWO).say("tell me a story")
    assert turned.reply == "Once upon a time there was a light."
    assert len(turned.streamed) > 1
    assert "".join(turned.streamed) == turned.reply


def test_a_question_back_is_answered_in_the_next_turn(talks: Talks) -> None:
    asked, answered = talks(ONE).say("put some time on the clock", "nine minutes")
    assert asked.status == "question"
    assert asked.reply.endswith("?")
    assert answered.acted == [("timers.set_timer", {"duration": "nine minutes"})]


def test_what_nobody_does_is_refused(talks: Talks) -> None:
    [turned] = talks(ONE).say("book me a flight to oslo")
    assert not turned.acted
    assert turned.status in {"not_understood", "refused"}


def test_json_instead_of_tools(talks: Talks) -> None:
    [turned] = talks(ONE, "models.tiny.structured=json_schema").say("enough of the fairy lights")
    assert turned.acted == [("smart_home.turn_off", {"device": "fairy lights"})]


def test_small_models_answer_first_and_the_engine_what_they_cannot(talks: Talks) -> None:
    talk = talks("jobs.decide=[reflex, sentences, nearest, tiny]")
    clock, light = talk.say(CLOCK, "turn on the kitchen light")
    assert (light.status, light.exchanges) == ("done", [])
    assert clock.acted == [("timers.set_timer", {"duration": "quarter of an hour"})]
    assert clock.exchanges


def test_a_kept_plan_asks_nobody(talks: Talks) -> None:
    first, again = talks(ONE).say(*["put paper towels on our shopping list"] * 2)
    assert first.exchanges
    assert again.exchanges == []
    assert [name for name, _ in again.acted] == [name for name, _ in first.acted]
