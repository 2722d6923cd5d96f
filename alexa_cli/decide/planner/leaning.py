"""Whether an utterance leans on what was said before: only then is history shown to a model.

History costs tokens, breaks the shared prefix and keeps the plan out of the cache, so words that
stand on their own get none. In doubt it is shown: what is not shown cannot be understood. The
tables are English; words of another language always get their history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.decide.model import Request

FEW = 2
"""So few words are a fragment ("the bedroom") wherever there is something to be a fragment of,
unless they begin as an order does."""
_ORDERS = frozenset(
    "turn switch set add start stop cancel call send lock unlock open close shut dim raise remind "
    "schedule create make delete remove play pause resume order book buy text find show tell read "
    "write take bring get give put move wake mute unmute skip vacuum clean help sing roll flip "
    "pick choose translate define spell count list search google".split()
)
_POINTING = frozenset(
    "them those these him her he she they their theirs its his hers itself themselves same both "
    "other another others else instead neither either latter former previous earlier "
    "aforementioned former mentioned again".split()
)
"""Words that point back wherever they stand."""
_MORE = frozenset(
    "brighter dimmer darker lighter warmer colder cooler hotter louder quieter softer higher "
    "lower faster slower longer shorter sooner later earlier bigger smaller".split()
)
"""Comparatives: what is to be brighter? Unless it is named."""
_NAMING = frozenset({"the", "my", "our", "your"})
_OPENING = frozenset(
    "and but or not also then so because no nope yes yeah actually instead".split()
)
_OPENINGS = (
    ("what", "about"), ("how", "about"), ("what", "if"), ("why", "not"), ("make", "it"),
    ("i", "meant"), ("i", "mean"), ("not", "that"), ("are", "you", "sure"),
    ("what", "did", "you"), ("what", "did", "i"), ("did", "you"), ("you", "said"),
    ("as", "i", "said"), ("tell", "me", "more"), ("go", "on"), ("say", "that"), ("why",),
)  # fmt: skip
_CLOSINGS = (("too",), ("as", "well"), ("instead",), ("again",), ("not",), ("though",))
_NOTHING = frozenset("is was will be been has had does did would might could should may to".split())
"""Beside one of these "it" may stand for nothing."""
_WEATHER = frozenset(
    "time late early cold hot warm cool rain raining rains snow snowing snows sunny cloudy windy "
    "wet dry icy dark light foggy freezing outside today tonight tomorrow yesterday monday tuesday "
    "wednesday thursday friday saturday sunday noon midnight degrees oclock humid storm storming "
    "date day possible true".split()
)
"""What "it" is said of where it stands for nothing: the time, the weather."""
_THIS_TIME = frozenset(
    "morning afternoon evening night week weekend month year monday tuesday wednesday thursday "
    "friday saturday sunday time minute moment".split()
)
_THAT = frozenset(
    "me you him her us them mom dad everyone everybody someone sure note know see hope think "
    "remember say says said so now given fact way".split()
)
"""After one of these "that" begins a clause: "remind me that the milk is off"."""
_BEING = frozenset({"is", "are", "was", "were", "will"})
_BEFORE_NUMBERS = frozenset(
    "at to by of for number and percent plus minus times equals channel".split()
) | {""}
_ENDS_THAT = frozenset("one is was thing again too off on up down please".split())


def leans(request: Request) -> bool:
    """Whether these words may mean something only with what was said before."""
    if request.question is not None:
        return True
    said = request.words
    if request.moment.language != "en":
        return True
    return leans_back(said) or (len(said) <= FEW and not _ORDERS.intersection(said[:1]))


def leans_back(said: Sequence[str]) -> bool:
    """Whether one of the words points back. Pure; ``said`` is normalised English."""
    words = tuple(said)
    if not words:
        return False
    if words[0] in _OPENING or any(words[: len(each)] == each for each in _OPENINGS):
        return True
    if any(words[-len(each) :] == each for each in _CLOSINGS):
        return True
    if not _POINTING.isdisjoint(words):
        return True
    if not _MORE.isdisjoint(words) and _NAMING.isdisjoint(words):
        return True
    return any(_IN_PLACE[word](words, at) for at, word in enumerate(words) if word in _IN_PLACE)


def _it(words: tuple[str, ...], at: int) -> bool:
    # "is it raining" and "what time is it" point at nothing; "turn it off" does
    beside = {words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""}
    return _WEATHER.isdisjoint(words) or (_NOTHING | _WEATHER).isdisjoint(beside)


def _that(words: tuple[str, ...], at: int) -> bool:
    if at + 1 == len(words) or words[at + 1] in _ENDS_THAT:
        return True
    # "remind me that ...", "the lamp that is in the hall": a clause
    before = words[at - 1] if at else ""
    return before not in _THAT and not (at and len(words) - at > 2)  # noqa: PLR2004


def _this(words: tuple[str, ...], at: int) -> bool:
    return at + 1 == len(words) or words[at + 1] not in _THIS_TIME


def _there(words: tuple[str, ...], at: int) -> bool:
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    return before not in _BEING and after not in _BEING


def _one(words: tuple[str, ...], at: int) -> bool:
    # "the blue one" points, "one hour" does not
    before = words[at - 1] if at else ""
    return at + 1 == len(words) and before not in _BEFORE_NUMBERS


def _more(words: tuple[str, ...], at: int) -> bool:
    # "five more minutes" than before; "add more milk" stands alone
    before = words[at - 1] if at else ""
    return at + 1 == len(words) or before[:1].isdigit() or before in {
        "one", "two", "three", "five", "ten", "fifteen", "twenty", "thirty", "few", "bit", "little",
    }  # fmt: skip


_IN_PLACE = {
    "it": _it, "that": _that, "this": _this, "there": _there, "one": _one,
    "ones": _one, "more": _more, "less": _more,
}  # fmt: skip
