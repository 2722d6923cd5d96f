"""``alexa ask``: one turn. The answer goes to stdout, everything else to stderr."""

from __future__ import annotations

from typing import Annotated

import typer

from alexa_cli.cli.asking import Asked
from alexa_cli.cli.asking import ask as ask_once
from alexa_cli.cli.group import Speaking
from alexa_cli.cli.options import (
    Common,
    ConfigOption,
    ContinueOption,
    ConversationOption,
    ExpertsOption,
    JsonOption,
    KeepAudioOption,
    NowOption,
    QuietOption,
    SetOption,
    YesOption,
)
from alexa_cli.cli.screen import Shown

app = typer.Typer(add_completion=False)


@app.command(cls=Speaking)
def ask(
    words: Annotated[
        list[str] | None,
        typer.Argument(help="What to say; - reads it from stdin.", show_default=False),
    ] = None,
    continued: ContinueOption = False,
    conversation: ConversationOption = None,
    as_json: JsonOption = False,
    trace: Annotated[bool, typer.Option("--trace", help="Show where the time went.")] = False,
    quiet: QuietOption = False,
    yes: YesOption = False,
    no_save: Annotated[bool, typer.Option("--no-save", help="Keep nothing of this turn.")] = False,
    now: NowOption = None,
    audio: Annotated[
        str | None,
        typer.Option(
            "--audio",
            metavar="FILE",
            help="Hear a recording instead: a file, - for stdin, or sample (one that ships).",
        ),
    ] = None,
    keep_audio: KeepAudioOption = None,
    speak: Annotated[bool, typer.Option("--speak", help="Say the answer aloud too.")] = False,
    think: Annotated[
        bool,
        typer.Option(
            "--think", help="Let language models reason first; the trace says what it cost."
        ),
    ] = False,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Seed for whatever draws lots.")
    ] = None,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
) -> None:
    """Say something and get an answer.

    Exit codes: 0 done, 1 failed, 3 not understood or an answer is needed (give it with -c), 4
    configuration or a key, 5 a model is out of reach, 6 refused.
    """
    asked = Asked(
        tuple(words or ()), conversation, continued, Shown(as_json, trace, quiet), yes,
        not no_save, now, seed, Common.of(config, sets, experts), think=think, audio=audio,
        keep_audio=keep_audio, speak=speak,
    )  # fmt: skip
    raise typer.Exit(ask_once(asked))
