"""What an unquoted word of YAML 1.2 means: null, true, a number, or itself."""

from __future__ import annotations

import re

_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INT = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MAX_DIGITS = 18


def parse_scalar(text: str) -> bool | int | float | str | None:
    """Read an unquoted YAML 1.2 scalar. Raises ValueError with a message for people."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text) or _BASED.fullmatch(text):
        if len(text.lstrip("+-0")) > _MAX_DIGITS:
            raise ValueError("this number is too long; put it in quotes if it is text")
        return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if number in {float("inf"), float("-inf")}:
            raise ValueError("this number is too large")
        return number
    if _NOT_FINITE.fullmatch(text):
        raise ValueError("only finite numbers are allowed")
    return text
