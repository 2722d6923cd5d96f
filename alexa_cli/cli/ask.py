"""``alexa ask``: one turn. The answer goes to stdout, everything else to stderr."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated

import typer

from alexa_cli.assistant import TurnOptions
from alexa_cli.cli.options import Common, ConfigOption, ExpertsOption, JsonOption, NowOption, SetOption
from alexa_cli.cli import screen
from alexa_cli.cli.screen import Shown
from alexa_cli.cli.session import Session, open_session
from alexa_cli.errors import AlexaError, UsageError
from alexa_cli.turn import Finished, Replied, Reply, Utterance

app = typer.Typer(
    context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]},
    add_completion=False,
)
EXIT_CODES = {
    "done": 0, "failed": 1, "not_understood": 3, "question": 3, "refused": 6, "cancelled": 130,
}  # fmt: skip
"""How a turn ended, to exit code."""
MAX_STDIN = 64_000
"""Bytes read from a pipe; an utterance is far shorter, and what is longer is refused anyway."""


@app.command()
def ask(
    words: Annotated[
        list[str] | None, typer.Argument(help="What to say; - reads it from stdin.", show_default=False)
    ] = None,
    continued: Annotated[
        bool, typer.Option("-c", "--continue", help="Go on with the last conversation.")
    ] = False,
    conversation: Annotated[
        str | None, typer.Option(metavar="ID", help="Go on with this conversation.")
    ] = None,
    as_json: JsonOption = False,
    trace: Annotated[bool, typer.Option("--trace", help="Show where the time went.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="The answer and nothing else.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm whatever would be asked.")] = False,
    no_save: Annotated[bool, typer.Option("--no-save", help="Keep nothing of this turn.")] = False,
    now: NowOption = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Seed for whatever draws lots.")
    ] = None,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
) -> None:
    """Say something and get an answer.

    Exit codes: 0 done, 1 failed, 3 not understood or an answer is needed (say it with -c),
    4 configuration, 6 refused.
    """
    said = spoken(words or [])
    session = open_session(Common.of(config, sets, experts), save=not no_save)
    options = TurnOptions(now=instant(now), yes=yes, seed=seed)
    with session.store:
        which = conversation_id(session, continued=continued, conversation=conversation)
        reply, finished = asyncio.run(one_turn(session, said, which, options))
        screen.answer(session.store, reply, finished.turn, Shown(as_json, trace, quiet))
    session.say_notices()
    raise typer.Exit(EXIT_CODES[finished.status])


def spoken(words: list[str]) -> str:
    """Return what was said on the command line, or from stdin for ``-`` and a pipe."""
    if words == ["-"] or (not words and not sys.stdin.isatty()):
        data = sys.stdin.buffer.read(MAX_STDIN + 1)
        return data.decode("utf-8", errors="replace").strip()
    if not words:
        raise UsageError("say something", hint='alexa ask "turn on the kitchen light"')
    return " ".join(words)


def instant(text: str | None) -> datetime | None:
    """Return the instant of ``--now``; a time without offset is local. Raises UsageError."""
    if text is None:
        return None
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


async def one_turn(
    session: Session, said: str, conversation: str, options: TurnOptions
) -> tuple[Reply, Finished]:
    """Run one turn of typed words; returns the reply and how the turn ended."""
    reply, finished = Reply(""), None
    async with aclosing(session.assistant.turn(typed(said), conversation, options)) as events:
        async for event in events:
            if isinstance(event, Replied):
                reply = event.reply
            elif isinstance(event, Finished):
                finished = event
    if finished is None:
        raise AlexaError("the turn ended without an answer")
    return reply, finished
