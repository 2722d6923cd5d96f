"""What values of a type sound like: the words that a duration, a time, a number is made of.

``{{duration}}`` in a sentence of a ``Bias`` stands for these patterns; ``<number>`` in a pattern
for a member of a group. Whatever is here, the type's own grammar reads (a test walks it).
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.hear.bias import Bias

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_HUNDRED = [
    *_SMALL,
    *(f"{ten} {one}".strip() for ten in _TENS for one in ("", *_SMALL[1:10])),
]
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_COLOURS = (
    "red/green/blue/yellow/orange/purple/pink/white/warm white/cool white/daylight/violet/"
    "turquoise/cyan/magenta/gold/amber/indigo/lavender/sky blue/dark blue/light blue/navy/lime/"
    "teal/brown/gray/black/silver/crimson/salmon/coral/peach/rose/mint/ivory/beige/hot pink/"
    "light green/dark green/soft white/candlelight"
).split("/")
_COMMON = (
    "milk eggs bread butter cheese coffee tea sugar salt flour rice pasta apples bananas oranges "
    "tomatoes potatoes onions garlic carrots lettuce chicken beef fish water juice beer wine soap "
    "shampoo toothpaste batteries paper towels dog cat food trash laundry dishes car keys phone "
    "doctor dentist meeting appointment school work home dinner lunch breakfast birthday party "
    "present letter bill rent bank medicine pills vitamins homework garden plants call pick up "
    "buy get take make clean wash feed walk pay check send bring the a an my your his her our "
    "and or to for of in on at with from is are was will be not i you he she we they it me him "
    "them mom dad kids"
).split()

TEXT = "text"
"""The type of free text: any words at all, as far as there are any."""


def groups() -> Mapping[str, tuple[str, ...]]:
    """Return what a ``<group>`` in a pattern may be."""
    return _groups()


@cache
def _groups() -> Mapping[str, tuple[str, ...]]:
    return {
        "number": (*_HUNDRED, "one hundred", "a hundred"),
        "count": tuple(_HUNDRED[1:]),
        "hour": tuple(_SMALL[1:13]),
        "minute": (*(f"oh {one}" for one in _SMALL[1:10]), *_HUNDRED[10:60]),
        "ordinal": (*_ORDINALS, *(f"twenty {o}" for o in _ORDINALS[:9]), "thirtieth",
                    "thirty first"),
        "weekday": tuple(_DAYS),
        "month": tuple(_MONTHS),
        "colour": tuple(_COLOURS),
        "word": tuple(dict.fromkeys(_COMMON)),
    }  # fmt: skip


_CLOCK = (
    "<hour>", "<hour> am", "<hour> pm", "<hour> o'clock", "<hour> <minute>", "<hour> <minute> am",
    "<hour> <minute> pm", "half past <hour>", "quarter past <hour>", "quarter to <hour>", "noon",
    "midnight", "<hour> in the morning", "<hour> in the evening",
)  # fmt: skip
_LENGTH = (
    "<count> minutes", "<count> minutes", "<count> seconds", "<count> hours", "<count> minute",
    "<count> second", "<count> hour", "a minute", "an hour", "half an hour", "a half hour",
    "an hour and a half", "<count> and a half hours", "<count> and a half minutes",
    "<count> minutes and <count> seconds", "<count> hours and <count> minutes",
    "one hour and <count> minutes", "one minute and <count> seconds", "a quarter of an hour",
    "three quarters of an hour", "<count> days",
)  # fmt: skip
_DAY = (
    "today", "tomorrow", "on <weekday>", "<weekday>", "next <weekday>", "<month> <ordinal>",
    "the <ordinal> of <month>",
)  # fmt: skip
_PATTERNS: Mapping[str, tuple[str, ...]] = {
    "number": ("<number>", "<number>", "one hundred <count>", "one hundred and <count>"),
    "ordinal": ("<ordinal>",),
    "percent": (
        "<number> percent", "<number> percent", "<number>", "half", "full", "maximum", "minimum",
        "a quarter",
    ),
    "duration": _LENGTH,
    "time": _CLOCK,
    "date": _DAY,
    "datetime": (
        *(f"at {clock}" for clock in _CLOCK), *_DAY, "tomorrow at <hour>", "tomorrow morning",
        "tomorrow at <hour> pm", "tomorrow at <hour> <minute>", "in <count> minutes",
        "in an hour", "in half an hour", "in <count> hours", "on <weekday> at <hour>", "tonight",
        "this evening", "tonight at <hour>",
    ),
    "recurrence": (
        "every day", "every morning", "every evening", "every <weekday>", "every day at <hour>",
        "every day at <hour> <minute>", "every weekday", "every week", "every hour", "daily",
        "weekly",
    ),
    "colour": ("<colour>",),
    "temperature": (
        "<number>", "<number> degrees", "<number> degrees", "<number> degrees fahrenheit",
        "<number> degrees celsius",
    ),
    "expression": (
        "<number> plus <number>", "<number> minus <number>", "<number> times <number>",
        "<number> divided by <number>", "<number> percent of <number>", "half of <number>",
        "<number> squared", "the square root of <number>",
    ),
    "event": ("<word> <word>", "<word> <word> <word>"),
    TEXT: ("<word>", "<word> <word>", "<word> <word> <word>"),
}  # fmt: skip


def patterns(x_type: str) -> tuple[str, ...]:
    """Return how values of a type are made; what is written twice is said twice as often."""
    return _PATTERNS.get(x_type, _PATTERNS[TEXT])


def values(x_type: str, limit: int = 1_000) -> tuple[str, ...]:
    """Return values of a type in words, the simplest patterns first, at most ``limit``."""
    found: dict[str, None] = {}
    known = groups()
    for pattern in sorted(patterns(x_type), key=lambda each: each.count("<")):
        parts = [known[part[1:-1]] if part.startswith("<") else (part,) for part in pattern.split()]
        for words in product(*parts):
            found.setdefault(" ".join(words))
            if len(found) >= limit:
                return tuple(found)
    return tuple(found)


def fingerprint_of(bias: Bias) -> str:
    """Return the fingerprint of a bias that carries none: of its sentences and lists."""
    import hashlib  # noqa: PLC0415 - as a bias changes

    if bias.fingerprint:
        return bias.fingerprint
    told = repr((bias.sentences, sorted(bias.lists.items()), sorted(bias.pronunciations.items())))
    return hashlib.blake2b(told.encode(errors="replace"), digest_size=12).hexdigest()
