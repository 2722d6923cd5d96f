"""What the types of the options cannot say: models that exist, time zones, names of hooks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alexa_cli.config.document import At, Document, is_secret, shown
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


_NEEDED = (
    ("model", "llm", "provider/name, such as ollama_chat/qwen3:1.7b"),
    ("script", "scripted", "answers.yaml"),
)
_OF_SMALL_MODELS = ("threshold", "margin")
_OF_NEAREST = ("encoder", "data")
_OF_LLM = ("api_key", "api_base", "options")


def _kinds_of(key: str) -> tuple[str, ...]:
    """Return the kinds of models that an option is for."""
    if key in _OF_SMALL_MODELS:
        return ("sentences", "nearest")
    if key in _OF_NEAREST:
        return ("nearest",)
    if key in _OF_LLM:
        return ("llm",)
    if key == "script":
        return ("scripted",)
    return (*BUILT_IN_MODELS, *LANGUAGE_KINDS) if key == "kind" else LANGUAGE_KINDS


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
        self._guard(settings)
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
            self._model(model.kind or name, model, at)

    def _model(self, kind: str, model: ModelSettings, at: At) -> None:
        """Check one model: what it needs, what is not for its kind, what makes no sense."""
        for key, of, example in _NEEDED:
            if kind == of and not getattr(model, key):
                raise self._error(f"a model of kind {of} needs {key}", at, f"{key}: {example}")
        for key in model.__struct_fields__:
            if getattr(model, key) not in (None, {}) and kind not in _kinds_of(key):
                of = " or ".join(_kinds_of(key))
                # an error at a secret would say nothing
                raise self._error(f"{key} is for models of kind {of}",
                                  at if is_secret((*at, key)) else (*at, key),
                                  f"this one is of kind {kind}")  # fmt: skip
        for key in ("timeout", "deadline"):
            duration = getattr(model, key)
            if duration is not None and duration.seconds == 0:
                raise self._error("no time at all: nothing could be asked", (*at, key))
        for key in ("max_tokens", "context_window"):
            if getattr(model, key) == 0:
                raise self._error("no tokens at all: nothing could be said", (*at, key))

    def _guard(self, settings: Settings) -> None:
        for place, text in enumerate(settings.guard.secrets):
            try:
                found = re.compile(text)
            except re.error as error:
                raise self._error(
                    f"{shown(text)} is no regular expression: {error.msg}",
                    ("guard", "secrets", place), "a plain ( or ? or * is written \\( \\? \\*",
                ) from None  # fmt: skip
            if found.search("") is not None:
                raise self._error(
                    f"{shown(text)} is found in everything", ("guard", "secrets", place)
                )
        for topic, words in settings.guard.topics.items():
            if not words or not all(word.strip() for word in words):
                raise self._error("a topic needs words that tell it", ("guard", "topics", topic),
                                  "for example [dosage, side effects]")  # fmt: skip

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
                    raise self._error(f"speculate needs a {role}", (*at, kind),
                                      "{draft: a fast model, verify: an accurate one}")  # fmt: skip
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
