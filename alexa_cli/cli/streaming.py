"""A reply on the screen while it still streams: whole words, wrapped, and then the rest of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alexa_cli.language.text import printable
from alexa_cli.turn import Replying

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.turn import Event

_WORDS = re.compile(r"\s+|\S+")


class Stream:
    """Shows pieces of one reply. ``columns``: wrap there; None: as it comes, for pipes and files.

    With ``columns`` a word is held back until it is whole, so that no line is redrawn.
    """

    def __init__(self, write: Callable[[str], None], columns: int | None = None) -> None:
        self._write, self._columns = write, columns
        self._held, self._at = "", 0
        self.text = ""
        """What was given so far."""

    def see(self, event: Event) -> None:
        """Show the event if it is a piece of the reply."""
        if isinstance(event, Replying):
            self.add(event.text)

    def add(self, piece: str) -> None:
        """Show a piece, which is printable already."""
        self.text += piece
        if self._columns is None:
            self._write(piece)
            return
        self._held += piece
        words = _WORDS.findall(self._held)
        self._held = "" if not words or words[-1].isspace() else words.pop()
        for word in words:
            self._place(word)

    def finish(self, whole: str) -> None:
        """Show what is left of the reply, and end its line.

        A reply that turned out otherwise than it began is shown whole on a line of its own.
        """
        whole = printable(whole)
        if whole.startswith(self.text):
            self.add(whole[len(self.text) :])
        else:
            self.add("\n")
            self.text = ""
            self.add(whole)
        if self._held:
            self._place(self._held)
            self._held = ""
        self._write("\n")

    def _place(self, word: str) -> None:
        """Write a word, or the space between two, on this line or the next."""
        columns = self._columns or 0
        if word.isspace():
            if "\n" in word:
                self._write(word)
                self._at = 0
            elif self._at:
                self._write(word)
                self._at += len(word)
            return
        if self._at and self._at + len(word) >= columns:
            self._write("\n  ")
            self._at = 2
        self._write(word)
        self._at += len(word)
