"""What the user said, as evidence: which of a model's texts are the user's own words.

A plan whose arguments are the user's words can be checked, kept for the same words on another
day, and told back as it was said. So a model's text is taken for the words it repeats wherever
there are such words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from alexa_cli.decide.spans import ARTICLES, LONGEST_NAME
from alexa_cli.language.registry import Unreadable, grammar
from alexa_cli.language.text import words as words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alexa_cli.context.names import NameList
    from alexa_cli.decide.model import Request
    from alexa_cli.turn import Json

MAX_WORDS = 60
"""Words of an utterance in which values are looked for."""


@dataclass(frozen=True)
class Said:
    """The words of one request."""

    request: Request

    @cached_property
    def _bare(self) -> tuple[str, ...]:
        return tuple(word.removesuffix("'s") for word in self.request.words)

    def find(self, text: str, *, possessive: bool = False) -> str | None:
        """Return the user's own words that ``text`` repeats, as they were said; None: none.

        Articles before it do not count. ``possessive``: nor does "'s", as in "Meg's number".
        """
        if not text or len(text) > len(self.request.utterance.text) + 40:
            return None
        wanted = words_of(text)
        while wanted:
            place = _place(wanted, self.request.words)
            if place is not None:
                return self.request.said(place, place + len(wanted))
            bare = tuple(word.removesuffix("'s") for word in wanted)
            if possessive and _place(bare, self._bare) is not None:
                return text
            if wanted[0] not in ARTICLES:
                return None
            wanted = wanted[1:]
        return None

    def naming(self, listed: NameList, id_: str) -> str | None:
        """Return the user's own words that name this member of a list and no other; None: none."""
        words, forms = self.request.words[:MAX_WORDS], listed.forms()
        for length in range(min(LONGEST_NAME, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                if forms.get(words[start : start + length]) == (id_,):
                    return self.request.said(start, start + length)
        return None

    def one_of(self, phrases: Sequence[str]) -> str | None:
        """Return the user's own words that are the longest of some phrases; None: none is."""
        ordered = sorted(phrases, key=lambda phrase: -len(phrase))
        return next((found for phrase in ordered if (found := self.find(phrase))), None)

    def values(self, x_type: str) -> Iterator[tuple[str, Json]]:
        """Yield the spans that the grammar of a type accepts, as said, and what each means.

        The longest one from each start; none that lies within another.
        """
        reader = grammar(x_type, self.request.moment.language)
        words = self.request.words[:MAX_WORDS]
        start = 0
        while start < len(words):
            for end in reader.ends(words, start):
                try:
                    value = reader.read(words[start:end], self.request.moment)
                except Unreadable:
                    continue
                yield self.request.said(start, end), value
                start = end - 1
                break
            start += 1


def _place(wanted: tuple[str, ...], words: tuple[str, ...]) -> int | None:
    """Return where ``wanted`` stands in ``words``, one after the other."""
    for start in range(len(words) - len(wanted) + 1):
        if words[start : start + len(wanted)] == wanted:
            return start
    return None
