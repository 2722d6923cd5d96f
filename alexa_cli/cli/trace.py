"""``alexa trace``: what happened in a turn, from what the store kept of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from alexa_cli.cli.options import ConfigOption, ExpertsOption, JsonOption, SetOption

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alexa_cli.store.store import Store


class ShowByDefault(TyperGroup):
    """``alexa trace t-1m5q9z`` is ``alexa trace show t-1m5q9z``; so for ``alexa prompt``."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - typer's own
        """See click: what is no command is what to show."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["show", *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=ShowByDefault,
    help="See what happened in a turn.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

TurnArgument = Annotated[
    str,
    typer.Argument(metavar="TURN", help="A turn's id or its beginning, last, or last~1 before it."),
]


@app.callback()
def main(ctx: typer.Context) -> None:
    """See what happened in a turn."""
    if ctx.invoked_subcommand is None:
        list_(limit=20, as_json=False)


@app.command("show")
def show(
    turn: TurnArgument = "last",
    requests: Annotated[
        bool,
        typer.Option("--requests", help="Every request to a language model and its answer, whole."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show a turn: decisions, calls, outcomes, requests, and where the time went."""
    from alexa_cli.models.ledger import load_exchanges
    from alexa_cli.models.showing import request_page
    from alexa_cli.store.coding import plain
    from alexa_cli.trace.save import find_turn, load_turn

    with open_store() as store:
        if as_json:
            kept = plain(load_turn(store, turn))
            if requests:
                kept["requests"] = plain(load_exchanges(store, kept["turn"]))
            print_lines([dumps(kept)])
        elif requests:
            exchanges = load_exchanges(store, find_turn(store, turn))
            for place, one in enumerate(exchanges):
                print_lines(["", "=" * width()] if place else [])
                print_lines(request_page(one, width()))
            if not exchanges:
                typer.echo("no language model was asked in this turn", err=True)
        else:
            print_lines(turn_page(store, turn, width()))


def turn_page(store: Store, turn: str, columns: int) -> Iterator[str]:
    """Yield the lines of a stored turn and its requests. Raises UsageError if there is none."""
    from alexa_cli.models.ledger import load_exchanges
    from alexa_cli.models.showing import request_lines
    from alexa_cli.trace.save import load_turn
    from alexa_cli.trace.show import page

    record = load_turn(store, turn)
    yield from page(record, columns, request_lines(load_exchanges(store, record.turn), columns))


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, at most.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List the latest turns, the newest first."""
    from alexa_cli.store.coding import plain
    from alexa_cli.trace.save import list_turns
    from alexa_cli.trace.show import summary_line

    with open_store() as store:
        turns = list_turns(store, limit)
        if as_json:
            print_lines(dumps(plain(turn)) for turn in turns)
            return
        print_lines(summary_line(turn, width()) for turn in turns)
        if not turns:
            typer.echo('no turn is stored yet; say something: alexa ask "hello"', err=True)


@app.command("diff")
def diff(first: TurnArgument, second: TurnArgument) -> None:
    """Show what differs between two turns."""
    from alexa_cli.trace.diff import difference
    from alexa_cli.trace.save import load_turn

    with open_store() as store:
        print_lines(difference(load_turn(store, first), load_turn(store, second), width()))


@app.command("replay")
def replay(
    turn: TurnArgument = "last",
    act: Annotated[
        bool, typer.Option("--act", help="Run the calls too; without it nothing is done.")
    ] = False,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
) -> None:
    """Say the same again, at the same time and in the same context, and compare."""
    from alexa_cli.cli.options import Common
    from alexa_cli.cli.replay import replay as run_again

    print_lines(run_again(Common.of(config, sets, experts), turn, act=act))


@app.command("export")
def export(
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="An ISO 8601 time, or an age such as 2d."),
    ] = None,
) -> None:
    """Print every span as one line of JSON, named as OpenTelemetry does."""
    from alexa_cli.trace.export import export as spans

    with open_store() as store:
        print_lines(dumps(span) for span in spans(store, None if since is None else instant(since)))


def instant(text: str) -> Any:  # noqa: ANN401 - a datetime, imported late
    """Read an ISO 8601 time (without an offset it is local) or an age."""
    from datetime import UTC, datetime, timedelta

    from alexa_cli.config.units import Duration
    from alexa_cli.errors import UsageError

    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError):
        pass  # no time: an age, or neither
    try:
        return datetime.now(UTC) - timedelta(seconds=Duration.from_plain(text).seconds)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"--since: {text!r} is neither a time nor an age", hint="2026-11-21, or 2d"
        ) from error


# Shared with `forget`, `stats` and `cache` ----------------------------------------------------


class open_store:  # noqa: N801 - used as `with open_store() as store`
    """The user's store, closed at the end; what it has to say goes to stderr."""

    def __init__(self) -> None:
        import os

        from alexa_cli.config.paths import find_paths
        from alexa_cli.store.store import Store

        self._store = Store(find_paths(os.environ).database)

    def __enter__(self) -> Store:
        return self._store.open()

    def __exit__(self, *_: object) -> None:
        from alexa_cli.language.text import printable

        for notice in self._store.notices:
            typer.echo(f"alexa: {printable(notice)}", err=True)
        self._store.close()


def print_lines(lines: Iterable[str]) -> None:
    """Print each line on stdout, without anything that a terminal would obey."""
    from alexa_cli.language.text import printable

    for line in lines:
        print(printable(line))


def dumps(value: object) -> str:
    """Return one line of JSON; what is not ASCII is escaped, so no pipe or locale breaks it."""
    import json

    return json.dumps(value)


def width() -> int:
    """Columns of the terminal, 80 where there is none, never more than 120."""
    import shutil

    return max(40, min(120, shutil.get_terminal_size((80, 24)).columns))
