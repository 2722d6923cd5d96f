"""A voice whose sound is its text, an output that remembers, and a loudspeaker that is a file."""

from __future__ import annotations

import asyncio
import ctypes.util
import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from alexa_cli.speak.voice import Sound, VoiceFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).parent / "aloud.py"
ASOUNDRC = """\
pcm.loudspeaker {{ type file
  slave.pcm "null"
  file "{sink}"
  format "raw" }}
pcm.!default {{ type asym
  playback.pcm "loudspeaker"
  capture.pcm "null" }}
ctl.!default {{ type hw card 0 }}
"""
SET_PIPE_SIZE = 1031


class Parrot:
    """Its sound is the text itself, so that what was played can be read."""

    name = "parrot"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.fails = ""
        """It fails at this text."""

    async def say(self, text: str) -> Sound | None:
        self.asked.append(text)
        await asyncio.sleep(0)
        if text == self.fails:
            raise VoiceFailed("the parrot is hoarse")
        return Sound(text.encode("utf-16-le"), 16_000)


class Memory:
    """An output that plays at once, or holds each sound until it is let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.held = False
        self.stops = self.releases = 0
        self.error: Exception | None = None
        self._free = asyncio.Event()
        self._news = asyncio.Event()

    async def play(self, sound: Sound) -> None:
        if self.error is not None:
            raise self.error
        text = sound.samples.decode("utf-16-le").strip("\0")
        self.begun.append(text)
        self._news.set()
        stops = self.stops
        await asyncio.sleep(0)
        if self.held:
            self._free.clear()
            await self._free.wait()
        if stops == self.stops:
            self.ended.append(text)

    def let_go(self) -> None:
        self.held = False
        self._free.set()

    async def until_begun(self, count: int) -> None:
        """Wait until this many sounds have begun."""
        while len(self.begun) < count:
            self._news.clear()
            await self._news.wait()

    def stop(self) -> None:
        self.stops += 1

    async def release(self) -> None:
        self.releases += 1


@pytest.fixture
def parrot() -> Parrot:
    return Parrot()


@pytest.fixture
def memory() -> Memory:
    return Memory()


class Loudspeaker:
    """A default ALSA device that writes what it plays to ``sink``; for processes of their own."""

    def __init__(self, folder: Path, repo: Path) -> None:
        self.sink = folder / "sink"
        self._folder, self._repo = folder, repo
        self._process: subprocess.Popen[str] | None = None
        self._pipe = -1
        (folder / ".asoundrc").write_text(ASOUNDRC.format(sink=self.sink), encoding="utf-8")

    def as_pipe(self) -> None:
        """Play no faster than ``heard`` takes it."""
        os.mkfifo(self.sink)
        self._pipe = os.open(self.sink, os.O_RDONLY | os.O_NONBLOCK)
        fcntl.fcntl(self._pipe, SET_PIPE_SIZE, 4096)

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the script ``aloud.py`` with this device."""
        self._process = subprocess.Popen(
            [sys.executable, str(SCRIPT), *arguments], stdin=subprocess.PIPE, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"HOME": str(self._folder), "PYTHONPATH": str(self._repo), "PATH": os.defpath},
        )  # fmt: skip
        return self._process

    def run(self, *arguments: str) -> list[str]:
        """Run the script to its end; return the lines that it printed."""
        out, errors = self.begin(*arguments).communicate(timeout=60)
        assert errors == ""
        return out.splitlines()

    def heard(self, at_least: int = 1) -> bytes:
        """Take this many bytes of sound from the pipe, or what there is when the script ends."""
        assert self._process is not None
        taken = bytearray()
        while len(taken) < at_least:
            try:
                piece = os.read(self._pipe, 4096)
            except BlockingIOError:
                piece = b""
            taken += piece
            if not piece:
                try:
                    self._process.wait(0.01)
                except subprocess.TimeoutExpired:
                    continue
                break
        return bytes(taken)

    def go_away(self) -> None:
        """Be a device that is unplugged."""
        if self._pipe >= 0:
            os.close(self._pipe)
        self._pipe = -1

    def close(self) -> None:
        self.go_away()
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


@pytest.fixture
def loudspeaker(tmp_path: Path, repo: Path) -> Iterator[Loudspeaker]:
    if sys.platform != "linux" or ctypes.util.find_library("portaudio") is None:
        pytest.skip("needs ALSA and PortAudio: apt install libportaudio2")
    made = Loudspeaker(tmp_path, repo)
    yield made
    made.close()
