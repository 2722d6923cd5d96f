"""A program as the voice: what it gets, what it may give back, and that it can be ended."""

from __future__ import annotations

import asyncio
import io
import struct
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.speak.voice import NoVoice, Sound, VoiceFailed
from alexa_cli.speak.voice.shell import ShellVoice, filled, wav

NASTY = "$(touch pwned); touch pwned | `touch pwned` && 'touch' \"pwned\"\n-rf\x1b[31m\x00 end"


def say(text: str, *command: str, longest: float = 30) -> Sound | None:
    return asyncio.run(ShellVoice(command, longest=longest).say(text))


def program(folder: Path, code: str) -> list[str]:
    path = folder / "voice.py"
    path.write_text(f"import os, signal, struct, sys, time\n{code}")
    return [sys.executable, str(path)]


def a_wav(samples: bytes = b"\x01\x00\x02\x00", channels: int = 1, width: int = 2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(16_000)
        file.writeframes(samples)
    return out.getvalue()


def test_the_text_comes_on_stdin_as_one_line(tmp_path: Path) -> None:
    code = "open(sys.argv[1], 'w').write(repr(sys.stdin.read()))"
    assert say(NASTY, *program(tmp_path, code), str(tmp_path / "got")) is None
    got = (tmp_path / "got").read_text()
    line = "$(touch pwned); touch pwned | `touch pwned` && 'touch' \"pwned\" -rf end\n"
    assert got == repr(line)
    assert not list(Path().glob("pwned")) + list(tmp_path.glob("pwned"))


def test_the_text_stands_where_an_argument_has_its_place(tmp_path: Path) -> None:
    code = "open(sys.argv[1], 'w').write(repr([sys.argv[2:], sys.stdin.read()]))"
    command = [*program(tmp_path, code), str(tmp_path / "got"), "--say={text}", "{text}", "x"]
    assert say("-x; ls $HOME", *command) is None
    expected = [["--say=-x; ls $HOME", " -x; ls $HOME", "x"], ""]
    assert (tmp_path / "got").read_text() == repr(expected)


@given(st.text(max_size=40))
def test_a_text_is_never_an_option_and_never_two_arguments(text: str) -> None:
    argv = filled(["say", "-v", "{text}", "--text={text}"], text)
    assert len(argv) == 4
    assert argv[:2] == ["say", "-v"]
    assert argv[2].strip() == text.strip()
    assert not argv[2].startswith("-")
    assert argv[3] == f"--text={text}"


def test_a_wav_file_is_played_by_us(tmp_path: Path) -> None:
    (tmp_path / "sound.wav").write_bytes(a_wav())
    code = "sys.stdout.buffer.write(open(sys.argv[1], 'rb').read())"
    sound = say("hello", *program(tmp_path, code), str(tmp_path / "sound.wav"))
    assert sound == Sound(b"\x01\x00\x02\x00", 16_000)


def test_kinds_of_wav_files() -> None:
    def of(data: bytes) -> list[int]:
        samples = wav(data, "x").samples
        return list(struct.unpack(f"<{len(samples) // 2}h", samples))

    assert of(a_wav(struct.pack("<4h", 100, 300, -5, -7), channels=2)) == [200, -6]
    assert of(a_wav(bytes([128, 255, 0]), width=1)) == [0, 32512, -32768]
    assert of(a_wav(struct.pack("<2i", 65536 * 5, -(2**31)), width=4)) == [5, -32768]
    floats = struct.pack("<3f", 0.5, 2.0, float("nan"))
    header = b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<IHHIIHH", 16, 3, 1, 8000, 0, 4, 32)
    note = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    for size in (len(floats), 0, 0xFFFFFFFF):
        assert of(header + note + b"data" + struct.pack("<I", size) + floats) == [16384, 32767, 0]
    assert wav(header + b"data\x00\x00\x00\x00", "x").rate == 8000
    odd = a_wav()[:-1]  # cut in the middle of a sample
    assert of(odd) == [1]


@pytest.mark.parametrize(
    "data",
    [b"hello", b"RIFF", b"RIFF1234WAVE", b"RIFF1234WAVEdata\x00\x00\x00\x00ab", b"\x00" * 99],
)
def test_what_is_no_wav_file_is_told(data: bytes) -> None:
    with pytest.raises(VoiceFailed, match="no WAV file"):
        wav(data, "piper")


def test_a_wav_file_that_cannot_be_played_is_told() -> None:
    with pytest.raises(VoiceFailed, match="24 bits"):
        wav(a_wav(b"abc", width=3), "piper")


@given(st.binary(max_size=60))
def test_any_bytes_are_a_sound_or_an_error(data: bytes) -> None:
    for made in (data, b"RIFF1234WAVEfmt " + data, a_wav()[:36] + data):
        try:
            assert wav(made, "x").rate > 0
        except VoiceFailed as error:
            assert "WAV" in str(error)  # noqa: PT017 - either is fine, anything else is not


def test_no_program(tmp_path: Path) -> None:
    with pytest.raises(NoVoice, match="no program 'nowhere-to-be-found'"):
        say("x", "nowhere-to-be-found")
    with pytest.raises(NoVoice, match="cannot run"):
        say("x", str(tmp_path))
    for command in ([], [" "]):
        with pytest.raises(NoVoice, match="names no program"):
            ShellVoice(command)


def test_a_program_that_fails_says_why(tmp_path: Path) -> None:
    command = program(tmp_path, "sys.exit('\\n\\x1b[31mno such model\\nmore')")
    with pytest.raises(VoiceFailed, match=r"failed with exit code 1: no such model$"):
        say("x", *command)
    with pytest.raises(VoiceFailed, match="signal 9"):
        say("x", *program(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)"))


def test_a_program_that_does_not_read_is_no_trouble(tmp_path: Path) -> None:
    assert say("x" * 500_000, *program(tmp_path, "sys.stdin.close()")) is None


SLEEPER = """
import subprocess
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
with open(sys.argv[1] + '.new', 'w') as file:
    file.write(f'{os.getpid()} {child.pid}')
os.rename(sys.argv[1] + '.new', sys.argv[1])
time.sleep(600)
"""


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has asked after yet counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


async def until(happened: Callable[[], bool]) -> None:
    while not happened():  # noqa: ASYNC110 - it happens in another process
        await asyncio.sleep(0.01)


async def until_gone(pids: list[int]) -> None:
    await until(lambda: all(gone(pid) for pid in pids))


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc")
def test_cancelling_ends_the_program_and_what_it_started(tmp_path: Path) -> None:
    command = [*program(tmp_path, SLEEPER), str(tmp_path / "pids")]

    async def begin_and_cancel() -> None:
        task = asyncio.create_task(ShellVoice(command).say("hello"))
        await until((tmp_path / "pids").exists)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until_gone([int(pid) for pid in (tmp_path / "pids").read_text().split()])

    asyncio.run(begin_and_cancel())


LEAVER = SLEEPER.replace("time.sleep(600)\n", "")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc")
def test_a_child_that_holds_the_pipes_open_is_ended_too(tmp_path: Path) -> None:
    with pytest.raises(VoiceFailed, match="longer than 1 seconds"):
        say("x", *program(tmp_path, LEAVER), str(tmp_path / "pids"), longest=1)
    if (tmp_path / "pids").exists():
        asyncio.run(until_gone([int(p) for p in (tmp_path / "pids").read_text().split()]))


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc")
def test_a_program_that_never_ends_is_ended(tmp_path: Path) -> None:
    command = [*program(tmp_path, SLEEPER), str(tmp_path / "pids")]
    with pytest.raises(VoiceFailed, match="longer than 1 seconds"):
        say("x", *command, longest=1)
    if (tmp_path / "pids").exists():
        asyncio.run(until_gone([int(p) for p in (tmp_path / "pids").read_text().split()]))
