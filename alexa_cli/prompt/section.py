"""A prompt as data: named sections, each with how long it stays the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.prompt.aliases import Aliases


class Stability(StrEnum):
    """How long a section stays the same, the longest first."""

    FIXED = "fixed"
    """As long as experts and prompt texts do: the same in every home."""
    HOUSEHOLD = "household"
    """As long as the home's names do."""
    SESSION = "session"
    TURN = "turn"

    @property
    def rank(self) -> int:
        """0 for ``fixed`` to 3 for ``turn``."""
        return list(Stability).index(self)


@dataclass(frozen=True, slots=True)
class Section:
    """One section, its values filled in."""

    name: str
    stability: Stability
    text: str
    tools: tuple[Mapping[str, Any], ...] = ()
    """Only of the section ``tools``: functions as OpenAI has them; ``text`` is their JSON."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt for one job."""

    job: str
    sections: tuple[Section, ...]
    """By stability; a provider may still render ``tools`` in another place."""
    aliases: Aliases
    names: Mapping[str, str] = field(default_factory=dict)
    """Name of a tool, alias of an expert or number of a hypothesis, to ``expert.api``, expert or
    text."""
    shows: tuple[str, ...] = ()
    """Names of the lists of the context that it shows."""
    shows_history: bool = False
    tainted: bool = False
    """Whether it holds an untrusted result."""
    schema: Mapping[str, Any] | None = None
    """What the answer follows, where calls are asked for as JSON."""
