"""Language models by name."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from alexa_cli.config.schema import PriceSettings
from alexa_cli.config.settings import ModelSettings, Settings
from alexa_cli.config.units import Duration
from alexa_cli.errors import ConfigError, FileError
from alexa_cli.models.chat import ModelSpec, Price
from alexa_cli.models.llm.registry import LanguageModels, spec_of
from alexa_cli.models.llm.scripted import Scripted


def models(**named: ModelSettings) -> LanguageModels:
    return LanguageModels(Settings(models=named))


def script(folder: Path, text: str = "else: {text: Hello.}") -> ModelSettings:
    path = folder / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return ModelSettings(kind="scripted", script=str(path))


def test_names_are_those_of_language_models(tmp_path: Path) -> None:
    found = models(
        b=ModelSettings(kind="llm", model="openai/x"), nearest=ModelSettings(),
        a=script(tmp_path), near=ModelSettings(kind="nearest"),
    )  # fmt: skip
    assert found.names == ("b", "a")


def test_a_model_is_made_once(tmp_path: Path) -> None:
    found = models(a=script(tmp_path))
    model = found.get("a")
    assert isinstance(model, Scripted)
    assert found.get("a") is model
    assert model.spec is found.spec("a")
    assert model.spec.price == Price(0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("names", "says", "hint"),
    [((), "no language model 'fats'", "kind: llm"), (("fast",), "'fats'", "did you mean 'fast'"),
     (("xyz",), "'fats'", "known: xyz")],
)  # fmt: skip
def test_an_unknown_name(tmp_path: Path, names: tuple[str, ...], says: str, hint: str) -> None:
    found = models(**{name: script(tmp_path) for name in names})
    for ask in (found.spec, found.get):
        with pytest.raises(ConfigError, match=says) as caught:
            ask("fats")
        assert hint in (caught.value.hint or "")


def test_the_config_says_what_holds() -> None:
    tuned = ModelSettings(
        kind="llm", model="anthropic/claude-sonnet-4-6", timeout=Duration("2s"),
        deadline=Duration("1m"), retries=0, temperature=0.5, max_tokens=9, context_window=10,
        cache="none", min_cache_tokens=11, structured="json_schema",
        price=PriceSettings(input=1, output=2, cache_write=3),
    )  # fmt: skip
    assert spec_of("a", tuned) == ModelSpec(
        "a", "llm", "anthropic/claude-sonnet-4-6", "anthropic", "none", 11, "json_schema",
        tools_first=True, context_window=10, price=Price(1, 2, 1, 3), timeout=2.0, deadline=60.0,
        retries=0, temperature=0.5, max_tokens=9,
    )  # fmt: skip


def test_a_scripted_model_may_stand_in_for_one_of_a_provider(tmp_path: Path) -> None:
    tuned = ModelSettings(kind="scripted", script="s", model="anthropic/claude-haiku-4-5")
    spec = spec_of("a", tuned)
    assert (spec.kind, spec.cache, spec.min_cache_tokens) == ("scripted", "anthropic", 4096)
    assert (spec.tools_first, spec.price.input) == (True, 0.0)


def test_a_bad_script_is_told_when_it_is_asked(tmp_path: Path) -> None:
    found = models(a=script(tmp_path, "answers:\n  - {}"))
    assert found.spec("a").kind == "scripted"
    with pytest.raises(FileError, match=r"s.yaml:2: answers nothing"):
        found.get("a")


@pytest.mark.parametrize(
    ("model", "says", "hint"),
    [("qwen3", "names no provider", "ollama_chat"),
     ("antropic/x", "no provider 'antropic'", "anthropic")],
)  # fmt: skip
def test_a_model_without_a_provider(model: str, says: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=f"models.a.model.*{says}") as caught:
        models(a=ModelSettings(kind="llm", model=model)).get("a")
    assert hint in (caught.value.hint or "")


def test_prefetch_and_close(tmp_path: Path) -> None:
    found = models(a=script(tmp_path))
    found.prefetch(["a", "nearest", "nobody"])  # nobody waits, nothing is raised

    async def run() -> None:
        found.prefetch(["a", "nobody"])
        found.get("a")
        await found.close()

    asyncio.run(run())
