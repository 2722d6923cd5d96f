"""The ``shell`` handler: a program with an argument list, never through a shell.

A value is one item of that list, whatever is in it. An item that is a placeholder alone must not
begin with ``-``, so that what somebody said cannot become an option, unless the declaration has
the item ``--`` before it. ``--to=$x`` is safe with any value.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, cast

from alexa_cli.catalog.context import HandlerFailed, Returned
from alexa_cli.catalog.http_handler import as_text
from alexa_cli.catalog.modules import one_line
from alexa_cli.catalog.placeholders import MISSING, Placeholder, literal, look_up_argument, whole
from alexa_cli.catalog.runs import OPTION
from alexa_cli.config.programs import Program, kill, start
from alexa_cli.turn import Trust

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alexa_cli.catalog.context import Limits
    from alexa_cli.catalog.expert import Api, Expert
    from alexa_cli.turn import Argument

_LINGER = 0.5
"""Seconds for which the output of a program that has ended is waited for."""


async def run_shell(
    expert: Expert, api: Api, arguments: Mapping[str, Argument], limits: Limits
) -> Returned:
    """Run the program in the expert's folder; the value is what it prints, as text.

    It is over when it ends: what it leaves running in the background is left alone. Raises
    HandlerFailed: not found, a non-zero exit code (with the first line of its stderr), too slow,
    too much output.
    """
    items = cast("list[str]", api.run.spec["shell"]) if api.run else []
    argv = fill_argv(items, arguments, api.full_name)
    transport, printed = await _start(argv, expert.folder, api.full_name, limits.output_bytes)
    try:
        async with asyncio.timeout(limits.shell_seconds):
            await printed.ended()
    except TimeoutError as error:
        seconds = limits.shell_seconds
        raise HandlerFailed(f"{argv[0]} took longer than {seconds:g} seconds") from error
    finally:
        await _end(transport, printed)
    if printed.too_much:
        raise HandlerFailed(f"{argv[0]} printed more than {limits.output_bytes:,} bytes")
    if code := transport.get_returncode():
        raise HandlerFailed(_failure(argv[0], code, bytes(printed.errors)))
    return Returned(
        value=printed.out.decode(errors="replace").rstrip("\r\n"),
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


class _Printed(Program):
    """What a program printed so far, and whether it has ended."""

    def __init__(self, limit: int) -> None:
        self.out, self.errors = bytearray(), bytearray()
        self.too_much = False
        """Whether it printed more than ``limit`` bytes; the rest is dropped."""
        self._exited = asyncio.Event()
        self._limit = limit
        self._over = asyncio.Event()
        self._open = {1, 2}

    @property
    def exited(self) -> asyncio.Event:
        return self._exited

    async def ended(self) -> None:
        """Wait until the program has ended and told all, or has printed too much."""
        await self._over.wait()
        if self.too_much:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER):
                while self._open and not self.too_much:
                    self._over.clear()
                    await self._over.wait()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Keep what was printed, up to the limit."""
        kept = self.out if fd == 1 else self.errors
        kept += data[: self._limit + 1 - len(kept)]
        if len(kept) > self._limit:
            self.too_much = True
            self._over.set()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """Note that nothing more comes from here."""
        del exc
        self._open.discard(fd)
        if self.exited.is_set():
            self._over.set()

    def process_exited(self) -> None:
        """Note that the program is gone."""
        self.exited.set()
        self._over.set()


async def _start(
    argv: Sequence[str], folder: str, who: str, limit: int
) -> tuple[asyncio.SubprocessTransport, _Printed]:
    try:
        return await start(
            lambda: _Printed(limit), *argv, stdin=asyncio.subprocess.DEVNULL, cwd=folder or None
        )
    except FileNotFoundError as error:
        message = f"{who}: there is no program {one_line(argv[0])!r}"
        raise HandlerFailed(message, hint="install it, or name it with its path") from error
    except (OSError, ValueError) as error:
        raise HandlerFailed(f"{who}: cannot run {argv[0]!r}: {one_line(str(error))}") from error


async def _end(transport: asyncio.SubprocessTransport, printed: _Printed) -> None:
    """Kill a program that still runs and what it started, wait until it is gone, let go.

    The pipes are closed, not read to their end: a child that left the session may hold them open
    for ever, and must not hold up the turn.
    """
    if not printed.exited.is_set():
        kill(transport)
        await printed.exited.wait()
    transport.close()


def _failure(program: str, code: int, errors: bytes) -> str:
    lines = errors.decode(errors="replace").splitlines()
    first = next((line for line in lines if line.strip()), "")
    reason = f"was stopped by signal {-code}" if code < 0 else f"failed with exit code {code}"
    return f"{program} {reason}: {one_line(first)}" if first else f"{program} {reason}"
