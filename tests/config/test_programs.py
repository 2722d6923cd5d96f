"""However early a program is given up, nothing of it goes on."""

from __future__ import annotations

import asyncio
import sys
import threading
from pathlib import Path

import pytest

from alexa_cli.config.programs import Program, kill, start

SLEEPER = """
import os, subprocess, sys, threading
child = subprocess.Popen([sys.executable, '-c', 'import threading; threading.Event().wait()'])
with open(sys.argv[1] + '.new', 'w') as file:
    file.write(f'{os.getpid()} {child.pid}')
os.rename(sys.argv[1] + '.new', sys.argv[1])
threading.Event().wait()
"""


class Watched(Program):
    def __init__(self) -> None:
        self._exited = asyncio.Event()

    @property
    def exited(self) -> asyncio.Event:
        return self._exited

    def process_exited(self) -> None:
        self._exited.set()


def gone(pid: str) -> bool:
    """Whether a process has ended; one that nobody has asked after yet counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def noted(file: Path) -> list[str]:
    pids = file.read_text().split()
    assert len(pids) == 2
    return pids


async def until_gone(file: Path) -> None:
    pids = noted(file)
    while not all(map(gone, pids)):  # noqa: ASYNC110 - other processes
        await asyncio.sleep(0.01)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc")
@pytest.mark.parametrize("turns", [2, 3, 4])
def test_given_up_while_it_is_started_what_it_began_ends_too(tmp_path: Path, turns: int) -> None:
    """The loop stands still until the program has begun another, and knows nothing of it yet."""
    file = tmp_path / "pids"

    async def scene() -> None:
        options = {"stdin": asyncio.subprocess.DEVNULL}
        task = asyncio.create_task(
            start(Watched, sys.executable, "-c", SLEEPER, str(file), **options)
        )
        for _ in range(turns):
            await asyncio.sleep(0)
        while not file.exists():
            threading.Event().wait(0.01)
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until_gone(file)

    asyncio.run(scene())


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc")
def test_all_of_a_program_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "pids"

    async def scene() -> None:
        transport, program = await start(Watched, sys.executable, "-c", SLEEPER, str(file))
        while not file.exists():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.01)
        kill(transport)
        await program.exited.wait()
        transport.close()
        await until_gone(file)
        kill(transport)  # nobody is there any more

    asyncio.run(scene())


def test_what_cannot_be_started_is_told() -> None:
    with pytest.raises(FileNotFoundError):
        asyncio.run(start(Watched, "no-such-program"))
