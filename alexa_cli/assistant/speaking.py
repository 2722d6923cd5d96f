"""The speaking half of a turn: the experts' own wording, or a language model's as it streams.

Results go back to a model only if no expert worded them; if that model fails, the values are
said as they are. What a model says is text and nothing else: it has no tools here.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError
from alexa_cli.speak.wording import MAX_REPLY, bounded, needs_words
from alexa_cli.turn import (
    Answer,
    Pass,
    Plan,
    Question,
    Refusal,
    Replied,
    Reply,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from alexa_cli.assistant.doing import Doing
    from alexa_cli.assistant.turning import Turning
    from alexa_cli.turn import Decision, Event


async def speak(turning: Turning, decision: Decision, doing: Doing) -> AsyncGenerator[Event, None]:
    """Yield the pieces of a reply that streams, then ``Replied`` with the whole of it."""
    with turning.recorder.span("speak"):
        worded: str | None = None
        if isinstance(decision, Plan) and turning.options.act and _wants_model(turning, doing):
            text = ""
            async with aclosing(_worded(turning, doing)) as pieces:
                async for piece in pieces:
                    text += piece
                    for event in turning.streams(text):
                        yield event
            worded = text or None
        reply = _reply(turning, decision, doing, worded)
        if doing.notes and not isinstance(decision, Plan):
            # Something was begun too early and could not be taken back: that is told in any case.
            reply = replace(reply, text=" ".join((*doing.notes, reply.text)))
    turning.replied(reply)
    yield Replied(reply)


def _reply(turning: Turning, decision: Decision, doing: Doing, worded: str | None) -> Reply:
    match decision:
        case Plan() if not turning.options.act:
            return Reply(f"I would call {', '.join(c.name for c in decision.calls)}.")
        case Plan():
            return doing.reply(worded)
        case Question():
            turning.ask(decision)
            return Reply(decision.text, "question", expects_answer=True)
        case Answer():
            turning.memory = replace(turning.memory, pending=None)
            from alexa_cli.guard.answers import clean  # noqa: PLC0415 - of language models only

            return Reply(bounded(clean(decision.text), MAX_REPLY))
        case Refusal():
            turning.memory = replace(turning.memory, pending=None)
            return Reply(decision.text, "apology")
        case Pass():
            return Reply("I did not get that.", "apology")


def _wants_model(turning: Turning, doing: Doing) -> bool:
    house = turning.house
    if house.talkers is None or house.settings.jobs.reply is None:
        return False
    return any(needs_words(one, house.catalogue, turning.moment) for one in doing.outcomes)


async def _worded(turning: Turning, doing: Doing) -> AsyncGenerator[str, None]:
    """Yield what the reply model says; nothing if none of its models can be asked."""
    from alexa_cli.assistant.jobs import ask_job  # noqa: PLC0415 - few turns need a model here
    from alexa_cli.prompt.build import Material  # noqa: PLC0415 - as above

    material = Material(
        turning.house.catalogue, tuple(dict.fromkeys(o.call.expert for o in doing.outcomes)),
        turning.snapshot, turning.utterance.text, turning.aliases(),
        outcomes=tuple(doing.outcomes),
    )  # fmt: skip
    try:
        async with aclosing(ask_job("reply", material, turning.house, turning.meter)) as pieces:
            async for piece in pieces:
                yield piece
    except AlexaError as error:
        turning.recorder.event("reply not worded", reason=error.message)
