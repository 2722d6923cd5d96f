"""What an answer may be at most: a bound on its length, and an end to one that has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.models.chat import End, ToolPiece
from alexa_cli.models.failures import BadAnswer

if TYPE_CHECKING:
    from alexa_cli.models.chat import ModelSpec, Piece

LONGEST = 200_000
"""Characters of an answer, everything in it; more is no answer."""
REPEATED = 2_000
"""Characters that are one text again and again ..."""
LONGEST_PERIOD = 1_000
"""... which has at most this many characters, and comes four times or more."""
_EVERY = 256
"""New characters after which a loop is looked for."""
_NEEDLE = 48


class Limits:
    """Watches one answer as it comes."""

    def __init__(self, spec: ModelSpec) -> None:
        self._spec, self._length = spec, 0
        self._tails: dict[str, _Tail] = {}

    def add(self, piece: Piece) -> None:
        """Take a piece into account; raises ``BadAnswer`` if it is one too many."""
        if isinstance(piece, End):
            return
        if isinstance(piece, ToolPiece):
            kind, text = f"call {piece.index}", piece.arguments
        else:
            kind, text = type(piece).__name__, piece.text
        self._length += len(text)
        if self._length > LONGEST:
            raise BadAnswer(f"{self._spec.name} does not stop: {LONGEST // 1000} kB and no end")
        if self._tails.setdefault(kind, _Tail()).loops(text):
            raise BadAnswer(f"{self._spec.name} repeats itself without end")


class _Tail:
    """The end of a text, as much of it as shows a loop."""

    def __init__(self) -> None:
        self._text, self._new = "", 0

    def loops(self, text: str) -> bool:
        self._text += text
        self._new += len(text)
        if self._new < _EVERY:
            return False
        self._new = 0
        self._text = self._text[-(REPEATED + 4 * LONGEST_PERIOD) :]
        return loops(self._text)


def loops(text: str) -> bool:
    """Whether the end of ``text`` is one short text again and again."""
    if len(text) < REPEATED:
        return False
    before = text.rfind(text[-_NEEDLE:], 0, len(text) - 1)
    period = len(text) - _NEEDLE - before
    if before < 0 or period > LONGEST_PERIOD:
        return False
    end = text[-max(REPEATED, 4 * period) :]
    return len(end) >= 4 * period and end[period:] == end[:-period]
