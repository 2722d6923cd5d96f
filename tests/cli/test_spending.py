"""The line under a turn that asked a language model: what it says, and what it leaves out first."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.cli.screen import Seen, summary
from alexa_cli.cli.spending import thrown, tokens
from alexa_cli.models.showing import money
from alexa_cli.store.coding import build, from_tagged, plain
from alexa_cli.turn import Basis, Call, Decided, Finished, Plan, Spent

SPENT = Spent(
    cycles=1, uncached=56, cache_read=1_856, cache_write=0, output=14, cost=0.0004,
    first_action=0.412, ttft=0.3, saved=0.38,
)  # fmt: skip
PLAN = Plan((Call("smart_home", "turn_on"),), "accurate", basis=Basis())
WHOLE = (
    "accurate → smart_home.turn_on · 1 cycle · in 1,912 (cached 1,856) out 14 · $0.0004"
    " · first action 412 ms · total 418 ms · draft saved 380 ms"
)


def seen(spent: Spent | None = SPENT, plan: Plan = PLAN) -> Seen:
    found = Seen()
    for event in (Decided(plan, 0.4), Finished("t-1rs09q5fe", "done", 0.418, spent)):
        found.see(event)
    return found


def test_it_says_all_of_it_where_there_is_room() -> None:
    assert summary(seen(), 200, turn=False) == WHOLE
    assert summary(seen(), None, turn=False) == WHOLE
    assert summary(seen(), None) == f"{WHOLE} · t-1rs09q5fe"


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (128, ("accurate → smart_home.turn_on · in 1,912 (cached 1,856) out 14 · $0.0004"
              " · first action 412 ms · total 418 ms · t-1rs09q5fe")),
        (100, ("accurate → smart_home.turn_on · in 1,912 (cached 1,856) out 14 · $0.0004"
              " · total 418 ms")),
        (80, "accurate → smart_home.turn_on · in 1,912 out 14 · $0.0004 · total 418 ms"),
        (60, "accurate → smart_home.turn_on · $0.0004 · total 418 ms"),
        (50, "accurate → smart_home.turn_on · total 418 ms"),
        (40, "accurate → smart_home.tu… · total 418 ms"),
    ],
)  # fmt: skip
def test_what_tells_least_is_left_out_first(columns: int, line: str) -> None:
    assert summary(seen(), columns) == line


@given(
    st.integers(20, 200), st.booleans(),
    st.builds(
        Spent, st.integers(0, 9), *[st.none() | st.integers(0, 10**7)] * 4, st.booleans(),
        st.none() | st.floats(0, 1e4), st.just(0.0), *[st.none() | st.floats(0, 1e4)] * 3,
        st.none() | st.integers(0, 10**6), st.none() | st.floats(0, 100),
    ),
)  # fmt: skip
def test_it_fits_any_width_and_never_counts_the_unknown_as_nothing(
    columns: int, turn: bool, spent: Spent
) -> None:
    line = summary(seen(spent), columns, turn=turn)
    assert len(line) <= columns
    whole = summary(seen(spent), None, turn=turn)
    assert "total 418 ms" in whole
    assert ("cost unknown" in whole) == (spent.cost is None)
    if spent.input is None:
        assert "in 0" not in whole


def test_unknown_is_never_nothing() -> None:
    assert tokens(Spent(1)) == "tokens unknown"
    assert tokens(Spent(1, uncached=10)) == "in 10 out ?"
    assert tokens(Spent(1, 10, 0, None, 3, more=True)) == "in 10+ (cached 0) out 3+"
    assert tokens(Spent(1, 10, None, 90, 3)) == "in 100 (written 90) out 3"
    assert "cost unknown" in summary(seen(replace(SPENT, cost=None)), None)
    assert "· $0 ·" in summary(seen(replace(SPENT, cost=0.0)), None)
    assert "· $0.0100+ ·" in summary(seen(replace(SPENT, cost=None, known_cost=0.01)), None)


@pytest.mark.parametrize(
    ("cost", "said"),
    [(None, "unknown"), (0.0, "$0"), (0.00001, "under $0.0001"), (0.0004, "$0.0004"),
     (0.01234, "$0.0123"), (1.5, "$1.50"), (1234.5, "$1234.50")],
)  # fmt: skip
def test_money(cost: float | None, said: str) -> None:
    assert money(cost) == said


def test_what_was_thrown_away_is_told() -> None:
    assert thrown(SPENT) == ""
    lost = replace(SPENT, thrown_tokens=1_320, thrown_cost=0.0002)
    assert thrown(lost) == "thrown away 1,320 tokens, $0.0002"
    assert thrown(replace(SPENT, thrown_tokens=None, thrown_cost=None)) == "thrown away a request"
    assert "thrown away 1,320 tokens" in summary(seen(lost), None)
    begun = replace(SPENT, thrown_calls=1, thrown_seconds=0.306)
    assert thrown(begun) == "thrown away 1 call, 306 ms"
    both = replace(lost, thrown_calls=2, thrown_seconds=0.412)
    assert thrown(both) == "thrown away 2 calls, 1,320 tokens, $0.0002, 412 ms"


def test_what_reasoning_cost_is_told() -> None:
    thought = replace(SPENT, output=1_214, thought=1_200, thinking=3.1)
    assert " out 1,214 · thinking 1,200 of it, 3.10 s · $0.0004" in summary(seen(thought), None)
    assert "thinking" not in summary(seen(), None)


def test_without_an_action_the_first_words_count() -> None:
    talk = replace(SPENT, first_action=None, saved=None)
    assert " · first words 300 ms · total" in summary(seen(talk), None)


def test_small_models_keep_their_line() -> None:
    small = replace(PLAN, model="sentences", basis=None)
    assert summary(seen(None, small)) == (
        "sentences → smart_home.turn_on · decided 400 ms · total 418 ms · t-1rs09q5fe"
    )
    assert "no tokens" in summary(seen(None, small), 120)


def test_a_plan_from_the_cache_shows_both_times() -> None:
    cached = replace(PLAN, model="cache", basis=Basis(cached="t-0", seconds=1.91))
    found = seen(None, cached)
    assert "cache → smart_home.turn_on · decided 400 ms (first 1.91 s) · total" in summary(found)
    found.see(Decided(PLAN))
    assert found.cached is None


def test_the_end_of_a_turn_is_stored_with_what_it_spent() -> None:
    end = Finished("t-1", "done", 0.5, SPENT)
    assert from_tagged(plain(end)) == end
    assert build(plain(SPENT), Spent) == SPENT


def test_a_request_that_was_not_let_in_took_no_tokens() -> None:
    none = replace(SPENT, cycles=0, uncached=None, cache_read=None, cache_write=None, output=None)
    assert tokens(none) == "no tokens"
    assert tokens(replace(none, more=True)) == "tokens unknown"
