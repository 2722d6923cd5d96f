"""Turns are saved, found, listed, shown, compared and exported."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.errors import UsageError
from alexa_cli.store.coding import from_tagged, plain
from alexa_cli.store.store import Store
from alexa_cli.trace import names
from alexa_cli.trace.diff import difference
from alexa_cli.trace.export import export
from alexa_cli.trace.plain_text import columns, line, milliseconds
from alexa_cli.trace.record import Span
from alexa_cli.trace.save import (
    TurnRecord,
    find_turn,
    list_turns,
    load_turn,
    save_turn,
    update_turn,
)
from alexa_cli.trace.show import page, summary_line
from alexa_cli.trace.waterfall import waterfall
from alexa_cli.turn import (
    Acted,
    Argument,
    Basis,
    Call,
    Candidate,
    Decided,
    Emitted,
    Finished,
    Heard,
    Outcome,
    Pass,
    Plan,
    Question,
    Replied,
    Reply,
    Started,
    Utterance,
)

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
CALL = Call("smart_home", "turn_on", {"device": Argument("light.kitchen", "kitchen light")})
PLAN = Plan(
    (CALL,), "sentences", 0.98, candidates=(Candidate("smart_home", "turn_on", 0.98, "template"),)
)
EVENTS = [
    Heard(Utterance("turn on the kitchen light")),
    Decided(Pass("no phrase", model="reflex"), 0.0001),
    Decided(PLAN, 0.001),
    Started(CALL),
    Acted(Outcome(CALL, value=True, undo=replace(CALL, api="turn_off"))),
    Emitted("control", "stop", {"a": 1}),
    Replied(Reply("OK.")),
    Finished("t-1", "done", 0.0125),
]
SPANS = [
    Span("1", None, "decide", 0.0, 0.004),
    Span("2", "1", "model", 0.001, 0.003, {"alexa.model": "sentences"}),
    Span("3", None, "act", 0.004, 0.012),
    Span("4", "3", "call", 0.005, 0.012, {"alexa.expert": "smart_home", "alexa.api": "turn_on"}),
    Span("5", "4", "emit", 0.006, 0.006),
]


@pytest.fixture
def store() -> Store:
    return Store(":memory:", clock=NOW.timestamp)


def _turn(turn: str = "t-000000001", **changes: object) -> TurnRecord:
    record = TurnRecord(
        turn=turn, conversation="c1", at=NOW, now=NOW, words="turn on the kitchen light",
        reply="OK.", seconds=0.0125, models=("reflex", "sentences"),
        summary="smart_home.turn_on", plan=plain(list(PLAN.calls)),
        decisions=[plain(each) for each in EVENTS if isinstance(each, Decided)],
        outcomes=[plain(each.outcome) for each in EVENTS if isinstance(each, Acted)],
        events=[plain(each) for each in EVENTS], spans=list(SPANS),
        context={"conversation": None},
    )  # fmt: skip
    return replace(record, **changes)  # type: ignore[arg-type]


def test_a_turn_comes_back_exactly(store: Store) -> None:
    record = _turn()
    assert save_turn(store, record) == record.turn
    assert load_turn(store) == record


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_events_come_back_from_their_json(event: object) -> None:
    assert from_tagged(json.loads(json.dumps(plain(event)))) == event


def test_a_question_comes_back_with_its_plan() -> None:
    question = Question("Which?", "choice", PLAN, parameter="device", expires=NOW)
    assert from_tagged(plain(question)) == question


def test_an_id_that_another_process_took_is_changed_not_overwritten(store: Store) -> None:
    save_turn(store, _turn(words="theirs"))
    mine = save_turn(store, _turn(words="mine"))
    assert mine != "t-000000001"
    assert load_turn(store, "t-000000001").words == "theirs"
    assert load_turn(store, mine).words == "mine"
    assert len(store.events()) == 4


def test_finding_turns(store: Store) -> None:
    with pytest.raises(UsageError, match="no turn is stored yet"):
        find_turn(store)
    for n, name in enumerate(["t-1aaa", "t-1abb", "t-2ccc"]):
        save_turn(store, _turn(name, at=NOW + timedelta(seconds=n)))
    assert find_turn(store, "last") == "t-2ccc"
    assert find_turn(store, "last~2") == "t-1aaa"
    assert find_turn(store, "t-1aa") == find_turn(store, "1aa") == "t-1aaa"
    with pytest.raises(UsageError, match="several turns") as error:
        find_turn(store, "t-1a")
    assert "t-1aaa, t-1abb" in str(error.value)
    for absent in ("t-9", "", "last~3", "last~x", "t-1aaa\0", "\ud800", "%", "trace/t-1aaa"):
        with pytest.raises(UsageError):
            find_turn(store, absent)


def test_a_full_id_that_begins_another_is_itself(store: Store) -> None:
    save_turn(store, _turn("t-1a"))
    save_turn(store, _turn("t-1ab"))
    assert find_turn(store, "t-1a") == "t-1a"


def test_listing_pages_backwards(store: Store) -> None:
    for n in range(5):
        save_turn(store, _turn(f"t-{n}", at=NOW + timedelta(seconds=n), words=f"w{n}"))
    assert [turn.words for turn in list_turns(store, 2)] == ["w4", "w3"]
    before = NOW + timedelta(seconds=3)
    assert [turn.words for turn in list_turns(store, 2, before)] == ["w2", "w1"]
    assert list_turns(store, 9, conversation="other") == []


def test_what_a_later_turn_did_is_noted_in_both_rows(store: Store) -> None:
    save_turn(store, _turn(), keep=1_000)
    assert update_turn(store, "t-000000001", undone=True) is True
    assert update_turn(store, "t-000000001", corrected="t-2") is True
    assert update_turn(store, "t-nobody", undone=True) is False
    loaded, listed = load_turn(store), list_turns(store)[0]
    assert (loaded.undone, loaded.corrected) == (listed.undone, listed.corrected) == (True, "t-2")
    assert {row.expires_at for row in store.events()} == {NOW.timestamp() + 1_000}


def test_a_page_shows_decisions_calls_outcomes_and_times() -> None:
    text = "\n".join(page(_turn(undone=True)))
    for part in (
        "turn on the kitchen light", "reflex: pass", "no phrase", "sentences: plan 0.98",
        'smart_home.turn_on(device="light.kitchen")', "undo: smart_home.turn_off", "undone",
        "12 ms", "model sentences", "spans",
    ):  # fmt: skip
        assert part in text


def test_a_page_says_what_speculation_was_worth() -> None:
    worth = "draft saved 303 ms · threw away 1 call (306 ms)"
    told = Span("9", None, "speculation", 0.9, 0.9, {names.REASON: worth})
    shown = list(page(_turn(spans=(told,))))
    assert shown[shown.index("speculation") + 1] == f"  {worth}"
    assert "speculation" not in list(page(_turn()))


def test_what_left_this_machine_of_a_spoken_turn() -> None:
    asked = [
        Span(str(at), None, f"chat {name}", 0.1, 0.2, {names.PROVIDER: name, names.SENT: size})
        for at, (name, size) in enumerate((("anthropic", 1200), ("ollama", 7), ("anthropic", 34)))
    ]
    spoken = Span("9", None, "hear", 0.0, 0.1, {
        names.ENGINE: "sphinx", names.SOUND_SECONDS: 2.2, names.BIAS: "ready", names.SENT: 0,
    })  # fmt: skip
    shown = list(page(_turn(spans=(spoken, *asked))))
    at = shown.index("heard")
    assert shown[at + 1].endswith("by sphinx, bias ready, 0 bytes of it sent out")
    assert shown[at + 2 : at + 4] == [
        "  1,234 bytes of text sent to anthropic", "  7 bytes of text sent to ollama"
    ]  # fmt: skip
    assert "heard" not in list(page(_turn(spans=tuple(asked))))


def test_the_waterfall_puts_children_below_their_parents() -> None:
    lines = list(waterfall(SPANS))
    assert [each.split()[0] for each in lines[1:]] == ["decide", "model", "act", "call", "emit"]
    indents = [len(each) - len(each.lstrip()) for each in lines[1:]]
    assert indents == [2, 4, 2, 4, 6]
    assert lines[3].index("=") > lines[1].index("=")
    assert "." in lines[5]


def test_a_waterfall_of_strange_spans_still_ends() -> None:
    strange = [
        Span("1", "1", "itself", 0, 0), Span("2", "9", "orphan", 5, 1),
        Span("3", "4", "a", -1, 0), Span("4", "3", "b", 0, 0), Span("5", "2", "late", 99, 100),
    ]  # fmt: skip
    shown = "\n".join(waterfall(strange))
    assert "itself" in shown
    assert "orphan" in shown
    assert list(waterfall([]))


def test_differences() -> None:
    one = _turn()
    same = list(difference(one, _turn("t-2")))
    assert "the same words, decisions, calls and outcomes" in same
    louder = Call("smart_home", "turn_on", {"device": Argument("light.hall")})
    other = _turn("t-2", plan=plain([louder]), reply="Done.", seconds=0.5)
    text = "\n".join(difference(one, other))
    assert '  - 1 smart_home.turn_on(device="light.kitchen")' in text
    assert '  + 1 smart_home.turn_on(device="light.hall")' in text
    assert "  + Done." in text
    assert "words" not in text.splitlines()
    assert "12 ms -> 500 ms" in text


def test_export_is_one_tree_of_spans_a_turn(store: Store) -> None:
    save_turn(store, _turn())
    save_turn(
        store, _turn("t-000000002", at=NOW + timedelta(hours=1), status="failed", error="Boom")
    )
    spans = list(export(store))
    assert len(spans) == 2 * (1 + len(SPANS))
    root, *rest = spans[: 1 + len(SPANS)]
    ids = {span["span_id"] for span in spans}
    assert len(ids) == len(spans)
    assert all(span["parent_span_id"] in ids for span in rest)
    assert root["attributes"]["gen_ai.conversation.id"] == "c1"  # type: ignore[index, call-overload]
    assert rest[0]["end_time_unix_nano"] == int(NOW.timestamp()) * 10**9 + 4_000_000
    assert [s["status"] for s in spans if s["name"] == "turn"] == [
        {"code": "OK"},
        {"code": "ERROR"},
    ]
    assert len(list(export(store, NOW + timedelta(minutes=1)))) == 1 + len(SPANS)
    json.dumps(spans)


EVIL = "\x1b]0;owned\x07\x1b[2J\u202e\0\x9b31m\ud800 日本語 🙂\r\n\tx"


def test_nothing_that_a_terminal_obeys_gets_out(store: Store) -> None:
    evil = Call(EVIL, EVIL, {EVIL: Argument({EVIL: EVIL})}, EVIL, (EVIL,))
    record = _turn(
        words=EVIL, reply=EVIL, conversation=EVIL, status=EVIL, models=(EVIL,), error=EVIL,
        summary=EVIL, settings=[EVIL], plan=plain([evil]), corrected=EVIL,
        decisions=[plain(Pass(EVIL, model=EVIL, candidates=(Candidate(EVIL, EVIL, 1.0, EVIL),)))],
        outcomes=[plain(Outcome(evil, "failed", error=EVIL, undo=evil))],
        spans=[Span("1", None, EVIL, 0, 1, {"alexa.model": EVIL, "error.type": EVIL})],
    )  # fmt: skip
    save_turn(store, record)
    loaded = load_turn(store)
    shown = [*page(loaded), summary_line(list_turns(store)[0]), *difference(loaded, _turn())]
    for text in shown:
        assert columns(text) <= 80, text
        assert not [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs"}]
    for span in export(store):
        assert json.dumps(span).isprintable()


@settings(max_examples=60)
@given(st.text(), st.integers(1, 60))
def test_a_line_fits(text: str, width: int) -> None:
    short = line(text, width)
    assert columns(short) <= width
    assert "\n" not in short


@settings(max_examples=60)
@given(st.recursive(
    st.none() | st.booleans() | st.integers(-10, 10) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "calls", "candidates", "score", "decision", "call", "undo",
                         "arguments", "after", "value", "status", "seconds"]), inner, max_size=4),
    max_leaves=12,
))  # fmt: skip
def test_a_page_of_any_json_is_shown(value: object) -> None:
    record = _turn(plan=value, decisions=[value], outcomes=[value])
    assert list(page(record))
    assert list(difference(record, _turn()))


def test_times_for_people() -> None:
    assert [milliseconds(s) for s in (0.0004, 0.0125, 1.25)] == ["0.4 ms", "12 ms", "1.25 s"]


def test_a_plan_from_the_cache_shows_when_it_was_made() -> None:
    cached = replace(PLAN, model="cache", basis=Basis(cached="t-000000000", seconds=1.9))
    shown = list(page(_turn(decisions=[plain(cached)]), requests=["", "requests", "  1 of them"]))
    place = next(n for n, each in enumerate(shown) if "cache: plan" in each)
    assert shown[place + 1] == "  first decided in 1.90 s, in turn t-000000000"
    assert shown.index("requests") < next(n for n, each in enumerate(shown) if "spans" in each)
    made = replace(PLAN, basis=Basis())
    assert not any("first decided" in each for each in page(_turn(decisions=[plain(made)])))
