"""The row of the ``events`` table: short, plain, enough to decide from by one read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened, or is due. What was said and answered is in ``contents``."""

    id: str
    kind: str
    """``turn``, ``trace``, ``conversation``, ``due``, ..."""
    conversation: str = ""
    turn: str = ""
    at: float | None = None
    """Unix seconds; None in a row to append means now by the store's clock."""
    content_ref: str | None = None
    """Id of its row in ``contents``; None if it has no content."""
    expires_at: float | None = None
    """Unix seconds. From then on the row is never read again; None: it stays."""
