"""The jobs of language models besides deciding: wording a reply, summing up, choosing a hypothesis.

A job names one model, or a fallback of several: the next is asked if one fails before it has
said anything.
"""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from alexa_cli.models.chat import TextPiece
from alexa_cli.models.failures import ModelError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from alexa_cli.assistant.house import House
    from alexa_cli.config.schema import Strategy
    from alexa_cli.models.meter import Meter
    from alexa_cli.prompt.build import Material
    from alexa_cli.prompt.section import Prompt
    from alexa_cli.prompt.texts import Job


def models_of(step: str | Strategy | None) -> tuple[str, ...]:
    """The names of a job's models, in the order in which they are asked."""
    if step is None:
        return ()
    return (step,) if isinstance(step, str) else step.models


async def ask_job(
    job: Job, material: Material, house: House, meter: Meter
) -> AsyncGenerator[str, None]:
    """Yield the text that the job's model answers, as it comes; nothing if none has the job.

    Raises ModelError, ConfigError.
    """
    from alexa_cli.prompt.build import build  # noqa: PLC0415 - few turns ask a model

    names = models_of(getattr(house.settings.jobs, job))
    if house.talkers is None or not names:
        return
    prompt = build(job, material, house.talkers.read_texts())
    for place, name in enumerate(names):
        began = False
        try:
            async with aclosing(_ask(name, prompt, house, meter)) as pieces:
                async for piece in pieces:
                    began = True
                    yield piece
        except ModelError:
            if began or place == len(names) - 1:
                raise
        else:
            return


async def _ask(name: str, prompt: Prompt, house: House, meter: Meter) -> AsyncGenerator[str, None]:
    from alexa_cli.models.llm.talk import talk  # noqa: PLC0415 - few turns ask a model
    from alexa_cli.prompt.render import render  # noqa: PLC0415 - as above

    assert house.talkers is not None  # noqa: S101 - ask_job has looked
    model = house.talkers.models.get(name)
    request = render(prompt, model.spec, think=meter.think)
    async with aclosing(talk(model, request, meter, prompt.job)) as pieces:
        async for piece in pieces:
            if isinstance(piece, TextPiece):
                yield piece.text
