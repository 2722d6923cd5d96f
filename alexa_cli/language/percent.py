"""Percentages: "a hundred percent", "50%", "fifty"; a part of one is a share ("half" is 50).

"Full" and "maximum" are 100. "Minimum" is 1, not 0: the least that is still on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.language.english import NUMBER_STARTS
from alexa_cli.language.grammar import (
    Moment,
    Readings,
    Spans,
    Unreadable,
    Words,
    first_readings,
    word_at,
)
from alexa_cli.language.number import Number, exact, fractions, in_figures, plain_number, tidy

if TYPE_CHECKING:
    from alexa_cli.turn import Json

_EXTREMES = {
    "full": 100, "maximum": 100, "max": 100, "minimum": 1, "min": 1, "halfway": 50,
}  # fmt: skip
_SIGNED = frozenset({"minus", "negative", "plus", "dozen", "couple"})


def percents(words: Words, start: int) -> Readings[Number]:
    """Return the readings of a percentage, 0 or more."""
    word = word_at(words, start)
    if word in _EXTREMES:
        return [(start + 1, _EXTREMES[word])]
    if word == "half" and word_at(words, start + 1) == "way":
        return [(start + 2, 50), (start + 1, 50)]
    found: Readings[Number] = [
        (end, tidy(round(share * 100, 0))) for end, share in fractions(words, start)
    ]
    for end, value in exact(words, start):
        found.append((end, value))
        if word_at(words, end) == "percent":
            found.append((end + 1, value))
        elif word_at(words, end) == "per" and word_at(words, end + 1) == "cent":
            found.append((end + 2, value))
    if tuple(words[start : start + 3]) == ("half", "a", "percent"):
        found.append((start + 3, 0.5))
    return first_readings(found)


def _resolve(value: Number, _moment: Moment) -> Json:
    return value


def _canonical(value: Json, _moment: Moment) -> Json:
    number = plain_number(value)
    if number is not None and number < 0:
        message = "a percentage can't be negative"
        raise Unreadable(message)
    return number


def _say(value: Json, _moment: Moment) -> str:
    number = plain_number(value)
    return str(value) if number is None else f"{in_figures(number)}%"


ENGLISH = Spans(
    name="percent",
    noun="percentage",
    starts=(NUMBER_STARTS - _SIGNED) | set(_EXTREMES),
    parse=percents,
    resolve=_resolve,
    canonical=_canonical,
    word=_say,
)
