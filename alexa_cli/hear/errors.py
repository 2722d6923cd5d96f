"""What can be wrong with sound on its way in."""

from __future__ import annotations

from alexa_cli.errors import AlexaError, ConfigError


class AudioError(AlexaError):
    """Sound cannot be read, or stops coming: no sound file, cut short, device unplugged."""


class NoAudio(ConfigError):
    """Nothing to hear with: no PortAudio, no such device, no permission. Typing still works."""
