"""The HTTP clients that litellm keeps: opening their connections ahead, and closing them.

litellm makes one client per event loop and address and keeps it, but closes it only when the
process ends, when its loop is gone. Whoever ran a loop closes what belongs to it.
"""

from __future__ import annotations

import asyncio
from typing import Any

from alexa_cli.models.llm import importing


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

    ``arguments`` are those of the request. Nothing is sent but a HEAD without a key.
    """
    litellm = importing.load()
    _, provider, key, base = litellm.get_llm_provider(
        model=model, api_base=arguments["base_url"], api_key=arguments["api_key"]
    )
    if provider == "anthropic":
        base = base or "https://api.anthropic.com"
        await litellm.module_level_aclient.client.head(base)
    elif provider == "openai" or provider in litellm.openai_compatible_providers:
        client = litellm.main.openai_chat_completions.get_openai_client(
            is_async=True,
            api_key=key or arguments["api_key"],
            api_base=base or "https://api.openai.com/v1",
            timeout=arguments["timeout"],
            max_retries=0,
        )
        await client._client.head(client.base_url)  # noqa: SLF001 - the one it will use


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
