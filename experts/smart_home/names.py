"""The lists of this expert: the household's devices, by what can be done with them.

"Open the garage door" and "open the blinds" are different commands: only the first is asked about.
So each looks among its own devices, and the house asks "which one?" no more often than it must.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Literal

from alexa_cli.context.names import NameList

from .home import INSIDE, PICKS, can_switch, device_of, is_outdoors, of_kind

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext
    from alexa_cli.context.names import Name

    from .home import Test


_ROBOTS = (
    "robot", "robot vacuum", "robot vacuum cleaner", "vacuum", "vacuum cleaner", "vacuum robot",
    "robot cleaner", "cleaning robot", "cleaner", "hoover", "roomba", "vac",
)  # fmt: skip
_SPEAKERS = (
    "speaker", "speakers", "stereo", "music player", "music system", "sound system",
    "audio system", "media player",
)  # fmt: skip
_SOCKETS = (
    "plug", "smart plug", "socket", "smart socket", "outlet", "smart outlet", "power outlet",
    "plug socket", "smart plug socket", "power socket", "wall socket", "smart switch",
)  # fmt: skip
_MACHINES = frozenset({"maker", "machine", "cooker", "pot", "brewer", "grinder", "kettle"})
_HERE = ("room", "this room", "here")


def _listed(
    context: HandlerContext,
    wanted: Test,
    partial: Literal["suffix", "none"] = "suffix",
) -> list[dict[str, Any]]:
    """Return the devices that are wanted, with all that they may be called among themselves."""
    names = tuple(name for name in context.household.devices if wanted(device_of(name)))
    called: dict[str, list[str]] = defaultdict(list)
    for form, ids in NameList("", names, partial).forms().items():
        for id_ in ids:
            called[id_].append(" ".join(form))
    return [
        {
            "id": name.id,
            "name": name.name,
            "aliases": called[name.id],
            "attributes": dict(name.attributes),
        }
        for name in names
    ]


def powered(context: HandlerContext) -> list[dict[str, Any]]:
    """What can be turned on and off."""
    found = _listed(context, can_switch)
    for each in found:
        if each["attributes"].get("kind") == "switch":
            each["aliases"] += _SOCKETS
    return found


def running(context: HandlerContext) -> list[dict[str, Any]]:
    """What can be on, playing or cleaning."""
    return _listed(context, lambda d: can_switch(d) or d.kind == "vacuum")


def blinds(context: HandlerContext) -> list[dict[str, Any]]:
    """Covers that nobody can walk through."""
    return _listed(context, lambda d: d.kind == "cover" and not d.is_gate)


def gates(context: HandlerContext) -> list[dict[str, Any]]:
    """Garage doors and gates. "The door" is none of them: it is one that people walk through."""
    return _listed(context, lambda d: d.is_gate, "none")


def cleaners(context: HandlerContext) -> list[dict[str, Any]]:
    """Robots, also by what any of them is called."""
    found = _listed(context, of_kind("vacuum"))
    for each in found:
        each["aliases"] += _ROBOTS
    return found


def players(context: HandlerContext) -> list[dict[str, Any]]:
    """Speakers and televisions, speakers also by what any of them is called."""
    speakers = _listed(context, PICKS["speaker"])
    for each in speakers:
        each["aliases"] += _SPEAKERS
    found = [*speakers, *_listed(context, PICKS["tv"])]
    for each in found:  # "the tv's too loud"
        each["aliases"] += [f"{alias}'s" for alias in each["aliases"]]
    return found


def makers(context: HandlerContext) -> list[dict[str, Any]]:
    """Machines by what they make: "coffee" is the coffee maker, "rice" the rice cooker."""
    return [
        {"id": name.id, "name": name.name, "aliases": made}
        for name in context.household.devices
        if can_switch(device_of(name)) and (made := _makes(name))
    ]


def _makes(name: Name) -> list[str]:
    said = [text.lower().split() for text in (name.name, *name.aliases)]
    made = (" ".join(words[:-1]) for words in said if len(words) > 1 and words[-1] in _MACHINES)
    return list(dict.fromkeys(made))


def places(context: HandlerContext) -> list[dict[str, Any]]:
    """Rooms. Nobody knows which is "this room": any of them, so that it is asked which."""
    return [
        {
            "id": room.id,
            "name": room.name,
            "aliases": [*room.aliases, *_plurals(room), *_HERE],
            "attributes": dict(room.attributes),
        }
        for room in context.household.rooms
    ]


def _plurals(room: Name) -> list[str]:
    """``bathrooms``, for "in all bathrooms"."""
    return [f"{text}s" for text in (room.name, *room.aliases) if not text.endswith("s")]


def levels(context: HandlerContext) -> list[dict[str, Any]]:
    """Floors, and ``inside``: all of them but those that are called outside."""
    found = [
        {"id": floor.id, "name": floor.name, "aliases": list(floor.aliases)}
        for floor in context.household.floors
    ]
    if any(is_outdoors(floor) for floor in context.household.floors):
        found.append({"id": INSIDE, "name": INSIDE, "aliases": ["indoors", "indoor", "interior"]})
    return found


def openings(context: HandlerContext) -> list[dict[str, Any]]:
    """All that is open or closed: covers, and sensors at doors and windows."""
    return _listed(context, lambda d: d.is_opening)
