"""Hostile YAML: it loads, or one FileError names file, line and key."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.config.files import MAX_BYTES, Document, dotted, load_yaml, read
from alexa_cli.config.units import Duration
from alexa_cli.errors import FileError

if TYPE_CHECKING:
    from pathlib import Path


class Lamp(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    level: int = 0
    state: Literal["on", "off"] = "off"
    fade: Duration | None = None
    tags: dict[str, list[int]] = {}


class Home(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: str = ""
    lamps: dict[str, Lamp] = {}
    main: Lamp | None = None
    spare: list[Lamp | str] = []
    pair: tuple[int, str] = (0, "")


class Owned(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    owner: str
    home: Home = Home()


def error_of(text: str | bytes, type_: Any = Home) -> FileError:
    with pytest.raises(FileError) as caught:
        read(load_yaml("home.yaml", text), type_)
    return caught.value


# What is read -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", None),
        ("# only a comment\n", None),
        ("\ufeffa: 1", {"a": 1}),
        ("a: 1\r\nb:\r\n  - x\r\n", {"a": 1, "b": ["x"]}),
        ("a: on\nb: no\nc: yes\nd: off", {"a": "on", "b": "no", "c": "yes", "d": "off"}),
        ("a: 6:45\nb: 2026-11-21\nc: 1_000", {"a": "6:45", "b": "2026-11-21", "c": "1_000"}),
        ("a: true\nb: False\nc: ~\nd: null\ne:", dict.fromkeys("ab") | {
            "a": True, "b": False, "c": None, "d": None, "e": None}),
        ("a: 010\nb: 0x1F\nc: 0o17\nd: -3\ne: .5\nf: 1e3\ng: +2.", {
            "a": 10, "b": 31, "c": 15, "d": -3, "e": 0.5, "f": 1000.0, "g": 2.0}),
        ("a: '1'\nb: \"true\"\nc: ''", {"a": "1", "b": "true", "c": ""}),
        ("a: |\n  x\n  y\nb: >\n  x\n  y\n", {"a": "x\ny\n", "b": "x y\n"}),
        ("a: &x [1, 2]\nb: *x\nc: [*x, *x]", {
            "a": [1, 2], "b": [1, 2], "c": [[1, 2], [1, 2]]}),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}),
        ("a: \u4e2d\U0001f600\u202e", {"a": "\u4e2d\U0001f600\u202e"}),
    ],
)  # fmt: skip
def test_the_part_of_yaml_that_is_json_is_read(text: str, data: object) -> None:
    assert load_yaml("f", text).data == data
    assert load_yaml("f", text.encode()).data == data


def test_numbers_keep_their_type() -> None:
    assert [type(item) for item in load_yaml("f", "[1, 1.0, true]").data] == [int, float, bool]  # type: ignore[union-attr]


def test_an_alias_is_a_copy() -> None:
    data = load_yaml("f", "a: &x [1]\nb: *x").data
    assert isinstance(data, dict)
    assert data["a"] is not data["b"]


def test_every_value_knows_its_line() -> None:
    document = load_yaml("f", "# first\na:\n  b:\n    - 1\n    - c: 2\n\nd: {e: 3,\n  f: 4}\n")
    assert {dotted(at): line for at, line in document.lines.items()} == {
        "": 2, "a": 2, "a.b": 3, "a.b[0]": 4, "a.b[1]": 5, "a.b[1].c": 5, "d": 7, "d.e": 7,
        "d.f": 8,
    }  # fmt: skip
    assert document.line(("a", "b", 1, "nothing", 3)) == 5
    assert document.value(("a", "b", 1)) == {"c": 2}
    for at in [("x",), ("a", 0), ("a", "b", 9), ("a", "b", -1), ("d", "e", "f")]:
        with pytest.raises(KeyError):
            document.value(at)


def test_a_file_is_read_from_disk(tmp_path: Path) -> None:
    file = tmp_path / "home.yaml"
    file.write_text("name: casa\nlamps: {hall: {level: 3, fade: 2s}}\n")
    home = read(load_yaml(file), Home)
    assert home == Home(name="casa", lamps={"hall": Lamp(level=3, fade=Duration("2s"))})
    assert read(load_yaml(file), int, ("lamps", "hall", "level")) == 3


# What is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("a: 1\nb: 2\na: 3", 3, "a", "twice (first in line 1)"),
        ("x:\n  y: {a: 1, a: 2}", 2, "x.y.a", "twice"),
        ("a: b: c", 1, "a", "mapping values are not allowed"),
        ("a:\n\t- b", 2, "a", "spaces, not tabs"),
        ("a:\n  [1,\n  2", 4, "a[2]", "opened in line 2"),
        ("a: 1\nb: 'open\nc: 2", 2, "b", "a quote is not closed"),
        ("a: @home", 1, "a", "needs quotes"),
        ("a: [please] turn on", 1, "a", "needs quotes"),
        ("a: !!python/object/apply:os.system [x]", 1, "a", "tags"),
        ("a: !secret x", 1, "a", "tags"),
        ("!!map {}", 1, None, "tags"),
        ("a: *nobody", 1, "a", "no anchor"),
        ("a: &a [1, *a]", 1, "a[1]", "no anchor"),
        ("a: &x b\n*x : c", 2, None, "alias"),
        ("<<: {a: 1}", 1, None, "merge keys"),
        ("1: x", 1, None, "the key 1 is not text"),
        ("a: {true: x}", 1, "a", "the key true is not text"),
        ("null: x", 1, None, "the key null is not text"),
        ("? [a]\n: b", 1, None, "a key must be text"),
        ("a: {{b}}", 1, "a", "a key must be text"),
        ("a: 1\n---\nb: 2", 2, None, "second document"),
        ("a: 99999999999999999999", 1, "a", "too long"),
        ("a: " + "9" * 5000, 1, "a", "too long"),
        ("a: 1e999", 1, "a", "too large"),
        ("a: .nan", 1, "a", "finite"),
        ("a: [-.inf]", 1, "a[0]", "finite"),
        ('a: "x\\0y"', 1, "a", "NUL"),
        ("a: 1\nb: x\0y", 2, None, "NUL is not allowed"),
        ("a: \x1b[31m", 1, None, "U+001B"),
        ("a: \x80", 1, None, "U+0080"),
        ("a: \ud800", 1, None, "U+D800"),
        ('a: "\\ud800"', 1, "a", "Unicode"),
        (b"a: 1\nb: caf\xe9", 2, None, "UTF-8"),
        ("a: 1".encode("utf-16"), 1, None, "UTF-8"),
    ],
)  # fmt: skip
def test_what_json_cannot_say_is_refused(
    text: str | bytes, line: int, key: str | None, says: str
) -> None:
    error = error_of(text)
    assert (error.line, error.key) == (line, key)
    assert says in str(error)
    assert str(error).startswith(f"home.yaml:{line}: ")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "a:\n" * 1, "[{a: ", "? "])
def test_deep_nesting_is_refused(opening: str) -> None:
    text = opening * 5000 if opening != "a:\n" else "".join(" " * n + "a:\n" for n in range(1000))
    error = error_of(text)
    assert "deep" in str(error) or "key must be text" in str(error)


def test_nesting_by_way_of_aliases_counts() -> None:
    levels = "".join(f"a{n}: &a{n} [[[[[[[[[[*a{n - 1}]]]]]]]]]]\n" for n in range(1, 9))
    assert "deep" in str(error_of("a0: &a0 x\n" + levels))


def test_an_alias_bomb_is_refused_at_its_line() -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
    )
    error = error_of(text)
    assert "too many values" in str(error)
    assert error.line == 6


def test_more_than_a_megabyte_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"a: " + b"x" * MAX_BYTES)
    with pytest.raises(FileError, match="larger than 1 MB"):
        load_yaml(file)
    with pytest.raises(FileError, match="larger than 1 MB"):
        load_yaml("f", "x" * (MAX_BYTES + 1))
    assert load_yaml("f", "x" * MAX_BYTES).data == "x" * MAX_BYTES


def test_a_megabyte_of_values_is_read_or_refused() -> None:
    data = load_yaml("f", "[" + "1," * 100_000 + "]").data
    assert isinstance(data, list)
    assert len(data) == 100_000
    assert "too many values" in str(error_of("[" + "1," * 400_000 + "]"))


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        load_yaml(tmp_path / "none.yaml")
    with pytest.raises(FileError, match="cannot read"):
        load_yaml(tmp_path)
    with pytest.raises(FileError, match="no usable path"):
        load_yaml("a\0b")
    if os.geteuid():
        locked = tmp_path / "locked.yaml"
        locked.touch(mode=0)
        with pytest.raises(FileError, match="Permission denied"):
            load_yaml(locked)


# What does not fit its type -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        ("lampz: {}", 1, "lampz", "did you mean 'lamps'?"),
        ("lamps:\n  hall:\n    levle: 3", 3, "lamps.hall.levle", "did you mean 'level'?"),
        ("lamps:\n  hall:\n    zzz: 3", 3, "lamps.hall.zzz", "known: fade, level, state, tags"),
        ("lamps:\n  hall: {}\n  den:\n    level: x", 4, "lamps.den.level",
         "expected a whole number, got the text 'x'"),
        ("lamps:\n  hall:\n    tags:\n      a: [1]\n      b:\n      - 1\n      - true", 7,
         "lamps.hall.tags.b[1]", "got true"),
        ("spare:\n- a\n- level: 1\n- {level: z}", 4, "spare[2].level", "whole number"),
        ("spare: [3]", 1, "spare[0]", "put it in quotes if it is text"),
        ("name: {x} lamp", 1, "name", "needs quotes"),
        ("name: {x}", 1, "name", "text that begins with { or ["),
        ("name: 12", 1, "name", "expected text, got the number 12"),
        ("name:", 1, "name", "got nothing"),
        ("main: []", 1, "main", "expected a mapping, got a list"),
        ("main: {state: of}", 1, "main.state", "did you mean 'off'?"),
        ("main: {state: 3}", 1, "main.state", "the number 3"),
        ("main: {fade: 5}", 1, "main.fade", "is not a duration"),
        ("main: {fade: 5 parsecs}", 1, "main.fade", "ms, s, m, h, d, w"),
        ("main: {level: 1, is on, very}", 1, 'main."is on"', "needs quotes"),
        ("pair: [1, 2]", 1, "pair[1]", "expected text"),
        ("pair: [1]", 1, "pair", "length"),
        ("lamps:\n  'a.b [c]':\n    level: x", 3, 'lamps."a.b [c]".level', "whole number"),
        ("# nothing", 1, None, "expected a mapping, got nothing"),
        ("- a", 1, None, "expected a mapping, got a list"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_found_where_it_stands(
    text: str, line: int | None, key: str | None, says: str
) -> None:
    error = error_of(text)
    assert says in str(error)
    assert (error.line, error.key) == (line, key)


def test_what_is_missing_is_named() -> None:
    error = error_of("home: {}", Owned)
    assert "'owner' is missing" in str(error)
    assert error.line == 1
    assert "did you mean 'owner'?" in str(error_of("home: {}\nownr: me", Owned))


def test_an_error_shows_no_escapes_and_not_too_much() -> None:
    for text in ('"\\e[31mred": 1', 'main: {state: "\\e]0;x\\a"}', f"main: {{state: {'x' * 9999}}}",
                 f"{'k' * 900}: 1", '"\\u202ekey": 1'):  # fmt: skip
        message = str(error_of(text))
        assert all(c.isprintable() or c == "\n" for c in message)
        assert len(message) < 300


def test_an_error_keeps_a_secret() -> None:
    document = load_yaml("f", "main: {state: hunter2}")
    hidden = Document(document.data, document.lines, "f", frozenset({("main", "state")}))
    with pytest.raises(FileError) as caught:
        read(hidden, Home)
    assert "hunter2" not in str(caught.value)
    assert caught.value.key == "main.state"


# Anything at all ----------------------------------------------------------------------------

PIECES = st.sampled_from([
    "a", "name", "lamps", "main", "level", ": ", ":", "- ", "\n", "  ", "\t", "[", "]", "{", "}",
    ", ", "'", '"', "&x ", "*x", "!t ", "|", ">", "#", "? ", "---", "...", "%", "<<", "1", "-1.5",
    "0x1", "true", "~", "\\", "\\u0000",
    "\0", "\ufeff", "\r\n", "\x85", "\u2028", "é", "\U0001f600",
    ".inf", "@", "`", "${X}",
])  # fmt: skip


def loads_or_is_refused(text: str | bytes) -> None:
    try:
        document = load_yaml("f.yaml", text)
        msgspec.json.encode(document.data)
        read(document, Home)
    except FileError:
        return


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_read_and_one_that_nobody_writes_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert load_yaml(pipe).data is None
    reading, writing = os.pipe()
    os.write(writing, b"a: 1")
    os.close(writing)
    assert load_yaml(f"/dev/fd/{reading}").data == {"a": 1}
    os.close(reading)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_yaml_like_text_loads_or_is_refused(text: str) -> None:
    loads_or_is_refused(text)


@given(st.text(st.characters(), max_size=200) | st.binary(max_size=200))
def test_any_text_or_bytes_load_or_are_refused(text: str | bytes) -> None:
    loads_or_is_refused(text)


@pytest.mark.slow
@given(st.lists(PIECES, max_size=80).map("".join))
def test_much_yaml_like_text_loads_or_is_refused(text: str) -> None:
    loads_or_is_refused(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False) | st.text(st.characters(
        exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff\ufffe\uffff\u2028\u2029")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.text(st.characters(categories=["L", "N"]), min_size=1), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(JSON)
def test_json_means_what_it_means_in_json(value: object) -> None:
    assert load_yaml("f", msgspec.json.encode(value)).data == value
