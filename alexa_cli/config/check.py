"""What the types of the options cannot say: models that exist, time zones, names of hooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alexa_cli.config.document import At, Document, shown
from alexa_cli.config.schema import (
    BUILT_IN_MODELS,
    LANGUAGE_KINDS,
    ModelSettings,
    Settings,
    Strategy,
)
from alexa_cli.errors import FileError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

STRATEGIES = ("race", "fallback", "speculate")

_HANDLERS = ("shell", "http", "python", "steps")


@dataclass(frozen=True, slots=True)
class Check:
    """What a type cannot say. Every complaint names whoever set the value."""

    blame: Callable[[At], Document]
    """Returns the document whose error names whoever set a value."""

    def all(self, settings: Settings) -> None:
        """Raise FileError for the first thing that is wrong."""
        self._language(settings.language)
        if settings.timezone is not None:
            self._timezone(settings.timezone)
        for name, hook in settings.experts.hooks.items():
            self._hook(name, hook)
        self._models(settings)
        self._jobs(settings)
        for name in ("deadline", "http_timeout", "shell_timeout"):
            if getattr(settings.act, name).seconds == 0:
                raise self._error("no time at all: nothing could be done", ("act", name))

    def _error(self, message: str, at: At, hint: str | None = None) -> FileError:
        return self.blame(at).error(message, at, hint=hint)

    def _language(self, language: str) -> None:
        if language != "en":
            raise self._error(
                f"the language {shown(language)} is not here yet", ("language",), "known: en"
            )

    def _timezone(self, name: str) -> None:
        import zoneinfo  # noqa: PLC0415 - only if a zone is set

        try:
            zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            hint = did_you_mean(name, zoneinfo.available_timezones())
            raise self._error(
                f"{shown(name)} is no time zone", ("timezone",),
                hint or "an IANA name such as America/New_York",
            ) from None  # fmt: skip

    def _hook(self, name: str, hook: Mapping[str, object]) -> None:
        at: At = ("experts", "hooks", name)
        if len([part for part in name.split(".") if part]) != 2:  # noqa: PLR2004 - expert and api
            raise self._error(f"{shown(name)} is not expert.api", at)
        unknown = [key for key in hook if key not in _HANDLERS]
        if unknown:
            hint = did_you_mean(unknown[0], _HANDLERS) or f"known: {', '.join(_HANDLERS)}"
            raise self._error(f"unknown key {shown(unknown[0])}", (*at, unknown[0]), hint)
        if len(hook) != 1:
            raise self._error(f"expected exactly one of {', '.join(_HANDLERS)}", at)

    def _models(self, settings: Settings) -> None:
        for name, model in settings.models.items():
            at: At = ("models", name)
            if name not in BUILT_IN_MODELS and model.kind is None:
                hint = did_you_mean(name, BUILT_IN_MODELS) or "kind: nearest, llm, ..."
                raise self._error(f"the model {shown(name)} needs a kind", at, hint)
            if name in BUILT_IN_MODELS and model.kind not in {None, name}:
                raise self._error(f"{name} is a built-in model; its kind is {name}", (*at, "kind"))
            for key, kind in (("model", "llm"), ("script", "scripted")):
                if model.kind == kind and not getattr(model, key):
                    raise self._error(f"a model of kind {kind} needs {key}", at)

    def _jobs(self, settings: Settings) -> None:
        jobs = settings.jobs
        if not jobs.decide:
            raise self._error("needs at least one model", ("jobs", "decide"))
        steps = [jobs.decide] if isinstance(jobs.decide, str) else jobs.decide
        for place, step in enumerate(steps):
            at: At = ("jobs", "decide")
            self._step(settings, step, at if isinstance(jobs.decide, str) else (*at, place))
        for job in ("reply", "rerank", "summarise"):
            step = getattr(jobs, job)
            if step is not None:
                self._step(settings, step, ("jobs", job), talks=True)

    def _step(
        self, settings: Settings, step: str | Strategy, at: At, *, talks: bool = False
    ) -> None:
        """Check one place of a job. ``talks``: only a language model can do it."""
        if isinstance(step, str):
            self._named(settings, step, at, talks=talks)
            return
        kinds = [kind for kind in STRATEGIES if getattr(step, kind) is not None]
        if len(kinds) != 1:
            raise self._error(f"expected exactly one of {', '.join(STRATEGIES)}", at)
        kind = kinds[0]
        if talks and kind != "fallback":
            raise self._error(f"{kind} is for decide; this job takes a fallback", (*at, kind))
        if step.speculate is not None:
            for role in ("draft", "verify"):
                if role not in step.speculate:
                    raise self._error(f"speculate needs a {role}", (*at, kind))
                self._step(settings, step.speculate[role], (*at, kind, role))
            return
        parts = step.race if step.race is not None else step.fallback or []
        if not parts:
            raise self._error("needs at least one model", (*at, kind))
        for place, part in enumerate(parts):
            self._step(settings, part, (*at, kind, place), talks=talks)

    def _named(self, settings: Settings, name: str, at: At, *, talks: bool) -> None:
        known = {*BUILT_IN_MODELS, *settings.models}
        if name not in known:
            hint = did_you_mean(name, known) or f"known: {', '.join(sorted(known))}"
            raise self._error(f"unknown model {shown(name)}", at, hint)
        kind = settings.models.get(name, ModelSettings()).kind
        if talks and kind not in LANGUAGE_KINDS:
            raise self._error(
                f"{shown(name)} is no language model", at, "kind: llm, or kind: scripted"
            )
