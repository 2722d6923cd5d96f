"""What one expert remembers: JSON values under keys of its own, which no other expert sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alexa_cli.errors import AlexaError
from alexa_cli.store import coding

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from alexa_cli.store.store import Store
    from alexa_cli.turn import Json


class ExpertStore:
    """The part of the store that belongs to one expert.

    Each ``set`` and ``delete`` is whole. To read, change and write as one step, also against
    other processes: ``with store.transaction(): store.set("n", store.get("n", 0) + 1)``.
    """

    def __init__(self, store: Store, expert: str) -> None:
        self._store = store
        self._expert = coding.storable(expert)

    def get(self, key: str, default: Json = None) -> Any:  # noqa: ANN401 - the expert knows what
        """Return the value kept under ``key``, a fresh copy, or ``default``."""
        rows = self._store.database.query(
            "SELECT value FROM state WHERE expert = ? AND key = ?",
            (self._expert, coding.storable(key)),
        )
        return _value(rows[0][0]) if rows else default

    def set(self, key: str, value: Json) -> None:
        """Keep ``value`` under ``key``. Raises AlexaError if it is not JSON."""
        try:
            data = self._store.encode(value)
        except AlexaError as error:
            raise AlexaError(f"{self._expert} wants to keep {key!r}: {error.message}") from error
        self._store.database.execute(
            "INSERT OR REPLACE INTO state (expert, key, value) VALUES (?,?,?)",
            (self._expert, coding.storable(key), data.decode()),
        )

    def delete(self, key: str) -> bool:
        """Forget ``key``; returns whether it was there."""
        return bool(
            self._store.database.execute(
                "DELETE FROM state WHERE expert = ? AND key = ?",
                (self._expert, coding.storable(key)),
            )
        )

    def items(self, prefix: str = "") -> list[tuple[str, Any]]:
        """Return the keys that begin with ``prefix`` and their values, in the order of the keys."""
        prefix = coding.storable(prefix)
        rows = self._store.database.query(
            "SELECT key, value FROM state WHERE expert = ? AND key >= ? ORDER BY key",
            (self._expert, prefix),
        )
        return [(key, _value(value)) for key, value in rows if key.startswith(prefix)]

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside happens, or nothing, and nobody else writes. Never await inside."""
        return self._store.transaction()


def _value(stored: object) -> Any:  # noqa: ANN401 - the expert knows what
    """Read a value. Raises AlexaError for what ``set`` did not write: SQLite keeps any type."""
    if not isinstance(stored, str):
        raise AlexaError("what was stored here cannot be read: it is no text")
    return coding.decode(stored.encode())
