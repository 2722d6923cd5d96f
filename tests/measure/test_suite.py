from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.errors import FileError
from alexa_cli.measure.suite import load_suite, relabel, unseen, within

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, *lines: Any) -> Path:
    text = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in lines)
    path.write_text(text)
    return path


PLAIN = {"id": "a", "say": "dim it", "expert": "lights", "api": "dim", "arguments": {"x": "it"}}


def test_every_kind_of_case_is_read(tmp_path: Path) -> None:
    (tmp_path / "h.wav").touch()
    suite = load_suite(write(
        tmp_path / "s.jsonl", PLAIN,
        {"id": "b", "say": "what is love", "expert": None},
        {"id": "c", "say": "both", "calls": [{"expert": "a", "api": "b"},
                                             {"expert": "c", "api": "d", "arguments": {}}]},
        {"id": "d", "say": "call meg", "expert": "contacts", "api": "call", "asks": "contact",
         "then": [{"say": "bauer", "expert": "contacts", "api": "call"}]},
        {"id": "e", "say": "call me maybe", "not": "contacts"},
        {"id": "f", "say": "wake me at six", "expert": "alarm", "values": {"at": "06:00"},
         "now": "2026-11-21T10:00:00-05:00", "household": "home.yaml"},
        {"id": "g", "say": "x", "asks": "device"},
        {"id": "h", "audio": "h.wav", "expert": "lights"},
        "",
    ))  # fmt: skip
    assert [case.id for case in suite.cases] == list("abcdefgh")
    plain, nobody, both, asks, no, values, *_ = (case.turns[0].expected for case in suite.cases)
    assert plain.calls is not None
    assert plain.calls[0].name == "lights.dim"
    assert nobody.refused
    assert both.calls is not None
    assert [call.arguments for call in both.calls] == [None, {}]
    assert asks.asks == "contact"
    assert len(suite.cases[3].turns) == 2
    assert no.not_expert == "contacts"
    assert no.calls is None
    assert values.calls is not None
    assert values.calls[0].values == {"at": "06:00"}
    assert suite.cases[7].turns[0].audio == tmp_path / "h.wav"
    assert suite.cases[5].household == tmp_path / "home.yaml"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "no JSON"),
        ("[]", "Expected `object`"),
        ({"id": "x", "expert": "a"}, "needs `say`"),
        ({"say": "x"}, "says nothing of what is expected"),
        ({"say": "x", "expert": "a", "not": "b"}, "exclude each other"),
        ({"say": "x", "expert": "a", "calls": []}, "exclude each other"),
        ({"say": "x", "api": "b", "asks": "c"}, "`api` needs its `expert`"),
        ({"say": "x", "expert": None, "api": "b"}, "`api` needs its `expert`"),
        ({"say": "x", "not": "a", "arguments": {"b": "c"}}, "need an `expert`"),
        ({"say": "x", "expert": "a", "values": {"b": 1}}, "`values` need `now`"),
        ({"say": "x", "expert": "a", "now": "2026-11-21T10:00:00"}, "needs an offset"),
        ({"say": "x", "expert": "a", "arguments": {"b": 1}}, "Expected `str`"),
        ({"say": 1, "expert": "a"}, "Expected `str | null`"),
        ({"say": "x", "expert": "a", "then": [{"expert": "a"}]}, "needs `say`"),
        ('{"say": "x", "say": "y", "expert": "a"}', "'say' is there twice"),
        ("[" * 50_000, "no JSON"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: Any, said: str) -> None:
    path = write(tmp_path / "s.jsonl", PLAIN, line)
    with pytest.raises(FileError) as caught:
        load_suite(path)
    assert said in caught.value.message
    assert caught.value.line == 2
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ({"say": "x", "exprt": "a"}, "did you mean 'expert'?"),
        ({"say": "x", "calls": [{"expert": "a", "api": "b", "zz": {}}]}, "known: expert, api"),
        ({"say": "x", "expert": "a", "then": [{"say": "y", "argument": {}}]},
         "did you mean 'arguments'?"),
    ],
)  # fmt: skip
def test_an_unknown_key_comes_with_the_nearest_known_one(
    tmp_path: Path, line: Any, hint: str
) -> None:
    with pytest.raises(FileError, match="unknown key") as caught:
        load_suite(write(tmp_path / "s.jsonl", line))
    assert caught.value.hint is not None
    assert hint in caught.value.hint


@given(st.binary(max_size=200))
def test_any_bytes_are_a_suite_or_a_file_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("s") / "s.jsonl"
    path.write_bytes(content)
    with contextlib.suppress(FileError):
        assert all(case.turns for case in load_suite(path).cases)


def test_ids_are_unique_and_made_where_there_are_none(tmp_path: Path) -> None:
    one = write(tmp_path / "one.jsonl", {"say": "x", "expert": "a"}, PLAIN)
    two = write(tmp_path / "two.jsonl", PLAIN)
    assert [case.id for case in load_suite(one, two).cases] == ["one-1", "a", "two/a"]
    with pytest.raises(FileError, match="a second case"):
        load_suite(write(tmp_path / "s.jsonl", PLAIN, PLAIN))
    with pytest.raises(FileError, match="cannot read"):
        load_suite(tmp_path / "absent.jsonl")


def test_cases_are_left_out_and_counted(tmp_path: Path) -> None:
    (tmp_path / "h.wav").touch()
    suite = load_suite(write(
        tmp_path / "s.jsonl", PLAIN, {"id": "b", "say": "hm", "expert": "cooking"},
        {"id": "c", "say": "who", "expert": None}, {"id": "d", "say": "no", "not": "cooking"},
    ))  # fmt: skip
    inside = within(suite, ["lights"])
    assert [case.id for case in inside.cases] == ["a", "c", "d"]
    assert inside.left_out == {"of experts that are not here: cooking": 1}
    assert [case.id for case in unseen(inside, ["Dim it!"]).cases] == ["c", "d"]
    assert within(suite, ["lights", "cooking"]) is suite


def test_labels_are_mapped_by_api_then_by_expert(tmp_path: Path) -> None:
    (tmp_path / "h.wav").touch()
    suite = load_suite(write(
        tmp_path / "s.jsonl", PLAIN,
        {"id": "b", "say": "hm", "expert": "lights", "api": "off"},
        {"id": "c", "say": "news", "expert": "news", "api": "query"},
        {"id": "d", "say": "pay", "expert": "bank", "api": "pay"},
    ))  # fmt: skip
    mapped = relabel(suite, {"lights.dim": "home.brightness", "lights": "home", "news": None})
    calls = [case.turns[0].expected.calls for case in mapped.cases]
    assert [[call.name for call in each or ()] for each in calls] == [
        ["home.brightness"], ["home"], [], [],
    ]  # fmt: skip
    assert calls[0] is not None
    assert calls[0][0].arguments is None
