"""What a language model answered, made safe to show: plain text, whatever it holds.

Terminal escapes and invisible characters go, also where a stream cuts one in two.
"""

from __future__ import annotations

import unicodedata
from enum import Enum, auto

LONGEST_STRING = 4_096
"""Characters of a command to the terminal (a title, a clipboard) that are dropped before the rest
counts as text again: an escape that never ends must not swallow the answer."""
_STRINGS = frozenset("\x90\x98\x9d\x9e\x9f")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class _In(Enum):
    TEXT = auto()
    ESCAPE = auto()
    SEQUENCE = auto()
    """A control sequence: ``ESC [`` to a letter."""
    STRING = auto()
    """A command with text in it: ``ESC ]`` to BEL or ``ESC \\``."""
    STRING_END = auto()


class Cleaner:
    """Cleans a stream: what its pieces give, joined, is what the whole text gives."""

    def __init__(self) -> None:
        self._in, self._length = _In.TEXT, 0

    def feed(self, piece: str) -> str:
        """Return what of this piece may be shown."""
        if self._in is _In.TEXT and piece.isascii() and piece.isprintable():
            return piece
        return "".join(c for c in piece if self._shows(c))

    def _shows(self, c: str) -> bool:
        match self._in:
            case _In.TEXT:
                return self._text(c)
            case _In.ESCAPE:
                return self._escape(c)
            case _In.SEQUENCE:
                if " " <= c <= "?":
                    return False
                self._in = _In.TEXT
                return False if "@" <= c <= "~" else self._text(c)
            case _In.STRING:
                self._length += 1
                if c in "\x07\x9c" or self._length > LONGEST_STRING:
                    self._in = _In.TEXT
                elif c == "\x1b":
                    self._in = _In.STRING_END
                return False
            case _In.STRING_END:
                self._in = _In.TEXT
                return False if c == "\\" else self._escape(c)

    def _text(self, c: str) -> bool:
        if c == "\x1b":
            self._in = _In.ESCAPE
        elif c == "\x9b":
            self._in = _In.SEQUENCE
        elif c in _STRINGS:
            self._in, self._length = _In.STRING, 0
        else:
            return c in "\n\t" or unicodedata.category(c) not in _INVISIBLE
        return False

    def _escape(self, c: str) -> bool:
        if c == "[":
            self._in = _In.SEQUENCE
        elif c in "]P^_X":
            self._in, self._length = _In.STRING, 0
        elif " " <= c <= "/":
            self._in = _In.ESCAPE
        else:
            self._in = _In.TEXT
            return False if "0" <= c <= "~" else self._text(c)
        return False


def clean(text: str) -> str:
    """Return text without escapes and invisible characters; newlines and tabs stay."""
    return Cleaner().feed(text)
