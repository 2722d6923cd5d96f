"""The estimate is near what tokenizers count, and learns what it is off by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.prompt.tokens import Corrections, estimate

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


def test_corrections_learn_a_models_ratio() -> None:
    corrections = Corrections()
    assert corrections.corrected("fast", 100) == 100
    corrections.learn("fast", 100, 130)
    assert corrections.corrected("fast", 100) == 130
    for _ in range(40):
        corrections.learn("fast", 100, 90)
    assert corrections.corrected("fast", 1000) == pytest.approx(900, abs=5)
    assert corrections.corrected("other", 1000) == 1000


def test_corrections_are_kept_and_nonsense_is_not() -> None:
    corrections = Corrections()
    corrections.learn("fast", 0, 10)
    corrections.learn("fast", 10, 0)
    assert corrections.ratios == {}
    corrections.learn("wild", 1, 1_000_000)
    assert corrections.corrected("wild", 10) == 50
    assert Corrections.of({"a": 1.1, "b": -3.0, "c": 99.0}).ratios == {"a": 1.1}
