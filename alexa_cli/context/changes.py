"""Changes to the household, made by voice or with ``alexa household``, over the user's file.

The file is the user's: it has comments, and is never written. What was changed is kept in the
store and applied whenever the file is read; ``alexa household export`` prints both as one file.
A change is fields of one member: ``{"pets": {"daisy": {"kind": "dog"}}}``. A member that the file
does not have is one more; ``{"removed": true}`` is one less.
"""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alexa_cli.context import household as homes
from alexa_cli.errors import AlexaError, FileError
from alexa_cli.store.state import ExpertStore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.config.files import Document
    from alexa_cli.context.household import Household
    from alexa_cli.context.names import Name
    from alexa_cli.store.store import Store

SECTIONS = ("people", "pets", "floors", "areas", "devices", "scenes", "contacts")
"""The parts of a household that have members."""
PRONUNCIATIONS = "pronunciations"
REMOVED = "removed"
OWNER, _KEY = "@household", "changes"
"""Where changes are kept: no expert has this name."""
_KEPT = 8
"""Households that are kept in memory."""


class Changes:
    """Applies what was changed to households. What was built is kept, also in ``cache_dir``."""

    def __init__(self, cache_dir: Path | None = None) -> None:
        self._cache_dir = cache_dir
        self._built: dict[tuple[str, str], Household] = {}

    def current(self, base: Household, store: Store) -> Household:
        """Return the household with what was changed; the same object until something is.

        What no longer fits the file is left out, and told as a notice of the store.
        """
        changes = kept(store)
        if not changes or not base.path:
            return base
        key = (base.path, _fingerprint(base, changes))
        if key not in self._built:
            while len(self._built) >= _KEPT:
                self._built.pop(next(iter(self._built)))
            self._built[key] = self._load(base, changes, key[1], store)
        return self._built[key]

    def _load(
        self, base: Household, changes: dict[str, Any], fingerprint: str, store: Store
    ) -> Household:
        cached = self._cache_dir and self._cache_dir / f"household-{fingerprint}.msgpack"
        if cached and (found := homes.read_cached(cached, Path(base.path), fingerprint)):
            return found
        data = plain_data(base)
        try:
            home = built(base, applied(data, changes), fingerprint)
        except FileError:
            home, left_out = _what_fits(base, data, changes, fingerprint)
            store.notices.append(f"changes to the household that no longer fit: {left_out}")
            return home
        if cached:
            homes.save_cached(cached, home)
        return home


def plain_data(base: Household) -> dict[str, Any]:
    """Return what the file says, with every member's id and every reference as an id."""
    from alexa_cli.config.files import load_yaml  # noqa: PLC0415 - only when something changed
    from alexa_cli.context.household_build import build_lists, slug  # noqa: PLC0415 - as above

    document = load_yaml(Path(base.path))
    _, lists = build_lists(document)
    data: dict[str, Any] = copy.deepcopy(document.data) if isinstance(document.data, dict) else {}
    for section in SECTIONS:
        names = iter(lists[section].names)
        for item in data.get(section) or ():
            if section == "devices" and item.get("entities"):
                item["id"] = item.get("id") or slug(item["name"])
                for entity in item["entities"]:
                    name = next(names)
                    entity["id"] = name.id
            else:
                name = next(names)
                item["id"] = name.id
            _refer(section, item, name)
    return data


def _refer(section: str, item: dict[str, Any], name: Name) -> None:
    """Let references of an item be ids: names may change."""
    for key in ("floor", "area"):
        if key in item:
            item[key] = name.attributes.get(key, item[key])
    if section == "scenes" and "set" in item:
        item["set"] = copy.deepcopy(name.attributes.get("set", {}))


def applied(data: dict[str, Any], changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the data of a household file with changes applied."""
    new = copy.deepcopy(data)
    for word, fields in changes.get(PRONUNCIATIONS, {}).items():
        said = new.setdefault(PRONUNCIATIONS, {})
        if fields.get(REMOVED):
            said.pop(word, None)
        else:
            said[word] = fields.get("said")
    for section in SECTIONS:
        for id_, fields in changes.get(section, {}).items():
            _apply(new, section, id_, fields)
    return new


def _apply(data: dict[str, Any], section: str, id_: str, fields: Mapping[str, Any]) -> None:
    items = data.get(section) or []
    entities = [entity for item in items for entity in item.get("entities") or ()]
    item = next((one for one in (*entities, *items) if one.get("id") == id_), None)
    if fields.get(REMOVED):
        data[section] = [one for one in items if one is not item]
        for one in data[section]:
            if item in one.get("entities", ()):
                one["entities"] = [entity for entity in one["entities"] if entity is not item]
        data[section] = [one for one in data[section] if one.get("entities") != []]
        _forget(data, section, id_)
        return
    if item is None:
        if "name" in fields:
            item = {"id": id_}
            data[section] = [*items, item]
        else:
            return  # it is no longer in the file
    for key, value in fields.items():
        if value is None:
            item.pop(key, None)
        else:
            item[key] = copy.deepcopy(value)


def _forget(data: dict[str, Any], section: str, id_: str) -> None:
    """Drop references to what is gone."""
    if section == "devices":
        for scene in data.get("scenes") or ():
            (scene.get("set") or {}).pop(id_, None)
        return
    key = {"areas": "area", "floors": "floor"}.get(section)
    for other in ("areas", "devices", "scenes") if key else ():
        for item in data.get(other) or ():
            if item.get(key) == id_:
                item.pop(key)


def built(base: Household, data: dict[str, Any], fingerprint: str) -> Household:
    """Build a household. Raises FileError."""
    from alexa_cli.config.files import Document  # noqa: PLC0415 - only when something changed

    document: Document = Document(data, {}, base.path)
    return homes.of_document(document, base.path, fingerprint)


def _what_fits(
    base: Household, data: dict[str, Any], changes: dict[str, Any], fingerprint: str
) -> tuple[Household, str]:
    """Apply what can be applied, one change after the other; return also what cannot."""
    left_out: list[str] = []
    fitting: dict[str, dict[str, Any]] = {}
    home = base
    for section, of_section in changes.items():
        for id_, fields in of_section.items():
            tried = {**fitting, section: {**fitting.get(section, {}), id_: fields}}
            try:
                home = built(base, applied(data, tried), fingerprint)
            except FileError:
                left_out.append(id_)
            else:
                fitting = tried
    return home, ", ".join(left_out)


def keep(store: Store, changes: Mapping[str, Any]) -> None:
    """Keep what was changed, in place of what was changed before."""
    of_sections: Any = {section: dict(of) for section, of in changes.items() if of}
    ExpertStore(store, OWNER).set(_KEY, of_sections)


def kept(store: Store) -> dict[str, dict[str, Any]]:
    """Return what was changed: section to id to fields. What is none of that is left out."""
    try:
        found = ExpertStore(store, OWNER).get(_KEY)
    except AlexaError:
        return {}
    return {
        section: {id_: fields for id_, fields in of.items() if isinstance(fields, dict)}
        for section, of in (found if isinstance(found, dict) else {}).items()
        if isinstance(of, dict)
    }


def _fingerprint(base: Household, changes: Mapping[str, Any]) -> str:
    content = base.fingerprint + json.dumps(changes, sort_keys=True)
    return hashlib.blake2b(content.encode(), digest_size=12).hexdigest()
