"""The Typer application: verbs are imported when they are called, never by ``--help``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from alexa_cli import __version__
from alexa_cli.cli.verbs import VERBS, is_option
from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}
PAGE = """\
alexa: a voice assistant in a terminal, and a workbench for who builds one.

  alexa WORDS...         say something: alexa turn on the kitchen light
  alexa -c WORDS...      ... as the next words of the last conversation
  alexa                  talk; where input is piped, each line is a turn
  alexa VERB             do one of these:

{verbs}

  alexa VERB --help      options and examples

A verb's name followed by other words is speech ("alexa forget the milk"); so is
what follows --. The answer goes to stdout, everything else to stderr.

Options:
  -V, --version          show the version
  --install-completion   install completion for this shell
  --show-completion      show it instead, to install it yourself
  -h, --help             show this page

Exit codes: 0 done, 1 failed, 2 usage, 3 not understood or needs an answer,
4 configuration, 5 out of reach, 6 refused by a guard, 130 stopped.
"""


class LazyVerbs(TyperGroup):
    """A group whose commands live in one module each."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - typer's own class
        """Every verb, in the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - typer's own class
        """Return a stand-in that knows the verb's name and purpose: enough to list it."""
        verb = VERBS.get(cmd_name)
        return verb and TyperCommand(cmd_name, help=verb.help, short_help=verb.help)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - typer's own class
        """Import the module of the verb that is called."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and load_verb(str(name)), rest

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401, ARG002 - typer's own class
        """Write the page of ``alexa --help``."""
        width = max(map(len, VERBS))
        verbs = "\n".join(f"    {name:<{width}}  {verb.help}" for name, verb in VERBS.items())
        formatter.write(PAGE.format(verbs=verbs))


class Speaking(TyperCommand):
    """A command whose arguments are words to say; options may stand among them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - typer's own class
        """Put the options before the words, and ``--`` between them."""
        valued = {
            name
            for parameter in self.params
            for name in (*parameter.opts, *parameter.secondary_opts)
            if name.startswith("-") and not getattr(parameter, "is_flag", True)
        }
        return super().parse_args(ctx, words_last(args, valued))


def words_last(args: Iterable[str], valued: set[str]) -> list[str]:
    """Return ``args`` with the options first; those in ``valued`` take the next word along."""
    options: list[str] = []
    words: list[str] = []
    coming = iter(args)
    for word in coming:
        if word == "--":
            words.extend(coming)
        elif is_option(word):
            options.append(word)
            if word in valued:
                options.extend(value for value in (next(coming, None),) if value is not None)
        else:
            words.append(word)
    return [*options, "--", *words]


def load_verb(name: str) -> Any:  # noqa: ANN401 - a command of typer's, or of click's before it
    """Import a verb's module and return its command, its help page plain and with examples."""
    verb = VERBS[name]
    command = get_command(import_module(f"alexa_cli.cli.{name}").app)
    command.name = name
    command.help = command.help or verb.help
    command.epilog = "\b\nExamples:\n" + "\n".join(f"  {each}" for each in verb.examples)
    _plain(command)
    return command


def _plain(command: Any) -> None:  # noqa: ANN401 - as load_verb
    """Without boxes: pages fit any width, load fast, and read well on a pipe."""
    command.rich_markup_mode = None
    for each in getattr(command, "commands", {}).values():
        _plain(each)


def build() -> Callable[[Sequence[str]], int]:
    """Return a function that runs a command line and returns its exit code."""
    app = typer.Typer(
        cls=LazyVerbs, no_args_is_help=True, pretty_exceptions_enable=False,
        rich_markup_mode=None, context_settings=HELP_OPTIONS,
    )  # fmt: skip

    @app.callback()
    def _main(version: bool = typer.Option(False, "--version", "-V")) -> None:
        if version:
            typer.echo(f"alexa {__version__}")
            raise typer.Exit

    command = get_command(app)

    def call(arguments: Sequence[str]) -> int:
        try:
            result = command.main(list(arguments), prog_name="alexa", standalone_mode=False)
        except typer.TyperException as error:
            return _misused(error)
        except SystemExit as left:
            if isinstance(left.__context__, BrokenPipeError):
                raise left.__context__ from None
            return left.code if isinstance(left.code, int) else 0 if left.code is None else 1
        return result if isinstance(result, int) else 0

    return call


def _misused(error: typer.TyperException) -> int:
    """Say what is wrong with a command line, and where to read on."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "alexa"
    said = printable(error.format_message())
    sys.stderr.write(f"alexa: {said}\n  `{path} --help` says how it is used.")
    if path in {"alexa ask", "alexa route"} and "option" in said.lower():
        sys.stderr.write(" To say it, put -- before the words.")
    sys.stderr.write("\n")
    return error.exit_code
