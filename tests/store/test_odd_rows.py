"""A database that somebody, or something, has written into."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from alexa_cli.context.conversation import (
    latest_conversation,
    latest_undoable,
    load_conversation,
)
from alexa_cli.errors import AlexaError
from alexa_cli.store import coding
from alexa_cli.store.retention import sweep, tidy
from alexa_cli.store.rows import EventRow
from alexa_cli.store.state import ExpertStore
from alexa_cli.store.store import Store
from alexa_cli.trace.export import export
from alexa_cli.trace.save import TurnRecord, list_turns, load_turn, save_turn
from alexa_cli.watch.claiming import claim
from alexa_cli.watch.due import Due, pending, schedule

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


ODD = (5, 1.5, "odd \x1b[31m \x00", "", b"\xff\xfe", b"null", b'"x"', "{}", b"{" * 100_000, 2**62)
"""Values that no column expects; SQLite keeps any type in any column."""


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table, columns in {
        "events": ("conversation", "turn", "kind", "at", "content_ref", "expires_at"),
        "contents": ("bytes", "codec", "expires_at"),
        "state": ("value",),
    }.items() for column in columns],
)  # fmt: skip
def test_odd_values_are_an_error_or_a_notice(
    tmp_path: Path, table: str, column: str, value: object
) -> None:
    file = tmp_path / "alexa.db"
    with Store(file) as store:
        store.append(EventRow("a", "turn", "c", "a"), b"{}")
        store.append(EventRow("conversation/c", "conversation", "c"), b"{}")
        schedule(store, Due("e", "k", NOW, "x"))
        ExpertStore(store, "e").set("k", 1)
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute(f"UPDATE {table} SET {column} = ?", (value,))  # noqa: S608 - from above
    with Store(file) as store:
        for look in (
            lambda: list_turns(store), lambda: load_turn(store), lambda: list(export(store)),
            lambda: load_conversation(store, "c", NOW), lambda: latest_conversation(store),
            lambda: latest_undoable(store, NOW), lambda: claim(store, NOW, "me"),
            lambda: pending(store), lambda: ExpertStore(store, "e").items(),
            lambda: ExpertStore(store, "e").get("k"), lambda: sweep(store),
            lambda: tidy(store, keep=1, max_size=1),
        ):  # fmt: skip
            with suppress(AlexaError):
                look()


def test_a_turn_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    store = Store(":memory:")
    for number in range(3):
        save_turn(store, TurnRecord(turn=f"t-{number}", at=NOW, now=NOW, words="hello"))
    store.append(EventRow("t-1", "turn", turn="t-1", at=NOW.timestamp()), b"[1]")
    assert [turn.turn for turn in list_turns(store)] == ["t-2", "t-0"]
    assert "t-1" in store.notices[0]


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "MAX_BYTES", 10_000)
    data, codec = coding.pack(b"x" * 10_001)
    with pytest.raises(AlexaError, match="too large"):
        coding.unpack(data, codec)
