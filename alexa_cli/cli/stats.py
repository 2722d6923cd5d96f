"""``alexa stats``: what language models took, from the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from alexa_cli.cli.options import JsonOption
from alexa_cli.cli.trace import dumps, instant, open_store, print_lines, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from alexa_cli.models.ledger import UsageRow
    from alexa_cli.store.store import Store

app = typer.Typer(add_completion=False)

By = Literal["model", "expert", "day"]
WIDEST = 28
"""Columns of a model's or an expert's name."""


@app.command()
def stats(
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="A time in ISO 8601, or an age: 7d.")
    ] = "7d",
    by: Annotated[str, typer.Option("--by", metavar="KEY", help="model, expert or day.")] = "model",
    as_json: JsonOption = False,
) -> None:
    """Show what language models took: requests, tokens, cache hits, money, time to first token.

    What no price is known for is counted apart, never as nothing.
    """
    from alexa_cli.errors import UsageError, did_you_mean
    from alexa_cli.models.ledger import usage_rows

    if by not in ("model", "expert", "day"):
        hint = did_you_mean(by, ("model", "expert", "day")) or "--by model, expert or day"
        raise UsageError(f"--by: there is no {by!r}", hint=hint)
    began = instant(since).timestamp()
    with open_store() as store:
        totals = add_up(usage_rows(store, began), by)  # type: ignore[arg-type]
        whole = add_up(usage_rows(store, began), None)
        turns = decided_by(store, began)
        if as_json:
            print_lines([dumps(as_data(since, by, turns, totals, whole))])
            return
        print_lines(table(since, by, turns, totals, whole, width()))


@dataclass(slots=True)
class Total:
    """What some requests took together."""

    key: str
    requests: int = 0
    thrown_away: int = 0
    failed: int = 0
    uncached: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    untold: int = 0
    """Requests whose tokens the provider did not say."""
    cost: float = 0.0
    unpriced: int = 0
    """Requests whose cost is unknown."""
    turns: set[str] = field(default_factory=set)
    firsts: list[float] = field(default_factory=list)
    """Seconds from each request to its first token."""

    def add(self, row: UsageRow) -> None:
        """Count one request in."""
        self.turns.add(row.turn)
        if not row.asked:
            self.failed += 1
            return
        self.requests += 1
        self.thrown_away += row.thrown_away
        usage = row.usage
        self.untold += usage.input is None or usage.output is None
        self.uncached += usage.uncached or 0
        self.cache_read += usage.cache_read or 0
        self.cache_write += usage.cache_write or 0
        self.output += usage.output or 0
        self.unpriced += row.cost is None
        self.cost += row.cost or 0.0
        if row.first is not None:
            self.firsts.append(max(0.0, row.first - row.start))

    @property
    def input(self) -> int:
        """All input tokens that are known."""
        return self.uncached + self.cache_read + self.cache_write

    @property
    def first(self) -> float | None:
        """The median of the times to the first token."""
        if not self.firsts:
            return None
        ordered, middle = sorted(self.firsts), len(self.firsts) // 2
        return ordered[middle] if len(ordered) % 2 else sum(ordered[middle - 1 : middle + 1]) / 2


def add_up(rows: Iterable[UsageRow], by: By | None) -> list[Total]:
    """Return the totals, the dearest first (days: the latest first); None: one of everything."""
    found: dict[str, Total] = {}
    for row in rows:
        key = _key(row, by)
        found.setdefault(key, Total(key)).add(row)
    if by == "day":
        return sorted(found.values(), key=lambda total: total.key, reverse=True)
    return sorted(found.values(), key=lambda t: (-t.cost, -t.input - t.output, t.key))


def _key(row: UsageRow, by: By | None) -> str:
    if by == "model":
        return row.model
    if by == "expert":
        return row.expert or "none"
    if by == "day":
        from datetime import datetime

        return datetime.fromtimestamp(row.at).astimezone().strftime("%Y-%m-%d")
    return ""


def decided_by(store: Store, since: float) -> dict[str, int]:
    """Return how many turns each model decided, the small ones too, the busiest first."""
    from alexa_cli.errors import AlexaError
    from alexa_cli.store.coding import decode
    from alexa_cli.trace.save import TURN

    turns: dict[str, int] = {}
    for _, content in store.contents(kind=TURN, since=since):
        try:
            row = decode(content)
        except AlexaError:
            continue  # `trace list` says so
        model = row.get("model") if isinstance(row, dict) else None
        name = model if isinstance(model, str) and model else "nobody"
        turns[name] = turns.get(name, 0) + 1
    return dict(sorted(turns.items(), key=lambda each: (-each[1], each[0])))


def as_data(
    since: str, by: str, turns: dict[str, int], totals: Sequence[Total], whole: Sequence[Total]
) -> dict[str, object]:
    """Return the totals as JSON. A cost of null: no price is known."""
    return {
        "since": since, "by": by, "turns": turns, "rows": [_data(total) for total in totals],
        "total": _data(whole[0] if whole else Total("")),
    }  # fmt: skip


def _data(total: Total) -> dict[str, object]:
    priced = total.requests > total.unpriced or not total.requests
    return {
        "key": total.key, "turns": len(total.turns), "requests": total.requests,
        "failed": total.failed, "thrown_away": total.thrown_away, "uncached": total.uncached,
        "cache_read": total.cache_read, "cache_write": total.cache_write, "output": total.output,
        "untold": total.untold, "cost": total.cost if priced else None,
        "unpriced": total.unpriced, "first_token": total.first,
    }  # fmt: skip


def table(
    since: str, by: str, turns: dict[str, int], totals: Sequence[Total], whole: Sequence[Total],
    columns: int,
) -> Iterator[str]:  # fmt: skip
    """Yield the lines of the table, and below it who decided the turns."""
    from alexa_cli.trace.plain_text import line

    if not totals:
        yield f"no language model was asked since {since}"
    else:
        rows = [*totals, *(whole if len(totals) > 1 else ())]
        cells = [_cells(total) for total in rows]
        names = [line(total.key or "all", WIDEST) for total in rows]
        heads = ["turns", "requests", "in", "cached", "out", "cost", "first token"]
        widths = [max(len(head), *(len(row[at]) for row in cells)) for at, head in enumerate(heads)]
        first = max(len(by), *map(len, names))
        for name, row in [(by, heads), *zip(names, cells, strict=True)]:
            shown = (cell.rjust(wide) for cell, wide in zip(row, widths, strict=True))
            yield f"{name:<{first}}  {'  '.join(shown)}".rstrip()
        yield from _notes(whole[0])
    if turns:
        yield ""
        told = ", ".join(f"{name} {number:,}" for name, number in turns.items())
        yield line(f"turns {sum(turns.values()):,}: {told}", max(columns, 40))


def _cells(total: Total) -> list[str]:
    from alexa_cli.models.showing import count, money
    from alexa_cli.trace.plain_text import milliseconds

    more = total.untold > 0
    known = total.requests > total.unpriced or not total.requests
    cost = money(total.cost) if known else "unknown"
    share = f"{100 * total.cache_read / total.input:.0f} %" if total.input else "-"
    return [
        f"{len(total.turns):,}", f"{total.requests:,}", count(total.input, more=more), share,
        count(total.output, more=more), f"{cost}+" if known and total.unpriced else cost,
        "-" if total.first is None else milliseconds(total.first),
    ]  # fmt: skip


def _notes(whole: Total) -> Iterator[str]:
    """Yield what the figures leave out."""
    told = [
        f"{number:,} {what}" for number, what in (
            (whole.thrown_away, "thrown away"), (whole.failed, "not reached"),
            (whole.unpriced, "of unknown cost"), (whole.untold, "of unknown length"),
        ) if number
    ]  # fmt: skip
    if told:
        yield f"requests: {', '.join(told)}"
