"""Whole turns: what is done, asked, remembered, taken back, and saved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from alexa_cli.assistant import Assistant
from alexa_cli.decide.model import Model, Request
from alexa_cli.turn import (
    Acted,
    Argument,
    Call,
    Decided,
    Decision,
    Discarded,
    Finished,
    Heard,
    Plan,
    Replied,
    Started,
)

from .conftest import Play, typed


def kinds(events: Sequence[object]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_a_command_is_heard_decided_done_and_answered(play: Play) -> None:
    said = play.say("light the kitchen")
    assert said.reply == "The kitchen is lit."
    assert said.status == "done"
    assert play.state("lit") == ["kitchen"]
    shown = [k for k in kinds(said.events) if k != "Decided"]
    assert shown == ["Heard", "Started", "Acted", "Replied", "Finished"]


def test_what_happened_is_stored(play: Play) -> None:
    said = play.say("light the kitchen")
    record = play.record(said.turn)
    assert record.words == "light the kitchen"
    assert record.summary == "shed.light"
    assert record.models[-1] == "sentences"
    names = [span.name for span in record.spans]
    assert {"hear", "decide", "act", "speak"} <= set(names)
    assert any("shed.light" in name for name in names)


def test_nothing_is_stored_without_save(play: Play) -> None:
    play.say("light the kitchen", save=False)
    assert play.house.store.events(kind="turn") == []


def test_deciding_only_runs_nothing(play: Play) -> None:
    said = play.say("light the kitchen", act=False)
    assert said.reply == "I would call shed.light."
    assert play.state("lit") == []


# Confirmation -------------------------------------------------------------------------------


def test_what_is_irreversible_waits_for_a_yes(play: Play) -> None:
    said = play.say("explode")
    assert said.status == "question"
    assert play.state("lit") == []
    assert play.say("yes").reply == "Boom."
    assert play.state("lit") == ["ruins"]


def test_no_means_no(play: Play) -> None:
    play.say("explode")
    said = play.say("no")
    assert (said.reply, said.status) == ("OK, I won't.", "done")
    assert play.say("yes").status == "not_understood"
    assert play.state("lit") == []


def test_yes_given_ahead_needs_no_question(play: Play) -> None:
    assert play.say("explode", yes=True).reply == "Boom."


def test_calls_that_need_no_yes_run_at_once(play: Play) -> None:
    said = play.say("light the kitchen and explode")
    assert said.status == "question"
    assert said.reply.startswith("The kitchen is lit.")
    assert play.state("lit") == ["kitchen"]
    assert play.say("yes").reply == "Boom."


def test_a_pending_question_expires(play: Play) -> None:
    from datetime import timedelta

    from .conftest import NOW

    play.say("explode")
    late = play.say("yes", now=NOW + timedelta(minutes=6))
    assert late.status == "not_understood"
    assert play.state("lit") == []


# Failure ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("fail", "the roof leaks"),
        ("hang", "did not answer"),
        ("talk rubbish", "rubbish"),
    ],
)
def test_one_bad_expert_is_one_failed_outcome(play: Play, words: str, told: str) -> None:
    said = play.say(f"light the kitchen and {words}")
    assert said.status == "failed"
    assert "The kitchen is lit" in said.reply
    assert told in said.reply
    assert "\x1b" not in said.reply
    assert play.state("lit") == ["kitchen"]


def test_what_has_nothing_to_run_is_decided(play: Play) -> None:
    said = play.say("have an idea")
    assert said.status == "done"
    assert "nothing to run" in said.reply


@pytest.mark.parametrize(
    ("words", "status"),
    [("", "not_understood"), (" \x00\u202e ", "not_understood"), ("a" * 1_000_000, "refused"),
     ("what is the meaning of life", "not_understood")],
)  # fmt: skip
def test_hopeless_words(play: Play, words: str, status: str) -> None:
    said = play.say(words)
    assert said.status == status
    assert said.reply


def test_a_yes_is_for_the_calls_that_were_asked_about(play: Play) -> None:
    play.say("explode")
    again = Plan((Call("shed", "blow", {}, "9"),), "question")
    said = Play(replace(play.house, decider=Drafts([again]))).say("anything")
    assert said.status == "question"
    assert play.state("lit") == []


def test_an_undo_that_takes_a_yes_is_no_undo_before_it(play: Play) -> None:
    first = play.say("seal it")
    assert play.say("please undo now").status == "question"
    assert play.state("sealed") == ["yes"]
    assert not play.record(first.turn).undone
    play.say("yes")
    assert play.state("sealed") == []


# What experts ask of the house ---------------------------------------------------------------


def test_undo_takes_the_last_plan_back_in_reverse(play: Play) -> None:
    first = play.say("light the kitchen and light the bedroom")
    assert play.state("lit") == ["bedroom", "kitchen"]
    said = play.say("please undo now")
    assert said.status == "done"
    assert play.state("lit") == []
    undone = [e.call.arguments["area"].value for e in said.events
              if isinstance(e, Started) and e.call.api == "dark"]  # fmt: skip
    assert undone == ["bedroom", "kitchen"]
    assert play.record(first.turn).undone
    assert "nothing to undo" in play.say("please undo now").reply


def test_undo_without_words(play: Play) -> None:
    play.say("light the kitchen")
    assert play.say("undo", asks=("undo",)).status == "done"
    assert play.state("lit") == []


def test_again_does_the_last_plan_once_more(play: Play) -> None:
    play.say("light the kitchen")
    play.say("please undo now")
    assert play.say("please again now").reply == "The kitchen is lit."
    assert play.state("lit") == ["kitchen"]


def test_repeat_says_the_last_reply(play: Play) -> None:
    play.say("light the kitchen")
    assert play.say("please repeat now").reply == "The kitchen is lit."


def test_stop_drops_the_question(play: Play) -> None:
    play.say("explode")
    play.say("please stop now")
    assert play.say("yes").status == "not_understood"


# The barrier ---------------------------------------------------------------------------------


@dataclass
class Drafts:
    """A decider that yields the decisions it was given: drafts, then the final one."""

    decisions: list[Decision]
    name: str = "drafts"
    models: tuple[Model, ...] = ()
    wait: asyncio.Event = field(default_factory=asyncio.Event)
    open_ended: bool = False

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        for decision in self.decisions:
            yield decision
            for _ in range(20):
                await asyncio.sleep(0)
        if self.open_ended:
            await self.wait.wait()


def plan(*calls: Call, final: bool = True) -> Plan:
    return Plan(calls, "drafts", final=final)


def guess(what: str, call_id: str = "1") -> Call:
    return Call("shed", "guess", {"guess": Argument(what)}, call_id)


LOOK, LIGHT = Call("shed", "look"), Call("shed", "light", {"area": Argument("kitchen")}, "2")


def test_a_draft_starts_reads_only_and_they_are_adopted(make: Callable[..., Play]) -> None:
    play = make(decider=Drafts([plan(LOOK, LIGHT, final=False), plan(LOOK, LIGHT)]))
    said = play.say("anything")
    started = [(e.call.api, e.speculative) for e in said.events if isinstance(e, Started)]
    assert started == [("look", True), ("light", False)]
    assert sum(isinstance(e, Acted) for e in said.events) == 2
    assert play.state("lit") == ["kitchen"]


def test_a_draft_that_does_not_stand_is_discarded_and_undone(make: Callable[..., Play]) -> None:
    play = make(decider=Drafts([plan(guess("blue"), final=False), plan(guess("red"))]))
    said = play.say("anything")
    assert play.state("guesses") == ["red"]
    dropped = [e for e in said.events if isinstance(e, Discarded)]
    assert [(d.call.arguments["guess"].value, d.undone) for d in dropped] == [("blue", True)]


@pytest.mark.parametrize(
    ("first", "pointer"), [(Call("shed", "look"), "$1.nothing"), (Call("shed", "fail"), "$1")]
)
def test_a_call_that_cannot_even_be_asked_about_has_failed(
    make: Callable[..., Play], first: Call, pointer: str
) -> None:
    held = Call("shed", "blow", {"what": Argument(pointer=pointer)}, "2", ("1",))
    play = make(decider=Drafts([plan(first, held)]))
    said = play.say("anything")
    assert said.status == "failed"
    ended = [e.outcome.call.api for e in said.events if isinstance(e, Acted)]
    assert ended == [first.api, "blow"]
    kept: list[Any] = play.record().outcomes
    assert [outcome["call"]["api"] for outcome in kept] == ended


def test_an_effect_never_happens_before_the_barrier(make: Callable[..., Play]) -> None:
    play = make(decider=Drafts([plan(LIGHT, final=False)], open_ended=True))

    async def interrupted() -> None:
        stream = Assistant(play.house).turn(typed("x"), play.conversation, play.options)
        async for event in stream:
            if isinstance(event, Decided):
                break
        await stream.aclose()

    asyncio.run(interrupted())
    assert play.state("lit") == []
    assert play.record().status == "cancelled"


def test_a_turn_that_breaks_is_saved_all_the_same(make: Callable[..., Play]) -> None:
    class Broken(Drafts):
        async def decide(self, request: Request) -> AsyncIterator[Decision]:
            raise RuntimeError("no idea")
            yield plan()

    play = make(decider=Broken([]))
    with pytest.raises(RuntimeError):
        play.say("light the kitchen")
    record = play.record()
    assert record.status == "failed"
    assert "no idea" in str(record.error)
    assert record.words == "light the kitchen"


def test_events_come_in_order(play: Play) -> None:
    events = play.say("light the kitchen").events
    order = [Heard, Decided, Started, Acted, Replied, Finished]
    places = [next(n for n, e in enumerate(events) if isinstance(e, kind)) for kind in order]
    assert places == sorted(places)


def test_two_conversations_do_not_mix(play: Play) -> None:
    play.say("explode")
    other = Play(play.house, "c-other")
    assert other.say("yes").status == "not_understood"
    assert play.say("yes").reply == "Boom."


def test_a_hanging_expert_does_not_keep_the_process(play: Play, tmp_path: Path) -> None:
    assert play.say("hang").status == "failed"
