"""What a turn leaves behind: a plan for the same words, or none, and the sum of what it spent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from alexa_cli.assistant import remembering
from alexa_cli.assistant.remembering import cycles, forget_plan_of, summed
from alexa_cli.config.settings import Settings
from alexa_cli.decide.cascade import Cascade
from alexa_cli.decide.model import Reading, Request
from alexa_cli.decide.plan_cache import PlanCache, entries
from alexa_cli.decide.reflex import Reflex
from alexa_cli.decide.resolution import resolve
from alexa_cli.decide.sentences import Sentences
from alexa_cli.models.chat import Exchange, Usage
from alexa_cli.models.ledger import load_exchanges
from alexa_cli.turn import Basis, Call, Decided, Decision, Finished, Pass, Plan
from tests.assistant.conftest import Play

ONE = Exchange(
    "planner", "plan", messages=[], usage=Usage(10, 90, 0, 5), cost=0.001, start=0.0, first=0.1,
    end=0.2, reason="stop", text="ok",
)  # fmt: skip


class Planner:
    """A model that plans what its table says, with an exchange of 105 tokens."""

    name = "planner"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.table: dict[str, tuple[str, dict[str, Any]]] = {}
        self.basis = Basis(("rooms",))

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        words = " ".join(request.words)
        self.asked.append(words)
        request.meter.note(ONE)
        await asyncio.sleep(0)
        if words not in self.table:
            yield Pass("never heard of it", model=self.name)
            return
        api, said = self.table[words]
        call = resolve(Reading(request.catalogue.api(f"shed.{api}"), said, 1.0), request)
        assert isinstance(call, Call), call
        yield Plan((call,), self.name, basis=self.basis)


@pytest.fixture
def planner() -> Planner:
    made = Planner()
    made.table = {
        "brightness to the kitchen": ("light", {"area": "kitchen"}),
        "brightness to the garage": ("light", {"area": "garage"}),
        "it leaks up there": ("fail", {}),
        "that roof will leak": ("fail", {}),
        "ruin the whole shed": ("blow", {}),
    }
    return made


@pytest.fixture
def play(make: Callable[..., Play], planner: Planner) -> Play:
    plain = make()
    cache = PlanCache(plain.house.store, Settings(), ("here",))
    cascade = Cascade([Reflex(), Sentences(), cache, planner], cache=cache)
    return make(decider=cascade, plans=lambda: cache, store=plain.house.store)


def kept(play: Play) -> list[str]:
    return [entry.plan.words for entry in entries(play.house.store)]


def test_the_second_time_no_model_is_asked(play: Play, planner: Planner) -> None:
    first = play.say("Brightness to the kitchen!")
    assert (first.status, kept(play)) == ("done", ["brightness to the kitchen"])
    assert isinstance(first.events[-1], Finished)
    assert first.events[-1].spent is not None
    again = replace(play, conversation="c-2").say("brightness to the kitchen")
    assert (again.reply, again.status) == (first.reply, "done")
    assert planner.asked == ["brightness to the kitchen"]
    assert isinstance(again.events[-1], Finished)
    assert again.events[-1].spent is None
    plan = next(e.decision for e in again.events if isinstance(e, Decided) and e.decision.final)
    assert isinstance(plan, Plan)
    assert plan.basis is not None
    assert (plan.model, plan.basis.cached) == ("cache", first.turn)
    assert load_exchanges(play.house.store, again.turn) == []
    spans = play.record(again.turn).spans
    hit = next(span for span in spans if span.attributes.get("alexa.cached"))
    assert hit.attributes["alexa.cached_turn"] == first.turn


@pytest.mark.parametrize("words", ["it leaks up there", "that roof will leak", "hello there you"])
def test_what_did_not_go_well_is_not_kept(play: Play, words: str) -> None:
    play.say(words)
    assert kept(play) == []


def test_what_waits_for_a_yes_is_not_kept(play: Play) -> None:
    assert play.say("ruin the whole shed").status == "question"
    assert kept(play) == []
    assert play.say("yes").status == "done"
    assert kept(play) == []
    assert play.say("ruin the whole shed", yes=True).status == "done"
    assert kept(play) == ["ruin the whole shed"]
    assert play.say("ruin the whole shed").status == "question"
    assert kept(play) == ["ruin the whole shed"]


def test_a_plan_that_fails_later_is_dropped(play: Play, planner: Planner) -> None:
    play.say("brightness to the kitchen")
    entry = entries(play.house.store)[0]
    calls = (replace(entry.plan.calls[0], api="fail", arguments={}),)
    row = play.house.store.events(kind="plan")[0]
    broken = play.house.store.encode(replace(entry.plan, calls=calls))
    play.house.store.append(row, broken)
    assert play.say("brightness to the kitchen").status == "failed"
    assert kept(play) == []
    assert len(planner.asked) == 1


@pytest.mark.parametrize("from_cache", [False, True])
def test_an_undone_plan_is_dropped(play: Play, from_cache: bool) -> None:
    play.say("brightness to the kitchen")
    if from_cache:
        play.say("brightness to the kitchen")
    play.say("brightness to the garage")
    play.say("please undo now")
    assert kept(play) == ["brightness to the kitchen"]
    play.say("please undo now")
    assert kept(play) == []


@pytest.mark.parametrize("from_cache", [False, True])
def test_a_corrected_turn_is_marked_and_its_plan_dropped(play: Play, from_cache: bool) -> None:
    first = play.say("brightness to the kitchen")
    if from_cache:
        first = play.say("brightness to the kitchen")
    second = play.say("no, I meant light up the garage")
    assert kept(play) == []
    assert (second.status, second.reply) == ("done", "The garage is lit.")
    assert play.record(first.turn).corrected == second.turn


def test_a_correction_that_nobody_understands_still_drops_the_plan(play: Play) -> None:
    first = play.say("brightness to the kitchen")
    assert play.say("no, I meant xyzzy plugh quux").status == "not_understood"
    assert kept(play) == []
    assert play.record(first.turn).corrected is None


@pytest.mark.parametrize("basis", [Basis(history=True), Basis(tainted=True), None])
def test_what_hangs_on_more_than_the_words_is_not_kept(
    play: Play, planner: Planner, basis: Basis | None
) -> None:
    planner.basis = basis  # type: ignore[assignment]
    play.say("brightness to the kitchen")
    assert kept(play) == []


def test_nothing_is_kept_of_what_is_not_saved_done_or_is_a_replay(play: Play) -> None:
    for changes in ({"save": False}, {"act": False}, {"closed_set": True}, {"think": True}):
        play.say("brightness to the kitchen", **changes)
        assert kept(play) == [], changes


def test_a_turn_that_is_gone_takes_nothing_with_it(play: Play) -> None:
    play.say("brightness to the kitchen")
    forget_plan_of(play.house.store, "t-gone")
    assert len(kept(play)) == 1


# What was spent --------------------------------------------------------------------------------


def test_what_a_turn_spent_is_the_sum_of_its_requests() -> None:
    draft = replace(ONE, branch="draft", cost=None, usage=Usage(), reason="closed")
    failed = replace(
        ONE, reason="error", first=None, error="out of reach", usage=Usage(0, 0, 0, 0), cost=0.0
    )
    spent = summed([ONE, replace(ONE, start=0.3, first=0.35, end=0.5), failed])
    assert (spent.uncached, spent.cache_read, spent.output) == (20, 180, 10)
    assert (spent.cycles, spent.cost, spent.ttft, spent.more) == (2, 0.002, 0.1, False)
    assert (spent.thrown_tokens, spent.thrown_cost) == (0, 0.0)
    lost = summed([ONE, replace(draft, thrown_away=True)])
    assert (lost.cost, lost.known_cost, lost.more, lost.input) == (None, 0.001, True, 100)
    assert (lost.thrown_tokens, lost.thrown_cost) == (None, None)
    told = summed([ONE, replace(ONE, thrown_away=True)])
    assert (told.thrown_tokens, told.thrown_cost, told.cycles) == (105, 0.001, 1)
    assert summed([failed]).cycles == 0
    assert summed([failed]).input is None


@pytest.mark.parametrize(
    ("made", "count"),
    [
        ([("", 0, 2), ("", 2, 3), ("", 3, 4)], 3),
        ([("draft", 0, 1), ("verify", 0, 6)], 1),
        ([("draft", 0, 1), ("draft", 1, 2), ("verify", 0, 6)], 1),
        ([("draft#2", 0, 1), ("draft#2", 1, 2), ("verify#2", 0, 3), ("verify#2", 3, 6)], 2),
        ([("draft", 0, 1), ("draft", 1, 2)], 2),
        ([("draft", 0, 1), ("verify", 0, 6), ("", 6, 7)], 2),
        ([("a", 0, 3), ("b", 0, 2)], 1),
    ],
)
def test_cycles_are_what_was_waited_for_one_after_another(
    made: list[tuple[str, float, float]], count: int
) -> None:
    exchanges = [replace(ONE, branch=b, start=s, end=e) for b, s, e in made]
    assert cycles(exchanges) == count


def test_the_sum_is_part_of_the_end_of_the_turn(play: Play) -> None:
    said = play.say("brightness to the kitchen")
    end = said.events[-1]
    assert isinstance(end, Finished)
    assert end.spent is not None
    assert (end.spent.cycles, end.spent.input, end.spent.cost) == (1, 100, 0.001)
    assert end.spent.first_action is not None
    assert 0 < end.spent.first_action < end.seconds
    assert remembering.summed(load_exchanges(play.house.store, said.turn)).input == 100
