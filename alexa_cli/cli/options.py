"""Options that several verbs share, declared once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

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


@dataclass(frozen=True, slots=True)
class Common:
    """What every verb that uses experts accepts."""

    config: Path | None = None
    sets: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()

    @classmethod
    def of(cls, config: Path | None, sets: list[str] | None, folders: list[Path] | None) -> Common:
        """Gather the options as Typer gives them."""
        return cls(config, tuple(sets or ()), tuple(folders or ()))
