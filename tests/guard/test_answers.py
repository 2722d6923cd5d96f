"""Answers are plain text when they are shown, however a stream cuts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.guard.answers import LONGEST_STRING, Cleaner, clean

NASTY = "\x1b[]0;31mJ\x07\\\x9b\x9dP?! ab\n\té\u202e\u200b\r(B"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;a title\x07after", "after"),
        ("\x1b]52;c;ZXZpbA==\x1b\\after", "after"),
        ("\x9b2Jcleared", "cleared"),
        ("\x1bPq#0;2;0;0;0\x1b\\sixel", "sixel"),
        ("\x1b(Bcharset", "charset"),
        ("\x1bcreset", "reset"),
        ("abc\rdef\x08\x7f", "abcdef"),
        ("right\u202eto left\u200b", "rightto left"),
        ("cut off \x1b[3", "cut off "),
        ("cut off \x1b]0;title", "cut off "),
        ("\x1b\x1b[1mtwice", "twice"),
        ("\x1b[1\nline", "\nline"),
        ("émoji 🙂", "émoji 🙂"),
    ],
)
def test_escapes_and_invisible_characters_go(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text(alphabet=NASTY, max_size=60), st.data())
def test_a_stream_gives_what_the_whole_text_gives(text: str, data: st.DataObject) -> None:
    cleaner, shown, at = Cleaner(), "", 0
    while at < len(text):
        size = data.draw(st.integers(1, 7))
        shown += cleaner.feed(text[at : at + size])
        at += size
    assert shown == clean(text)


@given(st.text(max_size=200))
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    shown = clean(text)
    assert all(c in "\n\t" or (c >= " " and not "\x7f" <= c <= "\x9f") for c in shown)
    assert clean(shown) == shown


def test_an_escape_that_never_ends_does_not_swallow_the_answer() -> None:
    text = "\x1b]0;" + "x" * (LONGEST_STRING + 10) + "shown"
    assert clean(text).endswith("shown")
