"""What is kept of a turn: its record, its exchanges with language models, the conversation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from alexa_cli.assistant.remembering import remember_turn
from alexa_cli.context.conversation import (
    ConversationState,
    load_conversation,
    save_conversation,
)
from alexa_cli.errors import AlexaError
from alexa_cli.store.coding import plain
from alexa_cli.store.retention import tidy
from alexa_cli.trace.save import TurnRecord, save_turn
from alexa_cli.turn import Decided, Finished, Plan, Question, Replying

PRIVATE = "private"
"""What an expert emits when the turn holds a secret that the user told it to keep."""
Kept = TypeVar("Kept", TurnRecord, ConversationState)

if TYPE_CHECKING:
    from alexa_cli.assistant.turning import Turning


def keep(turning: Turning) -> None:
    """Keep the turn, and what the conversation remembers. Never raises for a full disk."""
    finished = any(isinstance(event, Finished) for event in turning.events)
    if not turning.options.save:
        return
    store, trace = turning.house.store, turning.house.settings.trace
    try:
        kept_as = save_turn(store, _private(turning, record(turning)), keep=trace.keep.seconds)
        if turning.meter.exchanges:
            _keep_exchanges(turning, kept_as)
        tidy(store, keep=trace.keep.seconds, max_size=trace.max_size.bytes)
        if finished and turning.options.memory is None:
            if turning.meter.exchanges:
                turning.memory = replace(turning.memory, aliases=turning.aliases().table())
            store.write(lambda: _save_conversation(turning))
        if turning.undo_of:
            from alexa_cli.trace.save import update_turn  # noqa: PLC0415 - undo is rare

            update_turn(store, turning.undo_of, undone=True)
        if finished:
            remember_turn(turning)
    except AlexaError as error:
        store.notices.append(f"this turn is not kept: {error.message}")


def _save_conversation(turning: Turning) -> None:
    """Keep what the conversation remembers; a summary that was made meanwhile stays."""
    store, memory = turning.house.store, turning.memory
    if turning.house.settings.jobs.summarise is not None:
        before = turning.snapshot.memory
        latest = load_conversation(store, turning.conversation, turning.snapshot.now)
        if latest.summarised > before.summarised:
            forgotten = before.summarised - memory.summarised
            summarised = max(0, latest.summarised - forgotten)
            memory = replace(memory, summary=latest.summary, summarised=summarised)
    save_conversation(store, turning.conversation, _private(turning, memory))


def _private(turning: Turning, kept: Kept) -> Kept:
    """Mask the secrets in what is kept of a turn that an expert has called private."""
    if not any(event.name == PRIVATE for event in turning.emitted):
        return kept
    from alexa_cli.assistant.private import masked  # noqa: PLC0415 - few turns hold a secret

    return masked(kept)


def _keep_exchanges(turning: Turning, turn: str) -> None:
    from alexa_cli.models.ledger import save_exchanges  # noqa: PLC0415 - few turns ask a model

    plan = plan_of(turning)
    save_exchanges(
        turning.house.store, turn=turn, conversation=turning.conversation, at=turning.at,
        exchanges=turning.meter.exchanges, expert=plan.calls[0].expert if plan.calls else "",
        keep=turning.house.settings.trace.keep.seconds,
    )  # fmt: skip


def plan_of(turning: Turning) -> Plan:
    """Return the plan of the final decision: a question's as far as it goes, else an empty one."""
    settled = turning.decision
    plan = settled.plan if isinstance(settled, Question) else settled
    return plan if isinstance(plan, Plan) else Plan(())


def record(turning: Turning) -> TurnRecord:
    """Return everything that is kept of the turn, its exchanges apart."""
    settled = turning.decision
    planned = isinstance(settled, (Plan, Question))
    plan = plan_of(turning)
    models = [d.model for d in turning.decisions if d.model]
    told = [e for e in turning.events if not isinstance(e, (Decided, Replying))]
    house = turning.house
    return TurnRecord(
        turn=turning.id, conversation=turning.conversation, at=turning.at,
        now=turning.snapshot.now, tz=house.tz, language=house.settings.language,
        words=turning.utterance.text, source=turning.utterance.source, reply=turning.reply.text,
        status=turning.status, seconds=turning.elapsed(), models=tuple(dict.fromkeys(models)),
        summary=", ".join(call.name for call in plan.calls),
        plan=plain(plan) if planned else None,
        decisions=[plain(d) for d in turning.decisions],
        outcomes=[plain(o) for o in turning.outcomes],
        events=[plain(e) for e in told], spans=turning.recorder.spans(),
        verified=plan.verified, settings=list(house.sets),
        catalogue=house.catalogue.fingerprint, context=plain(_context(turning)),
        error=turning.error,
    )  # fmt: skip


def _context(turning: Turning) -> dict[str, object]:
    before = turning.snapshot.memory
    return {
        "memory": replace(before, history=()),
        "lists": {name: list(made.names) for name, made in turning.lists.made.items()},
        "household": turning.snapshot.household.fingerprint,
    }
