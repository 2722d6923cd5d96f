"""The robot vacuum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .home import Home, Target, alter, of_kind
from .wording import answer, none_here, where

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext, Result

    from .home import Device

_vacuum = of_kind("vacuum")


def start_vacuum(
    context: HandlerContext,
    device: str | None = None,
    area: str | None = None,
    floor: str | None = None,
) -> Result:
    """Start it, in one room or on one floor if one is named."""
    home = Home(context)
    place = where(home, Target(area=area, floor=floor)).strip()
    new = {"status": "cleaning", "place": place or None}
    did = f"I sent {{}} to clean {_object(place)}." if place else "I started {}."
    state = f"cleaning {place}".strip()
    return _send(home, device, new, did, state)


def pause_vacuum(context: HandlerContext, device: str | None = None) -> Result:
    """Stop it where it is. One in its dock stays there."""
    return _send(Home(context), device, {"status": "paused"}, "I paused {}.", "standing still")


def dock_vacuum(context: HandlerContext, device: str | None = None) -> Result:
    """Send it home. The simulated one arrives at once."""
    new = {"status": "docked", "place": None}
    return _send(Home(context), device, new, "I sent {} back to its dock.", "in its dock")


def _send(
    home: Home, device: str | None, new: dict[str, str | None], did: str, state: str
) -> Result:
    target = Target(device)
    vacuums: list[Device] = home.pick(target, _vacuum)
    if not vacuums:
        raise none_here(home, target, "vacuum")
    paused = new["status"] == "paused"
    change = alter(
        home, vacuums, _vacuum,
        lambda _, s: {} if paused and s["status"] == "docked" else _kept(new, s),
    )  # fmt: skip
    return answer(home, target, change, did=did, state=state, cannot="clean")


def _kept(new: dict[str, str | None], state: dict[str, object]) -> dict[str, str | None]:
    """What is new, without a place where there was none."""
    return {key: value for key, value in new.items() if value is not None or key in state}


def _object(place: str) -> str:
    """``in the kitchen`` → ``the kitchen``; ``upstairs`` stays."""
    for word in ("in ", "on "):
        place = place.removeprefix(word)
    return place
