"""Counts that do not overlap, and what they cost."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.models.chat import Price, Usage
from alexa_cli.models.llm.usage import cost, known_price, known_window, usage_of

counts = st.integers(0, 1_000_000)


def test_openai_counts_cached_tokens_as_input() -> None:
    raw = {
        "prompt_tokens": 2_000, "completion_tokens": 20, "total_tokens": 2_020,
        "prompt_tokens_details": {"cached_tokens": 1_536},
        "completion_tokens_details": {"reasoning_tokens": 8},
    }  # fmt: skip
    assert usage_of(raw) == Usage(464, 1_536, None, 20, 8)


def test_anthropic_counts_what_it_wrote() -> None:
    raw = SimpleNamespace(
        prompt_tokens=2_000, completion_tokens=20,
        prompt_tokens_details=SimpleNamespace(cached_tokens=1_000, cache_creation_tokens=900),
        cache_creation_input_tokens=900, cache_read_input_tokens=1_000,
        completion_tokens_details=None,
    )  # fmt: skip
    assert usage_of(raw) == Usage(100, 1_000, 900, 20, None)


@pytest.mark.parametrize("raw", [None, {}, {"prompt_tokens": None}, {"prompt_tokens": "many"}])
def test_unknown_is_none(raw: object) -> None:
    assert usage_of(raw) == Usage()


@given(counts, counts, counts, counts)
def test_the_counts_add_up(uncached: int, read: int, written: int, output: int) -> None:
    raw = {
        "prompt_tokens": uncached + read + written,
        "completion_tokens": output,
        "prompt_tokens_details": {"cached_tokens": read, "cache_creation_tokens": written},
    }
    usage = usage_of(raw)
    assert (usage.uncached, usage.cache_read, usage.cache_write) == (uncached, read, written)
    assert usage.input == raw["prompt_tokens"]


def test_what_it_costs() -> None:
    price = Price(3.0, 15.0, 0.3, 3.75)
    assert cost(Usage(1_000, 2_000, 4_000, 100), price) == pytest.approx(
        (1_000 * 3 + 2_000 * 0.3 + 4_000 * 3.75 + 100 * 15) / 1e6
    )


def test_without_a_price_of_the_cache_it_is_never_too_little() -> None:
    assert cost(Usage(0, 1_000, 1_000, 0), Price(3.0, 15.0)) == pytest.approx(2_000 * 3 / 1e6)


@pytest.mark.parametrize(
    ("usage", "price"),
    [
        (Usage(), Price(3.0, 15.0)),
        (Usage(10, None, None, None), Price(3.0, 15.0)),
        (Usage(10, None, None, 10), Price(3.0, None)),
        (Usage(10, None, None, 10), Price()),
    ],
)
def test_what_is_not_known_is_not_nothing(usage: Usage, price: Price) -> None:
    assert cost(usage, price) is None


def test_nothing_costs_nothing() -> None:
    assert cost(Usage(0, 0, 0, 0), Price()) == 0.0


def test_prices_of_known_models() -> None:
    price = known_price("anthropic/claude-sonnet-4-6")
    assert price.input is not None
    assert price.output is not None
    assert price.cache_read is not None
    assert price.cache_read < price.input < price.output
    assert known_price("openai/gpt-5-mini").input is not None
    assert (known_window("anthropic/claude-sonnet-4-6") or 0) >= 200_000


def test_models_that_nobody_knows_have_no_price() -> None:
    assert known_price("ollama_chat/my-own") == Price()
    assert known_window("ollama_chat/my-own") is None
