"""Items as people say them: told apart when they are added, found again when they are named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_TEXT = 200
"""Characters of one item."""
TOGETHER = (
    "mac and cheese", "macaroni and cheese", "salt and pepper", "peanut butter and jelly",
    "half and half", "fish and chips", "bread and butter pickles", "ham and cheese",
    "cookies and cream", "oil and vinegar", "rice and beans", "pork and beans", "sweet and sour",
    "salt and vinegar", "arm and hammer", "ben and jerry", "m and m", "head and shoulders",
    "black and white", "surf and turf", "chips and dip", "gin and tonic", "nuts and bolts",
    "washer and dryer", "bed and breakfast", "johnson and johnson", "procter and gamble",
    "bits and pieces", "bits and bobs", "salt and lime", "cream and sugar", "franks and beans",
)  # fmt: skip
"""One thing although there is an "and" in it."""
_RUN_ON = frozenset(
    "milk eggs bread butter cheese bananas apples oranges lemons limes grapes onions potatoes "
    "tomatoes carrots cucumbers mushrooms yogurt flour sugar bacon ham pasta cereal cookies "
    "batteries napkins tissues diapers toothpaste shampoo socks shoes".split()
)
"""Said one after the other without a pause ("milk eggs and bread"), these are several things."""
_TASK_VERBS = frozenset(
    "ask book buy call cancel change check clean collect cook do drop email feed fill find finish "
    "fix get go help hang install iron mail make meet mop move mow order organize pack paint pay "
    "pick plan plant prepare print put read renew rent repair replace reply return schedule sell "
    "send sew sign sort start study submit sweep take talk text tidy update vacuum visit walk "
    "wash water wipe work wrap write".split()
)
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve".split()
_ORDINALS = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth".split()
_LEADING = re.compile(r"^(?:(?:some|the|also|my)\s+)+", re.IGNORECASE)
_BREAK = re.compile(r"(?:\s*(?:[,;&]|\b(?:and|plus|as well as|also|then)\b))+\s*", re.IGNORECASE)
_KEPT = re.compile(
    r"\b(?:" + "|".join(TOGETHER) + r"|and an? (?:half|quarter)\b.*?)\b", re.IGNORECASE
)
_NOTHING = frozenset(
    "this that it these those them item items something thing things stuff".split()
)
"""Said alone these are no items."""
_FILLERS = frozenset("a an the some any my our more of".split())


def split_items(said: str, *, tasks: bool = False) -> list[str]:
    """Split what was said into items: ``milk, eggs and mac and cheese`` are three.

    Among tasks an "and" starts a new one only before a verb: "call mom and dad" is one.
    """
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match.group())
        return f"\0{len(kept) - 1}\0"

    pieces = [piece for piece in _BREAK.split(_KEPT.sub(keep, said)) if piece.strip()]
    if tasks:
        pieces = _whole_tasks(_KEPT.sub(keep, said))
    items = []
    for piece in pieces:
        text = re.sub(r"\0(\d+)\0", lambda match: kept[int(match.group(1))], piece)
        text = text if tasks else _LEADING.sub("", text.strip())
        items += [text.strip()] if tasks else _run_on(text.strip())
    return [*dict.fromkeys(item[:MAX_TEXT] for item in items if item)]


def _whole_tasks(said: str) -> list[str]:
    """Split before a verb only."""
    tasks: list[str] = []
    at = 0
    for match in _BREAK.finditer(said):
        after = words(said[match.end() :])
        if after and after[0] in _TASK_VERBS:
            tasks.append(said[at : match.start()])
            at = match.end()
    return [*tasks, said[at:]]


def _run_on(piece: str) -> list[str]:
    said = piece.split()
    several = len(said) > 1 and all(word.lower() in _RUN_ON for word in said)
    return said if several else [piece]


def no_items(items: Sequence[str]) -> bool:
    """Whether nothing was named: no words, or only such as "this" and "something"."""
    return not any(stems(item) and not _NOTHING.issuperset(words(item)) for item in items)


def find(items: Sequence[str], said: str) -> dict[str, list[int]]:
    """Return what ``said`` names, each with the places in ``items`` it may mean.

    The whole of it if there is such an item ("salt and pepper"), else its parts.
    """
    whole = _places(items, said)
    parts = split_items(said)
    if whole or len(parts) < 2:  # noqa: PLR2004 - nothing to split
        return {said: whole}
    return {part: _places(items, part) for part in parts}


def _places(items: Sequence[str], said: str) -> list[int]:
    """By place in the list, else the same words, else all that hold these words."""
    numbered = _numbered(words(said), len(items))
    if numbered is not None:
        return [numbered]
    wanted, known = stems(said), [stems(item) for item in items]
    if not wanted:
        return []
    if wanted in known:
        return [known.index(wanted)]
    return [place for place, stem in enumerate(known) if set(wanted) <= set(stem)]


def _numbered(said: Sequence[str], count: int) -> int | None:
    """``the last item``, ``item three``, ``the second one`` -> its place."""
    told = [word for word in said if word not in _FILLERS]
    if len(told) != 2:  # noqa: PLR2004 - a noun and a number
        return None
    nouns = {"item", "entry", "one", "thing", "number"}
    word = next((w for w in told if w not in nouns), None)
    if word is None or not nouns & set(told):
        return None
    if word == "last":
        number = count
    elif word in _ORDINALS:
        number = _ORDINALS.index(word)
    elif word in _SMALL:
        number = _SMALL.index(word)
    else:
        number = int(word) if word.isdigit() else 0
    return number - 1 if 0 < number <= count else None


def words(text: str) -> list[str]:
    """Return the words of ``text`` in small letters."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower())


def stems(text: str) -> list[str]:
    """Words without articles and plural endings, to compare items by."""
    said = [word for word in words(text) if word not in _FILLERS]
    return [_singular(word) for word in said]


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("ies"):  # noqa: PLR2004 - "berries", not "pies"
        return word[:-3] + "y"
    if word.endswith(("oes", "shes", "ches", "xes", "sses")):
        return word[:-2]
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith("ss") else word  # noqa: PLR2004 - not "us"


def bare(said: str) -> str:
    """``any milk`` -> ``milk``."""
    return re.sub(r"^(?:(?:some|any|the|my|a|an)\s+)+", "", said.strip(), flags=re.IGNORECASE)


def joined(texts: Sequence[str], word: str = "and") -> str:
    """``milk, eggs and bread``."""
    if len(texts) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(texts)
    return f"{', '.join(texts[:-1])} {word} {texts[-1]}"
