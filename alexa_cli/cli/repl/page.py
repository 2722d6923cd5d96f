"""The screen above a prompt that stands: what is written there never disturbs what is typed."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING, Any

from prompt_toolkit.application import run_in_terminal

from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from prompt_toolkit import PromptSession

NARROWEST = 20


class Page:
    """Writes above the prompt while it stands, whole lines at a time; else as it comes."""

    def __init__(self, prompt: PromptSession[str]) -> None:
        self._prompt, self._out = prompt, sys.stdout
        self._waiting = ""
        self._writing: set[Awaitable[Any]] = set()

    @property
    def columns(self) -> int:
        """How wide the screen is."""
        return max(NARROWEST, self._prompt.app.output.get_size().columns)

    def show(self, text: str, *, bell: bool = False) -> None:
        """Write lines; words stay whole."""
        columns = self.columns
        shown = "\n".join(fitted(line, columns) for line in printable(text).split("\n"))
        self.write(("\a" if bell else "") + shown + "\n")

    def write(self, text: str) -> None:
        """Write a piece of a line."""
        self._waiting += text
        if not self._prompt.app.is_running:
            self._flush(len(self._waiting))
        elif "\n" in text:
            # The prompt is taken away for a moment, when the loop is next idle.
            writing = run_in_terminal(lambda: self._flush(self._waiting.rfind("\n") + 1))
            self._writing.add(writing)
            writing.add_done_callback(self._writing.discard)  # type: ignore[attr-defined]

    def redraw(self) -> None:
        """Draw the prompt and the toolbar again, soon."""
        self._prompt.app.invalidate()

    def _flush(self, end: int) -> None:
        text, self._waiting = self._waiting[:end], self._waiting[end:]
        if text:
            self._out.write(text)
            self._out.flush()


def fitted(line: str, columns: int) -> str:
    """Return a line on as many lines as it needs, the further ones indented."""
    if len(line) < columns:
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(line, columns - 1, subsequent_indent=indent, break_on_hyphens=False)
