"""Single keys of a terminal, while something else goes on."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TALK, LEAVE = frozenset(b" \r\n"), frozenset(b"q\x04")


@contextmanager
def keys(talk: Callable[[], None], leave: Callable[[], None]) -> Iterator[bool]:
    """Call ``talk`` for the space bar and Enter, ``leave`` for q and Ctrl-D, within a loop.

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
        pressed = os.read(handle, 64)
        if not pressed:
            loop.remove_reader(handle)
        elif LEAVE & set(pressed):
            leave()
        elif TALK & set(pressed):
            talk()

    before = termios.tcgetattr(handle)
    tty.setcbreak(handle, termios.TCSANOW)
    loop.add_reader(handle, read)
    try:
        yield True
    finally:
        loop.remove_reader(handle)
        termios.tcsetattr(handle, termios.TCSANOW, before)
