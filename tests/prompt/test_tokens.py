"""The estimate is near what tokenizers count, and learns what it is off by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.prompt.tokens import correction, estimate

COUNTED = [
    # text, tokens of cl100k_base
    ("Turn what the user said into tool calls.", 9),
    ("R1 kitchen O1: L1 kitchen light, L2 counter lights, W1 coffee maker", 20),
    ('{"type":"string","enum":["up","down"],"description":"by how many percent"}', 18),
    ("light.kitchen_ceiling_8f3a: kitchen ceiling light (kitchen)", 18),
    ("", 0),
]


@pytest.mark.parametrize(("text", "tokens"), COUNTED)
def test_it_is_near(text: str, tokens: int) -> None:
    assert abs(estimate(text) - tokens) <= max(2, 0.2 * tokens)


@given(st.text(max_size=200), st.text(max_size=200))
def test_it_grows_with_the_text(one: str, other: str) -> None:
    assert estimate(one) >= 0
    assert estimate(f"{one} {other}") >= max(estimate(one), estimate(other)) - 1


def test_an_estimate_is_corrected_by_what_was_counted() -> None:
    assert correction(1000, 900) == 0.9
    assert correction(1000, None) == 1.0
    assert correction(0, 50) == 1.0


def test_what_counts_something_else_corrects_nothing() -> None:
    assert correction(1000, 9) == 1.0
    assert correction(10, 50_000) == 1.0
