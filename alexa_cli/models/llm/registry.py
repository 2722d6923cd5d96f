"""The language models of the configuration, by name: made when first asked for, warmed ahead."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alexa_cli.errors import ConfigError, did_you_mean
from alexa_cli.models.chat import ModelSpec, Price

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alexa_cli.config.settings import ModelSettings, Settings
    from alexa_cli.models.chat import LanguageModel

KINDS = ("llm", "scripted")


class LanguageModels:
    """Every model of kind llm or scripted. Nothing heavy is loaded before one is asked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = {
            name: model for name, model in settings.models.items() if model.kind in KINDS
        }
        self._specs: dict[str, ModelSpec] = {}
        self._models: dict[str, LanguageModel] = {}
        self._warming: dict[str, asyncio.Task[None]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of the configuration."""
        return tuple(self._settings)

    def spec(self, name: str) -> ModelSpec:
        """Return what is known of a model. Raises ConfigError if there is none of this name."""
        if name not in self._specs:
            self._specs[name] = spec_of(name, self._tuned(name))
        return self._specs[name]

    def get(self, name: str) -> LanguageModel:
        """Return the model; the same one each time.

        Raises ConfigError if there is none of this name, or if it cannot be one.
        """
        if name not in self._models:
            self._models[name] = _make(self.spec(name), self._tuned(name))
        return self._models[name]

    def prefetch(self, names: Iterable[str]) -> None:
        """Let these models get ready: litellm's import, then a connection. Returns at once.

        Does nothing for names that are no language models, and raises nothing: whatever is
        wrong is told when the model is asked.
        """
        wanted = [name for name in names if name in self._settings]
        if any(self._settings[name].kind == "llm" for name in wanted):
            from alexa_cli.models.llm import importing  # noqa: PLC0415 - few turns ask a model

            importing.prefetch()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # nobody to hold a connection for
        for name in wanted:
            if self._settings[name].kind == "llm" and name not in self._warming:
                self._warming[name] = loop.create_task(self._warm(name), name=f"warm {name}")

    async def _warm(self, name: str) -> None:
        with suppress(ConfigError):
            model: Any = self.get(name)
            if warm := getattr(model, "warm", None):
                await warm()

    async def close(self) -> None:
        """Stop warming up, and close every connection."""
        for task in self._warming.values():
            task.cancel()
        await asyncio.gather(*self._warming.values(), return_exceptions=True)
        self._warming.clear()
        for model in self._models.values():
            if close := getattr(model, "close", None):
                await close()

    def _tuned(self, name: str) -> ModelSettings:
        if name in self._settings:
            return self._settings[name]
        if not self._settings:
            hint = "models: {NAME: {kind: llm, model: provider/name}} in config.yaml"
        else:
            hint = did_you_mean(name, self._settings) or f"known: {', '.join(self._settings)}"
        raise ConfigError(f"there is no language model {name!r}", hint=hint)


def spec_of(name: str, tuned: ModelSettings) -> ModelSpec:
    """Return the spec: what the config says, else what is known of the model, else defaults."""
    spec = ModelSpec(name, "scripted" if tuned.kind == "scripted" else "llm", tuned.model or "")
    free = Price(0.0, 0.0, 0.0, 0.0)
    if spec.kind == "scripted":
        spec = replace(spec, price=free)
    if tuned.model:
        from alexa_cli.models.llm.known import known  # noqa: PLC0415 - not for scripted ones

        found = known(tuned.model, api_base=tuned.api_base)
        spec = replace(
            spec, provider=found.provider, cache=found.cache, structured=found.structured,
            min_cache_tokens=found.min_cache_tokens, tools_first=found.tools_first,
            context_window=found.context_window,
            price=found.price if spec.kind == "llm" else free,
        )  # fmt: skip
    said: dict[str, Any] = {
        key: value
        for key in ("cache", "min_cache_tokens", "structured", "context_window", "retries",
                    "temperature", "max_tokens")
        if (value := getattr(tuned, key)) is not None
    }  # fmt: skip
    for key in ("timeout", "deadline"):
        if (duration := getattr(tuned, key)) is not None:
            said[key] = duration.seconds
    if tuned.price is not None:
        price = tuned.price
        read = price.input if price.cache_read is None else price.cache_read
        write = price.input if price.cache_write is None else price.cache_write
        said["price"] = Price(price.input, price.output, read, write)
    return replace(spec, **said)


def _make(spec: ModelSpec, tuned: ModelSettings) -> LanguageModel:
    if spec.kind == "scripted":
        from alexa_cli.models.llm.scripted import Scripted  # noqa: PLC0415 - only if one is there

        return Scripted(spec, Path(tuned.script or ""))
    _check_provider(spec)
    from alexa_cli.models.llm.known import usual_base  # noqa: PLC0415 - as above
    from alexa_cli.models.llm.litellm_model import LiteLlm  # noqa: PLC0415 - only if asked

    base = tuned.api_base or usual_base(spec.provider, os.environ)
    return LiteLlm(spec, api_key=tuned.api_key, api_base=base, options=dict(tuned.options))


def _check_provider(spec: ModelSpec) -> None:
    from alexa_cli.models.llm.known import misspelt_provider  # noqa: PLC0415 - as above

    where = f"models.{spec.name}.model: {spec.model!r}"
    if not spec.provider:
        raise ConfigError(f"{where} names no provider",
                          hint="write provider/name, such as ollama_chat/qwen3:1.7b")  # fmt: skip
    if hint := misspelt_provider(spec.provider):
        raise ConfigError(f"{where}: there is no provider {spec.provider!r}", hint=hint)
