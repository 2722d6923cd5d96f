"""Text to tokens: one normalisation for utterances, templates, names and examples.

``"What's the Kitchen at 20%?"`` becomes ``what is the kitchen at 20 percent``. Each token keeps
its place in the original, so that free text ("call Mom") comes back as it was typed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_CHARACTERS = 2_000
"""What is longer than this is no utterance; callers refuse it before they tokenise."""

_CONTRACTIONS = {
    "can't": ("can", "not"), "won't": ("will", "not"), "cannot": ("can", "not"),
    "let's": ("let", "us"), "wanna": ("want", "to"), "gonna": ("going", "to"),
    "gimme": ("give", "me"), "lemme": ("let", "me"), "gotta": ("got", "to"),
}  # fmt: skip
_IS_STEMS = frozenset("what where who when how that it there here why which he she name".split())
_DID_STEMS = frozenset({"what", "where", "who", "when", "how", "why"})
_WOULD_STEMS = frozenset({"i", "you", "we", "they", "he", "she"})
_ENDINGS = {"'re": "are", "'ll": "will", "'ve": "have", "'m": "am"}
_SYMBOLS = {
    "%": "percent", "°": "degrees", "&": "and", "+": "plus", "=": "equals", "×": "times",
    "*": "times", "÷": "over", "/": "over", "^": "power",
}  # fmt: skip
_TOKEN = re.compile(
    r"""\d{1,3}(?:,\d{3})+(?:\.\d+)?   # 1,000,000.5
      | \d+(?:[.:/]\d+)+               # 6:45  20.5  12/24
      | \d+                            # 20 (a unit may follow without a space: 20pm)
      | [$€£]                          # a currency sign is a token of its own
      | [%°&+=×÷^] | (?<=[\d)])\s*\*(?=\s*[\d(−-])
      | (?<=[\d)]\s)[/−-](?=\s[\d(]) | (?<=\))[/−-](?=[\d(])   # 12 / 4, but not and/or
      | (?<!\w)-(?=\d)                 # minus five
      # words, with apostrophes inside; an accent may be a character of its own
      | [^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*(?:'[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*)*
    """,
    re.VERBOSE,
)
_WITH_BRACKETS = re.compile(rf"[()] | {_TOKEN.pattern}", re.VERBOSE)
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'"})
_DOTTED = re.compile(r"\b([ap])\.\s?m\b\.?", re.IGNORECASE)
_SUM = re.compile(r"[\d.,+*/×÷^%−\s()-]*\d[\d.,+*/×÷^%−\s()-]*")
"""Figures and signs only: brackets that hold this mean something."""
_BRACKETED = re.compile(r"\(.*\)", re.DOTALL)
_ESCAPE = re.compile(  # a whole terminal escape: colour (CSI), title (OSC), or a short one
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]"
)
_ACCENTS = re.compile("[\u0300-\u036f]")
_LETTERS = re.compile(r"[^\W_]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class Token:
    """One normalised word and where it stands in the original text (character offsets)."""

    text: str
    start: int
    end: int


def tokenise(text: str) -> list[Token]:
    """Split ``text`` into tokens, lower-case, contractions opened, punctuation dropped.

    Unknown symbols, emoji, control characters and terminal escapes yield no token. Length is the
    caller's to bound (``MAX_CHARACTERS``); the work is linear in it.
    """
    flat = text.translate(_QUOTES)
    flat = _DOTTED.sub(lambda m: (m.group(1) + "m").ljust(len(m.group())), flat)
    if "\x1b" in flat or "\x9b" in flat:
        flat = _ESCAPE.sub(lambda m: " " * len(m.group()), flat)
    tokens: list[Token] = []
    for match in (_WITH_BRACKETS if _is_sum(flat) else _TOKEN).finditer(flat):
        word = match.group().casefold().strip()
        tokens.extend(_open(_plain(word), match.start(), match.end()))
    return tokens


def _plain(word: str) -> str:
    """Return a word without accents: "Zürich" is Zurich, to who types it and who is heard."""
    if word.isascii():
        return word
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", word)))


def _is_sum(flat: str) -> bool:
    """Whether all that is in brackets, from the first to the last, is figures and signs."""
    found = _BRACKETED.search(flat) if "(" in flat else None
    inside = found.group() if found else ""
    return any(sign in inside for sign in "+*/×÷^−-") and _SUM.fullmatch(inside) is not None


def _open(word: str, start: int, end: int) -> list[Token]:
    if word in _SYMBOLS:
        return [Token(_SYMBOLS[word], start, end)]
    if word in {"-", "−"}:
        return [Token("minus", start, end)]
    if word in _CONTRACTIONS:
        first, second = _CONTRACTIONS[word]
        return [Token(first, start, end), Token(second, start, end)]
    if word[0].isdigit():
        return [Token(word.replace(",", ""), start, end)]
    stem, apostrophe, ending = word.rpartition("'")
    if apostrophe:
        cut = start + len(stem)
        if ending == "t" and stem.endswith("n") and stem != "n":
            return [Token(stem[:-1], start, cut), Token("not", cut, end)]
        if ending == "s" and stem in _IS_STEMS:
            return [Token(stem, start, cut), Token("is", cut, end)]
        expanded = _ENDINGS.get("'" + ending)
        if ending == "d" and stem in _WOULD_STEMS:
            expanded = "would"
        if ending == "d" and stem in _DID_STEMS:
            expanded = "did"
        if expanded is not None and stem:
            return [Token(stem, start, cut), Token(expanded, cut, end)]
    return [Token(word, start, end)]


@lru_cache(maxsize=8_192)
def words(text: str) -> tuple[str, ...]:
    """Return the normalised words of ``text``."""
    if text.isascii() and text.replace(" ", "").isalpha():  # most names and choices: fast
        plain = tuple(text.lower().split())
        if _CONTRACTIONS.keys().isdisjoint(plain):
            return plain
    return tuple(token.text for token in tokenise(text))


def normalise(text: str) -> str:
    """Return the normalised words with single spaces: texts that say the same compare equal."""
    return " ".join(words(text))


def original(text: str, tokens: Sequence[Token], start: int, end: int) -> str:
    """Return the original text of tokens ``start`` to ``end`` (exclusive), inner spacing kept.

    A word between two tokens that is none of them ("uh") was left out, and stays out.
    """
    if start >= end:
        return ""
    said = text[tokens[start].start : tokens[start].end]
    for one, other in pairwise(tokens[start:end]):
        between = text[one.end : other.start]
        said += (" " if _LETTERS.search(between) else between) + text[other.start : other.end]
    return said


def printable(text: str) -> str:
    """Return ``text`` without control, format and other invisible characters; newlines stay.

    What a person typed, an expert returned or the store kept may hold terminal escapes or
    right-to-left overrides: everything shown goes through here first.
    """
    if "\x1b" in text or "\x9b" in text:
        text = _ESCAPE.sub("", text)
    return "".join(
        c for c in text if c in {"\n", "\t"} or unicodedata.category(c) not in _INVISIBLE
    )
