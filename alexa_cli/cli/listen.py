"""``alexa listen``: a conversation by voice. Answers go to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

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

app = typer.Typer(add_completion=False)


@app.command()
def listen(
    wake: Annotated[bool, typer.Option("--wake", help="Listen after the wake word.")] = False,
    push: Annotated[
        bool,
        typer.Option("--push-to-talk", help="Listen from the space bar to the space bar."),
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", help="One request, and what it asks back; then leave.")
    ] = False,
    device: Annotated[
        str | None,
        typer.Option(
            "--device", metavar="DEVICE", help="The microphone, by name or number (`alexa audio`)."
        ),
    ] = None,
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="ENGINE", help="sphinx or vosk.")
    ] = None,
    mute: Annotated[bool, typer.Option("--mute", help="Show replies; say nothing.")] = False,
    barge_in: Annotated[
        bool,
        typer.Option("--barge-in", help="Talking stops a reply: for headphones only."),
    ] = False,
    no_bias: Annotated[
        bool, typer.Option("--no-bias", help="Do not expect what fits now, such as answers.")
    ] = False,
    keep_audio: KeepAudioOption = None,
    continued: ContinueOption = False,
    conversation: ConversationOption = None,
    as_json: JsonOption = False,
    trace: Annotated[bool, typer.Option("--trace", help="Show where the time went.")] = False,
    quiet: QuietOption = False,
    yes: YesOption = False,
    no_save: Annotated[bool, typer.Option("--no-save", help="Keep nothing of this talk.")] = False,
    now: NowOption = None,
    config: ConfigOption = None,
    sets: SetOption = None,
    experts: ExpertsOption = None,
) -> None:
    """Talk by voice: it listens, answers aloud, and listens again until nobody speaks.

    On a terminal the space bar or Enter means: talk now, that was all, or be silent; q leaves.
    Ctrl-C stops what is being said or done; when nothing is, it leaves. Nothing you say leaves
    this machine as sound. Exit codes: 0, 4 there is no microphone; with --once those of `ask`.
    """
    from alexa_cli.cli.listening import Given, converse
    from alexa_cli.cli.screen import Shown
    from alexa_cli.errors import UsageError

    if wake + push + once > 1:
        raise UsageError("--wake, --push-to-talk and --once are three ways: take one")
    if push and not sys.stdin.isatty():
        raise UsageError("--push-to-talk needs a terminal: it takes a key")
    if engine not in {None, "vosk", "sphinx"}:
        raise UsageError(f"--engine: {engine!r} is neither vosk nor sphinx")
    more = [] if engine is None else [f"hear.engine={engine}"]
    if device is not None:  # as YAML reads it: a number is a number, everything else is text
        more.append(f"hear.device={device if device.isdecimal() else json.dumps(device)}")
    if no_bias:
        more.append("hear.bias=false")
    if mute:
        more.append("speak.mute=true")
    raise typer.Exit(
        converse(
            Given(
                Common.of(config, [*(sets or ()), *more], experts),
                "wake" if wake else "push" if push else "once" if once else "open",
                Shown(as_json, trace, quiet), continued=continued, conversation=conversation,
                barge_in=barge_in, keep_audio=keep_audio, yes=yes, save=not no_save, now=now,
            )
        )
    )  # fmt: skip
