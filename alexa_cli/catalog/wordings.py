"""``say``, checked as far as it can be before a call: brackets, plurals and names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alexa_cli.catalog.sentences import by_language, check_language
from alexa_cli.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from alexa_cli.catalog.problems import Report
    from alexa_cli.config.document import At

_PART = re.compile(r"\{(?P<inside>[^{}\[\]]*)\}|(?P<sign>[{}\[\]])")
_NAME = re.compile(r"[A-Za-z_]\w*(\.\w+)*")


def check_say(
    report: Report,
    at: At,
    say: str | dict[str, str] | None,
    parameters: AbstractSet[str],
    *,
    has_value: bool,
) -> None:
    """Note what is wrong with ``say``.

    ``has_value``: the call returns something, so a name may also be a field of its value.
    """
    for language, text in by_language(say).items():
        here = at if isinstance(say, str) else (*at, language)
        if here != at:
            check_language(report, here, language)
        depth = 0
        for part in _PART.finditer(text):
            if part["inside"] is not None:
                _check_value(report, here, part["inside"], parameters, has_value=has_value)
            elif part["sign"] in "{}":
                report.error(f"{text!r}: a value is written {{name}}", here)
                break
            else:
                depth += 1 if part["sign"] == "[" else -1
            if depth not in {0, 1}:
                report.error(f"{text!r}: [...] is opened and closed, and holds no other", here)
                break
        else:
            if depth:
                report.error(f"{text!r}: a [ is never closed", here)


def _check_value(
    report: Report, at: At, inside: str, parameters: AbstractSet[str], *, has_value: bool
) -> None:
    name, *forms = inside.split("|")
    if not _NAME.fullmatch(name) or len(forms) not in {0, 2}:
        hint = "a value is {name}, a plural {name|one thing|# things}"
        report.error(f"{{{inside}}} is neither a value nor a plural", at, hint=hint)
        return
    first = name.partition(".")[0]
    if first in parameters:
        return
    near = did_you_mean(first, parameters)
    if not has_value:
        report.error(f"{{{name}}} names no parameter", at, hint=near)
    elif near is not None and "." not in name:
        message = f"{{{name}}} names no parameter, so it must be a field of the value"
        report.warn(message, at, hint=near)
