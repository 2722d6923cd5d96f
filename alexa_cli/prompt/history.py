"""What was said, asked and done before, as lines of a prompt: all of it data, fenced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from alexa_cli.prompt import fence
from alexa_cli.turn import Trust

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alexa_cli.context.conversation import Exchange
    from alexa_cli.prompt.build import Material
    from alexa_cli.turn import Argument, Call, Outcome, Question

MAX_SAID = 400
"""Characters of an utterance or a reply of an earlier turn."""
MAX_VALUE = 3_000
"""Characters of one result."""


def history_lines(history: Sequence[Exchange]) -> str:
    """Return two lines for each exchange, the oldest first."""
    lines = []
    for exchange in history:
        reply = fence.line(exchange.reply, MAX_SAID)
        if exchange.tainted:
            reply = f"<untrusted>{reply}</untrusted>"
        lines += [f"user: {fence.line(exchange.words, MAX_SAID)}", f"you: {reply}"]
    return "\n".join(lines)


def question_lines(question: Question, names: Mapping[str, str]) -> str:
    """Return the pending question, the call that it is about and the choices."""
    lines = [fence.line(question.text)]
    call = next((c for c in question.plan.calls if c.id == question.call), None)
    if call is not None:
        lacks = f", lacks {fence.name(question.parameter)}" if question.parameter else ""
        lines.append(f"for {_call(call, names)}{lacks}")
    if question.choices:
        lines.append(f"choices: {', '.join(fence.name(c.spoken) for c in question.choices)}")
    return "\n".join(lines)


def _call(call: Call, names: Mapping[str, str]) -> str:
    told = [
        f"{name}={said}" for name, each in call.arguments.items()
        if (said := fence.name(_said(each)))
    ]  # fmt: skip
    return f"{names.get(call.name, fence.name(call.name))}({', '.join(told)})"


def _said(argument: Argument) -> str:
    if argument.words is not None:
        return argument.words
    if argument.spoken is not None:
        return argument.spoken
    return argument.value if isinstance(argument.value, str) else ""


def result_lines(outcomes: Sequence[Outcome]) -> str:
    """Return what became of each call; a value from outside stands in a fence of its own."""
    return "\n".join(_result(outcome) for outcome in outcomes)


def _result(outcome: Outcome) -> str:
    head = f"{_call(outcome.call, {})}: {outcome.status}"
    told = outcome.error or outcome.say or _json(outcome.value)
    if not told:
        return head
    if outcome.trust is Trust.UNTRUSTED:
        text = fence.block(told, MAX_VALUE)
        return f"{head}\n{fence.fence('untrusted', text, source=outcome.source)}"
    return f"{head}: {fence.line(told, MAX_VALUE)}"


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def is_tainted(material: Material, *, shows_history: bool) -> bool:
    """Whether words from outside are among what the model is shown."""
    if any(outcome.trust is Trust.UNTRUSTED for outcome in material.outcomes):
        return True
    return shows_history and (material.tainted or any(e.tainted for e in material.history))
