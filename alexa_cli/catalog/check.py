"""Everything there is to say about a folder of experts: all errors and warnings at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from alexa_cli.catalog.build import Built, build_folder
from alexa_cli.catalog.expert import Effect
from alexa_cli.catalog.files import MAX_FILE_BYTES
from alexa_cli.catalog.link import link
from alexa_cli.catalog.problems import Problem
from alexa_cli.errors import FileError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alexa_cli.catalog.catalogue import Overlap
    from alexa_cli.catalog.expert import Api, Expert

CASES = "cases.jsonl"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. ``experts`` are those that could be built, by name."""

    experts: Mapping[str, Expert]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return sum(problem.level == "error" for problem in self.problems)

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return len(self.problems) - self.errors


def check_folders(
    folders: Sequence[Path], *, others: Mapping[str, Expert] | None = None
) -> Checked:
    """Check the experts in ``folders`` (each one expert's own), and how they go together.

    ``others`` are experts that are loaded besides: steps may call them, overlaps count.
    """
    problems: list[Problem] = []
    built: dict[str, Built] = {}
    for folder in folders:
        try:
            one = build_folder(folder, source=f"folder {folder}")
        except FileError as error:
            problems.append(Problem("error", error))
            continue
        if one.expert is not None:
            if (other := built.get(one.expert.name)) is not None and other.expert is not None:
                message = f"the expert {one.expert.name!r} is already in {other.expert.folder}"
                one.report.error(message, ("name",))
            built[one.expert.name] = one
            if not one.report.broken:
                _warn(one, one.expert)
                problems += _check_cases(folder / CASES, one.expert)
        problems += one.report.problems
    experts = {name: one.expert for name, one in built.items() if one.expert is not None}
    linked, linking = link({**(others or {}), **experts})
    problems += [each for each in linking if _is_of(each, experts)]
    if not any(problem.level == "error" for problem in problems):
        problems += _overlaps(linked, experts, built)
    return Checked(experts, tuple(problems))


def _is_of(problem: Problem, experts: Mapping[str, Expert]) -> bool:
    return any(Path(problem.fault.path).parent == Path(e.folder) for e in experts.values())


def _warn(built: Built, expert: Expert) -> None:
    report = built.report
    folder = report.document.line(("name",)) and expert.folder.rpartition("/")[2]
    if folder and folder != expert.name:
        report.warn(f"the folder is called {folder!r}, the expert {expert.name!r}", ("name",))
    if not expert.apis:
        report.warn("it has no APIs, so it can do nothing", ())
    _warn_about_rules(built, expert)
    used = {p.x_list for api in expert.apis.values() for p in api.parameters.values()}
    for name in expert.lists.keys() - used:
        report.warn(f"no parameter uses the list {name!r}", ("lists", name))
    for api in expert.apis.values():
        _warn_about_api(built, api)


def _warn_about_rules(built: Built, expert: Expert) -> None:
    said = [
        text for api in expert.apis.values() for texts in api.sentences.values() for text in texts
    ]
    declared = built.report.document.value(())
    apis = declared.get("apis") if isinstance(declared, dict) else None
    choices = json.dumps(apis, ensure_ascii=False)
    for name in expert.rules:
        others = [text for other, text in expert.rules.items() if other != name]
        if not any(f"<{name}>" in text for text in [*said, *others, choices]):
            built.report.warn(f"no sentence uses the rule <{name}>", ("rules", name))


def _warn_about_api(built: Built, api: Api) -> None:
    report, at = built.report, ("apis", api.name)
    if not api.sentences and not api.examples and api.run is not None and not _is_undo(built, api):
        report.warn("no sentence and no example leads to it", at)
    filled = {slot for template, place in built.compiled if place[1] == api.name
              for slot in template.slots}  # fmt: skip
    filled |= {m.parameter for examples in api.examples.values() for e in examples for m in e.marks}
    if api.sentences or api.examples:
        for name, parameter in api.parameters.items():
            if name not in filled and not parameter.has_default:
                what = "required, but " if parameter.required else ""
                report.warn(
                    f"{what}no sentence fills {name!r}, and no example marks it",
                    (*at, "parameters", name),
                )
    outside = api.run is not None and api.run.kind in {"http", "shell"}
    if outside and api.effect is Effect.REVERSIBLE and api.undo is None:
        report.warn("it is reversible, but no undo says how", (*at, "effect"))


def _is_undo(built: Built, api: Api) -> bool:
    """Whether it may be there to take back another: such an API needs no sentences.

    An expert's Python names it in a ``Result``'s undo, a declaration in ``undo``.
    """
    expert = built.expert
    if expert is None or any(e.undo and e.undo.api == api.name for e in expert.apis.values()):
        return True
    named = (f'"{api.name}"', f"'{api.name}'")
    sources = (path.read_text("utf-8", "replace") for path in Path(expert.folder).glob("*.py"))
    return any(name in source for source in sources for name in named)


def _check_cases(path: Path, expert: Expert) -> list[Problem]:
    """Note cases that name an API or an argument that the expert does not have."""
    try:
        if not path.exists():
            return []
        if not path.is_file() or path.stat().st_size > MAX_FILE_BYTES:
            return [Problem("error", FileError("no file, or larger than 50 MB", path=path))]
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        return [Problem("error", FileError(f"cannot read this file: {error}", path=path))]
    found: list[Problem] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
        except (ValueError, RecursionError) as error:
            found.append(Problem("error", FileError(f"not JSON: {error}", path=path, line=number)))
            continue
        faults = (_case_fault(part, expert, path, number) for part in _case_parts(case))
        found += [Problem("error", fault) for fault in faults if fault is not None]
    return found


def _case_parts(case: object) -> list[dict[str, object]]:
    if not isinstance(case, dict):
        return []
    inner: list[object] = []
    for key in ("calls", "then"):
        if isinstance(case.get(key), list):
            inner += case[key]
    return [case, *(part for each in inner for part in _case_parts(each))]


def _case_fault(part: dict[str, object], expert: Expert, path: Path, line: int) -> FileError | None:
    if part.get("expert") != expert.name or not isinstance(part.get("api"), str):
        return None
    api = expert.apis.get(str(part["api"]))
    if api is None:
        message, hint = f"no API {part['api']!r}", did_you_mean(str(part["api"]), expert.apis)
        return FileError(message, path=path, line=line, key="api", hint=hint)
    for key in ("arguments", "values"):
        named = part.get(key)
        if named is not None and not isinstance(named, dict):
            return FileError("expected an object", path=path, line=line, key=key)
        for name in named or ():
            if name not in api.parameters:
                hint = did_you_mean(str(name), api.parameters)
                message = f"{api.full_name} has no parameter {name!r}"
                return FileError(message, path=path, line=line, key=key, hint=hint)
    return None


def _overlaps(
    linked: Mapping[str, Expert], experts: Mapping[str, Expert], built: Mapping[str, Built]
) -> list[Problem]:
    from alexa_cli.catalog.compiling import compile_templates  # noqa: PLC0415 - it imports much
    from alexa_cli.catalog.overlap import find_overlaps  # noqa: PLC0415 - as above

    languages = sorted(
        {lang for e in experts.values() for a in e.apis.values() for lang in a.sentences}
    )
    problems: list[Problem] = []
    for language in sorted(languages):
        templates = [t for expert in linked.values() for t in compile_templates(expert, language)]
        for overlap in find_overlaps(linked, templates):
            problems += _overlap(overlap, experts, built)
    return problems


def _overlap(
    overlap: Overlap, experts: Mapping[str, Expert], built: Mapping[str, Built]
) -> list[Problem]:
    if not overlap.tie:
        return []
    for name, other, text in (
        (overlap.first, overlap.second, overlap.templates[0]),
        (overlap.second, overlap.first, overlap.templates[1]),
    ):
        expert, _, api = name.partition(".")
        if expert in experts:
            report = built[expert].report
            place = next(
                (at for template, at in built[expert].compiled
                 if template.text == text and at[1] == api),
                ("apis", api),
            )  # fmt: skip
            message = f"{overlap.sentence!r} is also a sentence of {other}"
            return [Problem("warning", report.document.error(message, place))]
    return []
