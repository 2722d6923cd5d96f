"""Endless answers are told from long ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.models.chat import ModelSpec, Piece, TextPiece, ThoughtPiece, ToolPiece
from alexa_cli.models.failures import BadAnswer
from alexa_cli.models.llm.limits import LONGEST, LONGEST_PERIOD, REPEATED, Limits, loops

SPEC = ModelSpec("fast")


def add(limits: Limits, pieces: Iterable[Piece]) -> None:
    for piece in pieces:
        limits.add(piece)


@given(st.text(min_size=1, max_size=LONGEST_PERIOD // 4), st.text(max_size=50))
def test_a_text_again_and_again_is_a_loop(text: str, before: str) -> None:
    assert loops(before + text * (1 + 2 * REPEATED // len(text) + 4))


@given(st.integers(0, 10_000), st.integers(2_000, 6_000))
def test_what_goes_on_is_none(first: int, length: int) -> None:
    text = "; ".join(f"line {first + number} of the list" for number in range(length // 20))
    assert not loops(text)


def test_a_list_of_much_alike_is_none() -> None:
    text = ", ".join(f'{{"name": "turn_on", "arguments": {{"name": "L{n}"}}}}' for n in range(200))
    assert not loops(text)


def test_a_loop_after_a_good_beginning_is_one() -> None:
    limits = Limits(SPEC)
    limits.add(TextPiece("Here is what I found: " + "".join(map(str, range(2_000)))))
    with pytest.raises(BadAnswer, match="repeats itself"):
        add(limits, [TextPiece("\n")] * (REPEATED + 300))


@pytest.mark.parametrize("kind", ["text", "thought", "call"])
def test_every_part_of_an_answer_is_watched(kind: str) -> None:
    pieces: dict[str, Piece] = {
        "text": TextPiece("and on "),
        "thought": ThoughtPiece("and on "),
        "call": ToolPiece(0, arguments="and on "),
    }
    limits = Limits(SPEC)
    with pytest.raises(BadAnswer, match="repeats itself"):
        add(limits, [pieces[kind]] * 2_000)


def test_parts_are_watched_apart() -> None:
    limits = Limits(SPEC)
    for number in range(300):  # the same words in both are no loop
        limits.add(ThoughtPiece(f"item {number}. "))
        limits.add(TextPiece(f"item {number}. "))


def test_the_sum_of_all_parts_is_bounded() -> None:
    limits, taken = Limits(SPEC), 0

    def many() -> Iterator[Piece]:
        nonlocal taken
        for number in range(LONGEST):
            taken += len(f"{number} is a number; ")
            yield ToolPiece(number % 50, arguments=f"{number} is a number; ")

    with pytest.raises(BadAnswer, match="200 kB"):
        add(limits, many())
    assert LONGEST < taken < LONGEST + 30
