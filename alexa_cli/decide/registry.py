"""Models by name, and the cascade that the job ``decide`` names.

``reflex``, ``sentences`` and ``nearest`` are always there; the config may tune them, or declare
more of the same kinds under other names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.decide.cascade import Cascade
from alexa_cli.decide.reflex import Reflex
from alexa_cli.decide.sentences import MARGIN, THRESHOLD, Sentences
from alexa_cli.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from alexa_cli.config.paths import Paths
    from alexa_cli.config.settings import ModelSettings, Settings
    from alexa_cli.decide.model import Model

BUILT_IN = ("reflex", "sentences", "nearest")


def build_cascade(settings: Settings, paths: Paths) -> Cascade:
    """Return the cascade of ``jobs.decide``. Raises ConfigError for a model that is not here."""
    return Cascade([build_model(name, settings, paths) for name in settings.jobs.cascade])


def build_model(name: str, settings: Settings, paths: Paths) -> Model:
    """Return the model called ``name``. Nothing heavy is loaded before it is asked."""
    tuned = settings.models.get(name)
    kind = (tuned.kind if tuned else None) or name
    if kind == "reflex":
        return Reflex(name=name)
    if kind == "sentences":
        return _sentences(name, tuned)
    if kind == "nearest":
        from alexa_cli.decide.nearest_model import NearestModel  # noqa: PLC0415 - see sentences

        return NearestModel(name, tuned, paths)
    known = sorted({*BUILT_IN, *settings.models})
    hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
    raise ConfigError(f"jobs.decide: there is no model {name!r} of a kind that decides", hint=hint)


def _sentences(name: str, tuned: ModelSettings | None) -> Sentences:
    threshold = tuned.threshold if tuned and tuned.threshold is not None else THRESHOLD
    margin = tuned.margin if tuned and tuned.margin is not None else MARGIN
    return Sentences(name=name, threshold=threshold, margin=margin)
