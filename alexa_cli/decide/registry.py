"""Models by name, and the cascade that the job ``decide`` names.

``reflex``, ``sentences`` and ``nearest`` are always there; the config may tune them, declare more
of the same kinds under other names, and add language models and strategies over all of them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from alexa_cli.decide.cascade import Cascade
from alexa_cli.decide.reflex import Reflex
from alexa_cli.decide.sentences import MARGIN, THRESHOLD, Sentences
from alexa_cli.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.config.paths import Paths
    from alexa_cli.config.schema import Strategy
    from alexa_cli.config.settings import ModelSettings, Settings
    from alexa_cli.decide.model import Model, Request
    from alexa_cli.models.llm.registry import LanguageModels
    from alexa_cli.prompt.texts import Texts
    from alexa_cli.turn import Plan

    Doubts = Callable[[Request, Plan], Plan]

BUILT_IN = ("reflex", "sentences", "nearest")
LANGUAGE_KINDS = frozenset({"llm", "scripted"})


def build_cascade(
    settings: Settings, paths: Paths, models: LanguageModels | None = None,
    texts: Callable[[], Texts] | None = None, cache: Model | None = None, *,
    doubts: Doubts | None = None,
) -> Cascade:  # fmt: skip
    """Return the cascade of ``jobs.decide``. Raises ConfigError for a model that is not here.

    ``texts`` reads the texts of prompts, when the first prompt is made. ``cache`` is asked just
    before the first language model. ``doubts`` marks the calls of a language model's plan that
    somebody must say yes to.
    """
    steps = settings.jobs.decide
    builder = _Builder(settings, paths, models, texts, doubts)
    built: list[Model] = []
    ahead: dict[int, Callable[[], None]] = {}
    placed = False
    for step in [steps] if isinstance(steps, str) else steps:
        names = [step] if isinstance(step, str) else list(step.models)
        talkers = tuple(name for name in names if kind_of(name, settings) in LANGUAGE_KINDS)
        if talkers and cache is not None and not placed:
            built.append(cache)
            placed = True
        if talkers and models is not None:
            ahead[len(built)] = partial(models.prefetch, talkers)
        built.append(builder.build(step))
    return Cascade(built, cache=cache if placed else None, ahead=ahead)


def build_model(
    name: str, settings: Settings, paths: Paths, models: LanguageModels | None = None,
    texts: Callable[[], Texts] | None = None, doubts: Doubts | None = None,
) -> Model:  # fmt: skip
    """Return the model called ``name``. Nothing heavy is loaded before it is asked."""
    return _Builder(settings, paths, models, texts, doubts).build(name)


def kind_of(name: str, settings: Settings) -> str:
    """Return the kind of the model called ``name``; one that nobody declared is its own kind."""
    tuned = settings.models.get(name)
    return (tuned.kind if tuned else None) or name


class _Builder:
    """Builds models and strategies; a name is built once."""

    def __init__(
        self, settings: Settings, paths: Paths, models: LanguageModels | None,
        texts: Callable[[], Texts] | None, doubts: Doubts | None,
    ) -> None:  # fmt: skip
        self._settings, self._paths, self._doubts = settings, paths, doubts
        self._models, self._texts = models, texts
        self._built: dict[str, Model] = {}
        self._strategies = 0

    def build(self, step: str | Strategy) -> Model:
        """Return the model, or the strategy over models."""
        if isinstance(step, str):
            if step not in self._built:
                self._built[step] = self._one(step)
            return self._built[step]
        from alexa_cli.decide.strategies import (  # noqa: PLC0415 - most have none
            Fallback,
            Race,
            Speculate,
        )

        self._strategies += 1
        # A turn may ask several strategies: their sides need names of their own.
        mark = "" if self._strategies == 1 else f"#{self._strategies}"
        pair = step.speculate or {}
        if sorted(pair) == ["draft", "verify"]:
            return Speculate(self.build(pair["draft"]), self.build(pair["verify"]), mark=mark)
        if step.race:
            return Race([self.build(each) for each in step.race], mark=mark)
        if step.fallback:
            return Fallback([self.build(each) for each in step.fallback], mark=mark)
        raise ConfigError(
            "jobs.decide: a strategy is one of race, fallback and speculate",
            hint="speculate takes a draft and a verify, the others a list of models",
        )

    def _one(self, name: str) -> Model:
        settings = self._settings
        tuned, kind = settings.models.get(name), kind_of(name, settings)
        if kind == "reflex":
            return Reflex(name=name)
        if kind == "sentences":
            return _sentences(name, tuned)
        if kind == "nearest":
            from alexa_cli.decide.nearest_model import NearestModel  # noqa: PLC0415 - see sentences

            return NearestModel(name, tuned, self._paths)
        if kind in LANGUAGE_KINDS:
            return self._planner(name)
        known = sorted({*BUILT_IN, *settings.models})
        hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
        raise ConfigError(
            f"jobs.decide: there is no model {name!r} of a kind that decides", hint=hint
        )

    def _planner(self, name: str) -> Model:
        from alexa_cli.decide.later import Later  # noqa: PLC0415 - only for language models

        models, texts = self._models, self._texts
        if models is None or texts is None:
            raise ConfigError(f"jobs.decide: there is nothing here that {name!r} could run on")

        def make() -> Model:
            from alexa_cli.decide.planner import Planner  # noqa: PLC0415 - most turns need none

            given = (name, models.get(name), texts(), self._settings)
            return Planner(*given) if self._doubts is None else Planner(*given, self._doubts)

        return Later(name, make)


def _sentences(name: str, tuned: ModelSettings | None) -> Sentences:
    threshold = tuned.threshold if tuned and tuned.threshold is not None else THRESHOLD
    margin = tuned.margin if tuned and tuned.margin is not None else MARGIN
    return Sentences(name=name, threshold=threshold, margin=margin)
