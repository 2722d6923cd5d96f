from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from alexa_cli.act.execute import execute
from alexa_cli.act.graph import BadPlan
from alexa_cli.catalog.expert import Handler
from alexa_cli.turn import Acted, Emitted, Plan, Started, Trust


async def test_a_call_runs_and_brings_value_undo_and_times(bench: Any) -> None:
    (outcome,) = await bench.run(bench.call("toys.put", toy="ball", place="shelf"))
    assert outcome.status == "done"
    assert outcome.value == {"toy": "ball", "place": "shelf"}
    assert outcome.source == "python"
    assert outcome.trust is Trust.HOUSEHOLD
    assert outcome.undo is not None
    assert outcome.undo.name == "toys.put_back"
    assert {k: a.value for k, a in outcome.undo.arguments.items()} == {"toy": "ball"}
    assert 0 <= outcome.started <= outcome.ended
    assert [type(event) for event in bench.events] == [Started, Acted]
    assert bench.state() == {"ball": "shelf"}


async def test_reads_and_other_experts_run_side_by_side(bench: Any) -> None:
    bench.close("a", "b", "c")
    running = asyncio.create_task(
        bench.run(
            bench.call("toys.look", "1", toy="x", label="a"),
            bench.call("toys.look", "2", toy="y", label="b"),
            bench.call("others.put", "3", toy="z", place="box", label="c"),
        )
    )
    await bench.began("a", "b", "c")
    bench.open("c")
    await bench.until(lambda: len(bench.outcomes) == 1)
    bench.open("b")
    await bench.until(lambda: len(bench.outcomes) == 2)
    bench.open("a")
    assert [outcome.call.id for outcome in await running] == ["3", "2", "1"]


async def test_effects_of_one_expert_keep_the_order_in_which_they_were_said(bench: Any) -> None:
    bench.close("first", "look")
    running = asyncio.create_task(
        bench.run(
            bench.call("toys.put", "1", toy="lamp", place="off", label="first"),
            bench.call("toys.look", "2", toy="lamp", label="look"),
            bench.call("toys.put", "3", toy="lamp", place="on", label="second"),
        )
    )
    await bench.began("first")
    bench.open("first")
    await bench.began("look")
    assert "second" not in bench.log
    bench.open("look")
    outcomes = await running
    assert [o.call.id for o in outcomes] == ["1", "2", "3"]
    assert outcomes[1].value["place"] == "off"
    assert bench.state() == {"lamp": "on"}


async def test_a_failed_effect_does_not_hold_up_the_next_of_its_expert(bench: Any) -> None:
    await bench.run(
        bench.call("toys.put", "1", toy="lamp"),
        bench.call("toys.put", "2", toy="lamp", place="on"),
    )
    assert bench.status() == {"1": "failed", "2": "done"}
    assert "place" in bench.error("1")


async def test_pointers_take_values_out_of_earlier_outcomes(bench: Any) -> None:
    await bench.run(
        bench.call("toys.put", "b", toy="$a.toy", place="$a.place"),
        bench.call("toys.look", "a", toy="bear"),
    )
    assert bench.status() == {"a": "done", "b": "done"}
    assert bench.state() == {"bear": "box"}


@pytest.mark.parametrize(
    ("pointer", "why"),
    [("$1.size", "no 'size'"), ("$1.toy.0", "no '0'"), ("$1.items.3", "no 'items'")],
)
async def test_a_pointer_that_leads_nowhere_is_a_failed_outcome_that_says_so(
    bench: Any, pointer: str, why: str
) -> None:
    await bench.run(
        bench.call("toys.look", "1", toy="bear"),
        bench.call("toys.put", "2", toy=pointer, place="x"),
    )
    assert bench.status() == {"1": "done", "2": "failed"}
    assert why in bench.error("2")
    assert bench.state() == {}


async def test_what_depends_on_a_failed_call_is_skipped_with_the_reason(bench: Any) -> None:
    await bench.run(
        bench.call("toys.raises", "1", what="x"),
        bench.call("toys.put", "2", ("1",), toy="a", place="b"),
        bench.call("toys.put", "3", toy="$2.toy", place="b"),
        bench.call("toys.put", "4", toy="d", place="e"),
    )
    assert bench.status() == {"1": "failed", "2": "skipped", "3": "skipped", "4": "done"}
    assert "toys.raises" in bench.error("2")
    assert bench.started == ["1", "4"]


@pytest.mark.parametrize("what", ["exit", "cancel", "escape", "key"])
async def test_whatever_an_expert_raises_is_one_failed_outcome(bench: Any, what: str) -> None:
    await bench.run(
        bench.call("toys.raises", "1", what=what),
        bench.call("toys.rubbish", "2"),
        bench.call("toys.look", "3", toy="bear"),
    )
    assert bench.status() == {"1": "failed", "2": "failed", "3": "done"}
    assert "\x1b" not in bench.error("1")
    assert "\n" not in bench.error("1")


async def test_a_handler_that_returns_rubbish_past_the_catalogue_fails_too(bench: Any) -> None:
    async def run(*_: object) -> object:
        return {"value": "not a Returned"}

    world = bench.world()
    events = [
        event
        async for event in execute(
            Plan((bench.call("toys.look", toy="x"),)), replace(world, run=run)
        )
    ]
    outcome = events[-1].outcome  # type: ignore[union-attr]
    assert (outcome.status, outcome.error) == (
        "failed",
        "toys returned something unusable (dict)",
    )


async def test_a_hanging_call_ends_at_its_deadline_and_the_others_stand(bench: Any) -> None:
    bench.hurried = {"never"}
    bench.close("never")
    async with asyncio.timeout(60):
        await bench.run(
            bench.call("toys.put", "1", toy="a", place="b", label="never"),
            bench.call("others.look", "2", toy="a"),
        )
    assert bench.status() == {"1": "failed", "2": "done"}
    assert bench.error("1") == (
        "toys did not answer within 0.05 seconds; it may have happened all the same"
    )


async def test_the_turn_has_a_deadline_of_its_own(bench: Any) -> None:
    bench.turn_ends = bench.recorder.now() + 0.05
    bench.close("never")
    async with asyncio.timeout(60):
        await bench.run(
            bench.call("toys.look", "1", toy="a", label="never"),
            bench.call("toys.look", "2", ("1",), toy="a"),
        )
    assert bench.status() == {"1": "failed", "2": "skipped"}


async def test_what_cannot_be_run_is_decided(bench: Any) -> None:
    await bench.run(
        bench.call("toys.dream", "1"), bench.call("toys.put", "2", ("1",), toy="a", place="b")
    )
    assert bench.status() == {"1": "decided", "2": "done"}


async def test_an_unknown_api_is_a_failed_outcome(bench: Any) -> None:
    await bench.run(bench.call("toys.fly", "1"), bench.call("nobody.flies", "2"))
    assert bench.status() == {"1": "failed", "2": "failed"}
    assert bench.error("1") == "there is no toys.fly"


async def test_without_a_yes_nothing_that_needs_one_runs(bench: Any) -> None:
    breaking = bench.call("toys.break_it", "1", toy="a")
    await bench.run(breaking, bench.call("toys.put", "2", ("1",), toy="b", place="c"))
    assert bench.status() == {"1": "unconfirmed", "2": "skipped"}
    assert bench.done == []
    bench.events.clear()
    await bench.run(breaking, confirmed=True)
    assert bench.state() == {"a": "broken"}


def test_plans_that_make_no_sense_are_refused_before_anything_starts(bench: Any) -> None:
    def refused(*calls: Any) -> str:
        with pytest.raises(BadPlan) as caught:
            execute(Plan(calls), bench.world())
        return caught.value.message

    look = bench.call("toys.look", "1", toy="a")
    assert "two calls" in refused(look, look)
    assert "'7'" in refused(look, bench.call("toys.look", "2", ("7",), toy="a"))
    assert "'9'" in refused(bench.call("toys.look", "1", toy="$9.toy"))
    assert "each other" in refused(
        bench.call("toys.look", "1", ("2",), toy="a"), bench.call("toys.look", "2", toy="$1.x")
    )
    assert "cannot name" in refused(bench.call("toys.look", "1.2", toy="a"))
    assert "too long" in refused(*[bench.call("toys.look", str(n), toy="a") for n in range(101)])
    assert bench.log == []


async def test_what_an_expert_emits_comes_in_order_before_its_end(bench: Any) -> None:
    await bench.run(bench.call("toys.says", label="x"))
    assert bench.events[1:3] == [
        Emitted("toys", "early", {"label": "x"}),
        Emitted("toys", "late", {"label": "x"}),
    ]
    assert isinstance(bench.events[-1], Acted)


async def test_every_call_is_a_span(bench: Any) -> None:
    with bench.recorder.span("act"):
        await bench.run(
            bench.call("toys.look", "1", toy="bear"), bench.call("toys.raises", "2", what="x")
        )
    act, *spans = bench.recorder.spans()
    assert [span.parent for span in spans] == [act.id, act.id]
    looked, raised = spans
    assert looked.attributes["gen_ai.tool.name"] == "toys.look"
    assert looked.attributes["alexa.effect"] == "read"
    assert looked.attributes["alexa.status"] == "done"
    assert looked.attributes["alexa.arguments"] == {"toy": "bear", "label": ""}
    assert raised.attributes["alexa.status"] == "failed"
    assert "error.type" in raised.attributes


# Steps ------------------------------------------------------------------------------------


async def test_steps_run_as_a_plan_of_their_own(bench: Any) -> None:
    outcomes = await bench.run(bench.call("toys.tidy", "7", one="ball", two="bear", box="chest"))
    assert bench.status() == {"7.1": "done", "7.2": "done", "7": "done"}
    assert outcomes[-1].value == {"toy": "bear", "place": "chest"}
    assert bench.done == [("others", "ball", "chest"), ("toys", "bear", "chest")]
    assert bench.started == ["7", "7.1", "7.2"]


async def test_a_step_whose_argument_is_missing_fails_the_whole_and_the_rest_stands(
    bench: Any,
) -> None:
    await bench.run(bench.call("toys.tidy", "7", one="ball", box="chest"))
    assert bench.status() == {"7.1": "done", "7.2": "failed", "7": "failed"}
    assert bench.error("7") == "1 of 2 steps of toys.tidy were done: toys.put needs 'toy'"
    assert bench.done == [("others", "ball", "chest")]


async def test_effects_of_steps_keep_their_order_whichever_expert_they_are_of(bench: Any) -> None:
    bench.close("gate")
    running = asyncio.create_task(bench.run(bench.call("toys.both", label="gate")))
    await bench.began("gate")
    await bench.turn()
    assert bench.started == ["1", "1.1"]
    bench.open("gate")
    await running
    assert bench.started == ["1", "1.1", "1.2"]


async def test_steps_that_call_each_other_end(bench: Any) -> None:
    expert = bench.catalogue.experts["toys"]
    circle = replace(
        expert.apis["both"],
        run=Handler("steps", {"steps": [{"call": "toys.both", "arguments": {}}]}),
    )
    toys = {
        **bench.catalogue.experts,
        "toys": replace(expert, apis={**expert.apis, "both": circle}),
    }
    bench.catalogue = replace(bench.catalogue, experts=toys)
    outcomes = await bench.run(bench.call("toys.both"))
    assert {outcome.status for outcome in outcomes} == {"failed"}
    assert "circles" in bench.error("1")


# Stopping ---------------------------------------------------------------------------------


async def stopped(
    bench: Any, *calls: Any, labels: tuple[str, ...] = (), times: int = 1, **options: Any
) -> list[Any]:
    """Run until calls stand at their gates, cancel, open the gate; the outcomes."""
    bench.close("gate", "reading")
    running = asyncio.create_task(bench.run(*calls, **options))
    await bench.began("gate", *labels)
    for _ in range(times):
        running.cancel()
        await bench.turn()
    bench.open("gate")
    with pytest.raises(asyncio.CancelledError):
        await running
    return bench.outcomes  # type: ignore[no-any-return]


async def test_after_the_barrier_effects_in_flight_are_awaited_and_reported(bench: Any) -> None:
    await stopped(
        bench,
        bench.call("toys.put", "1", toy="a", place="b", label="gate"),
        bench.call("others.look", "2", toy="a", label="reading"),
        bench.call("toys.put", "3", toy="c", place="d"),
        labels=("reading",),
    )
    assert bench.status() == {"1": "done", "2": "failed", "3": "skipped"}
    assert bench.error("2") == "others was stopped"
    assert bench.error("3") == "stopped before it began"
    assert bench.done == [("toys", "a", "b")]


async def test_parts_in_flight_are_awaited_and_no_further_part_starts(bench: Any) -> None:
    await stopped(bench, bench.call("toys.tidy", one="a", two="b", box="c", label="gate"))
    assert bench.status() == {"1.1": "done", "1.2": "skipped", "1": "failed"}
    assert bench.done == [("others", "a", "c")]


async def test_before_the_barrier_effects_are_cancelled(bench: Any) -> None:
    await stopped(bench, bench.call("toys.put", toy="a", place="b", label="gate"), committed=False)
    assert bench.status() == {"1": "failed"}
    assert "may have happened" in bench.error("1")
    assert bench.done == []


async def test_a_second_cancellation_does_not_wait_for_effects(bench: Any) -> None:
    await stopped(bench, bench.call("toys.put", toy="a", place="b", label="gate"), times=2)
    assert bench.status() == {"1": "failed"}
    assert "may have happened" in bench.error("1")
    assert bench.done == []


async def test_closing_the_events_awaits_what_is_in_flight(bench: Any) -> None:
    bench.close("gate")
    events = execute(
        Plan((bench.call("toys.put", toy="a", place="b", label="gate"),)), bench.world()
    )
    assert isinstance(await anext(events), Started)
    await bench.began("gate")
    closing = asyncio.create_task(events.aclose())
    await bench.turn()
    assert not closing.done()
    bench.open("gate")
    await closing
    assert bench.done == [("toys", "a", "b")]


def test_a_loop_that_shuts_down_is_not_held_up(bench: Any) -> None:
    """``asyncio.run`` cancels every task at once when its main task is over."""

    async def main() -> None:
        bench.changed = asyncio.Event()
        bench.close("never")
        reading = bench.call("toys.put", toy="a", place="b", label="never")
        bench.reader = asyncio.create_task(bench.run(reading))
        await bench.began("never")

    asyncio.run(main())
    assert bench.reader.cancelled()
    assert bench.done == []
