"""The sound devices of this machine, and what to do if there are none."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alexa_cli.errors import did_you_mean
from alexa_cli.hear.errors import NoAudio

if TYPE_CHECKING:
    from collections.abc import Callable

TYPING = "typing works without it"
_UNAVAILABLE = -9985
"""PortAudio's code for a device that somebody else holds."""
_INSTALL = {
    "linux": "install it: `sudo apt install libportaudio2` (Debian, Ubuntu), `sudo dnf install "
    "portaudio` (Fedora) or `sudo pacman -S portaudio` (Arch)",
    "darwin": "install it again: `pip install --force-reinstall sounddevice`, or `brew install "
    "portaudio`",
    "win32": "install it again: `pip install --force-reinstall sounddevice`",
}
_ALLOW = {
    "darwin": "allow this terminal to use the microphone: System Settings, Privacy & Security, "
    "Microphone",
    "win32": "allow apps to use the microphone: Settings, Privacy & security, Microphone",
}
_LINUX_NODES = Path("/dev/snd")


@dataclass(frozen=True, slots=True)
class Device:
    """A sound device."""

    index: int
    name: str
    system: str
    """The sound system it belongs to: ALSA, Core Audio, ..."""
    inputs: int
    """Channels that it hears with; 0: it is no microphone."""
    outputs: int
    rate: float
    """Samples a second that it likes best."""
    default_input: bool = False
    default_output: bool = False


def load_sounddevice() -> Any:  # noqa: ANN401 - a module without types
    """Import sounddevice, which starts PortAudio. Raises NoAudio where that is not possible."""
    try:
        import sounddevice  # noqa: PLC0415 - starts the sound system: only when one is needed
    except ImportError as error:
        raise NoAudio(
            f"the microphone needs the package sounddevice: {error}",
            hint=f"pip install sounddevice; {TYPING}",
        ) from error
    except Exception as error:
        # OSError: no PortAudio; its own PortAudioError: it does not start.
        if isinstance(error, OSError):
            said = "the microphone needs the PortAudio library, which is not installed"
        else:
            said = f"the sound system does not start: {first_line(error)}"
        hint = _INSTALL.get(sys.platform, _INSTALL["linux"])
        raise NoAudio(said, hint=f"{hint}; {TYPING}") from error
    return sounddevice


def find_devices() -> list[Device]:
    """Return every sound device. Raises NoAudio without PortAudio."""
    sounddevice = load_sounddevice()
    default_in, default_out = sounddevice.default.device
    systems = [each["name"] for each in sounddevice.query_hostapis()]
    if default_in < 0 and systems:  # sounddevice's own choice is that of the first system
        default_in = sounddevice.query_hostapis(0)["default_input_device"]
    return [
        Device(
            index,
            str(row["name"]),
            str(systems[row["hostapi"]]),
            int(row["max_input_channels"]),
            int(row["max_output_channels"]),
            float(row["default_samplerate"]),
            default_input=index == default_in,
            default_output=index == default_out,
        )
        for index, row in enumerate(sounddevice.query_devices())
    ]


def choose_microphone(wanted: str | int | None, devices: list[Device]) -> Device:
    """Return the device of this name, part of a name or number; None: the usual one.

    Raises NoAudio, saying what there is.
    """
    able = [each for each in devices if each.inputs > 0]
    if not able:
        raise no_microphone()
    if wanted is None:
        return next((each for each in able if each.default_input), able[0])
    if isinstance(wanted, int) or wanted.isdecimal():
        found = [each for each in devices if each.index == int(wanted)]
    else:
        found = _by_name(wanted, able) or _by_name(wanted, devices)
    if not found:
        near = did_you_mean(str(wanted), [each.name for each in able])
        raise NoAudio(
            f"there is no sound device {wanted!r}",
            hint=near or f"there are: {_listed(able)} (`alexa audio devices`)",
        )
    if found[0].inputs == 0:
        raise NoAudio(
            f"{found[0].name} is no microphone: it only plays",
            hint=f"there are: {_listed(able)} (`alexa audio devices`)",
        )
    if len(found) > 1:
        raise NoAudio(
            f"several sound devices match {wanted!r}: {_listed(found)}",
            hint="give its number, or more of its name",
        )
    return found[0]


def _by_name(wanted: str, devices: list[Device]) -> list[Device]:
    """Those of exactly this name, else those that have all its words in theirs."""
    name = wanted.casefold()
    same = [each for each in devices if each.name.casefold() == name]
    words = name.split()
    return same or [each for each in devices if all(word in each.name.casefold() for word in words)]


def _listed(devices: list[Device]) -> str:
    return ", ".join(f"{each.index} {each.name}" for each in devices)


def no_microphone(
    platform: str = sys.platform,
    nodes: Path = _LINUX_NODES,
    may_read: Callable[[Path], bool] = lambda path: os.access(path, os.R_OK | os.W_OK),
) -> NoAudio:
    """Return the error for a machine where no microphone is seen, with the likely reason."""
    if platform.startswith("linux"):
        cards = sorted(nodes.glob("pcm*c"))
        if cards and not any(map(may_read, cards)):
            return NoAudio(
                "this user may not use the microphone",
                hint="sudo usermod -aG audio $USER, then log out and in again; " + TYPING,
            )
        return NoAudio("no microphone was found", hint=f"plug one in; {TYPING}")
    allow = _ALLOW.get(platform, "")
    return NoAudio(
        "no microphone was found", hint="; ".join(filter(None, ("plug one in", allow, TYPING)))
    )


def cannot_open(device: Device, error: Exception, platform: str = sys.platform) -> NoAudio:
    """Return the error for a microphone that is there but does not open."""
    code = error.args[1] if len(error.args) > 1 else None
    if code == _UNAVAILABLE:
        return NoAudio(
            f"the microphone {device.name} cannot be used: another program may hold it, or it "
            "was unplugged",
            hint="`alexa audio devices` lists what there is; " + TYPING,
        )
    allow = _ALLOW.get(platform, "`alexa audio devices` lists what else there is")
    return NoAudio(
        f"the microphone {device.name} does not open: {first_line(error)}",
        hint=f"{allow}; {TYPING}",
    )


def first_line(error: Exception) -> str:
    """Return what PortAudio says, in one line."""
    said = str(error.args[0]) if error.args else ""
    return " ".join(said.split())[:200] or type(error).__name__
