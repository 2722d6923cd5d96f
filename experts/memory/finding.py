"""Which notes some words are about: words in common, rare ones first, and likeness in meaning."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ENOUGH = 0.48
"""A score from here on is a find: measured in tests/experts/test_memory.py, with distractors."""
CLOSE = 0.12
"""Notes within this of the best are told too."""
MEANING = 0.35
"""What likeness in meaning weighs; the words in common weigh the rest."""
_ALIKE = 0.6
"""Likeness in meaning that is enough where no word is the same."""
_SHORT = 4
"""Words of more letters than this may have an ending."""
_COMMON = frozenset(
    "a an the my our your his her their its this that these those i we you he she it they me us "
    "him them is are was were be been am do does did done have has had will would can could shall "
    "should may might must to of in on at for from by with about as into onto and or but if so not "
    "no yes there here what which who whom whose where when why how again now then please tell "
    "told say said know remember note notes anything something everything put keep kept left leave "
    "s t any some all".split()
)
"""Words that tell no note from another."""
_PLURAL = re.compile(r"[^su]s$")
_HISSING = re.compile(r"(?:[sxz]|[cs]h)es$")
_IRREGULAR = {
    "parked": "park", "hid": "hide", "hidden": "hide", "ate": "eat", "eats": "eat",
    "bought": "buy", "went": "go", "children": "child", "kids": "kid", "mice": "mouse",
}  # fmt: skip


def words(text: str) -> list[str]:
    """The words of a text, lower case, without punctuation."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower().replace("’", "'"))


def stems(text: str) -> list[str]:
    """What is left of the words that tell something, without endings."""
    return [_stem(word.removesuffix("'s")) for word in words(text) if word not in _COMMON]


def _stem(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, instead in (("ies", "y"), ("ing", ""), ("ed", "")):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORT - 1:
            return word[: -len(ending)] + instead
    if len(word) >= _SHORT:  # "comes" is "come", "boxes" is "box"
        word = word[: -2 if _HISSING.search(word) else -1] if _PLURAL.search(word) else word
    return word.removesuffix("e") if len(word) > _SHORT else word


def scores(
    about: str, texts: Sequence[str], similar: Callable[[str, Sequence[str]], list[float]] | None
) -> list[float]:
    """A score for each text, 0 to 1. ``similar``: likeness in meaning, None where there is none."""
    wanted = list(dict.fromkeys(stems(about)))
    known = [set(stems(text)) for text in texts]
    if not wanted:
        return [0.0] * len(texts)
    weight = {word: _rarity(word, known) for word in wanted}
    whole = sum(weight.values())
    shared = [sum(weight[word] for word in wanted if word in one) / whole for one in known]
    likeness = similar(about, texts) if similar is not None else [0.0] * len(texts)
    return [_score(common, like) for common, like in zip(shared, likeness, strict=True)]


def _score(common: float, like: float) -> float:
    if common == 0.0:
        return like * MEANING if like < _ALIKE else like
    return (1 - MEANING) * common + MEANING * max(like, common)


def _rarity(word: str, known: Sequence[set[str]]) -> float:
    """A word that few notes hold tells more; one that none holds tells that it is not there."""
    having = sum(word in one for one in known)
    return math.log(1 + (len(known) + 1) / (having + 0.5))


def best(found: Sequence[float], enough: float = ENOUGH) -> list[int]:
    """Places of the texts that are meant: the best one and what is about as good."""
    top = max(found, default=0.0)
    if top < enough:
        return []
    places = [place for place, score in enumerate(found) if score >= max(enough, top - CLOSE)]
    return sorted(places, key=lambda place: -found[place])
