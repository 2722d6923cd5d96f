"""Telling a model what was wrong with its answer: messages after the prompt, which stays as it is.

The prefix of the second request is the whole first one, so a cache serves it. What the model
answered is shown to it again, as tool calls where a provider takes them, else as text.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from alexa_cli.decide.planner.tolerant import Unread, loads
from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alexa_cli.decide.planner.answer import Fault
    from alexa_cli.models.chat import ToolCall

MAX_SHOWN = 1_500
"""Characters of a wrong answer that a model is shown again."""
MAX_FAULTS = 6
_TOOL = re.compile(r"[a-zA-Z0-9_-]{1,64}")
AGAIN = "Nothing was done. Answer again, all of it."
FINE = "fine, but nothing was done yet"


def messages(
    text: str, calls: Sequence[ToolCall], faults: Sequence[Fault], *, plain: bool = False
) -> tuple[Mapping[str, Any], ...]:
    """Return the model's answer and what is wrong with it, as messages that any provider takes.

    ``plain``: as text only. A provider that was asked to think wants its own thoughts back with
    its tool calls, and those are not kept.
    """
    if calls and not plain and all(_sendable(call) for call in calls):
        return _as_tools(calls, faults)
    shown = printable(text or "\n".join(f"{c.name}({c.arguments})" for c in calls)).strip()
    if len(shown) > MAX_SHOWN:
        shown = shown[:MAX_SHOWN] + "…"
    return (
        {"role": "assistant", "content": shown or "(nothing)"},
        {"role": "user", "content": wrong(faults)},
    )


def wrong(faults: Sequence[Fault]) -> str:
    """Return what is wrong, a line each."""
    lines = list(dict.fromkeys(fault.text for fault in faults))[:MAX_FAULTS]
    return "\n".join(["That is wrong:", *(f"- {line}" for line in lines), AGAIN])


def _sendable(call: ToolCall) -> bool:
    """Whether a provider takes the call back: some refuse odd names and broken arguments."""
    try:
        whole = isinstance(loads(call.arguments or "{}"), dict)
    except Unread:
        return False
    return whole and len(call.arguments) <= MAX_SHOWN and bool(_TOOL.fullmatch(call.name))


def _shown_again(id_: str, call: ToolCall) -> Mapping[str, Any]:
    arguments = json.dumps(loads(call.arguments or "{}"), ensure_ascii=False)
    return {
        "id": id_, "type": "function", "function": {"name": call.name, "arguments": arguments},
    }  # fmt: skip


def _as_tools(calls: Sequence[ToolCall], faults: Sequence[Fault]) -> tuple[Mapping[str, Any], ...]:
    ids = [f"call_{number}" for number in range(1, len(calls) + 1)]
    asked = {
        "role": "assistant",
        "content": None,
        "tool_calls": [_shown_again(id_, call) for id_, call in zip(ids, calls, strict=True)],
    }
    told: list[Mapping[str, Any]] = []
    for place, id_ in enumerate(ids):
        mine = [f for f in faults if f.call == place]
        if place == len(ids) - 1:  # what is nobody's own stands last, where a model looks
            mine += [f for f in faults if f.call is None or not 0 <= f.call < len(ids)]
        content = wrong(mine) if mine else f"{FINE}. {AGAIN}" if place == len(ids) - 1 else FINE
        told.append({"role": "tool", "tool_call_id": id_, "content": content})
    return (asked, *told)
