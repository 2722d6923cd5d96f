"""Options that several verbs share, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alexa_cli.cli.common import Common

__all__ = [
    "Common", "ConfigOption", "ContinueOption", "ConversationOption", "ExpertsOption",
    "JsonOption", "KeepAudioOption", "NowOption", "QuietOption", "SetOption", "YesOption",
]  # fmt: skip

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", metavar="FILE", help="Read this config file instead of the usual one."
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a setting for this run; repeatable."),
]
ExpertsOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--experts",
        metavar="DIR",
        help="Use the experts in DIR instead of the usual ones; repeatable.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print data instead of text.")]
NowOption = Annotated[
    str | None,
    typer.Option("--now", metavar="TIME", help="Pretend it is this time (ISO 8601)."),
]
ContinueOption = Annotated[
    bool, typer.Option("-c", "--continue", help="Go on with the last conversation.")
]
ConversationOption = Annotated[
    str | None, typer.Option("--conversation", metavar="ID", help="Go on with this conversation.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Confirm whatever would be asked.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="The answer and nothing else.")]
KeepAudioOption = Annotated[
    Path | None,
    typer.Option(
        "--keep-audio",
        metavar="DIR",
        help="Keep the sound of each turn in DIR, readable by you alone.",
    ),
]
