"""A virtual microphone: ALSA reads a FIFO, so the real sounddevice hears what is written to it.

Bit-exact, without a daemon or a sound card. Needs Linux and libportaudio2. ``conftest.py`` makes
it a fixture; other folders load this file as it does.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NAME = "filemic"
FRAME = 960
"""Bytes of 30 ms: 480 samples, int16, 16 kHz."""
SECONDS = 0.03
RATE = 16_000
_SET_PIPE_SIZE = 1031
_CONFIG = """\
pcm.filemic {{ type file
  slave.pcm "null"
  file "/dev/null"
  infile "{fifo}"
  format "raw" }}
pcm.!default {{ type asym
  playback.pcm "null"
  capture.pcm "filemic" }}
ctl.!default {{ type hw card 0 }}
"""


class VirtualMicrophone:
    """Gives silence, and what is said into it, in real time or ``speed`` times as fast.

    A process hears it if its HOME is ``home``. It must feed before anybody looks for devices.
    """

    def __init__(self, home: Path, speed: float = 1.0) -> None:
        self.home = home
        self.speed = speed
        self._fifo = home / "microphone"
        os.mkfifo(self._fifo)
        (home / ".asoundrc").write_text(_CONFIG.format(fifo=self._fifo))
        # Opened for reading too, so that it neither waits for a reader nor ends without one.
        self._handle = os.open(self._fifo, os.O_RDWR | os.O_NONBLOCK)
        fcntl.fcntl(self._handle, _SET_PIPE_SIZE, 4_096)
        self._said: deque[bytes] = deque()
        self._plugged = threading.Event()
        self._plugged.set()
        self._over = threading.Event()
        self._quiet = threading.Event()
        self._thread = threading.Thread(target=self._feed, name="virtual-microphone", daemon=True)
        self._thread.start()

    def say(self, samples: bytes) -> None:
        """Play 16 kHz mono int16, after what is being played."""
        self._quiet.clear()
        padded = samples.ljust(-(-len(samples) // FRAME) * FRAME, b"\0")
        self._said.extend(padded[at : at + FRAME] for at in range(0, len(padded), FRAME))

    def speak(self, text: str) -> None:
        """Say a sentence in a room that is never wholly silent."""
        import numpy as np
        import soxr

        from alexa_cli.speak.voice.espeak import synthesise

        made = synthesise(text, rate=150)
        voice = soxr.resample(np.frombuffer(made.samples, "<i2").astype(float), made.rate, RATE)
        sound = np.concatenate([np.zeros(RATE * 6 // 10), voice / 2, np.zeros(RATE * 9 // 10)])
        sound += np.random.default_rng(1).normal(0, 20, len(sound))
        self.say(np.clip(sound, -32_768, 32_767).astype("<i2").tobytes())

    def wait(self, timeout: float = 60.0) -> None:
        """Wait until all of it was taken by a listener."""
        assert self._quiet.wait(timeout), "nobody listens to the virtual microphone"

    def unplug(self) -> None:
        """Give nothing any more, not even silence."""
        self._plugged.clear()

    def plug(self) -> None:
        """Go on."""
        self._plugged.set()

    def close(self) -> None:
        """Let go of whoever still listens."""
        self._over.set()
        self._plugged.set()
        self._thread.join()
        os.close(self._handle)

    def _feed(self) -> None:
        due = time.monotonic()
        while not self._over.is_set():
            self._plugged.wait()
            block = self._said[0] if self._said else bytes(FRAME)
            try:
                os.write(self._handle, block)
            except BlockingIOError:
                pass  # nobody takes it: what is said waits, silence need not
            else:
                if self._said:
                    self._said.popleft()
                if not self._said:
                    self._quiet.set()
            due = max(due + SECONDS / self.speed, time.monotonic() - SECONDS)
            self._over.wait(max(0.0, due - time.monotonic()))
