"""On and off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .home import Home, Target, alter, can_switch, in_everything
from .wording import answer, none_here

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from alexa_cli.catalog import HandlerContext, Result

    from .home import Device, State


def turn_on(context: HandlerContext, product: str | None = None, **named: str) -> Result:
    """Turn on what the user named; ``product`` is the device that makes it."""
    target = Target(product) if product else Target(**named)
    return _switch(context, target, on=True)


def turn_off(context: HandlerContext, **named: str) -> Result:
    """Turn off what the user named."""
    return _switch(context, Target(**named), on=False)


def toggle(context: HandlerContext, **named: str) -> Result:
    """Turn each over: on what is off, off what is on."""
    home, target = Home(context), Target(**named)
    devices = choose(home, target)
    change = alter(home, devices, can_switch, lambda d, s: powered(d, s, on=not s.get("on")))
    went_on = {bool(change.after[d.id]["on"]) for d in change.changed}
    did = "I switched {} over."
    if len(went_on) == 1:
        did = "I turned on {}." if went_on.pop() else "I turned off {}."
    return answer(home, target, change, did=did, state="so", cannot="be turned on or off")


def _switch(context: HandlerContext, target: Target, *, on: bool) -> Result:
    home = Home(context)
    word = "on" if on else "off"
    devices = choose(home, target)
    change = alter(home, devices, can_switch, lambda d, s: powered(d, s, on=on))
    return answer(
        home, target, change, did=f"I turned {word} {{}}.", state=word,
        cannot=f"be turned {word}",
    )  # fmt: skip


def choose(home: Home, target: Target) -> list[Device]:
    """Return what a command of power means. A bare place means its lights, if it has any."""
    if not target.named:
        target = Target(kind="light")
    devices = home.pick(target, in_everything)
    if target.kind is None and not target.device:
        devices = [device for device in devices if device.kind == "light"] or devices
    if not devices:
        raise none_here(home, target, "light")
    return devices


def powered(device: Device, state: State, *, on: bool) -> Mapping[str, Any]:
    """Return what changes when a device is turned on or off."""
    if device.kind == "media_player" and not on:
        return {"on": False, "playing": False}
    if device.kind == "light" and on and not state.get("brightness"):
        return {"on": True, "brightness": 100}
    return {"on": on}
