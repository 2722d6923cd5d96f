"""Replies that a language model words, and conversations that it sums up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from alexa_cli.assistant.house import Talkers
from alexa_cli.assistant.summarising import sum_up, to_sum_up
from alexa_cli.config.schema import JobsSettings, PromptSettings
from alexa_cli.config.settings import ModelSettings, Settings
from alexa_cli.context.conversation import (
    ConversationState,
    Exchange,
    load_conversation,
    save_conversation,
)
from alexa_cli.models.ledger import load_exchanges, usage_rows
from alexa_cli.models.llm.registry import LanguageModels
from alexa_cli.prompt.texts import load_texts
from alexa_cli.turn import Replied, Replying

from .conftest import NOW, Play

SCRIPT = r"""
answers:
  - {job: reply, prompt: kitchen, text: "The kitchen \e[31mis lit, and nothing else."}
  - {job: reply, prompt: bedroom, fail: unreachable}
  - {job: reply, prompt: garage, text: '<tool_call>{"name": "blow"}</tool_call>'}
  - {job: summarise, prompt: weather, text: "They spoke of the weather."}
  - {job: summarise, prompt: broken, fail: busy}
  - {job: summarise, prompt: nothing, text: " "}
"""


@pytest.fixture
def talk(make: Callable[..., Play], tmp_path: Path) -> Play:
    (tmp_path / "m.yaml").write_text(SCRIPT)
    settings = Settings(
        models={"m": ModelSettings(kind="scripted", script=str(tmp_path / "m.yaml"), retries=0)},
        jobs=JobsSettings(reply="m", summarise="m"), prompt=PromptSettings(summarise_above=40),
    )  # fmt: skip
    play = make()
    talkers = Talkers(LanguageModels(settings), load_texts)
    return Play(replace(play.house, settings=settings, talkers=talkers))


def test_results_that_nobody_worded_are_worded_and_stream(talk: Play) -> None:
    talk.say("light the kitchen")
    said = talk.say("what is lit")
    assert said.reply == "The kitchen is lit, and nothing else."
    assert "".join(e.text for e in said.events if isinstance(e, Replying)) == said.reply
    (exchange,) = load_exchanges(talk.house.store, said.turn)
    assert exchange.job == "reply"
    assert "kitchen" in next(s.text for s in exchange.sections if s.name == "outcomes")
    assert exchange.tools in (None, [])


def test_what_an_expert_worded_goes_to_no_model(talk: Play) -> None:
    said = talk.say("light the kitchen")
    assert said.reply == "The kitchen is lit."
    assert load_exchanges(talk.house.store, said.turn) == []


def test_a_model_that_is_away_leaves_the_values(talk: Play) -> None:
    talk.say("light the bedroom")
    said = talk.say("what is lit")
    assert said.status == "done"
    assert "bedroom" in said.reply.lower()


def test_a_call_in_a_reply_is_text(talk: Play) -> None:
    talk.say("light the garage")
    said = talk.say("what is lit")
    assert "tool_call" in said.reply
    assert talk.state("lit") == ["garage"]


def test_without_the_job_values_are_said(make: Callable[..., Play]) -> None:
    play = make()
    play.say("light the kitchen")
    assert "kitchen" in play.say("what is lit").reply.lower()


def test_the_reply_that_streamed_is_the_one_that_is_told(talk: Play) -> None:
    talk.say("light the kitchen")
    events = talk.say("what is lit").events
    whole = next(e.reply.text for e in events if isinstance(e, Replied))
    assert whole.startswith("".join(e.text for e in events if isinstance(e, Replying)))


# Summing up --------------------------------------------------------------------------------------


def history(*said: str) -> tuple[Exchange, ...]:
    return tuple(
        Exchange(f"{words} and what do you think of that", "Quite so, quite so.", f"t-{n}")
        for n, words in enumerate(said)
    )


def remembered(play: Play, *said: str) -> ConversationState:
    state = ConversationState(history=history(*said))
    save_conversation(play.house.store, play.conversation, state)
    return state


def test_only_a_long_conversation_is_summed_up() -> None:
    state = ConversationState(history=history("a", "b", "c", "d", "e"))
    assert to_sum_up(state, 10_000) == ()
    assert to_sum_up(state, 10) == state.history[:-2]
    assert to_sum_up(replace(state, summarised=4), 10) == ()


def test_the_oldest_is_summed_up_and_the_latest_stays(talk: Play) -> None:
    remembered(talk, "weather", "rain", "snow", "hail", "fog")
    assert asyncio.run(sum_up(talk.house, talk.conversation))
    state = load_conversation(talk.house.store, talk.conversation, NOW)
    assert state.summary == "They spoke of the weather."
    assert state.summarised == 3
    assert len(state.history) == 5
    assert [row.job for row in usage_rows(talk.house.store)] == ["summarise"]
    assert not asyncio.run(sum_up(talk.house, talk.conversation))


@pytest.mark.parametrize("word", ["broken", "nothing"])
def test_a_model_that_fails_leaves_all_as_it_was(talk: Play, word: str) -> None:
    before = remembered(talk, word, "b", "c", "d", "e")
    assert not asyncio.run(sum_up(talk.house, talk.conversation))
    assert load_conversation(talk.house.store, talk.conversation, NOW) == before


def test_what_was_said_meanwhile_is_not_lost(talk: Play) -> None:
    """A turn is taken while the model sums up: it stays, and so does the summary."""
    remembered(talk, "weather", "rain", "snow", "hail", "fog")

    async def both() -> bool:
        summing = asyncio.create_task(sum_up(talk.house, talk.conversation))
        await talk.turn("light the kitchen")
        return await summing

    assert asyncio.run(both())
    state = load_conversation(talk.house.store, talk.conversation, NOW)
    assert state.history[-1].words == "light the kitchen"
    assert state.summary == "They spoke of the weather."
    assert state.summarised == 3


def test_a_summary_slides_with_what_is_forgotten() -> None:
    state = ConversationState(history=history("a", "b", "c"), summarised=2, summary="a, b")
    state = state.heard(Exchange("d", "e"), keep=3)
    assert (len(state.history), state.summarised) == (3, 1)
