"""``alexa prompt``: what language models were shown, where two prompts part, and what is wrong."""

from __future__ import annotations

from typing import Annotated

import typer

from alexa_cli.cli.options import ConfigOption, ExpertsOption, JsonOption, SetOption
from alexa_cli.cli.trace import ShowByDefault, TurnArgument, dumps, open_store, print_lines, width

app = typer.Typer(
    cls=ShowByDefault,
    help="See what language models were shown.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

RequestOption = Annotated[
    int | None,
    typer.Option("--request", "-r", min=1, metavar="N", help="Which request of the turn."),
]


@app.callback()
def main(ctx: typer.Context) -> None:
    """See what language models were shown."""
    if ctx.invoked_subcommand is None:
        show()


@app.command("show")
def show(
    turn: TurnArgument = "last",
    section: Annotated[
        str | None, typer.Option("--section", metavar="S", help="Only this section, in full.")
    ] = None,
    request: RequestOption = None,
    full: Annotated[bool, typer.Option("--full", help="Every section in full.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the prompts of a turn: each section, how stable it is, its tokens."""
    from alexa_cli.cli import prompt_pages as pages
    from alexa_cli.store.coding import plain

    with open_store() as store:
        found = pages.requests_of(store, turn, request)
        if as_json:
            print_lines(dumps(plain(exchange)) for exchange in found)
        elif section is not None:
            print_lines(pages.section_text(found, section))
        else:
            print_lines(pages.shown(found, width(), full=full))


@app.command("diff")
def diff(
    first: TurnArgument,
    second: TurnArgument = "last",
    request: RequestOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the prompts of two turns, section by section."""
    from alexa_cli.cli import prompt_pages as pages
    from alexa_cli.store.coding import plain

    with open_store() as store:
        pairs = pages.paired(
            pages.requests_of(store, first, request), pages.requests_of(store, second, request)
        )
        if as_json:
            print_lines(dumps([plain(c) for c in pages.changes_of(pair)]) for pair in pairs)
        else:
            print_lines(pages.difference(pairs, width()))


@app.command("why")
def why(
    turn: TurnArgument = "last",
    request: RequestOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
) -> None:
    """Say why so much, or so little, of a prompt came from the provider's cache.

    Compares it with the earlier prompt to the same model that is nearest: the longest prefix they
    share, the section and the very words where they part, cached tokens as predicted and as they
    were.
    """
    from alexa_cli.cli import prompt_why
    from alexa_cli.cli.options import Common
    from alexa_cli.store.coding import plain

    specs = prompt_why.specs_of(Common.of(config, sets, experts))
    with open_store() as store:
        reasons = prompt_why.explain(store, turn, request, specs)
        if as_json:
            print_lines(dumps(plain(reason)) for reason in reasons)
        else:
            print_lines(prompt_why.page(reasons, width()))


@app.command("lint")
def lint(
    as_json: JsonOption = False,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
) -> None:
    """Look for what makes prompts slow, dear or wrong. Exit code 1 if anything was found.

    Builds the prompts of this configuration for different words, times and homes, and compares.
    """
    from alexa_cli.cli import prompt_linting
    from alexa_cli.cli.options import Common
    from alexa_cli.store.coding import plain

    found = prompt_linting.findings(Common.of(config, sets, experts))
    if as_json:
        print_lines([dumps([plain(finding) for finding in found])])
    else:
        print_lines(prompt_linting.page(found, width()))
    raise typer.Exit(1 if any(finding.level == "problem" for finding in found) else 0)
