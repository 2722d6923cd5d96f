"""Temperatures: what the thermostats are set to, and how warm it is.

A thermostat of this home counts in the unit that its state names, else in degrees Fahrenheit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

from .home import Home, Target, alter, of_kind
from .wording import answer, none_here, the, where

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from alexa_cli.catalog import HandlerContext

    from .home import Device, State

STEPS = {"small": 1, None: 2, "large": 4}
"""Degrees by which "a bit warmer", "warmer" and "much warmer" change the temperature."""
LIMITS = {"fahrenheit": (45, 90), "celsius": (7, 32)}
"""What a thermostat can be set to."""
_thermostat = of_kind("thermostat")


def set_temperature(
    context: HandlerContext,
    temperature: Mapping[str, Any],
    **named: str,
) -> Result:
    """Set thermostats; one that was off goes on."""
    home, target = Home(context), Target(**named)
    chosen = _thermostats(home, target)
    for each in chosen:
        _in_reach(_degrees(temperature, home.state(each)), home.state(each))
    change = alter(
        home, chosen, _thermostat,
        lambda _, s: {"on": True, "target": _degrees(temperature, s)},
    )  # fmt: skip
    degrees = f"{temperature['value']:g} degrees"
    if chosen and temperature["unit"] != _unit(home.state(chosen[0])):
        degrees += f" {str(temperature['unit']).capitalize()}"
    return answer(
        home, target, change, did=f"I set {{}} to {degrees}.", state=f"set to {degrees}",
        cannot="be set to a temperature",
    )  # fmt: skip


def change_temperature(
    context: HandlerContext,
    change: str | None = None,
    feeling: str | None = None,
    warm: str | None = None,
    complaint: str | None = None,
    degrees: float | None = None,
    step: str | None = None,
    **named: str,
) -> Result:
    """Make it warmer or cooler: one of change, feeling, warm and complaint says which."""
    home, target = Home(context), Target(**named)
    way = change or feeling or warm or complaint
    if way is None:
        raise AlexaError("I don't know whether you mean warmer or cooler.")
    up = way == "up"
    by = (STEPS[step] if degrees is None else degrees) * (1 if up else -1)
    chosen = _thermostats(home, target)
    done = alter(home, chosen, _thermostat, lambda _, s: _moved(s, by))
    settings = {done.after[d.id]["target"] for d in done.changed}
    did = f"I turned {{}} {'up' if up else 'down'} by {abs(by):g} degree{'s' * (abs(by) != 1)}."
    if len(settings) == 1:
        did = f"I turned {{}} {'up' if up else 'down'} to {settings.pop():g} degrees."
    return answer(
        home, target, done, did=did, state=f"as {'high' if up else 'low'} as it goes",
        cannot="be set to a temperature",
    )  # fmt: skip


def get_temperature(context: HandlerContext, **named: str) -> Result:
    """Say how warm it is there, and what the thermostat is set to."""
    home, target = Home(context), Target(**named)
    found = home.pick(target, _measures if target.named else _thermostat)
    said = where(home, target) or " inside"
    if found:
        here = next((d for d in found if _thermostat(d)), found[0])
        return _reading(home, here, f"It's {{}} degrees{'' if target.device else said}")
    if target.area and (room := home.floor_of(target.area)):
        near = home.pick(Target(floor=room), _thermostat)
        if near:
            text = f"There is no thermometer{said}; {the(near[0])} says {{}} degrees"
            return _reading(home, near[0], text)
    raise AlexaError(f"There is no thermometer{said}.")


def _reading(home: Home, device: Device, text: str) -> Result:
    state = home.state(device)
    now = state["current"] if _thermostat(device) else state["value"]
    value = {"device": device.id, "temperature": now, "unit": _unit(state)}
    say = text.format(f"{now:g}")
    if _thermostat(device):
        value["target"] = state["target"]
        setting = f"set to {state['target']:g}" if state["on"] else "off"
        subject = "it" if the(device) in say else the(device)
        say += f", and {subject} is {setting}"
    return Result(value, say=say + ".")


def _thermostats(home: Home, target: Target) -> list[Device]:
    """Those there; for a room without one, those of its floor, else those of the home."""
    chosen = home.pick(target, _thermostat)
    if not chosen and target.area:
        floor = home.floor_of(target.area)
        chosen = home.pick(Target(floor=floor), _thermostat)
    if not chosen:
        raise none_here(home, target, "thermostat")
    return chosen


def _measures(device: Device) -> bool:
    return _thermostat(device) or (device.kind == "sensor" and "temperature" in device.supports)


def _unit(state: State) -> str:
    return str(state.get("unit", "fahrenheit"))


def _degrees(temperature: Mapping[str, Any], state: State) -> float:
    """Return a temperature in the unit of a thermostat, to half a degree."""
    value, unit = float(temperature["value"]), str(temperature["unit"])
    if unit != _unit(state):
        value = value * 9 / 5 + 32 if unit == "celsius" else (value - 32) * 5 / 9
        value = round(value * 2) / 2
    return int(value) if value.is_integer() else value


def _in_reach(degrees: float, state: State) -> None:
    low, high = LIMITS[_unit(state)]
    if not low <= degrees <= high:
        raise AlexaError(f"The thermostat goes from {low} to {high} degrees.")


def _moved(state: State, by: float) -> Mapping[str, Any]:
    low, high = LIMITS[_unit(state)]
    return {"on": True, "target": min(high, max(low, state["target"] + by))}
