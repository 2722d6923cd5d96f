"""``alexa experts``: the plugins; list, show, check, make and test them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alexa_cli.cli.expert_pages import Options, check, list_, new, schema, show
from alexa_cli.cli.options import Common, ConfigOption, ExpertsOption, JsonOption, SetOption

app = typer.Typer(
    help="The plugins: list, show, check, make and test them.", invoke_without_command=True
)


@app.callback()
def _default(
    context: typer.Context,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
    as_json: JsonOption = False,
) -> None:
    options = Options(Common.of(config, sets, experts), as_json)
    if context.invoked_subcommand is None:
        raise typer.Exit(list_(options))
    context.obj = options


def _options(
    context: typer.Context,
    config: Path | None = None,
    sets: list[str] | None = None,
    experts: list[Path] | None = None,
    *,
    as_json: bool = False,
) -> Options:
    """Join the options before the subcommand with those after it."""
    before = context.obj if isinstance(context.obj, Options) else Options()
    common = Common(
        config or before.common.config,
        (*before.common.sets, *(sets or ())),
        (*before.common.folders, *(experts or ())),
    )
    return Options(common, as_json or before.json)


@app.command("list")
def _list(
    context: typer.Context,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
    as_json: JsonOption = False,
) -> None:
    """A line for each expert: its name, how much it can do, where it is from."""
    raise typer.Exit(list_(_options(context, config, sets, experts, as_json=as_json)))


@app.command("show")
def _show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The expert.")],
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
    as_json: JsonOption = False,
) -> None:
    """What one expert can do, and how to say it."""
    raise typer.Exit(show(_options(context, config, sets, experts, as_json=as_json), name))


@app.command("check")
def _check(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="A folder of experts, or one expert.")
    ] = None,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every error and warning of the experts in DIR, or of all that are found."""
    raise typer.Exit(check(_options(context, config, sets, experts, as_json=as_json), folder))


@app.command("new")
def _new(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name, in snake_case.")],
    folder: Annotated[
        Path | None, typer.Option("--in", metavar="DIR", help="Make it in this folder.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make an expert to start from: it passes its own checks and cases."""
    raise typer.Exit(new(_options(context, as_json=as_json), name, folder))


@app.command("test")
def _test(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="The experts; without any, every one."),
    ] = None,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run experts' own cases, and show what went wrong and why."""
    from alexa_cli.cli.expert_test import test

    chosen = _options(context, config, sets, experts, as_json=as_json)
    raise typer.Exit(test(chosen.common, names or (), as_json=chosen.json))


@app.command("schema")
def _schema() -> None:
    """Print the JSON Schema of expert.yaml, for editors."""
    raise typer.Exit(schema())
