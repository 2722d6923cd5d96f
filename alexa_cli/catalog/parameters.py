"""Parameters as declared, to ``Parameter``: what reads their words, and their fixed choices."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import msgspec

from alexa_cli.catalog.expert import Parameter
from alexa_cli.catalog.schema import NAME, ParameterFile
from alexa_cli.catalog.template_compiler import TemplateError, compile_template
from alexa_cli.catalog.templates import phrases
from alexa_cli.config.files import read
from alexa_cli.errors import FileError, did_you_mean
from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from alexa_cli.catalog.problems import Report
    from alexa_cli.config.document import At
    from alexa_cli.turn import Json

MAX_PHRASES = 500
"""Ways of saying one choice; a template with more is a mistake."""


def build_parameters(
    report: Report,
    at: At,
    required: AbstractSet[str],
    lists: AbstractSet[str],
    rules: Mapping[str, str],
) -> dict[str, Parameter]:
    """Read the ``parameters`` mapping at ``at``; problems are noted, good ones returned."""
    declared = cast("dict[str, Json]", report.document.value(at))
    found: dict[str, Parameter] = {}
    for name in declared:
        here = (*at, name)
        if not re.fullmatch(NAME, name):
            report.error(f"{name!r} is no parameter name: use snake_case", here)
            continue
        try:
            file = read(report.document, ParameterFile, here)
        except FileError as error:
            report.failed(error)
            continue
        _check_reading(report, here, file, lists)
        choices = _choices(report, here, file, rules)
        if isinstance(file.default, str) and choices and file.default not in choices:
            hint = did_you_mean(file.default, choices)
            report.error(
                f"the default {file.default!r} is no choice", (*here, "default"), hint=hint
            )
        default = file.default
        found[name] = Parameter(
            name=name,
            schema=_plain_schema(cast("dict[str, Json]", declared[name])),
            description=file.description,
            required=name in required,
            x_type=file.x_type,
            x_list=file.x_list,
            choices=choices,
            default=None if default is msgspec.UNSET else default,
            has_default=default is not msgspec.UNSET,
            half=file.x_half,
        )
    return found


def _plain_schema(declared: dict[str, Json]) -> dict[str, Json]:
    return {"type": "string"} | {k: v for k, v in declared.items() if not k.startswith("x-")}


def _check_reading(report: Report, at: At, file: ParameterFile, lists: AbstractSet[str]) -> None:
    from alexa_cli.language.registry import known_types  # noqa: PLC0415 - loads the grammars

    if file.x_type is not None and file.x_type not in known_types():
        known = known_types()
        hint = did_you_mean(file.x_type, known) or f"known: {', '.join(sorted(known))}"
        report.error(f"unknown x-type {file.x_type!r}", (*at, "x-type"), hint=hint)
    if file.x_half is not None and file.x_type not in {"datetime", "recurrence"}:
        report.error("x-half needs the x-type datetime or recurrence", (*at, "x-half"))
    if file.x_list is not None and file.x_list not in lists:
        near = did_you_mean(file.x_list, lists)
        hint = near or "declare it under context: (lists of the household) or lists: (its own)"
        message = f"x-list {file.x_list!r} is neither in context nor in lists"
        report.error(message, (*at, "x-list"), hint=hint)
    try:
        re.compile(file.pattern or "")
    except re.error as error:
        report.error(f"{file.pattern!r} is no regular expression: {error}", (*at, "pattern"))
    fixed = file.enum is not None or file.x_choices is not None
    if (file.x_type is not None) + (file.x_list is not None) + fixed > 1:
        report.error("only one of x-type, x-list and choices can read the words", at)
    if fixed and file.type != "string":
        report.error("choices are strings", (*at, "type"))


def _choices(
    report: Report, at: At, file: ParameterFile, rules: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Value to phrases; every phrase names one value only."""
    found: dict[str, tuple[str, ...]] = {}
    for number, value in enumerate(file.enum or ()):
        said = " ".join(words(value.replace("_", " ")))
        if not said:
            report.error(f"{value!r} cannot be said: give it x-choices", (*at, "enum", number))
        elif value in found:
            report.error(f"{value!r} is there twice", (*at, "enum", number))
        found[value] = (said,) if said else ()
    here = (*at, "x-choices")
    if isinstance(file.x_choices, dict):
        for value, templates in file.x_choices.items():
            if file.enum is not None and value not in file.enum:
                hint = did_you_mean(value, file.enum)
                report.error(f"{value!r} is not in enum", (*here, value), hint=hint)
            said_ways = _expand(report, (*here, value), templates, rules)
            if not said_ways:
                report.error(f"there is no way to say {value!r}", (*here, value))
            found[value] = tuple(dict.fromkeys([*said_ways, *found.get(value, ())]))
    elif file.x_choices is not None:
        if file.enum is not None:
            report.error("with enum, x-choices is a mapping {value: [template, ...]}", here)
        for phrase in _expand(report, here, file.x_choices, rules):
            found[phrase] = (phrase,)
    if not found and (file.enum is not None or file.x_choices is not None):
        report.error("there are no choices", at)
    _check_clashes(report, at, found)
    return found


def _expand(report: Report, at: At, templates: list[str], rules: Mapping[str, str]) -> list[str]:
    found: list[str] = []
    for number, text in enumerate(templates):
        here = (*at, number)
        try:
            template = compile_template(text, rules=rules)
        except TemplateError as error:
            report.error(str(error), here)
            continue
        if template.slots:
            report.error(f"{text!r}: a choice holds no parameter", here)
            continue
        ways = phrases(template, MAX_PHRASES)
        if not ways:
            report.error(f"{text!r} can be said in more than {MAX_PHRASES} ways", here)
        found += [" ".join(way) for way in ways]
    return found


def _check_clashes(report: Report, at: At, choices: Mapping[str, tuple[str, ...]]) -> None:
    owner: dict[str, str] = {}
    for value, said in choices.items():
        for phrase in said:
            if (other := owner.setdefault(phrase, value)) != value:
                report.error(f"{phrase!r} names both {other!r} and {value!r}", at)
