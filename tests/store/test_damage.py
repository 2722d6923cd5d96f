"""A damaged database is set aside with a word about it, never deleted, and work goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alexa_cli.store.damage import identity, set_aside
from alexa_cli.store.database import Damaged
from alexa_cli.store.rows import EventRow
from alexa_cli.store.state import ExpertStore
from alexa_cli.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_that_is_no_database_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "alexa.db"
    path.write_bytes(b"this is no database, but somebody may want it back" * 100)
    store = Store(path)
    store.append(EventRow("a", "turn"), b"1")
    assert store.content("a") == b"1"
    assert (tmp_path / "alexa.db.corrupt-1").read_bytes().startswith(b"this is no database")
    assert len(store.notices) == 1
    assert "alexa.db.corrupt-1" in store.notices[0]
    store.close()
    again = Store(path).open()
    assert again.notices == []
    assert again.content("a") == b"1"


def test_each_damaged_file_gets_a_number_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "alexa.db"
    for number in (1, 2, 3):
        path.write_bytes(b"rubbish %d" % number * 50)
        Store(path).open().close()
        path.unlink()
    found = {p.name: p.read_bytes()[:9] for p in tmp_path.glob("*corrupt*")}
    assert found == {f"alexa.db.corrupt-{n}": b"rubbish %d" % n for n in (1, 2, 3)}


def _broken_inside(path: Path) -> None:
    """A database whose header and schema are whole and whose tables are rubbish."""
    store = Store(path)
    with store.transaction():
        for n in range(2_000):
            store.append(EventRow(f"n{n}", "turn"), b"%d" % n)
            ExpertStore(store, "e").set(str(n), "x" * 50)
    store.close()
    data = bytearray(path.read_bytes())
    for start in range(10 * 4096, len(data), 4096):
        data[start : start + 4096] = b"\xff" * 4096
    path.write_bytes(data)


def test_damage_found_while_reading(tmp_path: Path) -> None:
    path = tmp_path / "alexa.db"
    _broken_inside(path)
    store = Store(path).open()
    assert store.notices == []
    assert store.events(kind="turn") == []
    assert len(store.notices) == 1
    assert (tmp_path / "alexa.db.corrupt-1").exists()


def test_damage_found_while_writing_loses_nothing_of_the_write(tmp_path: Path) -> None:
    path = tmp_path / "alexa.db"
    _broken_inside(path)
    store = Store(path).open()
    store.append(EventRow("new", "turn"), b'"kept"')
    assert store.content("new") == b'"kept"'
    assert len(store.notices) == 1


def test_damage_inside_a_callers_transaction_fails_it_and_the_next_one_works(
    tmp_path: Path,
) -> None:
    path = tmp_path / "alexa.db"
    _broken_inside(path)
    store = Store(path).open()
    with pytest.raises(Damaged), store.transaction():  # noqa: PT012 - a whole transaction fails
        store.append(EventRow("half", "turn"), b"1")
        store.events(kind="turn")
    store.append(EventRow("whole", "turn"), b"2")
    assert [row.id for row in store.events()] == ["whole"]


def test_a_good_file_that_came_meanwhile_is_not_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "alexa.db"
    path.write_bytes(b"damaged")
    seen = identity(path)
    path.rename(tmp_path / "alexa.db.corrupt-1")  # another process was faster
    Store(path).open().close()
    assert set_aside(path, seen) is None
    assert path.exists()


@pytest.mark.parametrize("how", ["set aside", "deleted"])
def test_who_has_the_file_open_when_it_goes_writes_into_the_new_one(
    tmp_path: Path, how: str
) -> None:
    """A reminder that is acknowledged must not go where nobody looks for it."""
    path = tmp_path / "alexa.db"
    open_one = Store(path).open()
    open_one.append(EventRow("before", "turn"), b"1")
    if how == "deleted":
        for file in tmp_path.glob("alexa.db*"):
            file.unlink()
    else:
        set_aside(path, identity(path))
    with Store(path) as other:
        other.append(EventRow("others", "turn"), b"2")
        open_one.append(EventRow("after", "turn"), b"3")
        assert {row.id for row in other.events()} == {"others", "after"}
    assert {row.id for row in open_one.events()} == {"others", "after"}
    assert [note for note in open_one.notices if "another file than before" in note]
    open_one.close()
    with Store(path) as again:
        assert {row.id for row in again.events()} == {"others", "after"}
