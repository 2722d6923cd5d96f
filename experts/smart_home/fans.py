"""How fast a fan turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError

from .home import Home, Target, alter, of_kind
from .wording import answer, none_here

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from alexa_cli.catalog import HandlerContext, Result

    from .home import Device, State

SPEEDS = {"low": 33, "medium": 66, "high": 100}
STEP = 33
"""Percent by which "faster" and "slower" change the speed: one of three steps."""
_fan = of_kind("fan")


def set_fan_speed(
    context: HandlerContext,
    speed: str | None = None,
    percent: float | None = None,
    **named: str,
) -> Result:
    """Set fans to a speed; they are turned on, or off by 0 percent."""
    home, target = Home(context), Target(**named)
    if speed is None and percent is None:
        raise AlexaError("I need to know how fast: low, medium, high or a number of percent.")
    value = SPEEDS[speed or ""] if percent is None else percent
    said = speed if percent is None else f"{value:g} percent"
    new = {"on": True, "speed": value} if value else {"on": False}
    change = alter(home, _fans(home, target), _turns, lambda _, __: new)
    return answer(
        home, target, change, did=f"I set {{}} to {said}.", state=f"on {said}",
        cannot="change speed",
    )  # fmt: skip


def change_fan_speed(
    context: HandlerContext,
    change: str | None = None,
    **named: str,
) -> Result:
    """Make fans faster or slower."""
    home, target = Home(context), Target(**named)
    if change is None:
        raise AlexaError("I don't know whether you mean faster or slower.")
    by = STEP if change == "up" else -STEP
    done = alter(home, _fans(home, target), _turns, lambda _, s: _moved(s, by))
    word = "faster" if by > 0 else "slower"
    return answer(
        home, target, done, did=f"I made {{}} {word}.",
        state=f"as {'fast' if by > 0 else 'slow'} as it goes", cannot="change speed",
    )  # fmt: skip


def _fans(home: Home, target: Target) -> list[Device]:
    fans = home.pick(target, _fan)
    if not fans:
        raise none_here(home, target, "fan")
    return fans


def _turns(device: Device) -> bool:
    return _fan(device) and "speed" in device.supports


def _moved(state: State, by: int) -> Mapping[str, Any]:
    if not state["on"]:
        return {"on": True} if by > 0 else {}
    return {"speed": min(100, max(STEP, state["speed"] + by))}
