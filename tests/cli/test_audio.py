"""``alexa audio``, and that no audio library is imported where there is no sound."""

from __future__ import annotations

import ast
import ctypes.util
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

import alexa_cli

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Installed, Ran
    from tests.hear.microphone import VirtualMicrophone

RATE = 16_000
AUDIO = frozenset({"sounddevice", "soundfile", "soxr", "vosk", "pocketsphinx", "espeakng_loader"})


@pytest.fixture(autouse=True)
def fast(request: pytest.FixtureRequest) -> None:
    """The microphone of these tests is ten times as fast as life."""
    if "microphone" in request.fixturenames:
        request.getfixturevalue("microphone").speed = 10.0


def spoken(seconds: float = 1.0, amplitude: float = 8_000) -> np.ndarray:
    """A tone in a quiet room, int16."""
    room = np.random.default_rng(0).standard_normal(round((seconds + 1) * RATE)) * 10
    said = np.arange(round(seconds * RATE)) * 2 * np.pi * 440 / RATE
    room[RATE // 2 : RATE // 2 + len(said)] += np.sin(said) * amplitude
    return np.clip(room, -32_768, 32_767).astype("<i2")


# --- check ----------------------------------------------------------------------------------------


def test_check_a_file(inside: Callable[..., Ran], tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.flac", spoken(), RATE)
    ran = inside("audio", "check", str(tmp_path / "a.flac"))
    assert ran.code == 0
    assert ran.err == ""
    lines = ran.out.splitlines()
    assert lines[0].endswith("a.flac, 2.0 s")
    assert [line.split()[0] for line in lines[1:4]] == ["loudest", "speech", "noise"]
    assert lines[2].split()[1:] == ["-15.0", "dBFS"]
    assert lines[-1] == "good: this can be understood"


@pytest.mark.parametrize(
    ("sound", "finding"),
    [
        (np.zeros(RATE, np.int16), "zeros"),
        (spoken(amplitude=90_000), "clipped"),
        (spoken(amplitude=0), "silence"),
        (spoken() + np.int16(4_000), "offset"),
    ],
    ids=["zeros", "clipped", "silence", "offset"],
)
def test_check_finds_what_is_wrong(
    inside: Callable[..., Ran], tmp_path: Path, sound: np.ndarray, finding: str
) -> None:
    soundfile.write(tmp_path / "a.wav", sound, RATE)
    ran = inside("audio", "check", "--json", str(tmp_path / "a.wav"))
    assert ran.code == 1
    row = json.loads(ran.out)
    assert row["finding"] == finding
    assert row["verdict"]
    assert row["lost_frames"] == 0
    assert row["file"] is None


def test_check_stdin(alexa: Installed, tmp_path: Path) -> None:
    assert alexa("audio", "check", "-", stdin=spoken().tobytes()).code == 0
    ran = alexa("audio", "check", "-", stdin=b"these are words and no sound\n" * 9)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("alexa: stdin is no sound that can be read\n")


@pytest.mark.parametrize("content", [b"", b"hello\n" * 50, b"RIFF\0\0\0\0WAVEfmt "])
def test_check_what_is_no_sound(inside: Callable[..., Ran], tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a\x1b[31m.wav").write_bytes(content)
    ran = inside("audio", "check", str(tmp_path / "a\x1b[31m.wav"))
    assert ran.code == 1
    assert 1 <= len(ran.err.splitlines()) <= 2
    assert "\x1b" not in ran.err


@pytest.mark.parametrize("name", ["a" * 300 + ".wav", "no/such/folder/a.flac"])
def test_record_to_where_no_file_can_be(
    inside: Callable[..., Ran], tmp_path: Path, name: str
) -> None:
    ran = inside("audio", "record", str(tmp_path / name))
    assert ran.code == 1
    assert "cannot be written" in ran.err
    assert list(tmp_path.iterdir()) == []


# --- the microphone -------------------------------------------------------------------------------


def test_devices(alexa: Installed, microphone: VirtualMicrophone) -> None:
    ran = alexa("audio", env={"HOME": str(alexa.home)})
    assert ran.code == 0
    assert ran.err == ""
    assert "filemic  (in/out, ALSA)" in ran.out
    assert "default  (in/out, ALSA, the usual microphone and speaker)" in ran.out
    rows = [json.loads(line) for line in alexa("audio", "devices", "--json").out.splitlines()]
    assert [row["name"] for row in rows if row["default_input"]] == ["default"]


def test_check_and_record_the_microphone(
    alexa: Installed, microphone: VirtualMicrophone, tmp_path: Path
) -> None:
    microphone.say(spoken().tobytes())
    ran = alexa("audio", "check", "--seconds", "2.4")
    assert ran.code == 0, ran.out + ran.err
    assert ran.err == "say something, such as: what time is it\n"
    assert ran.out.startswith("microphone default, 2.4 s\n")
    path = tmp_path / "a.wav"
    microphone.say(spoken().tobytes())
    ran = alexa("audio", "record", str(path), "--seconds", "2.4", "--device", "filemic")
    assert ran.code == 0, ran.err
    assert ran.out.startswith(f"microphone filemic, 2.4 s, in {path}\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    heard, rate = soundfile.read(path, dtype="int16")
    assert (rate, len(heard)) == (RATE, 2.4 * RATE)
    assert spoken().tobytes() in heard.tobytes()
    assert alexa("audio", "record", str(path), "--seconds", "0.3").code == 2
    assert alexa("audio", "record", str(path), "--seconds", "0.3", "--force").code == 0
    assert soundfile.info(path).frames == 0.3 * RATE
    assert list(tmp_path.iterdir()) == [path]


def test_ctrl_c_ends_a_recording(
    alexa: Installed, microphone: VirtualMicrophone, tmp_path: Path
) -> None:
    path = tmp_path / "a.flac"
    recording = alexa.start("audio", "record", str(path))
    assert recording.stderr is not None
    assert recording.stderr.readline() == b"recording; Ctrl-C ends it\n"
    recording.send_signal(signal.SIGINT)
    out, err = recording.communicate(timeout=60)
    assert recording.returncode == 0, err
    assert b"in " + os.fsencode(path) in out
    assert soundfile.info(path).frames > 0
    assert list(tmp_path.iterdir()) == [path]


def test_what_was_recorded_before_it_was_unplugged_is_kept(
    alexa: Installed, microphone: VirtualMicrophone, tmp_path: Path
) -> None:
    path = tmp_path / "a.raw"
    recording = alexa.start("audio", "record", str(path))
    assert recording.stderr is not None
    recording.stderr.readline()
    microphone.unplug()
    _, err = recording.communicate(timeout=60)  # although the device never lets go
    assert recording.returncode == 1
    assert b"microphone default stopped giving sound" in err
    assert path.stat().st_size > 0


@pytest.mark.parametrize("name", ["a.wav", "a.raw"])
def test_a_full_disk_leaves_nothing(
    alexa: Installed, microphone: VirtualMicrophone, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    line = f"ulimit -f 8; exec '{alexa.program}' audio record '{path}'"
    ran = subprocess.run(
        ["bash", "-c", line], env=alexa.env, capture_output=True, check=False, timeout=60
    )
    assert ran.returncode == 1, ran.stderr
    assert b"cannot be written" in ran.stderr
    assert b"Traceback" not in ran.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_kind_that_cannot_be_written(inside: Callable[..., Ran], tmp_path: Path) -> None:
    ran = inside("audio", "record", str(tmp_path / "a.doc"))
    assert ran.code == 2
    assert ".flac" in ran.err


def test_without_portaudio_typing_works(
    inside: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: None)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    for verb in ("devices", "check"):
        ran = inside("audio", verb)
        assert ran.code == 4
        assert "the PortAudio library, which is not installed" in ran.err
    assert inside("ask", "turn on the kitchen light").code == 0


# --- what is not imported -------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["--help", "audio --help", "turn on the kitchen light", "chat"])
def test_no_audio_library_without_sound(alexa: Installed, line: str) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", alexa.program, *line.split()], env=alexa.env,
        input="what time is it\n", capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    rows = [row.rpartition("|") for row in done.stderr.splitlines() if "import time:" in row]
    names = {name.strip().partition(".")[0] for _, _, name in rows}
    assert "alexa_cli" in names
    assert AUDIO & names == set()


def test_no_module_imports_an_audio_library_as_it_is_imported() -> None:
    root = Path(alexa_cli.__file__).parent
    for path in root.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom)
                else []
            )  # fmt: skip
            found = AUDIO & {name.partition(".")[0] for name in names}
            assert not found, f"{path}: {found}"
