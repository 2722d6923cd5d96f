"""What a conversation remembers comes back exactly, and questions expire."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.context.conversation import (
    MAX_REFERENTS,
    ConversationState,
    Exchange,
    Undoable,
    latest_conversation,
    load_conversation,
    save_conversation,
)
from alexa_cli.context.household import load_household
from alexa_cli.context.names import Name, NameList
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.store.rows import EventRow
from alexa_cli.store.store import Store
from alexa_cli.turn import Argument, Call, Candidate, Choice, Plan, Question

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)

# Whatever fits the types: texts without lone surrogates, which
# no database holds, and numbers that JSON has.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
FLOAT = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOAT | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)
ARGUMENTS = st.builds(
    Argument, value=JSON, words=st.none() | TEXT, spoken=st.none() | TEXT,
    pointer=st.none() | TEXT, attributes=st.dictionaries(TEXT, JSON, max_size=2),
)  # fmt: skip
CALLS = st.builds(
    Call, expert=TEXT, api=TEXT, arguments=st.dictionaries(TEXT, ARGUMENTS, max_size=2), id=TEXT,
    after=st.lists(TEXT, max_size=2).map(tuple),
)  # fmt: skip
CANDIDATES = st.builds(
    Candidate, expert=TEXT, api=TEXT, score=FLOAT, why=TEXT,
    arguments=st.dictionaries(TEXT, TEXT, max_size=2),
)  # fmt: skip
PLANS = st.builds(
    Plan, calls=st.lists(CALLS, max_size=2).map(tuple), model=TEXT, score=FLOAT,
    final=st.booleans(), candidates=st.lists(CANDIDATES, max_size=2).map(tuple),
    verified=st.booleans(),
)  # fmt: skip
QUESTIONS = st.builds(
    Question, text=TEXT, kind=st.sampled_from(["choice", "value", "confirm"]), plan=PLANS,
    call=TEXT, parameter=st.none() | TEXT,
    choices=st.lists(
        st.builds(Choice, argument=ARGUMENTS, spoken=TEXT,
                  forms=st.lists(TEXT, max_size=2).map(tuple)), max_size=2,
    ).map(tuple),
    expires=st.just(NOW + timedelta(minutes=5)) | st.none(), asked=st.integers(0, 3), model=TEXT,
)  # fmt: skip
STATES = st.builds(
    ConversationState,
    pending=st.none() | QUESTIONS, last_plan=st.none() | PLANS, last_turn=TEXT, last_reply=TEXT,
    referents=st.dictionaries(TEXT, st.lists(TEXT, max_size=2).map(tuple), max_size=2),
    alternatives=st.none() | QUESTIONS, chosen=TEXT,
    history=st.lists(st.builds(Exchange, TEXT, TEXT, TEXT), max_size=2).map(tuple),
    undoable=st.lists(
        st.builds(Undoable, TEXT, st.lists(CALLS, max_size=2).map(tuple)), max_size=2
    ).map(tuple),
)  # fmt: skip


@settings(max_examples=60)
@given(STATES, TEXT)
def test_a_state_comes_back_exactly(state: ConversationState, conversation: str) -> None:
    with Store(":memory:") as store:
        save_conversation(store, conversation, state)
        assert load_conversation(store, conversation, NOW) == state


@pytest.fixture
def store() -> Store:
    return Store(":memory:", clock=NOW.timestamp)


QUESTION = Question("Which?", "choice", Plan(()), expires=NOW + timedelta(minutes=5))


def test_a_pending_question_expires(store: Store) -> None:
    state = ConversationState(pending=QUESTION, last_reply="Which?")
    save_conversation(store, "c", state)
    just_before = NOW + timedelta(minutes=4, seconds=59)
    assert load_conversation(store, "c", just_before) == state
    later = load_conversation(store, "c", NOW + timedelta(minutes=5))
    assert later == replace(state, pending=None)


def test_a_new_conversation_remembers_nothing(store: Store) -> None:
    save_conversation(store, "other", ConversationState(last_reply="x"))
    assert load_conversation(store, "c", NOW) == ConversationState()


@pytest.mark.parametrize("rubbish", [b"", b"{", b"[1]", b'{"pending": 3}', b'{"history": [1]}'])
def test_a_state_that_cannot_be_read_is_a_notice_not_an_end(store: Store, rubbish: bytes) -> None:
    store.append(EventRow("conversation/c", "conversation", "c"), rubbish)
    assert load_conversation(store, "c", NOW) == ConversationState()
    assert len(store.notices) == 1


def test_fields_of_another_version_are_left(store: Store) -> None:
    data = b'{"last_reply": "x", "mood": "good"}'
    store.append(EventRow("conversation/c", "conversation", "c"), data)
    assert load_conversation(store, "c", NOW) == ConversationState(last_reply="x")


def test_the_latest_conversation() -> None:
    clock = iter([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])
    store = Store(":memory:", clock=lambda: next(clock))
    assert latest_conversation(store) is None
    for conversation in ("a", "b", "a"):
        save_conversation(store, conversation, ConversationState())
    assert latest_conversation(store) == "a"


def test_referents_come_latest_first_and_are_few() -> None:
    state = ConversationState().refer("devices", "a").refer("devices", "b", "c").refer("rooms", "r")
    assert state.refer("devices", "a").referents == {"devices": ("a", "b", "c"), "rooms": ("r",)}
    for n in range(30):
        state = state.refer("devices", str(n))
    assert len(state.referents["devices"]) == MAX_REFERENTS
    assert state.referents["devices"][0] == "29"


def test_history_is_bounded() -> None:
    state = ConversationState()
    for n in range(5):
        state = state.heard(Exchange(f"w{n}", f"r{n}", f"t{n}"), keep=2)
    assert [each.words for each in state.history] == ["w3", "w4"]
    assert (state.last_turn, state.last_reply) == ("t4", "r4")
    assert state.heard(Exchange("w", "r"), keep=0).history == ()


def test_a_snapshot_finds_the_experts_lists_before_the_households() -> None:
    home = load_household()
    own = NameList("rooms", (Name("x", "x"),))
    snapshot = Snapshot(NOW, "UTC", "en", home, lists={"rooms": own})
    assert snapshot.list("rooms") is own
    assert snapshot.list("pets") is home.lists["pets"]
    assert snapshot.list("unheard of") is None
