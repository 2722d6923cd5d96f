"""``run`` as declared, to ``Handler``: checked and made uniform, placeholders known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import msgspec

from alexa_cli.catalog.expert import Effect, Handler
from alexa_cli.catalog.placeholders import EMBEDDED, from_match, looks_spliced, strings, whole
from alexa_cli.config.units import Duration
from alexa_cli.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from alexa_cli.catalog.expert import Parameter
    from alexa_cli.catalog.placeholders import Placeholder
    from alexa_cli.catalog.problems import Report
    from alexa_cli.catalog.schema import HttpFile, RunFile
    from alexa_cli.config.document import At
    from alexa_cli.turn import Json

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
READ_METHODS = ("GET", "HEAD")
_PYTHON = re.compile(r"(?P<module>[A-Za-z_]\w*(\.[A-Za-z_]\w*)*):(?P<function>[A-Za-z_]\w*)")
OPTION = re.compile(r"(?P<literal>[^$]+=)(?P<placeholder>\$[^$]+)", re.DOTALL)
"""``--to=$contact.phone``: the one form in which an item of ``shell`` embeds a placeholder."""
_HOST = re.compile(r"https?://(?P<host>[^/?#]+)(?P<rest>.*)", re.DOTALL | re.IGNORECASE)


def build_run(
    report: Report,
    at: At,
    run: RunFile,
    expert: str,
    parameters: Mapping[str, Parameter],
    folder: Path,
) -> Handler | None:
    """Return the handler, or None after noting what is wrong. ``folder`` is the expert's."""
    kinds = [kind for kind in run.__struct_fields__ if getattr(run, kind) is not None]
    if len(kinds) != 1:
        report.error(f"run is exactly one of {', '.join(run.__struct_fields__)}", at)
        return None
    kind, here = kinds[0], (*at, kinds[0])
    spec = cast("Json", msgspec.to_builtins(getattr(run, kind)))
    if run.python is not None:
        check_python(report, here, run.python, folder)
    elif run.http is not None:
        spec = _http(report, here, run.http, parameters)
    elif run.shell is not None:
        _check_shell(report, here, run.shell, parameters)
    elif run.steps is not None:
        spec = _steps(report, here, run, expert, parameters)
    return Handler(kind, {kind: spec})


def default_effect(handler: Handler) -> Effect | None:
    """Return the effect that a handler has if none is declared; None: it must be declared."""
    if handler.kind == "http":
        http = cast("dict[str, Json]", handler.spec["http"])
        return Effect.READ if http["method"] in READ_METHODS else None
    return None


def check_python(report: Report, at: At, text: str, folder: Path) -> None:
    """Note a ``module:function`` that names nothing in the expert's own folder."""
    match = _PYTHON.fullmatch(text)
    if match is None:
        hint = "such as reminders:create_reminder, for reminders.py in the expert's own folder"
        report.error(f"{text!r} is not module:function", at, hint=hint)
        return
    stem = folder.joinpath(*match["module"].split("."))
    if not stem.with_suffix(".py").is_file() and not (stem / "__init__.py").is_file():
        there = did_you_mean(match["module"], [path.stem for path in folder.glob("*.py")])
        report.error(f"there is no {stem.name}.py in the expert's folder", at, hint=there)


def _http(
    report: Report, at: At, http: HttpFile, parameters: Mapping[str, Parameter]
) -> dict[str, Json]:
    method = http.method.upper()
    if method not in METHODS:
        report.error(f"{http.method!r} is not one of {', '.join(METHODS)}", (*at, "method"))
    _check_url(report, (*at, "url"), http.url, parameters)
    spec: dict[str, Json] = {
        "method": method,
        "url": http.url,
        "query": http.query,
        "headers": cast("Json", dict(http.headers)),
    }
    if http.json is not msgspec.UNSET:
        spec["json"] = http.json
        if method in READ_METHODS:
            report.error(f"a {method} request has no body", (*at, "json"))
    for part in ("query", "headers", "json"):
        _check_values(report, (*at, part), spec.get(part), parameters)
    if http.timeout is not None:
        try:
            seconds = _seconds(http.timeout)
        except ValueError as error:
            report.error(str(error), (*at, "timeout"))
        else:
            spec["timeout"] = seconds
    return spec


def _seconds(value: str | float) -> float:
    seconds = Duration.from_plain(value).seconds if isinstance(value, str) else float(value)
    if not 0 < seconds <= 600:  # noqa: PLR2004 - nobody waits longer for an answer
        raise ValueError("a timeout is more than nothing and at most ten minutes")
    return seconds


def _check_url(report: Report, at: At, url: str, parameters: Mapping[str, Parameter]) -> None:
    match = _HOST.fullmatch(url)
    if match is None or re.search(r"[\s\\]", url):
        report.error(f"{url!r} is no http or https address", at)
        return
    if "$" in match["host"]:
        report.error("a placeholder cannot name the host", at)
        return
    if "@" in match["host"]:
        report.error("an address holds no password: use headers", at)
    try:
        _ = urlsplit(url).port
    except ValueError:
        report.error(f"{url!r} is no http or https address", at)
    for found in EMBEDDED.finditer(match["rest"]):
        if (placeholder := from_match(found)) is not None:
            _check_placeholder(report, at, placeholder, parameters)
            _check_present(report, at, placeholder, parameters)


def _check_shell(
    report: Report, at: At, argv: list[str], parameters: Mapping[str, Parameter]
) -> None:
    if not argv or not argv[0].strip() or whole(argv[0]) or "$" in argv[0]:
        report.error("the first item names the program", at)
        return
    for number, item in enumerate(argv):
        here = (*at, number)
        if "\0" in item:
            report.error("NUL is not allowed", here)
        option = OPTION.fullmatch(item)
        placeholder = whole(option["placeholder"]) if option else whole(item)
        if placeholder is not None:
            _check_placeholder(report, here, placeholder, parameters)
            if option is None:
                _check_present(report, here, placeholder, parameters)
        elif looks_spliced(item):
            hint = "write the whole item as $param or --option=$param"
            report.error(f"{item!r}: placeholders are values, not text", here, hint=hint)


def _steps(
    report: Report, at: At, run: RunFile, expert: str, parameters: Mapping[str, Parameter]
) -> list[Json] | str:
    steps: list[Json] = []
    if isinstance(run.steps, str):
        return _listed_steps(report, at, run.steps, parameters)
    if not run.steps:
        report.error("there are no steps", at)
    for number, step in enumerate(run.steps or ()):
        here = (*at, number)
        name = step.call if "." in step.call else f"{expert}.{step.call}"
        if not re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", name):
            report.error(f"{step.call!r} is not expert.api", (*here, "call"))
        _check_values(report, (*here, "arguments"), step.arguments, parameters, steps_before=number)
        words: dict[str, Json] = {**step.words}
        if twice := sorted(words.keys() & step.arguments.keys()):
            report.error(f"{twice[0]!r} is given twice", (*here, "words", twice[0]))
        spoken: dict[str, Json] = {"words": words} if words else {}
        steps.append({"call": name, "arguments": step.arguments, **spoken})
    return steps


def _listed_steps(report: Report, at: At, text: str, parameters: Mapping[str, Parameter]) -> str:
    """Check ``$parameter.attribute``: steps that a list knows of its member."""
    placeholder = whole(text)
    parameter = parameters.get(placeholder.name) if placeholder else None
    if parameter is None or placeholder is None or not placeholder.path:
        report.error(
            f"{text!r} names no steps", at,
            hint="a list of calls, or $parameter.attribute of a parameter with x-list",
        )  # fmt: skip
    elif parameter.x_list is None or not parameter.required:
        report.error(f"{parameter.name!r} must be required, and have an x-list", at)
    return text


def _check_values(
    report: Report,
    at: At,
    value: Json,
    parameters: Mapping[str, Parameter],
    steps_before: int = 0,
) -> None:
    for place, text in strings(value):
        here = (*at, *place)
        if (placeholder := whole(text)) is not None:
            _check_placeholder(report, here, placeholder, parameters, steps_before)
        elif looks_spliced(text):
            hint = "make it the whole value; $$ is a literal dollar sign"
            report.error(f"{text!r}: placeholders are values, not text", here, hint=hint)


def _check_placeholder(
    report: Report,
    at: At,
    placeholder: Placeholder,
    parameters: Mapping[str, Parameter],
    steps_before: int = 0,
) -> None:
    if placeholder.name.isdigit():
        if not 1 <= int(placeholder.name) <= steps_before:
            report.error(f"{placeholder} points to no earlier step", at)
    elif placeholder.name not in parameters:
        known = ", ".join(f"${name}" for name in sorted(parameters)) or "none"
        hint = did_you_mean(placeholder.name, parameters) or f"parameters: {known}"
        report.error(f"{placeholder} names no parameter of this API", at, hint=hint)


def _check_present(
    report: Report, at: At, placeholder: Placeholder, parameters: Mapping[str, Parameter]
) -> None:
    parameter = parameters.get(placeholder.name)
    if parameter is not None and not parameter.required and not parameter.has_default:
        report.error(
            f"{placeholder} may be absent here",
            at,
            hint=f"make {parameter.name!r} required, or give it a default",
        )
