"""Which way words want something to go, and which way an API goes.

On, off, to an amount, more or less: a wish has a direction without a verb for it ("the reading
lamp would be nice", "no need for the fan"), and an API has it in its name.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from alexa_cli.guard.lexicon import LIGHT, NEGATIONS
from alexa_cli.guard.said import FILLERS, PAST
from alexa_cli.guard.support import IS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alexa_cli.catalog.expert import Api

Way = Literal["start", "end", "set", "more", "less", "lack"]

_WAYS: Mapping[str, Way] = {
    **dict.fromkeys("on open start activate play resume call add".split(), "start"),
    **dict.fromkeys("off close stop pause cancel remove mute dock".split(), "end"),
    "set": "set",
}
"""Which way an API goes, by a word of its name."""
_AMOUNTS = frozenset({"duration", "number"})
NEEDS = frozenset("want wants need needs fancy please must should deserve deserves gimme".split())
"""Words of a wish, whatever stands beside them."""
_WISHED = frozenset({"would", "could"})
GOOD = frozenset(
    "nice great good perfect lovely welcome helpful handy ideal plenty fine enough cosy cozy "
    "wonderful brilliant fantastic ready".split()
)
LONGED = frozenset({"like", "love", "use", "do"})
_PAIRS = frozenset(
    {("have", "to"), ("has", "to"), ("how", "about"), ("give", "me"), ("time", "for"),
     ("let", "us"), ("ought", "to"), ("got", "to"), ("me", "in")}
)  # fmt: skip
ENOUGH = frozenset("pointless unnecessary needless useless off forget".split())
_LASTS = frozenset({("will", "be"), ("will", "take"), ("will", "need")})
_SPARED = frozenset(
    {("no", "need"), ("no", "more"), ("no", "longer"), ("done", "with"), ("finished", "with")}
)  # fmt: skip
_MAY = frozenset({"can", "may", "could", "should", "must", "let"})
REST = frozenset("stop go rest sleep end off pause".split())
MORE = frozenset("more extra another additional longer further".split())
LESS = frozenset("less fewer shorter sooner".split())
NO = NEGATIONS | {"no", "nothing", "nobody", "none", "neither"}


def way_of(api: Api) -> Way | None:
    """Return which way an API goes, by its name."""
    ways = [_WAYS[word] for word in api.name.split("_") if word in _WAYS]
    taken = {parameter.x_type for parameter in api.parameters.values() if parameter.required}
    if ways and _AMOUNTS & taken and ways[0] != "set":
        return "more" if ways[0] == "start" else "less"
    if not ways and api.name.startswith("take") and _AMOUNTS & taken:
        return "less"
    return ways[0] if ways else None


def wished(words: Sequence[str]) -> frozenset[Way]:
    """Return which ways the words of a clause want something to go."""
    said, pairs = set(words), set(pairwise(words))
    if _lacks(words):
        return frozenset({"lack"})
    if said & PAST:
        return frozenset()
    spared = bool(pairs & _SPARED) or _rests(words) or _spares(words)
    over = said & ENOUGH if not said & IS else said & (ENOUGH - {"off"})  # "it is off": so it is
    if spared or (over and not said & NO):
        return frozenset({"end"})
    if said & NO:
        return frozenset()
    if said & LESS:
        return frozenset({"less"})
    if said & MORE:
        needed = said & NEEDS or _longs(words)
        return frozenset({"more", "start"}) if needed else frozenset({"more"})
    if said & NEEDS or pairs & _PAIRS or _longs(words):
        return frozenset({"start", "set"})
    return frozenset({"set"}) if pairs & _LASTS else frozenset()


def _lacks(words: Sequence[str]) -> bool:
    """Whether something has run out: "there is no butter left", "almost out of soap"."""
    out = "out" in words[:2] and ("out", "of") in pairwise(words)
    here = words[0] == "there" and bool({"no", "not"} & set(words[1:3]))
    return out or here or (words[0] == "no" and words[-1] == "left")


def _longs(words: Sequence[str]) -> bool:
    """Whether something would be good: "would love", "would be lovely"."""
    at = next((n for n, word in enumerate(words) if word in _WISHED), None)
    if at is None:
        return False
    rest = set(words[at + 1 :])
    return bool(rest & LONGED) or ("be" in rest and bool(rest & GOOD))


def _spares(words: Sequence[str]) -> bool:
    """Whether there was enough, or something will not be needed; "we have enough" is no wish."""
    for at, word in enumerate(words):
        if word == "enough" and (at == 0 or words[at - 1] in {"long", "is"} or words[0] in FILLERS):
            return "have" not in words
        if word == "not" and {"need", "needing", "want", "wanting"} & set(words[at + 1 : at + 3]):
            return True
    return False


def _rests(words: Sequence[str]) -> bool:
    """Whether something may stop: "the dryer can stop now"."""
    if set(words) & NO:
        return False
    return any(word in _MAY and REST & set(words[at + 1 : at + 4]) for at, word in enumerate(words))


TOLD = (
    LIGHT | FILLERS | NEEDS | LONGED | ENOUGH | REST | MORE | LESS | NO
    | frozenset("lit there left come comes coming going longer anymore ought".split())
    | frozenset("nearly almost completely next soon everyone house home".split())
)  # fmt: skip
"""Words that are part of the wish itself."""
