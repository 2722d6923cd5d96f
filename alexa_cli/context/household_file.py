"""household.yaml as a person writes it: its keys and what they mean."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

import msgspec

Kind: TypeAlias = Literal[
    "light", "switch", "fan", "cover", "lock", "thermostat", "vacuum", "media_player", "sensor",
    "camera",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
"""Kinds of devices. Each has a list of its own too: ``lights``, ``switches``, ..."""


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What everything in a household may say of itself."""

    name: str
    """As people say it."""
    id: str | None = None
    """For programs; made from the name if left out."""
    aliases: tuple[str, ...] = ()
    """Other things people call it."""
    pronunciation: str | None = None
    """How it is said, where the spelling misleads."""


class Person(Named, frozen=True, forbid_unknown_fields=True):
    """Somebody who lives here."""

    phone: str | None = None
    email: str | None = None


class Pet(Named, frozen=True, forbid_unknown_fields=True):
    """An animal that lives here."""

    kind: str | None = None
    """``dog``, ``cat``, ..."""


class Floor(Named, frozen=True, forbid_unknown_fields=True):
    """A floor: "turn off everything upstairs"."""


class Area(Named, frozen=True, forbid_unknown_fields=True):
    """A room, or a place outside."""

    floor: str | None = None
    """Id or name of its floor."""


class Entity(Named, frozen=True, forbid_unknown_fields=True):
    """One thing of a device that can be switched or asked on its own."""

    kind: Kind | None = None
    """Taken from an id such as ``light.hall`` if left out."""
    supports: tuple[str, ...] = ()
    """What it can do beyond its kind: ``brightness``, ``colour``, ``position``, ``speed``, ..."""
    state: dict[str, Any] = {}
    """How it is at first: ``{on: true, brightness: 40}``."""


class Device(Entity, frozen=True, forbid_unknown_fields=True):
    """A device. With ``entities`` it is only what holds them together."""

    area: str | None = None
    """Id or name of its area."""
    entities: tuple[Entity, ...] = ()
    """Its parts, if it is several things at once: a ceiling fan with a light."""


class Scene(Named, frozen=True, forbid_unknown_fields=True):
    """Several devices set at once: "movie time"."""

    area: str | None = None
    set: dict[str, dict[str, Any]] = {}
    """Device id to the state it gets."""


class Contact(Named, frozen=True, forbid_unknown_fields=True):
    """Somebody to call or to write to."""

    phone: str | None = None
    email: str | None = None
    relation: str | None = None
    """``friend``, ``plumber``, ...: for readers; what is said goes to ``aliases``."""


class HouseholdFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. Every part may be left out."""

    name: str = "home"
    people: tuple[Person, ...] = ()
    pets: tuple[Pet, ...] = ()
    floors: tuple[Floor, ...] = ()
    areas: tuple[Area, ...] = ()
    devices: tuple[Device, ...] = ()
    scenes: tuple[Scene, ...] = ()
    contacts: tuple[Contact, ...] = ()
    pronunciations: dict[str, str] = {}
    """Word to how it is said."""
