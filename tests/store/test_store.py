"""The store: what goes in comes out, privately, and only while it has not expired."""

from __future__ import annotations

import os
import sqlite3
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.errors import AlexaError, ConfigError
from alexa_cli.store.errors import StoreError
from alexa_cli.store.rows import EventRow
from alexa_cli.store.state import ExpertStore
from alexa_cli.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path


class Clock:
    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Store:
    return Store(tmp_path / "data" / "alexa.db", clock=clock)


def test_files_are_private_side_files_too(store: Store, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        store.append(EventRow(id="a", kind="turn"), b'"x"')
    finally:
        os.umask(old)
    folder = tmp_path / "data"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()}
    assert modes == {"alexa.db": 0o600, "alexa.db-wal": 0o600, "alexa.db-shm": 0o600}


def test_an_old_file_that_others_can_read_is_made_private(tmp_path: Path) -> None:
    path = tmp_path / "alexa.db"
    Store(path).open().close()
    path.chmod(0o644)
    Store(path).open().close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_row_comes_back_as_it_went_in_and_content_through_its_codec(store: Store) -> None:
    row = EventRow("a", "turn", "c", "t", 5.0, "ref", None)
    big = b'"' + b"x" * 5_000 + b'"'
    store.append(row, big)
    assert store.events() == [row]
    assert store.event("a") == row
    assert store.content("ref") == big
    ((codec, length),) = store.database.query("SELECT codec, length(bytes) FROM contents")
    assert codec == "json.zlib"
    assert length < 200
    assert store.content("nobody") is None


def test_events_filter_order_and_page(store: Store) -> None:
    for n in range(6):
        store.append(EventRow(str(n), "turn" if n % 2 else "trace", f"c{n % 3}", "", float(n)))
    assert [r.id for r in store.events()] == ["5", "4", "3", "2", "1", "0"]
    assert [r.id for r in store.events(kind="turn", newest_first=False)] == ["1", "3", "5"]
    assert [r.id for r in store.events(conversation="c0")] == ["3", "0"]
    assert [r.id for r in store.events(before=3.0, limit=2)] == ["2", "1"]


def test_rows_of_the_same_instant_come_in_the_order_they_were_written(store: Store) -> None:
    for name in ("b", "a", "c"):
        store.append(EventRow(name, "turn", at=1.0))
    assert [r.id for r in store.events()] == ["c", "a", "b"]


def test_what_has_expired_is_never_read(store: Store, clock: Clock) -> None:
    store.append(EventRow("a", "turn", at=1.0, expires_at=clock.now + 10), b"1")
    assert store.content("a") == b"1"
    clock.now += 10
    assert store.events() == []
    assert store.event("a") is None
    assert store.content("a") is None
    assert store.contents(kind="turn") == []
    assert store.ids("turn", "", 10) == []


def test_append_replaces_unless_told_not_to(store: Store) -> None:
    store.append(EventRow("a", "turn"), b"1")
    store.append(EventRow("a", "turn"), b"2")
    assert store.content("a") == b"2"
    with pytest.raises(KeyError):
        store.append(EventRow("a", "turn"), b"3", replace=False)
    assert store.content("a") == b"2"


def test_delete_takes_the_contents_along(store: Store) -> None:
    ids = [f"n{i}" for i in range(1_200)]
    with store.transaction():
        for each in ids:
            store.append(EventRow(each, "turn"), b"1")
    assert store.delete(ids[:1_100]) == 1_100
    assert store.database.query("SELECT count(*) FROM contents") == [(100,)]


def test_a_store_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "alexa.db"
    Store(path).open().close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ConfigError, match="newer version"):
        Store(path).open()
    assert [p.name for p in tmp_path.glob("*corrupt*")] == []


def test_a_folder_in_the_place_of_the_file_is_an_error_for_people(tmp_path: Path) -> None:
    (tmp_path / "alexa.db").mkdir()
    (tmp_path / "alexa.db").chmod(0o755)
    with pytest.raises(ConfigError, match=r"alexa\.db: this is no file"):
        Store(tmp_path / "alexa.db").open()
    assert stat.S_IMODE((tmp_path / "alexa.db").stat().st_mode) == 0o755


def test_memory_store_keeps_nothing_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store(":memory:")
    store.append(EventRow("a", "turn"), b"1")
    assert store.content("a") == b"1"
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=60)
@given(st.text(), st.text(), st.binary(max_size=3_000))
def test_any_text_can_be_an_id_and_any_bytes_a_content(one: str, other: str, data: bytes) -> None:
    with Store(":memory:") as store:
        store.append(EventRow(one, "k", other, other), data)
        assert store.content(one) == data
        assert len(store.events(conversation=other, turn=other)) == 1


ODD = ["\x1b[31mred\x1b[0m", "nul \0 inside", "lone \ud800 surrogate", "\u202eright to left", "🙂"]


@pytest.mark.parametrize("text", ODD)
def test_odd_text_survives_everywhere(store: Store, text: str) -> None:
    expected = text.replace("\ud800", "\ufffd")
    store.append(EventRow(text, text, text, text), store.encode({text: [text]}))
    row = store.events(kind=text)[0]
    assert (row.id, row.conversation) == (expected, expected)
    state = ExpertStore(store, text)
    state.set(text, {text: text})
    assert state.get(text) == {expected: expected}
    assert state.items(text[:3]) == [(expected, {expected: expected})]


# The experts' state --------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@settings(max_examples=100)
@given(st.text(st.characters(exclude_categories=["Cs"])), JSON)
def test_state_comes_back_exactly(key: str, value: object) -> None:
    with Store(":memory:") as store:
        state = ExpertStore(store, "timers")
        state.set(key, value)  # type: ignore[arg-type]
        assert state.get(key) == value
        assert ExpertStore(store, "lists").get(key, "absent") == "absent"


def test_state_items_by_prefix_are_exact_not_wildcards(store: Store) -> None:
    state = ExpertStore(store, "lists")
    for key in ("a%b", "a_b", "aXb", "b", "A"):
        state.set(key, key)
    assert [k for k, _ in state.items("a")] == ["a%b", "aXb", "a_b"]
    assert [k for k, _ in state.items("a_")] == ["a_b"]
    assert len(state.items()) == 5
    assert state.delete("b") is True
    assert state.delete("b") is False


def test_what_is_not_json_is_refused_by_name(store: Store) -> None:
    with pytest.raises(AlexaError, match=r"timers wants to keep 'x'.*not JSON"):
        ExpertStore(store, "timers").set("x", object())  # type: ignore[arg-type]


def test_a_transaction_is_all_or_nothing_and_nests(store: Store) -> None:
    state = ExpertStore(store, "e")
    state.set("n", 1)
    with pytest.raises(RuntimeError), state.transaction():  # noqa: PT012 - it is the block
        state.set("n", 2)
        raise RuntimeError
    assert state.get("n") == 1
    with state.transaction():
        state.set("n", 3)
        with pytest.raises(RuntimeError), state.transaction():  # noqa: PT012 - as above
            state.set("n", 4)
            raise RuntimeError
        assert state.get("n") == 3
    assert state.get("n") == 3


def test_awaiting_inside_a_transaction_is_told_not_suffered(store: Store) -> None:
    import asyncio

    state = ExpertStore(store, "e")

    async def careless(inside: asyncio.Event) -> None:
        with state.transaction():
            state.set("mine", 1)
            inside.set()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def main() -> None:
        inside = asyncio.Event()
        task = asyncio.create_task(careless(inside))
        await inside.wait()
        with pytest.raises(StoreError, match="awaits inside a transaction"):
            state.set("theirs", 1)
        await task

    asyncio.run(main())
    assert [key for key, _ in state.items()] == ["mine"]


def test_secrets_are_masked_wherever_they_are(tmp_path: Path) -> None:
    from alexa_cli.store.masking import mask_values

    secrets = ['s3cr"et\n', "abc", "tökén-1"]
    store = Store(tmp_path / "alexa.db", mask=mask_values(secrets))
    value = {'a s3cr"et\n b': ["tökén-1", "xtökén-1x", "abc", "abcd", 7], "\nabcx": None}
    store.append(EventRow("a", "k"), store.encode(value))
    ExpertStore(store, "e").set("k", "my tökén-1")
    assert ExpertStore(store, "e").get("k") == "my •••"
    import msgspec

    assert msgspec.json.decode(store.content("a") or b"") == {
        "a ••• b": ["•••", "x•••x", "•••", "abcd", 7], "\nabcx": None
    }  # fmt: skip
    store.close()
    assert "tökén".encode() not in (tmp_path / "alexa.db").read_bytes()


def test_ids_are_sorted_distinct_and_survive_a_clock_that_goes_back(clock: Clock) -> None:
    store = Store(":memory:", clock=clock)
    made = [store.new_id("t") for _ in range(100)]
    clock.now += 1
    made.append(store.new_id("t"))
    clock.now -= 1_000_000_000_000
    made.append(store.new_id("t"))
    assert made == sorted(set(made))
    assert all(len(each) == 11 and each.startswith("t-") for each in made)
