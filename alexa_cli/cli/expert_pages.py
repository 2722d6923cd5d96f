"""What the verbs of ``alexa experts`` do and print."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from alexa_cli.cli.options import Common
from alexa_cli.errors import ConfigError, UsageError
from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.check import Checked
    from alexa_cli.catalog.expert import Api, Expert, Parameter
    from alexa_cli.config.paths import Paths
    from alexa_cli.config.settings import Loaded
    from alexa_cli.turn import Json


@dataclass(frozen=True, slots=True)
class Options:
    """What the verbs of ``experts`` accept."""

    common: Common = field(default_factory=Common)
    json: bool = False

    @property
    def paths(self) -> Paths:
        """This user's folders."""
        from alexa_cli.config.paths import find_paths

        return find_paths(os.environ)

    def load(self) -> Catalogue:
        """Load the experts. Raises FileError, ConfigError."""
        from alexa_cli.catalog.catalogue import load_catalogue

        return load_catalogue(self.settings().settings, self.paths, self.common.folders)

    def settings(self) -> Loaded:
        """Read the settings. Raises FileError, UsageError."""
        from alexa_cli.config.settings import load_settings

        return load_settings(
            self.paths, file=self.common.config, sets=self.common.sets, env=os.environ
        )


def list_(options: Options) -> int:
    """Print a line for each expert: name, how much it can do, where it is from."""
    catalogue = options.load()
    if options.json:
        _print(json.dumps([_summary(expert) for expert in catalogue.experts.values()], indent=2))
        return 0
    width = max((len(name) for name in catalogue.experts), default=0)
    for expert in catalogue.experts.values():
        count = f"{len(expert.apis)} API{'' if len(expert.apis) == 1 else 's'}"
        _print(f"{expert.name:<{width}}  {count:>7}  {expert.source:<8}  {expert.description}")
    if not catalogue.experts:
        _note("there are no experts; `alexa experts new NAME` makes one")
    return 0


def show(options: Options, name: str) -> int:
    """Print what one expert can do, and how to say it."""
    expert = options.load().expert(name)
    if options.json:
        from alexa_cli.store.masking import mask_values

        mask = mask_values(options.settings().secrets())  # a hook may hold some
        _print(json.dumps(json.loads(mask(json.dumps(_whole(expert)).encode())), indent=2))
        return 0
    _print(f"{expert.name}: {expert.description}")
    _print(f"  {expert.source}, {expert.folder}")
    if expert.context:
        _print(f"  sees: {', '.join(expert.context)}")
    if expert.lists:
        _print(f"  its own lists: {', '.join(expert.lists)}")
    for api in expert.apis.values():
        _print("")
        for line in _api_lines(api):
            _print(f"  {line}")
    return 0


def check(options: Options, folder: Path | None) -> int:
    """Print all errors and warnings of the experts in a folder, or of all that are found."""
    from alexa_cli.catalog.check import check_folders
    from alexa_cli.catalog.sources import FolderSource

    if folder is not None:
        folder = _named(options.paths, folder)
        folders = FolderSource(f"folder {folder}", folder, must_exist=True).folders()
    else:
        folders = _usual_folders(options)
    checked = check_folders(folders, others=_others(options) if folder is not None else None)
    if options.json:
        _print(json.dumps(_report(checked), indent=2))
    else:
        for problem in checked.problems:
            _print(str(problem))
        experts, errors, warnings = len(checked.experts), checked.errors, checked.warnings
        _print(f"{_count(experts, 'expert')}: {_count(errors, 'error')}, "
               f"{_count(warnings, 'warning')}")  # fmt: skip
    return ConfigError.exit_code if checked.errors else 0


def _others(options: Options) -> Mapping[str, Expert]:
    """Return the experts that are loaded anyway, which steps may call; none if they are broken."""
    try:
        return options.load().experts
    except ConfigError:
        return {}


def new(options: Options, name: str, folder: Path | None) -> int:
    """Make an expert to start from, by default in the user's folder of experts."""
    from alexa_cli.catalog.json_schema import json_schema_text
    from alexa_cli.catalog.scaffold import scaffold
    from alexa_cli.config.paths import private_dir

    target = folder if folder is not None else private_dir(options.paths.config / "experts")
    made = scaffold(name, target, json_schema_text())
    if options.json:
        _print(json.dumps({"folder": str(made)}))
        return 0
    _print(str(made))
    spoken = name.replace("_", " ")
    chosen = f" --experts {folder}" if folder is not None else ""
    _note(f'try: alexa ask{chosen} "add a {spoken} note buy stamps"')
    return 0


def schema() -> int:
    """Print the JSON Schema of expert.yaml."""
    from alexa_cli.catalog.json_schema import json_schema_text

    sys.stdout.write(json_schema_text())
    return 0


# What is printed ----------------------------------------------------------------------------


def _named(paths: Paths, folder: Path) -> Path:
    """Return ``folder``, or the folder of the user's or a shipped expert of that name."""
    from alexa_cli.catalog.sources import shipped_folder

    if folder.is_dir():
        return folder.absolute()
    if len(folder.parts) == 1:
        for place in (paths.config / "experts", shipped_folder()):
            if (place / folder).is_dir():
                return place / folder
    raise UsageError(f"{folder}: no such folder, and no expert of that name")


def _usual_folders(options: Options) -> list[Path]:
    """Return the folders of the experts that are found, a later place winning."""
    from alexa_cli.catalog.sources import FolderSource, find_sources
    from alexa_cli.config.settings import load_settings

    loaded = load_settings(
        options.paths, file=options.common.config, sets=options.common.sets, env=os.environ
    )
    sources = find_sources(loaded.settings, options.paths, options.common.folders)
    chosen: dict[str, Path] = {}
    for source in sources:
        if isinstance(source, FolderSource):
            chosen |= {folder.name: folder for folder in source.folders()}
    return list(chosen.values())


def _api_lines(api: Api) -> list[str]:
    marks = [api.effect.value]
    marks += ["asks first"] if api.confirm else []
    marks += [f"undo: {api.undo.api}"] if api.undo else []
    marks += [f"run: {api.run.kind}" if api.run else "decided only, nothing to run"]
    lines = [f"{api.full_name}: {api.description}", f"  {', '.join(marks)}"]
    lines += [f"  {_parameter(parameter)}" for parameter in api.parameters.values()]
    for texts in api.sentences.values():
        lines += [f"  - {text}" for text in texts]
    for examples in api.examples.values():
        lines += [f'  "{example.text}"' for example in examples]
    return lines


def _parameter(parameter: Parameter) -> str:
    kind = parameter.x_type or (f"one of {parameter.x_list}" if parameter.x_list else "")
    if parameter.choices:
        kind = " | ".join(parameter.choices)
    kind = kind or ("free text" if parameter.free else str(parameter.schema.get("type")))
    required = "" if parameter.required else ", optional"
    default = f", default {json.dumps(parameter.default)}" if parameter.has_default else ""
    return f"{parameter.name}: {kind}{required}{default}"


def _summary(expert: Expert) -> dict[str, Json]:
    return {
        "name": expert.name,
        "description": expert.description,
        "apis": list(expert.apis),
        "source": expert.source,
        "folder": expert.folder,
    }


def _whole(expert: Expert) -> Mapping[str, object]:
    import msgspec

    whole: dict[str, object] = msgspec.to_builtins(expert)
    return whole


def _report(checked: Checked) -> dict[str, Json]:
    problems: list[Json] = []
    for problem in checked.problems:
        fault = problem.fault
        problems.append({
            "level": problem.level, "message": fault.message, "file": str(fault.path),
            "line": fault.line, "key": fault.key, "hint": fault.hint,
        })  # fmt: skip
    names: list[Json] = list(checked.experts)
    return {"experts": names, "errors": checked.errors, "warnings": checked.warnings,
            "problems": problems}  # fmt: skip


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _print(text: str) -> None:
    sys.stdout.write(f"{printable(text)}\n")


def _note(text: str) -> None:
    sys.stderr.write(f"{printable(text)}\n")
