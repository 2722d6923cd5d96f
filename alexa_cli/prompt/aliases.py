"""Identifiers to short aliases and back: ``light.kitchen_ceiling_8f3a`` is ``L3`` in a prompt.

An alias is a prefix for the sort of thing (``L`` for lights) and a number. A conversation keeps
its table, so that the same thing has the same alias as long as the conversation lasts: what is
new is appended, what is gone keeps its place. Restoring never guesses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alexa_cli.context.household import KIND_LISTS
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from alexa_cli.context.names import Name, NameList

PREFIXES: Mapping[str, str] = {
    "lights": "L", "switches": "W", "fans": "F", "covers": "B", "locks": "K", "thermostats": "T",
    "vacuums": "V", "media_players": "M", "sensors": "N", "cameras": "Y", "devices": "D",
    "rooms": "R", "floors": "O", "scenes": "S", "people": "P", "pets": "A", "contacts": "C",
    "experts": "E",
}  # fmt: skip
"""Groups of the household to the letters of their aliases. Other groups get two letters."""
_OF_KIND = {kind: group for group, kind in KIND_LISTS.items()}
_ALIAS = re.compile(r"([A-Z]{1,4})([1-9][0-9]{0,5})")
_PLAIN = re.compile(r"[^0-9a-z]+")
_DIGIT = re.compile(r"\d")
_LISTED_AS = {"areas": "rooms"}


class NotRestored(AlexaError):
    """A text is no alias of anything that is in the list now."""


@dataclass(frozen=True, slots=True)
class Aliases:
    """The aliases of one prompt."""

    _lists: Callable[[str], NameList | None]
    _table: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Group to ids in the order of their numbers; "" is a number that is not given out."""
    _known: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """List and id to alias."""
    _back: Mapping[str, str] = field(default_factory=dict)
    """Alias to id."""

    @classmethod
    def of(
        cls,
        snapshot_lists: Callable[[str], NameList | None],
        lists: Sequence[str],
        before: Mapping[str, tuple[str, ...]],
    ) -> Aliases:
        """Return aliases for the members of ``lists``, those of ``before`` unchanged.

        What is in two lists under the same name has one alias. No alias is given out that is
        also somebody's name: whoever says it means them.
        """
        found = [(name, listed) for name in lists if (listed := snapshot_lists(name)) is not None]
        work = _Work(
            {group: list(ids) for group, ids in before.items()},
            {text for _, listed in found for each in listed for text in _plain_forms(each)},
        )
        known: dict[tuple[str, str], str] = {}
        same: dict[tuple[str, str], str] = {}
        for list_name, listed in found:
            for each in listed:
                if not each.id:
                    continue  # "" is the mark of a hole
                thing = each.id, each.name.casefold()
                if thing not in same:
                    same[thing] = work.alias(_group(list_name, each), each.id)
                known[list_name, each.id] = same[thing]
        table = {group: tuple(ids) for group, ids in work.table.items()}
        return cls(snapshot_lists, table, known, {known[key]: key[1] for key in known})

    def alias(self, list: str, id: str) -> str:  # noqa: A002 - they are a list and an id
        """Return the alias of a member. Raises KeyError for what is in no list that is shown."""
        return self._known[list, id]

    def restore(self, list: str, text: str) -> str:  # noqa: A002 - it is a list
        """Return the id that an alias stands for. Raises NotRestored, never guesses."""
        alias = text.strip().upper()
        if not _ALIAS.fullmatch(alias):
            raise NotRestored(f"{text!r} is no alias")
        id_ = self._back.get(alias)
        if id_ is None:
            raise NotRestored(f"there is no {alias}")
        listed = self._lists(list)
        if listed is None or listed.get(id_) is None:
            raise NotRestored(f"{alias} is none of {list}")
        if self._known.get((list, id_), alias) != alias:
            raise NotRestored(f"{alias} is none of {list}, only called like one")
        return id_

    def looks_like_alias(self, text: str) -> bool:
        """Whether a text has the form of an alias, given out or not."""
        found = _ALIAS.fullmatch(text.strip().upper())
        return found is not None and found.group(1) in set(_prefixes(self._table).values())

    def table(self) -> dict[str, tuple[str, ...]]:
        """Return the table to keep for the conversation's next turn."""
        return dict(self._table)


@dataclass(slots=True)
class _Work:
    """A table that grows."""

    table: dict[str, list[str]]
    taken: set[str]
    """What must be no alias, in small letters."""
    prefixes: dict[str, str] = field(init=False)
    places: dict[tuple[str, str], int] = field(init=False)

    def __post_init__(self) -> None:
        self.prefixes = _prefixes(self.table)
        self.places = {}
        for group, ids in self.table.items():
            for place, id_ in enumerate(ids):
                if id_ and not self._is_taken(group, place):
                    self.places.setdefault((group, id_), place)

    def alias(self, group: str, id_: str) -> str:
        """Return the alias of a thing, a new one if it has none."""
        place = self.places.get((group, id_))
        if place is None:
            if group not in self.table:
                self.table[group] = []
                self.prefixes = _prefixes(self.table)
            ids = self.table[group]
            while self._is_taken(group, len(ids)):
                ids.append("")
            place = self.places[group, id_] = len(ids)
            ids.append(id_)
        return f"{self.prefixes[group]}{place + 1}"

    def _is_taken(self, group: str, place: int) -> bool:
        return f"{self.prefixes[group]}{place + 1}".lower() in self.taken


def _plain_forms(each: Name) -> Iterable[str]:
    """What is said of a member, where it could be taken for an alias ("L3")."""
    for text in (each.name, *each.aliases):
        if len(text) < 12 and _DIGIT.search(text):  # noqa: PLR2004 - no alias is longer
            yield _PLAIN.sub("", text.lower())


def _group(list_name: str, each: Name) -> str:
    kind = each.attributes.get("kind")
    if isinstance(kind, str) and kind in _OF_KIND:
        return _OF_KIND[kind]
    return _LISTED_AS.get(list_name, list_name)


def _prefixes(groups: Iterable[str]) -> dict[str, str]:
    """Return each group's letters: those of groups that came later give way."""
    found: dict[str, str] = {}
    for group in groups:
        prefix = PREFIXES.get(group) or _initials(group)
        while prefix in found.values():
            prefix += "X" if not prefix.endswith("X") else "Y"
        found[group] = prefix
    return found


def _initials(group: str) -> str:
    """Return two letters: ``timer_names`` → ``TN``, ``playlists`` → ``PL``."""
    words = [part for part in re.split(r"[^a-z]+", group.lower()) if part]
    letters = "".join(word[0] for word in words[:2]) if len(words) > 1 else "".join(words)[:2]
    return letters.upper().ljust(2, "X")
