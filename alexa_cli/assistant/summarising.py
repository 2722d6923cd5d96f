"""Summing a long conversation up, outside the turn, by the model that has that job.

What is summed up is no longer shown word by word. It costs nobody time: a REPL does it while it
waits, a one-shot command after it has answered.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from alexa_cli.context.conversation import load_conversation, save_conversation
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.errors import AlexaError
from alexa_cli.models.meter import Meter

if TYPE_CHECKING:
    from alexa_cli.assistant.house import House
    from alexa_cli.context.conversation import ConversationState, Exchange

LATEST = 2
"""Exchanges that always stay word by word: "it" mostly means something in them."""
MAX_SUMMARY = 1_200
"""Characters."""


def to_sum_up(state: ConversationState, above: int) -> tuple[Exchange, ...]:
    """Return the oldest exchanges, if together those not yet summed up exceed ``above`` tokens."""
    from alexa_cli.prompt.tokens import estimate  # noqa: PLC0415 - only with a language model

    fresh = state.history[state.summarised :]
    tokens = sum(estimate(f"{one.words}\n{one.reply}") for one in fresh)
    return fresh[:-LATEST] if tokens > above and len(fresh) > LATEST else ()


async def sum_up(house: House, conversation: str) -> bool:
    """Sum the conversation up if it is long; returns whether it was. Never raises for a model."""
    if house.talkers is None or house.settings.jobs.summarise is None:
        return False
    from alexa_cli.assistant.jobs import ask_job  # noqa: PLC0415 - most conversations are short
    from alexa_cli.models.ledger import save_exchanges  # noqa: PLC0415 - as above
    from alexa_cli.prompt.aliases import Aliases  # noqa: PLC0415 - as above
    from alexa_cli.prompt.build import Material  # noqa: PLC0415 - as above

    store, now = house.store, datetime.now(UTC)
    state = load_conversation(store, conversation, now)
    oldest = to_sum_up(state, house.settings.prompt.summarise_above)
    if not oldest:
        return False
    snapshot = Snapshot(now, house.tz, house.settings.language, house.home())
    material = Material(
        house.catalogue, (), snapshot, "", Aliases.of(snapshot.list, (), {}),
        history=oldest, summary=state.summary,
    )  # fmt: skip
    meter, text = Meter(checks=house.talkers.checks), ""
    try:
        async with aclosing(ask_job("summarise", material, house, meter)) as pieces:
            async for piece in pieces:
                text += piece
    except AlexaError:
        text = ""  # what is not summed up is shown cut, which is what happens without the job
    save_exchanges(
        store, turn=store.new_id("t"), conversation=conversation, at=now,
        exchanges=meter.exchanges, expert="", keep=house.settings.trace.keep.seconds,
    )  # fmt: skip
    if not text.strip():
        return False

    def write() -> bool:
        # A turn may have been taken meanwhile: only the summary is ours to change.
        latest = load_conversation(store, conversation, now)
        if latest.summarised != state.summarised or latest.history[: len(state.history)] != (
            state.history
        ):
            return False
        kept = replace(
            latest, summary=text.strip()[:MAX_SUMMARY], summarised=state.summarised + len(oldest)
        )
        save_conversation(store, conversation, kept)
        return True

    return store.write(write)
