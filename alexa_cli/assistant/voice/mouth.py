"""What a conversation speaks with, as the settings have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.speak.voice.player import Player
from alexa_cli.speak.voice.shell import PLACEHOLDER, ShellVoice
from alexa_cli.speak.voice.speaker import Speaker

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.config.schema import SpeakSettings
    from alexa_cli.speak.voice import Voice

TEXT = "$text"
"""Stands for the sentence in ``speak.command``; without it the sentence comes on stdin."""


def open_speaker(
    speak: SpeakSettings, *, language: str = "en", muted: bool = False,
    notice: Callable[[str], None] | None = None,
) -> Speaker:  # fmt: skip
    """Return what speaks. Nothing is loaded or opened before the first sentence is said.

    ``notice`` is told, once, why nothing can be heard; the text goes on without.
    """
    player = Player(speak.device)
    return Speaker(
        _voice(speak), player, notice=notice, language=language, muted=muted or speak.mute
    )


def _voice(speak: SpeakSettings) -> Voice:
    if speak.command:
        return ShellVoice([part.replace(TEXT, PLACEHOLDER) for part in speak.command])
    from alexa_cli.speak.voice.espeak import EspeakVoice  # noqa: PLC0415 - unless a program speaks

    return EspeakVoice(speak.voice, speak.rate)
