"""``alexa undo``: take the last thing back, in the conversation that spoke last."""

from __future__ import annotations

import typer

from alexa_cli.cli.asking import Asked, ask
from alexa_cli.cli.options import (
    Common,
    ConfigOption,
    ConversationOption,
    ExpertsOption,
    JsonOption,
    QuietOption,
    SetOption,
)
from alexa_cli.cli.screen import Shown

app = typer.Typer(add_completion=False)


@app.command()
def undo(
    conversation: ConversationOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
) -> None:
    """Take back what the last turn did, as far as it can be taken back.

    Without --conversation: in the conversation that spoke last.
    """
    asked = Asked(
        conversation=conversation, continued=True, shown=Shown(as_json, quiet=quiet),
        common=Common.of(config, sets, experts), asks=("undo",),
    )  # fmt: skip
    raise typer.Exit(ask(asked))
