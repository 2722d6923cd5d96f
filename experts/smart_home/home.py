"""The simulated home: devices as the household declares them, states as the store keeps them.

A device starts in the state that the household gives it, or in its kind's plain one. Every change
writes the device's whole state under ``state/ID`` of the expert's own store, so that a change is
taken back by writing the whole state it had.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from alexa_cli.catalog import HandlerContext
    from alexa_cli.context.names import Name

State: TypeAlias = "dict[str, Any]"
"""What a device is doing: ``{"on": true, "brightness": 40}``."""

Test: TypeAlias = "Callable[[Device], bool]"

PLAIN: Mapping[str, State] = {
    "light": {"on": False, "brightness": 100, "colour": "white"},
    "switch": {"on": False},
    "fan": {"on": False, "speed": 50},
    "cover": {"open": False},
    "lock": {"locked": True},
    "thermostat": {"on": True, "target": 70, "current": 70},
    "vacuum": {"status": "docked", "battery": 100},
    "media_player": {"on": False, "playing": False, "volume": 30, "muted": False},
}
"""The state of a device that the household gives none, by kind."""

_GATES = frozenset({"garage", "gate", "door"})
"""A cover with one of these words in its name lets people in: opening it is asked about."""
_CURTAINS = frozenset({"curtain", "curtains", "drape", "drapes"})
_TELEVISIONS = frozenset({"tv", "television"})
_POWERED = frozenset({"light", "switch", "fan", "media_player", "thermostat"})
_ALL_OFF = frozenset({"light", "switch", "fan", "media_player"})
"""What "everything" turns on and off: not the heating."""


INSIDE = "inside"
"""In place of a floor: all floors but those outdoors."""
_OUTDOORS = frozenset({"outside", "outdoors", "outdoor"})


def is_outdoors(floor: Name) -> bool:
    """Whether a "floor" of the household is the garden rather than a floor."""
    return not _OUTDOORS.isdisjoint({floor.name.lower(), *map(str.lower, floor.aliases)})


@dataclass(frozen=True, slots=True)
class Device:
    """One device, as declared."""

    id: str
    name: str
    kind: str
    area: str | None
    floor: str | None
    supports: frozenset[str]
    """What it can do beyond its kind: ``brightness``, ``colour``, ``position``, ``speed``."""
    start: Mapping[str, Any]
    words: frozenset[str]
    """The words of its names."""

    @property
    def is_gate(self) -> bool:
        """Whether opening it lets people in."""
        return self.kind == "cover" and not self.words.isdisjoint(_GATES)

    @property
    def is_opening(self) -> bool:
        """Whether it is open or closed: a cover, or a sensor at a door or window."""
        return self.kind == "cover" or (self.kind == "sensor" and "open" in self.start)


def device_of(name: Name) -> Device:
    """Read a device of the household's list."""
    said: Mapping[str, Any] = name.attributes
    kind = str(said.get("kind", "switch"))
    texts = (name.name, *name.aliases)
    return Device(
        id=name.id,
        name=name.name,
        kind=kind,
        area=said.get("area"),
        floor=said.get("floor"),
        supports=frozenset(said.get("supports", ())),
        start={**PLAIN.get(kind, {}), **said.get("state", {})},
        words=frozenset(word for text in texts for word in text.lower().split()),
    )


# What a kind of the user's words picks -----------------------------------------------------


def _has(*said: str) -> Test:
    return lambda device: not device.words.isdisjoint(said)


def _television(device: Device) -> bool:
    return device.kind == "media_player" and not device.words.isdisjoint(_TELEVISIONS)


def _curtain(device: Device) -> bool:
    return device.kind == "cover" and not device.words.isdisjoint(_CURTAINS)


_is_door = _has("door", "doors", "gate")

PICKS: Mapping[str, Test] = {
    "light": lambda d: d.kind == "light",
    "lamp": lambda d: d.kind == "light" and _has("lamp")(d),
    "plug": lambda d: d.kind == "switch",
    "fan": lambda d: d.kind == "fan",
    "speaker": lambda d: d.kind == "media_player" and not _television(d),
    "tv": _television,
    "music": lambda d: d.kind == "media_player",
    "blind": lambda d: d.kind == "cover" and not d.is_gate and not _curtain(d),
    "curtain": _curtain,
    "cover": lambda d: d.kind == "cover" and not d.is_gate,
    "door": lambda d: d.kind == "lock" or d.is_gate or (d.is_opening and _is_door(d)),
    "window": lambda d: d.kind == "sensor" and d.is_opening and not _is_door(d),
    "lock": lambda d: d.kind == "lock",
}
"""The devices that a kind in the user's words means; what is not here means all of them."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the user named; ids, or None."""

    device: str | None = None
    kind: str | None = None
    area: str | None = None
    floor: str | None = None
    item: str | None = None
    """One thing in ``area``, by its kind: "the light in the kitchen"."""

    @property
    def named(self) -> bool:
        """Whether anything was named at all."""
        return any((self.device, self.kind, self.area, self.floor, self.item))


class Home:
    """The home of one call. Cheap to make; reads states only when they are asked for."""

    def __init__(self, context: HandlerContext) -> None:
        self._context = context
        self.store = context.store

    @cached_property
    def devices(self) -> tuple[Device, ...]:
        """All devices, in the household's order."""
        return tuple(device_of(name) for name in self._context.household.devices)

    def device(self, id_: str) -> Device:
        """Return the device with this id. Raises AlexaError if it is gone from the household."""
        for device in self.devices:
            if device.id == id_:
                return device
        raise AlexaError(f"There is no {id_!r} in this home any more.")

    def area_name(self, area: str) -> str:
        """Return the spoken name of a room."""
        found: Name | None = self._context.household.rooms.get(area)
        return found.name if found else area

    def floor_name(self, floor: str) -> str:
        """Return the spoken name of a floor."""
        found: Name | None = self._context.household.floors.get(floor)
        return found.name if found else floor

    def floor_of(self, area: str) -> str | None:
        """Return the floor that a room is on; None: outside, or unknown."""
        found: Name | None = self._context.household.rooms.get(area)
        floor = found.attributes.get("floor") if found else None
        return floor if isinstance(floor, str) else None

    def pick(self, target: Target, able: Test) -> list[Device]:
        """Return the devices that ``target`` means, of those that ``able`` lets through.

        A device that was named is returned whether or not it is able, so that the answer can
        say that it is not. Without a kind, a place means its able devices.
        """
        if target.device:
            return [self.device(target.device)]
        picks = PICKS.get(target.kind or target.item or "", able)
        found = [
            device
            for device in self.devices
            if picks(device) and able(device)
            and (target.area is None or device.area == target.area)
            and (target.floor is None or self._on_floor(device, target.floor))
        ]  # fmt: skip
        return self._called(target, found) if target.item and target.area else found

    def _on_floor(self, device: Device, floor: str) -> bool:
        if floor != INSIDE:
            return device.floor == floor
        on: Name | None = self._context.household.floors.get(device.floor or "")
        return on is None or not is_outdoors(on)

    def _called(self, target: Target, found: list[Device]) -> list[Device]:
        """Of several lights in the kitchen, "the light in the kitchen" is the kitchen light."""
        full = f"{self.area_name(target.area or '')} {target.item}".lower()
        return [device for device in found if device.name.lower() == full] or found

    # States ------------------------------------------------------------------------------

    def state(self, device: Device) -> State:
        """Return the whole state of a device."""
        kept = self.store.get(f"state/{device.id}")
        return {**device.start, **kept} if isinstance(kept, dict) else dict(device.start)

    def write(self, device_id: str, state: Mapping[str, Any]) -> None:
        """Keep the whole state of a device."""
        self.store.set(f"state/{device_id}", dict(state))


@dataclass(frozen=True, slots=True)
class Change:
    """What a command did: each device is in one of the three."""

    changed: tuple[Device, ...]
    already: tuple[Device, ...]
    unable: tuple[Device, ...]
    before: Mapping[str, State]
    """The whole states that the changed ones had."""
    after: Mapping[str, State]
    """The whole states of the changed ones and of those that already were so."""

    @property
    def value(self) -> dict[str, Any]:
        """The outcome's value."""
        return {
            "changed": [d.id for d in self.changed],
            "already": [d.id for d in self.already],
            "unable": [d.id for d in self.unable],
        }

    @property
    def undo(self) -> dict[str, Any]:
        """The call that takes it back; one that opens a door is asked about."""
        opens = any(_lets_in(d, self.before[d.id], self.after[d.id]) for d in self.changed)
        return {"api": "reopen" if opens else "restore", "arguments": {"states": dict(self.before)}}


def _lets_in(device: Device, before: State, after: State) -> bool:
    """Whether going back from ``after`` to ``before`` unlocks it, or opens a gate."""
    if device.kind == "lock":
        return bool(after["locked"]) and not before["locked"]
    return device.is_gate and bool(before["open"]) and not after["open"]


def alter(
    home: Home,
    devices: Iterable[Device],
    able: Test,
    becomes: Callable[[Device, State], Mapping[str, Any]],
) -> Change:
    """Change the devices that can be changed, all or none if something breaks.

    ``becomes`` returns what is new in a device's state; nothing new means that it already was so.
    """
    changed, already, unable = list[Device](), list[Device](), list[Device]()
    before, after = dict[str, State](), dict[str, State]()
    with home.store.transaction():
        for device in devices:
            if not able(device):
                unable.append(device)
                continue
            old = home.state(device)
            new = {**old, **becomes(device, old)}
            after[device.id] = new
            if new == old:
                already.append(device)
                continue
            before[device.id] = old
            home.write(device.id, new)
            changed.append(device)
    return Change(tuple(changed), tuple(already), tuple(unable), before, after)


def can_switch(device: Device) -> bool:
    """Whether it can be turned on and off."""
    return device.kind in _POWERED


def in_everything(device: Device) -> bool:
    """Whether "everything" means it: what can be turned on and off, but not the heating."""
    return device.kind in _ALL_OFF


def of_kind(kind: str) -> Test:
    """Return a test for devices of one kind."""
    return lambda device: device.kind == kind


def lit(home: Home, devices: Sequence[Device]) -> list[Device]:
    """Return those that are on; all of them if none is."""
    on = [device for device in devices if home.state(device).get("on")]
    return on or list(devices)
