from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.act.confirm import needs_confirmation, pending, split, unconfirmed
from alexa_cli.turn import Call, Outcome, Plan


def ids(plan: Plan) -> list[str]:
    return [call.id for call in plan.calls]


def test_what_is_declared_needs_a_yes(bench: Any) -> None:
    def needs(name: str, **options: bool) -> bool:
        return needs_confirmation(bench.call(name), bench.catalogue, **options)

    assert needs("toys.break_it")
    assert not needs("toys.put")
    assert not needs("toys.dream")
    assert not needs("nobody.knows")


def test_confirm_can_be_waived_but_not_for_a_plan_that_nobody_verified(bench: Any) -> None:
    expert = bench.catalogue.experts["toys"]
    waived = replace(expert.apis["break_it"], confirm=False)
    experts = {"toys": replace(expert, apis={**expert.apis, "break_it": waived})}
    catalogue = replace(bench.catalogue, experts=experts)
    breaking = bench.call("toys.break_it", toy="a")
    assert not needs_confirmation(breaking, catalogue)
    assert needs_confirmation(breaking, catalogue, verified=False)
    assert ids(split(Plan((breaking,), verified=False), catalogue)[1]) == ["1"]


def test_steps_need_a_yes_if_one_of_them_does(bench: Any) -> None:
    others = bench.catalogue.experts["others"]
    asks = replace(others.apis["put"], confirm=True)
    experts = {
        **bench.catalogue.experts,
        "others": replace(others, apis={**others.apis, "put": asks}),
    }
    tidy = bench.call("toys.tidy", one="a", box="b")
    assert not needs_confirmation(tidy, bench.catalogue)
    assert needs_confirmation(tidy, replace(bench.catalogue, experts=experts))


def test_what_depends_on_a_waiting_call_waits_with_it(bench: Any) -> None:
    plan = Plan(
        (
            bench.call("toys.put", "5", toy="$2.toy", place="x"),
            bench.call("toys.put", "1", toy="a", place="b"),
            bench.call("toys.break_it", "2", toy="$1.toy"),
            bench.call("toys.look", "3", ("5",), toy="a"),
            bench.call("others.put", "4", toy="$1.toy", place="c"),
        ),
        model="m",
    )
    now, later = split(plan, bench.catalogue)
    assert (ids(now), ids(later)) == (["1", "4"], ["5", "2", "3"])
    assert now.model == later.model == "m"


async def test_what_is_left_to_ask_stands_alone(bench: Any) -> None:
    now, later = split(
        Plan(
            (
                bench.call("toys.look", "1", toy="bear"),
                bench.call("toys.break_it", "2", toy="$1.toy"),
                bench.call("toys.put", "3", ("1", "2"), toy="$1.place", place="$2.x"),
            )
        ),
        bench.catalogue,
    )
    left = pending(later, await bench.run(*now.calls))
    assert left.skipped == ()
    breaking, put = left.plan.calls
    assert breaking.arguments["toy"].value == "bear"
    assert (put.arguments["toy"].value, put.arguments["place"].pointer) == ("box", "$2.x")
    assert (breaking.after, put.after) == ((), ("2",))


async def test_nobody_is_asked_about_what_can_no_longer_be_done(bench: Any) -> None:
    now, later = split(
        Plan(
            (
                bench.call("toys.raises", "1", what="x"),
                bench.call("toys.look", "2", toy="bear"),
                bench.call("toys.break_it", "3", ("1",), toy="a"),
                bench.call("toys.put", "4", ("3",), toy="a", place="b"),
                bench.call("toys.break_it", "5", toy="$2.nothing"),
                bench.call("toys.break_it", "6", toy="c"),
            )
        ),
        bench.catalogue,
    )
    left = pending(later, await bench.run(*now.calls))
    assert ids(left.plan) == ["6"]
    assert {one.call.id: one.status for one in left.skipped} == {
        "3": "skipped", "4": "skipped", "5": "failed",
    }  # fmt: skip


def test_a_no_leaves_every_call_unconfirmed(bench: Any) -> None:
    outcomes = unconfirmed(Plan((bench.call("toys.break_it", toy="a"),)))
    assert [outcome.status for outcome in outcomes] == ["unconfirmed"]


@pytest.mark.parametrize("status", ["failed", "skipped", "unconfirmed"])
def test_the_reason_is_given(bench: Any, status: Any) -> None:
    later = Plan((bench.call("toys.break_it", "2", ("1",), toy="a"),))
    ran = Outcome(bench.call("toys.look", "1", toy="a"), status, error="why")
    (skipped,) = pending(later, [ran]).skipped
    assert skipped.error is not None
    assert "toys.look" in skipped.error


APIS = ("toys.look", "toys.put", "toys.break_it", "others.put", "others.break_it")
plans = st.lists(st.tuples(st.sampled_from(APIS), st.sets(st.integers(0, 7))), max_size=8)


@given(plans)
def test_now_and_later_part_a_plan_exactly(toys: Any, drawn: list[tuple[str, set[int]]]) -> None:
    calls = tuple(
        Call(
            name.partition(".")[0],
            name.partition(".")[2],
            id=str(at),
            after=tuple(str(one) for one in sorted(after) if one < at),
        )
        for at, (name, after) in enumerate(drawn)
    )
    now, later = split(Plan(calls), toys)
    assert sorted(ids(now) + ids(later)) == sorted(call.id for call in calls)
    waiting = set(ids(later))
    for call in now.calls:
        assert not needs_confirmation(call, toys)
        assert not set(call.after) & waiting
    for call in later.calls:
        assert needs_confirmation(call, toys) or set(call.after) & waiting
