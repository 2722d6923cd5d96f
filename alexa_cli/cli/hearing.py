"""Hearing for a session: a recogniser that expects what can be said here and now, and its listener.

Audio libraries are imported when somebody listens, never before.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from alexa_cli.decide.cascade import is_small
from alexa_cli.decide.sentences import Sentences
from alexa_cli.hear.expectations import Expectations
from alexa_cli.hear.listener import Listener, Manner
from alexa_cli.turn import Plan

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from alexa_cli.cli.session import Session
    from alexa_cli.decide.model import Request
    from alexa_cli.hear.endpoint import Hint
    from alexa_cli.hear.frame import Frame, Source
    from alexa_cli.hear.recogniser import Recogniser

PATIENCE = 8.0
"""Seconds without a word after which a microphone is closed again."""


class Ears:
    """What a session hears with. The recogniser is loaded when the first listener is made."""

    def __init__(self, session: Session, *, bias: bool = True) -> None:
        self._session, self._biased = session, bias
        self._expectations = Expectations(session.house.catalogue, self._folder)
        self._recogniser: Recogniser | None = None

    @property
    def _folder(self) -> Path:
        return self._session.paths.cache / "sphinx"

    def listener(
        self, source: Source, conversation: str, *, now: datetime | None = None,
        watch: Callable[[Frame], None] | None = None,
    ) -> Listener:  # fmt: skip
        """Return a listener for the next utterance of a conversation. Raises AlexaError."""
        request = self._session.assistant.request("", conversation, now)
        recogniser = self._expecting(request)
        manner = Manner(patience=PATIENCE if source.live else None)
        return Listener(
            source, recogniser, manner, judge=partial(self._judge, conversation, now), watch=watch
        )

    def _expecting(self, request: Request) -> Recogniser:
        """Return the recogniser, expecting what may be said next."""
        from alexa_cli.hear.engines import open_recogniser

        snapshot, question = request.snapshot, request.question
        reply = snapshot.memory.last_reply if self._biased else ""
        bias = self._expectations.bias(snapshot, question if self._biased else None, reply)
        if self._recogniser is None:
            self._recogniser = open_recogniser(None, self._session.paths, bias)
        else:
            self._recogniser.expect(bias)
        return self._recogniser

    def _judge(self, conversation: str, now: datetime | None, text: str) -> Hint:
        """Say whether words are a complete command: then nobody need wait for more."""
        from alexa_cli.hear.endpoint import left_open

        if left_open(text):
            return "unfinished"
        request = self._session.assistant.request(text, conversation, now)
        models = [m for m in self._session.assistant.models if is_small(m)]
        exact = next((m for m in models if isinstance(m, Sentences)), None)
        if exact is not None and isinstance(exact.judge(request), Plan):
            return "complete"
        return None
