"""The lists of a turn that experts provide themselves, asked for when a slot needs them.

An expert's Python is not loaded for a turn that names none of its lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from alexa_cli.context.names import Name, NameList
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.context import HandlerContext
    from alexa_cli.catalog.expert import Expert
    from alexa_cli.store.store import Store

Provide = Callable[["Expert", str], NameList]
"""Runs an expert's list handler: (expert, list name) to the list. Raises AlexaError."""


class ExpertLists(Mapping[str, NameList]):
    """List name to list; those of experts are made at the first look and kept for the turn."""

    def __init__(self, catalogue: Catalogue, given: Mapping[str, NameList] | None = None) -> None:
        self.provide: Provide = lambda _expert, name: NameList(name)
        """Set by the turn, which the handlers need and which needs these lists."""
        self._owners = {
            name: expert for expert in catalogue.experts.values() for name in expert.lists
        }
        self.made: dict[str, NameList] = dict(given or {})
        """What was looked at: a replay gets these again."""
        self._experts = experts_list(catalogue)

    def __getitem__(self, name: str) -> NameList:
        if name == "experts":
            return self._experts
        if name not in self.made:
            owner = self._owners[name]
            self.made[name] = NameList(name)  # what it is made of may hold itself: then it is empty
            self.made[name] = self.provide(owner, name)
        return self.made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(("experts", *self._owners))

    def __len__(self) -> int:
        return len(self._owners) + 1


def experts_list(catalogue: Catalogue, language: str = "en") -> NameList:
    """Return the list ``experts``: each with its description and something to say to it."""
    names = []
    for expert in catalogue.experts.values():
        said = [example.text for api in expert.apis.values()
                for example in api.examples.get(language, ())[:1]]  # fmt: skip
        names.append(
            Name(expert.name, expert.name.replace("_", " "), (), {
                "description": expert.description, "example": said[0] if said else "",
                "examples": list(said),
            })
        )  # fmt: skip
    return NameList("experts", tuple(names), "none")


def kept_list(store: Store, expert: Expert, name: str) -> NameList:
    """Return a list that an expert keeps in its store: none of its Python is run for it."""
    from alexa_cli.store.state import ExpertStore  # noqa: PLC0415 - few turns need such a list

    key = str(expert.lists[name].spec["kept"])
    try:
        members = ExpertStore(store, expert.name).get(key) or []
        names = tuple(map(_kept, members))
    except (AlexaError, TypeError, KeyError, AttributeError):
        return NameList(name)  # a list that cannot be read is empty, as one that fails
    return NameList(name, names, "none")


def _kept(member: Any) -> Name:  # noqa: ANN401 - what the expert kept; checked by what it fails
    if isinstance(member, str):
        return Name(member, member)
    attributes = dict(member.get("attributes") or {})
    aliases = tuple(map(str, member.get("aliases") or ()))
    return Name(str(member.get("id", member["name"])), str(member["name"]), aliases, attributes)


def provide_list(expert: Expert, name: str, context: HandlerContext) -> NameList:
    """Run an expert's list handler and return the list. Raises AlexaError."""
    from alexa_cli.catalog.python_handler import run_list  # noqa: PLC0415 - few turns need a list

    members: list[dict[str, Any]] = run_list(expert, name, context)
    names = [Name(m["id"], m["name"], tuple(m["aliases"]), m["attributes"]) for m in members]
    return NameList(name, tuple(names), "none")
