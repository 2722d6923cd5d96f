"""What becomes of a model that fails: a pass that says why, and honest words at the end.

A model that cannot be asked is no reason to fail the turn: the next one may know. What a model
had already said to the user when it broke off is not taken back in silence.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeGuard, TypeVar

from alexa_cli.errors import AlexaError, Refused
from alexa_cli.models.failures import ModelError
from alexa_cli.turn import Answer, Decision, Pass, Plan, Question

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from alexa_cli.decide.model import Model, Request

T = TypeVar("T")

FAILED = frozenset({"unreachable", "credentials", "failed", "refused"})
"""Codes of a pass that say: it could not be asked, so it has not said no."""
FAILURES = (ModelError, Refused)
"""What a model may raise and the turn goes on; anything else is a mistake in the config."""


@asynccontextmanager
async def closing(stream: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    """Close a stream however its reader ends: closing a model's decisions cancels it at once."""
    try:
        yield stream
    finally:
        if (aclose := getattr(stream, "aclose", None)) is not None:
            await aclose()


async def ask(model: Model, request: Request) -> AsyncGenerator[Decision, None]:
    """Yield what a model decides, up to its final decision; a failure is a pass with its code.

    Raises every AlexaError that is not of a language model.
    """
    try:
        async with closing(model.decide(request)) as decisions:
            async for decision in decisions:
                yield decision
                if decision.final:
                    return
    except FAILURES as error:
        yield failure(model.name, error)
        return
    yield Pass(f"{model.name} decided nothing", "failed", model=model.name)


def failure(name: str, error: AlexaError) -> Pass:
    """Return the pass of a model that failed; ``reason`` is a sentence or two for people."""
    code = error.code if isinstance(error, ModelError) else "refused"
    hint = error.hint or ""
    told = (error.message, hint[:1].upper() + hint[1:])
    return Pass(" ".join(map(sentence, filter(None, told))), code, model=name)


def sentence(text: str) -> str:
    """Return ``text`` with a full stop, where it has no end of its own."""
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def has_failed(decision: Decision) -> TypeGuard[Pass]:
    """Whether a model could not be asked."""
    return isinstance(decision, Pass) and decision.final and decision.code in FAILED


def unverified(decision: Decision) -> Decision:
    """Mark a decision as one that nobody verified: what is irreversible in it is confirmed."""
    if isinstance(decision, Question):
        return replace(decision, plan=replace(decision.plan, verified=False))
    return replace(decision, verified=False) if isinstance(decision, Plan) else decision


class Shown:
    """What the user has already been shown of an answer, by models asked one after the other."""

    def __init__(self) -> None:
        self._before = ""
        self._text = ""

    def after(self, decision: Decision) -> Decision:
        """Return the decision as it is to be shown after what was shown before.

        An answer that begins anew says so; what streams only ever grows.
        """
        if isinstance(decision, Answer):
            decision = replace(decision, text=self._before + decision.text)
            self._text = decision.text
        elif isinstance(decision, Pass) and decision.final and self._text:
            self._before = f"{self._text}\n({decision.model or 'it'} broke off. Once more:)\n"
            self._text = ""
        return decision
