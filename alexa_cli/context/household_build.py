"""From household.yaml to lists of names: ids filled in, references followed, forms prepared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alexa_cli.config.files import read
from alexa_cli.context.household_file import KINDS, HouseholdFile
from alexa_cli.context.names import Name, NameList
from alexa_cli.errors import did_you_mean
from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alexa_cli.config.files import At, Document
    from alexa_cli.context.household_file import Device, Entity, Named
    from alexa_cli.turn import Json

_ID = re.compile(r"[\w.:-]{1,100}")


def build_lists(document: Document) -> tuple[HouseholdFile, dict[str, NameList]]:
    """Return the file as read and the lists it makes. Raises FileError with the line."""
    file = HouseholdFile() if document.data is None else read(document, HouseholdFile)
    builder = _Builder(document, file)
    people = builder.people()
    floors = builder.section("floors", file.floors)
    areas = builder.areas(floors)
    devices = builder.devices(areas, floors)
    lists = {
        "people": NameList("people", people, "parts"),
        "pets": NameList("pets", builder.section("pets", file.pets, "kind"), "parts"),
        "floors": NameList("floors", floors),
        "areas": NameList("areas", areas),
        "devices": NameList("devices", devices, "suffix"),
        "scenes": NameList("scenes", builder.scenes(areas, devices)),
        "contacts": NameList("contacts", (*builder.contacts(), *_reachable(people)), "parts"),
    }
    return file, lists


class _Builder:
    """One reading of one file."""

    def __init__(self, document: Document, file: HouseholdFile) -> None:
        self.document, self.file = document, file
        self.taken: dict[str, set[str]] = {}

    def section(self, section: str, items: Sequence[Named], *keys: str) -> tuple[Name, ...]:
        """Names with these keys as their attributes, where they are set."""
        return tuple(
            self.name(item, (section, place), section, {
                key: value for key in keys if (value := getattr(item, key)) is not None
            })
            for place, item in enumerate(items)
        )  # fmt: skip

    def people(self) -> tuple[Name, ...]:
        return self.section("people", self.file.people, "phone", "email")

    def contacts(self) -> tuple[Name, ...]:
        self.taken["contacts"] = set(self.taken.get("people", ()))  # people may be in this list too
        return self.section("contacts", self.file.contacts, "phone", "email", "relation")

    def areas(self, floors: tuple[Name, ...]) -> tuple[Name, ...]:
        names = []
        for place, item in enumerate(self.file.areas):
            floor = self.find(item.floor, floors, ("areas", place, "floor"), "floor")
            about: dict[str, Json] = {"floor": floor.id} if floor else {}
            names.append(self.name(item, ("areas", place), "areas", about))
        return tuple(names)

    def devices(self, areas: tuple[Name, ...], floors: tuple[Name, ...]) -> tuple[Name, ...]:
        names: list[Name] = []
        for place, device in enumerate(self.file.devices):
            at: At = ("devices", place)
            area = self.find(device.area, areas, (*at, "area"), "area")
            about = _whereabouts(area, floors)
            if not device.entities:
                names.append(self.device(device, at, about, area))
                continue
            about["device"] = device.id or slug(device.name)
            for number, entity in enumerate(device.entities):
                names.append(self.device(entity, (*at, "entities", number), about, area))
        return tuple(names)

    def device(
        self, item: Device | Entity, at: At, about: dict[str, Json], area: Name | None
    ) -> Name:
        prefix = (item.id or "").partition(".")[0]
        kind = item.kind or (prefix if prefix in KINDS else None)
        if kind is None:
            raise self.document.error("'kind' is missing", at, hint=f"one of {', '.join(KINDS)}")
        attributes: dict[str, Json] = {
            "kind": kind, **about, "supports": list(item.supports), "state": dict(item.state)
        }  # fmt: skip
        place = slug(area.name) + "_" if area and not item.name.startswith(area.name) else ""
        fallback = f"{kind}.{place}{slug(item.name)}"
        called = () if area is None else (area.name, *area.aliases)
        return self.name(item, at, "devices", attributes, fallback=fallback, qualifiers=called)

    def scenes(self, areas: tuple[Name, ...], devices: tuple[Name, ...]) -> tuple[Name, ...]:
        names = []
        for place, scene in enumerate(self.file.scenes):
            at: At = ("scenes", place)
            area = self.find(scene.area, areas, (*at, "area"), "area")
            changes: dict[str, Json] = {}
            for said, state in scene.set.items():
                device = self.find(said, devices, (*at, "set", said), "device")
                if device is not None:
                    changes[device.id] = dict(state)
            attributes: dict[str, Json] = {"kind": "scene", "set": changes}
            if area is not None:
                attributes["area"] = area.id
            names.append(
                self.name(scene, at, "scenes", attributes, fallback=f"scene.{slug(scene.name)}")
            )
        return tuple(names)

    def name(
        self,
        item: Named,
        at: At,
        section: str,
        attributes: dict[str, Json],
        *,
        fallback: str | None = None,
        qualifiers: tuple[str, ...] = (),
    ) -> Name:
        """Return the name, with an id that nothing else in its section has."""
        for key, texts in (("name", (item.name,)), ("aliases", item.aliases)):
            if not all(map(words, texts)):
                raise self.document.error("a name needs at least one word", (*at, key))
        id_ = item.id or fallback or slug(item.name)
        if not _ID.fullmatch(id_):
            raise self.document.error(
                "an id is letters, digits and . _ - :, at most 100 of them", (*at, "id")
            )
        taken = self.taken.setdefault(section, set())
        if id_ in taken:
            raise self.document.error(
                f"another one has the id {id_!r} already", at, hint="give each an `id` of its own"
            )
        taken.add(id_)
        return Name(id_, item.name, item.aliases, attributes, item.pronunciation, qualifiers)

    def find(self, said: str | None, names: tuple[Name, ...], at: At, what: str) -> Name | None:
        """Return what a reference names, by id, else by name; None for no reference."""
        if said is None:
            return None
        for name in names:
            if name.id == said:
                return name
        for name in names:
            if said in (name.name, *name.aliases):
                return name
        known = (text for name in names for text in (name.id, name.name))
        raise self.document.error(
            f"there is no {what} {said!r}", at, hint=did_you_mean(said, known)
        )


def slug(text: str) -> str:
    """Return the words as an id: ``Ana's Lamp`` → ``ana_s_lamp``."""
    return re.sub(r"\W+", "_", "_".join(words(text)))[:60]


def _whereabouts(area: Name | None, floors: tuple[Name, ...]) -> dict[str, Json]:
    if area is None:
        return {}
    about: dict[str, Json] = {"area": area.id, "area_name": area.name}
    floor = next((f for f in floors if f.id == area.attributes.get("floor")), None)
    if floor is not None:
        about |= {"floor": floor.id, "floor_name": floor.name}
    return about


def _reachable(people: tuple[Name, ...]) -> Iterator[Name]:
    """People with a phone or an address are contacts too."""
    return (p for p in people if "phone" in p.attributes or "email" in p.attributes)
