"""The sound system is waited for, but not for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from alexa_cli.config.hands import OPENING, Hands
from alexa_cli.config.quiet import silenced
from alexa_cli.hear.errors import NoAudio
from alexa_cli.hear.sources.devices import Device, find_devices

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def patiently(hands: Hands, call: Callable[[], T], patience: float = OPENING) -> T:
    """Make a call of the sound system. Raises what it raises, and NoAudio if it hangs."""
    try:
        return await hands.do(call, patience)
    except TimeoutError:
        raise NoAudio(
            f"the sound system does not answer: nothing came for {patience:g} s",
            hint="restart it, or unplug the device and plug it in; typing works without it",
        ) from None


async def devices_there(patience: float = OPENING) -> list[Device]:
    """Return every sound device. Raises NoAudio without PortAudio, or if it hangs."""

    def find() -> list[Device]:
        with silenced():
            return find_devices()

    hands = Hands("alexa-devices")
    try:
        return await patiently(hands, find, patience)
    finally:
        await hands.end()
