"""An answer in words while it streams: what of it can be shown already.

Only what is certainly talk is shown. What begins like a call, like JSON, like a thought or like
"I'll turn ..." waits until the answer is whole.
"""

from __future__ import annotations

import json
import re

from alexa_cli.decide.planner.claims import may_become_a_claim
from alexa_cli.decide.planner.tolerant import without_thoughts

STEPS = 48
"""An answer is shown in steps of at least this share of its length (1/48): a long one is not
copied once for each of its tokens."""
MAX_SAID = 4_000
"""Characters of an answer in words."""
_STOPS = re.compile(r"<(?=[a-z/|]|\Z)|```|`{1,2}\Z|\{", re.IGNORECASE)
"""From here on it may be something else than talk."""
_FIRST = re.compile(r"[\"'“‘¡¿(]*[^\W\d_]+(?:['’-][^\W\d_]+)*[,.!?:;\"'”’)]*\s|\d[\d.,:%°/-]*\s")
"""A first word that no call begins with: no underscore, no bracket, no dot inside."""
_SAY = re.compile(r'\s*\{\s*"say"\s*:\s*"((?:[^"\\]|\\(?:[^u]|u[0-9a-fA-F]{4}))*)')
"""The value of ``say`` as far as it has come, without half of an escape."""


class Speech:
    """Takes pieces of text and says what may be shown. ``schema``: the answer is JSON of ours."""

    def __init__(self, *, schema: bool) -> None:
        self._schema, self._text, self._shown = schema, "", 0
        self._length, self._quiet = 0, False

    def quiet(self) -> None:
        """Show nothing more: there are calls, or another answer was shown before."""
        self._quiet = True

    def add(self, piece: str) -> str | None:
        """Return the answer so far, if there is enough more of it to show."""
        self._text += piece
        if "\x1b" in piece or "\x9b" in piece:
            self.quiet()  # an escape is removed when it is whole
        if self._quiet or len(self._text) - self._length < len(self._text) // STEPS:
            return None
        self._length = len(self._text)
        sure = self._sure()
        if len(sure) - self._shown < max(1, len(sure) // STEPS):
            return None
        self._shown = len(sure)
        return sure

    def _sure(self) -> str:
        if self._schema:
            return self._said()
        if _open_thought(self._text):
            return ""
        text = without_thoughts(self._text)
        stop = _STOPS.search(text)
        sure = (text[: stop.start()] if stop else text)[:MAX_SAID].strip()
        if _FIRST.match(text) is None or may_become_a_claim(text):
            return ""
        return sure

    def _said(self) -> str:
        """Return the value of ``say`` as far as it has come, where it is the first key."""
        begun = _SAY.match(self._text)
        if begun is None:
            return ""
        try:
            said = str(json.loads(f'"{begun.group(1)}"', strict=False))
        except ValueError:
            return ""
        said = without_thoughts(said)
        return "" if may_become_a_claim(said) else said[:MAX_SAID].strip()


def bounded(text: str, *, cut: bool = False) -> str:
    """Return an answer of a length that can be listened to; what was cut off ends so."""
    if len(text) <= MAX_SAID and not cut:
        return text
    return f"{text[:MAX_SAID].rstrip()}…"


def _open_thought(text: str) -> bool:
    """Whether a thought has begun, perhaps only with ``<thi``, and has not ended."""
    start = text.lstrip()[:12].lower()
    if not start.startswith("<"):
        return False
    ended = re.search(r"</(?:think|thinking|thought|thoughts|reasoning|reflection)>", text)
    return ended is None
