"""Tokens and money: what a provider reports, as counts that do not overlap, and what they cost."""

from __future__ import annotations

from typing import Any

from alexa_cli.models.chat import Price, Usage

MILLION = 1_000_000


def usage_of(raw: Any) -> Usage:  # noqa: ANN401 - litellm's Usage or a plain mapping
    """Return what a provider reported, in counts that do not overlap.

    ``raw`` is litellm's: its ``prompt_tokens`` hold the cached ones too, whoever the provider is.
    None, or nothing in it, is unknown.
    """
    whole, output = _count(raw, "prompt_tokens"), _count(raw, "completion_tokens")
    details = _part(raw, "prompt_tokens_details")
    read = _first(_count(details, "cached_tokens"), _count(raw, "cache_read_input_tokens"))
    write = _first(
        _count(details, "cache_creation_tokens"), _count(raw, "cache_creation_input_tokens")
    )
    thought = _count(_part(raw, "completion_tokens_details"), "reasoning_tokens")
    uncached = None if whole is None else max(0, whole - (read or 0) - (write or 0))
    return Usage(uncached, read, write, output, thought)


def _part(raw: Any, name: str) -> Any:  # noqa: ANN401 - as above
    if raw is None:
        return None
    return raw.get(name) if isinstance(raw, dict) else getattr(raw, name, None)


def _count(raw: Any, name: str) -> int | None:  # noqa: ANN401 - as above
    value = _part(raw, name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _first(*counts: int | None) -> int | None:
    known = [count for count in counts if count is not None]
    return max(known) if known else None


def cost(usage: Usage, price: Price) -> float | None:
    """Return US dollars; None if a count or a price that is needed is unknown.

    A count of zero needs no price. A cached token whose price is not known costs as much as
    any other: never less than it will be billed.
    """
    if usage.uncached is None or usage.output is None:
        return None
    total = 0.0
    for count, rate in (
        (usage.uncached, price.input),
        (usage.cache_read, price.input if price.cache_read is None else price.cache_read),
        (usage.cache_write, price.input if price.cache_write is None else price.cache_write),
        (usage.output, price.output),
    ):
        if not count:
            continue
        if rate is None:
            return None
        total += count * rate / MILLION
    return total


def known_price(model: str) -> Price:
    """Return what litellm's own table says of a model, by its full name; needs litellm.

    A model that is not in the table, or is there for nothing, has no known price.
    """
    entry = _entry(model)
    rates = [
        _rate(entry.get(key))
        for key in (
            "input_cost_per_token",
            "output_cost_per_token",
            "cache_read_input_token_cost",
            "cache_creation_input_token_cost",
        )
    ]
    return Price(*rates)


def known_window(model: str) -> int | None:
    """Return the longest prompt that litellm's table knows of, in tokens; needs litellm."""
    value = _entry(model).get("max_input_tokens") or _entry(model).get("max_tokens")
    return value if isinstance(value, int) else None


def _entry(model: str) -> dict[str, Any]:
    from alexa_cli.models.llm import importing  # noqa: PLC0415 - only its callers pay for it

    table = importing.load().model_cost
    found = table.get(model) or table.get(model.partition("/")[2])
    return found if isinstance(found, dict) else {}


def _rate(value: object) -> float | None:
    return float(value) * MILLION if isinstance(value, (int, float)) else None
