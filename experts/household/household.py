"""The home itself, told and changed. Changes are kept over the household's file, which stays.

"alexa household" does the same from the command line; "alexa household export" prints all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

from .members import LISTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.catalog import HandlerContext

SINGULAR = {"people": "person", "pets": "pet", "areas": "room", "devices": "device"}
ME = "me"
"""The user's name, in the expert's store."""
TOLD = 15
"""Devices that are read out one by one."""
_SEVERAL = 2


# Told -----------------------------------------------------------------------------------


def who_lives_here(context: HandlerContext) -> Result:
    """Say who lives here."""
    names = [entry.name for entry in context.household.people]
    if not names:
        return Result({"people": []}, say='I know nobody here yet. Say "add Ana to our household".')
    pets = [entry.name for entry in context.household.pets]
    live = "lives" if len(names) == 1 else "live"
    say = f"{_joined(names)} {live} here" + (f", with {_joined(pets)}." if pets else ".")
    return Result({"people": names, "pets": pets}, say=say)


def list_pets(context: HandlerContext) -> Result:
    """Say which pets there are."""
    pets: Any = [_pet(entry) for entry in context.household.pets]
    if not pets:
        return Result({"pets": []}, say='I know of no pets. Say "Daisy is a dog".')
    count = "1 pet" if len(pets) == 1 else f"{len(pets)} pets"
    return Result({"pets": pets}, say=f"You have {count}: {_joined(pets)}.")


def list_rooms(context: HandlerContext, floor: str | None = None) -> Result:
    """Say which rooms there are."""
    rooms = [r.name for r in context.household.rooms if floor in {None, r.attributes.get("floor")}]
    where = f" {context.household.floors.get(floor).name}" if floor else ""
    if not rooms:
        return Result({"rooms": []}, say=f"I know of no rooms{where}.")
    count = "1 room" if len(rooms) == 1 else f"{len(rooms)} rooms"
    return Result({"rooms": rooms}, say=f"You have {count}{where}: {_joined(rooms)}.")


def list_devices(context: HandlerContext, room: str | None = None) -> Result:
    """Say which devices there are; without a room, how many in each."""
    devices = [d for d in context.household.devices if room in {None, d.attributes.get("area")}]
    names = [device.name for device in devices]
    where = f" in the {context.household.rooms.get(room).name}" if room else ""
    if not names:
        return Result({"devices": []}, say=f"I know of no devices{where}.")
    if len(names) <= TOLD:
        count = "There is 1 device" if len(names) == 1 else f"There are {len(names)} devices"
        return Result({"devices": names}, say=f"{count}{where}: {_joined(names)}.")
    counts: dict[str, int] = {}
    for device in devices:
        place = str(device.attributes.get("area_name") or "elsewhere")
        counts[place] = counts.get(place, 0) + 1
    parts = [f"{place} ({count})" for place, count in counts.items()]
    return Result({"devices": names}, say=f"There are {len(names)} devices: {_joined(parts)}.")


def describe(context: HandlerContext, member: str) -> Result:
    """Say what is known about somebody or something of the home."""
    section, _, identifier = member.partition("/")
    entry = _entry(context, section, identifier)
    about = {
        "people": f"{entry.name} lives here",
        "pets": f"{entry.name} is your {entry.attributes.get('kind') or 'pet'}",
        "areas": f"The {entry.name} is a room",
        "devices": f"The {entry.name} is a {str(entry.attributes.get('kind')).replace('_', ' ')}",
    }[section]
    if floor := context.household.floors.get(str(entry.attributes.get("floor", ""))):
        about += f" {floor.name}" if section == "areas" else ""
    if section == "devices" and (room := entry.attributes.get("area_name")):
        about += f" in the {room}"
    say = f"{about}."
    if entry.aliases:
        say += f" Also called {_joined(list(entry.aliases), 'or')}."
    if entry.pronunciation:
        say += f" It is pronounced {entry.pronunciation}."
    value = {"section": section, "name": entry.name, "aliases": [*entry.aliases]}
    return Result(value, say=say)


def who_am_i(context: HandlerContext) -> Result:
    """Say the user's name."""
    name = context.store.get(ME)
    if not name:
        return Result(
            {"name": None}, say='I don\'t know your name. Say "my name is", and your name.'
        )
    return Result({"name": name}, say=f"You are {name}.")


# Changed --------------------------------------------------------------------------------


def my_name(context: HandlerContext, name: str) -> Result:
    """Note the user's name; who does not live here yet, does."""
    name = _shown(name)
    before = str(context.store.get(ME) or "")
    found = context.household.people.find(name)
    if len(found) == 1:
        changes: list[Any] = []
        name = str(found[0].name)
    else:
        changes = [context.home.add("people", name, {})[1]] if context.home else []
    context.store.set(ME, name)
    undo: Any = {"api": "put_back", "arguments": {"before": changes, "me": before}}
    return Result({"name": name}, say=f"Nice to meet you, {name.split()[0]}.", undo=undo)


def alias(context: HandlerContext, member: str, name: str) -> Result:
    """Let a member be called something else too."""
    section, _, identifier = member.partition("/")
    entry = _entry(context, section, identifier)
    before = _home(context).alias(section, identifier, name)
    said = f"{_the(section)}{entry.name}"
    say = f"OK, you can call {said} {_the(section)}{_bare(name)} too."
    return _changed(say, before, section, identifier)


def rename(context: HandlerContext, member: str, name: str) -> Result:
    """Give a member another name."""
    section, _, identifier = member.partition("/")
    entry = _entry(context, section, identifier)
    before = _home(context).rename(section, identifier, _bare(name))
    say = f"{_the(section).capitalize()}{entry.name} is called {_bare(name)} now."
    return _changed(say, before, section, identifier)


def add_pet(context: HandlerContext, name: str, kind: str | None = None) -> Result:
    """Note a pet; of a pet that is known, what kind of animal it is."""
    home, name = _home(context), _shown(name)
    found = context.household.pets.find(name)
    if len(found) == 1 and found[0].how != "fuzzy":
        entry = context.household.pets.get(found[0].id)
        if kind is None or entry.attributes.get("kind") == kind:
            return Result({"pet": entry.name}, say=f"I know: {_pet(entry)}.")
        before = home.change("pets", entry.id, {"kind": kind})
        return _changed(f"OK, {entry.name} is a {kind}.", before, "pets", entry.id)
    identifier, before = home.add("pets", name, {"kind": kind})
    say = f"Hello {name}. I've added {'a ' + kind if kind else 'a pet'} to the household."
    return _changed(say, before, "pets", identifier)


def add_person(context: HandlerContext, name: str) -> Result:
    """Note that somebody lives here."""
    name = _shown(name)
    identifier, before = _home(context).add("people", name, {})
    return _changed(f"OK, {name} lives here.", before, "people", identifier)


def add_room(context: HandlerContext, name: str, floor: str | None = None) -> Result:
    """Note a room."""
    name = _bare(name)
    identifier, before = _home(context).add("areas", name, {"floor": floor})
    where = f" {context.household.floors.get(floor).name}" if floor else ""
    return _changed(f"Added the {name}{where}.", before, "areas", identifier)


def add_device(context: HandlerContext, name: str, kind: str, room: str | None = None) -> Result:
    """Note a device. Nothing moves by that: it is one of the home that this program keeps."""
    name = _bare(name)
    identifier, before = _home(context).add("devices", name, {"kind": kind, "area": room})
    where = f" to the {context.household.rooms.get(room).name}" if room else ""
    return _changed(f"Added the {name}{where}.", before, "devices", identifier)


def move_device(context: HandlerContext, device: str, room: str) -> Result:
    """Note in which room a device is."""
    entry = _entry(context, "devices", device)
    place = context.household.rooms.get(room)
    if entry.attributes.get("area") == room:
        return Result({"device": device}, say=f"The {entry.name} is in the {place.name} already.")
    before = _home(context).change("devices", device, {"area": room})
    say = f"OK, the {entry.name} is in the {place.name}."
    return _changed(say, before, "devices", device)


def pronounce(context: HandlerContext, word: str, sound: str) -> Result:
    """Note how a name or another word is said."""
    home, sound = _home(context), " ".join(sound.split()).strip(" .!?")
    for listed, section in {**LISTS, "contacts": "contacts"}.items():
        found = [m for m in getattr(context.household, listed).find(word) if m.how == "exact"]
        if len(found) == 1:
            if section == "contacts" and context.household.people.get(found[0].id):
                section = "people"  # noqa: PLW2901 - who lives here is a contact too
            before = home.change(section, found[0].id, {"pronunciation": sound})
            return _changed(f"OK, I'll say {sound}.", before, section, found[0].id)
    return _changed(f"OK, I'll say {sound}.", home.pronounce(word, sound), "", "")


def remove(context: HandlerContext, member: str) -> Result:
    """Have a member no more."""
    section, _, identifier = member.partition("/")
    entry = _entry(context, section, identifier)
    before = _home(context).remove(section, identifier)
    say = f"Removed {_the(section)}{entry.name} from the household."
    return _changed(say, before, section, "")


def put_back(
    context: HandlerContext, before: Sequence[Any], me: str | None = None
) -> dict[str, int]:
    """Undo: have what was changed as it was."""
    for change in before:
        _home(context).restore(change)
    if me is not None:
        context.store.set(ME, me or None)
    return {"restored": len(before)}


# Helpers --------------------------------------------------------------------------------


def _changed(say: str, before: object, section: str, member: str) -> Result:
    undo: Any = {"api": "put_back", "arguments": {"before": [before]}}
    value: Any = {"id": f"{section}/{member}"} if member else {}
    return Result(value, say=say, undo=undo)


def _home(context: HandlerContext) -> Any:  # noqa: ANN401 - catalog.context.Home
    if context.home is None:
        raise AlexaError("There is no household here that could be changed.")
    return context.home


def _entry(context: HandlerContext, section: str, identifier: str) -> Any:  # noqa: ANN401 - a Name, of a room that experts do not import
    listed = next((name for name, one in LISTS.items() if one == section), "people")
    entry = getattr(context.household, listed).get(identifier)
    if entry is None:
        raise AlexaError(f"There is no such {SINGULAR.get(section, 'thing')} any more.")
    return entry


def _pet(entry: Any) -> str:  # noqa: ANN401 - as above
    kind = entry.attributes.get("kind")
    return f"{entry.name} (a {kind})" if kind else str(entry.name)


def _the(section: str) -> str:
    return "the " if section in {"areas", "devices"} else ""


def _bare(name: str) -> str:
    """A name without its article."""
    plain = " ".join(name.split()).strip(' .,!?"“”')
    first, _, rest = plain.partition(" ")
    return rest if rest and first.lower() in {"the", "my", "our"} else plain


def _shown(name: str) -> str:
    """A person's or pet's name, with capitals where it was said without any."""
    plain = _bare(name)
    return plain.title() if plain.islower() else plain


def _joined(names: Sequence[str], word: str = "and") -> str:
    return names[0] if len(names) < _SEVERAL else f"{', '.join(names[:-1])} {word} {names[-1]}"
