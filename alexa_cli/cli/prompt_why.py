"""``alexa prompt why``: where a prompt parts from the one before, and what that cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alexa_cli.cli.prompt_pages import head, requests_of
from alexa_cli.errors import ConfigError
from alexa_cli.models.chat import ModelSpec
from alexa_cli.models.ledger import exchange_before
from alexa_cli.prompt.compare import Shared, reusable, sent, shared_prefix
from alexa_cli.prompt.tokens import correction
from alexa_cli.trace.plain_text import line, wrapped
from alexa_cli.trace.save import find_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from alexa_cli.cli.common import Common
    from alexa_cli.models.chat import Exchange
    from alexa_cli.store.store import Store

LOOK_BACK = 8
"""Earlier prompts to a model that are compared."""
NEAR = 0.9
"""Share of the predicted tokens above which a prediction held."""


STABLE = ("fixed", "household")


@dataclass(frozen=True, slots=True)
class Why:
    """What became of one request's prefix."""

    request: str
    turn: str
    before: str
    """The turn of the previous prompt to this model; empty: there was none."""
    shared: Shared | None
    predicted: int | None
    """Cached tokens, estimated by the provider's rules and corrected by what it counts."""
    actual: int | None
    """... as the provider says; None: it does not say."""
    input: int | None
    reasons: tuple[str, ...]


def specs_of(common: Common) -> Callable[[str], ModelSpec]:
    """Return what is known of a model by name; one that is not configured now is known by name."""
    import os

    from alexa_cli.config.paths import find_paths
    from alexa_cli.config.settings import load_settings
    from alexa_cli.models.llm.registry import LanguageModels

    loaded = load_settings(
        find_paths(os.environ), file=common.config, sets=common.sets, env=os.environ
    )
    models = LanguageModels(loaded.settings)

    def spec(name: str) -> ModelSpec:
        try:
            return models.spec(name)
        except ConfigError:
            return ModelSpec(name)

    return spec


def explain(
    store: Store, turn: str, number: int | None, specs: Callable[[str], ModelSpec]
) -> list[Why]:
    """Explain each request of a turn. Raises UsageError if it has none."""
    which = find_turn(store, turn)
    return [
        explained(exchange, which, nearest_before(store, which, exchange), specs(exchange.model))
        for exchange in requests_of(store, which, number)
    ]


def nearest_before(store: Store, turn: str, exchange: Exchange) -> tuple[str, Exchange] | None:
    """Return the earlier prompt to the same model that shares most with this one, and its turn.

    Of the last ``LOOK_BACK``: a provider keeps several prefixes, one for each job and expert. The
    latest of those that share as much.
    """
    best: tuple[str, Exchange] | None = None
    most, at, place = -1, turn, exchange.number
    for _ in range(LOOK_BACK):
        found = exchange_before(store, at, place, exchange.model)
        if found is None:
            break
        at, place = found[0], found[1].number
        shared = shared_prefix(sent(found[1]), sent(exchange)).tokens
        if shared > most:
            best, most = found, shared
    return best


def explained(
    exchange: Exchange, turn: str, before: tuple[str, Exchange] | None, spec: ModelSpec
) -> Why:
    """Explain one request, given the one before it to the same model."""
    usage = exchange.usage
    if before is None:
        reason = "this is the first prompt to this model that is stored: nothing was there to reuse"
        return Why(head(exchange), turn, "", None, 0, usage.cache_read, usage.input, (reason,))
    sections = sent(exchange)
    shared = shared_prefix(sent(before[1]), sections)
    estimated = sum(section.tokens for section in sections)
    predicted = round(reusable(shared, sections, spec) * correction(estimated, usage.input))
    reasons = tuple(_reasons(exchange, before[1], shared, predicted, spec))
    return Why(head(exchange), turn, before[0], shared, predicted, usage.cache_read, usage.input,
               reasons)  # fmt: skip


def _reasons(
    exchange: Exchange, before: Exchange, shared: Shared, predicted: int, spec: ModelSpec
) -> Iterator[str]:
    if before.job != exchange.job:
        yield (f"no prompt for this job was sent lately; the nearest one was for {before.job}")
    if before.cache_key != exchange.cache_key and spec.cache == "openai":
        yield "the cache key is another one, since a fixed section changed"
    if spec.cache == "none":
        yield f"{spec.name} caches no prefixes"
    elif predicted == 0 and shared.tokens < spec.min_cache_tokens:
        yield (
            f"~{shared.tokens:,} shared tokens are fewer than the {spec.min_cache_tokens:,} that "
            f"this provider caches at least"
        )
    if shared.section is not None and shared.stability in STABLE and before.job == exchange.job:
        yield (
            f"the section {shared.section} is {shared.stability} and differs all the same: other "
            f"experts are shown, or the prompt texts or the home have changed"
        )
    actual = exchange.usage.cache_read
    if actual is None:
        yield "the provider does not say what came from its cache"
    elif actual < predicted * NEAR:
        yield (
            "less came from the cache than it could have: caches forget within minutes, and "
            "another request may have taken the place"
        )
    elif actual > predicted / NEAR and actual - predicted > 16:  # noqa: PLR2004 - rounding of steps
        yield (
            "more came from the cache than predicted: what is predicted is estimated, or another "
            "program sent a prompt that shares more"
        )


def page(reasons: Sequence[Why], columns: int) -> Iterator[str]:
    """Yield the explanation of each request."""
    for place, why in enumerate(reasons):
        if place:
            yield ""
        yield line(f"turn {why.turn}, {why.request}", columns)
        shared = why.shared
        if shared is not None:
            yield f"  before    turn {why.before}"
            through = ", ".join(shared.whole) or "no whole section"
            yield from _field("shared", f"~{shared.tokens:,} of ~{shared.of:,} tokens: {through}",
                              columns)  # fmt: skip
            if shared.section is None:
                same = shared.tokens == shared.of
                yield f"  parts in  nothing: it {'is the same prompt' if same else 'goes on'}"
            else:
                yield f"  parts in  {shared.section} ({shared.stability})"
                yield from _field("  was", shared.was, columns)
                yield from _field("  now", shared.now, columns)
        actual = "not said" if why.actual is None else f"{why.actual:,}"
        total = f" of {why.input:,}" if why.input is not None else ""
        yield f"  cached    predicted ~{why.predicted or 0:,}, actual {actual}{total}"
        for reason in why.reasons:
            yield from _field("because", reason, columns)


def _field(name: str, text: str, columns: int) -> Iterator[str]:
    flat = text.replace("\n", "⏎")
    for place, each in enumerate(wrapped(flat, max(20, columns - 12)) or [""]):
        yield f"  {name if place == 0 else '':<10}{each}"
