"""A device's state in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alexa_cli.errors import AlexaError

from .wording import be, the

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .home import Device, State


def _power(state: State) -> str:
    if "on" in state:
        return "on" if state["on"] else "off"
    return str(state.get("status", "off"))


def _openness(state: State) -> str:
    if not state.get("open"):
        return "closed"
    position = state.get("position", 100)
    return "open" if position in {0, 100} else f"{position:g} percent open"


def _lockedness(state: State) -> str:
    return "locked" if state.get("locked") else "unlocked"


def _play(state: State) -> str:
    if state.get("playing"):
        return "playing"
    return "paused" if state.get("on") else "off"


ADJECTIVES: Mapping[str, Callable[[State], str]] = {
    "on": _power, "off": _power, "open": _openness, "closed": _openness,
    "locked": _lockedness, "unlocked": _lockedness, "playing": _play, "paused": _play,
    "muted": lambda s: f"at {s['volume']:g} percent", "cleaning": _power, "docked": _power,
    "done": lambda s: "cleaning" if s.get("status") else "still running",
}  # fmt: skip
"""What a device is, where it is not what was asked."""


def summary(device: Device, state: State) -> str:
    """Say all of it: ``The lamp is on at 40 percent, red``."""
    return _capital(f"{the(device)} {be(device)} {_details(device, state)}.")


def _details(device: Device, state: State) -> str:  # noqa: PLR0911 - one per kind
    if device.kind == "light" and state["on"]:
        level = f" at {state['brightness']:g} percent" if "brightness" in device.supports else ""
        colour = f", {state['colour']}" if "colour" in device.supports else ""
        return f"on{level}{colour}"
    if device.kind == "fan" and state["on"] and "speed" in device.supports:
        return f"on at {state['speed']:g} percent"
    if device.kind == "cover" or "open" in state:
        return _openness(state)
    if device.kind == "lock":
        return _lockedness(state)
    if device.kind == "thermostat":
        setting = f"set to {state['target']:g} degrees" if state["on"] else "off"
        return f"{setting}; it's {state['current']:g} degrees there"
    if device.kind == "vacuum":
        doing = {"docked": "in its dock", "paused": "paused"}.get(state["status"], state["status"])
        place = f" {state['place']}" if state.get("place") else ""
        return f"{doing}{place} with {state['battery']:g} percent battery"
    if device.kind == "media_player" and state["on"]:
        sound = "muted" if state["muted"] else f"at {state['volume']:g} percent volume"
        return f"{_play(state)}, {sound}"
    if device.kind == "sensor":
        return f"at {state['value']:g} degrees" if "value" in state else "not saying anything"
    return _power(state)


def about(device: Device, state: State, asked: str) -> tuple[Any, str]:
    """Return one thing about a device, and the sentence. Raises AlexaError if it has no such."""
    subject = the(device)
    if asked == "temperature" and device.kind in {"thermostat", "sensor"}:
        value = state.get("current", state.get("value"))
        if isinstance(value, (int, float)):
            return value, _capital(f"{subject} says {value:g} degrees.")
    if asked == "position" and "open" in state:
        return state.get("position", 100 * state["open"]), summary(device, state)
    if asked not in state or (asked not in device.supports and asked in _OPTIONAL):
        raise AlexaError(f"{_capital(subject)} has no {_SPELT.get(asked, asked)}.")
    value = state[asked]
    if state.get("on") is False and asked in {"brightness", "speed"}:
        return 0, f"{_capital(subject)} {be(device)} off."
    if asked == "volume" and state["muted"]:
        return value, f"{_capital(subject)} {be(device)} muted, at {value:g} percent."
    if asked == "battery":
        return value, f"{_capital(subject)} has {value:g} percent battery."
    said = value if isinstance(value, str) else f"at {value:g} percent"
    return value, f"{_capital(subject)} {be(device)} {said}."


_SPELT = {"colour": "color"}
"""Replies are in American English."""
_OPTIONAL = frozenset({"brightness", "colour", "speed"})
"""What is in a state although the device cannot do it, because its kind often can."""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
