"""``alexa stats``, ``alexa cache`` and the requests of ``trace show``, from a filled store."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from alexa_cli.decide.kept_plan import KeptCall, KeptPlan
from alexa_cli.models.chat import Exchange, SectionText, Usage
from alexa_cli.models.ledger import save_exchanges
from alexa_cli.store.coding import plain
from alexa_cli.store.rows import EventRow
from alexa_cli.store.store import Store
from alexa_cli.trace.save import TurnRecord, save_turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.config.paths import Paths
    from tests.cli.conftest import Ran

ONE = Exchange(
    "accurate", "plan", sections=(SectionText("rules", "fixed", "Be \x1b[31mbrief.", 3),),
    messages=[{"role": "system", "content": "Be \x1b[31mbrief."}], text="ok",
    usage=Usage(50, 150, 0, 10), cost=0.002, start=0.1, first=0.3, end=0.5, number=1, reason="stop",
)  # fmt: skip


@pytest.fixture
def filled(paths: Paths) -> Store:
    store = Store(paths.database)
    now = datetime.now(UTC)

    def turn(name: str, model: str, at: datetime, expert: str, *exchanges: Exchange) -> None:
        record = TurnRecord(
            turn=name, conversation="c", at=at, now=at, words=name, models=(model,)
        )  # fmt: skip
        save_turn(store, record)
        save_exchanges(
            store, turn=name, conversation="c", at=at, exchanges=exchanges, expert=expert, keep=None
        )  # fmt: skip

    turn("t-1aaaaa", "accurate", now - timedelta(days=30), "old", ONE)
    turn("t-1aaaab", "sentences", now - timedelta(days=2), "")
    draft = replace(ONE, number=2, model="fast", cost=None, usage=Usage(), thrown_away=True)
    failed = replace(
        ONE, number=3, model="fast", reason="error", first=None, usage=Usage(0, 0, 0, 0), cost=0.0
    )
    turn("t-1aaaac", "accurate", now - timedelta(days=1), "smart_home", ONE, draft, failed)
    turn("t-1aaaad", "cache", now - timedelta(hours=2), "timers")
    turn("t-1aaaae", "accurate", now - timedelta(hours=1), "timers",
         replace(ONE, first=0.5, usage=Usage(100, 0, 0, 20), cost=0.001))  # fmt: skip
    return store


def test_stats_add_up_by_model(filled: Store, inside: Callable[..., Ran]) -> None:
    filled.close()
    shown = inside("stats").out.splitlines()
    assert [line.split() for line in shown[:4]] == [
        ["model", "turns", "requests", "in", "cached", "out", "cost", "first", "token"],
        ["accurate", "2", "2", "300", "50", "%", "30", "$0.0030", "300", "ms"],
        ["fast", "1", "1", "0+", "-", "0+", "unknown", "200", "ms"],
        ["all", "2", "3", "300+", "50", "%", "30+", "$0.0030+", "200", "ms"],
    ]
    assert shown[4] == (
        "requests: 1 thrown away, 1 not reached, 1 of unknown cost, 1 of unknown length"
    )
    assert shown[6] == "turns 4: accurate 2, cache 1, sentences 1"


def test_stats_by_expert_by_day_and_since(filled: Store, inside: Callable[..., Ran]) -> None:
    filled.close()
    by_expert = json.loads(inside("stats", "--by", "expert", "--json").out)
    assert {row["key"]: row["cost"] for row in by_expert["rows"]} == {
        "smart_home": 0.002, "timers": 0.001,
    }  # fmt: skip
    by_day = json.loads(inside("stats", "--by", "day", "--json", "--since", "90d").out)
    days = [row["key"] for row in by_day["rows"]]
    assert days == sorted(days, reverse=True)
    assert len(days) in (2, 3)
    assert by_day["total"]["cost"] == pytest.approx(0.005)
    assert by_day["total"]["cache_read"] == 300
    hour = json.loads(inside("stats", "--since", "90m", "--json").out)
    assert (hour["turns"], hour["total"]["requests"]) == ({"accurate": 1}, 1)
    fast = next(row for row in json.loads(inside("stats", "--json").out)["rows"]
                if row["key"] == "fast")  # fmt: skip
    assert (fast["cost"], fast["untold"], fast["failed"]) == (None, 1, 1)


def test_stats_of_nothing_and_of_nonsense(inside: Callable[..., Ran]) -> None:
    assert inside("stats").out == "no language model was asked since 7d\n"
    assert json.loads(inside("stats", "--json").out)["rows"] == []
    odd = inside("stats", "--by", "dya")
    assert (odd.code, "day" in odd.err) == (2, True)
    assert inside("stats", "--since", "yesterweek").code == 2


def test_the_page_of_a_turn_has_a_line_for_each_request(
    filled: Store, inside: Callable[..., Ran]
) -> None:
    filled.close()
    page = inside("trace", "show", "t-1aaaac").out
    assert "requests\n  1 accurate plan · in 200 (cached 150) out 10 · $0.0020 · " in page
    assert "  2 fast plan · thrown away · in ? out ? · cost unknown" in page
    assert "requests" not in inside("trace", "t-1aaaab").out


def test_requests_are_shown_in_full_and_printable(
    filled: Store, inside: Callable[..., Ran]
) -> None:
    filled.close()
    page = inside("trace", "show", "t-1aaaac", "--requests").out
    assert page.count("--- rules (fixed, ~3 tokens)\nBe brief.\n") == 3
    assert "--- answer, ended: stop\nok\n" in page
    assert "\x1b" not in page
    none = inside("trace", "show", "t-1aaaab", "--requests")
    assert (none.code, none.out) == (0, "")
    assert "no language model was asked" in none.err
    data = json.loads(inside("trace", "show", "t-1aaaac", "--requests", "--json").out)
    assert [one["model"] for one in data["requests"]] == ["accurate", "fast", "fast"]
    assert data["turn"] == "t-1aaaac"


def _plan(store: Store, words: str, setup: str = "old") -> None:
    kept = KeptPlan(
        words=words, language="en", calls=(KeptCall(expert="timers", api="set_timer", id="1"),),
        lists=(), context="", setup=setup, model="accurate", turn="t-1aaaac", seconds=1.5, made=0.0,
    )  # fmt: skip
    store.append(EventRow(f"plan/{words}", "plan", "c", "t-1aaaac"), store.encode(plain(kept)))


def test_kept_plans_are_listed_pruned_and_cleared(paths: Paths, inside: Callable[..., Ran]) -> None:
    assert inside("cache", "path").out == f"{paths.database}\n"
    assert "no plan is kept" in inside("cache").err
    with Store(paths.database) as store:
        _plan(store, "do the usual")
        _plan(store, "do the \x1b[31munusual")
    listed = inside("cache", "list").out
    assert "do the unusual\n" in listed
    assert "→ timers.set_timer (accurate, 1.50 s, t-1aaaac)" in listed
    assert "1 more" in inside("cache", "list", "-n", "1").err
    rows = [json.loads(line) for line in inside("cache", "list", "--json").out.splitlines()]
    assert {row["words"] for row in rows} == {"do the usual", "do the \x1b[31munusual"}
    assert inside("cache", "prune").out == "forgot 2 plans\n"
    with Store(paths.database) as store:
        _plan(store, "do the usual")
    assert inside("cache", "clear").out == "forgot 1 plan\n"
    assert inside("cache", "clear").out == "forgot 0 plans\n"
