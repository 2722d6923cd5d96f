"""One turn of typed words, from the command line to the answer on stdout."""

from __future__ import annotations

import sys
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from alexa_cli.assistant import TurnOptions
from alexa_cli.cli import screen
from alexa_cli.cli.common import Common
from alexa_cli.cli.screen import Seen, Shown
from alexa_cli.cli.session import Session, open_session
from alexa_cli.cli.stoppable import run
from alexa_cli.cli.stray import stray_prints
from alexa_cli.cli.streaming import Stream
from alexa_cli.errors import AlexaError, Refused, UsageError
from alexa_cli.language.text import MAX_CHARACTERS
from alexa_cli.turn import Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import TextIO

    from alexa_cli.cli.recorded import Recorded
    from alexa_cli.speak.voice.speaker import Speaker
    from alexa_cli.turn import Event

EXIT_CODES = {
    "done": 0, "failed": 1, "not_understood": 3, "question": 3, "refused": 6, "cancelled": 130,
    "unreachable": 5, "credentials": 4,
}  # fmt: skip
"""How a turn ended, to exit code."""
MAX_STDIN = 64_000
"""Bytes read from a pipe. An utterance is far shorter; more is refused, and not kept."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What ``alexa ask`` was given."""

    words: tuple[str, ...] = ()
    conversation: str | None = None
    continued: bool = False
    shown: Shown = field(default_factory=Shown)
    yes: bool = False
    save: bool = True
    now: str | None = None
    seed: int | None = None
    common: Common = field(default_factory=Common)
    asks: tuple[str, ...] = ()
    """What the house is asked for without words (``undo``)."""
    think: bool = False
    audio: str | None = None
    """A recorded utterance in place of words: a file, ``-`` or ``sample``."""
    keep_audio: Path | None = None
    """A folder for what was heard of it."""
    speak: bool = False
    """Whether the reply is said aloud too."""


def ask(asked: Asked) -> int:
    """Run one turn, show it, and return the exit code. Raises AlexaError."""
    said = "" if asked.audio else " ".join(asked.asks) or spoken(asked.words)
    options = TurnOptions(
        now=instant(asked.now), yes=asked.yes, seed=asked.seed, asks=asked.asks, think=asked.think
    )
    session = open_session(asked.common, save=asked.save)
    with session.store:
        try:
            which = conversation_id(
                session, continued=asked.continued, conversation=asked.conversation
            )
            recorded = (
                _recorded(session, asked, asked.audio, which, options) if asked.audio else None
            )
            utterances = recorded.utterances() if recorded else typed(said)
            options = recorded.options if recorded else options
            seen = run(_answered(session, asked, utterances, which, options))
            if recorded and asked.keep_audio:
                recorded.keep(asked.keep_audio, seen.turn)
            if recorded and seen.status == "not_understood" and (wrong := recorded.complaint()):
                session.store.notices.append(wrong)
            if session.house.talkers is not None and session.house.settings.jobs.summarise:
                run(_tidy_up(session, which))
        finally:
            session.say_notices()
    return EXIT_CODES[seen.status]


def spoken(words: Sequence[str]) -> str:
    """Return what was said on the command line, or on stdin for ``-`` and a pipe.

    Bytes that are no UTF-8 become U+FFFD. Raises Refused for more than anybody says.
    """
    if list(words) == ["-"] or (not words and not sys.stdin.isatty()):
        data = sys.stdin.buffer.read(MAX_STDIN + 1)
        if len(data) > MAX_STDIN:
            raise Refused(
                f"that is too long: more than {MAX_STDIN:,} bytes",
                hint=f"say it in {MAX_CHARACTERS:,} characters",
            )
        return data.decode("utf-8", errors="replace").strip()
    if not words:
        raise UsageError("say something", hint='alexa ask "turn on the kitchen light"')
    said = " ".join(words)
    return said.encode("utf-8", errors="surrogateescape").decode("utf-8", errors="replace")


def instant(text: str | None) -> datetime | None:
    """Return the instant of ``--now``; a time without offset is local. Raises UsageError."""
    if text is None:
        return None
    from datetime import datetime

    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(
            f"--now: {text!r} is no time", hint="write it like 2026-11-21T18:30 or with +01:00"
        ) from error


def conversation_id(session: Session, *, continued: bool, conversation: str | None) -> str:
    """Return the conversation to talk in: a new one unless told otherwise."""
    from alexa_cli.context.conversation import latest_conversation

    if conversation:
        return conversation
    if continued:
        latest = latest_conversation(session.store)
        if latest is None:
            raise UsageError("there is no conversation to go on with", hint="leave out -c")
        return latest
    return session.store.new_id("c")


async def typed(text: str) -> AsyncIterator[Utterance]:
    """Typed words as the stream of utterances that they are: one final revision."""
    yield Utterance(text)


def _out(stdout: TextIO, text: str) -> None:
    """Write to the real stdout: while a turn runs, what experts print goes elsewhere."""
    stdout.write(text)
    stdout.flush()


def _recorded(
    session: Session, asked: Asked, audio: str, conversation: str, options: TurnOptions
) -> Recorded:
    from alexa_cli.cli.recorded import Recorded, keeping

    keeping(asked.keep_audio)
    return Recorded(session, audio, conversation, options)


async def _answered(
    session: Session, asked: Asked, utterances: AsyncIterator[Utterance], conversation: str,
    options: TurnOptions,
) -> Seen:  # fmt: skip
    """Run a turn and show its answer, as it comes; say it too if that is wanted."""
    stream = Stream(partial(_out, sys.stdout))
    shows = [] if asked.shown.as_json else [stream.see]
    speaker = _speaker(session) if asked.speak else None
    if speaker is not None:
        shows.append(speaker.see)
    try:
        seen = await one_turn(
            session, utterances, conversation, options, lambda event: _to_all(shows, event)
        )
        screen.answer(session.store, seen, asked.shown, stream)
        if speaker is not None:
            await speaker.done()
    finally:
        if speaker is not None:
            await speaker.close()
    return seen


def _to_all(shows: Sequence[Callable[[Event], None]], event: Event) -> None:
    for show in shows:
        show(event)


def _speaker(session: Session) -> Speaker:
    """Return what speaks; that nothing can be heard is a line on stderr."""
    from alexa_cli.assistant.voice.mouth import open_speaker

    settings = session.loaded.settings
    notice = session.store.notices.append
    return open_speaker(settings.speak, language=settings.language, notice=notice)


async def _tidy_up(session: Session, conversation: str) -> None:
    """Sum a long conversation up, after the answer."""
    from alexa_cli.assistant.summarising import sum_up

    try:
        await sum_up(session.house, conversation)
    finally:
        await session.close()


async def one_turn(
    session: Session,
    utterances: AsyncIterator[Utterance],
    conversation: str,
    options: TurnOptions,
    show: Callable[[Event], None] = lambda _event: None,
) -> Seen:
    """Run one turn and return what was seen of it; ``show`` sees each event."""
    seen = Seen()
    turn = session.assistant.turn(utterances, conversation, options)
    with stray_prints():
        try:
            async with aclosing(turn) as events:
                async for event in events:
                    seen.see(event)
                    show(event)
        finally:
            await session.close()
    if not seen.turn:
        raise AlexaError("the turn ended without an answer")
    return seen
