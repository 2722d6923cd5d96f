"""Sentences out of a text that still streams, each as soon as it is certain where it ends.

What comes out is the text that went in, cut: nothing is lost, added or moved, and how the text
was cut into pieces on its way changes nothing. The space between two sentences begins the second.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

LONGEST = 300
"""Characters; a sentence that is longer is cut at its last clause, so that speaking can begin."""
_HORIZON = 64
"""Characters beyond ``LONGEST`` that may decide; more is never waited for."""

_END = re.compile(r"\n|[.!?…]+[\"'”’)\]»*_`]*|[。！？]+[」』”’）]*")
_CLAUSE = re.compile(r"[,;:—–)](?=\s)")
_GAP = re.compile(r"\s+")
_WORD = re.compile(r"\S+$")
_LETTERS = re.compile(r"[^\W\d_]+")
_OPENERS = "\"'“‘([«*_`"
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")

_NEVER = frozenset(
    "mr mrs ms mx dr prof rev hon st mt ft gen col sgt capt lt sen rep gov pres "
    "vs cf viz approx est incl excl e.g i.e fig ave blvd rd apt min max ca aka".split()
)
"""Abbreviations that something follows."""
_MAYBE = frozenset(
    "a.m p.m etc jr sr inc ltd co corp dept ph.d hr hrs sec oz lb lbs tbsp tsp".split()
)
"""Abbreviations that may end a sentence."""
_DATED = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec".split())
"""Abbreviations before a number."""
_NUMBERED = frozenset({"no", "nos", "p", "pp", "vol", "ch"})
"""As above, but words of their own before anything else."""
_DAYS = frozenset("mon tue tues wed thu thur thurs fri sat sun".split())
_STAYS = _DAYS | _DATED | frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december eastern central mountain pacific "
    "est edt cst cdt mst mdt pst pdt utc gmt et ct mt pt".split()
)  # fmt: skip
"""After an abbreviation these go on with the sentence, although they begin with a capital."""

_Verdict: TypeAlias = Literal["end", "inside", "unknown"]


class Sentences:
    """Cuts one text."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> list[str]:
        """Take a piece; return the sentences that are certain now, with the space before them."""
        self._held += piece
        return self._taken(last=False)

    def rest(self) -> list[str]:
        """Return what is left: no more text comes."""
        found = self._taken(last=True)
        if self._held:
            found.append(self._held)
        self._held = ""
        return found

    def _taken(self, *, last: bool) -> list[str]:
        found: list[str] = []
        at = 0
        while (cut := _cut(self._held[at : at + LONGEST + _HORIZON], last=last)) is not None:
            found.append(self._held[at : at + cut])
            at += cut
        self._held = self._held[at:]
        return found


def split(text: str) -> list[str]:
    """Return the sentences of a whole text, with the space before each."""
    sentences = Sentences()
    return sentences.feed(text) + sentences.rest()


def _cut(view: str, *, last: bool) -> int | None:
    """Return where the first sentence of ``view`` ends, or None while that is not certain.

    ``view`` is all that there is, or all that may decide.
    """
    sure = last or len(view) == LONGEST + _HORIZON
    begin = len(view) - len(view.lstrip())
    for match in _END.finditer(view, begin, LONGEST + _HORIZON):
        if match.start() >= LONGEST:
            break
        verdict = _verdict(view, begin, match)
        if verdict == "end":
            return match.end()
        if verdict == "unknown" and not sure:
            return None
    if len(view) < LONGEST:
        return None
    clauses = [match.end() for match in _CLAUSE.finditer(view, LONGEST // 2, LONGEST)]
    if clauses:
        return clauses[-1]
    gaps = [match.start() for match in _GAP.finditer(view, begin, LONGEST)]
    return gaps[-1] if gaps and gaps[-1] > begin else LONGEST


def _verdict(view: str, begin: int, match: re.Match[str]) -> _Verdict:
    """Say whether the sentence that begins at ``begin`` ends with this mark."""
    mark, end = match.group(), match.end()
    if mark == "\n":
        return "end"
    if end == len(view):
        return "unknown"
    if mark[0] in "。！？":
        return "end"
    gap = _GAP.match(view, end)
    if gap is None:
        return "inside"
    if mark[0] in "!?" or "\n" in gap.group():
        return "end"
    word = _WORD.search(view, begin, match.start())
    before = "" if word is None else word.group().lstrip(_OPENERS)
    if len(mark.rstrip("\"'”’)]»*_`")) > 1 or mark[0] == "…":
        return _follows(view, gap.end(), "")
    if word is not None and _marker(before, begin, word.start()):
        return "inside"
    return _follows(view, gap.end(), before)


def _marker(word: str, begin: int, start: int) -> bool:
    """Whether the dot belongs to the word: a title, an initial, the number of a list."""
    if word.lower() in _NEVER or (len(word) == 1 and word.isupper() and word != "I"):
        return True
    return start == begin and word.isdecimal() and len(word) <= 3  # noqa: PLR2004 - "12. Eggs"


def _follows(view: str, at: int, before: str) -> _Verdict:
    """Decide by what comes next."""
    if at == len(view):
        return "unknown"
    following, word = view[at], before.lower()
    if following.islower():
        return "inside"
    if word in _DATED or word in _NUMBERED:
        return "inside" if following.isdecimal() else "end"
    if word not in _MAYBE and word not in _DAYS and not _DOTTED.fullmatch(before):
        return "end"
    after = _LETTERS.match(view, at)
    following = "" if after is None else after.group().lower()
    if after is not None and after.end() == len(view):
        may_be = any(stays.startswith(following) for stays in _STAYS)
        return "unknown" if may_be else "end"
    return "inside" if following in _STAYS else "end"
