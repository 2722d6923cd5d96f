"""What the user said, as evidence: clauses, what only asks or tells, what is handed over.

Only the user's own command speaks for an effect. A question ("is the door locked"), a story ("I
put it on the table"), words that are passed on ("text Meg that ..."), what stands in quotation
marks, after a colon or below the first line do not. All of it may still name an argument.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from alexa_cli.language.text import tokenise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.language.text import Token

_QUOTED = re.compile(
    r"“[^”]*(?:”|$)|\"[^\"]*(?:\"|$)|«[^»]*(?:»|$)|```.*?(?:```|$)|`[^`]+`", re.DOTALL
)
_BREAK = re.compile(r"[.,;:!?\n—–()\[\]{}<>|]")
_HANDED = re.compile(r"[:\n|<>{}\[\]]")
"""What follows one of these is material: a pasted text, a transcript, markup."""
JOINS = frozenset("and then but while because so plus also since before after".split())
FILLERS = frozenset(
    "alexa hey hi ok okay please um uh oh ah hmm well now alright actually maybe just so and "
    "then but also honestly sorry thanks right yeah yes no kindly quickly simply".split()
)
_ASKING = frozenset(
    "how why is are was were am does did has had what which who whom whose where".split()
)
_WHO = frozenset(
    "i we you they he she it anyone anybody someone somebody everyone everybody there".split()
)
_REQUESTS = (
    ("how", "about"), ("what", "about"), ("what", "if"), ("why", "not"), ("why", "do", "not"),
    ("is", "it", "possible"), ("is", "there", "any", "way"), ("is", "there", "any", "chance"),
    ("are", "you", "able"), ("do", "you", "mind"), ("do", "you", "think", "you"),
    ("is", "it", "ok"), ("is", "it", "okay"), ("would", "it", "be"), ("could", "it", "be"),
    ("can", "it", "be"), ("would", "you"), ("any", "chance"),
)  # fmt: skip
_WONDERS = (
    ("i", "wonder"), ("i", "want", "to", "know"), ("i", "would", "like", "to", "know"),
    ("tell", "me", "if"), ("tell", "me", "whether"), ("tell", "me", "what"),
    ("tell", "me", "how"), ("tell", "me", "who"), ("tell", "me", "when"), ("tell", "me", "where"),
    ("tell", "me", "which"), ("tell", "me", "about"), ("let", "me", "know"),
    ("let", "us", "know"), ("do", "you", "know"),
    ("check", "if"), ("check", "whether"), ("see", "if"), ("any", "idea"), ("do", "not", "tell"),
)  # fmt: skip
_MODALS = frozenset({"can", "could", "will", "would", "may", "might"})
_ASKED = frozenset("you u we i somebody someone anybody anyone".split())
_TELLERS = frozenset({"i", "we", "he", "she", "they", "my", "our"})
_WISHES = frozenset("want need would wish like can could have must should do hope will".split())
_RETRACTS = (
    ("no", "wait"), ("wait", "no"), ("oh", "wait"), ("scratch", "that"), ("scrap", "that"),
    ("i", "meant"), ("i", "mean"), ("or", "rather"), ("make", "that"), ("on", "second", "thought"),
)  # fmt: skip
"""What takes back what was said before."""
_JUDGED = frozenset("good better best bad worse wise smart worth".split())
_ANYBODY = frozenset("nobody noone everybody everyone".split())
_DETERMINERS = frozenset("the a an his her their my our its this that these those me us".split())
_NO_PAST = frozenset("need feed speed breed bleed".split())
PAST = frozenset("was were had did used ago yesterday been left went came told asked".split())
"""Words of what is over: a story, no wish."""
HANDS_OVER = frozenset(
    "say says saying said reads text texts texting message messages email remind reminds "
    "reminding reminder reminders forget dictate translate spell subject titled quote".split()
)
"""Words after which others' words may follow. For an API that knows the word itself, they are its
own; for any other, what follows is no command."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A run of words without a stop or a joining word."""

    start: int
    """Tokens ``start`` to ``end`` (exclusive)."""
    end: int
    asks: bool = False
    """It is a question, so that it speaks for no effect."""
    tells: bool = False
    """It tells what is or was."""


@dataclass(frozen=True, slots=True)
class Said:
    """The user's words."""

    text: str
    tokens: tuple[Token, ...]
    words: tuple[str, ...]
    clauses: tuple[Clause, ...]
    """Of what may be a command, in order."""
    handed: int
    """Words from here on come after one that hands over; all if nothing does."""
    quoted: frozenset[int]
    """Words that are material: quoted, after a colon, on a further line."""
    retracted: int = 0
    """What was named before this word was taken back, if there is something else after it."""


def hear(text: str) -> Said:
    """Take words apart. Linear in their length, which the caller bounds."""
    tokens = tuple(tokenise(text))
    words = tuple(token.text for token in tokens)
    quoted = _quoted(text, tokens)
    clauses: list[Clause] = []
    start: int | None = None
    for number, token in enumerate(tokens):
        between = text[tokens[number - 1].end : token.start] if number else ""
        stop = bool(_BREAK.search(between)) or number in quoted
        if start is not None and (stop or token.text in JOINS):
            clauses.append(_clause(words, start, number, between))
            start = None
        if number in quoted or token.text in JOINS:
            continue
        start = number if start is None else start
    if start is not None:
        clauses.append(_clause(words, start, len(tokens), text[tokens[-1].end :]))
    return Said(text, tokens, words, tuple(clauses), _handed(words), quoted, _retracted(words))


def _quoted(text: str, tokens: Sequence[Token]) -> frozenset[int]:
    spans = [match.span() for match in _QUOTED.finditer(text)]
    found: set[int] = set()
    material = False
    for number, token in enumerate(tokens):
        if number and not material:
            between = text[tokens[number - 1].end : token.start]
            material = bool(_HANDED.search(between))
        if material or any(start <= token.start < end for start, end in spans):
            found.add(number)
    return frozenset(found)


def _retracted(words: Sequence[str]) -> int:
    ends = (
        at + len(form) for at in range(len(words)) for form in _RETRACTS
        if tuple(words[at : at + len(form)]) == form
    )  # fmt: skip
    return max(ends, default=0)


def _handed(words: Sequence[str]) -> int:
    for number, word in enumerate(words):
        if word == "forget" and "let" not in words[:number]:
            continue  # "don't forget to lock up" is a command, "don't let me forget" is none
        if word in HANDS_OVER and not (word == "said" and words[max(0, number - 1)] == "i"):
            return number
    return len(words)


def _clause(words: Sequence[str], start: int, end: int, after: str) -> Clause:
    bare = start
    while bare < end - 1 and words[bare] in FILLERS:
        bare += 1
    said = tuple(words[bare:end])
    return Clause(start, end, _asks(said, after), _tells(said))


def _asks(said: tuple[str, ...], after: str) -> bool:
    first, second = said[0], said[1] if len(said) > 1 else ""
    if any(said[: len(wonder)] == wonder for wonder in _WONDERS):
        at = next((n for n, word in enumerate(said) if word in {"if", "whether"}), len(said))
        return said[at + 1 : at + 2] not in {("you",), ("we",)}  # "see if you can ..." is none
    if second in {"not", "it"} and "?" in after and _is_tag(said):
        return True
    if any(said[: len(request)] == request for request in _REQUESTS):
        return False
    if first in {"do", "have"}:
        return second in _WHO
    if first == "when":
        return second in {"is", "are", "was", "were", "did", "does", "do", "will"}
    if first in _MODALS:
        wish = first == "could" and "be" not in said  # "could rosie do the floor"
        return second not in _ASKED and not wish
    if (
        first in _ASKING
        or first in {"should", "shall"}
        or (first in {"must", "need"} and second in _WHO)
    ):
        return True
    return "?" in after and bool({"is", "are", "was", "were"} & set(said))


def _is_tag(said: tuple[str, ...]) -> bool:
    """Whether it asks what somebody thinks: "do not we?", "would it be good to ..."."""
    tag = said[1] == "not" and len(said) == 3 and said[2] in _WHO  # noqa: PLR2004 - three words
    return tag or (said[1:3] == ("it", "be") and bool(_JUDGED & set(said[3:4])))


def _tells(said: tuple[str, ...]) -> bool:
    if len(said) > 1 and said[0] in _TELLERS and said[1] not in _WISHES:
        return True
    if said[0] in _ANYBODY:
        return True
    if (
        said[0] not in _TELLERS | {"there", "no"}
        and PAST & set(said[1:4])
        and not _WISHES & set(said)
    ):
        return True  # "someone left the lamp on", "the lamp was on"
    return any(
        one.endswith("ed") and one not in _NO_PAST and after in _DETERMINERS
        for one, after in pairwise(said[1:])
    )  # "sam painted the door"; "I want it turned off" is none
