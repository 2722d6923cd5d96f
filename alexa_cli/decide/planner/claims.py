"""Words that say something was done, or is about to be, where no tool was called.

Such an answer is a lie, however friendly: the user would believe that the door is locked. And a
text that may become one is held back while it streams, since a call may follow it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alexa_cli.language.text import words as words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

LOOKED_AT = 400
"""Characters: a claim comes first or not at all."""
_COURTESY = frozenset(
    "sure ok okay alright certainly absolutely great yes yeah of course no problem right away "
    "all got it will do you can on just now".split()
)
_OPENING = frozenset(
    "sure ok okay alright certainly absolutely great yes yeah of no right all got will done i "
    "let".split()
)
_I = (
    ("i", "have"), ("i", "will"), ("i", "am"), ("i", "shall"), ("i", "am", "going", "to"),
    ("i", "have", "just"), ("i", "have", "now"), ("let", "me"), ("i", "just"), ("i",),
)  # fmt: skip
_DONE = frozenset({("done",), ("all", "done"), ("it", "is", "done"), ("all", "set"),
                   ("consider", "it", "done")})  # fmt: skip
_VERBS = frozenset(
    "turn switch set add start stop cancel call send lock unlock open close shut dim raise lower "
    "remind schedule create delete remove pause resume book order text unmute mute".split()
)
"""What assistants say they do, whatever their APIs are called."""
_INVARIANT = frozenset({"set", "put", "shut", "cut", "let"})
"""Verbs whose past is themselves: "I set a timer"."""
_IRREGULAR = {
    "make": "made", "send": "sent", "tell": "told", "take": "taken", "begin": "begun",
    "hold": "held", "bring": "brought", "buy": "bought",
}  # fmt: skip
_PASSIVE = re.compile(
    r"\W*(?:[a-z]+[,.!] )?(?:your|the|it|that)\b[^.!?]{0,60}?"
    r"(?:\b(?:(?:ha(?:s|ve) been|(?:is|are) now)"
    r" (?:set|added|turned|switched|locked|unlocked|dimmed|scheduled|cancell?ed|deleted|muted|sent)"
    r"|(?:is|are) now (?:on|off)\s*(?:[.!,;]|\Z))|'s now (?:on|off)\b)",
    re.IGNORECASE,
)
"""The same without "I": "Your timer has been set", "The light is now on."."""
_LONG, _SHORT = 160, 40
"""Characters after which an opening that sounds like a claim would have become one."""


def may_become_a_claim(text: str) -> bool:
    """Whether the beginning of an answer may go on to say that something is done."""
    first = words_of(text[:60])[:1]
    if not first:
        return True
    if first[0] in _OPENING or first[0].endswith("ing"):
        return len(text) < _LONG or claims_to_act(text)
    if first[0] in {"the", "your", "it", "that"}:
        return len(text) < _SHORT or claims_to_act(text)
    return False


def claims_to_act(text: str, apis: Iterable[str] = ()) -> bool:
    """Whether a text says that something was done, or one of these APIs: "I've set a timer"."""
    said = words_of(text[:LOOKED_AT])
    while said and said[0] in _COURTESY and said not in _DONE:
        said = said[1:]
    if not said:
        return False
    if said in _DONE or said[:1] == ("done",):
        return True
    verbs = _VERBS | {api.split("_", 1)[0] for api in apis} - {""}
    forms = {form for verb in verbs for form in _forms(verb)}
    for opening in sorted(_I, key=len, reverse=True):
        if said[: len(opening)] == opening and len(said) > len(opening):
            verb = said[len(opening)]
            past = opening[-1:] != ("i",) or verb not in verbs or verb in _INVARIANT
            if verb in forms and past:
                return True
    if said[0].endswith("ing") and said[0] in forms:
        return True
    return _PASSIVE.match(text) is not None


def _forms(verb: str) -> set[str]:
    """Return a verb as it stands in a claim: set, setting; turn, turned, turning."""
    stem, doubled = verb.removesuffix("e"), verb + verb[-1:]
    other = _IRREGULAR.get(verb, verb)
    return {verb, other, stem + "ed", stem + "ing", doubled + "ed", doubled + "ing"}
