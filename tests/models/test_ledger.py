"""Requests and answers are kept with their turn, found again, summed up, masked and forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.models.chat import Exchange, SectionText, ToolCall, Usage
from alexa_cli.models.ledger import (
    LOOK_BACK,
    exchange_before,
    load_exchange,
    load_exchanges,
    save_exchanges,
    spent_since,
    usage_rows,
)
from alexa_cli.store.forget import Forgotten, forget, forget_all
from alexa_cli.store.masking import mask_values
from alexa_cli.store.retention import DAY, tidy
from alexa_cli.store.rows import EventRow
from alexa_cli.store.store import Store
from alexa_cli.trace.save import TurnRecord, list_turns, save_turn

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
ONE = Exchange(
    "accurate", "plan",
    sections=(SectionText("rules", "fixed", "Be brief.", 3), SectionText("now", "turn", "6 pm", 2)),
    messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "6 pm"}],
    tools=[{"type": "function", "function": {"name": "turn_on"}}], cache_key="k", text="ok",
    calls=(ToolCall("turn_on", '{"device": "L3"}', "1"),), reason="tool_calls",
    usage=Usage(56, 1_856, 0, 14), cost=0.0004, provider="anthropic", answered="claude", start=0.02,
    first=0.3, end=0.41, number=1,
)  # fmt: skip


@pytest.fixture
def store() -> Store:
    return Store(":memory:", clock=NOW.timestamp)


def _save(store: Store, turn: str, *exchanges: Exchange, at: datetime = NOW,
          keep: float | None = None, conversation: str = "c") -> None:  # fmt: skip
    save_exchanges(
        store, turn=turn, conversation=conversation, at=at, exchanges=exchanges,
        expert="smart_home", keep=keep,
    )  # fmt: skip


def _turn(store: Store, turn: str, *exchanges: Exchange, at: datetime = NOW) -> None:
    save_turn(store, TurnRecord(turn=turn, conversation="c", at=at, now=at, words="hello"))
    _save(store, turn, *exchanges, at=at)


def test_what_was_sent_and_came_back_is_found_again_in_order(store: Store) -> None:
    late = replace(ONE, number=1, start=0.5, job="reply", error="cut", reason="error", cost=None)
    soon = replace(ONE, number=2, thrown_away=True, branch="draft", schema={"type": "object"})
    _save(store, "t-1", late, soon)
    assert load_exchanges(store, "t-1") == [soon, late]
    assert load_exchange(store, "t-1", 2) == soon
    assert load_exchanges(store, "t-2") == []
    assert load_exchange(store, "t-1", 3) is None


def test_saving_a_turn_again_replaces_and_adds(store: Store) -> None:
    _save(store, "t-1", ONE)
    _save(store, "t-1", replace(ONE, text="other"), replace(ONE, number=2, job="reply", start=1.0))
    assert [(one.number, one.text) for one in load_exchanges(store, "t-1")] == [
        (1, "other"), (2, "ok"),
    ]  # fmt: skip
    assert len(list(usage_rows(store))) == 2


def test_usage_is_read_without_the_texts(store: Store) -> None:
    _save(store, "t-1", ONE)
    _save(store, "t-2", replace(ONE, cost=None, usage=Usage()), at=NOW + timedelta(minutes=1))
    newest, oldest = usage_rows(store)
    assert (newest.turn, newest.cost, newest.usage.input) == ("t-2", None, None)
    assert (oldest.model, oldest.job, oldest.expert) == ("accurate", "plan", "smart_home")
    assert (oldest.usage, oldest.cost, oldest.first) == (ONE.usage, 0.0004, 0.3)
    assert [row.turn for row in usage_rows(store, NOW.timestamp() + 1)] == ["t-2"]


def test_a_request_that_never_got_through_took_nothing(store: Store) -> None:
    failed = replace(ONE, reason="error", first=None, usage=Usage(0, 0, 0, 0), cost=0.0)
    silent = replace(failed, number=2, usage=Usage(), cost=None)
    _save(store, "t-1", failed, silent, replace(silent, number=3, reason="closed"))
    rows = sorted(usage_rows(store), key=lambda row: row.number)
    assert [row.asked for row in rows] == [False, True, True]


def test_money_is_summed_since_an_instant_as_far_as_it_is_known(store: Store) -> None:
    for hours, cost in ((0, 0.5), (1, None), (2, 0.25), (3, 1.0)):
        _save(store, f"t-{hours}", replace(ONE, cost=cost), at=NOW + timedelta(hours=hours))
    assert spent_since(store, NOW.timestamp()) == 1.75
    assert spent_since(store, NOW.timestamp() + 3600) == 1.25
    assert spent_since(store, NOW.timestamp() + 9 * 3600) == 0.0


def test_the_request_before_is_the_last_to_that_model_whatever_turn_it_was_for(
    store: Store,
) -> None:
    route = replace(ONE, job="route", start=0.0, model="accurate")
    draft = replace(ONE, number=2, model="fast", start=0.01)
    plan = replace(ONE, number=3, start=0.2)
    _save(store, "t-1", route, draft, plan)
    _save(store, "t-2", replace(ONE, model="other"), at=NOW + timedelta(seconds=5))
    _save(store, "t-3", replace(ONE, number=1), at=NOW + timedelta(seconds=9))
    assert exchange_before(store, "t-3", 1, "accurate") == ("t-1", plan)
    assert exchange_before(store, "t-3", 1, "fast") == ("t-1", draft)
    assert exchange_before(store, "t-1", 3, "accurate") == ("t-1", route)
    assert exchange_before(store, "t-1", 1, "accurate") is None
    assert exchange_before(store, "t-9", 1, "accurate") is None


def test_the_request_before_may_be_far_back_but_not_without_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    _save(store, "t-0", ONE)
    for place in range(1, LOOK_BACK[0] + 10):
        _save(store, f"t-{place}", replace(ONE, model="x"), at=NOW + timedelta(seconds=place))
    _save(store, "t-z", ONE, at=NOW + timedelta(days=1))
    assert exchange_before(store, "t-z", 1, "accurate") == ("t-0", ONE)
    monkeypatch.setattr("alexa_cli.models.ledger.LOOK_BACK", (5, 10))
    assert exchange_before(store, "t-z", 1, "accurate") is None


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from("ab"), st.integers(0, 4)), min_size=1,
        max_size=12,
    )
)  # fmt: skip
@settings(max_examples=30)
def test_the_request_before_is_what_looking_at_all_of_them_finds(
    made: list[tuple[int, str, int]],
) -> None:
    store = Store(":memory:", clock=NOW.timestamp)
    turns: dict[int, list[Exchange]] = {}
    for second, model, start in made:
        mine = turns.setdefault(second, [])
        mine.append(replace(ONE, model=model, start=start / 10, number=len(mine) + 1))
    for second, mine in turns.items():
        _save(store, f"t-{second}", *mine, at=NOW + timedelta(seconds=second))
    order = sorted(
        (second + one.start, second, one.number, one) for second, mine in turns.items()
        for one in mine
    )  # fmt: skip
    for place, (_, second, number, one) in enumerate(order):
        earlier = [(f"t-{s}", e) for w, s, n, e in order[:place] if e.model == one.model]
        expected = earlier[-1] if earlier else None
        assert exchange_before(store, f"t-{second}", number, one.model) == expected


def test_secrets_reach_no_row(tmp_path: Path) -> None:
    file = tmp_path / "alexa.db"
    key = "sk-ant-1234567890"
    with Store(file, clock=NOW.timestamp, mask=mask_values([key])) as store:
        leaky = replace(
            ONE, text=key, error=f"bad key {key}",
            messages=[{"role": "user", "content": f"my key is {key}"}],
            sections=(SectionText("now", "turn", key, 1),),
        )  # fmt: skip
        _save(store, "t-1", leaky)
        (kept,) = load_exchanges(store, "t-1")
        assert kept.text == "•••"
        assert key not in repr(kept)
        store.database.query("PRAGMA wal_checkpoint(TRUNCATE)")
    assert key.encode() not in file.read_bytes()


def test_they_expire_and_go_with_their_turns(tmp_path: Path) -> None:
    clock = [NOW.timestamp()]
    store = Store(tmp_path / "a.db", clock=lambda: clock[0])
    _save(store, "t-1", ONE, keep=10)
    clock[0] += 11
    assert load_exchanges(store, "t-1") == []
    assert list(usage_rows(store)) == []
    assert exchange_before(store, "t-1", 1, "accurate") is None
    _turn(store, "t-2", ONE)
    clock[0] += 91 * DAY
    tidy(store, keep=90 * DAY, max_size=10**12)
    assert store.events() == []


def test_a_store_that_is_too_large_loses_whole_turns(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db", clock=NOW.timestamp)
    for place in range(5):
        three = [replace(ONE, number=n, text="x" * 5_000) for n in (1, 2, 3)]
        _turn(store, f"t-{place}", *three, at=NOW - timedelta(hours=9 - place))
    tidy(store, keep=90 * DAY, max_size=1)
    assert [turn.turn for turn in list_turns(store)] == ["t-4"]
    assert {row.turn for row in usage_rows(store)} == {"t-4"}
    assert len(load_exchanges(store, "t-4")) == 3
    assert store.database.query("SELECT count(*) FROM contents") == [(8,)]


def test_what_is_forgotten_is_gone(tmp_path: Path) -> None:
    store = Store(tmp_path / "a.db", clock=NOW.timestamp)
    erasers: list[Callable[[], Forgotten]] = [
        lambda: forget(store, traces=True), lambda: forget(store, conversation="c"),
        lambda: forget_all(store),
    ]  # fmt: skip
    for erase in erasers:
        _turn(store, "t-1", ONE)
        assert erase().turns == 1
        assert store.events() == []
        assert store.database.query("SELECT count(*) FROM contents") == [(0,)]
    _save(store, "t-1", ONE, conversation="other")
    forget(store, conversation="c")
    assert load_exchanges(store, "t-1") == [ONE]


def test_rows_that_cannot_be_read_hide_no_others(store: Store) -> None:
    _save(store, "t-1", ONE, replace(ONE, number=2))
    for kind in ("usage", "exchange"):
        row = f"{kind}/t-1/001"
        store.append(EventRow(row, kind, "c", "t-1", NOW.timestamp()), b'{"usage": 5}')
    assert [row.number for row in usage_rows(store)] == [2]
    assert [one.number for one in load_exchanges(store, "t-1")] == [2]
    assert "exchange/t-1/001" in store.notices[0]
    assert spent_since(store, 0.0) == 0.0004
