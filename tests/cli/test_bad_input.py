"""Input that nobody should have to think of: safe, told apart, and no escape comes out again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Installed, Ran

EVIL = set("\x00\x07\x08\x1b\x9b\u202e\u2066\u200f")
"""What must not reach a terminal; every run is looked through for it."""
LIGHT = "turn on the kitchen light"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"", 3),
        (b" \t ", 3),
        (b"\x01\x02\x03", 3),
        (b"\x1b[31m\x1b]0;title\x07", 3),
        (b"\xff\xfe\xfa", 3),
        ("\U0001f600\U0001f4a9".encode(), 3),
        ("\u202eabc\u202c \u05e9\u05dc\u05d5\u05dd".encode(), 3),
        (b"please \xff\xed\xa0\x80 xyzzy", 3),
        (b"a" * 100_000, 6),
        (f"\x1b[1m{LIGHT}\x1b[0m".encode(), 0),
        (f"{LIGHT} \U0001f600".encode(), 0),
    ],
    ids=[
        "empty", "blank", "control", "escapes", "no utf-8", "emoji", "right to left", "surrogates",
        "long", "coloured", "smiling",
    ],
)  # fmt: skip
def test_arguments(inside: Callable[..., Ran], said: bytes, code: int) -> None:
    ran = inside("ask", said)
    assert ran.code == code
    assert not EVIL & set(ran.out + ran.err)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"", 3),
        (b"\x00", 3),
        (b"turn on\x00the kitchen light", 0),
        (b"\xff\x1b[31m\x9b", 3),
        (b"a" * 60_000, 6),
        (b"word " * 200_000, 6),
        (LIGHT.encode() + b"\r\n", 0),
    ],
    ids=["empty", "NUL", "NUL between", "bytes", "long", "1 MB", "carriage return"],
)
def test_stdin(alexa: Installed, said: bytes, code: int) -> None:
    ran = alexa("ask", "-", stdin=said)
    assert ran.code == code
    assert not EVIL & set(ran.out + ran.err)


def test_too_much_is_refused_and_says_so(alexa: Installed) -> None:
    ran = alexa("-", stdin=b"a" * 1_000_000)
    assert (ran.code, ran.out) == (6, "")
    assert "too long" in ran.err


def test_a_script_of_rubbish(alexa: Installed) -> None:
    lines = [
        b"\x1b[31m", b"\xff\xfe", b"\x00\x00", b"a" * 1_000_000, "\u202e\u05e9".encode(),
        LIGHT.encode(), b"/trace \x1b[31m", b"/\x1b[31m", b"/save \x00",
    ]  # fmt: skip
    ran = alexa(stdin=b"\n".join(lines))
    assert "I turned on the kitchen light." in ran.out.splitlines()
    assert "too long" in ran.out
    assert not EVIL & set(ran.out + ran.err)
    listed = alexa("trace")
    assert len(listed.out.splitlines()) == 6
    for turn in range(6):
        shown = alexa("trace", f"last~{turn}")
        assert shown.code == 0
        assert not EVIL & set(listed.out + shown.out)


def test_json_lines_of_rubbish(alexa: Installed) -> None:
    lines = [
        b"{", b"[]", b"5", b"null", b'{"say": 5}', b'{"say": "a", "x": 1}', b"\xff", b"[" * 100_000,
        b'{"command": "/nope"}', b'{"say": "\\ud800 \\u001b[31m"}',
        json.dumps({"say": LIGHT}).encode(),
    ]  # fmt: skip
    ran = alexa("chat", "--json", stdin=b"\n".join(lines))
    answers = [json.loads(line) for line in ran.out.splitlines()]
    errors = [each for each in answers if each["type"] == "error"]
    assert [each["exit_code"] for each in errors] == [2] * 9
    replies = [each["reply"]["text"] for each in answers if each["type"] == "replied"]
    assert replies[-1] == "I turned on the kitchen light."
    assert ran.out.isascii()
    assert not EVIL & set(ran.out + ran.err)


@pytest.mark.parametrize("option", ["--config", "--set", "--experts", "--now", "--conversation"])
def test_options_with_escapes(inside: Callable[..., Ran], option: str) -> None:
    ran = inside("hello", option, "\x1b[31m\u202e")
    assert ran.code in {0, 2, 4}
    assert not EVIL & set(ran.out + ran.err)


def test_a_terminal_that_knows_ascii_only(alexa: Installed) -> None:
    ran = alexa("add", "crème", "to the shopping list", env={"PYTHONIOENCODING": "ascii"})
    assert ran.code == 0
    assert "cr?me" in ran.out
