"""Events: a clause in plain words ("Daisy is not fed").

Any words will do; what they mean is for the expert that watches for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.language.grammar import Moment, Unreadable, Words
from alexa_cli.language.text import words as split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.turn import Json


class Clause:
    """The grammar of an event. Implements ``Grammar``; the same in every language."""

    name = "event"

    def ends(self, words: Words, start: int) -> Sequence[int]:
        """See ``Grammar``: every span that is not empty, the shortest first.

        So a time behind it is not taken for a part of it ("fed by noon").
        """
        return range(start + 1, len(words) + 1)

    def read(self, words: Words, moment: Moment) -> Json:  # noqa: ARG002 - as in Grammar
        """See ``Grammar``: the words themselves."""
        if not words:
            message = "I heard no event"
            raise Unreadable(message)
        return " ".join(words)

    def check(self, value: Json, moment: Moment) -> Json:
        """See ``Grammar``."""
        if not isinstance(value, str):
            message = f"I don't know what event '{value}' is"
            raise Unreadable(message)
        return self.read(split(value), moment)

    def say(self, value: Json, moment: Moment) -> str:  # noqa: ARG002 - as in Grammar
        """See ``Grammar``."""
        return str(value)


ENGLISH = Clause()
