"""The jobs of language models besides deciding: wording a reply, summing up, choosing a hypothesis.

A job names one model, or a fallback of several: the next is asked if one fails before it has
said anything.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from alexa_cli.models.failures import ModelError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from alexa_cli.assistant.turning import Turning
    from alexa_cli.config.schema import Strategy
    from alexa_cli.prompt.build import Material


def models_of(step: str | Strategy | None) -> tuple[str, ...]:
    """The names of a job's models, in the order in which they are asked."""
    if step is None:
        return ()
    return (step,) if isinstance(step, str) else step.models


async def ask_job(job: str, material: Material, turning: Turning) -> AsyncGenerator[str, None]:
    """Yield the text that the job's model answers, as it comes. Raises ModelError, ConfigError."""
    from alexa_cli.models.chat import TextPiece  # noqa: PLC0415 - few turns need a model here
    from alexa_cli.models.llm.talk import talk  # noqa: PLC0415 - as above
    from alexa_cli.prompt.build import build  # noqa: PLC0415 - as above
    from alexa_cli.prompt.render import render  # noqa: PLC0415 - as above

    house = turning.house
    names = models_of(getattr(house.settings.jobs, job))
    if house.talkers is None or not names:
        return
    prompt = build(job, material, house.talkers.texts)
    for place, name in enumerate(names):
        model = house.talkers.models.get(name)
        request = render(prompt, model.spec, think=turning.meter.think)
        began = False
        try:
            async with aclosing(talk(model, request, turning.meter, job)) as pieces:
                async for piece in pieces:
                    if isinstance(piece, TextPiece):
                        began = True
                        yield piece.text
            return
        except ModelError:
            if began or place == len(names) - 1:
                raise
