"""Words that say something was done, or is about to be, where no tool was called.

Such an answer is a lie, however friendly: the user would believe that the door is locked. And a
text that begins like one is held back while it streams, since a call may follow it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from alexa_cli.language.text import words as words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_COURTESY = frozenset(
    "sure ok okay alright certainly absolutely great yes yeah of course no problem right away "
    "all got it will do you can on just now".split()
)
_I = (
    ("i", "have"), ("i", "will"), ("i", "am"), ("i", "shall"), ("i", "am", "going", "to"),
    ("i", "have", "just"), ("i", "have", "now"), ("let", "me"), ("i", "just"), ("i",),
)  # fmt: skip
_DONE = frozenset({("done",), ("all", "done"), ("it", "is", "done"), ("all", "set"),
                   ("consider", "it", "done")})  # fmt: skip
_INVARIANT = frozenset({"set", "put", "shut", "cut", "let"})
"""Verbs whose past is themselves: "I set a timer"."""


_IRREGULAR = {
    "make": "made", "send": "sent", "tell": "told", "take": "taken", "begin": "begun",
    "hold": "held", "bring": "brought", "buy": "bought",
}  # fmt: skip


def opens_like_a_claim(text: str) -> bool:
    """Whether a text may go on to say that something is done: "Sure, I'll ..."."""
    first = words_of(text[:60])[:1]
    return (
        not first
        or first[0] in _COURTESY
        or first[0] in {"i", "let", "done", "the", "your"}
        or (first[0].endswith("ing"))
    )


def claims_to_act(text: str, apis: Iterable[str]) -> bool:
    """Whether a text says that one of these APIs ran or is about to: "I've set a timer"."""
    said = words_of(text[:400])
    while said and said[0] in _COURTESY and said not in _DONE:
        said = said[1:]
    if not said:
        return False
    if said in _DONE or said[:1] == ("done",):
        return True
    verbs = {api.split("_", 1)[0] for api in apis} - {""}
    forms = {form for verb in verbs for form in _forms(verb)}
    for opening in sorted(_I, key=len, reverse=True):
        if said[: len(opening)] == opening and len(said) > len(opening):
            next_ = said[len(opening)]
            past = opening[-1:] != ("i",) or next_ not in verbs or next_ in _INVARIANT
            if next_ in forms and past:
                return True
    acting = said[0].endswith("ing") and said[0] in forms
    states = forms - verbs | (verbs & _INVARIANT) | {"on", "off"}
    return acting or any(
        before in {"been", "now"} and after in states for before, after in pairwise(said)
    )


def _forms(verb: str) -> set[str]:
    """Return a verb as it stands in a claim: set, setting; turn, turned, turning."""
    stem, doubled = verb.removesuffix("e"), verb + verb[-1:]
    other = _IRREGULAR.get(verb, verb)
    return {verb, other, stem + "ed", stem + "ing", doubled + "ed", doubled + "ing"}
