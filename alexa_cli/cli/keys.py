"""Single keys of a terminal, while something else goes on; and one that is held down."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPEATS = 0.8
"""Seconds from a key to its first repeat, if it is held; terminals begin after 0.25 to 0.7."""
RELEASED = 0.4
"""Seconds without a repeat after which a held key was let go; repeats come 10 to 30 a second."""
TALK, LEAVE = frozenset(b" \r\n"), frozenset(b"q\x04")


@contextmanager
def keys(talk: Callable[[int], None], leave: Callable[[], None]) -> Iterator[bool]:
    """Call ``talk`` for the space bar and Enter, ``leave`` for q and Ctrl-D, within a loop.

    ``talk`` is given the key; one that is held comes again and again.

    Yields whether there are keys at all: stdin is a terminal that gives single ones. It is left
    as it was.
    """
    try:
        import termios
        import tty
    except ImportError:  # Windows has no such terminals
        yield False
        return
    if not sys.stdin.isatty():
        yield False
        return
    handle = sys.stdin.fileno()
    loop = asyncio.get_running_loop()

    def read() -> None:
        try:
            pressed = os.read(handle, 64)
        except OSError:
            pressed = b""
        if not pressed:  # the terminal was closed: nobody is there any more
            loop.remove_reader(handle)
            leave()
        elif LEAVE & set(pressed):
            leave()
        elif said := [key for key in pressed if key in TALK]:
            talk(said[-1])

    before = termios.tcgetattr(handle)
    tty.setcbreak(handle, termios.TCSANOW)
    loop.add_reader(handle, read)
    try:
        yield True
    finally:
        loop.remove_reader(handle)
        with suppress(termios.error):  # it may be gone
            termios.tcsetattr(handle, termios.TCSANOW, before)


class Held:
    """A key that begins something when it is pressed and ends it when it is pressed again.

    A terminal does not tell when a key is let go, but repeats one that is held. So one that comes
    again at once is held, and it ends when no more of it comes.
    """

    def __init__(self, key: Callable[[], None], active: Callable[[], bool]) -> None:
        """``key`` begins or ends it; ``active``: whether it was begun."""
        self._key, self._active = key, active
        self._last, self._which = -REPEATS, 0
        self._began = False
        """Whether the last press that counted began it."""
        self._release: asyncio.TimerHandle | None = None

    def press(self, which: int = 0) -> None:
        """Take the key, or a repeat of it; ``which``: where there are several. Within a loop."""
        loop = asyncio.get_running_loop()
        since, self._last = loop.time() - self._last, loop.time()
        before, self._which = self._which, which
        if since >= REPEATS or which != before:
            if self._release is not None:
                self._release.cancel()
            self._began = not self._active()
            self._key()
        elif self._began:
            self._hold(loop)

    def _hold(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._release is not None:
            self._release.cancel()
        self._release = loop.call_later(RELEASED, self._let_go)

    def _let_go(self) -> None:
        self._release, self._began = None, False
        if self._active():
            self._key()
