"""Sums, percentages, tips and shares. The last result is kept for "times three"."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

from .arithmetic import Worth, figures, mixed, rounded, work_out

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext

LAST = "last"
LAST_MINUTES = 30
_SMALL_PARTS = 100
"""A result such as 10/3 is said as a fraction too if its lower part is at most this."""
_SIGNS = {"plus": "+", "minus": "-", "times": "*", "divided": "/", "power": "^"}
_CHANGES = {"half": "(1/2 of {})", "double": "2 * {}", "triple": "3 * {}",
            "squared": "{} ^ 2", "cubed": "{} ^ 3", "root": "sqrt({})"}  # fmt: skip
_CHANGED = {"half": "Half of {}", "double": "Twice {}", "triple": "Three times {}",
            "squared": "{} squared", "cubed": "{} cubed",
            "root": "The square root of {}"}  # fmt: skip
_WORDS = {"plus": "plus", "minus": "minus", "times": "times", "divided": "divided by",
          "power": "to the power of"}  # fmt: skip
_USUAL_TIP = 20
_PART_OF = re.compile(r"\((?P<part>\d+(?:\.\d+)?%|\d+/\d+) of [\d.]+\)")
"""A share of one number."""


def calculate(context: HandlerContext, expression: str) -> Result:
    """Work a sum out."""
    return _told(context, work_out(expression), None, expression)


def combine(context: HandlerContext, verb: str, first: float, second: float) -> Result:
    """Do what a verb says: add a and b, subtract a from b."""
    left, right = plain(first), plain(second)
    if verb == "minus":
        left, right = right, left
    worth = _worked(left, verb, right)
    said = f"{_said(Worth(left))} {_WORDS[verb]} {_said(Worth(right))}"
    return _told(context, worth, said)


def go_on(
    context: HandlerContext,
    operator: str | None = None,
    number: float | None = None,
    percent: str | None = None,
    change: str | None = None,
    takes: str | None = None,
    of: float | None = None,
) -> Result:
    """Go on from the last result: "times three", "half of that", "and of 120"."""
    if of is not None:
        return _same_part(context, plain(of))
    last, operator = _last(context), operator or takes
    if change is not None:
        worth = work_out(_CHANGES[change].format(f"({_text(last.value)})"))
        said = _CHANGED[change].format(_said(last))
    elif operator is not None and number is not None:
        right = plain(number) / 100 if percent else plain(number)
        if percent and operator in {"plus", "minus"}:
            right *= last.value
        worth = _worked(last.value, operator, right)
        shown = f"{_said(Worth(plain(number)))}{' percent' if percent else ''}"
        said = f"{_said(last)} {_WORDS[operator]} {shown}"
    else:
        raise AlexaError("Say what to do with it, such as “times three”.")
    return _told(context, Worth(worth.value, worth.exact and last.exact), said)


def _same_part(context: HandlerContext, whole: Fraction) -> Result:
    """Ask of another number what was asked of the last: "15 percent of 80", "and of 120"."""
    _last(context)
    asked = _PART_OF.fullmatch(context.store.get(LAST).get("expression") or "")
    if asked is None:
        raise AlexaError("There is no part of something to go on from.")
    part = asked["part"]
    worth = work_out(f"({part} of ({_text(whole)}))")
    shown = f"{part[:-1]} percent" if part.endswith("%") else part
    said = f"{shown} of {_said(Worth(whole))}"
    return _told(context, worth, said, f"({part} of {_said(Worth(whole))})")


def percent_of(context: HandlerContext, part: float, whole: float) -> Result:
    """Say what percentage one number is of another."""
    if whole == 0:
        raise AlexaError("Nothing is a percentage of zero.")
    worth = Worth(plain(part) / plain(whole) * 100)
    keep(context, worth)
    about, text = _shown(worth.value)
    said = f"{_said(Worth(plain(part)))} is {about}{text} percent of {_said(Worth(plain(whole)))}."
    return Result({"value": float(worth.value)}, say=said)


def discount(context: HandlerContext, percent: float, amount: float) -> Result:
    """Take a percentage off."""
    worth = Worth(plain(amount) * (100 - plain(percent)) / 100)
    off = f"{_said(Worth(plain(amount)))} with {_said(Worth(plain(percent)))} percent off"
    return _told(context, worth, off)


def tip(
    context: HandlerContext, amount: float, percent: float | None = None, people: int | None = None
) -> Result:
    """Say the tip on a bill, the whole of it, and everybody's share."""
    rate = plain(_USUAL_TIP if percent is None else percent)
    bill = _money(plain(amount))
    extra = _money(bill * rate / 100)
    say = f"A {_said(Worth(rate))} percent tip on {_dollars(bill)} is {_dollars(extra)}, "
    say += f"so {_dollars(bill + extra)} in all."
    if people is not None:
        say += " " + _shares(bill + extra, people)
    keep(context, Worth(bill + extra))
    return Result({"tip": float(extra), "total": float(bill + extra)}, say=say)


def split(
    context: HandlerContext, amount: float, people: int, percent: float | None = None
) -> Result:
    """Split a bill."""
    if percent is not None:
        return tip(context, amount, percent, people)
    bill = _money(plain(amount))
    keep(context, Worth(bill / people))
    return Result({"total": float(bill)}, say=_shares(bill, people))


def _shares(bill: Fraction, people: int) -> str:
    share = _money(bill / people)
    about = "" if share * people == bill else "about "
    return f"Split {people} ways, that is {about}{_dollars(share)} each."


def plain(value: float) -> Fraction:
    """Return a number as it was said: 0.1 is a tenth, and 0.333... a third."""
    exact = Fraction(repr(value))
    near = exact.limit_denominator(_SMALL_PARTS)
    return near if abs(near - exact) < Fraction(1, 10**14) else exact


def _worked(left: Fraction, operator: str, right: Fraction) -> Worth:
    return work_out(f"({_text(left)}) {_SIGNS[operator]} ({_text(right)})")


def _text(value: Fraction) -> str:
    return f"{value.numerator} / {value.denominator}" if value.denominator > 1 else str(value)


# The last result --------------------------------------------------------------------------


def keep(context: HandlerContext, worth: Worth, expression: str | None = None) -> None:
    """Keep a result for what is said next, and the sum it came from if it was one."""
    context.store.set(LAST, {
        "conversation": context.conversation, "at": context.now.isoformat(),
        "value": str(worth.value), "exact": worth.exact, "expression": expression,
    })  # fmt: skip


def _last(context: HandlerContext) -> Worth:
    kept = context.store.get(LAST)
    fresh = kept and kept["conversation"] == context.conversation and (
        timedelta(0) <= context.now - datetime.fromisoformat(kept["at"])
        < timedelta(minutes=LAST_MINUTES)
    )  # fmt: skip
    if not fresh:
        raise AlexaError("There is no result to go on from.")
    return Worth(Fraction(kept["value"]), bool(kept["exact"]))


# Wording ----------------------------------------------------------------------------------


def _told(
    context: HandlerContext, worth: Worth, said: str | None, expression: str | None = None
) -> Result:
    """Return what ``said`` comes to, and keep it; None: the API's own ``say`` words it."""
    keep(context, worth, expression)
    about, text = _shown(worth.value, exact=worth.exact)
    result = f"{about}{text}"
    if about and worth.exact and 1 < worth.value.denominator <= _SMALL_PARTS:
        result = f"{mixed(worth.value)}, {result}"
    whole = worth.value.denominator == 1 and abs(worth.value) < 2**53
    value: int | str = int(worth.value) if whole else text
    found: dict[str, int | str | bool] = {
        "value": value, "exact": worth.exact and not about, "result": result
    }  # fmt: skip
    say = None if said is None else f"{said[:1].upper()}{said[1:]} is {result}."
    return Result({**found}, say=say)


def _shown(value: Fraction, *, exact: bool = True) -> tuple[str, str]:
    text = figures(value) if exact else None
    return ("", text) if text is not None else ("about ", rounded(value))


def _said(worth: Worth) -> str:
    return figures(worth.value) or rounded(worth.value)


def _money(value: Fraction) -> Fraction:
    return Fraction(round(value * 100), 100)


def _dollars(value: Fraction) -> str:
    whole = f"{int(value):,}"
    return f"${whole}" if value.denominator == 1 else f"${whole}.{int(value * 100) % 100:02d}"
