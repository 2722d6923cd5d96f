"""Works sums out exactly, in fractions; where there is no exact answer it says so.

A sum is text in signs, ``12 * 7 + 3``, as the house reads it from words (``x-type: expression``).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BITS = 4_096
"""Larger numbers are not worked out, so that no sum takes long."""
DIGITS = 15
"""Significant digits of what has no exact answer."""
SHOWN_DIGITS = 21
_DECIMALS = 8
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[a-z]+|\S")
TOO_LARGE = "That number is too large for me."


@dataclass(frozen=True, slots=True)
class Worth:
    """What a sum is worth, and whether that is all of it."""

    value: Fraction
    exact: bool = True
    percent: bool = False
    """Whether it was said as a percentage: 80 plus 20 percent is 96."""


def work_out(text: str) -> Worth:
    """Return what ``text`` is worth. Raises AlexaError: no such number, too large, no sum."""
    reader = _Reader(_TOKEN.findall(text))
    try:
        worth = reader.sum()
    except RecursionError as error:
        raise AlexaError("That sum is too deep for me.") from error
    if reader.rest:
        raise AlexaError("I can't read that sum.")
    return worth


class _Reader:
    """Reads a sum from left to right, working it out."""

    def __init__(self, tokens: list[str]) -> None:
        self.rest = tokens[::-1]

    def sum(self) -> Worth:
        left = self._product()
        while sign := self._take("+", "-"):
            right = self._product()
            amount = left.value * right.value if right.percent else right.value
            value = left.value + (amount if sign == "+" else -amount)
            left = _checked(value, exact=left.exact and right.exact)
        return left

    def _product(self) -> Worth:
        left = self._signed()
        while sign := self._take("*", "/", "mod"):
            right = self._signed()
            exact = left.exact and right.exact
            if sign == "*":
                left = _checked(left.value * right.value, exact=exact)
            elif right.value == 0:
                raise AlexaError("Nothing can be divided by zero.")
            elif sign == "/":
                left = _checked(left.value / right.value, exact=exact)
            else:
                left = _checked(left.value % right.value, exact=exact)
        return left

    def _signed(self) -> Worth:
        if self._take("-"):
            inner = self._signed()
            return Worth(-inner.value, inner.exact, inner.percent)
        return self._share()

    def _share(self) -> Worth:
        """Read "15% of 80", "2/3 of 60": tighter than "*"."""
        if self.rest[-2:-1] == ["/"] and self.rest[-4:-3] == ["of"]:
            over, _, under = (self.rest.pop() for _ in range(3))
            if int(under) == 0:
                raise AlexaError("Nothing can be divided by zero.")
            left = Worth(Fraction(int(over), int(under)))
        else:
            left = self._power()
        if not self._take("of"):
            return left
        right = self._share()
        return _checked(left.value * right.value, exact=left.exact and right.exact)

    def _power(self) -> Worth:
        base = self._part()
        if not self._take("^"):
            return base
        minus = bool(self._take("-"))
        exponent = self._power()
        signed = -exponent.value if minus else exponent.value
        worth = power(base.value, signed)
        return Worth(worth.value, worth.exact and base.exact and exponent.exact)

    def _part(self) -> Worth:
        sign = self.rest.pop() if self.rest else ""
        if sign == "(":
            worth = self.sum()
            self._close()
        elif sign in _NAMED and self._take("("):
            parts = [self.sum()]
            while self._take(","):
                parts.append(self.sum())
            self._close()
            worth = _NAMED[sign](parts)
        elif sign[:1].isdigit():
            worth = _checked(Fraction(sign), exact=True)
        else:
            raise AlexaError("I can't read that sum.")
        if self._take("%"):
            return Worth(worth.value / 100, worth.exact, percent=True)
        return worth

    def _take(self, *signs: str) -> str:
        return self.rest.pop() if self.rest and self.rest[-1] in signs else ""

    def _close(self) -> None:
        if not self._take(")"):
            raise AlexaError("I can't read that sum.")


def _checked(value: Fraction, *, exact: bool) -> Worth:
    if value.numerator.bit_length() > MAX_BITS:
        raise AlexaError(TOO_LARGE)
    if value.denominator.bit_length() > MAX_BITS:
        raise AlexaError("That needs more digits than I can handle.")
    return Worth(value, exact)


def power(base: Fraction, exponent: Fraction) -> Worth:
    """Return ``base`` to the power of ``exponent``, exact where that is a fraction."""
    if base == 0:
        if exponent < 0:
            raise AlexaError("Nothing can be divided by zero.")
        return Worth(Fraction(int(exponent == 0)))
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if abs(base) != 1 and abs(exponent) * (bits - 1) > MAX_BITS:
        raise AlexaError(TOO_LARGE if (abs(base) > 1) == (exponent > 0) else
                         "That is too close to zero for me.")  # fmt: skip
    if exponent.denominator == 1:
        whole = int(exponent % 2) if abs(base) == 1 else int(exponent)
        return _checked(base**whole, exact=True)
    if base < 0:
        raise AlexaError("A negative number has no such root.")
    if exponent.denominator <= MAX_ROOT:
        root_of = root(base, exponent.denominator)
        if root_of.exact:
            return power(root_of.value, Fraction(exponent.numerator))
    return _rounded(lambda: _decimal(base) ** _decimal(exponent))


MAX_ROOT = 64


def root(value: Fraction, degree: int) -> Worth:
    """Return the root of ``value``, exact if it is a fraction."""
    if value < 0:
        if degree % 2 == 0:
            raise AlexaError("A negative number has no square root.")
        found = root(-value, degree)
        return Worth(-found.value, found.exact)
    over, under = _whole_root(value.numerator, degree), _whole_root(value.denominator, degree)
    if over**degree == value.numerator and under**degree == value.denominator:
        return Worth(Fraction(over, under))
    return _rounded(lambda: _decimal(value) ** (Decimal(1) / degree))


def _whole_root(value: int, degree: int) -> int:
    """Return the largest whole number whose power is at most ``value``."""
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        if middle**degree <= value:
            low = middle
        else:
            high = middle - 1
    return low


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _rounded(work: Callable[[], Decimal]) -> Worth:
    with localcontext() as context:
        context.prec = DIGITS + 10
        found = work()
    with localcontext() as context:
        context.prec = DIGITS
        return _checked(Fraction(+found), exact=False)


def _factorial(parts: list[Worth]) -> Worth:
    value = parts[0].value
    if value.denominator != 1 or value < 0:
        raise AlexaError("Only whole numbers from zero on have a factorial.")
    if value > 450:  # noqa: PLR2004 - 450! has 3,322 bits
        raise AlexaError(TOO_LARGE)
    return _checked(Fraction(math.factorial(int(value))), exact=True)


def _total(parts: list[Worth]) -> Worth:
    return _checked(sum((p.value for p in parts), Fraction(0)), exact=all(p.exact for p in parts))


def _product(parts: list[Worth]) -> Worth:
    result = Worth(Fraction(1))
    for part in parts:
        result = _checked(result.value * part.value, exact=result.exact and part.exact)
    return result


def _average(parts: list[Worth]) -> Worth:
    total = _total(parts)
    return _checked(total.value / len(parts), exact=total.exact)


_NAMED: dict[str, Callable[[list[Worth]], Worth]] = {
    "sqrt": lambda parts: Worth(
        (found := root(parts[0].value, 2)).value, found.exact and parts[0].exact
    ),
    "cbrt": lambda parts: Worth(
        (found := root(parts[0].value, 3)).value, found.exact and parts[0].exact
    ),
    "factorial": _factorial,
    "total": _total,
    "product": _product,
    "average": _average,
}


# In words ---------------------------------------------------------------------------------


def figures(value: Fraction, decimals: int = _DECIMALS) -> str | None:
    """Return ``1,234.5`` if that is all of ``value``, else None."""
    scaled = value * 10**decimals
    if scaled.denominator != 1 or abs(value) >= 10**SHOWN_DIGITS:
        return None
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(int(scaled)), 10**decimals)
    text = f"{whole:,}"
    return sign + (f"{text}.{part:0{decimals}d}".rstrip("0") if part else text)


def rounded(value: Fraction, digits: int = 6) -> str:
    """Return about ``value``: ``3.33333``, ``1.268 times 10 to the power of 30``."""
    if value == 0:
        return "0"
    with localcontext() as context:
        context.prec = digits
        near = _decimal(value)
    exponent = near.adjusted()
    if -6 <= exponent < SHOWN_DIGITS:  # noqa: PLR2004 - 0.000001
        text = f"{near:,f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    short = f"{near.scaleb(-exponent):f}"
    short = short.rstrip("0").rstrip(".") if "." in short else short
    return f"{short} times 10 to the power of {exponent}"


def mixed(value: Fraction) -> str:
    """Return ``3 1/3``."""
    whole, part = divmod(abs(value.numerator), value.denominator)
    sign = "-" if value < 0 else ""
    return (
        f"{sign}{whole:,} {part}/{value.denominator}"
        if whole
        else f"{sign}{part}/{value.denominator}"
    )
