"""The ``shell`` handler: a program with an argument list, never through a shell.

A value is one item of that list, whatever is in it. An item that is a placeholder alone must not
begin with ``-``, so that what somebody said cannot become an option, unless the declaration has
the item ``--`` before it. ``--to=$x`` is safe with any value.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING, cast

from alexa_cli.catalog.context import HandlerFailed, Returned
from alexa_cli.catalog.http_handler import as_text
from alexa_cli.catalog.modules import one_line
from alexa_cli.catalog.placeholders import MISSING, Placeholder, literal, look_up_argument, whole
from alexa_cli.catalog.runs import OPTION
from alexa_cli.turn import Trust

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import Mapping, Sequence

    from alexa_cli.catalog.context import Limits
    from alexa_cli.catalog.expert import Api, Expert
    from alexa_cli.turn import Argument

_CHUNK = 65_536


async def run_shell(
    expert: Expert, api: Api, arguments: Mapping[str, Argument], limits: Limits
) -> Returned:
    """Run the program in the expert's folder; the value is what it prints, as text.

    Raises HandlerFailed: not found, a non-zero exit code (with the first line of its stderr),
    too slow, too much output.
    """
    items = cast("list[str]", api.run.spec["shell"]) if api.run else []
    argv = fill_argv(items, arguments, api.full_name)
    process = await _start(argv, expert.folder, api.full_name)
    reading = asyncio.create_task(_read(process, limits.output_bytes))
    try:
        async with asyncio.timeout(limits.shell_seconds):
            out, errors = await asyncio.shield(reading)
    except TimeoutError as error:
        seconds = limits.shell_seconds
        raise HandlerFailed(f"{argv[0]} took longer than {seconds:g} seconds") from error
    except _TooMuch as error:
        message = f"{argv[0]} printed more than {limits.output_bytes:,} bytes"
        raise HandlerFailed(message) from error
    finally:
        await _end(process, reading)
    if process.returncode:
        raise HandlerFailed(_failure(argv[0], process.returncode, errors))
    return Returned(
        value=out.decode(errors="replace").rstrip("\r\n"),
        source=f"shell:{os.path.basename(argv[0])}",  # noqa: PTH119 - a name, not a path
        trust=Trust.UNTRUSTED,
    )


def fill_argv(items: Sequence[str], arguments: Mapping[str, Argument], who: str) -> list[str]:
    """Return the argument list. Raises HandlerFailed for a value that cannot stand in it."""
    argv: list[str] = []
    for item in items:
        option = OPTION.fullmatch(item)
        placeholder = whole(option["placeholder"]) if option else whole(item)
        if placeholder is None:
            argv.append(literal(item))
            continue
        value = _value(placeholder, arguments, who)
        if option is not None:
            if value is not None:
                argv.append(option["literal"] + value)
            continue
        if value is None:
            raise HandlerFailed(f"{who}: there is no {str(placeholder)[1:]} to give to {items[0]}")
        if value.startswith("-") and "--" not in argv:
            raise HandlerFailed(f"{who}: {one_line(value)!r} would be read as an option")
        argv.append(value)
    return argv


def _value(placeholder: Placeholder, arguments: Mapping[str, Argument], who: str) -> str | None:
    value = look_up_argument(arguments, placeholder)
    if value is MISSING or value is None:
        return None
    text = as_text(value)
    if "\0" in text:
        raise HandlerFailed(f"{who}: {str(placeholder)[1:]} holds NUL")
    return text


class _TooMuch(Exception):
    """The program printed more than it may."""


async def _start(argv: Sequence[str], folder: str, who: str) -> Process:
    pipe = asyncio.subprocess.PIPE
    try:
        return await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=pipe,
            stderr=pipe,
            cwd=folder or None,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        message = f"{who}: there is no program {one_line(argv[0])!r}"
        raise HandlerFailed(message, hint="install it, or name it with its path") from error
    except (OSError, ValueError) as error:
        raise HandlerFailed(f"{who}: cannot run {argv[0]!r}: {one_line(str(error))}") from error


async def _read(process: Process, limit: int) -> tuple[bytes, bytes]:
    """Read both outputs side by side, wait for the end. Raises _TooMuch."""

    async def drain(stream: asyncio.StreamReader | None) -> bytes:
        content = bytearray()
        while stream is not None and (chunk := await stream.read(_CHUNK)):
            content += chunk
            if len(content) > limit:
                raise _TooMuch
        return bytes(content)

    out, errors = await asyncio.gather(drain(process.stdout), drain(process.stderr))
    await process.wait()
    return out, errors


async def _end(process: Process, reading: asyncio.Task[tuple[bytes, bytes]]) -> None:
    """Kill what is left of the program and of what it started, and wait until it is gone."""
    if reading.done() and not reading.cancelled() and reading.exception() is None:
        return
    reading.cancel()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    await process.wait()
    with contextlib.suppress(asyncio.CancelledError, _TooMuch):
        await reading


def _failure(program: str, code: int, errors: bytes) -> str:
    lines = errors.decode(errors="replace").splitlines()
    first = next((line for line in lines if line.strip()), "")
    reason = f"was stopped by signal {-code}" if code < 0 else f"failed with exit code {code}"
    return f"{program} {reason}: {one_line(first)}" if first else f"{program} {reason}"
