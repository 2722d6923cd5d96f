"""``alexa undo``: take the last thing back, in the conversation that spoke last."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from alexa_cli.assistant import TurnOptions
from alexa_cli.cli import screen
from alexa_cli.cli.ask import EXIT_CODES, conversation_id, one_turn
from alexa_cli.cli.options import Common, ConfigOption, ExpertsOption, JsonOption, SetOption
from alexa_cli.cli.session import open_session

app = typer.Typer(add_completion=False)


@app.command()
def undo(
    conversation: Annotated[
        str | None, typer.Option(metavar="ID", help="In this conversation, not the last one.")
    ] = None,
    as_json: JsonOption = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="The answer and nothing else.")] = False,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
) -> None:
    """Take back what the last turn did, as far as it can be taken back."""
    session = open_session(Common.of(config, sets, experts))
    with session.store:
        which = conversation_id(session, continued=True, conversation=conversation)
        options = TurnOptions(asks=("undo",))
        reply, finished = asyncio.run(one_turn(session, "undo", which, options))
        screen.answer(session.store, reply, finished.turn, screen.Shown(as_json, quiet=quiet))
    session.say_notices()
    raise typer.Exit(EXIT_CODES[finished.status])
