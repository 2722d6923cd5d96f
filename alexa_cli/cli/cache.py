"""``alexa cache``: plans of language models that are kept for the same words."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from alexa_cli.cli.options import Common, ConfigOption, ExpertsOption, JsonOption, SetOption
from alexa_cli.cli.trace import dumps, open_store, print_lines, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alexa_cli.decide.plan_cache import Entry

app = typer.Typer(
    help="Plans of language models that are kept for the same words.",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def main(ctx: typer.Context) -> None:
    """See and empty the cache of plans."""
    if ctx.invoked_subcommand is None:
        list_(limit=50, as_json=False)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, at most.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List the kept plans, the last used first."""
    from alexa_cli.decide.plan_cache import entries
    from alexa_cli.store.coding import plain

    with open_store() as store:
        found = entries(store)
        if as_json:
            rows = ({"key": e.key, "used": e.used, **plain(e.plan)} for e in found[:limit])
            print_lines(map(dumps, rows))
            return
        for entry in found[:limit]:
            print_lines(_lines(entry, width()))
        if not found:
            typer.echo("no plan is kept", err=True)
        elif len(found) > limit:
            typer.echo(f"{len(found) - limit:,} more; --limit shows them", err=True)


@app.command("clear")
def clear() -> None:
    """Forget every kept plan."""
    from alexa_cli.decide.plan_cache import clear as erase
    from alexa_cli.store.forget import scrub

    with open_store() as store:
        gone = erase(store)
        scrub(store)
    sys.stdout.write(f"forgot {_counted(gone)}\n")


@app.command("prune")
def prune(
    config: ConfigOption = None, sets: SetOption = None, experts: ExpertsOption = None
) -> None:
    """Forget plans that can no longer be used: experts, prompts or models have changed since."""
    from alexa_cli.cli.session import open_session
    from alexa_cli.decide.plan_cache import clear as erase
    from alexa_cli.decide.plan_cache import prune as forget_old
    from alexa_cli.store.retention import sweep

    session = open_session(Common.of(config, sets, experts))
    house = session.house
    with session.store as store:
        sweep(store)
        if house.plans is None:  # no language model decides, so none of them can be used
            gone = erase(store)
        else:
            setup = house.plans().setup(house.catalogue)
            gone = forget_old(store, setup, house.settings.cache.size)
    session.say_notices()
    sys.stdout.write(f"forgot {_counted(gone)}\n")


@app.command("path")
def path() -> None:
    """Print the file that holds the plans: the store, with everything else that is kept."""
    import os

    from alexa_cli.config.paths import find_paths

    print_lines([str(find_paths(os.environ).database)])


def _lines(entry: Entry, columns: int) -> Iterator[str]:
    from datetime import datetime

    from alexa_cli.trace.plain_text import line, milliseconds

    plan = entry.plan
    used = datetime.fromtimestamp(entry.used).astimezone().strftime("%b %d %H:%M")
    calls = ", ".join(f"{call.expert}.{call.api}" for call in plan.calls)
    yield line(f"{used} {plan.words}", columns)
    made = f"{plan.model}, {milliseconds(plan.seconds)}, {plan.turn}"
    yield "    " + line(f"→ {calls} ({made})", columns - 4)


def _counted(number: int) -> str:
    return f"{number:,} plan{'' if number == 1 else 's'}"
