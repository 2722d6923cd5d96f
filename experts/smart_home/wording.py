"""What the expert says: devices and groups as people name them, changes as one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .home import Change, Device, Home, Target

NAMED = 2
"""Up to this many devices are named one by one; more are counted."""

_PLURALS = {
    "light": "lights", "lamp": "lamps", "switch": "switches", "plug": "plugs", "fan": "fans",
    "speaker": "speakers", "tv": "TVs", "blind": "blinds", "curtain": "curtains",
    "cover": "covers", "door": "doors", "window": "windows", "lock": "locks",
    "thermostat": "thermostats", "vacuum": "vacuums", "media_player": "players",
    "sensor": "sensors",
}  # fmt: skip
_ON = frozenset({"patio", "porch", "deck", "balcony", "terrace", "landing"})
_ADVERBS = frozenset({"upstairs", "downstairs", "outside", "outdoors", "inside"})
_IN = frozenset({"basement", "attic", "cellar", "loft"})


def the(device: Device) -> str:
    """``the kitchen light``; ``Ana's lamp`` takes no article."""
    first = device.name.split()[0] if device.name.split() else ""
    bare = first.lower() in {"the", "my", "our"} or first.endswith(("'s", "’s"))
    return device.name if bare else f"the {device.name}"


def joined(items: Sequence[str], word: str = "and") -> str:
    """Join for the ear: ``a, b and c``."""
    if len(items) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def where(home: Home, target: Target) -> str:
    """`` in the living room``, `` upstairs``, or nothing; begins with a space."""
    if target.area:
        name = home.area_name(target.area)
        words = name.lower().split()
        if words[-1] in _ADVERBS:
            return f" {name}"
        return f" {'on' if words[-1] in _ON else 'in'} the {name}"
    if target.floor:
        name = home.floor_name(target.floor)
        if name.lower() in _ADVERBS:
            return f" {name.lower()}"
        return f" {'in' if name.lower().split()[-1] in _IN else 'on'} the {name}"
    return ""


def plural(devices: Sequence[Device], target: Target) -> str:
    """What these devices are together: ``lights``, ``devices``."""
    if target.kind in _PLURALS:
        return _PLURALS[target.kind]
    kinds = {device.kind for device in devices}
    return _PLURALS.get(kinds.pop(), "devices") if len(kinds) == 1 else "devices"


def group(home: Home, devices: Sequence[Device], target: Target) -> str:
    """``the lamp and the fan``, ``3 lights in the living room``."""
    if len(devices) <= NAMED:
        return joined([the(device) for device in devices])
    return f"{len(devices)} {plural(devices, target)}{where(home, target)}"


def none_here(home: Home, target: Target, kind: str) -> AlexaError:
    """The failure when a target means no device at all."""
    noun = _PLURALS.get(target.kind or kind, "devices I can do that with")
    place = where(home, target) or " in this home"
    return AlexaError(f"There are no {noun}{place}.")


def answer(
    home: Home,
    target: Target,
    change: Change,
    *,
    did: str,
    state: str,
    cannot: str,
) -> Result:
    """One sentence for what a command did.

    ``did`` holds ``{}`` for the devices ("I turned on {}."), ``state`` is what they already
    were ("on"), ``cannot`` what the unable ones lack ("be dimmed"). Raises AlexaError if none
    could do it.
    """
    if not change.changed and not change.already:
        subject = group(home, change.unable, target)
        message = f"{subject} can't {cannot}."
        raise AlexaError(message[0].upper() + message[1:])
    if change.changed:
        say = did.format(group(home, change.changed, target))
    else:
        say = already(home, change.already, target, state)
    if change.unable:
        say = f"{say[:-1]}; {group(home, change.unable, target)} can't {cannot}."
    return Result(change.value, say=say, undo=change.undo)


def already(home: Home, devices: Sequence[Device], target: Target, state: str) -> str:
    """Say that nothing had to be done: ``All 3 lights upstairs are already on``."""
    if len(devices) > NAMED:
        return f"All {group(home, devices, target)} are already {state}."
    subject = group(home, devices, target)
    verb = "is" if len(devices) == 1 and not is_plural(devices[0]) else "are"
    return f"{subject[0].upper()}{subject[1:]} {verb} already {state}."


def is_plural(device: Device) -> bool:
    """Whether its name is a plural: "the counter lights are on"."""
    last = device.name.lower().split()[-1] if device.name.split() else ""
    return last.endswith("s") and not last.endswith("ss")


def be(device: Device) -> str:
    """``is`` or ``are``."""
    return "are" if is_plural(device) else "is"
