"""Requests that are given up while litellm still prepares them.

litellm prepares a request in a thread, which hands back the coroutine that sends it. Who is
cancelled meanwhile never sees that coroutine, and Python complains that nobody awaited it. So it
is noted where it is made, and closed if nobody wants it any more.
"""

from __future__ import annotations

import functools
import inspect
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class _Begun:
    """One request, from when it is prepared until it is on its way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: Any = None
        self._given_up = False

    def take(self, made: Any) -> None:  # noqa: ANN401 - litellm's own
        """Note what sends it. In litellm's thread."""
        with self._lock:
            self._made = made
            if self._given_up:
                self._drop()

    def give_up(self) -> None:
        """It will not be sent, unless it is on its way already."""
        with self._lock:
            self._given_up = True
            self._drop()

    def _drop(self) -> None:
        made = self._made
        if inspect.iscoroutine(made) and inspect.getcoroutinestate(made) == inspect.CORO_CREATED:
            made.close()


_begun: ContextVar[_Begun | None] = ContextVar("alexa_begun", default=None)


@contextmanager
def given_up_if_left() -> Iterator[None]:
    """Around the await of a request: whoever is cancelled in it leaves nothing behind."""
    begun, before = _Begun(), _begun.get()
    _begun.set(begun)
    try:
        yield
    except BaseException:
        begun.give_up()
        raise
    finally:
        _begun.set(before)


def noting(prepare: Callable[..., Any]) -> Callable[..., Any]:
    """Return litellm's function that prepares a request, noting what it makes."""

    @functools.wraps(prepare)
    def prepared(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - litellm's own
        made = prepare(*args, **kwargs)
        begun = _begun.get()
        if begun is not None:
            begun.take(made)
        return made

    return prepared
