"""Templates and marked examples of one API, checked against its parameters."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from alexa_cli.catalog.expert import Example, Mark
from alexa_cli.catalog.template_compiler import TemplateError, compile_template
from alexa_cli.errors import did_you_mean
from alexa_cli.language.text import MAX_CHARACTERS, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from alexa_cli.catalog.problems import Report
    from alexa_cli.catalog.templates import Template
    from alexa_cli.config.document import At

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MARK = re.compile(r"\[(?P<words>[^\[\]()]+)\]\((?P<name>[^\[\]()]*)\)")
_DEFAULT_LANGUAGE = "en"


class ExampleError(ValueError):
    """A marked example makes no sense; the message says why."""


def parse_example(text: str) -> Example:
    """Read ``don't let me forget [the milk](message)``. Raises ExampleError."""
    plain, marks, at = "", list[Mark](), 0
    for match in _MARK.finditer(text):
        plain += text[at : match.start()]
        marks.append(Mark(len(plain), len(plain) + len(match["words"]), match["name"].strip()))
        plain += match["words"]
        at = match.end()
        if not words(match["words"]):
            raise ExampleError(f"[{match['words']}] holds no word")
    plain += text[at:]
    if any(sign in plain for sign in "[]"):
        raise ExampleError("a marked argument is written [words](parameter)")
    if not words(plain) or len(plain) > MAX_CHARACTERS:
        raise ExampleError("an example holds words, and not a page of them")
    return Example(plain, tuple(marks))


def compiled(text: str, expert: str, api: str, rules: Mapping[str, str]) -> Template:
    """Compile a template; building and compiling ask for the same ones. Raises TemplateError."""
    return _compiled(text, expert, api, tuple(rules.items()))


@lru_cache(maxsize=4_096)
def _compiled(text: str, expert: str, api: str, rules: tuple[tuple[str, str], ...]) -> Template:
    return compile_template(text, expert=expert, api=api, rules=dict(rules))


def build_examples(
    report: Report, at: At, declared: list[str] | dict[str, list[str]], parameters: AbstractSet[str]
) -> dict[str, tuple[Example, ...]]:
    """Read ``examples``; a bad one is noted and left out."""
    found: dict[str, list[Example]] = {}
    for language, text, here in _by_language(report, at, declared):
        try:
            example = parse_example(text)
        except ExampleError as error:
            report.error(f"{text!r}: {error}", here)
            continue
        for mark in example.marks:
            if mark.parameter not in parameters:
                _unknown_parameter(report, here, mark.parameter, parameters)
        found.setdefault(language, []).append(example)
    return {language: tuple(examples) for language, examples in found.items()}


def build_sentences(
    report: Report,
    at: At,
    declared: list[str] | dict[str, list[str]],
    parameters: AbstractSet[str],
    rules: Mapping[str, str],
    expert: str,
) -> tuple[dict[str, tuple[str, ...]], list[tuple[Template, At]]]:
    """Read ``sentences``: language to templates, and the compiled ones with their places."""
    found: dict[str, list[str]] = {}
    templates: list[tuple[Template, At]] = []
    for language, text, here in _by_language(report, at, declared):
        try:
            template = compiled(text, expert, str(at[1]), rules)
        except TemplateError as error:
            report.error(str(error), here, hint=_rule_hint(str(error), rules))
            continue
        for slot in template.slots:
            if slot not in parameters:
                _unknown_parameter(report, here, slot, parameters)
        found.setdefault(language, []).append(text)
        templates.append((template, here))
    return {language: tuple(texts) for language, texts in found.items()}, templates


def by_language(declared: str | dict[str, str] | None) -> dict[str, str]:
    """Return a plain text as the default language's."""
    if declared is None:
        return {}
    return {_DEFAULT_LANGUAGE: declared} if isinstance(declared, str) else declared


def check_language(report: Report, at: At, language: str) -> None:
    """Note a language that is none."""
    if not LANGUAGE.fullmatch(language):
        report.error(f"{language!r} is no language", at, hint="such as en or de")


def _by_language(
    report: Report, at: At, declared: list[str] | dict[str, list[str]]
) -> Iterator[tuple[str, str, At]]:
    if isinstance(declared, list):
        for number, text in enumerate(declared):
            yield _DEFAULT_LANGUAGE, text, (*at, number)
        return
    for language, texts in declared.items():
        check_language(report, (*at, language), language)
        for number, text in enumerate(texts):
            yield language, text, (*at, language, number)


def _unknown_parameter(report: Report, at: At, name: str, parameters: AbstractSet[str]) -> None:
    known = ", ".join(sorted(parameters)) or "none"
    hint = did_you_mean(name, parameters) or f"parameters of this API: {known}"
    report.error(f"{name!r} is no parameter of this API", at, hint=hint)


def _rule_hint(message: str, rules: Mapping[str, str]) -> str | None:
    match = re.search(r"<([^<>]+)> is not one of the rules", message)
    return did_you_mean(match[1], rules) if match else None
