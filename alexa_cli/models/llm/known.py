"""What is known of providers and their models, without importing litellm.

Prices, windows and shortest cached prefixes come from the table that litellm carries as a file;
how a provider caches, and which variable holds its key, from the rules here.
"""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec

from alexa_cli.errors import did_you_mean
from alexa_cli.models.chat import Price

if TYPE_CHECKING:
    from collections.abc import Mapping

Cache: TypeAlias = Literal["anthropic", "openai", "prefix", "none"]

TABLE = "model_prices_and_context_window_backup.json"
MILLION = 1_000_000

_PROVIDER_CLASS = re.compile(r"^class LlmProviders\(.*?\n(.*?)^\S", re.DOTALL | re.MULTILINE)
_VALUE = re.compile(r'= "([^"]+)"')


@dataclass(frozen=True, slots=True)
class Provider:
    """The rules of one provider."""

    cache: Cache = "prefix"
    min_cache_tokens: int = 0
    """Where its table says nothing of the model."""
    tools_first: bool = False
    """Whether tools are rendered before the system message."""
    variables: tuple[str, ...] = ()
    """Any one of these holds the key; empty: it needs none."""
    local: bool = False
    """Runs on a machine of one's own: nothing is paid for a token."""
    base: tuple[str, str] = ("", "")
    """Where it usually is: the variable that says so, and the address if none does."""


def _hosted(cache: Cache, least: int, *variables: str) -> Provider:
    return Provider(cache, least, variables=variables)


def _local(variable: str, address: str) -> Provider:
    return Provider(local=True, base=(variable, address))


PROVIDERS: Mapping[str, Provider] = {
    "anthropic": Provider("anthropic", 1024, tools_first=True,
                          variables=("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")),
    "openai": _hosted("openai", 1024, "OPENAI_API_KEY"),
    "azure": _hosted("openai", 1024, "AZURE_API_KEY"),
    "azure_ai": _hosted("prefix", 1024, "AZURE_AI_API_KEY"),
    "bedrock": _hosted("prefix", 1024, "AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ROLE_ARN",
                       "AWS_BEARER_TOKEN_BEDROCK"),
    "vertex_ai": _hosted("prefix", 1024, "VERTEXAI_PROJECT", "GOOGLE_APPLICATION_CREDENTIALS"),
    "gemini": _hosted("prefix", 1024, "GEMINI_API_KEY", "GOOGLE_API_KEY"),
    "deepseek": _hosted("prefix", 64, "DEEPSEEK_API_KEY"),
    "groq": _hosted("prefix", 128, "GROQ_API_KEY"),
    "xai": _hosted("prefix", 0, "XAI_API_KEY"),
    "mistral": _hosted("none", 0, "MISTRAL_API_KEY"),
    "cohere": _hosted("none", 0, "COHERE_API_KEY"),
    "cohere_chat": _hosted("none", 0, "COHERE_API_KEY"),
    "perplexity": _hosted("none", 0, "PERPLEXITYAI_API_KEY"),
    "cerebras": _hosted("prefix", 128, "CEREBRAS_API_KEY"),
    "openrouter": _hosted("prefix", 1024, "OPENROUTER_API_KEY"),
    "together_ai": _hosted("prefix", 0, "TOGETHERAI_API_KEY", "TOGETHER_API_KEY"),
    "fireworks_ai": _hosted("prefix", 0, "FIREWORKS_AI_API_KEY", "FIREWORKS_API_KEY",
                            "FIREWORKSAI_API_KEY", "FIREWORKS_AI_TOKEN"),
    "huggingface": _hosted("none", 0, "HUGGINGFACE_API_KEY", "HF_TOKEN"),
    "ollama": _local("OLLAMA_API_BASE", "http://localhost:11434"),
    "ollama_chat": _local("OLLAMA_API_BASE", "http://localhost:11434"),
    "lm_studio": _local("LM_STUDIO_API_BASE", "http://localhost:1234/v1"),
    "llamafile": _local("LLAMAFILE_API_BASE", "http://127.0.0.1:8080/v1"),
    "docker_model_runner": _local("DOCKER_MODEL_RUNNER_API_BASE",
                                  "http://localhost:22088/engines/llama.cpp"),
    "hosted_vllm": Provider(),
    "vllm": Provider(),
    "litellm_proxy": Provider(),
}  # fmt: skip
_CLAUDE_HOSTS = ("bedrock", "vertex_ai", "azure_ai", "openrouter", "databricks")
"""Where a Claude model takes the same breakpoints as at Anthropic itself."""


class Entry(msgspec.Struct, frozen=True):
    """What litellm's table says of a model. US dollars for a token."""

    litellm_provider: str = ""
    mode: str = ""
    input_cost_per_token: float | None = None
    output_cost_per_token: float | None = None
    cache_read_input_token_cost: float | None = None
    cache_creation_input_token_cost: float | None = None
    max_input_tokens: float | str | None = None
    prompt_cache_min_tokens: float | None = None
    supports_function_calling: bool | None = None
    supports_response_schema: bool | None = None
    supports_prompt_caching: bool | None = None

    @property
    def price(self) -> Price:
        """The same for a million."""
        costs = (
            self.input_cost_per_token,
            self.output_cost_per_token,
            self.cache_read_input_token_cost,
            self.cache_creation_input_token_cost,
        )
        return Price(*(None if cost is None else round(cost * MILLION, 6) for cost in costs))

    @property
    def window(self) -> int | None:
        """The longest prompt, in tokens."""
        return int(self.max_input_tokens) if isinstance(self.max_input_tokens, float) else None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one model."""

    provider: str
    """Empty: the name tells none."""
    cache: Cache
    min_cache_tokens: int
    tools_first: bool
    structured: Literal["tools", "json_schema"]
    price: Price
    context_window: int | None
    variables: tuple[str, ...]
    """Environment variables of which any one holds the key; empty: none is needed."""


def known(model: str, *, api_base: str | None = None) -> Known:
    """Return what is known of ``provider/name``; ``api_base`` is an address of one's own."""
    provider, entry = _look_up(model)
    own_server = provider == "openai" and bool(api_base)
    if own_server:  # llama.cpp, vLLM and the like: the name says nothing of what is served
        return Known(provider, "prefix", 0, tools_first=False, structured="tools", price=Price(),
                     context_window=None, variables=())  # fmt: skip
    rules = PROVIDERS.get(provider) or Provider(variables=_usual_variable(provider))
    cache, least, tools_first = rules.cache, rules.min_cache_tokens, rules.tools_first
    if provider in _CLAUDE_HOSTS and "claude" in model.lower():
        cache, tools_first = "anthropic", True
    if entry is not None and entry.prompt_cache_min_tokens:
        least = int(entry.prompt_cache_min_tokens)
    elif cache == "anthropic" and "haiku" in model.lower():
        least = 4096
    elif entry is not None and provider not in PROVIDERS and not entry.supports_prompt_caching:
        cache = "none"
    wants_json = (
        entry is not None
        and entry.supports_function_calling is False
        and entry.supports_response_schema is True
    )
    price = entry.price if entry is not None else Price()
    if rules.local:
        price = Price(0.0, 0.0, 0.0, 0.0)
    return Known(
        provider, cache, least, tools_first, "json_schema" if wants_json else "tools", price,
        entry.window if entry is not None else None, rules.variables,
    )  # fmt: skip


def usual_base(provider: str, env: Mapping[str, str]) -> str | None:
    """Return where a server of one's own is, if nobody says otherwise; None: litellm knows."""
    variable, address = PROVIDERS.get(provider, Provider()).base
    return (env.get(variable) or address or None) if variable else None


def misspelt_provider(provider: str) -> str | None:
    """Return a hint if litellm knows no such provider; None if it does, or if nobody can tell."""
    if provider in PROVIDERS:
        return None
    names = _provider_names()
    if not names or provider in names:
        return None
    return did_you_mean(provider, {*names, *PROVIDERS}) or "such as openai/gpt-5-mini"


def _usual_variable(provider: str) -> tuple[str, ...]:
    return (f"{provider.upper().replace('-', '_')}_API_KEY",) if provider else ()


def _look_up(model: str) -> tuple[str, Entry | None]:
    """Return the provider of a model, and its entry in the table."""
    prefix, slash, name = model.partition("/")
    entry = _entry(model)
    if slash:
        if entry is None:
            inner = _entry(name)
            same = inner is not None and _host(inner.litellm_provider) == prefix
            entry = inner if same else None
        return prefix, entry
    if entry is not None and entry.litellm_provider:
        return _host(entry.litellm_provider), entry
    if model.startswith("claude-"):
        return "anthropic", None
    return ("openai", None) if model.startswith(("gpt-", "chatgpt-")) else ("", None)


def _host(provider: str) -> str:
    """``vertex_ai-anthropic_models`` is at ``vertex_ai``."""
    for host in ("vertex_ai", "bedrock"):
        if provider.startswith(host):
            return host
    return provider


@lru_cache(maxsize=256)
def _entry(name: str) -> Entry | None:
    raw = _table().get(name)
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=Entry, strict=False)
    except msgspec.ValidationError:
        return None


@lru_cache(maxsize=1)
def _table() -> dict[str, msgspec.Raw]:
    """Return litellm's table by name, each entry still JSON: 6 ms."""
    try:
        return msgspec.json.decode(_file(TABLE), type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return {}


@lru_cache(maxsize=1)
def _provider_names() -> frozenset[str]:
    """Return every provider that litellm names; empty if its files are not as we know them."""
    source = _file("types/utils.py").decode("utf-8", "replace")
    listed = _PROVIDER_CLASS.search(source)
    try:
        more = msgspec.json.decode(_file("llms/openai_like/providers.json") or b"{}")
    except msgspec.DecodeError:
        more = {}
    return frozenset({*_VALUE.findall(listed[1]), *more} if listed else ())


def _file(name: str) -> bytes:
    """Return a file of litellm's, without importing it; empty if it is not there."""
    found = importlib.util.find_spec("litellm")
    if found is None or found.origin is None:
        return b""
    try:
        return (Path(found.origin).parent / name).read_bytes()
    except OSError:
        return b""
