"""Checks on a request before it leaves this machine. Each is a ``models.meter.Check``.

They run in the order of ``checks``: what is masked first is what is measured, and what is
measured is what is counted. Each that fires is an event with its reason.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from alexa_cli.guard.limits import Pace, spending
from alexa_cli.guard.secrets import Secrets
from alexa_cli.models.failures import TooLong

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from alexa_cli.config.schema import GuardSettings
    from alexa_cli.models.chat import ChatRequest, ModelSpec
    from alexa_cli.models.meter import Check, Meter

SECRETS, PROMPT = "guard secrets", "guard prompt"
"""Events in the trace."""
CHARACTERS_PER_TOKEN = 3.5
"""Of the densest usual text, so that what is refused is really too long."""


def checks(
    settings: GuardSettings,
    *,
    known: Iterable[str] = (),
    spent_today: Callable[[], float] | None = None,
    pace: Pace | None = None,
    estimate: Callable[[str], int] | None = None,
) -> tuple[Check, ...]:
    """Return the checks that the settings ask for, in order.

    ``known``: values that must not leave this machine (keys in the config). ``spent_today``: US
    dollars of the day so far, without this turn. ``pace`` is shared by all turns of a process.
    ``estimate``: tokens of a text. Raises ConfigError for a bad pattern.
    """
    pace = pace or Pace(settings.requests_per_minute)
    return (
        masking(Secrets(settings.secrets, known)),
        fitting(estimate or _tokens),
        spending(settings.spend_turn, settings.spend_day, spent_today),
        pace.check,
    )


def masking(secrets: Secrets) -> Check:
    """Return the check that masks secrets in messages, tools and schema, and in the record."""

    def check(spec: ModelSpec, request: ChatRequest, meter: Meter) -> ChatRequest:
        del spec
        found: list[str] = []

        def mask(value: Any) -> Any:  # noqa: ANN401 - any JSON
            if isinstance(value, str):
                masked, kinds = secrets.mask(value)
                found.extend(kinds)
                return masked
            if isinstance(value, (list, tuple)):
                return type(value)(mask(item) for item in value)
            if isinstance(value, dict):
                return {key: mask(item) for key, item in value.items()}
            return value

        messages, tools = mask(request.messages), mask(request.tools)
        schema: Mapping[str, Any] | None = mask(request.schema)
        if not found:
            return request
        counts = ", ".join(f"{found.count(kind)} × {kind}" for kind in sorted(set(found)))
        meter.recorder.event(SECRETS, reason=f"masked: {counts}", count=len(found))
        sections = tuple(replace(s, text=secrets.mask(s.text)[0]) for s in request.sections)
        return replace(request, messages=messages, tools=tools, schema=schema, sections=sections)

    return check


def fitting(estimate: Callable[[str], int]) -> Check:
    """Return the check that a prompt fits the model. Raises TooLong."""

    def check(spec: ModelSpec, request: ChatRequest, meter: Meter) -> ChatRequest:
        if spec.context_window is None:
            return request
        content: list[Any] = [list(request.messages), list(request.tools), request.schema]
        tokens = estimate(json.dumps(content, ensure_ascii=False, default=dict))
        answer = request.max_tokens or spec.max_tokens
        if tokens + answer <= spec.context_window:
            return request
        reason = (
            f"the prompt has ~{tokens:,} tokens and the answer may have {answer:,}, "
            f"but {spec.name} takes {spec.context_window:,} together"
        )
        meter.recorder.event(PROMPT, model=spec.name, reason=reason)
        raise TooLong(reason, hint="fewer experts, a shorter history, or a model that takes more")

    return check


def _tokens(text: str) -> int:
    return int(len(text) / CHARACTERS_PER_TOKEN)
