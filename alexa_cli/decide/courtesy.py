"""Polite and hesitant words around a request: stripped before matching, per language.

"Could you please turn on the light for me, thanks" asks for what "turn on the light" asks for.
Only whole phrases at the very start or end go, never everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alexa_cli.language.text import Token

_LEAD: dict[str, tuple[str, ...]] = {
    "en": (
        "hey alexa", "ok alexa", "okay alexa", "alexa", "please", "hey", "ok", "okay",
        "oh", "ah", "hmm", "wait", "hold on", "oops", "whoops", "you know what", "alright",
        "all right", "right", "um", "uh",
        "er", "well", "now", "so", "and", "then", "also", "just", "quickly", "kindly",
        "can you", "could you", "would you", "will you", "can we", "could we", "you can",
        "you could", "i want you to", "i would like you to", "i need you to", "i want to",
        "i would like to", "i need to", "we need to", "let us", "go ahead and", "make sure to",
        "make sure you",
        "be so kind and", "be so kind as to", "would you mind", "do me a favor and",
        "can i get you to", "could i get you to", "can you go ahead and", "help me", "help me to",
        "i said", "no i said", "actually", "yes",
    ),
}  # fmt: skip
_TRAIL: dict[str, tuple[str, ...]] = {
    "en": (
        "please", "thanks", "thank you", "alexa", "for me", "now", "right now", "right away",
        "immediately", "at once", "if you can", "if you could", "if you would", "would you",
        "will you", "could you", "can you", "ok", "okay", "as well", "too", "again please",
    ),
}  # fmt: skip


def _compiled(
    phrases: dict[str, tuple[str, ...]],
) -> dict[str, dict[int, frozenset[tuple[str, ...]]]]:
    table: dict[str, dict[int, frozenset[tuple[str, ...]]]] = {}
    for language, said in phrases.items():
        split = [tuple(phrase.split()) for phrase in said]
        sizes = sorted({len(words) for words in split}, reverse=True)
        table[language] = {n: frozenset(w for w in split if len(w) == n) for n in sizes}
    return table


_LEADING, _TRAILING = _compiled(_LEAD), _compiled(_TRAIL)


def strip(tokens: tuple[Token, ...], language: str = "en") -> tuple[Token, ...]:
    """Return the tokens without courtesy at both ends; the last word always stays."""
    start, end = 0, len(tokens)
    words = tuple(token.text for token in tokens)
    while step := _longest(words[start:end], _LEADING.get(language, {}), leading=True):
        start += step
    while step := _longest(words[start:end], _TRAILING.get(language, {}), leading=False):
        end -= step
    return tokens[start:end]


def _longest(
    words: tuple[str, ...], table: dict[int, frozenset[tuple[str, ...]]], *, leading: bool
) -> int:
    for size, phrases in table.items():
        span = words[:size] if leading else words[-size:]
        if size < len(words) and span in phrases:
            return size
    return 0
