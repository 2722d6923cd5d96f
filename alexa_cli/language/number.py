"""Numbers as spoken and as written: "one hundred and five point two", "half a dozen", "1,000".

Own grammar instead of text2num: every prefix that is a number is wanted ("twenty" and "twenty
five"), at any word, at a few microseconds each.
"""

# ruff: noqa: PLR2004 - 10, 12 and 100 are what spoken numbers are made of

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from alexa_cli.language.english import (
    DIGIT_WORDS,
    FRACTION_PARTS,
    FRACTION_SIGNS,
    NUMBER_STARTS,
    SCALES,
    SMALL,
    TENS,
)
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

Number: TypeAlias = int | float
LIMIT = 10**15
"""Numbers stay below this, where a float still holds every whole number."""
_MOST_DIGITS = 15
_MOST_DECIMALS = 330


def tidy(value: Number) -> Number:
    """Return ``value`` as an int if it is whole."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def in_digits(word: str) -> Number | None:
    """Return the value of ``20`` or ``20.5``; None for other words (``6:45``, ``1.2.3``)."""
    whole, dot, decimals = word.partition(".")
    if not (whole.isascii() and whole.isdecimal()) or len(whole) > _MOST_DIGITS:
        return None
    if not dot:
        return int(whole)
    if not (decimals.isascii() and decimals.isdecimal()) or len(decimals) > _MOST_DECIMALS:
        return None
    return tidy(float(word))


def below_hundred(words: Words, start: int) -> Readings[int]:
    """Return the readings of a whole number below 100, in words or digits."""
    word = word_at(words, start)
    if word in SMALL:
        return [(start + 1, SMALL[word])]
    if word in TENS:
        unit = SMALL.get(word_at(words, start + 1), 0)
        tens = [(start + 1, TENS[word])]
        return [(start + 2, TENS[word] + unit), *tens] if 0 < unit < 10 else tens
    if word.isascii() and word.isdecimal() and len(word) <= 2:
        return [(start + 1, int(word))]
    return []


def _group(words: Words, start: int) -> Readings[Number]:
    """Return the readings of what may stand before "thousand"."""
    heads: Readings[Number] = [*below_hundred(words, start)]
    word = word_at(words, start)
    if not heads and (value := in_digits(word)) is not None:
        heads = [(start + 1, value)]
    found = list(heads)
    if word == "a":
        heads = [(start + 1, 1)]
    elif word == "hundred":
        heads = [(start, 1)]
    for end, value in heads:
        if word_at(words, end) == "hundred":
            found += [(e, value * 100 + v) for e, v in _rest(words, end + 1, 100)]
            found.append((end + 1, tidy(value * 100)))
    return found


def _rest(words: Words, start: int, below: int) -> Readings[Number]:
    """Return the readings of what follows a scale: "[and] five"."""
    start += word_at(words, start) == "and"
    readings = below_hundred(words, start) if below == 100 else cardinals(words, start, below)
    return [(end, value) for end, value in readings if 0 < value < below]


def cardinals(words: Words, start: int, below: int = LIMIT) -> Readings[Number]:
    """Return the readings of a number of things: no sign, no fraction words, no "point"."""
    heads = _group(words, start)
    found = list(heads)
    word = word_at(words, start)
    if word == "a":
        heads = [*heads, (start + 1, 1)]
    elif word in SCALES:
        heads = [(start, 1)]
    for end, value in heads:
        scale = SCALES.get(word_at(words, end), LIMIT)
        if scale < below and value * scale < LIMIT:
            found += [(e, tidy(value * scale + v)) for e, v in _rest(words, end + 1, scale)]
            found.append((end + 1, tidy(value * scale)))
    return found


def fractions(words: Words, start: int) -> Readings[float]:
    """Return the readings of a part of one: "half", "a quarter", "three quarters", "1/2"."""
    word = word_at(words, start)
    if word in FRACTION_SIGNS:
        return [(start + 1, FRACTION_SIGNS[word])]
    if word == "half":
        return [(start + 1, 0.5)]
    if "/" in word:
        over, _, under = word.partition("/")
        if over.isdecimal() and under.isdecimal() and len(word) <= 7 and 0 < int(over) < int(under):
            return [(start + 1, int(over) / int(under))]
        return []
    over_value = 1 if word in {"a", "an"} else SMALL.get(word, 0)
    parts = FRACTION_PARTS.get(word_at(words, start + 1), 0)
    return [(start + 2, over_value / parts)] if 0 < over_value < parts else []


def _point(words: Words, start: int) -> list[tuple[int, str]]:
    """Return (end, decimals) of "point two five" from "point" on."""
    if word_at(words, start) != "point":
        return []
    found: list[tuple[int, str]] = []
    decimals, end = "", start + 1
    while (word := word_at(words, end)) in DIGIT_WORDS or (word.isascii() and word.isdecimal()):
        decimals += DIGIT_WORDS.get(word, word)
        end += 1
        if len(decimals) > _MOST_DIGITS:
            break
        found.append((end, decimals))
    if not found:
        found = [(e, str(v)) for e, v in below_hundred(words, start + 1) if v >= 10]
    return found


def _exact(words: Words, start: int) -> Readings[Number]:
    """Return the readings of an unsigned number that names no dozen and no couple."""
    found: Readings[Number] = []
    for end, value in cardinals(words, start):
        found.append((end, value))
        if isinstance(value, int):
            found += [(e, tidy(float(f"{value}.{d}"))) for e, d in _point(words, end)]
            found += _and_fraction(words, end, value)
    found += [(e, tidy(float(f"0.{d}"))) for e, d in _point(words, start)]
    found += fractions(words, start)
    return found


def _and_fraction(words: Words, end: int, value: int) -> Readings[Number]:
    """Return the readings of "and a half" behind ``value``, and of "and a half million"."""
    joined = word_at(words, end) == "and"
    if not joined and not any(c in word_at(words, end) for c in "/½¼¾⅓⅔"):
        return []
    found: Readings[Number] = []
    for e, part in fractions(words, end + joined):
        found.append((e, value + part))
        scale = SCALES.get(word_at(words, e), 1)
        if scale > 1 and (value + part) * scale < LIMIT:
            found.append((e + 1, tidy((value + part) * scale)))
    return found


def _loose(words: Words, start: int) -> Readings[Number]:
    """Return the readings of "a couple of", "half a dozen", "two dozen", "half a million"."""
    word = word_at(words, start)
    noun = start + 1 if word == "a" else start
    found: Readings[Number] = []
    if word_at(words, noun) == "couple":
        of = noun + 2 if word_at(words, noun + 1) == "of" else noun + 1
        found += [(e, 2) for e in {noun + 1, of}]
        if word_at(words, of) in {"hundred", *SCALES}:
            found.append((of + 1, 2 * SCALES.get(words[of], 100)))
    if word_at(words, noun) == "dozen":
        found.append((noun + 1, 12))
    elif word == "half" and word_at(words, start + 1) == "a":
        counted = {"dozen": 12, "hundred": 100, **SCALES}.get(word_at(words, start + 2))
        found += [(start + 3, counted // 2)] if counted else []
    else:
        found += [
            (end + 1, value * 12)
            for end, value in cardinals(words, start)
            if word_at(words, end) == "dozen" and value < 1_000
        ]
    return found


def unsigned(words: Words, start: int) -> Readings[Number]:
    """Return the readings of a number that is not negative."""
    return first_readings(_exact(words, start) + _loose(words, start))


def exact(words: Words, start: int) -> Readings[Number]:
    """Return the readings of a number without a sign, a dozen or a couple."""
    return first_readings(_exact(words, start))


def numbers(words: Words, start: int) -> Readings[Number]:
    """Return the readings of any number."""
    sign = word_at(words, start)
    if sign in {"minus", "negative"}:
        return [(end, -value) for end, value in unsigned(words, start + 1)]
    return unsigned(words, start + 1 if sign == "plus" else start)


def in_figures(value: Number, *, commas: bool = True) -> str:
    """Return ``1,000`` or ``0.25``, never an exponent; every digit that the value has."""
    plain = Decimal(repr(tidy(value)))
    return f"{plain:,f}" if commas else f"{plain:f}"


def plain_number(value: Json) -> Number | None:
    """Return a finite JSON number below ``LIMIT``, None for what is no number at all."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value) or abs(value) >= LIMIT:
        message = "that number is too large for me"
        raise Unreadable(message)
    return tidy(value)


def _resolve(value: Number, _moment: Moment) -> Json:
    return value


def _canonical(value: Json, _moment: Moment) -> Json:
    return plain_number(value)


def _say(value: Json, _moment: Moment) -> str:
    number = plain_number(value)
    return str(value) if number is None else in_figures(number)


ENGLISH = Spans(
    name="number",
    noun="number",
    starts=NUMBER_STARTS,
    parse=numbers,
    resolve=_resolve,
    canonical=_canonical,
    word=_say,
)
