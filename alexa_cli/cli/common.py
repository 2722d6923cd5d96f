"""What every verb that uses experts accepts, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


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
