"""What words would become (``alexa route``), and what a replay needs to decide as it did then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from alexa_cli.assistant import Assistant
from alexa_cli.context.conversation import ConversationState
from alexa_cli.context.names import Name, NameList
from alexa_cli.language.text import MAX_CHARACTERS
from alexa_cli.store.coding import build
from alexa_cli.turn import Decision, Pass, Plan, Question

from .conftest import NOW, Play


def decided(play: Play, words: str) -> Decision:
    async def last() -> Decision:
        decision: Decision = Pass("nothing")
        request = Assistant(play.house).request(words, play.conversation, NOW)
        async for each in play.house.decider.decide(request):
            decision = each
        return decision

    return asyncio.run(last())


def test_looking_at_words_runs_and_keeps_nothing(play: Play) -> None:
    assert isinstance(decided(play, "light the kitchen"), Plan)
    assert play.state("lit") == []
    assert play.house.store.events(kind="turn") == []


def test_looking_sees_the_pending_question_and_leaves_it(play: Play) -> None:
    play.say("store the saw")
    for _ in range(2):
        plan = decided(play, "the blue one")
        assert isinstance(plan, Plan)
        assert plan.calls[0].arguments["tool"].value == "saw2"
    assert play.say("red").status == "done"


def test_looking_at_endless_words_is_bounded(play: Play) -> None:
    request = Assistant(play.house).request("a " * 1_000_000, play.conversation)
    assert len(request.utterance.text) == MAX_CHARACTERS
    assert len(request.tokens) <= MAX_CHARACTERS


def test_a_request_holds_one_instant(play: Play) -> None:
    request = Assistant(play.house).request("x", play.conversation, NOW)
    assert request.moment.now == request.snapshot.now == NOW
    assert str(request.moment.now.tzinfo) == play.house.tz


def test_the_record_holds_what_a_replay_needs(play: Play, make: Callable[..., Play]) -> None:
    play.say("store the saw")
    answered = play.say("the blue one")
    record = play.record(answered.turn)
    context: Any = record.context
    memory = build(context["memory"], ConversationState)
    assert isinstance(memory.pending, Question)
    assert memory.history == ()
    tools = [build(each, Name) for each in context["lists"]["tools"]]
    assert [tool.id for tool in tools] == ["saw1", "saw2", "axe"]
    lists = {"tools": NameList("tools", tuple(tools))}
    again = play.say(record.words, memory=memory, lists=lists, act=False, now=record.now)
    assert again.reply == "I would call shed.store_tool."
    assert play.state("stored") == ["saw2"]


def test_a_replay_leaves_the_conversation_alone(play: Play) -> None:
    play.say("store the saw")
    play.say("purple elephants dance", memory=ConversationState())
    assert play.say("red").status == "done"


def test_a_replay_takes_lists_as_they_were(play: Play) -> None:
    lists = {"tools": NameList("tools", (Name("hoe", "hoe"),))}
    said = play.say("store the hoe", lists=lists, memory=ConversationState(), act=False)
    assert said.reply == "I would call shed.store_tool."
    assert play.say("store the hoe").status == "not_understood"
