"""The lists of a turn that experts provide themselves, asked for when a slot needs them.

An expert's Python is not loaded for a turn that names none of its lists.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from alexa_cli.context.names import Name, NameList
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.context import HandlerContext
    from alexa_cli.catalog.expert import Expert

LIST_SECONDS = 2.0
"""How long an expert may take to name what its list holds."""

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
            self.made[name] = self.provide(self._owners[name], name)
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


def provide_list(expert: Expert, name: str, context: HandlerContext) -> NameList:
    """Run an expert's list handler and wait for it. Raises AlexaError.

    Deciding is synchronous and asks for a list in the middle of matching, so the handler gets a
    loop and a thread of its own; one that hangs is left behind.
    """
    from alexa_cli.catalog.python_handler import run_list  # noqa: PLC0415 - few turns need a list

    box: list[list[dict[str, Any]] | AlexaError] = []

    def work() -> None:
        try:
            box.append(asyncio.run(run_list(expert, name, context)))
        except AlexaError as error:
            box.append(error)

    thread = threading.Thread(target=work, name=f"list-{name}", daemon=True)
    thread.start()
    thread.join(LIST_SECONDS)
    found = box[0] if box else AlexaError(f"the list {name!r} of {expert.name} takes too long")
    if isinstance(found, AlexaError):
        raise found
    names = [Name(m["id"], m["name"], tuple(m["aliases"]), m["attributes"]) for m in found]
    return NameList(name, tuple(names), "none")
