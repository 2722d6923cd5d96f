"""The choice among hypotheses within a turn: small models first, a language model if it is close.

What is heard goes on at once with the text that sound and sense choose. Where another one means as
much and sounds nearly as well, the model that has the job ``rerank`` is asked, while nothing is
decided yet; whatever keeps it from answering, the choice stands.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.assistant.hypotheses import Judge
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from alexa_cli.assistant.hypotheses import Choice, MakeRequest
    from alexa_cli.assistant.turning import Turning
    from alexa_cli.turn import Utterance

ANSWERS_WITHIN = 2.0
"""Seconds that a language model has: somebody is waiting."""
SHOWN = 6
"""Readings that it is shown."""


class Chooser:
    """Chooses for one turn."""

    def __init__(self, turning: Turning, make: MakeRequest) -> None:
        """``make`` returns the request that a text would be."""
        self._turning = turning
        self._judge = Judge(turning.house.decider, make)
        self._told: Choice | None = None

    async def choose(self, utterance: Utterance) -> tuple[Utterance, tuple[str, ...]]:
        """Return the utterance with the text that sound and sense choose, and what is close to it.

        What is close is for a language model: nothing is where none has the job.
        """
        house = self._turning.house
        close = house.talkers is not None and house.settings.jobs.rerank is not None
        with self._turning.recorder.span("choose") as span:
            choice = await self._judge.choice(utterance.hypotheses, close=close)
            span.set("reason", choice.why)
        if choice != self._told:
            self._told = choice
            self._turning.recorder.event(
                "hypotheses", count=len(utterance.hypotheses), chosen=choice.index,
                reason=choice.why, margin=choice.margin, stage=str(utterance.stage),
            )  # fmt: skip
        chosen = replace(utterance, text=utterance.hypotheses[choice.index].text)
        rivals = choice.rivals[: SHOWN - 1] if close else ()
        return chosen, tuple(utterance.hypotheses[n].text for n in rivals)

    async def ask(self, utterance: Utterance, rivals: tuple[str, ...]) -> Utterance:
        """Return what the language model chooses; never raises for it."""
        texts = (utterance.text, *rivals)
        recorder = self._turning.recorder
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                said = await self._answer(utterance, texts)
        except (AlexaError, TimeoutError) as error:
            told = error.message if isinstance(error, AlexaError) else "it took too long"
            recorder.event("not reranked", reason=told)
            return utterance
        place = number_in(said, len(texts))
        if place is None:
            recorder.event("not reranked", reason=f"no number: {said.strip()[:80]!r}")
            return utterance
        recorder.event("reranked", count=len(texts), chosen=place - 1)
        return replace(utterance, text=texts[place - 1])

    async def _answer(self, utterance: Utterance, texts: tuple[str, ...]) -> str:
        from alexa_cli.assistant.jobs import ask_job  # noqa: PLC0415 - few turns need a model here
        from alexa_cli.prompt.build import Material  # noqa: PLC0415 - as above

        turning = self._turning
        material = Material(
            turning.house.catalogue, (), turning.snapshot, utterance.text, turning.aliases(),
            hypotheses=texts,
        )  # fmt: skip
        answer = ""
        pieces = ask_job("rerank", material, turning.house, turning.meter)
        async with aclosing(pieces) as told:
            async for piece in told:
                answer += piece
        return answer


def number_in(said: str, most: int) -> int | None:
    """Return the one number from 1 to ``most`` that an answer has; None: it has another, or more.

    "2", "2.", "The number: 2" and ``{"number": 2}`` will do.
    """
    found = {int(each) for each in re.findall(r"(?<![\d.-])\d{1,3}(?!\d|\.\d)", said[:200])}
    only = found.pop() if len(found) == 1 else 0
    return only if 1 <= only <= most else None
