"""Sound from files, stdin and a microphone: the same frames, and a clear line for what is none."""

from __future__ import annotations

import asyncio
import os
import struct
import subprocess
import sys
import threading
import wave
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.errors import AlexaError
from alexa_cli.hear.errors import AudioError
from alexa_cli.hear.frame import FRAME_BYTES, FRAME_SAMPLES, RATE, Frame
from alexa_cli.hear.sources import SAMPLE_FILE, open_source
from alexa_cli.hear.sources.pipe import PipeSource

if TYPE_CHECKING:
    from pathlib import Path


def tone(seconds: float, rate: int = RATE, channels: int = 1) -> np.ndarray:
    """440 Hz at half of full scale, int16, one column a channel."""
    one = np.sin(np.arange(round(seconds * rate)) * 2 * np.pi * 440 / rate) * 16_384
    return np.repeat(one.astype(np.int16)[:, None], channels, axis=1)


async def collect(source: Any, most: int | None = None) -> list[Frame]:
    found: list[Frame] = []
    async with aclosing(source.frames()) as frames:
        async for frame in frames:
            found.append(frame)
            if len(found) == most:
                break
    return found


def hear(what: Path | str) -> list[Frame]:
    return asyncio.run(collect(open_source(what)))


def samples(frames: list[Frame]) -> np.ndarray:
    return np.frombuffer(b"".join(frame.samples for frame in frames), "<i2")


def piped(content: bytes) -> list[Frame]:
    """What a source hears of these bytes when they come through a pipe, in odd pieces."""
    reader, writer = os.pipe()

    def write() -> None:
        with os.fdopen(writer, "wb", buffering=0) as pipe:
            for at in range(0, len(content), 7_001):
                try:
                    pipe.write(content[at : at + 7_001])
                except BrokenPipeError:
                    return

    thread = threading.Thread(target=write)
    thread.start()
    try:
        return asyncio.run(collect(PipeSource(reader)))
    finally:
        os.close(reader)
        thread.join()


def wav(path: Path, sound: np.ndarray, rate: int = RATE, subtype: str = "PCM_16") -> Path:
    soundfile.write(path, sound, rate, subtype=subtype, format="WAV")
    return path


# --- files ----------------------------------------------------------------------------------------


def test_a_wav_of_the_right_kind_is_passed_on_bit_by_bit(tmp_path: Path) -> None:
    sound = np.random.default_rng(0).integers(-32_768, 32_768, 1_000).astype(np.int16)
    frames = hear(wav(tmp_path / "a.wav", sound))
    assert [frame.at for frame in frames] == [0.0, 0.03, 0.06]
    assert {len(frame.samples) for frame in frames} == {FRAME_BYTES}
    heard = samples(frames)
    assert np.array_equal(heard[:1_000], sound)
    assert not heard[1_000:].any()  # filled up with silence


@pytest.mark.parametrize(
    ("form", "subtype"),
    [
        ("wav", "PCM_16"), ("wav", "PCM_24"), ("wav", "PCM_32"), ("wav", "PCM_U8"),
        ("wav", "FLOAT"), ("wav", "DOUBLE"), ("wav", "ULAW"), ("flac", "PCM_16"),
        ("ogg", "VORBIS"), ("ogg", "OPUS"), ("mp3", "MPEG_LAYER_III"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("through_a_pipe", [False, True], ids=["file", "pipe"])
def test_kinds_of_files(tmp_path: Path, form: str, subtype: str, through_a_pipe: bool) -> None:
    path = tmp_path / f"a.{form}"
    soundfile.write(path, tone(1.0) / 32_768, RATE, subtype=subtype, format=form)
    if through_a_pipe and subtype == "ULAW":
        with pytest.raises(AudioError, match="give it as a file"):
            piped(path.read_bytes())
        return
    heard = samples(piped(path.read_bytes()) if through_a_pipe else hear(path))
    assert abs(len(heard) - RATE) <= 2 * FRAME_SAMPLES
    middle = heard[4_000:12_000].astype(float)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(16_384 / np.sqrt(2), rel=0.05)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) * RATE / len(middle) == pytest.approx(440, abs=3)


@pytest.mark.parametrize(
    ("rate", "channels"),
    [(8_000, 1), (48_000, 2), (44_100, 2), (22_050, 1), (RATE, 2), (96_000, 6)],
)
@pytest.mark.parametrize("form", ["wav", "flac"])
def test_rates_and_channels(tmp_path: Path, form: str, rate: int, channels: int) -> None:
    path = tmp_path / f"a.{form}"
    soundfile.write(path, tone(1.0, rate, channels), rate)
    heard = samples(hear(path))[:RATE].astype(float)
    expected = tone(1.0)[:, 0].astype(float)
    assert len(heard) == RATE
    assert np.abs(heard - expected)[500:-500].max() < 100


def test_resampling_leaves_out_what_16_khz_cannot_hold(tmp_path: Path) -> None:
    high = np.sin(np.arange(48_000) * 2 * np.pi * 12_000 / 48_000) * 16_384
    heard = samples(hear(wav(tmp_path / "a.wav", high.astype(np.int16), 48_000)))
    assert np.abs(heard[1_000:-1_000]).max() < 20


def test_the_sample_that_ships_is_speech_with_silence_around() -> None:
    frames = hear("sample")
    assert 2 < len(frames) * 0.03 < 4
    assert np.abs(samples(frames)[:4_800]).max() < 20
    assert np.abs(samples(frames)).max() > 5_000
    assert SAMPLE_FILE.stat().st_size < 100_000


def test_raw_files_are_samples_and_half_a_sample_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.raw"
    path.write_bytes(tone(0.06).tobytes() + b"\x01")
    assert np.array_equal(samples(hear(path)), tone(0.06)[:, 0])


def test_an_odd_float_does_no_harm(tmp_path: Path) -> None:
    sound = np.array([0.5, np.nan, np.inf, -np.inf, 1e38, -1e38, -0.5] * 100)
    heard = samples(hear(wav(tmp_path / "a.wav", sound.astype(np.float32), 48_000, "FLOAT")))
    assert len(heard) == FRAME_SAMPLES
    heard = samples(hear(wav(tmp_path / "b.wav", sound, RATE, "DOUBLE")))
    assert heard[:7].tolist() == [16_384, 0, 32_767, -32_768, 32_767, -32_768, -16_384]


@pytest.mark.parametrize("length", [0, 0xFFFF_FFFF, 0x7FFF_F000])
@pytest.mark.parametrize("through_a_pipe", [False, True], ids=["file", "pipe"])
def test_a_wav_that_does_not_know_its_length(
    tmp_path: Path, length: int, through_a_pipe: bool
) -> None:
    path = wav(tmp_path / "a.wav", tone(0.3))
    content = bytearray(path.read_bytes())
    content[40:44] = struct.pack("<I", length)
    path.write_bytes(content)
    heard = samples(piped(bytes(content)) if through_a_pipe else hear(path))
    assert np.array_equal(heard, tone(0.3)[:, 0])


def test_what_comes_before_and_after_the_sound_is_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(tone(0.03).tobytes())
    content = path.read_bytes()
    note = b"LIST" + struct.pack("<I", 5) + b"hello\0"
    path.write_bytes(content[:12] + note + content[12:] + note * 100)
    assert np.array_equal(samples(hear(path)), tone(0.03)[:, 0])


# --- files that are none --------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["wav", "flac", "mp3", "ogg"])
def test_a_file_that_was_cut_short_is_heard_as_far_as_it_goes(
    tmp_path: Path, form: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"a.{form}"
    noise = np.random.default_rng(0).standard_normal(3 * RATE) * 0.1
    soundfile.write(path, noise, RATE)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    heard: list[Frame] = []

    async def run() -> None:
        async for frame in open_source(path).frames():
            heard.append(frame)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(AudioError, match=r"a\.\w+ breaks off after [012]\.\d .*seconds\n.*again"):
        asyncio.run(run())
    assert 25 < len(heard) < 90
    assert capfd.readouterr() == ("", "")  # the decoders are silent too


@pytest.mark.parametrize("through_a_pipe", [False, True], ids=["file", "pipe"])
@pytest.mark.parametrize("form", ["wav", "flac", "mp3", "ogg"])
@pytest.mark.parametrize("size", [0, 3, 20, 30])
def test_a_stump_of_a_file(
    tmp_path: Path, form: str, size: int, through_a_pipe: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"a.{form}"
    soundfile.write(path, tone(0.5), RATE)
    path.write_bytes(path.read_bytes()[:size])
    if through_a_pipe and size == 3:
        return  # three bytes of anything are a sample
    with pytest.raises(AudioError) as error:
        piped(path.read_bytes()) if through_a_pipe else hear(path)
    assert len(str(error.value).splitlines()) <= 2
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "content",
    [
        b"turn on the kitchen light\n" * 100, b"\x89PNG\r\n\x1a\n" + bytes(500),
        b"%PDF-1.7\n" + bytes(500), "Grüße, 你好\n".encode() * 50,
        b"\0\0\0\x20ftypM4A " + bytes(500), b"\x1a\x45\xdf\xa3" + bytes(500),
    ],
    ids=["text", "PNG", "PDF", "UTF-8", "MP4", "Matroska"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a", "-"])
def test_what_is_no_sound(
    tmp_path: Path, content: bytes, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AudioError, match="no sound"):
        piped(content) if name == "-" else hear(tmp_path / name)
    assert capfd.readouterr() == ("", "")


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    for what, said in ((tmp_path, "is a folder"), (tmp_path / "none", "no such file"),
                       (tmp_path / "a\0b", "null")):  # fmt: skip
        with pytest.raises(AudioError, match=said):
            hear(what)


@pytest.mark.parametrize(("rate", "channels"), [(0, 1), (3, 1), (4_000_000_000, 1), (RATE, 0)])
def test_a_header_that_lies(tmp_path: Path, rate: int, channels: int) -> None:
    path = wav(tmp_path / "a.wav", tone(0.1))
    content = bytearray(path.read_bytes())
    content[22:28] = struct.pack("<HI", channels, rate)
    path.write_bytes(content)
    with pytest.raises(AudioError):
        hear(path)


@given(st.binary(max_size=300), st.sampled_from([b"", b"RIFF\0\0\0\0WAVEfmt ", b"fLaC", b"ID3"]))
def test_any_bytes_are_sound_or_an_error(content: bytes, start: bytes) -> None:
    try:
        said = "sound" if piped(start + content) else ""
    except AlexaError as error:
        said = str(error)
    assert 1 <= len(said.splitlines()) <= 2


def test_an_hour_is_never_whole_in_memory(tmp_path: Path) -> None:
    path = wav(tmp_path / "hour.wav", tone(0.1, 8_000), 8_000)
    content = bytearray(path.read_bytes()[:44])
    size = 8_000 * 2 * 3_600
    content[40:44] = struct.pack("<I", size)
    with path.open("wb") as file:
        file.write(content)
        file.truncate(44 + size)  # a hole in the file reads as silence
    code = (
        "import asyncio, resource, sys\n"
        "from alexa_cli.hear.sources import open_source\n"
        "async def main():\n"
        "    count = 0\n"
        "    async for frame in open_source(sys.argv[1]).frames():\n"
        "        count += 1\n"
        "        if count == 1000:\n"
        "            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "    print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
        "asyncio.run(main())\n"
    )
    ran = subprocess.run([sys.executable, "-c", code, path], capture_output=True, check=True)
    frames, grown = map(int, ran.stdout.split())
    assert frames == 120_000
    assert grown < 8_192 * (1_024 if sys.platform == "darwin" else 1)  # the file has 57 MB


def test_who_stops_listening_lets_go_of_the_file(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", tone(60.0))

    async def run() -> None:
        assert len(await collect(open_source(path), 3)) == 3

    before = set(threading.enumerate())
    asyncio.run(run())
    assert set(threading.enumerate()) <= before


# --- pipes ----------------------------------------------------------------------------------------


def test_raw_sound_on_a_pipe_is_heard_as_it_comes() -> None:
    reader, writer = os.pipe()

    async def run() -> list[Frame]:
        found = []
        async with aclosing(PipeSource(reader).frames()) as frames:
            os.write(writer, tone(0.09).tobytes())
            async for frame in frames:
                found.append(frame)
                if len(found) == 3:
                    break
        return found

    found = asyncio.run(run())  # although the pipe is still open
    os.close(writer)
    assert np.array_equal(samples(found), tone(0.09)[:, 0])


def test_a_terminal_gives_no_sound() -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    with pytest.raises(AudioError, match="it is a terminal"):
        asyncio.run(collect(PipeSource(theirs)))
    os.close(ours)
    os.close(theirs)


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
def test_a_pipe_with_a_name_is_read_like_stdin(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(tone(0.3).tobytes(),))
    writer.start()
    assert np.array_equal(samples(hear(path)), tone(0.3)[:, 0])
    writer.join()
