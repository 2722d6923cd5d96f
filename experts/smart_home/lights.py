"""Brightness and colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError

from .home import Home, Target, alter, lit, of_kind
from .wording import answer, none_here

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from alexa_cli.catalog import HandlerContext, Result

    from .home import Device, State

STEPS = {"small": 10, None: 20, "large": 40}
"""Percent by which "a bit darker", "darker" and "a lot darker" change the brightness."""
LEVELS = {"maximum": 100, "minimum": 1}
_light = of_kind("light")


def set_brightness(
    context: HandlerContext,
    brightness: float | None = None,
    level: str | None = None,
    **named: str,
) -> Result:
    """Set lights to a percentage; 0 turns them off."""
    home, target = Home(context), Target(**named)
    if brightness is None and level is None:
        raise AlexaError("I need to know how bright: say a number of percent.")
    percent = LEVELS[level or ""] if brightness is None else brightness
    change = alter(home, _lights(home, target), _dims, lambda _, s: _at(s, percent))
    did = f"I set {{}} to {percent:g} percent." if percent else "I turned off {}."
    state = f"at {percent:g} percent" if percent else "off"
    return answer(home, target, change, did=did, state=state, cannot="be dimmed")


def change_brightness(
    context: HandlerContext,
    change: str | None = None,
    tone: str | None = None,
    complaint: str | None = None,
    unnamed: str | None = None,
    amount: float | None = None,
    step: str | None = None,
    **named: str,
) -> Result:
    """Make lights brighter or darker. Of several, those that are off stay off.

    One of ``change``, ``tone`` and ``complaint`` says which way.
    """
    del unnamed  # "make it brighter": the lights that are on, as if nothing had been said
    home, target = Home(context), Target(**named)
    by = STEPS[step] if amount is None else amount
    way = change or tone or complaint
    if way is None:
        raise AlexaError("I don't know whether you mean brighter or darker.")
    up = way == "up"
    lights = lit(home, _lights(home, target))
    done = alter(home, lights, _dims, lambda _, s: _moved(s, by if up else -by))
    extreme = "as bright as it goes" if up else "as dark as it goes"
    if not up and not any(done.after[d.id]["on"] for d in (*done.changed, *done.already)):
        extreme = "off"
    did = "I made {} brighter." if up else "I dimmed {}."
    if len(done.changed) == 1:
        did = did[:-1] + f" to {done.after[done.changed[0].id]['brightness']:g} percent."
        did = did.replace("made {} brighter to", "brightened {} to")
    return answer(home, target, done, did=did, state=extreme, cannot="be dimmed")


def set_colour(
    context: HandlerContext,
    colour: str,
    **named: str,
) -> Result:
    """Give lights a colour; they are turned on."""
    home, target = Home(context), Target(**named)
    lights = _lights(home, target)
    change = alter(home, lights, _colours, lambda _, __: {"on": True, "colour": colour})
    return answer(
        home, target, change, did=f"I made {{}} {colour}.", state=colour, cannot="change color"
    )


def _lights(home: Home, target: Target) -> list[Device]:
    lights = home.pick(target, _light)
    if not lights:
        raise none_here(home, target, "light")
    return lights if target.named else lit(home, lights)


def _dims(device: Device) -> bool:
    return device.kind == "light" and "brightness" in device.supports


def _colours(device: Device) -> bool:
    return device.kind == "light" and "colour" in device.supports


def _at(state: State, percent: float) -> Mapping[str, Any]:
    del state
    return {"on": True, "brightness": percent} if percent else {"on": False}


def _moved(state: State, by: float) -> Mapping[str, Any]:
    """What is on stays on, at 1 percent at least; what is off can only be made brighter."""
    level = state["brightness"] if state["on"] else 0
    if not state["on"] and by < 0:
        return {}
    return {"on": True, "brightness": min(100, max(1, level + by))}
