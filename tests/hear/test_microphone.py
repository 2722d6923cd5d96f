"""The real sounddevice path, by a virtual microphone; and what is said where there is none."""

from __future__ import annotations

import asyncio
import ctypes.util
import math
import os
import subprocess
import sys
import threading
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from alexa_cli.config.quiet import silenced
from alexa_cli.hear.errors import AudioError, NoAudio
from alexa_cli.hear.frame import FRAME_BYTES, FRAME_SAMPLES, RATE, Frame
from alexa_cli.hear.sources import open_source
from alexa_cli.hear.sources.devices import (
    Device,
    cannot_open,
    choose_microphone,
    find_devices,
    no_microphone,
)
from alexa_cli.hear.sources.microphone import Microphone, _Waiting

if TYPE_CHECKING:
    from tests.hear.microphone import VirtualMicrophone

TYPING = "typing works without it"


def noise(seconds: float) -> bytes:
    chance = np.random.default_rng(0)
    return chance.integers(1, 30_000, round(seconds * RATE)).astype("<i2").tobytes()


async def hear(source: Any, seconds: float) -> list[Frame]:
    found: list[Frame] = []
    async with aclosing(source.frames()) as frames:
        async for frame in frames:
            found.append(frame)
            if len(found) * 0.03 >= seconds:
                break
    return found


def test_every_bit_arrives_in_order(microphone: VirtualMicrophone) -> None:
    said = noise(2.4)
    microphone.say(said)
    source = open_source()
    found = asyncio.run(hear(source, 3.0))
    assert source.live
    assert source.overflows == 0
    assert source.name == "microphone default"
    heard = b"".join(frame.samples for frame in found)
    assert said in heard
    assert not heard.partition(said)[0].strip(b"\0")  # silence came before it
    assert [frame.at for frame in found] == [round(n * 0.03, 6) for n in range(100)]


@pytest.mark.parametrize("device", ["filemic", "FILE", "0", 0])
def test_a_device_by_name_or_number(microphone: VirtualMicrophone, device: str | int) -> None:
    source = open_source(device=device)
    assert len(asyncio.run(hear(source, 0.3))) == 10
    assert source.name == "microphone filemic"


def test_it_can_be_opened_again_and_leaves_no_thread(microphone: VirtualMicrophone) -> None:
    before = set(threading.enumerate())
    for _ in range(3):
        asyncio.run(hear(Microphone(), 0.3))
    assert set(threading.enumerate()) <= before


def test_a_device_without_16_khz_is_resampled(
    microphone: VirtualMicrophone, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sounddevice

    real = sounddevice.check_input_settings

    def check(**settings: Any) -> None:
        if settings["samplerate"] == RATE or settings["channels"] == 1:
            raise sounddevice.PortAudioError("Invalid sample rate", -9997)
        real(**settings)

    monkeypatch.setattr(sounddevice, "check_input_settings", check)
    devices = [replace(each, rate=8_000.0) for each in find_devices()]
    monkeypatch.setattr("alexa_cli.hear.sources.microphone.find_devices", lambda: devices)
    # 30 ms of 8 kHz in two channels are as many bytes as a frame, so the FIFO gives them whole.
    wave = [round(8_000 * math.sin(2 * math.pi * 440 * n / 8_000)) for n in range(16_000)]
    microphone.say(np.repeat(np.array(wave, "<i2"), 2).tobytes())
    found = asyncio.run(hear(Microphone(), 0.9))
    heard = np.frombuffer(b"".join(frame.samples for frame in found), "<i2").astype(float)
    middle = heard[5_000:13_000]
    assert np.argmax(np.abs(np.fft.rfft(middle))) * RATE / 8_000 == 440
    assert np.abs(middle).max() == pytest.approx(8_000, rel=0.01)


def test_unplugged_while_listening(
    microphone: VirtualMicrophone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alexa_cli.config.hands.LET_GO", 0.5)  # it does not before it is plugged in
    heard: list[Frame] = []
    source = Microphone()

    async def run() -> None:
        async for frame in source.frames():
            heard.append(frame)
            if len(heard) == 10:
                microphone.unplug()
                source._patience = 0.4

    with pytest.raises(AudioError, match=r"microphone default stopped giving sound\n.*plugged in"):
        asyncio.run(run())
    assert len(heard) >= 10
    microphone.plug()  # lets the sound system close it
    for thread in threading.enumerate():
        if thread.name == "alexa-microphone":
            thread.join(60)
            assert not thread.is_alive()


def test_a_device_that_ends_by_itself_says_so_at_once() -> None:
    async def run() -> bool:
        waiting = _Waiting(asyncio.get_running_loop(), 5)
        waiting.end()
        return await waiting.something(1_000.0)

    assert asyncio.run(run()) is False


def test_what_nobody_takes_in_time_is_counted_and_the_time_stays_right(
    microphone: VirtualMicrophone,
) -> None:
    source = Microphone(backlog=0.3)
    said = b"".join(n.to_bytes(2, "little") * FRAME_SAMPLES for n in range(1, 101))

    async def run() -> list[tuple[int, float]]:
        found = []
        async with aclosing(source.frames()) as frames:
            first = await anext(frames)
            microphone.say(said)
            microphone.wait()  # the loop stands still, and the microphone does not
            async for frame in frames:
                number = int.from_bytes(frame.samples[:2], "little")
                if number:
                    found.append((number, frame.at))
                elif found:
                    break
        assert first.at == 0.0
        return found

    found = asyncio.run(run())
    assert source.overflows > 50
    numbers = [number for number, _ in found]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 100
    assert len(found) < 50
    (first, at), (last, later) = found[0], found[-1]
    assert later - at == pytest.approx((last - first) * 0.03)
    assert at > first * 0.03 - 0.03  # what was lost counts


def test_an_overflow_of_the_sound_system_is_counted() -> None:
    async def run() -> int:
        waiting = _Waiting(asyncio.get_running_loop(), 5)
        waiting.take(bytes(FRAME_BYTES), 480, None, SimpleNamespace(input_overflow=True))
        waiting.take(bytes(FRAME_BYTES), 480, None, SimpleNamespace(input_overflow=False))
        assert await waiting.something(1.0)
        return waiting.lost

    assert asyncio.run(run()) == 1


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_half_an_hour_leaves_nothing_behind(microphone: VirtualMicrophone) -> None:
    import resource

    microphone.speed = 40.0
    source = Microphone()
    threads, sizes = set(threading.enumerate()), []

    async def run() -> None:
        heard = 0
        async with aclosing(source.frames()) as frames:
            async for frame in frames:
                heard += 1
                assert len(frame.samples) == FRAME_BYTES
                if heard % 6_000 == 0:
                    sizes.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
                if heard == 60_000:
                    break

    asyncio.run(run())
    assert source.overflows == 0
    assert sizes[-1] < sizes[0] * 1.02
    assert set(threading.enumerate()) <= threads


# --- nothing to hear with -------------------------------------------------------------------------


def test_no_portaudio(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: None)
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(NoAudio) as error:
        asyncio.run(hear(open_source(), 1))
    assert "the PortAudio library, which is not installed" in str(error.value)
    assert "sudo apt install libportaudio2" in str(error.value)
    assert TYPING in str(error.value)
    assert error.value.exit_code == 4
    assert "sounddevice" not in sys.modules


def test_no_sounddevice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(NoAudio, match=r"needs the package sounddevice.*\n.*typing works"):
        find_devices()


def test_no_device(portaudio: None, capfd: pytest.CaptureFixture[str]) -> None:
    if any(device.inputs for device in find_devices()):
        pytest.skip("this machine has a microphone")
    with pytest.raises(NoAudio, match=r"no microphone was found\n.*typing works"):
        asyncio.run(hear(open_source(), 1))
    assert capfd.readouterr() == ("", "")


def test_a_sound_system_that_hangs(home: Path, portaudio: None, repo: Path) -> None:
    """ALSA waits for ever for somebody to write to this FIFO."""
    os.mkfifo(home / "fifo")
    (home / ".asoundrc").write_text(
        f'pcm.stuck {{ type file\n slave.pcm "null"\n file "/dev/null"\n infile "{home}/fifo"\n'
        ' format "raw" }\n'
    )
    code = (
        "import asyncio, sys\n"
        "from alexa_cli.errors import AlexaError\n"
        "from alexa_cli.hear.sources.patience import devices_there\n"
        "try:\n"
        "    asyncio.run(devices_there(0.5))\n"
        "except AlexaError as error:\n"
        "    sys.stderr.write(f'{error.exit_code} {error}')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stderr.startswith("4 the sound system does not answer")
    assert ran.stdout == ""


def test_given_up_as_it_opens_it_is_closed_first(microphone: VirtualMicrophone) -> None:
    """Or PortAudio would open a device and close all of them at a time, as the program ends."""
    before = set(threading.enumerate())

    async def run() -> None:
        with silenced():  # one at a time: the device is not opened before
            hearing = asyncio.create_task(hear(open_source(), 1_000))
            await asyncio.sleep(0)
            assert set(threading.enumerate()) - before
            hearing.cancel()
            done, _ = await asyncio.wait({hearing}, timeout=0.1)
            assert not done
        await asyncio.wait({hearing})
        assert hearing.cancelled()
        assert set(threading.enumerate()) <= before

    asyncio.run(run())
    assert asyncio.run(hear(open_source(), 0.1))  # nobody holds it


def test_no_permission(tmp_path: Path) -> None:
    (tmp_path / "pcmC0D0c").touch()
    error = no_microphone("linux", tmp_path, lambda _: False)
    assert str(error).startswith("this user may not use the microphone\n  sudo usermod -aG audio")
    assert "was found" in str(no_microphone("linux", tmp_path, lambda _: True))
    assert "was found" in str(no_microphone("linux", tmp_path / "none"))
    assert "System Settings, Privacy & Security" in str(no_microphone("darwin"))
    assert "allow apps" in str(no_microphone("win32"))


def device(index: int, name: str, inputs: int = 1, **more: Any) -> Device:
    return Device(index, name, "ALSA", inputs, 2, 48_000.0, **more)


DEVICES = [
    device(0, "HDMI", inputs=0), device(1, "USB Audio: one"), device(2, "USB Audio: two"),
    device(3, "Built-in", default_input=True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "index"), [(None, 3), ("usb two", 2), ("built-in", 3), ("1", 1), (2, 2)]
)
def test_choosing(wanted: str | int | None, index: int) -> None:
    assert choose_microphone(wanted, DEVICES).index == index


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("usb", "several sound devices match 'usb': 1 USB Audio: one, 2 USB Audio: two"),
        ("buildin", "did you mean"),
        ("xyz", "there are: 1 USB Audio: one"),
        (7, "no sound device 7"),
        ("HDMI", "HDMI is no microphone: it only plays"),
        (0, "HDMI is no microphone"),
    ],
)
def test_choosing_what_is_not_there(wanted: str | int, says: str) -> None:
    with pytest.raises(NoAudio) as error:
        choose_microphone(wanted, DEVICES)
    assert says in str(error.value)


def test_a_device_that_does_not_open() -> None:
    busy = cannot_open(DEVICES[3], Exception("Device unavailable", -9985))
    assert "another program may hold it" in str(busy)
    odd = cannot_open(DEVICES[3], Exception("Unanticipated\nhost error", -9999), "darwin")
    assert "Built-in does not open: Unanticipated host error\n" in str(odd)
    assert "System Settings" in str(odd)
    assert len(str(odd).splitlines()) == 2
