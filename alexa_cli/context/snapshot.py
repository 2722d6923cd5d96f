"""All that a turn may know about its surroundings, taken once when it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alexa_cli.context.conversation import ConversationState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from alexa_cli.context.household import Household
    from alexa_cli.context.names import NameList


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The context of one turn. Nothing in it changes while the turn runs."""

    now: datetime
    """The turn's one instant, timezone-aware."""
    tz: str
    """IANA name: ``America/New_York``."""
    language: str
    household: Household
    lists: Mapping[str, NameList] = field(default_factory=dict)
    """Lists beyond the household's: the experts' own, and ``experts``. They win over its lists."""
    conversation: str = ""
    speaker: str | None = None
    memory: ConversationState = field(default_factory=ConversationState)

    def list(self, name: str) -> NameList | None:
        """Return the list of this name, or None if nobody provides it."""
        found = self.lists.get(name)
        return found if found is not None else self.household.lists.get(name)
