"""Taking back: whole states go back to exactly what they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alexa_cli.catalog import Result
from alexa_cli.errors import AlexaError

from .home import Home, Target
from .wording import group

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext


def restore(context: HandlerContext, states: dict[str, dict[str, Any]]) -> Result:
    """Write these states back. ``states`` is device id to the whole state that it had."""
    home = Home(context)
    devices = [home.device(id_) for id_ in states]
    if not all(isinstance(state, dict) for state in states.values()):
        raise AlexaError("These are no states of devices.")
    with home.store.transaction():
        before = {device.id: home.state(device) for device in devices}
        for id_, state in states.items():
            home.write(id_, state)
    if not devices:
        return Result({"states": {}}, say="Nothing had changed.")
    say = f"I put {group(home, devices, Target())} back as before."
    value: dict[str, Any] = {"states": before}
    return Result(value, say=say, undo={"api": "restore", "arguments": value})
