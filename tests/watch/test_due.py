"""Due things are delivered once, by whoever claims them."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from alexa_cli.store.rows import EventRow
from alexa_cli.store.store import Store
from alexa_cli.watch import claiming
from alexa_cli.watch.due import Due, cancel, pending, schedule
from alexa_cli.watch.running import (
    HEARTBEAT_SECONDS,
    anybody_delivering,
    owner_id,
    register,
    unregister,
)

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


def _store() -> Store:
    return Store(":memory:", clock=NOW.timestamp)


def claim(store: Store, now: datetime, owner: str) -> list[Due]:
    rings = claiming.claim(store, now, owner)
    assert all(claiming.finish(store, ring) for ring in rings)
    return [ring.due for ring in rings]


def test_what_is_due_is_claimed_once_and_the_rest_waits() -> None:
    store = _store()
    for minutes in (5, 0, -5):
        at = NOW + timedelta(minutes=minutes)
        schedule(store, Due("timers", f"{minutes}", at, f"{minutes}"))
    assert [due.text for due in claim(store, NOW, "me")] == ["-5", "0"]
    assert claim(store, NOW, "me") == []
    assert [due.text for due in pending(store)] == ["5"]


def test_a_due_thing_comes_back_whole_in_utc() -> None:
    store = _store()
    at = datetime(2026, 11, 21, 13, 0, tzinfo=timezone(timedelta(hours=-5)))
    schedule(store, Due("timers", "k", at, "tea \x1b[0m ☕", "c"))
    assert claim(store, NOW, "me") == [Due("timers", "k", NOW, "tea \x1b[0m ☕", "c")]


def test_the_same_key_replaces_also_after_it_was_delivered() -> None:
    store = _store()
    schedule(store, Due("timers", "k", NOW, "first"))
    schedule(store, Due("timers", "k", NOW, "second"))
    schedule(store, Due("lists", "k", NOW, "other"))
    assert sorted(due.text for due in claim(store, NOW, "me")) == ["other", "second"]
    schedule(store, Due("timers", "k", NOW, "third"))
    assert [due.text for due in claim(store, NOW, "me")] == ["third"]


def test_cancelling() -> None:
    store = _store()
    schedule(store, Due("timers", "k", NOW, "x"))
    assert cancel(store, "timers", "k") is True
    assert cancel(store, "timers", "k") is False
    assert claim(store, NOW, "me") == []
    schedule(store, Due("timers", "k", NOW, "x"))
    claim(store, NOW, "me")
    assert cancel(store, "timers", "k") is False


def test_who_delivers_is_known_until_it_stops_or_dies() -> None:
    store = _store()
    assert anybody_delivering(store, NOW) is None
    me = owner_id()
    register(store, me, NOW)
    assert anybody_delivering(store, NOW) == "alexa chat"
    late = NOW + timedelta(seconds=HEARTBEAT_SECONDS)
    assert anybody_delivering(store, late) is None
    register(store, me, NOW)
    unregister(store, me)
    assert anybody_delivering(store, NOW) is None


def test_one_unreadable_row_does_not_stop_the_others() -> None:
    store = _store()
    store.append(EventRow("due/x/y", "due", at=NOW.timestamp() - 1), b"rubbish")
    schedule(store, Due("timers", "k", NOW, "good"))
    assert [due.text for due in claim(store, NOW, "me")] == ["good"]
    assert len(store.notices) == 1
    assert claim(store, NOW, "me") == []


CLAIMER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from alexa_cli.store.store import Store
from alexa_cli.watch.claiming import claim, finish
from alexa_cli.watch.running import owner_id

store = Store(Path(sys.argv[1])).open()
me, now = owner_id(), datetime.now(UTC)
print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    for due in claim(store, now, me):
        print(due.due.key)
        finish(store, due)  # who ends with something unfinished is taken for dead: it is told again
"""


def test_processes_that_claim_at_once_share_exactly(tmp_path: Path) -> None:
    path = tmp_path / "alexa.db"
    with Store(path) as store:
        for n in range(50):
            schedule(store, Due("timers", str(n), NOW - timedelta(days=400), "x"))
    claimers = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIMER, str(path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    for claimer in claimers:
        assert claimer.stdout is not None
        assert claimer.stdout.readline() == "ready\n"
    got: list[str] = []
    for claimer in claimers:
        assert claimer.stdin is not None
        claimer.stdin.write("go\n")
        claimer.stdin.flush()
    for claimer in claimers:
        got += claimer.communicate(timeout=60)[0].split()
    assert sorted(got, key=int) == [str(n) for n in range(50)]


def test_what_is_promised_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr("os.fsync", synced.append)
    with Store(tmp_path / "alexa.db") as store:
        with store.transaction():
            schedule(store, Due("timers", "k", NOW, "x"))
            schedule(store, Due("timers", "l", NOW, "x"))
            assert synced == []
        assert len(synced) == 1
        with pytest.raises(KeyError), store.transaction():
            raise KeyError(schedule(store, Due("timers", "m", NOW, "x")))  # type: ignore[func-returns-value]
        cancel(store, "timers", "l")
        assert len(synced) == 1  # neither of them promised anything
        assert [due.key for due in pending(store)] == ["k"]
