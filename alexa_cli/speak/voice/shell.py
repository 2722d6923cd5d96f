"""Any other voice: a program that is given the text and speaks, or writes a WAV file to stdout.

The program is an argument list and is never run through a shell. The text is one line on its
stdin, or stands where an argument has ``{text}``; either way it is data: it cannot become an
option, a second line or a second command.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import struct
from typing import TYPE_CHECKING

from alexa_cli.language.text import printable
from alexa_cli.speak.voice import NoVoice, Sound, VoiceFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PLACEHOLDER = "{text}"
LONGEST = 120.0
"""Seconds that the program may take for one sentence."""
_LIMIT = 64_000_000
"""Bytes of sound for one sentence: more than ten minutes at any usual rate."""
_ERRORS_SHOWN = 200
_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE


class ShellVoice:
    """Speaks by a program, such as ``["say"]`` or ``["piper", "-m", "amy.onnx", "-f", "-"]``."""

    name = "shell"

    def __init__(self, command: Sequence[str], *, longest: float = LONGEST) -> None:
        if not command or not command[0].strip():
            raise NoVoice("speak.command names no program")
        self._command, self._longest = list(command), longest

    async def say(self, text: str) -> Sound | None:
        """Run the program. None: it wrote no sound, so it has played it itself.

        Raises NoVoice (cannot be run), VoiceFailed (failed, too slow, what it wrote is no WAV).
        """
        line = " ".join(printable(text).split())
        argv = filled(self._command, line)
        on_stdin = argv == self._command
        process = await _start(argv, on_stdin=on_stdin)
        try:
            async with asyncio.timeout(self._longest):
                (out, errors), code = await _talk(process, f"{line}\n" if on_stdin else None)
        except TimeoutError as error:
            message = f"{argv[0]} took longer than {self._longest:g} seconds to speak"
            raise VoiceFailed(message) from error
        finally:
            await _end(process)
        if code:
            raise VoiceFailed(_failure(argv[0], code, errors))
        if not out.strip():
            return None
        return wav(out, argv[0])


def filled(command: Sequence[str], line: str) -> list[str]:
    """Return the argument list; the same as ``command`` if the text does not stand in it."""
    argv = [command[0]]
    for item in command[1:]:
        value = item.replace(PLACEHOLDER, line)
        # A space before it is not heard, and what begins with one is no option.
        argv.append(f" {value}" if item.startswith(PLACEHOLDER) and value[:1] in "-/" else value)
    return argv


async def _start(argv: Sequence[str], *, on_stdin: bool) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            stdin=pipe if on_stdin else asyncio.subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        message = f"there is no program {printable(argv[0])!r} to speak with"
        raise NoVoice(message, hint="see speak.command; text is shown all the same") from error
    except (OSError, ValueError) as error:
        message = f"cannot run {printable(argv[0])!r} to speak with: {error}"
        raise NoVoice(message, hint="see speak.command") from error


async def _talk(
    process: asyncio.subprocess.Process, line: str | None
) -> tuple[tuple[bytes, bytes], int]:
    assert process.stdout is not None  # noqa: S101 - both are pipes
    assert process.stderr is not None  # noqa: S101
    reading = asyncio.gather(_read(process.stdout, _LIMIT), _read(process.stderr, 10_000))
    try:
        if line is not None and process.stdin is not None:
            # A program that does not want to know may have closed it.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(line.encode())
                await process.stdin.drain()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.close()
                await process.stdin.wait_closed()
        out, errors = await reading
    finally:
        reading.cancel()
    return (out, errors), await process.wait()


async def _read(stream: asyncio.StreamReader, limit: int) -> bytes:
    """Read to the end; what is over the limit is dropped."""
    kept = bytearray()
    while piece := await stream.read(1 << 16):
        kept += piece[: limit - len(kept)]
    return bytes(kept)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill what still runs, with all that it started, and wait until it is gone."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        await asyncio.shield(asyncio.ensure_future(process.wait()))


def _failure(program: str, code: int, errors: bytes) -> str:
    lines = printable(errors.decode(errors="replace")).splitlines()
    first = next((line.strip() for line in lines if line.strip()), "")[:_ERRORS_SHOWN]
    reason = f"was stopped by signal {-code}" if code < 0 else f"failed with exit code {code}"
    return f"{program} {reason}: {first}" if first else f"{program} {reason}"


def wav(data: bytes, who: str) -> Sound:
    """Read a WAV file, also one whose sizes were not known as it was begun. Raises VoiceFailed."""
    layout: tuple[int, int, int, int] | None = None
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        for name, body in _chunks(data):
            if name == b"fmt " and len(body) >= 16:  # noqa: PLR2004 - the fields that all have
                form, channels, rate, _, _, bits = struct.unpack("<HHIIHH", body[:16])
                if form == _EXTENSIBLE and len(body) >= 26:  # noqa: PLR2004 - the real one
                    form = int.from_bytes(body[24:26], "little")
                layout = form, channels, rate, bits
            elif name == b"data" and layout is not None:
                return _sound(body, layout, who)
    message = f"{who} wrote something that is no WAV file"
    raise VoiceFailed(message, hint="speak.command must write a WAV file to stdout, or nothing")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if name == b"data" and size == 0:  # streamed: it goes on to the end
            size = len(data)
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _sound(body: bytes, layout: tuple[int, int, int, int], who: str) -> Sound:
    import numpy as np  # noqa: PLC0415 - only for a voice that is a program

    form, channels, rate, bits = layout
    kinds = {(_PCM, 8): "u1", (_PCM, 16): "<i2", (_PCM, 32): "<i4", (_FLOAT, 32): "<f4"}
    kind = kinds.get((form, bits))
    if kind is None or not channels or not rate:
        message = f"{who} wrote a WAV file of a kind that cannot be played ({bits} bits)"
        raise VoiceFailed(message, hint="16 bits are best")
    frame = channels * bits // 8
    values = np.frombuffer(body[: len(body) // frame * frame], dtype=kind).astype(np.float64)
    scale, offset = {"u1": (256.0, -32768.0), "<i2": (1.0, 0.0), "<i4": (1 / 65536, 0.0),
                     "<f4": (32767.0, 0.0)}[kind]  # fmt: skip
    mono = np.nan_to_num(values.reshape(-1, channels).mean(axis=1) * scale + offset)
    return Sound(np.clip(np.rint(mono), -32768, 32767).astype("<i2").tobytes(), rate)
