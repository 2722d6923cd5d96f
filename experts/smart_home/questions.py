"""Questions about the home: is it on, which are open, how bright is it, what is it doing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

from .describing import ADJECTIVES, about, summary
from .home import Home, Target, can_switch, in_everything
from .wording import NAMED, be, group, is_plural, joined, none_here, plural, the, where

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.catalog import HandlerContext

    from .home import Device, State

_STATES = ("power", "position", "raised", "locked")


def holds(device: Device, state: State, asked: str) -> bool | None:
    """Return whether a device is as asked; None: it can be neither so nor otherwise."""
    if asked in {"on", "off"}:
        if device.kind == "vacuum":
            return bool((state["status"] == "cleaning") == (asked == "on"))
        return bool(state["on"]) == (asked == "on") if can_switch(device) else None
    if asked in {"open", "closed"}:
        return None if "open" not in state else bool(state["open"]) == (asked == "open")
    if asked in {"locked", "unlocked"}:
        return None if "locked" not in state else bool(state["locked"]) == (asked == "locked")
    if asked in {"playing", "paused"}:
        return None if "playing" not in state else bool(state["playing"]) == (asked == "playing")
    if asked == "done":
        working = state.get("status") == "cleaning" or bool(state.get("on"))
        return not working if device.kind in {"vacuum", "switch"} else None
    if asked == "muted":
        return bool(state["muted"]) if "muted" in state else None
    return bool(state["status"] == asked) if "status" in state else None


def check_state(
    context: HandlerContext,
    asking: str | None = None,
    kind: str | None = None,
    area: str | None = None,
    floor: str | None = None,
    **said: str,
) -> Result:
    """Answer for one device (device, opening or lock) or for several (kind, area, floor).

    ``said`` holds the device and the state asked about: power, position or locked.
    """
    home = Home(context)
    asked = next((said[key] for key in _STATES if key in said), None)
    if asked is None:
        raise AlexaError("I can say what is on, open or locked: which do you mean?")
    one = said.get("device") or said.get("opening") or said.get("lock")
    if one:
        return _one(home, home.device(one), asked)
    target = Target(None, None if kind in {"anything", "everything"} else kind, area, floor)
    states = {device.id: home.state(device) for device in home.devices}
    devices = [
        device for device in home.pick(target, in_everything if asked in {"on", "off"} else _any)
        if holds(device, states[device.id], asked) is not None
    ]  # fmt: skip
    if not devices:
        raise none_here(home, target, "device")
    those = [device for device in devices if holds(device, states[device.id], asked)]
    asking = asking or "state"
    if kind == "everything" and asking == "state":
        asking = "all"
    if kind == "anything":
        asking = "any"
    say = _several(home, target, devices, those, (asking, asked))
    value: dict[str, Any] = {
        "matching": [d.id for d in those],
        "of": [d.id for d in devices],
        "state": asked,
    }
    return Result(value, say=say)


def _any(_device: Device) -> bool:
    return True


def _one(home: Home, device: Device, asked: str) -> Result:
    state = home.state(device)
    so = holds(device, state, asked)
    if so is None:
        raise AlexaError(f"I can't tell whether {the(device)} {be(device)} {asked}.")
    now = asked if so else ADJECTIVES[asked](state)
    say = f"{'Yes' if so else 'No'}, {the(device)} {be(device)} {now}."
    return Result({"device": device.id, "state": asked, "so": so}, say=say)


def _several(
    home: Home, target: Target, devices: list[Device], those: list[Device], said: tuple[str, str]
) -> str:
    asking, asked = said
    place = where(home, target)
    noun = plural(devices, target)
    if asking == "count":
        if not those:
            return f"No {noun} {'are'} {asked}{place}."
        named = f": {_list(those)}" if len(those) <= MANY else ""
        return f"{_count(those, target, noun)} {_are(those)} {asked}{place}{named}."
    if not those:
        return (
            f"No, none of the {noun}{place} are {asked}."
            if asking != "which"
            else (f"None of the {noun}{place} are {asked}.")
        )
    if len(those) == len(devices):
        whole = group(home, devices, target)
        whole = f"all {whole}" if len(devices) > NAMED else whole
        yes = "Yes, " if asking != "which" else ""
        return _capital(f"{yes}{whole} {_are(those)} {asked}.")
    if asking == "all":
        others = [device for device in devices if device not in those]
        return f"No, {_list(others)} {_are(others)} not {asked}."
    yes = {"any": "Yes, ", "state": "Some are: ", "which": ""}.get(asking, "")
    if len(those) > MANY:
        return _capital(f"{yes}{_count(those, target, noun)} {_are(those)} {asked}{place}.")
    return _capital(f"{yes}{_list(those)} {_are(those)} {asked}.")


MANY = 6
"""More devices than this are counted, not listed."""


def _list(devices: list[Device]) -> str:
    return joined([the(device) for device in devices])


def _count(devices: list[Device], target: Target, noun: str) -> str:
    if len(devices) == 1:
        return f"1 {noun.removesuffix('es') if noun == 'switches' else noun.removesuffix('s')}"
    return f"{len(devices)} {plural(devices, target)}"


def _are(devices: list[Device]) -> str:
    return "is" if len(devices) == 1 and not is_plural(devices[0]) else "are"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def describe_device(context: HandlerContext, device: str, property: str | None = None) -> Result:  # noqa: A002 - the API's own word
    """Say what a device is doing, or one thing about it."""
    home = Home(context)
    found = home.device(device)
    state = home.state(found)
    room = context.household.devices.get(device).attributes.get("area_name")
    if property == "place" and room and found.kind != "vacuum":
        say = f"{the(found)} {be(found)} in the {room}."
        return Result({"device": device, "place": room}, say=say[:1].upper() + say[1:])
    if property in {None, "place"}:
        return Result({"device": device, **_plain(state)}, say=summary(found, state))
    value, say = about(found, state, property)
    return Result({"device": device, property: value}, say=say)


def _plain(state: Mapping[str, Any]) -> dict[str, Any]:
    return dict(state)
