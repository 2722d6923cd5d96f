"""An answer in words while it streams: what of it can be shown already.

Only what is certainly talk is shown. What begins like a call, like JSON, like a thought or like
"I'll turn ..." waits until the answer is whole.
"""

from __future__ import annotations

import re

from alexa_cli.decide.planner.claims import may_become_a_claim
from alexa_cli.decide.planner.tolerant import without_thoughts

STEPS = 48
"""An answer is shown in steps of at least this share of its length (1/48): a long one is not
copied once for each of its tokens."""
_STOPS = re.compile(r"<(?=[a-z/|])|```|\{", re.IGNORECASE)
"""From here on it may be something else than talk."""
_FIRST = re.compile(r"[\"'“‘¡¿(]*[^\W\d_]+(?:['’-][^\W\d_]+)*[,.!?:;]*\s|\d[\d.,:%°/-]*\s")
"""A first word that no call begins with: no underscore, no bracket, no dot inside."""
_SAY = re.compile(r'\s*\{\s*"say"\s*:\s*"')
_ESCAPES = {"n": "\n", "t": " ", "r": " ", "b": "", "f": " "}


class Speech:
    """Takes pieces of text and says what may be shown. ``schema``: the answer is JSON of ours."""

    def __init__(self, *, schema: bool) -> None:
        self._schema, self._text, self._shown = schema, "", 0
        self._length, self._quiet = 0, False

    def quiet(self) -> None:
        """There are calls: nothing more is shown."""
        self._quiet = True

    def add(self, piece: str) -> str | None:
        """Return the answer so far, if there is enough more of it to show."""
        self._text += piece
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
        sure = (text[: stop.start()] if stop else text).strip()
        if _FIRST.match(text) is None or may_become_a_claim(text):
            return ""
        return sure

    def _said(self) -> str:
        """Return the value of ``say`` as far as it has come, where it is the first key."""
        begun = _SAY.match(self._text)
        if begun is None:
            return ""
        text, at = [], begun.end()
        while at < len(self._text):
            char = self._text[at]
            if char == '"':
                break
            if char == "\\":
                if at + 1 >= len(self._text) or self._text[at + 1] == "u":
                    break  # a code of four digits: the whole answer will have it
                text.append(_ESCAPES.get(self._text[at + 1], self._text[at + 1]))
                at += 1
            else:
                text.append(char)
            at += 1
        said = without_thoughts("".join(text))
        return "" if may_become_a_claim(said) else said.strip()


def _open_thought(text: str) -> bool:
    """Whether a thought has begun, perhaps only with ``<thi``, and has not ended."""
    start = text.lstrip()[:12].lower()
    if not start.startswith("<"):
        return False
    ended = re.search(r"</(?:think|thinking|thought|thoughts|reasoning|reflection)>", text)
    return ended is None
