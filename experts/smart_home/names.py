"""The lists of this expert: the household's devices, by what can be done with them.

"Open the garage door" and "open the blinds" are different commands: only the first is asked about.
So each looks among its own devices, and the house asks "which one?" no more often than it must.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Literal

from alexa_cli.context.names import NameList

from .home import can_switch, device_of

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext

    from .home import Test


def _listed(
    context: HandlerContext, wanted: Test, partial: Literal["suffix", "none"] = "suffix"
) -> list[dict[str, Any]]:
    """Return the devices that are wanted, with all that they may be called among themselves."""
    names = tuple(name for name in context.household.devices if wanted(device_of(name)))
    called: dict[str, list[str]] = defaultdict(list)
    for form, ids in NameList("", names, partial).forms().items():
        for id_ in ids:
            called[id_].append(" ".join(form))
    return [
        {
            "id": name.id,
            "name": name.name,
            "aliases": called[name.id],
            "attributes": dict(name.attributes),
        }
        for name in names
    ]


def powered(context: HandlerContext) -> list[dict[str, Any]]:
    """What can be turned on and off."""
    return _listed(context, can_switch)


def running(context: HandlerContext) -> list[dict[str, Any]]:
    """What can be on, playing or cleaning."""
    return _listed(context, lambda d: can_switch(d) or d.kind == "vacuum")


def blinds(context: HandlerContext) -> list[dict[str, Any]]:
    """Covers that nobody can walk through."""
    return _listed(context, lambda d: d.kind == "cover" and not d.is_gate)


def gates(context: HandlerContext) -> list[dict[str, Any]]:
    """Garage doors and gates. "The door" is none of them: it is one that people walk through."""
    return _listed(context, lambda d: d.is_gate, "none")


def openings(context: HandlerContext) -> list[dict[str, Any]]:
    """All that is open or closed: covers, and sensors at doors and windows."""
    return _listed(context, lambda d: d.is_opening)
