"""The pages of ``alexa prompt show`` and ``diff``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.errors import UsageError, did_you_mean
from alexa_cli.models.ledger import load_exchanges
from alexa_cli.prompt.compare import changes, sent
from alexa_cli.prompt.tokens import correction
from alexa_cli.trace.plain_text import line, wrapped
from alexa_cli.trace.save import find_turn, load_turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from alexa_cli.models.chat import Exchange
    from alexa_cli.prompt.compare import Change
    from alexa_cli.store.store import Store

    Pair: TypeAlias = "tuple[Exchange, Exchange]"

DIFF_LINES = 24
"""Changed lines of a section that are shown."""


def requests_of(store: Store, turn: str, number: int | None) -> list[Exchange]:
    """Return a turn's exchanges, or only number ``number``. Raises UsageError if there are none."""
    which = find_turn(store, turn)
    found = load_exchanges(store, which)
    if not found:
        models = " > ".join(load_turn(store, which).models) or "nobody"
        raise UsageError(
            f"turn {which} asked no language model: {models} decided it",
            hint="`alexa trace list` lists turns; `alexa models list` says which models there are",
        )
    if number is None:
        return found
    chosen = [exchange for exchange in found if exchange.number == number]
    if not chosen:
        raise UsageError(f"turn {which} made {_count(len(found), 'request')}, no number {number}")
    return chosen


def section_text(exchanges: Sequence[Exchange], name: str) -> Iterator[str]:
    """Yield one section of each prompt that has it. Raises UsageError if none has."""
    names = dict.fromkeys(s.name for exchange in exchanges for s in sent(exchange))
    if name not in names:
        hint = did_you_mean(name, names) or f"sections: {', '.join(names)}"
        raise UsageError(f"there is no section {name!r} in these prompts", hint=hint)
    for exchange in exchanges:
        for section in sent(exchange):
            if section.name == name:
                yield from section.text.splitlines() or [""]


def shown(exchanges: Sequence[Exchange], columns: int, *, full: bool) -> Iterator[str]:
    """Yield each prompt as a table of sections, or with every section in full."""
    for place, exchange in enumerate(exchanges):
        if place:
            yield ""
        yield line(head(exchange), columns)
        sections = sent(exchange)
        total = sum(section.tokens for section in sections)
        known = exchange.usage.input
        factor = correction(total, known)
        for section in sections:
            share = f"{100 * section.tokens // max(1, total):>3} %"
            counted = f"{f'~{section.tokens * factor:,.0f}':>8}  {share}"
            yield f"  {section.name:<16} {section.stability:<10} {counted}"
            if full:
                for text in section.text.splitlines():
                    yield f"    {text}"
                yield ""
        counted = f"{known:,}  as the provider counts" if known is not None else f"~{total:,}"
        yield f"  {'total':<16} {'':<10} {counted:>8}"


def head(exchange: Exchange) -> str:
    """Return what request this was, on one line."""
    side = f" ({exchange.branch})" if exchange.branch else ""
    thrown = ", thrown away" if exchange.thrown_away else ""
    return f"request {exchange.number}: {exchange.model}, {exchange.job}{side}{thrown}"


def paired(first: Sequence[Exchange], second: Sequence[Exchange]) -> list[Pair]:
    """Match the requests of two turns: by job and model, else by job, in order."""
    left = list(first)
    pairs: list[Pair] = []
    for after in second:
        same = [one for one in left if one.job == after.job]
        best = next((one for one in same if one.model == after.model), same[0] if same else None)
        if best is not None:
            left.remove(best)
            pairs.append((best, after))
    if not pairs:
        raise UsageError("the two turns have no request for the same job")
    return pairs


def changes_of(pair: Pair) -> list[Change]:
    """Return what became of each section from one prompt to the other."""
    return list(changes(sent(pair[0]), sent(pair[1])))


def difference(pairs: Sequence[Pair], columns: int) -> Iterator[str]:
    """Yield what differs between the prompts of two turns."""
    for place, pair in enumerate(pairs):
        if place:
            yield ""
        before, after = pair
        yield line(f"{head(before)}  →  {head(after)}", columns)
        for change in changes_of(pair):
            by = f"{change.by:+,}" if change.by else ""
            row = f"  {change.name:<16} {change.stability:<10} {f'~{change.tokens:,}':>8} {by:>7}"
            yield f"{row}  {change.what}".rstrip()
            for text in change.lines[:DIFF_LINES]:
                yield from (f"      {part}" for part in wrapped(text, max(20, columns - 6)) or [""])
            if len(change.lines) > DIFF_LINES:
                yield f"      ... {_count(len(change.lines) - DIFF_LINES, 'line')} more"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
