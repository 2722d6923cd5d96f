"""``alexa audio``: the sound devices, whether the microphone is any good, and recording."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from alexa_cli.cli.options import JsonOption
from alexa_cli.cli.stoppable import run

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from alexa_cli.hear.frame import Frame, Source
    from alexa_cli.hear.level import Level
    from alexa_cli.hear.sources.devices import Device
    from alexa_cli.hear.sources.recording import Recording

app = typer.Typer(
    help="Sound in: the devices, how well the microphone hears, and recording.",
    invoke_without_command=True,
    add_completion=False,
)

DeviceOption = Annotated[
    str | None,
    typer.Option(
        "--device",
        metavar="DEVICE",
        help="The microphone: its name, a part of it, or its number in `alexa audio devices`.",
    ),
]
SecondsOption = Annotated[
    float | None,
    typer.Option("--seconds", metavar="N", min=0.1, max=86_400, help="How long, in seconds."),
]
CHECK_SECONDS = 5.0


@app.callback()
def _default(context: typer.Context, as_json: JsonOption = False) -> None:
    if context.invoked_subcommand is None:
        _devices(as_json)


@app.command("devices")
def _devices(as_json: JsonOption = False) -> None:
    """List the microphones and loudspeakers. Exit code 4: there is no microphone."""
    from alexa_cli.cli.trace import dumps, print_lines
    from alexa_cli.hear.sources.devices import no_microphone
    from alexa_cli.hear.sources.patience import devices_there

    devices = run(devices_there())
    if as_json:
        print_lines(dumps(asdict(device)) for device in devices)
    else:
        print_lines(map(_device_line, devices))
    if not any(device.inputs for device in devices):
        raise no_microphone()


def _device_line(device: Device) -> str:
    ways = [name for name, some in (("in", device.inputs), ("out", device.outputs)) if some]
    usual = [
        name
        for name, so in (("microphone", device.default_input), ("speaker", device.default_output))
        if so
    ]
    used = f", the usual {' and '.join(usual)}" if usual else ""
    return f"{device.index:>3}  {device.name}  ({'/'.join(ways)}, {device.system}{used})"


@app.command("check")
def _check(
    file: Annotated[
        str | None,
        typer.Argument(metavar="[FILE]", help="A sound file, or - for stdin; left out, listen."),
    ] = None,
    seconds: SecondsOption = None,
    device: DeviceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Listen for five seconds and say how loud and how clean it is, and what to do about it.

    Say something meanwhile. Exit code 1: it is not good, 4: there is no microphone.
    """
    from alexa_cli.hear.sources import open_source

    source = open_source(file, device=device)
    if source.live:
        seconds = seconds or CHECK_SECONDS
    level = run(_listen(source, seconds, None))
    _report(source, level, as_json=as_json)
    raise typer.Exit(0 if level.finding == "good" else 1)


@app.command("record")
def _record(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="wav, flac, ogg, mp3 or raw, by its name.")
    ],
    seconds: SecondsOption = None,
    device: DeviceOption = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Record the microphone until Ctrl-C, or for so many seconds: 16 kHz, mono.

    The file is readable by you alone.
    """
    from alexa_cli.hear.sources import open_source
    from alexa_cli.hear.sources.recording import Recording

    source = open_source(None, device=device)
    with Recording(file, replace=force) as recording:
        level = run(_listen(source, seconds, recording))
    _report(source, level, as_json=as_json, file=file)


async def _listen(source: Source, seconds: float | None, recording: Recording | None) -> Level:
    """Measure, and record, until it ends, the time is over, or Ctrl-C."""
    from alexa_cli.hear.frame import FRAME_SECONDS
    from alexa_cli.hear.level import Meter

    meter, screen = Meter(), _Screen()
    frames = cast("AsyncGenerator[Frame, None]", source.frames())
    most = None if seconds is None else max(1, round(seconds / FRAME_SECONDS))
    heard = 0
    try:
        async with aclosing(frames):
            async for frame in frames:
                heard += 1
                if heard == 1 and source.live:
                    _invite(seconds, recording)
                loudness = meter.add(frame.samples)
                if recording is not None:
                    recording.add(frame.samples)
                if source.live:
                    screen.show(heard * FRAME_SECONDS, loudness)
                if heard == most:
                    break
    except asyncio.CancelledError:  # Ctrl-C is how a recording ends
        if not heard:
            raise
    finally:
        screen.close()
    return meter.level()


def _invite(seconds: float | None, recording: Recording | None) -> None:
    """Say that it listens, once it does."""
    if recording is None:
        sys.stderr.write("say something, such as: what time is it\n")
    else:
        sys.stderr.write(f"recording{'; Ctrl-C ends it' if seconds is None else ''}\n")


class _Screen:
    """The level while it is measured, on one line of a terminal."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._count = 0

    def show(self, seconds: float, loudness: float) -> None:
        """Draw it anew, some ten times a second."""
        from alexa_cli.hear.level import bar

        self._count += 1
        if self._live and self._count % 3 == 1:
            sys.stderr.write(f"\r{seconds:7.1f} s  {loudness:6.1f} dBFS  {bar(loudness)}")
            sys.stderr.flush()

    def close(self) -> None:
        """End the line."""
        if self._live and self._count:
            sys.stderr.write("\n")


def _report(source: Source, level: Level, *, as_json: bool, file: Path | None = None) -> None:
    from alexa_cli.cli.trace import dumps, print_lines

    if as_json:
        row = {
            "source": source.name,
            "file": None if file is None else str(file),
            **{name: round(value, 6) for name, value in asdict(level).items()},
            "lost_frames": source.overflows,
            "finding": level.finding,
            "verdict": level.verdict(),
        }
        print_lines([dumps(row)])
        return
    rows = [
        f"{source.name}, {level.seconds:,.1f} s" + (f", in {file}" if file else ""),
        f"  loudest       {level.peak:6.1f} dBFS",
        f"  speech        {level.loud:6.1f} dBFS",
        f"  noise         {level.floor:6.1f} dBFS",
        f"  cut off       {100 * level.clipped:6.2f} %",
        f"  off centre    {100 * abs(level.offset):6.2f} %",
    ]
    if source.overflows:
        rows.append(f"  lost          {source.overflows:6,} frames: this machine is too busy")
    print_lines([*rows, level.verdict()])
