"""Expert lists that need not be made again: those that came of the household alone.

To make a list is to run an expert's Python: a turn that looks at twelve of them spends 5 ms on it.
What the function looks at is watched. If that was nothing but lists of the household, the result
holds as long as they are the same lists; one that looked at the time, its store or anything else
of the turn is made in each turn.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from alexa_cli.assistant.lists import provide_list
from alexa_cli.catalog.context import HandlerContext, Lists

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.catalog.expert import Expert
    from alexa_cli.context.names import NameList

_FIELDS = frozenset(field.name for field in fields(HandlerContext))
_FREE = frozenset({"tz", "language", "limits", "household"})
"""What may be looked at: it is part of the key, changes nothing, or is watched on its own."""
MOST = 500
"""Lists that are kept; then all are made again."""


@dataclass(frozen=True, slots=True)
class _Kept:
    fingerprint: str
    seen: Mapping[str, object]
    """The household's lists that were looked at."""
    made: NameList


class KeptLists:
    """Makes lists (``House.provide``), and keeps those that came of the household alone."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, str, str], _Kept] = {}

    def __call__(self, expert: Expert, name: str, context: HandlerContext) -> NameList:
        """Return the list. Raises AlexaError."""
        key = (expert.name, name, context.language, context.tz)
        kept = self._kept.get(key)
        if kept is not None and kept.fingerprint == expert.fingerprint:
            now = _lists_of(context)
            if all(now.get(each) is listed for each, listed in kept.seen.items()):
                return kept.made
        watched = _watched(context)
        made = provide_list(expert, name, watched)
        lists, seen = watched.household, watched.looked_at
        if isinstance(lists, _WatchedLists) and lists.seen and not seen and expert.fingerprint:
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[key] = _Kept(expert.fingerprint, dict(lists.seen), made)
        return made


class _WatchedLists(Lists):
    """The household, noting which of its lists are looked at."""

    __slots__ = ("seen",)

    def __init__(self, lists: Lists) -> None:
        super().__init__(lists._expert, lists._lists)  # noqa: SLF001 - its own base class
        self.seen: dict[str, object] = {}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as its base class has it
        found = super().__getattr__(name)
        self.seen[name] = found
        return found

    def __dir__(self) -> list[str]:
        self.seen.update(self._lists)
        return sorted(self._lists)


class _Watched(HandlerContext):
    """A context that notes what else of it is looked at."""

    __slots__ = ("looked_at",)
    looked_at: set[str]

    def __getattribute__(self, name: str) -> Any:  # noqa: ANN401 - any of the fields
        if name in _FIELDS and name not in _FREE:
            object.__getattribute__(self, "looked_at").add(name)
        return object.__getattribute__(self, name)


def _watched(context: HandlerContext) -> _Watched:
    given = {name: getattr(context, name) for name in _FIELDS}
    watched = object.__new__(_Watched)
    object.__setattr__(watched, "looked_at", set())
    for name, value in given.items():
        object.__setattr__(watched, name, _WatchedLists(value) if name == "household" else value)
    return watched


def _lists_of(context: HandlerContext) -> Mapping[str, object]:
    return context.household._lists  # noqa: SLF001 - looking at it must not count as a look
