"""litellm, imported late and once: it takes seconds, so it starts while nobody waits for it.

Nothing else in the house imports litellm. What it does on its own (reading ``.env``, fetching
prices and tokenizers, printing and logging) is switched off before anybody sees it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections import deque
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from alexa_cli.errors import ConfigError
from alexa_cli.models.llm.begun import noting

if TYPE_CHECKING:
    from collections.abc import Callable

_ENVIRONMENT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else prices are fetched at import
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",  # else these too
    "LITELLM_MODE": "PRODUCTION",  # else it reads .env into the environment
}
_ON_FIRST_USE = ("litellm.main", "openai.resources", "anyio._backends._asyncio")
"""What the first request would import else: half a second."""
_LOGGERS = ("LiteLLM", "LiteLLM Proxy", "LiteLLM Proxy.stdout", "LiteLLM Router")


class _Import:
    """The one import of this process. Its lock is held while it runs."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.module: Any = None
        self.seconds: float | None = None
        self.begun = False
        self.ended = threading.Event()
        """Whether the thread is done, well or not."""
        self.waiting: deque[Callable[[], None]] = deque()


_import = _Import()


def load() -> Any:  # noqa: ANN401 - litellm has no useful types
    """Return litellm; the first call imports it, which takes seconds. Any thread may call."""
    if _import.module is not None:
        return _import.module
    with _import.lock:
        if _import.module is None:
            started = time.perf_counter()
            try:
                module = _load()
            except ImportError as error:
                raise ConfigError(
                    f"litellm cannot be imported: {error}",
                    hint="language models need it: install alexa-cli again, with its dependencies",
                ) from error
            _import.seconds = time.perf_counter() - started
            _import.module = module
        return _import.module


def _load() -> Any:  # noqa: ANN401 - as above
    os.environ.update(_ENVIRONMENT)
    litellm: Any = import_module("litellm")  # not by statement: mypy would read all of it
    litellm.suppress_debug_info = True
    litellm.disable_hf_tokenizer_download = True
    litellm.disable_token_counter = True  # counted twice a request otherwise, and never right
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for name in _ON_FIRST_USE:
        import_module(name)
    litellm.main.completion = noting(litellm.main.completion)  # what acompletion runs in a thread
    return litellm


def prefetch() -> None:
    """Begin the import in a thread of its own, once. Returns at once."""
    if _import.begun:
        return
    _import.begun = True
    threading.Thread(target=_behind, name="import litellm", daemon=True).start()


def _behind() -> None:
    try:
        load()
    except ConfigError:
        pass  # whoever needs it tries again, and is told
    finally:
        _import.ended.set()
        while _import.waiting:
            _import.waiting.popleft()()


async def wait() -> Any:  # noqa: ANN401 - as above
    """Return litellm. The import runs in its own thread, and the loop goes on meanwhile.

    Not a thread of the loop's pool: whoever leaves need not wait for it.
    """
    if _import.module is None:
        prefetch()
        loop = asyncio.get_running_loop()
        over = asyncio.Event()

        def tell() -> None:
            with suppress(RuntimeError):  # the loop has been closed: nobody waits any more
                loop.call_soon_threadsafe(over.set)

        _import.waiting.append(tell)
        if not _import.ended.is_set():
            await over.wait()
    return load()


def is_loaded() -> bool:
    """Whether ``load`` would return at once."""
    return _import.module is not None


def import_seconds() -> float | None:
    """How long the import took; None: it has not ended."""
    return _import.seconds
