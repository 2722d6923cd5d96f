"""What language models took, in words: tokens, money, and the line under a turn that asked one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.models.showing import count, money, thinking
from alexa_cli.trace.plain_text import line, milliseconds

if TYPE_CHECKING:
    from alexa_cli.cli.screen import Seen
    from alexa_cli.turn import Spent


def tokens(spent: Spent, *, cached: bool = True) -> str:
    """Return ``in 1,912 (cached 1,856) out 14``."""
    if spent.input is None and spent.output is None:
        return "tokens unknown" if spent.cycles or spent.more else "no tokens"
    kept = []
    if spent.cache_read is not None:
        kept.append(f"cached {spent.cache_read:,}")
    if spent.cache_write:
        kept.append(f"written {spent.cache_write:,}")
    beside = f" ({', '.join(kept)})" if kept and cached else ""
    more = spent.more
    return f"in {count(spent.input, more=more)}{beside} out {count(spent.output, more=more)}"


def thrown(spent: Spent) -> str:
    """Return what was thrown away; "" if nothing was."""
    lost = []
    if spent.thrown_calls:
        lost.append(f"{spent.thrown_calls} call{'' if spent.thrown_calls == 1 else 's'}")
    if spent.thrown_tokens is None:
        lost.append("a request")  # it was cut, so nobody says what it took
    elif spent.thrown_tokens or spent.thrown_cost:
        lost.append(f"{count(spent.thrown_tokens)} tokens")
        lost += [] if spent.thrown_cost is None else [money(spent.thrown_cost)]
    if lost and spent.thrown_seconds:
        lost.append(milliseconds(spent.thrown_seconds))
    return f"thrown away {', '.join(lost)}" if lost else ""


def spent_line(seen: Seen, spent: Spent, columns: int | None, *, turn: bool = True) -> str:
    """Return the line under a turn that asked a language model, no wider than ``columns``.

    What does not fit is left out from the least telling on: what was thrown away, cycles, what
    the draft saved, the first action, the turn's id, what was cached, thinking, tokens, money.
    The total stays, and what was called is cut last.
    """
    did = ", ".join(seen.calls) or seen.status.replace("_", " ")
    head = f"{seen.model or 'nobody'} → "
    cycles = f"{spent.cycles} cycle{'' if spent.cycles == 1 else 's'}"
    total = f"total {milliseconds(seen.seconds)}"
    parts = {
        "cycles": cycles, "tokens": tokens(spent),
        "thinking": thinking(spent.thought, spent.thinking) if spent.thinking else "",
        "cost": _cost(spent), "first": _first(spent),
        "total": total, "saved": _saved(spent), "thrown": thrown(spent),
        "turn": seen.turn if turn else "",
    }  # fmt: skip
    if columns is None:
        return line(head + did, 4 * len(head + did) + 4) + _joined(parts)
    spare = columns - len(head) - len(did)
    for place in (
        "thrown", "cycles", "saved", "first", "turn", "cached", "thinking", "tokens", "cost",
    ):  # fmt: skip
        if len(_joined(parts)) <= spare:
            break
        if place == "cached":
            parts["tokens"] = tokens(spent, cached=False)
        else:
            parts[place] = ""
    tail = _joined(parts)
    return line(head + line(did, max(8, columns - len(head) - len(tail))) + tail, columns)


def _cost(spent: Spent) -> str:
    if spent.cost is not None:
        return money(spent.cost)
    return f"{money(spent.known_cost)}+" if spent.known_cost else "cost unknown"


def _first(spent: Spent) -> str:
    if spent.first_action is not None:
        return f"first action {milliseconds(spent.first_action)}"
    return "" if spent.ttft is None else f"first words {milliseconds(spent.ttft)}"


def _saved(spent: Spent) -> str:
    return f"draft saved {milliseconds(spent.saved)}" if spent.saved else ""


def _joined(parts: dict[str, str]) -> str:
    return "".join(f" · {part}" for part in parts.values() if part)
