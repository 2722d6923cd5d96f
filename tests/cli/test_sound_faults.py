"""What goes wrong with sound, by the installed command: a line that helps, nothing left over."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
import termios
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
import soxr

from alexa_cli.speak.voice.espeak import synthesise

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Installed, Ran
    from tests.hear.microphone import VirtualMicrophone

RATE = 16_000
SAID = "switch the desk lamp on"


def said(text: str = SAID) -> np.ndarray:
    """A sentence in a room that is never wholly silent, int16."""
    made = synthesise(text, rate=150)
    voice = soxr.resample(np.frombuffer(made.samples, "<i2").astype(float), made.rate, RATE) / 2
    sound = np.concatenate([np.zeros(RATE * 6 // 10), voice, np.zeros(RATE * 9 // 10)])
    sound += np.random.default_rng(1).normal(0, 20, len(sound))
    return np.asarray(np.clip(sound, -32_768, 32_767), "<i2")


def as_it_should_not_be(folder: Path) -> list[str]:
    """Write the same words in every way that goes wrong, and return the files in order."""
    sound = said()
    wide = soxr.resample(sound / 32_768, RATE, 48_000)
    soundfile.write(folder / "offset.wav", sound + np.int16(8_000), RATE)
    soundfile.write(folder / "stereo.flac", np.stack([wide, wide * 0], 1), 48_000)
    soundfile.write(folder / "zeros.wav", np.zeros(RATE, np.int16), RATE)
    soundfile.write(folder / "telephone.wav", soxr.resample(sound / 32_768, RATE, 8_000), 8_000)
    soundfile.write(folder / "whole.wav", sound, RATE)
    whole = (folder / "whole.wav").read_bytes()
    (folder / "cut.wav").write_bytes(whole[: len(whole) // 2])
    (folder / "text.wav").write_text("hello\n" * 99)
    (folder / "empty.wav").touch()
    names = ["offset.wav", "stereo.flac", "zeros.wav", "telephone.wav", "cut.wav", "text.wav",
             "empty.wav", "none.wav", "."]  # fmt: skip
    return [str(folder / name) for name in names]


# --- recordings -----------------------------------------------------------------------------------


def test_recordings_as_they_should_not_be(
    alexa: Installed, desk: list[str], tmp_path: Path
) -> None:
    """An offset and other rates do not matter; each fault is told, and the rest is heard."""
    files = as_it_should_not_be(tmp_path)
    ran = alexa("transcribe", *desk, *files)
    assert ran.code == 1
    heard = dict(line.removeprefix(f"{tmp_path}/").split(": ") for line in ran.out.splitlines())
    assert heard["offset.wav"] == heard["stereo.flac"] == SAID
    told = [line for line in ran.err.splitlines() if not line.startswith("  ")]
    whys = ["nobody speaks in it", "breaks off after", "is no sound file", "is empty",
            "cannot be opened", "is a folder"]  # fmt: skip
    assert len(told) == len(whys), ran.err
    assert all(why in line for why, line in zip(whys, told, strict=True)), ran.err


def test_what_is_wrong_is_said_when_nothing_is_understood(
    inside: Callable[..., Ran], desk: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "a.wav"
    soundfile.write(file, np.zeros(RATE, np.int16), RATE)
    ran = inside("ask", "--audio", str(file), "-q", *desk)
    assert (ran.code, ran.out) == (3, "I heard nothing.\n")
    assert ran.err.startswith(f"alexa: file {file}: nothing but zeros: the microphone is muted")
    soundfile.write(file, soxr.resample(said() / 32_768, RATE, 8_000), 8_000)
    ran = inside("audio", "check", str(file))
    assert ran.code == 1
    assert ran.out.splitlines()[-1].startswith("as by telephone")


def test_a_recording_is_kept_or_nothing_is_done(
    inside: Callable[..., Ran], desk: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    for verb in (["ask", "--audio", "sample"], ["listen"]):
        ran = inside(*verb, *desk, "--keep-audio", str(tmp_path / "file" / "x"))
        assert (ran.code, ran.out) == (4, "")
        assert ran.err.startswith(f"alexa: --keep-audio: {tmp_path}/file/x: cannot make")
    assert inside("trace", "list").out.count("\n") <= 1


# --- what hears -----------------------------------------------------------------------------------


def test_a_model_that_is_half_there(
    inside: Callable[..., Ran], desk: list[str], tmp_path: Path
) -> None:
    half = tmp_path / "half"
    shutil.copytree(Path(__file__).parents[1] / "data" / "tiny_vosk", half)
    shutil.rmtree(half / "am")
    sets = ["--set", "hear.engine=vosk", "--set", f"hear.model={half}"]
    for verb in (["ask", "--audio", "sample"], ["transcribe", "sample"]):
        ran = inside(*verb, *desk, *sets)
        assert (ran.code, ran.out) == (1, "")
        assert f"{half}: the model of vosk is only half there" in ran.err
    ran = inside("listen", "--engine", "ears")
    assert (ran.code, ran.err) == (2, "alexa: --engine: 'ears' is neither vosk nor sphinx\n")


def test_a_wake_word_that_nobody_can_say(inside: Callable[..., Ran], desk: list[str]) -> None:
    ran = inside("listen", "--wake", "--set", 'hear.wake.words=["a\\u001b[31m"]', *desk)
    assert (ran.code, ran.out) == (4, "")
    assert ran.err.startswith("alexa: 'a\\x1b[31m' is no wake word\n")


def test_without_what_hears(alexa: Installed, desk: list[str], tmp_path: Path) -> None:
    env = {"PYTHONPATH": str(tmp_path)}
    for raises, says, verb in (
        ("OSError('PortAudio library not found')", "PortAudio library, which is not installed",
         ["listen", "--once", *desk]),
        ("ModuleNotFoundError('x')", "needs the package sounddevice", ["audio", "check"]),
    ):  # fmt: skip
        (tmp_path / "sounddevice.py").write_text(f"raise {raises}\n")
        ran = alexa(*verb, env=env)
        assert ran.code == 4
        assert says in ran.err
        assert "typing works without it" in ran.err


# --- the microphone -------------------------------------------------------------------------------


def test_a_device_that_is_not_there(
    alexa: Installed, microphone: VirtualMicrophone, desk: list[str]
) -> None:
    ran = alexa("listen", "--once", "--set", "hear.device=studio", *desk)
    assert ran.code == 4
    assert ran.err.startswith("alexa: there is no sound device 'studio'\n")
    assert "alexa audio devices" in ran.err


@pytest.mark.parametrize("leaving", ["key", pytest.param("unplugged", marks=pytest.mark.slow)])
def test_a_terminal_is_left_as_it_was(
    alexa: Installed, microphone: VirtualMicrophone, desk: list[str], leaving: str
) -> None:
    """Words are written anew on one line, the answer below it; then somebody leaves."""
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    running = subprocess.Popen(
        [alexa.program, "listen", "--mute", *desk], env=alexa.env, stdin=slave, stdout=slave,
        stderr=slave, start_new_session=True,
    )  # fmt: skip
    shown = b""

    def until(text: str) -> None:
        nonlocal shown
        while text.encode() not in shown:
            piece = os.read(master, 4096)
            assert piece, shown
            shown += piece

    until("listening")
    microphone.say(said().tobytes())
    until("The desk lamp is on.")
    heard = shown.decode().partition("› ")[0]
    assert "switch" in heard
    assert "\n" not in heard
    assert heard.count("\r") >= heard.count(" s ") > 1
    if leaving == "key":
        os.write(master, b"q")
    else:
        microphone.unplug()
        until("stopped giving sound")
        until("audio devices")
    assert running.wait(60) == (leaving != "key")
    assert b"Traceback" not in shown
    assert termios.tcgetattr(slave) == before
    os.close(slave)
    os.close(master)


def test_a_microphone_that_is_muted(
    alexa: Installed, microphone: VirtualMicrophone, desk: list[str]
) -> None:
    master, slave = pty.openpty()
    running = subprocess.Popen(
        [alexa.program, "listen", "--set", "hear.patience=1s", *desk], env=alexa.env, stdin=slave,
        stdout=slave, stderr=slave, start_new_session=True,
    )  # fmt: skip
    shown = b""
    while b"switched off" not in shown:
        piece = os.read(master, 4096)
        assert piece, shown
        shown += piece
    assert b"\rnobody spoke for 1 s\r\nnothing but zeros: the microphone is muted" in shown
    assert running.wait(60) == 0
    os.close(slave)
    os.close(master)


def test_a_terminal_that_is_closed_is_left(
    alexa: Installed, microphone: VirtualMicrophone, desk: list[str]
) -> None:
    master, slave = pty.openpty()
    running = subprocess.Popen(
        [alexa.program, "listen", "--push-to-talk", *desk], env=alexa.env, stdin=slave,
        stdout=slave, stderr=slave, start_new_session=True,
    )  # fmt: skip
    os.close(slave)
    shown = b""
    while b"Enter: talk" not in shown:
        shown += os.read(master, 4096)
    os.close(master)
    try:
        running.wait(60)
    finally:
        running.kill()


@pytest.mark.parametrize("when", ["listening", "heard"])
def test_ctrl_c_while_it_hears(
    alexa: Installed, microphone: VirtualMicrophone, desk: list[str], when: str
) -> None:
    running = alexa.start("listen", "--once", "--json", *desk)
    assert running.stdout is not None
    for line in running.stdout:
        kind = json.loads(line)["type"]
        if kind == "listening":
            microphone.say(said().tobytes())
        if kind == when:
            running.send_signal(signal.SIGINT)
            break
    out, errors = running.communicate(timeout=60)
    assert running.returncode == 130, out
    assert errors in {b"alexa: stopped\n", b""}
