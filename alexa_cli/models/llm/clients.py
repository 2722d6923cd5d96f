"""The HTTP clients that litellm keeps: opening their connections ahead, and closing them.

litellm makes one client per event loop and address and keeps it, but closes it only when the
process ends, when its loop is gone. Whoever ran a loop closes what belongs to it.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

from alexa_cli.models.llm import importing

_OF_OPENAI = frozenset({"openai", "lm_studio"})
"""Providers whose requests are made by OpenAI's client ..."""
_OF_LITELLM = frozenset({"ollama_chat", "hosted_vllm", "groq", "deepseek", "openrouter"})
"""... and by one of litellm's."""
_USUAL = {"anthropic": "https://api.anthropic.com", "openai": "https://api.openai.com/v1"}


async def close_clients() -> None:
    """Close every connection to a provider that belongs to the running loop."""
    if not importing.is_loaded():
        return
    litellm = importing.load()
    cache = litellm.in_memory_llm_clients_cache
    mine = f"-{id(asyncio.get_running_loop())}"
    for key in [key for key in cache.cache_dict if str(key).endswith(mine)]:
        client = cache.cache_dict.pop(key)
        cache.ttl_dict.pop(key, None)
        if hasattr(client, "close"):
            await client.close()
    if "module_level_aclient" in vars(litellm):  # Anthropic's; made on first use
        await litellm.module_level_aclient.close()


async def connect(model: str, arguments: dict[str, Any]) -> None:
    """Open a connection to the provider, for the client that the next request will use.

    ``arguments`` are those of the request. Nothing is sent but a HEAD without a key, and nothing
    at all to a provider that is not among those tested here.
    """
    litellm = importing.load()
    _, provider, key, base = litellm.get_llm_provider(
        model=model, api_base=arguments["base_url"], api_key=arguments["api_key"]
    )
    base = base or _USUAL.get(provider)
    if base is None:
        return
    if provider == "anthropic":
        client = litellm.module_level_aclient.client
    elif provider in _OF_OPENAI:
        made = litellm.main.openai_chat_completions.get_openai_client(
            is_async=True,
            api_key=key or arguments["api_key"],
            api_base=base,
            timeout=arguments["timeout"],
            max_retries=0,
        )
        client, base = made._client, str(made.base_url)  # noqa: SLF001 - the one it will use
    elif provider in _OF_LITELLM:
        handlers = import_module("litellm.llms.custom_httpx.http_handler")
        made = handlers.get_async_httpx_client(
            llm_provider=litellm.LlmProviders(provider), params={"ssl_verify": None}
        )
        client = made.client
    else:
        return
    await client.head(base)


def exercise(model: str) -> None:
    """Run litellm once without a network: what it builds on first use is there then."""
    litellm = importing.load()
    answer = litellm.completion(
        model=model,
        messages=[{"role": "user", "content": "hello"}],
        api_key="none",
        stream=True,
        mock_response="hello",
        max_retries=0,
        num_retries=0,
    )
    for _ in answer:
        pass
    if litellm.get_llm_provider(model=model)[1] != "openai":
        litellm.main._get_encoding()  # noqa: SLF001 - other providers' requests load it: 0.2 s
