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
_PLACES = ("floors", "rooms", "areas")


@dataclass(slots=True)
class _Lines:
    """Lines, and which ids they show. What stands in two lists is shown once."""

    snapshot: Snapshot
    aliases: Aliases
    lines: list[str] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)

    def member(self, list_name: str, each: Name) -> str:
        self.shown.add(each.id)
        spoken = fence.name(each.name)
        also = [fence.name(text) for text in _also(each)]
        other = f" ={'='.join(also)}" if also else ""
        return f"{self.aliases.alias(list_name, each.id)} {spoken}{other}"

    def line(self, start: str, list_name: str, members: Iterable[Name]) -> None:
        new = [each for each in members if each.id not in self.shown]
        if not new:
            return
        told = [self.member(list_name, each) for each in new[:MAX_MEMBERS]]
        if len(new) > MAX_MEMBERS:
            told.append(f"and {len(new) - MAX_MEMBERS} more")
        self.lines.append(f"{start}: {', '.join(told)}")

    def rooms(self, listed: NameList, devices: NameList) -> None:
        """A line for each room that has devices, and one for the rooms that have none."""
        inside: dict[str, list[Name]] = {}
        for each in devices:
            inside.setdefault(str(each.attributes.get("area", "")), []).append(each)
        floors = self.snapshot.list("floors")
        empty = []
        for room in listed:
            if room.id not in inside:
                empty.append(room)
                continue
            floor = str(room.attributes.get("floor", ""))
            known = floors is not None and floor in self.shown and floors.get(floor) is not None
            where = f" {self.aliases.alias('floors', floor)}" if known else ""
            self.line(f"{self.member('rooms', room)}{where}", "devices", inside.pop(room.id))
        self.line("rooms", "rooms", empty)
        self.line("elsewhere", "devices", [each for rest in inside.values() for each in rest])


def household(
    snapshot: Snapshot, lists: Sequence[str], aliases: Aliases
) -> tuple[str, frozenset[str]]:
    """Return the lines about the home's own lists, and the ids that they show."""
    work = _Lines(snapshot, aliases)
    found = {name: listed for name in lists if (listed := snapshot.list(name))}
    if floors := found.get("floors"):
        work.line("floors", "floors", floors)
    rooms, devices = found.get("rooms") or found.get("areas"), found.get("devices")
    if rooms and devices:
        work.rooms(rooms, devices)
    for name, listed in found.items():
        work.line(name.replace("_", " "), name, listed)
    return "\n".join(work.lines), frozenset(work.shown)


def own_lists(
    snapshot: Snapshot, lists: Sequence[str], aliases: Aliases, shown: frozenset[str]
) -> str:
    """Return the lines about lists that experts provide: what is not shown already."""
    work = _Lines(snapshot, aliases, shown=set(shown))
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
