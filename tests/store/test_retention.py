"""Old turns go by age and by size, a bounded piece at a time; forgetting leaves nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from alexa_cli.store import retention
from alexa_cli.store.forget import forget, forget_all, set_aside_files
from alexa_cli.store.retention import DAY, sweep, tidy
from alexa_cli.store.rows import EventRow
from alexa_cli.store.state import ExpertStore
from alexa_cli.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_790_000_000.0
HUGE = 10**12


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Store:
    return Store(tmp_path / "alexa.db", clock=clock)


def _turns(store: Store, count: int, *, at: float = NOW, size: int = 10, start: int = 0) -> None:
    """Turns as save_turn writes them, each one second after the one before."""
    with store.transaction():
        for n in range(start, start + count):
            for kind in ("turn", "trace"):
                row = EventRow(f"{kind}{n}", kind, "c", f"turn{n}", at + n)
                store.append(row, bytes([n % 256]) + b"%d" % n * size)


def test_old_turns_go_and_young_ones_stay(store: Store, clock: Clock) -> None:
    _turns(store, 10, at=NOW - 100 * DAY)
    _turns(store, 5, start=100)
    assert tidy(store, keep=90 * DAY, max_size=HUGE) == 20
    assert len(store.events(kind="turn")) == len(store.events(kind="trace")) == 5
    assert store.database.query("SELECT count(*) FROM contents") == [(10,)]


def test_one_turn_deletes_a_bounded_number_and_the_next_ones_the_rest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 4)
    _turns(store, 10, at=NOW - 100 * DAY)
    deleted = [tidy(store, keep=90 * DAY, max_size=HUGE) for _ in range(5)]
    assert deleted == [8, 8, 4, 0, 0]


def test_it_looks_once_a_day(store: Store, clock: Clock) -> None:
    assert tidy(store, keep=90 * DAY, max_size=HUGE) == 0
    _turns(store, 3, at=NOW - 100 * DAY)
    clock.now += DAY - 1
    assert tidy(store, keep=90 * DAY, max_size=HUGE) == 0
    clock.now += 1
    assert tidy(store, keep=90 * DAY, max_size=HUGE) == 6


def test_a_clock_that_went_back_does_not_stop_it(store: Store, clock: Clock) -> None:
    tidy(store, keep=90 * DAY, max_size=HUGE)
    clock.now -= 300 * DAY
    _turns(store, 1, at=clock.now - 100 * DAY)
    assert tidy(store, keep=90 * DAY, max_size=HUGE) == 2


def test_too_large_a_store_loses_its_oldest_turns_and_gives_the_space_back(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 50)
    tidy(store, keep=90 * DAY, max_size=HUGE)
    for n in range(400):
        row = EventRow(f"t{n}", "turn", "c", f"t{n}", NOW + n)
        store.append(row, (b"%d" % n) * 120)
    ExpertStore(store, "timers").set("keep", "me")
    before, limit = store.size(), 100_000
    assert before > limit
    rounds = 0
    while tidy(store, keep=90 * DAY, max_size=limit):
        rounds += 1
        assert rounds < 50
    assert limit * 0.5 < store.size() <= limit * 0.9
    left = [row.id for row in store.events(kind="turn", newest_first=False)]
    assert left == [f"t{n}" for n in range(400 - len(left), 400)]
    assert ExpertStore(store, "timers").get("keep") == "me"
    store.close()
    assert (tmp_path / "alexa.db").stat().st_size <= limit


def test_the_last_turn_stays_even_where_nothing_fits(store: Store) -> None:
    _turns(store, 5)
    while tidy(store, keep=90 * DAY, max_size=1):
        pass
    assert [row.id for row in store.events(kind="turn")] == ["turn4"]


def test_sweeping_takes_what_has_expired(store: Store, clock: Clock) -> None:
    store.append(EventRow("a", "k", expires_at=NOW + 5), b"1")
    store.append(EventRow("b", "k", expires_at=NOW + 9), b"2")
    clock.now = NOW + 5
    assert sweep(store) == 2
    assert store.database.query("SELECT id FROM contents") == [("b",)]


# Forgetting ---------------------------------------------------------------------------------


def _everything(store: Store) -> None:
    for conversation in ("one", "two"):
        state = EventRow(f"conversation/{conversation}", "conversation", conversation, at=NOW)
        store.append(state, b'"the words pineapple"')
        for kind in ("turn", "trace"):
            row = EventRow(f"{kind}-{conversation}", kind, conversation, at=NOW)
            store.append(row, b'"pineapple %s"' % conversation.encode())
    store.append(EventRow("due/timers/1", "due", at=NOW), b'"pineapple"')
    ExpertStore(store, "lists").set("shopping", ["pineapple"])


def _left(store: Store) -> set[str]:
    return {row.id for row in store.events()} | {
        f"state {key}" for key, _ in ExpertStore(store, "lists").items()
    }


def test_forgetting_a_conversation(store: Store) -> None:
    _everything(store)
    gone = forget(store, conversation="one")
    assert (gone.turns, gone.conversations, gone.values) == (1, 1, 0)
    assert _left(store) == {
        "conversation/two", "turn-two", "trace-two", "due/timers/1", "state shopping"
    }  # fmt: skip


def test_forgetting_memory_keeps_turns(store: Store) -> None:
    _everything(store)
    assert forget(store, memory=True).values == 2
    assert "state shopping" not in _left(store)
    assert {"turn-one", "turn-two"} <= _left(store)
    assert "due/timers/1" not in _left(store)


def test_forgetting_traces_keeps_memory(store: Store) -> None:
    _everything(store)
    assert forget(store, traces=True).turns == 2
    assert _left(store) == {
        "conversation/one", "conversation/two", "due/timers/1", "state shopping"
    }  # fmt: skip


def test_what_is_forgotten_is_in_no_file_any_more(store: Store, tmp_path: Path) -> None:
    _everything(store)
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"pineapple" in raw
    gone = forget_all(store)
    assert (gone.turns, gone.conversations, gone.values) == (2, 2, 2)
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"pineapple" not in raw


def test_set_aside_files_are_named_not_touched(store: Store, tmp_path: Path) -> None:
    store.open()
    aside = tmp_path / "alexa.db.corrupt-1"
    aside.write_bytes(b"x")
    forget_all(store)
    assert set_aside_files(store) == [aside]
    assert aside.exists()


def test_times_are_utc_seconds(store: Store) -> None:
    moment = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
    store.append(EventRow("a", "k", at=moment.timestamp()))
    assert datetime.fromtimestamp(store.events()[0].at or 0, UTC) == moment
