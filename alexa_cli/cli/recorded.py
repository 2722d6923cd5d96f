"""A recorded utterance as a turn; and replies said aloud after it."""

from __future__ import annotations

import os
from collections import deque
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.assistant.voice.account import Account
from alexa_cli.assistant.voice.ears import Ears
from alexa_cli.config.paths import private_dir
from alexa_cli.errors import ConfigError
from alexa_cli.hear.frame import FRAME_SECONDS
from alexa_cli.hear.sources import open_source

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from alexa_cli.assistant import TurnOptions
    from alexa_cli.cli.session import Session
    from alexa_cli.hear.frame import Frame
    from alexa_cli.turn import Utterance


_ELSEWHERE = "name a folder that you may write to"
RECENT = 10.0
"""Seconds of sound that are looked at when nothing was understood."""


def keeping(folder: Path | None) -> None:
    """Make the folder for ``--keep-audio`` before anything is done. Raises ConfigError."""
    if folder is None:
        return
    try:
        private_dir(folder)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except ConfigError as error:
        raise ConfigError(f"--keep-audio: {error.message}", hint=_ELSEWHERE) from error
    if not writable:
        raise ConfigError(f"--keep-audio: {folder} cannot be written to", hint=_ELSEWHERE)


class Recorded:
    """One utterance of a file, ``-`` (stdin) or ``sample``. Raises AlexaError."""

    def __init__(
        self, session: Session, audio: str, conversation: str, options: TurnOptions
    ) -> None:
        self._session = session
        self._ears = Ears(session.assistant, session.paths)
        source = open_source(audio)
        self._recent: deque[Frame] = deque(maxlen=round(RECENT / FRAME_SECONDS))
        self._listener = self._ears.listener(
            source, conversation, now=options.now, watch=self._recent.append
        )
        self._name = source.name
        self._ears.expect(conversation, options.now)
        self.options: TurnOptions = replace(options, sounded=Account(self._listener, self._ears))
        """The turn's, with how it was heard."""

    async def utterances(self) -> AsyncIterator[Utterance]:
        """Yield its revisions."""
        try:
            async with self._listener, aclosing(self._listener.utterances()) as utterances:
                async for utterance in utterances:
                    yield utterance
        finally:
            self._ears.close()
            self._session.store.notices.extend(self._ears.notices)

    def complaint(self) -> str | None:
        """Return what is wrong with the sound, for when nothing was understood; None: nothing."""
        from alexa_cli.hear.level import measure

        level = measure(frame.samples for frame in self._recent)
        return None if level.finding == "good" else f"{self._name}: {level.verdict()}"

    def keep(self, folder: Path, turn: str) -> None:
        """Keep what was recognised of its sound, readable by this user alone."""
        self._listener.keep_audio(private_dir(folder) / f"{turn}.wav")
