"""The home in as few tokens as it takes: what there is, where, and by which alias.

Devices stand in the line of their room, ``R1 kitchen: L1 ceiling light, L2 counter lights``;
other lists have a line each. The order is that of the household's own file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from alexa_cli.context.household import KIND_LISTS
from alexa_cli.language.text import words
from alexa_cli.prompt import fence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alexa_cli.context.names import Name
    from alexa_cli.context.snapshot import Snapshot
    from alexa_cli.prompt.aliases import Aliases

MAX_MEMBERS = 300
"""Members of a list that are shown; of the others it is said how many there are."""
MAX_ALSO = 2
"""Other names shown for a thing: those that share no word with its own."""
NO_ALIAS = "-"
_DEVICES = {"devices", *KIND_LISTS}

_Member: TypeAlias = "tuple[str, Name]"
"""The name of a list and a member of it."""


@dataclass(slots=True)
class _Lines:
    """Lines, and which aliases they show. What stands in two lists is shown once."""

    aliases: Aliases
    lines: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)

    def member(self, list_name: str, each: Name) -> str:
        alias = self.alias(list_name, each.id)
        if alias != NO_ALIAS:
            self.shown.add(alias)
        also = [fence.name(text) for text in _also(each)]
        other = f" ={'='.join(also)}" if also else ""
        return f"{alias} {fence.name(each.name)}{other}"

    def alias(self, list_name: str, id_: str) -> str:
        """Return the alias, ``NO_ALIAS`` for what the caller has made none for."""
        try:
            return self.aliases.alias(list_name, id_)
        except KeyError:
            return NO_ALIAS

    def is_shown(self, list_name: str, id_: str) -> bool:
        return self.alias(list_name, id_) in self.shown

    def line(self, start: str, members: Iterable[_Member]) -> None:
        by_alias = {(self.alias(one[0], one[1].id), one[1].name): one for one in members}
        new = [one for (alias, _), one in by_alias.items() if alias not in self.shown]
        if not new:
            return
        told = [self.member(*one) for one in new[:MAX_MEMBERS]]
        if len(new) > MAX_MEMBERS:
            told.append(f"and {len(new) - MAX_MEMBERS} more")
        self.lines.append(f"{start}: {', '.join(told)}")

    def devices(self, devices: Iterable[_Member], rooms: Sequence[_Member]) -> None:
        """A line for each room that has devices, and one for the rooms that have none."""
        inside: dict[str, list[_Member]] = {}
        for one in devices:
            inside.setdefault(str(one[1].attributes.get("area", "")), []).append(one)
        for list_name, room in rooms:
            if room.id in inside:
                floor = str(room.attributes.get("floor", ""))
                where = f" {self.alias('floors', floor)}" if self.is_shown("floors", floor) else ""
                self.line(f"{self.member(list_name, room)}{where}", inside.pop(room.id))
        self.line("rooms", rooms)
        for rest in inside.values():
            place = fence.name(str(rest[0][1].attributes.get("area_name", "")))
            self.line(place or "elsewhere", rest)


def household(
    snapshot: Snapshot, lists: Sequence[str], aliases: Aliases
) -> tuple[str, frozenset[str]]:
    """Return the lines about the home's own lists, and the aliases that they show."""
    work = _Lines(aliases)
    found = {
        name: [(name, each) for each in listed]
        for name in lists if (listed := snapshot.list(name)) is not None
    }  # fmt: skip
    work.line("floors", found.get("floors", ()))
    devices = [one for name, members in found.items() if name in _DEVICES for one in members]
    work.devices(devices, found.get("rooms") or found.get("areas") or ())
    for name, members in found.items():
        work.line(name.replace("_", " "), members)
    return "\n".join(work.lines), frozenset(work.shown)


def own_lists(
    snapshot: Snapshot, lists: Sequence[str], aliases: Aliases, shown: frozenset[str]
) -> str:
    """Return the lines about lists that experts provide: what is not shown already."""
    work = _Lines(aliases, shown=set(shown))
    for name in lists:
        members = [(name, each) for each in snapshot.list(name) or ()]
        work.line(name.replace("_", " "), members)
    return "\n".join(work.lines)


def _also(each: Name) -> list[str]:
    """Return the other names from which nobody could tell the thing by its own."""
    known = set(words(each.name))
    found: list[str] = []
    for text in each.aliases:
        spoken = set(words(text))
        if spoken and not spoken & known and len(found) < MAX_ALSO:
            found.append(text)
            known |= spoken
    return found
