"""``say``, checked as far as it can be before a call: it can be read, and its names are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.catalog.sentences import by_language, check_language
from alexa_cli.errors import did_you_mean
from alexa_cli.language.say import BadTemplate, names, parse

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from alexa_cli.catalog.problems import Report
    from alexa_cli.config.document import At


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
        try:
            parts = parse(text)
        except BadTemplate as error:
            hint = "a value is {name}, a plural {name|one thing|# things}, [...] may drop out"
            report.error(f"{text!r}: {error}", here, hint=hint)
            continue
        for name in dict.fromkeys(names(parts)):
            _check_name(report, here, name, parameters, has_value=has_value)


def _check_name(
    report: Report, at: At, name: str, parameters: AbstractSet[str], *, has_value: bool
) -> None:
    first = name.partition(".")[0]
    if first in parameters:
        return
    near = did_you_mean(first, parameters)
    if not has_value:
        report.error(f"{{{name}}} names no parameter", at, hint=near)
    elif near is not None and "." not in name:
        message = f"{{{name}}} names no parameter, so it must be a field of the value"
        report.warn(message, at, hint=near)
