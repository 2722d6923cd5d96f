"""What is known of providers, without importing litellm."""

from __future__ import annotations

import subprocess
import sys

import pytest

from alexa_cli.models.chat import Price
from alexa_cli.models.llm.known import known, misspelt_provider


@pytest.mark.parametrize(
    ("model", "provider", "cache", "least", "tools_first", "window"),
    [
        ("anthropic/claude-sonnet-4-6", "anthropic", "anthropic", 1024, True, 1_000_000),
        ("anthropic/claude-haiku-4-5", "anthropic", "anthropic", 4096, True, 200_000),
        ("claude-haiku-9-9", "anthropic", "anthropic", 4096, True, None),
        ("gpt-4o", "openai", "openai", 1024, False, 128_000),
        ("openai/gpt-4o", "openai", "openai", 1024, False, 128_000),
        ("ollama_chat/qwen3:1.7b", "ollama_chat", "prefix", 0, False, None),
        ("bedrock/anthropic.claude-sonnet-4-6", "bedrock", "anthropic", 1024, True, 1_000_000),
        ("openrouter/anthropic/claude-x", "openrouter", "anthropic", 1024, True, None),
        ("hosted_vllm/anything", "hosted_vllm", "prefix", 0, False, None),
        ("mistral/mistral-tiny-x", "mistral", "none", 0, False, None),
        ("somebody/else", "somebody", "prefix", 0, False, None),
        ("nameless", "", "prefix", 0, False, None),
    ],
)
def test_rules(
    model: str, provider: str, cache: str, least: int, tools_first: bool, window: int | None
) -> None:
    found = known(model)
    assert (found.provider, found.cache, found.min_cache_tokens) == (provider, cache, least)
    assert (found.tools_first, found.context_window) == (tools_first, window)


def test_prices_are_for_a_million_tokens_and_unknown_ones_are_none() -> None:
    assert known("anthropic/claude-sonnet-4-6").price == Price(3.0, 15.0, 0.3, 3.75)
    assert known("gpt-4o").price == Price(2.5, 10.0, 1.25, None)
    assert known("somebody/else").price == Price()
    assert known("ollama_chat/any").price == Price(0.0, 0.0, 0.0, 0.0)


def test_a_server_of_ones_own_is_not_what_its_model_is_called() -> None:
    found = known("openai/gpt-4o", api_base="http://127.0.0.1:8080/v1")
    assert (found.cache, found.min_cache_tokens, found.variables) == ("prefix", 0, ())
    assert (found.price, found.context_window) == (Price(), None)


@pytest.mark.parametrize(
    ("model", "variable"),
    [("anthropic/x", "ANTHROPIC_API_KEY"), ("gemini/x", "GEMINI_API_KEY"),
     ("novita/x", "NOVITA_API_KEY")],
)  # fmt: skip
def test_the_variable_of_the_key(model: str, variable: str) -> None:
    assert known(model).variables[0] == variable


def test_a_misspelt_provider_is_told() -> None:
    assert "anthropic" in (misspelt_provider("antropic") or "")
    for right in ("anthropic", "nano-gpt", "publicai", "zai", "ollama_chat"):
        assert misspelt_provider(right) is None
    assert misspelt_provider("qqqqq") is not None


def test_litellm_is_not_imported() -> None:
    code = """
import sys
from alexa_cli.config.settings import ModelSettings, Settings
from alexa_cli.models.llm.registry import LanguageModels
models = {"a": ModelSettings(kind="llm", model="anthropic/claude-sonnet-4-6")}
models = LanguageModels(Settings(models=models))
models.get("a")
print(models.spec("a").price.input, sorted({"litellm", "openai", "httpx"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "3.0 []\n"
