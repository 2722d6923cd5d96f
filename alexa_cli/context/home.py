"""The household as something to be changed: by an expert, or with ``alexa household``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alexa_cli.context.changes import (
    PRONUNCIATIONS,
    REMOVED,
    SECTIONS,
    applied,
    built,
    keep,
    kept,
    plain_data,
)
from alexa_cli.errors import AlexaError, FileError
from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alexa_cli.context.household import Household
    from alexa_cli.store.store import Store
    from alexa_cli.turn import Json

MAX_CHANGES = 1_000
"""Members that may be changed: what is more belongs into the file."""
MAX_NAME = 80
"""Characters of a name."""
SINGULAR = {
    "people": "person", "pets": "pet", "floors": "floor", "areas": "room", "devices": "device",
    "scenes": "scene", "contacts": "contact",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChangedHome:
    """One household and what was changed of it. Implements ``catalog.context.Home``."""

    base: Household
    store: Store

    def read(self) -> dict[str, Json]:
        """Return the household as a file would say it, every member with its id."""
        return applied(plain_data(self.base), kept(self.store))

    def made(self) -> dict[str, dict[str, Any]]:
        """Return what was changed: section to id to fields."""
        return kept(self.store)

    def add(self, section: str, name: str, fields: Mapping[str, Json]) -> tuple[str, Json]:
        """Add a member; returns its id and what takes it back."""
        from alexa_cli.context.household_build import slug  # noqa: PLC0415 - few turns change it

        name = _name(name)
        data = self.read()
        self._refuse_taken(data, section, name, {"area": fields.get("area")})
        stem = slug(name)
        if section == "devices":
            stem = f"{fields.get('kind')}.{stem}"
        taken = {str(item.get("id")) for item in members(data, section)}
        taken |= kept(self.store).get(section, {}).keys()
        member, number = stem, 2
        while member in taken:
            member, number = f"{stem}_{number}", number + 1
        given = {key: value for key, value in fields.items() if value not in (None, "", [])}
        return member, self._set(section, member, {"name": name, **given}, merge=False)

    def change(self, section: str, member: str, fields: Mapping[str, Json]) -> Json:
        """Set fields of a member."""
        item = self.item(section, member)
        if fields.get("pronunciation"):
            _refuse_parts(str(item["name"]), str(fields["pronunciation"]))
        return self._set(section, member, fields)

    def rename(self, section: str, member: str, name: str) -> Json:
        """Give a member another name; the old one is dropped."""
        name = _name(name)
        item = self.item(section, member)
        self._refuse_taken(self.read(), section, name, item)
        aliases = [text for text in item.get("aliases") or () if words(text) != words(name)]
        return self._set(section, member, {"name": name, "aliases": aliases})

    def alias(self, section: str, member: str, name: str) -> Json:
        """Let a member be called this too."""
        name = _name(name)
        item = self.item(section, member)
        self._refuse_taken(self.read(), section, name, item)
        known = [item["name"], *(item.get("aliases") or ())]
        if any(_same(name, text) for text in known):
            raise AlexaError(f"It is called {name} already.")
        return self._set(section, member, {"aliases": [*known[1:], name]})

    def pronounce(self, word: str, said: str) -> Json:
        """Say how a word is said that no member is called."""
        _refuse_parts(word, said)
        return self._set(PRONUNCIATIONS, _name(word), {"said": _name(said)})

    def remove(self, section: str, member: str) -> Json:
        """Have a member no more."""
        self.item(section, member)
        return self._set(section, member, {REMOVED: True}, merge=False)

    def restore(self, before: Json) -> None:
        """Take a change back: ``[section, member, fields before or None]``."""
        if not isinstance(before, list) or len(before) != 3:  # noqa: PLR2004 - as _set returns it
            raise AlexaError("That is no change of a household.")
        section, member, fields = before
        with self.store.transaction():
            changes = kept(self.store)
            of = {key: one for key, one in changes.get(str(section), {}).items() if key != member}
            if isinstance(fields, dict):
                of[str(member)] = fields
            self._keep({**changes, str(section): of})

    def item(self, section: str, member: str) -> dict[str, Any]:
        """Return what is said of a member. Raises AlexaError if there is none."""
        for item in members(self.read(), section):
            if item.get("id") == member:
                return item
        raise AlexaError(f"There is no such {SINGULAR.get(section, section)}.")

    def _set(
        self, section: str, member: str, fields: Mapping[str, Json], *, merge: bool = True
    ) -> Json:
        if section not in {*SECTIONS, PRONUNCIATIONS}:
            raise AlexaError(f"A household has no {section}.")
        with self.store.transaction():
            changes = kept(self.store)
            before: Any = changes.get(section, {}).get(member)
            new = {**before, **fields} if merge and before else dict(fields)
            self._keep({**changes, section: {**changes.get(section, {}), member: new}})
        return [section, member, before]

    def _keep(self, changes: dict[str, Any]) -> None:
        """Keep changes that make a household. Raises AlexaError for others."""
        if not self.base.path:
            raise AlexaError("This household comes from no file, so it cannot be changed.")
        if sum(map(len, changes.values())) > MAX_CHANGES:
            raise AlexaError("That are too many changes. Make them in the household file.")
        try:
            built(self.base, applied(plain_data(self.base), changes), "")
        except FileError as error:
            raise AlexaError(f"That does not fit the household: {error.message}.") from error
        keep(self.store, changes)

    def _refuse_taken(
        self, data: Mapping[str, Any], section: str, name: str, member: Mapping[str, Any]
    ) -> None:
        """Refuse a name that another member of the section has; rooms tell devices apart."""
        for item in members(data, section):
            texts = (item["name"], *(item.get("aliases") or ()))
            if item.get("id") == member.get("id"):
                continue
            if section == "devices" and item.get("area") != member.get("area"):
                continue
            if any(_same(name, text) for text in texts):
                kind = SINGULAR.get(section, section)
                raise AlexaError(f"There is a {kind} called {name} already.")


def members(data: Mapping[str, Any], section: str) -> Iterator[dict[str, Any]]:
    """Yield what is said of each member of a section; a device's parts are devices."""
    for item in data.get(section) or ():
        if item.get("entities"):
            yield from item["entities"]
        else:
            yield item


def _refuse_parts(name: str, said: str) -> None:
    """Refuse a sound that cannot be shared out among the words of a name: nobody would hear it."""
    count = len(words(name))
    if count > 1 and len(said.split()) != count:
        raise AlexaError(
            f"{name} has {count} words: say one sound for each, such as PREE-ya puh-TELL."
        )


def _name(text: str) -> str:
    name = " ".join(text.split()).strip(' .,;:!?"“”')
    if not words(name) or len(name) > MAX_NAME:
        raise AlexaError("A name is one word or a few.")
    return name


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _bare(text: str) -> tuple[str, ...]:
    spoken = words(text)
    return spoken[1:] if len(spoken) > 1 and spoken[0] in {"the", "my", "our"} else spoken
