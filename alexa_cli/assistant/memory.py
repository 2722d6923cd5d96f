"""What a conversation remembers after a turn: plans, names spoken of, questions, undos."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from alexa_cli.context.conversation import Undoable
from alexa_cli.turn import Plan, Question

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from alexa_cli.act.undo import Undoing
    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.context.conversation import ConversationState
    from alexa_cli.turn import Decision, Outcome

MAX_UNDOABLE = 10
"""Turns that can still be taken back."""


def ask(
    memory: ConversationState, question: Question, now: datetime, expires: float
) -> ConversationState:
    """Remember a pending question for ``expires`` seconds."""
    return replace(memory, pending=replace(question, expires=now + timedelta(seconds=expires)))


def after_plan(
    memory: ConversationState,
    decision: Decision,
    outcomes: Sequence[Outcome],
    undo: Undoing,
    catalogue: Catalogue,
    turn: str,
) -> ConversationState:
    """Remember what was planned and done, so that "it", "again" and "undo" mean something."""
    if not isinstance(decision, Plan):
        return memory
    memory = _choices(memory, decision)
    memory = replace(memory, last_plan=decision)
    for call in decision.calls:
        api = catalogue.find(call.expert, call.api)
        for name, argument in call.arguments.items():
            listed = api.parameters[name].x_list if api and name in api.parameters else None
            if listed and isinstance(argument.value, str):
                memory = memory.refer(listed, argument.value)
    for outcome in outcomes:
        memory = _made(memory, outcome, catalogue)
    # What nothing takes back is kept too: "undo" must not take back what came before it instead.
    if (undo.calls or undo.stuck) and any(outcome.status == "done" for outcome in outcomes):
        undoable = (*memory.undoable, Undoable(turn, undo.calls, undo.stuck))[-MAX_UNDOABLE:]
        memory = replace(memory, undoable=undoable)
    return memory


def _made(memory: ConversationState, outcome: Outcome, catalogue: Catalogue) -> ConversationState:
    """Refer to what a call made, if its expert lists such things: "cancel it" after a timer."""
    expert = catalogue.experts.get(outcome.call.expert)
    value = outcome.value
    if expert is None or not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return memory
    for listed in expert.lists:
        memory = memory.refer(listed, str(value["id"]))
    return memory


def _choices(memory: ConversationState, plan: Plan) -> ConversationState:
    """Keep the question that this plan answered by a choice: "the other one" refers to it."""
    asked = memory.pending or memory.alternatives
    if asked is None or not asked.choices or asked.parameter is None:
        return memory
    call = next((c for c in plan.calls if c.id == asked.call), None)
    argument = call.arguments.get(asked.parameter) if call else None
    taken = next(
        (c for c in asked.choices if argument and c.argument.value == argument.value), None
    )
    if taken is None:
        return memory
    return replace(memory, alternatives=replace(asked, expires=None), chosen=taken.spoken)
