"""What the small models make of some words, at once: no language model, nothing awaited."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.decide.cascade import _is_exact, _split, _stands, is_small
from alexa_cli.turn import Pass, Plan, Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.decide.cascade import SmallModel
    from alexa_cli.decide.model import Model, Request
    from alexa_cli.turn import Decision


def decide_small(models: Sequence[Model], request: Request, *, exact: bool = False) -> Decision:
    """Decide as the cascade does, with its small models alone; several commands are split.

    ``exact``: only with those that do not estimate. What nobody places is the first pass that
    says what is wrong with the words, else the last one.
    """
    passes: list[Pass] = []
    asked: list[SmallModel] = []
    tried: list[SmallModel] = []
    for model in models:
        estimates = not _is_exact(model)
        if not is_small(model) or (exact and estimates):
            continue
        if estimates and asked != tried:
            tried = list(asked)
            if (plan := _split(request, asked)) is not None:
                return plan
        decision = _stands(model.judge(replace(request, may_ask=False)), passes)
        if isinstance(decision, (Plan, Question)):
            return decision
        if isinstance(decision, Pass):
            passes.append(decision)
        asked.append(model)
    if asked != tried and (plan := _split(request, asked)) is not None:
        return plan
    told = [passed for passed in passes if passed.code in {"unknown_name", "unreadable"}]
    return (told or passes or [Pass("no small model is configured")])[0 if told else -1]
