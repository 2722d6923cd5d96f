"""A recorded utterance as a turn; and replies said aloud after it."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.assistant.voice.account import Account
from alexa_cli.assistant.voice.ears import Ears
from alexa_cli.config.paths import private_dir
from alexa_cli.hear.sources import open_source

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from alexa_cli.assistant import TurnOptions
    from alexa_cli.cli.session import Session
    from alexa_cli.turn import Utterance


class Recorded:
    """One utterance of a file, ``-`` (stdin) or ``sample``. Raises AlexaError."""

    def __init__(
        self, session: Session, audio: str, conversation: str, options: TurnOptions
    ) -> None:
        self._ears = Ears(session.assistant, session.paths)
        source = open_source(audio)
        self._listener = self._ears.listener(source, conversation, now=options.now)
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

    def keep(self, folder: Path, turn: str) -> None:
        """Keep what was recognised of its sound, readable by this user alone."""
        self._listener.keep_audio(private_dir(folder) / f"{turn}.wav")
