"""One ``expert.yaml``, read and checked, to an ``Expert``. What spans experts is in ``link``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from alexa_cli.catalog.expert import Api, Effect, Expert, Handler, Undo
from alexa_cli.catalog.parameters import build_parameters
from alexa_cli.catalog.placeholders import looks_spliced, strings, whole
from alexa_cli.catalog.problems import Report
from alexa_cli.catalog.runs import build_run, check_python, default_effect
from alexa_cli.catalog.schema import NAME, ApiFile, ExpertHead, ListFile, UndoFile
from alexa_cli.catalog.sentences import build_examples, build_sentences, by_language
from alexa_cli.catalog.template_compiler import TemplateError, compile_template
from alexa_cli.catalog.wordings import check_say
from alexa_cli.config.files import load_yaml, read
from alexa_cli.errors import FileError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.catalog.templates import Template
    from alexa_cli.config.document import At, Document

FILE = "expert.yaml"
"""The declaration, in each expert's folder."""


@dataclass(frozen=True, slots=True)
class Built:
    """One expert as built. ``expert`` is None if its file could not be used at all."""

    expert: Expert | None
    report: Report
    compiled: tuple[tuple[Template, At], ...] = ()
    """Its templates with their places in the file, for checks."""

    def usable(self) -> Expert:
        """Return the expert. Raises the first FileError."""
        for problem in self.report.problems:
            if problem.level == "error":
                raise problem.fault
        if self.expert is None:
            raise self.report.document.error("this is no expert")
        return self.expert


def build_folder(folder: Path, *, source: str = "", fingerprint: str = "") -> Built:
    """Build the expert of ``folder``. Raises FileError if its YAML cannot be parsed."""
    return build(load_yaml(folder / FILE), source=source, fingerprint=fingerprint)


def build(document: Document, *, source: str = "", fingerprint: str = "") -> Built:
    """Build the expert that ``document`` declares; every problem is in the report."""
    report = Report(document)
    try:
        head = read(document, ExpertHead)
    except FileError as error:
        report.failed(error)
        return Built(None, report)
    _check_name(report, ("name",), head.name)
    if not head.description.strip():
        report.error("a description is missing", ("description",))
    rules = _rules(report, head.rules)
    lists = _lists(report, head.lists)
    known_lists = {*head.context, *lists}
    apis: dict[str, Api] = {}
    compiled: list[tuple[Template, At]] = []
    for name in head.apis:
        at: At = ("apis", name)
        _check_name(report, at, name)
        try:
            file = read(document, ApiFile, at)
        except FileError as error:
            report.failed(error)
            continue
        builder = _ApiBuilder(report, at, file, head.name, rules)
        apis[name] = builder.build(known_lists)
        compiled += builder.compiled
    for name, api in apis.items():
        _check_undo(report, ("apis", name), api, apis)
    _check_duplicates(report, compiled)
    expert = Expert(
        name=head.name,
        description=head.description.strip(),
        apis=apis,
        context=tuple(head.context),
        lists=lists,
        rules=rules,
        sampling=head.sampling,
        folder=str(folder_of(document)),
        source=source,
        fingerprint=fingerprint,
    )
    return Built(expert, report, tuple(compiled))


def folder_of(document: Document) -> Path:
    """Return the absolute folder of an expert's file."""
    return Path(document.path).parent.absolute()


class _ApiBuilder:
    """Builds one API; notes what is wrong on the way."""

    def __init__(
        self, report: Report, at: At, file: ApiFile, expert: str, rules: Mapping[str, str]
    ) -> None:
        self.report, self.at, self.file, self.expert, self.rules = report, at, file, expert, rules
        self.compiled: list[tuple[Template, At]] = []

    def build(self, lists: set[str]) -> Api:
        file, at, report = self.file, self.at, self.report
        if not file.description.strip():
            report.error("a description is missing", (*at, "description"))
        parameters = {}
        if file.parameters:
            parameters = build_parameters(
                report, (*at, "parameters"), set(file.required), lists, self.rules
            )
        for number, name in enumerate(file.required):
            if name not in file.parameters:
                hint = did_you_mean(name, file.parameters)
                report.error(f"{name!r} is no parameter", (*at, "required", number), hint=hint)
        names = file.parameters.keys()
        sentences, self.compiled = build_sentences(
            report, (*at, "sentences"), file.sentences, names, self.rules, self.expert
        )
        examples = build_examples(report, (*at, "examples"), file.examples, names)
        run = None
        if file.run is not None:
            folder = folder_of(report.document)
            run = build_run(report, (*at, "run"), file.run, self.expert, parameters, folder)
        effect = self._effect(run)
        say = by_language(file.say)
        check_say(report, (*at, "say"), file.say, names, has_value=file.run is not None)
        speculate, confirm = file.speculate, file.confirm
        return Api(
            expert=self.expert,
            name=str(at[-1]),
            description=file.description.strip(),
            effect=effect,
            undo=_undo(file.undo),
            speculate=speculate if speculate is not None else effect is Effect.READ,
            confirm=confirm if confirm is not None else effect is Effect.IRREVERSIBLE,
            parameters=parameters,
            sentences=sentences,
            examples=examples,
            run=run,
            say=say,
            line=report.document.line(at) or 0,
            declared=self._declared(),
        )

    def _effect(self, run: Handler | None) -> Effect:
        """Return the effect; that of ``steps`` is only known once all experts are linked."""
        if self.file.effect is not None:
            return self.file.effect
        if run is None or run.kind == "steps":
            return Effect.READ
        if (effect := default_effect(run)) is not None:
            return effect
        known = ", ".join(Effect)
        self.report.error("effect is missing: what does a call do?", self.at, hint=known)
        return Effect.IRREVERSIBLE

    def _declared(self) -> dict[str, str | bool]:
        written = {
            "effect": self.file.effect and self.file.effect.value,
            "speculate": self.file.speculate,
            "confirm": self.file.confirm,
        }
        return {key: value for key, value in written.items() if value is not None}


def _check_name(report: Report, at: At, name: str) -> None:
    if not re.fullmatch(NAME, name):
        report.error(f"{name!r} is no name: use snake_case", at)


def _rules(report: Report, rules: Mapping[str, str]) -> dict[str, str]:
    for name in rules:
        _check_name(report, ("rules", name), name)
        try:
            compile_template(f"x <{name}>", rules=rules)
        except TemplateError as error:
            report.error(str(error), ("rules", name))
    return dict(rules)


def _lists(report: Report, declared: Mapping[str, object]) -> dict[str, Handler]:
    found: dict[str, Handler] = {}
    for name in declared:
        at: At = ("lists", name)
        _check_name(report, at, name)
        try:
            file = read(report.document, ListFile, at)
        except FileError as error:
            report.failed(error)
            continue
        if file.python is not None and file.kept is None:
            check_python(report, (*at, "python"), file.python, folder_of(report.document))
            found[name] = Handler("python", {"python": file.python})
        elif file.kept is not None and file.python is None:
            found[name] = Handler("kept", {"kept": file.kept})
        else:
            report.error("a list is exactly one of python, kept", at)
    return found


def _undo(declared: str | UndoFile | None) -> Undo | None:
    if isinstance(declared, UndoFile):
        return Undo(declared.api, declared.arguments)
    return None if declared is None else Undo(declared)


def _check_undo(report: Report, at: At, api: Api, apis: Mapping[str, Api]) -> None:
    here = (*at, "undo")
    target = apis.get(api.undo.api) if api.undo else None
    if api.undo is not None and target is None:
        place = (*here, "api") if api.undo.arguments is not None else here
        hint = did_you_mean(api.undo.api, apis)
        report.error(f"undo names no API of this expert: {api.undo.api!r}", place, hint=hint)
    if api.undo is not None and api.undo.arguments is not None and target is not None:
        _check_undo_arguments(report, (*here, "arguments"), api, api.undo, target)
    if _is_steps(api) or (target is not None and _is_steps(target)):
        return  # link knows their effects
    if (message := unsafe_speculation(api, target)) is not None:
        report.error(message, (*at, "speculate"))


def unsafe_speculation(api: Api, undo: Api | None) -> str | None:
    """Return why ``speculate: true`` cannot hold, None if it can."""
    if not api.speculate or api.effect is Effect.READ:
        return None
    if undo is None:
        return f"speculate: true on {api.effect.value} needs an undo"
    if undo.effect is Effect.IRREVERSIBLE:
        return f"speculate: true needs an undo that is not irreversible, as {undo.name!r} is"
    return None


def _is_steps(api: Api) -> bool:
    return api.run is not None and api.run.kind == "steps"


def _check_undo_arguments(report: Report, at: At, api: Api, undo: Undo, target: Api) -> None:
    arguments = undo.arguments or {}
    for name, value in arguments.items():
        if name not in target.parameters:
            hint = did_you_mean(name, target.parameters)
            report.error(f"{name!r} is no parameter of {target.name!r}", (*at, name), hint=hint)
        for place, text in strings(value, (*at, name)):
            placeholder = whole(text)
            known = {"outcome", *api.parameters}
            if placeholder is not None and placeholder.name not in known:
                hint = did_you_mean(placeholder.name, known)
                message = f"{placeholder} is neither $outcome nor a parameter of this API"
                report.error(message, place, hint=hint)
            elif looks_spliced(text):
                report.error(f"{text!r}: placeholders are values, not text", place)
    for name, parameter in target.parameters.items():
        if parameter.required and name not in arguments:
            report.error(f"{target.name!r} needs {name!r}", at)


def _check_duplicates(report: Report, compiled: list[tuple[Template, At]]) -> None:
    seen: dict[tuple[str | int, str], At] = {}
    for template, at in compiled:
        language = at[3] if len(at) == 5 else "en"  # noqa: PLR2004 - apis, API, sentences, language, n
        first = seen.setdefault((language, repr(template.states)), at)
        if first is not at:
            where = f"{first[1]}, line {report.document.line(first)}"
            report.error(f"{template.text!r} is there twice: also in {where}", at)
