"""Blinds, curtains, the garage door and gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError

from .home import Home, Target, alter, of_kind
from .wording import answer, none_here

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from alexa_cli.catalog import HandlerContext, Result

    from .home import Device, Test

PARTS = {"bit": 15}
"""Percent open that "a bit" means."""
_cover = of_kind("cover")


def open_cover(context: HandlerContext, **named: str) -> Result:
    """Open blinds and curtains all the way."""
    target = Target(**named)
    return _move(context, target, _blind, 100, did="I opened {}.", state="open")


def open_door(context: HandlerContext, device: str) -> Result:
    """Open the garage door or a gate; the house has asked."""
    return _move(context, Target(device), _gate, 100, did="I opened {}.", state="open")


def close_cover(context: HandlerContext, **named: str) -> Result:
    """Close blinds, curtains, the garage door or a gate."""
    target = Target(**named)
    return _move(context, target, _cover, 0, did="I closed {}.", state="closed")


def set_position(
    context: HandlerContext,
    position: float | None = None,
    part: str | None = None,
    **named: str,
) -> Result:
    """Open blinds or curtains part of the way: 0 is closed, 100 is open."""
    home, target = Home(context), Target(**named)
    if position is None and part is None:
        raise AlexaError("I need to know how far: say a number of percent.")
    percent = PARTS[part or ""] if position is None else position
    change = alter(home, _covers(home, target, _blind), _stops, lambda d, _: _at(d, percent))
    return answer(
        home, target, change, did=f"I set {{}} to {percent:g} percent open.",
        state=f"{percent:g} percent open", cannot="be opened part of the way",
    )  # fmt: skip


def _move(
    context: HandlerContext, target: Target, able: Test, percent: int, *, did: str, state: str
) -> Result:
    home = Home(context)
    change = alter(home, _covers(home, target, able), able, lambda d, _: _at(d, percent))
    verb = did.split()[1]
    return answer(home, target, change, did=did, state=state, cannot=f"be {verb}")


def _covers(home: Home, target: Target, able: Test) -> list[Device]:
    covers = home.pick(target, able)
    if not covers:
        raise none_here(home, target, "cover")
    return covers


def _at(device: Device, percent: float) -> Mapping[str, Any]:
    state: dict[str, Any] = {"open": percent > 0}
    if _stops(device):
        state["position"] = percent
    return state


def _blind(device: Device) -> bool:
    return _cover(device) and not device.is_gate


def _gate(device: Device) -> bool:
    return device.is_gate


def _stops(device: Device) -> bool:
    return _cover(device) and "position" in device.supports
