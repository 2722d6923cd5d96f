"""``alexa undo``: take back what was done last."""

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

    Without --conversation: whatever was done last, in whichever conversation.
    """
    asked = Asked(
        conversation=conversation, continued=False, shown=Shown(as_json, quiet=quiet),
        common=Common.of(config, sets, experts), asks=("undo",),
    )  # fmt: skip
    raise typer.Exit(ask(asked))
