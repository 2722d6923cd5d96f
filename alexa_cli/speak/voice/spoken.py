"""Text as it is written, made text as it is read out.

What is only for the eye goes (bullets, Markdown, emoji, the path of a web address), and what
espeak-ng reads as signs is put in words ("7:00" is not "seven zero zero"). The result is text for
any voice; it is never anything else.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Words: TypeAlias = str | Callable[[re.Match[str]], str]

_MARKUP = (
    (r"(?m)^\s*(?:```|~~~).*$", ""),  # the fence of a block of code
    (r"(?m)^\s*(?:[-*+•◦▪‣·–]|>+|#{1,6})\s+", ""),
    (r"(?m)^\s*(\d{1,3})[.)]\s+", r"\1, "),
    (r"!?\[([^\[\]]*)\]\([^()\s]*\)", r"\1"),  # a link or a picture: its words
    (r"[*`_]{2,}", ""),
    (r"(?<!\w)[*_`]+(?=\S)|(?<=\S)[*_`]+(?!\w)", ""),
    (r"\s*\|\s*", ", "),
)
_ADDRESS = re.compile(
    r"(?:https?://|www\.)(?:[^\s/@]*@)?(?:www\.)?([\w-]+(?:\.[\w-]+)+)(?::\d+)?(?:[/?#][^\s]*)?",
    re.IGNORECASE,
)
_MAIL = re.compile(r"(?<![\w.+-])([\w.+-]{1,64})@([\w-]+(?:\.[\w-]+)+)")
_SIGNS_KEPT = frozenset("°©®™℃℉№")
_ONE = frozenset({"1", "1.0"})
_MONTHS = ("January February March April May June July August September October November "
           "December").split()  # fmt: skip
_UNITS = {
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "kph": ("kilometer per hour", "kilometers per hour"),
    "mph": ("mile per hour", "miles per hour"),
    "m/s": ("meter per second", "meters per second"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "kW": ("kilowatt", "kilowatts"),
    "W": ("watt", "watts"),
    "kg": ("kilogram", "kilograms"),
    "g": ("gram", "grams"),
    "mg": ("milligram", "milligrams"),
    "km": ("kilometer", "kilometers"),
    "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"),
    "ml": ("milliliter", "milliliters"),
    "mL": ("milliliter", "milliliters"),
    "L": ("liter", "liters"),
    "lb": ("pound", "pounds"),
    "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "ft": ("foot", "feet"),
    "mi": ("mile", "miles"),
    "tbsp": ("tablespoon", "tablespoons"),
    "tsp": ("teaspoon", "teaspoons"),
    "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"),
    "sec": ("second", "seconds"),
    "secs": ("second", "seconds"),
    "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "GB": ("gigabyte", "gigabytes"),
    "MB": ("megabyte", "megabytes"),
    "KB": ("kilobyte", "kilobytes"),
    "hPa": ("hectopascal", "hectopascals"),
}
_FRACTIONS = {
    "1/2": "a half", "1/3": "a third", "2/3": "two thirds", "1/4": "a quarter",
    "3/4": "three quarters", "1/8": "an eighth",
}  # fmt: skip
_VULGAR = {
    "½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅛": "1/8",
}  # fmt: skip
_CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
}


def spoken(text: str, language: str = "en") -> str:
    """Return ``text`` as it is read out, on one line; empty if there is nothing to say."""
    lines = (" ".join(line.split()) for line in printable(text).splitlines())
    text = "\n".join(line for line in lines if line).translate(_VULGAR_TABLE)
    for pattern, plain in _COMPILED_MARKUP:
        text = pattern.sub(plain, text)
    text = _ADDRESS.sub(_host, text)
    text = _MAIL.sub(lambda m: f"{m[1]} at {m[2]}", text)
    if language.partition("-")[0] == "en":
        for pattern, words in _COMPILED_ENGLISH:
            text = pattern.sub(words, text)
    text = " ".join("".join(c for c in text if not _is_picture(c)).split())
    text = re.sub(r" +(?=[.,;:!?])", "", text)
    return text if any(c.isalnum() for c in text) else ""


def _is_picture(char: str) -> bool:
    """Whether it is an emoji, a part of one, or another sign that has no sound."""
    if char in _SIGNS_KEPT:
        return False
    return unicodedata.category(char) in {"So", "Sk", "Me"} or "\ufe00" <= char <= "\ufe0f"


def _host(match: re.Match[str]) -> str:
    end = match.group()[-1]
    return match[1] + (end if end in ".,;:!?)" else "")


def _counted(count: str, one: str, many: str) -> str:
    return f"{count} {one if count in _ONE else many}"


def _time(match: re.Match[str]) -> str:
    hour, minute, second, half = int(match["hour"]), match["minute"], match["second"], match["half"]
    if second:
        words = f"{hour} {minute} and {_counted(str(int(second)), 'second', 'seconds')}"
    elif minute != "00":
        words = f"{hour} oh {minute[1]}" if minute[0] == "0" else f"{hour} {minute}"
    elif half or not hour:
        words = str(hour) if half else "midnight"
    else:
        words = f"{hour} o'clock" if hour <= 12 else f"{hour} hundred"  # noqa: PLR2004 - a dial
    return f"{words} {half.upper()}M" if half else words


def _day(match: re.Match[str]) -> str:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= len(_MONTHS) and 1 <= day <= 31):  # noqa: PLR2004 - the longest month
        return match.group()
    return f"{_MONTHS[month - 1]} {day}, {match['year']}"


def _degrees(match: re.Match[str]) -> str:
    sign = "minus " if match["sign"] else ""
    scale = {"f": " Fahrenheit", "c": " Celsius", "": ""}[(match["scale"] or "").lower()]
    return sign + _counted(match["count"], "degree", "degrees") + scale


def _money(match: re.Match[str]) -> str:
    one, many, small, smalls = _CURRENCIES[match["sign"]]
    whole, cents, scale = match["whole"], match["cents"], match["scale"]
    if scale:
        return f"{whole}{'.' + cents if cents else ''} {scale} {many}"
    words = _counted(whole, one, many)
    return f"{words} and {_counted(str(int(cents)), small, smalls)}" if cents else words


def _digits(match: re.Match[str]) -> str:
    """A telephone number: digit by digit, in its groups."""
    return ", ".join(" ".join(group) for group in re.findall(r"\d+", match.group()))


_TIME = (
    r"(?<![\w:.])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\d:])"
    r"(?:\s?(?P<half>[AaPp])(?:[Mm]\b|\.\s?[Mm]\.))?"
)
_DEGREES = (
    r"(?P<sign>(?<![\w)])[-−])?(?<!\w)(?P<count>\d+(?:\.\d+)?)\s?°(?:\s?(?P<scale>[FfCc])\b)?"
)
_MONEY = (
    r"(?P<sign>[$€£])\s?(?P<whole>\d+(?:,\d{3})*)(?:\.(?P<cents>\d\d)(?!\d))?"
    r"(?:\s(?P<scale>thousand|million|billion|trillion)\b)?"
)
_UNIT = (
    r"(?<![\w.])(?P<count>\d+(?:[.,]\d+)*)\s?(?P<unit>"
    + "|".join(sorted(_UNITS, key=len, reverse=True))
    + r")(?!\w)(?:\.(?=\s+[a-z]))?"
)
_ENGLISH: tuple[tuple[str, Words], ...] = (
    ("℉", "°F"),
    ("℃", "°C"),
    (r"(?<=\w)’(?=\w)", "'"),
    (r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)\b", _day),
    (r"(?<![\w-])(?:\+?1[ -])?(?:\(\d{3}\) ?|\d{3}[ -])?\d{3}-\d{4}(?![\w-])", _digits),
    (_TIME, _time),
    (r"\b(\d{1,2})\s?([AaPp])(?:[Mm]\b|\.\s?[Mm]\.)", lambda m: f"{m[1]} {m[2].upper()}M"),
    (_DEGREES, _degrees),
    (_MONEY, _money),
    (r"(?<=\d)\s?%", " percent"),
    (r"\b(\d+)\s?(1/2|1/3|2/3|1/4|3/4|1/8)(?![\w/])", lambda m: f"{m[1]} and {_FRACTIONS[m[2]]}"),
    (r"(?<![\w/])(1/2|1/3|2/3|1/4|3/4|1/8)(?![\w/])", lambda m: _FRACTIONS[m[1]]),
    (r"(?<=\d)\s?–\s?(?=\d)", " to "),
    (r"(?<![\w-])(\d{1,3})-(?=\d{1,3}(?![\w-]))", r"\1 to "),
    (r"(?<![\w)])[-−](?=\d)", "minus "),
    (_UNIT, lambda m: _counted(m["count"], *_UNITS[m["unit"]])),
    (r"#(?=\d)|\bNo\.\s?(?=\d)", "number "),
    (r"~\s?(?=\d)|\bapprox\.", "about "),
    (r"\bDr\.(?=\s+[A-Z])", "Doctor"),
    (r"\bSt\.(?=\s+[A-Z])", "Saint"),
    (r"\b(?:Mr)\.", "Mister"),
    (r"\b(?:Mrs)\.", "Missis"),
    (r"\b(?:Ms)\.", "Miz"),
    (r"\bProf\.", "Professor"),
    (r"\bvs\.?(?!\w)", "versus"),
    (r"\be\.\s?g\.", "for example"),
    (r"\bi\.\s?e\.", "that is"),
    (r"\betc\.(?=\s+[a-z])", "et cetera"),
    (r"\bw/\s?(?=[a-z])", "with "),
    (r"(?<=\w)\s?&\s?(?=\w)", " and "),
    (r"(?<=\d)\s?×\s?(?=\d)", " times "),
    (r"\s*(?:→|->|=>)\s*", " to "),
    (r"(?<=\w)[/_](?=\w)", " "),
)  # fmt: skip

_COMPILED_MARKUP = tuple((re.compile(pattern), words) for pattern, words in _MARKUP)
_COMPILED_ENGLISH = tuple((re.compile(pattern), words) for pattern, words in _ENGLISH)
_VULGAR_TABLE = str.maketrans(_VULGAR)
