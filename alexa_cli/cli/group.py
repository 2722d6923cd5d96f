"""The Typer application: verbs are imported when they are called, or listed by ``--help``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from alexa_cli import __version__
from alexa_cli.cli.main import VERBS


class LazyVerbs(TyperGroup):
    """A group whose commands live in one module each."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - typer's own class
        """Every verb, in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - typer's own class
        """Import the verb's module."""
        if cmd_name not in VERBS:
            return None
        module = import_module(f"alexa_cli.cli.{cmd_name}")
        command = get_command(module.app)
        command.name = cmd_name
        command.help = command.help or VERBS[cmd_name].help
        command.short_help = VERBS[cmd_name].help
        return command


def build(verb: str | None) -> Callable[[Sequence[str]], int]:
    """Return a function that runs a command line and returns its exit code."""
    app = typer.Typer(
        cls=LazyVerbs, add_completion=verb not in VERBS, no_args_is_help=True,
        pretty_exceptions_enable=False, rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )  # fmt: skip

    @app.callback()
    def _main(
        version: bool = typer.Option(False, "--version", "-V", help="Show the version and leave."),
    ) -> None:
        """A voice assistant in a terminal, and a workbench for people who build one.

        Words that are no verb are said to the assistant:
        [bold]alexa turn on the kitchen light[/bold]
        """
        if version:
            typer.echo(f"alexa {__version__}")
            raise typer.Exit

    command = get_command(app)

    def call(arguments: Sequence[str]) -> int:
        try:
            result = command.main(list(arguments), prog_name="alexa", standalone_mode=True)
        except SystemExit as left:
            return left.code if isinstance(left.code, int) else 0 if left.code is None else 1
        return result if isinstance(result, int) else 0

    return call
