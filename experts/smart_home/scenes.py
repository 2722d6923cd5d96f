"""Scenes: several devices set at once, as the household declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

from .home import Home, alter

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext

    from .home import Device


def activate_scene(context: HandlerContext, scene: str) -> Result:
    """Set every device of the scene. A scene never unlocks or opens a door."""
    found = context.household.scenes.get(scene)
    if found is None:
        raise AlexaError(f"There is no scene {scene!r} in this home any more.")
    home = Home(context)
    states: dict[str, dict[str, Any]] = dict(found.attributes.get("set") or {})
    devices = [home.device(id_) for id_ in states]
    change = alter(
        home, devices, lambda d: not _lets_in(d, states[d.id]), lambda d, _: states[d.id]
    )
    if not states:
        raise AlexaError(f"The scene {found.name} has no devices.")
    say = f"{found.name[0].upper()}{found.name[1:]} is on."
    if change.unable:
        say = f"{say[:-1]}, but a scene doesn't open doors."
    return Result({**change.value, "scene": scene}, say=say, undo=change.undo)


def _lets_in(device: Device, state: dict[str, Any]) -> bool:
    opens = device.is_gate and state.get("open")
    return bool(opens or (device.kind == "lock" and state.get("locked") is False))
