"""Secrets in text, found and masked: keys, tokens, card numbers, passwords that are said aloud.

What is masked never leaves this machine, and so it is no part of a plan either: a password is
nothing that a language model needs to know. The same secret always becomes the same mask, so
that prompts stay the same, byte by byte.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from alexa_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_SCANNED = 400_000
"""Characters that are scanned at once; longer text is scanned in parts that overlap."""
KEPT = 512
"""Texts whose masks are remembered: most of a prompt is the same as in the one before."""
MIN_CHARACTERS = 4
"""A known value shorter than this is no secret that can be told from other words."""

_SPOKEN_DIGIT = "zero|one|two|three|four|five|six|seven|eight|nine|oh"
_NAMED = (
    r"api[\s_-]?key|access[\s_-]?key|secret[\s_-]?key|client[\s_-]?secret|auth[\s_-]?token|"
    r"access[\s_-]?token|token|secret"
)
_SAID_NAMES = (
    r"pass\s?word|pass\s?phrase|pass\s?code|passwd|pwd|wi-?fi\s+key|pin(?:\s?(?:code|number))?|"
    r"security\s?code|door\s?code|alarm\s?code|gate\s?code|cvv|cvc|access\s?code"
)
_SAID_PASSWORD = (
    rf"(?i)\b(?:{_SAID_NAMES})\b(?:\s+(?:for|of|to)\s+(?:\S{{1,30}}\s+){{1,5}}?)?"
    r"\s{0,3}(?:is|are|was|=|:|to\s+be|will\s+be)\s{0,3}(?:now\s+|also\s+)?"
    r"(?P<value>\"[^\"\n]{1,100}\"|'[^'\n]{1,100}'|“[^”\n]{1,100}”"
    rf"|(?:(?:{_SPOKEN_DIGIT}|double|triple|\d+)(?:[\s,-]{{1,3}}|\b)){{2,20}}"
    r"|[^\s\"'“”,;.!?]{2,100}(?:[.!?][^\s\"'“”,;]{1,60})?)"
)
_PRIVATE_KEY = (
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,8000}?"
    r"(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)"
)
_PREFIXED = (
    r"\b(?:ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abeoprs]|hf|npm|pypi|dop_v1)"
    r"[-_][A-Za-z0-9_-]{16,250}"
)
_KEY_IS = (
    rf"(?i)\b(?:{_NAMED})\b\s{{0,3}}(?:is|=|:|:=)\s{{0,3}}[\"']?"
    r"(?P<value>[A-Za-z0-9._~+/=-]{8,400})"
)
_SHAPES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("private key", _PRIVATE_KEY, ("private key-----",)),
    (
        "token",
        r"\beyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}",
        ("eyj",),
    ),
    (
        "key",
        r"\b(?:sk|pk|rk)[-_](?:live|test|ant|proj|or|svcacct)?[-_]?[A-Za-z0-9_-]{16,200}",
        ("sk-", "sk_", "pk-", "pk_", "rk-", "rk_"),
    ),
    ("key", r"\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}\b", ("akia", "asia", "agpa", "ai", "aro")),
    ("key", r"\bAIza[A-Za-z0-9_-]{35}", ("aiza",)),
    ("token", _PREFIXED, ("gh", "glpat", "xox", "hf", "npm", "pypi", "dop_v1")),
    ("token", r"(?i)\bbearer\s+[A-Za-z0-9._~+/=-]{16,2000}", ("bearer",)),
    (
        "password",
        r"(?i)\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{1,100}:(?P<value>[^\s/@]{3,200})@",
        ("://",),
    ),
    ("secret", _KEY_IS, ("key", "token", "secret")),
    ("password", _SAID_PASSWORD, ("pass", "pwd", "wi", "pin", "code", "cvv", "cvc")),
    ("account", r"\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?\b", ()),
    ("social security number", r"\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b", ()),
)
"""Kind, shape, and what is in every text that holds one (lower case): most hold none of it."""
_DIGIT = re.compile("[0-9]")
_NUMBER = re.compile(r"(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d.])")
_DIGITS = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_SPOKEN = re.compile(
    rf"(?i)\b(?:(?:{'|'.join(_DIGITS)})[\s,-]{{1,3}}){{12,18}}(?:{'|'.join(_DIGITS)})\b"
)
_HARMLESS = frozenset(
    "a an the not in on at what who where wrong right correct okay ok required needed missing "
    "changed expired invalid incorrect set safe weak strong too very my your our it that this "
    "there here so still already forgotten lost saved stored hidden secret being going".split()
)
"""Words after "the password is" that are no password."""


class Secrets:
    """What is looked for: the shapes that everybody's secrets have, and one's own."""

    def __init__(self, patterns: Iterable[str] = (), values: Iterable[str] = ()) -> None:
        """``patterns``: regular expressions; ``values``: secrets that are known, such as keys.

        Raises ConfigError for a pattern that is none, or that matches nothing at all.
        """
        self._shapes = [(kind, re.compile(shape), signs) for kind, shape, signs in _SHAPES]
        self._own = [_own(pattern) for pattern in patterns]
        known = {value for value in values if len(value) >= MIN_CHARACTERS}
        ordered = sorted(known, key=len, reverse=True)
        self._values = re.compile("|".join(map(re.escape, ordered))) if ordered else None
        self.mask = lru_cache(KEPT)(self._mask)
        """Return the text with each secret as ``[key]``, ``[password]``, ..., and their kinds."""

    def _mask(self, text: str) -> tuple[str, tuple[str, ...]]:
        if not text:
            return text, ()
        found = _merged(sorted(self._find(text)))
        if not found:
            return text, ()
        parts: list[str] = []
        at = 0
        for start, end, kind in found:
            parts += [text[at:start], f"[{kind}]"]
            at = end
        return "".join((*parts, text[at:])), tuple(kind for _, _, kind in found)

    def _find(self, text: str) -> Iterator[tuple[int, int, str]]:
        for begin in range(0, len(text), MAX_SCANNED // 2):
            part = text[begin : begin + MAX_SCANNED]
            for start, end, kind in self._in(part):
                yield begin + start, begin + end, kind
            if begin + MAX_SCANNED >= len(text):
                break

    def _in(self, text: str) -> Iterator[tuple[int, int, str]]:
        if self._values is not None:
            yield from ((*m.span(), "key") for m in self._values.finditer(text))
        for pattern in self._own:
            yield from ((*m.span(), "secret") for m in pattern.finditer(text) if m.group())
        low, digits = text.lower(), bool(_DIGIT.search(text))
        for kind, shape, signs in self._shapes:
            if not (any(sign in low for sign in signs) if signs else digits):
                continue
            for match in shape.finditer(text):
                named = "value" in shape.groupindex  # the rest of it says what it is
                start, end = match.span("value") if named else match.span()
                value = text[start:end].strip().lower()
                if not named or _tells(kind, value):
                    end = start + len(text[start:end].rstrip(" ,-")) if named else end
                    yield start, end, kind
        for match in _NUMBER.finditer(text) if digits else ():
            if luhn("".join(c for c in match.group() if c.isdigit())):
                yield (*match.span(), "card number")
        for match in _SPOKEN.finditer(text):
            said = re.findall(r"[a-z]+", match.group().lower())
            if luhn("".join(_DIGITS[word] for word in said)):
                yield (*match.span(), "card number")


def _tells(kind: str, value: str) -> bool:
    """Whether what stands where a secret would is one: "the password is wrong" tells none."""
    if kind == "secret":
        return any(c.isdigit() for c in value)
    return value not in _HARMLESS


def luhn(digits: str) -> bool:
    """Whether 13 to 19 digits are a card number by their check digit."""
    if not 13 <= len(digits) <= 19 or len(set(digits)) == 1:  # noqa: PLR2004 - lengths of cards
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - the sum of both digits
    return total % 10 == 0


def _own(pattern: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ConfigError(f"guard.secrets: {pattern!r} is no regular expression: {error}") from None
    if compiled.fullmatch(""):
        raise ConfigError(f"guard.secrets: {pattern!r} matches nothing at all")
    return compiled


def _merged(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Join what overlaps; the kind of the first, and among those the longest, stays."""
    merged: list[tuple[int, int, str]] = []
    for start, end, kind in found:
        if start >= end:
            continue
        if merged and start < merged[-1][1]:
            first, last, known = merged[-1]
            merged[-1] = (first, max(last, end), kind if end - start > last - first else known)
        else:
            merged.append((start, end, kind))
    return merged
