"""Sound out of a loudspeaker, by sounddevice.

PortAudio asks for samples in a thread of its own and takes them from a tape; putting the tape
away is silence with the next block, a few milliseconds later, and what the device still holds is
thrown away after it. The device is opened, stopped and closed by one thread, in order, because
any of these may take long and none may be in the way of another. It is held while a reply is
spoken and let go of after it.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from alexa_cli.config.hands import Hands
from alexa_cli.config.quiet import silenced
from alexa_cli.speak.voice import SAMPLE_BYTES, NoOutput, Sound, VoiceFailed

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LATENCY = 0.1
"""Seconds of sound that the device is given ahead: enough for a busy machine."""
_NONE = "Error querying device -1"
"""What PortAudio says where there is no device at all."""
_PATIENCE = 10.0
"""Seconds that a device may take longer than the sound lasts."""
_HINT = "'alexa audio devices' lists what there is; replies are shown all the same"
_INSTALL = "install it (Debian, Ubuntu: apt install libportaudio2); replies are shown all the same"


class Tape:
    """The samples to play next. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._samples, self._at = b"", 0
        self._over: Callable[[], None] | None = None

    def load(self, samples: bytes, over: Callable[[], None]) -> None:
        """Put it in; ``over`` is called once, when the last sample was taken or by ``clear``."""
        with self._lock:
            self._samples, self._at, self._over = samples, 0, over

    def take(self, count: int) -> bytes:
        """Return the next ``count`` bytes, filled up with silence."""
        over = None
        with self._lock:
            piece = self._samples[self._at : self._at + count]
            self._at += len(piece)
            if self._at >= len(self._samples):
                over, self._over = self._over, None
        if over is not None:
            over()
        return piece if len(piece) == count else piece + bytes(count - len(piece))

    def clear(self) -> None:
        """Put it away: what comes after is silence."""
        with self._lock:
            over, self._over = self._over, None
            self._samples, self._at = b"", 0
        if over is not None:
            over()


class _Device:
    """An open output and what it was opened for."""

    def __init__(self, rate: int, tape: Tape) -> None:
        self.wanted, self.rate = rate, rate
        self.stream: Any = None
        self.closing = False
        """Whether it ends because we want it to."""
        self.gone = False
        self._tape = tape

    def fill(self, out: Any, _frames: int, _time: object, _status: object) -> None:  # noqa: ANN401
        """Give PortAudio what it asks for; runs in its thread."""
        out[:] = self._tape.take(len(out))

    def finished(self) -> None:
        """Note that the stream has ended; without our doing, the device has gone."""
        if not self.closing:
            self.gone = True
            self._tape.clear()


class Player:
    """Plays sounds, one after another. ``device``: name or number; None: the system's own."""

    def __init__(self, device: str | int | None = None) -> None:
        self._name = device
        self._tape = Tape()
        self._device: _Device | None = None  # only touched by the hands
        self._hands: Hands | None = None
        self._hangs = False
        self._stops = 0

    async def play(self, sound: Sound) -> None:
        """Play it; over when the device took its last sample, or by ``stop``.

        Raises NoOutput (no PortAudio, no device), VoiceFailed (the device went away).
        """
        if not sound.samples:
            return
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        stops = self._stops
        device, samples = await self._patiently(lambda: self._ready(sound))
        if stops != self._stops:
            return
        self._tape.load(samples, lambda: _tell(loop, over))
        if device.gone:  # it went before there was a tape to put away
            self._tape.clear()
        seconds = len(samples) / SAMPLE_BYTES / device.rate
        try:
            async with asyncio.timeout(seconds + _PATIENCE):
                await over.wait()
        except TimeoutError as error:
            self.stop()
            raise VoiceFailed("the sound device takes no sound", hint=_HINT) from error
        finally:
            self._tape.clear()
        if device.gone:
            self.stop()
            raise VoiceFailed("the sound device has gone", hint=_HINT)

    def stop(self) -> None:
        """Be silent now; never waits. What the device still holds is thrown away."""
        self._stops += 1
        self._tape.clear()
        if self._hands is not None:
            self._hands.submit(lambda: self._shut(abort=True))

    async def release(self) -> None:
        """Let what was taken be heard, then let go of the device and the thread."""
        hands, self._hands = self._hands, None
        if hands is not None:
            hands.submit(self._shut)
            await hands.end()

    async def _patiently(self, call: Callable[[], T]) -> T:
        """Make a call of the sound system. One that hung once is not asked again."""
        if not self._hangs:
            if self._hands is None:
                self._hands = Hands("alexa-player")
            try:
                return await self._hands.do(call)
            except TimeoutError:
                self._hangs = True
        raise NoOutput("nothing can be played: the sound system does not answer", hint=_HINT)

    # In the hands' thread -----------------------------------------------------------------------

    def _ready(self, sound: Sound) -> tuple[_Device, bytes]:
        """Return an open device, and the samples at its rate."""
        device = self._device
        if device is not None and (device.gone or device.wanted != sound.rate):
            self._shut()
            device = None
        if device is None:
            device = self._device = self._opened(sound.rate)
        if device.rate == sound.rate:
            return device, sound.samples
        return device, resampled(sound, device.rate)

    def _opened(self, rate: int) -> _Device:
        sounddevice = _sounddevice()
        device = _Device(rate, self._tape)
        with silenced():
            try:
                own = sounddevice.query_devices(self._name, "output")
                usual = int(own["default_samplerate"])
                try:
                    device.stream = self._stream(sounddevice, device)
                except sounddevice.PortAudioError:
                    if usual == rate:
                        raise
                    device.rate = usual  # the device does not take every rate
                    device.stream = self._stream(sounddevice, device)
                device.stream.start()
            except (sounddevice.PortAudioError, ValueError) as error:
                device.closing = True
                if device.stream is not None:
                    device.stream.close()
                raise NoOutput(_reason(self._name, error), hint=_HINT) from error
        return device

    def _stream(self, sounddevice: Any, device: _Device) -> Any:  # noqa: ANN401 - it has no types
        return sounddevice.RawOutputStream(
            samplerate=device.rate, channels=1, dtype="int16", latency=LATENCY, device=self._name,
            callback=device.fill, finished_callback=device.finished,
        )  # fmt: skip

    def _shut(self, *, abort: bool = False) -> None:
        device, self._device = self._device, None
        if device is None:
            return
        device.closing = True
        if abort or device.gone:
            device.stream.abort()
        else:
            device.stream.stop()
        device.stream.close()


def resampled(sound: Sound, rate: int) -> bytes:
    """Return its samples at another rate."""
    import numpy as np  # noqa: PLC0415 - only for devices that do not take every rate
    import soxr  # noqa: PLC0415 - as above

    values = np.frombuffer(sound.samples, dtype="<i2")
    return bytes(soxr.resample(values, sound.rate, rate).astype("<i2").tobytes())


def _tell(loop: asyncio.AbstractEventLoop, over: asyncio.Event) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits
        loop.call_soon_threadsafe(over.set)


def _sounddevice() -> Any:  # noqa: ANN401 - it has no types
    try:
        import sounddevice  # noqa: PLC0415 - loads PortAudio; only who hears or speaks needs it
    except ImportError as error:
        message = "nothing can be played: the package sounddevice is missing"
        raise NoOutput(message, hint="pip install sounddevice") from error
    except OSError as error:
        raise NoOutput("nothing can be played: there is no PortAudio", hint=_INSTALL) from error
    return sounddevice


def _reason(name: str | int | None, error: Exception) -> str:
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    if first == _NONE:
        return "no loudspeaker was found"
    which = "no loudspeaker" if name is None else f"no loudspeaker {name!r}"
    return f"{which}: {first}"
