# ruff: noqa: PLR2004 - 10 and 100 are what spoken numbers are made of

"""Places in a row: "the second one", "twenty first", "21st", "last".

Counted from 1; from the end from -1 ("second to last" is -2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.language.english import ORDINAL_ENDINGS, ORDINAL_TENS, ORDINALS, SMALL, TENS
from alexa_cli.language.grammar import (
    Moment,
    Readings,
    Spans,
    Unreadable,
    Words,
    first_readings,
    word_at,
)

if TYPE_CHECKING:
    from alexa_cli.turn import Json

_WORDS = {value: word for word, value in ORDINALS.items() if value <= 12}
_MOST = 10**6
_LASTS = {"last": -1, "final": -1, "penultimate": -2}


def small_ordinals(words: Words, start: int) -> Readings[int]:
    """Return the readings of an ordinal from 1 to 99, or of any in digits ("121st")."""
    word = word_at(words, start)
    if word in ORDINALS:
        return [(start + 1, ORDINALS[word])]
    if word in ORDINAL_TENS:
        return [(start + 1, ORDINAL_TENS[word])]
    following = word_at(words, start + 1)
    if word in TENS and ORDINALS.get(following, 10) < 10:
        return [(start + 2, TENS[word] + ORDINALS[following])]
    written = word.isascii() and word.isdecimal() and len(word) <= 6
    if written and following in ORDINAL_ENDINGS and int(word) > 0:
        return [(start + 2, int(word))]
    return []


def _forward(words: Words, start: int) -> Readings[int]:
    found = small_ordinals(words, start)
    word = word_at(words, start)
    hundreds = SMALL.get(word, 1 if word in {"a", "hundredth"} else 0)
    at = start if word == "hundredth" else start + 1
    if 0 < hundreds < 10:
        if word_at(words, at) == "hundredth":
            found.append((at + 1, hundreds * 100))
        elif word_at(words, at) == "hundred":
            rest = at + 1 + (word_at(words, at + 1) == "and")
            found += [(e, hundreds * 100 + v) for e, v in small_ordinals(words, rest)]
    return found


def ordinals(words: Words, start: int) -> Readings[int]:
    """Return the readings of a place in a row."""
    start += word_at(words, start) == "the"
    word = word_at(words, start)
    found: Readings[int] = []
    if word in _LASTS:
        found.append((start + 1, _LASTS[word]))
    elif tuple(words[start : start + 3]) == ("next", "to", "last"):
        found.append((start + 3, -2))
    for end, value in _forward(words, start):
        found.append((end, value))
        if tuple(words[end : end + 2]) == ("to", "last") and value > 1:
            found.append((end + 2, -value))
    found += [(end + 1, value) for end, value in found if word_at(words, end) == "one"]
    return first_readings(found)


def say_ordinal(value: int) -> str:
    """Return ``first``, ``21st``, ``last``, ``third to last``."""
    if value == -1:
        return "last"
    if value < 0:
        return f"{say_ordinal(-value)} to last"
    return _WORDS.get(value) or in_figures(value)


def in_figures(value: int) -> str:
    """Return ``21st``."""
    teen = value % 100 in {11, 12, 13}
    return f"{value}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(value % 10, 'th')}"


def _resolve(value: int, _moment: Moment) -> Json:
    return value


def _canonical(value: Json, _moment: Moment) -> Json:
    if isinstance(value, bool) or not isinstance(value, int | float) or value % 1:
        return None
    if value == 0 or abs(value) >= _MOST:
        message = "I count from one, or back from the last"
        raise Unreadable(message)
    return int(value)


def _say(value: Json, _moment: Moment) -> str:
    return say_ordinal(value) if isinstance(value, int) else str(value)


ENGLISH = Spans(
    name="ordinal",
    noun="place in a row",
    starts=frozenset(
        {*ORDINALS, *ORDINAL_TENS, *TENS, *SMALL, *_LASTS, "hundredth", "a", "the", "next"}
    ),
    parse=ordinals,
    resolve=_resolve,
    canonical=_canonical,
    word=_say,
)
