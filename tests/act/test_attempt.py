from __future__ import annotations

import asyncio
from typing import Any

import pytest

from alexa_cli.act.attempt import Attempt, may_start
from alexa_cli.turn import Acted, Discarded, Emitted, Plan, Started


async def start(bench: Any, attempt: Attempt, *calls: Any) -> list[str]:
    """Start a provisional plan; ids of what was started."""
    events = [event async for event in attempt.start(Plan(calls, final=False))]
    assert all(isinstance(event, Started) and event.speculative for event in events)
    return [event.call.id for event in events if isinstance(event, Started)]


async def settle(bench: Any, attempt: Attempt, *calls: Any) -> list[Any]:
    async for event in attempt.settle(Plan(calls), confirmed=True):
        bench.told(event)
    return bench.outcomes  # type: ignore[no-any-return]


def discarded(bench: Any) -> dict[str, bool | None]:
    return {e.call.name: e.undone for e in bench.events if isinstance(e, Discarded)}


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("toys.look", True),
        ("toys.slide", True),
        ("toys.put", False),
        ("toys.break_it", False),
        ("toys.tidy", False),
        ("toys.dream", False),
        ("toys.fly", False),
    ],
)
def test_only_reads_and_what_is_declared_may_start(bench: Any, name: str, may: bool) -> None:
    assert may_start(bench.call(name), bench.catalogue) is may


async def test_what_was_started_is_adopted_and_not_started_again(bench: Any) -> None:
    bench.close("l")
    attempt = Attempt(bench.world())
    look = bench.call("toys.look", "1", toy="a", label="l")
    assert await start(bench, attempt, look) == ["1"]
    await bench.began("l")
    bench.open("l")
    put = bench.call("toys.put", "7", toy="$9.toy", place="x")
    await settle(bench, attempt, put, bench.call("toys.look", "9", toy="a", label="l"))
    assert bench.status() == {"9": "done", "7": "done"}
    assert bench.started == ["7"]
    assert bench.log == ["l", ""]
    assert discarded(bench) == {}


async def test_nothing_starts_behind_a_call_that_must_wait(bench: Any) -> None:
    attempt = Attempt(bench.world())
    started = await start(
        bench,
        attempt,
        bench.call("toys.look", "1", toy="a", label="look"),
        bench.call("others.put", "2", toy="a", place="b"),
        bench.call("toys.look", "3", toy="b"),
    )
    assert started == ["1"]
    await bench.began("look")
    await attempt.discard()
    assert bench.done == []


async def test_after_an_effect_nothing_more_of_its_expert_starts(bench: Any) -> None:
    attempt = Attempt(bench.world())
    started = await start(
        bench,
        attempt,
        bench.call("toys.slide", "1", toy="a", place="b", label="slide"),
        bench.call("others.look", "2", toy="a", label="look"),
        bench.call("toys.look", "3", toy="a"),
        bench.call("others.look", "4", toy="b"),
    )
    assert started == ["1", "2"]
    await bench.began("slide", "look")
    await attempt.discard()


async def test_a_read_may_start_when_the_read_it_needs_has_ended(bench: Any) -> None:
    attempt = Attempt(bench.world())
    first = bench.call("toys.look", "1", toy="a", label="x")
    second = bench.call("toys.look", "2", toy="$1.place", label="y")
    assert await start(bench, attempt, first, second) == ["1"]
    await bench.began("y")
    await settle(bench, attempt, first, second)
    assert bench.status() == {"1": "done", "2": "done"}
    assert bench.log == ["x", "y"]
    assert [e.speculative for e in bench.events if isinstance(e, Started)] == [True]


async def test_a_read_nobody_wants_is_cancelled(bench: Any) -> None:
    bench.close("never")
    attempt = Attempt(bench.world())
    await start(bench, attempt, bench.call("toys.look", "1", toy="a", label="never"))
    await bench.began("never")
    async with asyncio.timeout(60):
        await settle(bench, attempt, bench.call("toys.put", "1", toy="a", place="b"))
    assert discarded(bench) == {"toys.look": None}
    assert bench.state() == {"a": "b"}


async def test_undo_of_a_discarded_effect_ends_before_a_final_call_of_its_expert_starts(
    bench: Any,
) -> None:
    bench.close("slide")
    attempt = Attempt(bench.world())
    await start(bench, attempt, bench.call("toys.slide", toy="a", place="wrong", label="slide"))
    await bench.began("slide")
    settling = asyncio.create_task(
        settle(
            bench,
            attempt,
            bench.call("toys.look", "1", toy="a", label="toys"),
            bench.call("others.look", "2", toy="a", label="others"),
        )
    )
    await bench.began("others")
    assert "toys" not in bench.log
    bench.open("slide")
    await settling
    assert bench.done == [("toys", "a", "wrong"), ("toys", "a", None)]
    assert discarded(bench) == {"toys.slide": True}
    (seen,) = [outcome.value for outcome in bench.outcomes if outcome.call.id == "1"]
    assert seen["place"] == "box"


async def test_a_failed_undo_is_reported(bench: Any) -> None:
    attempt = Attempt(bench.world())
    await start(bench, attempt, bench.call("toys.slide", toy="glue", place="wrong", label="x"))
    await bench.began("x")
    await settle(bench, attempt)
    assert discarded(bench) == {"toys.slide": False}


async def test_an_effect_cut_off_by_its_deadline_is_taken_back_by_its_declaration(
    bench: Any,
) -> None:
    bench.hurried = {"never"}
    bench.close("never")
    attempt = Attempt(bench.world())
    await start(bench, attempt, bench.call("toys.slide", toy="a", place="b", label="never"))
    await settle(bench, attempt)
    assert discarded(bench) == {"toys.slide": True}
    assert bench.done == [("toys", "a", None)]


async def test_a_second_plan_keeps_what_it_shares_and_settles_the_rest_once(bench: Any) -> None:
    bench.close("a", "b")
    attempt = Attempt(bench.world())
    one = bench.call("toys.look", "1", toy="a", label="a")
    two = bench.call("others.look", "1", toy="b", label="b")
    assert await start(bench, attempt, one) == ["1"]
    await bench.began("a")
    again = bench.call("toys.look", "2", toy="a", label="a")
    assert await start(bench, attempt, two, again) == ["1"]
    await bench.began("b")
    bench.open("a", "b")
    await settle(bench, attempt, again)
    assert bench.status() == {"2": "done"}
    assert discarded(bench) == {"others.look": None}
    assert sorted(bench.log) == ["a", "b"]


async def test_a_second_plan_drops_what_the_first_had_waiting(bench: Any) -> None:
    bench.close("first")
    attempt = Attempt(bench.world())
    first = bench.call("toys.look", "1", toy="a", label="first")
    await start(bench, attempt, first, bench.call("toys.look", "2", ("1",), toy="b", label="two"))
    await bench.began("first")
    assert await start(bench, attempt, first) == []
    bench.open("first")
    await bench.turn(30)
    third = bench.call("others.look", "3", toy="c", label="three")
    assert await start(bench, attempt, first, third) == ["3"]
    await bench.began("three")
    await attempt.discard()


async def test_what_a_call_emits_is_held_back_until_it_is_adopted(bench: Any) -> None:
    bench.close("said")
    says = bench.call("toys.says", "1", label="said")
    for final, expected in (((says,), ["early", "late"]), ((), [])):
        bench.log.clear()
        bench.events.clear()
        attempt = Attempt(bench.world())
        await start(bench, attempt, says)
        await bench.began("said")
        bench.open("said")
        await settle(bench, attempt, *final)
        assert [e.name for e in bench.events if isinstance(e, Emitted)] == expected


async def test_a_call_that_had_not_begun_is_nobodys_business(bench: Any) -> None:
    bench.close("first")
    attempt = Attempt(bench.world())
    first = bench.call("toys.look", "1", toy="a", label="first")
    await start(bench, attempt, first, bench.call("toys.look", "2", ("1",), toy="b", label="two"))
    await bench.began("first")
    bench.open("first")
    await settle(bench, attempt, first)
    assert "two" not in bench.log
    assert discarded(bench) == {}


async def test_stopping_after_the_barrier_awaits_an_adopted_effect(bench: Any) -> None:
    bench.close("slide")
    attempt = Attempt(bench.world())
    slide = bench.call("toys.slide", "1", toy="a", place="b", label="slide")
    await start(bench, attempt, slide)
    await bench.began("slide")
    settling = asyncio.create_task(settle(bench, attempt, slide))
    await bench.turn()
    settling.cancel()
    await bench.turn()
    bench.open("slide")
    with pytest.raises(asyncio.CancelledError):
        await settling
    assert bench.status() == {"1": "done"}
    assert [type(event) for event in bench.events] == [Acted]


async def test_who_stops_reading_what_the_attempt_did_leaves_nothing_under_way(bench: Any) -> None:
    attempt = Attempt(bench.world())
    first = bench.call("toys.look", "1", toy="a", label="x")
    second = bench.call("toys.look", "2", toy="$1.place", label="y")
    assert await start(bench, attempt, first, second) == ["1"]
    await bench.began("y")  # started later, so it is told when the attempt is settled
    events = attempt.settle(Plan((first, bench.call("others.put", "3", toy="a", place="b"))))
    assert isinstance(await anext(events), Started)
    await events.aclose()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert bench.done == []
