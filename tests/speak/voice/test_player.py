"""The real PortAudio, with a device that writes what it plays to a file or a pipe."""

from __future__ import annotations

import asyncio
import hashlib
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from alexa_cli.speak.voice import NoOutput, Sound
from alexa_cli.speak.voice.player import Player, Tape, resampled

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.speak.voice.conftest import Loudspeaker

LONG = "This is a sentence that goes on for quite a while, so that it can be cut in a word. "


def test_what_is_played_is_what_was_made_to_the_bit(loudspeaker: Loudspeaker) -> None:
    size, digest, *_ = loudspeaker.run("play", "200", "Hello there.")[0].split()
    played = loudspeaker.sink.read_bytes()
    spoken = np.flatnonzero(np.frombuffer(played, dtype="<i2"))
    assert spoken.size > 5_000
    sizes = int(size)
    starts = range(max(0, 2 * int(spoken[0]) - 2_000), 2 * int(spoken[0]) + 2, 2)
    assert any(hashlib.sha256(played[a : a + sizes]).hexdigest() == digest for a in starts)


def test_a_reply_is_spoken_to_its_end_and_nothing_is_left(loudspeaker: Loudspeaker) -> None:
    loudspeaker.as_pipe()
    process = loudspeaker.begin("say", "Hello the", "re. How are", " you?")
    heard = loudspeaker.heard(1 << 40)
    assert process.stdout is not None
    assert process.stdout.read().splitlines() == ["done", "threads: 1"]
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert np.count_nonzero(np.frombuffer(heard, dtype="<i2")) / 22_050 > 1.0


def test_stopping_is_silence_in_the_middle_of_a_word(loudspeaker: Loudspeaker) -> None:
    loudspeaker.as_pipe()
    process = loudspeaker.begin("say", LONG, LONG, LONG)
    heard = loudspeaker.heard(30_000)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("stop\n")
    process.stdin.flush()
    # The device gets nothing before it has said so: what comes now was on its way already.
    assert process.stdout.readline() == "stopped, speaking: False\n"
    rest = loudspeaker.heard(1 << 40)
    assert process.stdout.read().splitlines() == ["done", "threads: 1"]
    assert np.count_nonzero(np.frombuffer(heard, dtype="<i2")) > 5_000
    # The pipe's pages, and a tenth of a second that the device was given ahead, with room. The
    # device takes silence as fast as it can, so that says nothing.
    assert np.count_nonzero(np.frombuffer(rest, dtype="<i2")) < 3 * 2_048 + 22_050 * 0.3


def test_a_device_that_goes_away_is_told_once(loudspeaker: Loudspeaker) -> None:
    loudspeaker.as_pipe()
    process = loudspeaker.begin("say", LONG, LONG, LONG)
    loudspeaker.heard(30_000)
    loudspeaker.go_away()
    assert process.stdout is not None
    first, *rest = process.stdout.read().splitlines()
    assert first.startswith("notice: the sound device has gone 'alexa audio devices'")
    assert rest == ["done", "threads: 1"]


def test_no_such_device_is_told_once_and_the_text_goes_on(loudspeaker: Loudspeaker) -> None:
    first, *rest = loudspeaker.run("device", "a device that nobody has", "Hello. ", "Hello again.")
    assert first.startswith("notice: no loudspeaker 'a device that nobody has'")
    assert rest == ["done", "threads: 1"]


def play(sound: Sound, device: str | None = None) -> None:
    async def run() -> None:
        player = Player(device)
        try:
            await player.play(sound)
        finally:
            await player.release()

    asyncio.run(run())


def test_without_portaudio_there_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    with pytest.raises(NoOutput, match="there is no PortAudio") as caught:
        play(Sound(b"\x01\x00", 16_000))
    assert "libportaudio2" in str(caught.value)
    assert caught.value.exit_code == 4


def test_without_sounddevice_there_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(NoOutput, match="the package sounddevice is missing"):
        play(Sound(b"\x01\x00", 16_000))


def test_nothing_is_opened_for_no_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    play(Sound(b"", 16_000))


class Picky:
    """A stand-in for sounddevice: its device takes 48 kHz and nothing else, in 20 ms blocks."""

    class PortAudioError(Exception):
        """As sounddevice has it."""

    def __init__(self) -> None:
        self.took = bytearray()
        self.log: list[str] = []
        self.opening: Callable[[], None] = lambda: None
        self._over = threading.Event()

    def query_devices(self, _name: str | None, _kind: str) -> dict[str, float]:
        self.opening()
        return {"default_samplerate": 48_000.0}

    def RawOutputStream(  # noqa: N802 - as sounddevice has it
        self, *, samplerate: int, callback: Any, finished_callback: Any, **_: Any
    ) -> Any:
        if samplerate != 48_000:
            raise self.PortAudioError("Invalid sample rate")

        def run() -> None:
            while not self._over.is_set():
                block = bytearray(1_920)
                callback(memoryview(block), 960, None, None)
                self.took += block
            finished_callback()

        def end(how: str) -> None:
            self._over.set()
            thread.join()
            self.log.append(how)

        thread = threading.Thread(target=run)
        return SimpleNamespace(
            start=thread.start, stop=lambda: end("stop"), abort=lambda: end("abort"),
            close=lambda: self.log.append("close"),
        )  # fmt: skip


@pytest.fixture
def picky(monkeypatch: pytest.MonkeyPatch) -> Picky:
    made = Picky()
    monkeypatch.setitem(sys.modules, "sounddevice", made)
    return made


def test_a_device_that_takes_another_rate_gets_it(picky: Picky) -> None:
    tone = (np.sin(np.arange(11_025) * 2 * np.pi * 440 / 22_050) * 10_000).astype("<i2")
    play(Sound(tone.tobytes(), 22_050))
    assert picky.log == ["stop", "close"]
    assert resampled(Sound(tone.tobytes(), 22_050), 48_000) in bytes(picky.took)


def test_a_machine_without_any_device(picky: Picky) -> None:
    def none() -> None:
        raise picky.PortAudioError("Error querying device -1")

    picky.opening = none
    with pytest.raises(NoOutput, match="no loudspeaker was found"):
        play(Sound(b"\x01\x00", 16_000))


def test_silenced_while_the_device_was_opened_it_plays_nothing(picky: Picky) -> None:
    async def run() -> None:
        player = Player()
        loop = asyncio.get_running_loop()
        opening, go_on = asyncio.Event(), threading.Event()

        def wait() -> None:
            loop.call_soon_threadsafe(opening.set)
            go_on.wait(30)

        picky.opening = wait
        playing = asyncio.create_task(player.play(Sound(b"\x01\x00" * 1_000, 48_000)))
        await opening.wait()
        player.stop()
        go_on.set()
        await playing
        await player.release()

    asyncio.run(run())
    assert picky.log == ["abort", "close"]
    assert not any(picky.took)


def test_the_rate_is_changed_without_changing_the_tone() -> None:
    tone = np.sin(np.arange(22_050) * 2 * np.pi * 440 / 22_050) * 10_000
    sound = Sound(tone.astype("<i2").tobytes(), 22_050)
    values = np.frombuffer(resampled(sound, 48_000), dtype="<i2").astype(float)
    assert abs(len(values) - 48_000) <= 1
    assert abs(int(np.abs(np.fft.rfft(values)).argmax()) - 440) <= 1
    assert 9_000 < np.abs(values[100:-100]).max() < 11_000


def test_a_tape_gives_all_of_it_once_and_then_silence() -> None:
    told: list[int] = []
    tape = Tape()
    assert tape.take(4) == bytes(4)
    tape.load(b"abcdef", lambda: told.append(1))
    assert (tape.take(4), told) == (b"abcd", [])
    assert (tape.take(4), told) == (b"ef\0\0", [1])
    assert (tape.take(2), told) == (bytes(2), [1])
    tape.load(b"abcdef", lambda: told.append(2))
    tape.take(2)
    tape.clear()
    assert (tape.take(2), told) == (bytes(2), [1, 2])
    tape.clear()
    assert told == [1, 2]
