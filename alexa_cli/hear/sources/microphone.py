"""Sound from a microphone, by PortAudio."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alexa_cli.config.hands import Hands
from alexa_cli.config.quiet import silenced
from alexa_cli.hear.errors import AudioError
from alexa_cli.hear.frame import FRAME_SECONDS, RATE
from alexa_cli.hear.sources.convert import Converter, Framer
from alexa_cli.hear.sources.devices import (
    Device,
    cannot_open,
    choose_microphone,
    find_devices,
    load_sounddevice,
)
from alexa_cli.hear.sources.patience import patiently

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from alexa_cli.hear.frame import Frame

BACKLOG = 10.0
"""Seconds of sound that wait for somebody to take them; then the oldest are lost."""
PATIENCE = 5.0
"""Seconds without any sound, not even silence, after which the microphone is gone."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """A device that is listening."""

    device: Device
    rate: int
    channels: int
    convert: Converter


class Microphone:
    """Frames of a microphone, from when they are first asked for until ``aclose``."""

    live = True

    def __init__(
        self,
        device: str | int | None = None,
        *,
        backlog: float = BACKLOG,
        patience: float = PATIENCE,
    ) -> None:
        """``device``: name, part of a name or number; None: the usual one."""
        self.name = "microphone" if device is None else f"microphone {device}"
        self.overflows = 0
        self._device, self._patience = device, patience
        self._most = max(1, round(backlog / FRAME_SECONDS))

    async def frames(self) -> AsyncGenerator[Frame, None]:
        """Yield frames as they are spoken.

        Raises NoAudio if there is nothing to hear with, AudioError if it stops giving sound.
        """
        waiting = _Waiting(asyncio.get_running_loop(), self._most)
        hands, streams = Hands("alexa-microphone"), list[Any]()
        framer = Framer()
        expected = 0
        try:
            opened = await patiently(hands, lambda: _open(self._device, waiting, streams))
            self.name = f"microphone {opened.device.name}"
            while True:
                if not await waiting.something(self._patience):
                    raise self._gone()
                first, block = waiting.blocks.popleft()
                self.overflows = waiting.lost
                framer.lost += (first - expected) / opened.rate
                expected = first + len(block) // 2 // opened.channels
                for frame in framer.add(opened.convert.shorts(block)):
                    yield frame
        finally:
            hands.submit(lambda: _close(streams))  # even one that opens as nobody waits any more
            await hands.end()

    def _gone(self) -> AudioError:
        return AudioError(
            f"the {self.name} stopped giving sound",
            hint="is it still plugged in? `alexa audio devices` lists what there is",
        )


class _Waiting:
    """Blocks on their way from the sound system's thread to the loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int) -> None:
        self.blocks: deque[tuple[int, bytes]] = deque()
        """With the number of the first sample of each."""
        self.lost = 0
        self._loop, self._most = loop, most
        self._news = asyncio.Event()
        self._ended = False
        self._samples = 0

    def take(self, block: Any, samples: int, _: object, status: Any) -> None:  # noqa: ANN401 - cffi
        """Take a block; called by the sound system in a thread of its own, so it must be quick."""
        if status.input_overflow:
            self.lost += 1
        if len(self.blocks) >= self._most:
            self.lost += 1
            with suppress(IndexError):  # just now taken
                self.blocks.popleft()
        self.blocks.append((self._samples, bytes(block)))
        self._samples += samples
        self._tell()

    def end(self) -> None:
        """Take that there will be no more."""
        self._ended = True
        self._tell()

    async def something(self, patience: float) -> bool:
        """Wait for a block. False: none comes any more."""
        while not self.blocks:
            if self._ended:
                return False
            self._news.clear()
            try:
                async with asyncio.timeout(patience):
                    await self._news.wait()
            except TimeoutError:
                return bool(self.blocks)
        return True

    def _tell(self) -> None:
        with suppress(RuntimeError):  # the loop is gone: nobody listens any more
            self._loop.call_soon_threadsafe(self._news.set)


def _open(wanted: str | int | None, waiting: _Waiting, streams: list[Any]) -> _Opened:
    """Open it; what is to be closed again is put into ``streams``."""
    with silenced():
        sounddevice = load_sounddevice()
        device = choose_microphone(wanted, find_devices())
        try:
            rate, channels = _usable(sounddevice, device)
            stream = sounddevice.RawInputStream(
                samplerate=rate,
                channels=channels,
                dtype="int16",
                blocksize=round(rate * FRAME_SECONDS),
                device=device.index,
                callback=waiting.take,
                finished_callback=waiting.end,
            )
            streams.append(stream)
            stream.start()
        except (sounddevice.PortAudioError, ValueError, OSError) as error:
            raise cannot_open(device, error) from error
    return _Opened(device, rate, channels, Converter(rate, channels))


def _usable(sounddevice: Any, device: Device) -> tuple[int, int]:  # noqa: ANN401 - a module
    """Return the samples a second and the channels to open it with: what is needed, if it can."""
    refused: Exception | None = None
    for rate in (RATE, round(device.rate)):
        for channels in dict.fromkeys((1, min(2, device.inputs), device.inputs)):
            try:
                sounddevice.check_input_settings(
                    device=device.index, channels=channels, dtype="int16", samplerate=rate
                )
            except (sounddevice.PortAudioError, ValueError) as error:
                refused = refused or error
            else:
                return rate, channels
    assert refused is not None  # noqa: S101 - there was a first try
    raise refused


def _close(streams: list[Any]) -> None:
    for stream in streams:
        with suppress(Exception):  # an unplugged device cannot be closed properly
            stream.abort(ignore_errors=True)
            stream.close(ignore_errors=True)
