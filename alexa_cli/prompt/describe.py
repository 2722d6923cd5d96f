"""The home in as few tokens as it takes: what there is, where, and by which alias.

Devices stand in the line of their room, ``R1 kitchen: L1 ceiling light, L2 counter lights``;
other lists have a line each. The order is that of the household's own file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alexa_cli.language.text import words
from alexa_cli.prompt import fence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alexa_cli.context.names import Name, NameList
    from alexa_cli.context.snapshot import Snapshot
    from alexa_cli.prompt.aliases import Aliases

MAX_MEMBERS = 300
"""Members of a list that are shown; of the others it is said how many there are."""
MAX_ALSO = 2
"""Other names shown for a thing: those that share no word with its own."""


@dataclass(slots=True)
class _Lines:
    """Lines, and which aliases they show. What stands in two lists is shown once."""

    aliases: Aliases
    lines: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)

    def member(self, list_name: str, each: Name) -> str:
        alias = self.alias(list_name, each.id)
        self.shown.add(alias)
        also = [fence.name(text) for text in _also(each)]
        other = f" ={'='.join(also)}" if also else ""
        return f"{alias} {fence.name(each.name)}{other}"

    def alias(self, list_name: str, id_: str) -> str:
        """Return the alias; "-" for what the caller has made no alias for."""
        try:
            return self.aliases.alias(list_name, id_)
        except KeyError:
            return "-"

    def is_shown(self, list_name: str, id_: str) -> bool:
        return self.alias(list_name, id_) in self.shown - {"-"}

    def line(self, start: str, list_name: str, members: Iterable[Name]) -> None:
        new = [each for each in members if not self.is_shown(list_name, each.id)]
        if not new:
            return
        told = [self.member(list_name, each) for each in new[:MAX_MEMBERS]]
        if len(new) > MAX_MEMBERS:
            told.append(f"and {len(new) - MAX_MEMBERS} more")
        self.lines.append(f"{start}: {', '.join(told)}")

    def rooms(self, list_name: str, listed: NameList, devices: NameList) -> None:
        """A line for each room that has devices, and one for the rooms that have none."""
        inside: dict[str, list[Name]] = {}
        for each in devices:
            inside.setdefault(str(each.attributes.get("area", "")), []).append(each)
        empty = []
        for room in listed:
            if room.id not in inside:
                empty.append(room)
                continue
            floor = str(room.attributes.get("floor", ""))
            where = f" {self.alias('floors', floor)}" if self.is_shown("floors", floor) else ""
            start = f"{self.member(list_name, room)}{where}"
            self.line(start, "devices", inside.pop(room.id))
        self.line("rooms", list_name, empty)
        self.line("elsewhere", "devices", [each for rest in inside.values() for each in rest])


def household(
    snapshot: Snapshot, lists: Sequence[str], aliases: Aliases
) -> tuple[str, frozenset[str]]:
    """Return the lines about the home's own lists, and the aliases that they show."""
    work = _Lines(aliases)
    found = {name: listed for name in lists if (listed := snapshot.list(name))}
    if floors := found.get("floors"):
        work.line("floors", "floors", floors)
    rooms = "rooms" if "rooms" in found else "areas"
    if rooms in found and "devices" in found:
        work.rooms(rooms, found[rooms], found["devices"])
    for name, listed in found.items():
        work.line(name.replace("_", " "), name, listed)
    return "\n".join(work.lines), frozenset(work.shown)


def own_lists(
    snapshot: Snapshot, lists: Sequence[str], aliases: Aliases, shown: frozenset[str]
) -> str:
    """Return the lines about lists that experts provide: what is not shown already."""
    work = _Lines(aliases, shown=set(shown))
    for name in lists:
        if listed := snapshot.list(name):
            work.line(name.replace("_", " "), name, listed)
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
