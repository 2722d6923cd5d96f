"""Replies said aloud: sentences out of a stream, a voice that makes sound, a player for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from alexa_cli.errors import AlexaError, ConfigError

SAMPLE_BYTES = 2


@dataclass(frozen=True, slots=True)
class Sound:
    """One channel of little-endian int16 at ``rate`` samples a second."""

    samples: bytes
    rate: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / SAMPLE_BYTES / self.rate


class Voice(Protocol):
    """Says sentences. Cancelling ``say`` ends whatever it does, at once."""

    name: str
    """``espeak``, ``shell``: as errors and traces say it."""

    async def say(self, text: str) -> Sound | None:
        """Make the sound of one sentence; None: it was played already.

        ``text`` is data, whatever is in it. Raises NoVoice, VoiceFailed.
        """
        ...


class Output(Protocol):
    """Where sound goes. Called from the thread of the event loop."""

    async def play(self, sound: Sound) -> None:
        """Play it. Over when its last sample was taken, or by ``stop``. Raises NoOutput, ..."""
        ...

    def stop(self) -> None:
        """Be silent now, in the middle of a word if need be. Never waits."""
        ...

    async def release(self) -> None:
        """Let what was taken be heard, then let go of the device."""
        ...


class NoVoice(ConfigError):
    """Nothing to speak with: no such voice, no library, no program. Text still appears."""


class NoOutput(ConfigError):
    """Nothing to be heard from: no PortAudio, no such device, no permission."""


class VoiceFailed(AlexaError):
    """Speaking broke off: the program failed, the device went away."""
