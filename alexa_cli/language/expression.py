"""Sums as spoken and as typed: "twelve times seven plus three", "15% of 80", "2^10", "(3+4)*5".

The value is the sum in plain signs, ``12 * 7 + 3``. It holds at least one operation: a lone number
is no sum. What binds how is left to whoever works it out; "of" binds tighter than ``*``.

``sum    = part (("+" | "-" | "*" | "/" | "mod" | "^") part)*``
``part   = number "%"? | "-" part | "(" sum ")" | share "of" part | f "(" sum ("," sum)* ")"``
where a ``share`` is ``15%`` or ``2/3``, and ``f`` one of ``sqrt``, ``cbrt``, ``factorial``,
``total``, ``product``, ``average``.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from alexa_cli.language.english import (
    FRACTION_PARTS,
    FRACTION_SIGNS,
    NUMBER_STARTS,
    ORDINALS,
    SMALL,
)
from alexa_cli.language.grammar import Readings, Spans, Words, first_readings, word_at
from alexa_cli.language.number import below_hundred, exact, in_figures

if TYPE_CHECKING:
    from alexa_cli.language.grammar import Moment
    from alexa_cli.turn import Json


class Sum(NamedTuple):
    """A reading: its text in signs, where it ends, and whether it is more than one number."""

    text: str
    end: int
    works: bool


_OPERATORS: dict[tuple[str, ...], str] = {
    ("plus",): "+", ("added", "to"): "+", ("minus",): "-", ("take", "away"): "-",
    ("times",): "*", ("x",): "*", ("multiplied", "by"): "*", ("multiplied", "with"): "*",
    ("divided", "by"): "/", ("over",): "/", ("modulo",): "mod", ("mod",): "mod",
    ("power",): "^", ("to", "the", "power", "of"): "^", ("to", "the", "power"): "^",
    ("raised", "to", "the", "power", "of"): "^", ("raised", "to"): "^",
    ("add",): "+", ("subtract",): "-", ("less",): "-", ("multiply",): "*",
    ("multiply", "by"): "*", ("times", "by"): "*", ("divide", "by"): "/",
}  # fmt: skip
_ROOTS = {
    ("square", "root", "of"): "sqrt", ("square", "root"): "sqrt", ("root", "of"): "sqrt",
    ("squared", "root", "of"): "sqrt", ("root",): "sqrt", ("cube", "root"): "cbrt",
    ("cube", "root", "of"): "cbrt", ("cubed", "root", "of"): "cbrt",
    ("cubic", "root", "of"): "cbrt", ("factorial", "of"): "factorial",
}  # fmt: skip
_LISTS = {"sum": "total", "total": "total", "product": "product", "average": "average",
          "mean": "average", "difference": "difference"}  # fmt: skip
_FACTORS = {"half": "1/2", "twice": "2", "double": "2", "triple": "3", "quadruple": "4"}
_MORE_PARTS = {"sixth": 6, "sixths": 6, "seventh": 7, "sevenths": 7, "ninth": 9, "ninths": 9}
"""Parts that are told from a date in a sum alone."""
_BEHIND = {("squared",): " ^ 2", ("cubed",): " ^ 3"}
_STARTS = NUMBER_STARTS | frozenset({"the", "square", "cube", "cubed", "cubic", "root", "factorial",
                                     "twice", "double", "triple", "quadruple", "(",
                                     *_LISTS})  # fmt: skip
_OPERATOR_WORDS = frozenset({phrase[0] for phrase in _OPERATORS} - {"to"}) | {")", "of", "percent"}
_HUNDREDS = 10
"""What stands before the tens in "one forty four" is below, what stands behind is not."""
_DEEPEST = 12
"""Brackets, roots and halves within each other."""
_MOST_WORDS = 120
_MOST_PARTS = 101
"""Parts of a fraction such as 2/3 that is told from its rounded value."""


def sums(words: Words, start: int) -> Readings[Sum]:
    """Return the readings of a sum from ``start``."""
    if len(words) > _MOST_WORDS:
        return []
    found = [(s.end, s) for s in _chain(words, start, 0) if s.works]
    return first_readings(sorted(found, key=lambda reading: -reading[0]))


def _chain(words: Words, start: int, depth: int) -> list[Sum]:
    """Return the readings of parts with operators between them, each end once."""
    reached = {part.end: part for part in reversed(_parts(words, start, depth))}
    waiting = list(reached.values())
    while waiting:
        left = waiting.pop(0)
        for end, sign in _operators(words, left.end):
            for right in _parts(words, end, depth):
                if right.end not in reached:
                    text = f"{left.text} {sign} {right.text}"
                    reached[right.end] = Sum(text, right.end, works=True)
                    waiting.append(reached[right.end])
    return list(reached.values())


def _operators(words: Words, at: int) -> list[tuple[int, str]]:
    for size in (5, 4, 3, 2, 1):
        sign = _OPERATORS.get(tuple(words[at : at + size]))
        if sign is not None and at + size <= len(words):
            return [(at + size, sign)]
    return []


def _parts(words: Words, start: int, depth: int) -> list[Sum]:
    """Return the readings of one part, with what may stand behind it ("squared")."""
    if depth > _DEEPEST or start >= len(words):
        return []
    at = start + (words[start] == "the")
    found = _bracketed(words, at, depth) + _rooted(words, at, depth) + _listed(words, at, depth)
    found += _scaled(words, at, depth)
    if at == start:
        found += _numbers(words, start, depth) + _negated(words, start, depth)
    return found + [behind for part in found for behind in _behind(words, part)]


def _behind(words: Words, part: Sum) -> list[Sum]:
    """Return "squared", "to the third power" and "factorial" behind a part."""
    base = part.text if re.fullmatch(r"[\d.]+|\(.*\)", part.text) else f"({part.text})"
    for phrase, sign in _BEHIND.items():
        if tuple(words[part.end : part.end + 1]) == phrase:
            return [Sum(base + sign, part.end + 1, works=True)]
    if word_at(words, part.end) == "factorial":
        return [Sum(f"factorial({part.text})", part.end + 1, works=True)]
    to = part.end + (word_at(words, part.end) == "raised")
    power = ORDINALS.get(word_at(words, to + 2))
    if tuple(words[to : to + 2]) == ("to", "the") and power:
        end = to + 3 + (word_at(words, to + 3) == "power")
        return [Sum(f"{base} ^ {power}", end, works=True)]
    return []


def _numbers(words: Words, start: int, depth: int) -> list[Sum]:
    """Return numbers, percentages and parts of something."""
    found: list[Sum] = []
    for end, text in _figures(words, start):
        if word_at(words, end) == "percent":
            found.append(Sum(f"{text}%", end + 1, works=False))
        else:
            found.append(Sum(text, end, works="/" in word_at(words, start)))
    found += [whole for share in found for whole in _of(words, share, depth)]
    return sorted(found, key=lambda part: -part.end)


def _figures(words: Words, start: int) -> list[tuple[int, str]]:
    """Return numbers in figures: ``7``, ``2.5``, ``2/3``; those without an exact decimal too."""
    word = word_at(words, start)
    over, slash, under = word.partition("/")
    if slash and over.isdecimal() and under.isdecimal():
        return [(start + 1, f"({word})")] if len(word) < 20 else []  # noqa: PLR2004 - is no number
    count = 1 if word in {"a", "one"} else SMALL.get(word, 0)
    named = word_at(words, start + 1)
    parts = FRACTION_PARTS.get(named) or _MORE_PARTS.get(named, 0)
    found = [(start + 2, f"({count}/{parts})")] if count and parts else []
    found += [(end, _written(value)) for end, value in exact(words, start)]
    if 0 < count < _HUNDREDS and word != "a":  # "one forty four" is 144, "two fifty" 250
        found += [(end, f"{count}{value}") for end, value in below_hundred(words, start + 1)
                  if value >= _HUNDREDS]  # fmt: skip
    return first_readings(found)


def _written(value: float) -> str:
    short = in_figures(value, commas=False)
    near = Fraction(value).limit_denominator(_MOST_PARTS)
    rounded = len(short) > 15 and abs(float(near) - value) < 1e-12  # noqa: PLR2004 - 1/3 as float
    return f"({near.numerator}/{near.denominator})" if rounded else short


def _of(words: Words, share: Sum, depth: int) -> list[Sum]:
    """Return "of" and what follows: "15 percent of 80", "two thirds of 60"."""
    if word_at(words, share.end) != "of" or not (share.text[-1] == "%" or "/" in share.text):
        return []
    part = share.text.strip("()")
    return [Sum(f"({part} of {whole.text})", whole.end, works=True)
            for whole in _parts(words, share.end + 1, depth + 1)]  # fmt: skip


def _scaled(words: Words, at: int, depth: int) -> list[Sum]:
    """Return "half of 90", "twice 7"."""
    factor = _FACTORS.get(word_at(words, at))
    if factor is None or (factor == "1/2" and word_at(words, at + 1) != "of"):
        return []
    behind = at + 1 + (word_at(words, at + 1) == "of")
    return [Sum(f"({factor} of {whole.text})", whole.end, works=True)
            for whole in _parts(words, behind, depth + 1)]  # fmt: skip


def _negated(words: Words, start: int, depth: int) -> list[Sum]:
    if words[start] not in {"minus", "negative"}:
        return []
    parts = _parts(words, start + 1, depth + 1)
    return [Sum(f"-{p.text}", p.end, p.works) for p in parts if p.text[0] != "-"]


def _bracketed(words: Words, at: int, depth: int) -> list[Sum]:
    if word_at(words, at) != "(":
        return []
    return [
        Sum(f"({inner.text})", inner.end + 1, inner.works)
        for inner in _chain(words, at + 1, depth + 1)
        if word_at(words, inner.end) == ")"
    ]


def _rooted(words: Words, at: int, depth: int) -> list[Sum]:
    for phrase, name in _ROOTS.items():
        if tuple(words[at : at + len(phrase)]) == phrase:
            return [Sum(f"{name}({part.text})", part.end, works=True)
                    for part in _parts(words, at + len(phrase), depth + 1)]  # fmt: skip
    return []


def _listed(words: Words, at: int, depth: int) -> list[Sum]:
    """Return "the sum of 3, 4 and 5", "the difference between 9 and 4"."""
    name = _LISTS.get(word_at(words, at))
    if name is None or word_at(words, at + 1) not in {"of", "between"}:
        return []
    two = name == "difference"
    found: list[Sum] = []
    lines = [([part.text], part.end) for part in _parts(words, at + 2, depth + 1)]
    while lines:
        parts, end = lines.pop(0)
        for more in _parts(words, end + (word_at(words, end) == "and"), depth + 1):
            longer = [*parts, more.text]
            if not two:
                lines.append((longer, more.end))
            if words[end] == "and":
                text = " - ".join(["", *longer])[3:] if two else ", ".join(longer)
                found.append(Sum(f"{'' if two else name}({text})", more.end, works=True))
    return found


def _lone(words: Words, start: int, found: Sum) -> bool:
    """Whether a sum stands for itself: "10-3*2" is heard as "10 3 times 2", which is not 6."""
    before, after = word_at(words, start - 1) if start else "", word_at(words, found.end)
    torn = {before, after} & _OPERATOR_WORDS or any(w[:1].isdigit() for w in (before, after))
    return not torn and before not in SMALL and after not in SMALL


_SIGNS = re.compile(r"(?P<n>\d+(?:\.\d+)?)|(?P<f>[a-z]+)|(?P<o>[+*/^])|(?P<s>\S)")
_NAMES = frozenset({"sqrt", "cbrt", "factorial", "total", "product", "average"})
_REDUCED = re.compile(r"np|f\(n(?:,n)*\)|\(n\)|n[o-]n|(?<![np)])-n")
_LONGEST = 400


def _canonical(value: Json, _moment: Moment) -> Json:
    """Return a sum in signs as it is, None for what is none: read it as words."""
    if not isinstance(value, str) or len(value) > _LONGEST or not value.isascii():
        return None
    codes = ""
    for match in _SIGNS.finditer(value):
        kind, sign = match.lastgroup, match.group()
        if kind == "f" and sign not in _NAMES:
            kind = "o" if sign in {"of", "mod"} else "x"
        codes += ("p" if sign == "%" else sign) if kind == "s" else str(kind)
    done = ""
    works = codes not in {"n", "np", "-n"}
    while done != codes:
        done, codes = codes, _REDUCED.sub("n", codes)
    return _spaced(value) if codes == "n" and works else None


def _spaced(value: str) -> str:
    """Return ``2 ^ 10`` for ``2^10``; a share (``2/3 of``) stays in one piece."""
    text = re.sub(r"\s*([+*^])\s*", r" \1 ", value)
    text = re.sub(r"(?<=[\d)%])\s*-\s*", " - ", text)
    return re.sub(r"\s*/(?!\d+(?: of|\)))\s*", " / ", text)


_WORDED = {
    "*": "times", "/": "divided by", "+": "plus", "-": "minus", "%": " percent", "1/2": "half",
    "1/3": "a third", "1/4": "a quarter", "sqrt": "the square root of", "cbrt": "the cube root of",
    "total": "the sum of", "product": "the product of", "average": "the average of",
    "factorial": "the factorial of",
}  # fmt: skip
_SHARE = re.compile(r"\(([\d./%]+ of [^()]+|\d+/\d+)\)")
_CALLED = re.compile(r"\b([a-z]{4,})\(([^()]+)\)")


def _say(value: Json, _moment: Moment) -> str:
    text, before = str(value), ""
    while text != before:
        before, text = text, _CALLED.sub(_called, _SHARE.sub(r"\1", text))
    text = re.sub(r"(\)|\d) \^ 2\b", r"\1 squared", text).replace(" ^ ", " to the power of ")
    text = re.sub(r"(?<![\d.])\d{5,}(?![\d.])", lambda m: f"{int(m.group()):,}", text)
    text = re.sub(r"(?<!\S)[*/+-](?!\S)", lambda m: _WORDED[m.group()], text)
    return re.sub(r"\b1/[234](?= of)|(?<=\d)%", lambda m: _WORDED[m.group()], text)


def _called(match: re.Match[str]) -> str:
    *most, last = match.group(2).split(", ")
    return f"{_WORDED[match.group(1)]} {', '.join(most)}{' and ' if most else ''}{last}"


ENGLISH = Spans(
    name="expression",
    noun="sum",
    starts=_STARTS | frozenset(FRACTION_SIGNS),
    parse=sums,
    resolve=lambda found, _moment: found.text,
    canonical=_canonical,
    word=_say,
    lone=_lone,
)
