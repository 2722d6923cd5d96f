"""The household: who lives here, the rooms and devices, whom one can call.

It comes from a YAML file that the user names in ``config.yaml``, or from the example home that
ships, so that everything works at once. Reading YAML costs more than a turn may, so what was
built is cached by the file's content.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alexa_cli import __version__
from alexa_cli.config.paths import at_once
from alexa_cli.context.names import Name, NameList
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.config.files import Document

EXAMPLE = Path(__file__).with_name("example_household.yaml")
_FORM = 1
"""Raised when the cache's form changes."""
_MAX_BYTES = 1_000_001
"""One more than a YAML file may have."""

KIND_LISTS = {
    "lights": "light", "switches": "switch", "fans": "fan", "covers": "cover", "locks": "lock",
    "thermostats": "thermostat", "vacuums": "vacuum", "media_players": "media_player",
    "sensors": "sensor", "cameras": "camera",
}  # fmt: skip
"""Each kind of device has a list of its own."""


@dataclass(frozen=True, slots=True)
class Household:
    """A home, as lists of names.

    Lists: ``people, pets, floors, rooms`` (also as ``areas``), ``devices, scenes, contacts``, and
    the devices of each kind: ``lights, switches, fans, covers, locks, thermostats, vacuums,
    media_players, sensors, cameras``.

    Attributes of a device: ``kind, supports, state`` (at first), and where known ``area,
    area_name, floor, floor_name, device``; of a scene ``set`` (device id to state), ``area``; of
    a room ``floor``; of people and contacts ``phone, email, relation``; of a pet ``kind``.
    """

    name: str
    lists: Mapping[str, NameList]
    pronunciations: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    fingerprint: str = ""
    """Changes with the file's content."""

    def list(self, name: str) -> NameList:
        """Return a list; one that the household does not have is empty."""
        return self.lists.get(name) or NameList(name)


def load_household(path: Path | None = None, cache_dir: Path | None = None) -> Household:
    """Return the household in the file at ``path``, None for the example home.

    With a ``cache_dir``, what was built from the same content before is read from there. Raises
    FileError for a file that is missing or wrong.
    """
    path = EXAMPLE if path is None else path
    content = _content(path)
    if content is None or cache_dir is None:
        return _build(path, content)
    fingerprint = _fingerprint(content)
    cached = cache_dir / f"household-{fingerprint}.msgpack"
    if (found := read_cached(cached, path, fingerprint)) is not None:
        return found
    household = _build(path, content)
    save_cached(cached, household)
    return household


def read_cached(cached: Path, path: Path, fingerprint: str) -> Household | None:
    """Return what ``save_cached`` wrote; None if there is none yet, or it is damaged."""
    try:
        return _unpack(cached.read_bytes(), path, fingerprint)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _content(path: Path) -> bytes | None:
    """Return the file's bytes; None leaves it to the YAML reader to say what is wrong with it."""
    try:
        with open(path, "rb", opener=at_once) as file:
            return file.read(_MAX_BYTES)
    except (OSError, ValueError):
        return None


def _fingerprint(content: bytes) -> str:
    salt = f"{__version__} {_FORM}".encode()
    return hashlib.blake2b(content, digest_size=12, key=salt).hexdigest()


def _build(path: Path, content: bytes | None) -> Household:
    from alexa_cli.config.files import load_yaml  # noqa: PLC0415 - only when nothing is cached

    return of_document(load_yaml(path, content), str(path), _fingerprint(content or b""))


def of_document(document: Document, path: str, fingerprint: str) -> Household:
    """Return the household that a document describes. Raises FileError."""
    from alexa_cli.context.household_build import build_lists  # noqa: PLC0415 - not if cached

    file, lists = build_lists(document)
    return Household(file.name, _with_kinds(lists), file.pronunciations, path, fingerprint)


def _with_kinds(lists: dict[str, NameList]) -> dict[str, NameList]:
    """Add ``rooms`` under its other name, and a list for each kind of device."""
    areas, devices = lists["areas"], lists["devices"]
    more = {"rooms": NameList("rooms", areas.names)}
    for name, kind in KIND_LISTS.items():
        of_kind = tuple(each for each in devices if each.attributes["kind"] == kind)
        more[name] = NameList(name, of_kind, devices.partial)
    return lists | more


def save_cached(cached: Path, household: Household) -> None:
    """Keep what was built; a cache that cannot be written only costs time."""
    import msgspec  # noqa: PLC0415 - as light as it is, `--help` needs none

    from alexa_cli.config.paths import write_private  # noqa: PLC0415 - as above

    lists = {
        name: [each.partial, each.names]
        for name, each in household.lists.items()
        if name not in KIND_LISTS and name != "rooms"
    }
    packed = msgspec.msgpack.encode([household.name, dict(household.pronunciations), lists])
    with suppress(AlexaError):
        write_private(cached, packed)


def _unpack(data: bytes, path: Path, fingerprint: str) -> Household:
    """Raise ValueError, TypeError, ... for anything that ``save_cached`` did not write."""
    import msgspec  # noqa: PLC0415 - as above

    name, pronunciations, packed = msgspec.msgpack.decode(data)
    lists = {
        list_name: NameList(list_name, tuple(map(_name, names)), partial)
        for list_name, (partial, names) in packed.items()
    }
    return Household(name, _with_kinds(lists), pronunciations, str(path), fingerprint)


def _name(fields: dict[str, Any]) -> Name:
    aliases, qualifiers = tuple(fields.pop("aliases")), tuple(fields.pop("qualifiers"))
    return Name(**fields, aliases=aliases, qualifiers=qualifiers)
