"""``alexa chat``: the REPL, a script of turns on a pipe, or JSON lines both ways."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from alexa_cli.cli.asking import conversation_id, instant
from alexa_cli.cli.options import (
    Common,
    ConfigOption,
    ContinueOption,
    ConversationOption,
    ExpertsOption,
    NowOption,
    SetOption,
    YesOption,
)
from alexa_cli.cli.repl.talk import Talk
from alexa_cli.cli.stoppable import run

app = typer.Typer(add_completion=False)


@app.command()
def chat(
    continued: ContinueOption = False,
    conversation: ConversationOption = None,
    voice: Annotated[
        bool, typer.Option("--voice", help="Listen and speak too: wake word and F2.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines both ways.")] = False,
    yes: YesOption = False,
    no_save: Annotated[bool, typer.Option("--no-save", help="Keep nothing of this talk.")] = False,
    now: NowOption = None,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
) -> None:
    """Talk: with history, completion and a toolbar; timers ring while it is open.

    With --voice it listens beside the prompt: say the wake word, or press F2 (or Ctrl-Space), talk,
    and press it again; or hold it. Replies to what was spoken are spoken; a key or a word stops
    them. Typing goes on as ever, also where there is no microphone.

    Lines on a pipe are a script of turns: each is said, or is a command such as /undo. The exit
    code is that of the last turn that did not go well.

    With --json each line in is {"say": WORDS} or {"command": "/undo"}. Lines out have a type:
    heard, decided, started, acted, emitted, replied and finished, the events of a turn in
    order; shown, the lines of a command; rang, something due; notice; error, with exit_code.
    """
    if voice and (as_json or not _interactive()):
        from alexa_cli.errors import UsageError

        raise UsageError(
            "--voice needs a terminal", hint="`alexa listen --json` is a voice for programs"
        )
    common = Common.of(config, sets, experts)
    talk = Talk.begin(common, save=not no_save, now=instant(now), yes=yes)
    if continued or conversation:
        talk.conversation = conversation_id(
            talk.session, continued=continued, conversation=conversation
        )
    with talk.session.store:
        try:
            code = run(_converse(talk, as_json=as_json, voice=voice))
        except KeyboardInterrupt:
            # Between an answer and the next prompt nobody but this hears Ctrl-C: it leaves.
            if as_json or not _interactive():
                raise
            code = 0
        finally:
            talk.session.say_notices()
    raise typer.Exit(code)


async def _converse(talk: Talk, *, as_json: bool, voice: bool) -> int:
    if as_json:
        from alexa_cli.cli.repl.script import converse_json

        return await converse_json(talk)
    if not _interactive():
        from alexa_cli.cli.repl.script import play

        return await play(talk)
    from alexa_cli.cli.repl.terminal import converse

    return await converse(talk, voice=voice)


def _interactive() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
