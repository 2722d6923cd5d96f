"""``alexa config``: the settings, where each came from, and whether they are right."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from alexa_cli.cli.options import ConfigOption, JsonOption, SetOption
from alexa_cli.config.paths import Paths, find_paths, write_private
from alexa_cli.config.settings import Loaded, load_settings
from alexa_cli.errors import ConfigError
from alexa_cli.language.text import printable
from alexa_cli.turn import Json

app = typer.Typer(
    help="The settings: where each came from, and whether they are right.",
    invoke_without_command=True,
)

_OPTION = re.compile(r"^( *)([a-z_]+:)(?= *[^\s#])", re.MULTILINE)
"""A line of the example that sets something; one that only opens a group has no value."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the verbs of ``config`` accept."""

    file: Path | None = None
    sets: tuple[str, ...] = ()
    json: bool = False
    env: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def paths(self) -> Paths:
        """This user's folders."""
        return find_paths(self.env)

    @property
    def config_file(self) -> Path:
        """The file that would be read."""
        return self.file or self.paths.config_file

    def load(self) -> Loaded:
        """Read the settings. Raises FileError, UsageError."""
        return load_settings(self.paths, file=self.file, sets=self.sets, env=self.env)


def example_text() -> str:
    """Return config.example.yaml: from the package, or from the checkout beside it."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package, package.parent):
        file = folder / "config.example.yaml"
        if file.is_file():
            return file.read_text(encoding="utf-8")
    raise ConfigError("config.example.yaml is missing", hint="install alexa-cli again")


def starter_text() -> str:
    """Return what ``config init`` writes: the example, with every option commented out.

    So the defaults of a later version hold wherever nothing was chosen.
    """
    return _OPTION.sub(r"\1#\2", example_text())


def init(options: Options) -> int:
    """Write a config.yaml to start from. Raises ConfigError if there is one."""
    file = options.config_file
    if file.exists() or file.is_symlink():
        raise ConfigError(f"{file} is already there", hint="`alexa config` says what holds")
    write_private(file, starter_text().encode())
    _print(str(file))
    return 0


def show(options: Options) -> int:
    """Print every option that has a value, and where it came from; secrets are hidden."""
    loaded = options.load()
    values = loaded.shown()
    if options.json:
        report: dict[str, Json] = {}
        for key, value in values.items():
            origin = loaded.origins[key]
            report[key] = {
                "value": value, "origin": origin.kind, "detail": origin.detail or None,
            }  # fmt: skip
        _print(json.dumps({"file": _text(loaded.path), "options": report}, indent=2))
        return 0
    _print(f"# {loaded.path or f'no file ({options.config_file})'}")
    for key, value in values.items():
        origin = loaded.origins[key]
        where = f"  # {origin.kind}: {origin.detail}" if origin.detail else ""
        _print(f"{key}: {_yaml(value)}{where}")
    return 0


def path(options: Options) -> int:
    """Print where the config file is, or would be."""
    file = options.config_file
    if options.json:
        _print(json.dumps({"file": str(file), "exists": file.exists()}))
    else:
        _print(str(file))
    return 0


def check(options: Options) -> int:
    """Check the config file and every file that it names. Raises FileError for what is wrong."""
    loaded = options.load()
    household = loaded.settings.household
    from alexa_cli.catalog.catalogue import load_catalogue  # hooks name its APIs
    from alexa_cli.context.household import load_household
    from alexa_cli.watch.channels import channels

    channels(loaded.settings, desktop=False)
    load_household(Path(household) if household else None)
    load_catalogue(loaded.settings, options.paths)
    _check_language_models(loaded, options.paths)
    if options.json:
        notes: list[Json] = [_ignored(name) for name in loaded.ignored]
        _print(json.dumps({"ok": True, "file": _text(loaded.path), "notices": notes}))
        return 0
    for name in loaded.ignored:
        sys.stderr.write(printable(f"{_ignored(name)}\n"))
    _print(f"{loaded.path}: ok" if loaded.path else "ok (no config file: the defaults hold)")
    return 0


def _check_language_models(loaded: Loaded, paths: Paths) -> None:
    """Check the names of their providers, their scripts and the texts of their prompts."""
    from alexa_cli.cli.session import prompt_folders
    from alexa_cli.models.llm.registry import LanguageModels
    from alexa_cli.prompt.texts import load_texts

    models = LanguageModels(loaded.settings)
    for name in models.names:
        models.get(name)
    load_texts(prompt_folders(loaded, paths))


def _ignored(name: str) -> str:
    return f"{name} is set, but names no option; it is ignored"


def _text(file: Path | None) -> str | None:
    return None if file is None else str(file)


def _yaml(value: Json) -> str:
    """Return the value on one line, as it may stand in the file."""
    if isinstance(value, str) and re.fullmatch(r"[\w•/~.][\w•/~. -]*", value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _print(text: str) -> None:
    sys.stdout.write(f"{printable(text)}\n")


# The commands -------------------------------------------------------------------------------


@app.callback()
def _default(
    context: typer.Context,
    config: ConfigOption = None,
    sets: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    options = Options(config, tuple(sets or ()), as_json)
    if context.invoked_subcommand is None:
        raise typer.Exit(show(options))
    context.obj = options


def _options(
    context: typer.Context, config: Path | None, sets: list[str] | None, *, as_json: bool
) -> Options:
    """Join the options before the subcommand with those after it."""
    before = context.obj if isinstance(context.obj, Options) else Options()
    return Options(
        config or before.file, (*before.sets, *(sets or ())), as_json or before.json, before.env
    )


@app.command("init")
def _init(context: typer.Context, config: ConfigOption = None) -> None:
    """Write a config file to start from: every option, its default and why."""
    raise typer.Exit(init(_options(context, config, None, as_json=False)))


@app.command("show")
def _show(
    context: typer.Context,
    config: ConfigOption = None,
    sets: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print every option and where it came from."""
    raise typer.Exit(show(_options(context, config, sets, as_json=as_json)))


@app.command("path")
def _path(context: typer.Context, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Print where the config file is, or would be."""
    raise typer.Exit(path(_options(context, config, None, as_json=as_json)))


@app.command("check")
def _check(
    context: typer.Context,
    config: ConfigOption = None,
    sets: SetOption = None,
    as_json: JsonOption = False,
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Check this one.")] = None,
) -> None:
    """Check the config file and every file that it names."""
    raise typer.Exit(check(_options(context, file or config, sets, as_json=as_json)))
