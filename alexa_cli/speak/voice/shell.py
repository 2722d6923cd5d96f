"""Any other voice: a program that is given the text and speaks, or writes a WAV file to stdout.

The program is an argument list and is never run through a shell. The text is one line on its
stdin, or stands where an argument has ``{text}``; either way it is data: it cannot become an
option, a second line or a second command.
"""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING

from alexa_cli.config.programs import Program, kill, start
from alexa_cli.language.text import printable
from alexa_cli.speak.voice import NoVoice, Sound, VoiceFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PLACEHOLDER = "{text}"
LONGEST = 120.0
"""Seconds that the program may take for one sentence."""
_LIMIT = 64_000_000
"""Bytes of sound for one sentence: more than ten minutes at any usual rate."""
_ERRORS = 10_000
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
        transport, printed = await _start(argv, on_stdin=on_stdin)
        try:
            stdin = transport.get_pipe_transport(0)
            if isinstance(stdin, asyncio.WriteTransport):
                stdin.write(f"{line}\n".encode())
                stdin.write_eof()
            async with asyncio.timeout(self._longest):
                await printed.over.wait()
        except TimeoutError as error:
            message = f"{argv[0]} took longer than {self._longest:g} seconds to speak"
            raise VoiceFailed(message) from error
        finally:
            await _end(transport, printed)
        if code := transport.get_returncode():
            raise VoiceFailed(_failure(argv[0], code, bytes(printed.errors)))
        if not printed.out.strip():
            return None
        return wav(bytes(printed.out), argv[0])


def filled(command: Sequence[str], line: str) -> list[str]:
    """Return the argument list; the same as ``command`` if the text does not stand in it."""
    argv = [command[0]]
    for item in command[1:]:
        value = item.replace(PLACEHOLDER, line)
        # A space before it is not heard, and what begins with one is no option.
        argv.append(f" {value}" if item.startswith(PLACEHOLDER) and value[:1] in "-/" else value)
    return argv


class _Printed(Program):
    """What a program wrote, and whether it has ended. What is over the limits is dropped."""

    def __init__(self) -> None:
        self.out, self.errors = bytearray(), bytearray()
        self._exited = asyncio.Event()
        self.over = asyncio.Event()
        """It has ended, and nobody holds its pipes open."""

    @property
    def exited(self) -> asyncio.Event:
        return self._exited

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        kept, limit = (self.out, _LIMIT) if fd == 1 else (self.errors, _ERRORS)
        kept += data[: limit - len(kept)]

    def process_exited(self) -> None:
        self.exited.set()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.over.set()


async def _start(
    argv: Sequence[str], *, on_stdin: bool
) -> tuple[asyncio.SubprocessTransport, _Printed]:
    try:
        pipe = asyncio.subprocess.PIPE if on_stdin else asyncio.subprocess.DEVNULL
        return await start(_Printed, *argv, stdin=pipe)
    except FileNotFoundError as error:
        message = f"there is no program {printable(argv[0])!r} to speak with"
        raise NoVoice(message, hint="see speak.command; text is shown all the same") from error
    except (OSError, ValueError) as error:
        message = f"cannot run {printable(argv[0])!r} to speak with: {error}"
        raise NoVoice(message, hint="see speak.command") from error


async def _end(transport: asyncio.SubprocessTransport, printed: _Printed) -> None:
    """Kill a program that is not over, with all that it started, and let go of its pipes."""
    if not printed.over.is_set():
        kill(transport)
        await printed.exited.wait()
    transport.close()


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
