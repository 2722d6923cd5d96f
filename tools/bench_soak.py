"""Half an hour of microphone through `alexa listen`: whether it grows, loses sound, leaves threads.

A virtual microphone (ALSA reads a FIFO; Linux, libportaudio2) gives a sentence every 12 seconds,
and silence between them, `--speed` times as fast as life: the path is the real one, from PortAudio
to the reply. Memory is looked at after every sentence; the first tenth, in which caches fill, is
not counted.

    python tools/bench_soak.py [--minutes 30] [--speed 2] [--check]

With --check the exit code is 1 if memory grew by more than a tenth, or sound was lost, or a thread
was left.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import re
import sys
import tempfile
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from alexa_cli.assistant import TurnOptions
from alexa_cli.assistant.voice.ears import Ears
from alexa_cli.assistant.voice.how import How
from alexa_cli.assistant.voice.loop import VoiceLoop
from alexa_cli.assistant.voice.moments import Listening
from alexa_cli.assistant.voice.mouth import open_speaker
from alexa_cli.cli.common import Common
from alexa_cli.cli.repl.talk import Talk
from alexa_cli.hear.frame import RATE
from alexa_cli.hear.sources.microphone import Microphone
from alexa_cli.speak.voice.espeak import synthesise
from alexa_cli.turn import Heard, Stage

REPO = Path(__file__).resolve().parent.parent
SAID = (
    "turn on the kitchen light", "what time is it", "set a timer for ten minutes",
    "turn off the kitchen light", "cancel the timer", "set a timer", "five minutes",
)  # fmt: skip
EVERY = 12.0
"""Seconds of sound from one sentence to the next."""
GROWTH = 0.10


def virtual_microphone(home: Path, speed: float) -> Any:  # noqa: ANN401 - loaded by its path
    """Return the one that the tests use."""
    sys.path.insert(0, str(REPO / "tests" / "hear"))
    return import_module("microphone").VirtualMicrophone(home, speed=speed)


def sentence(text: str, seed: int) -> bytes:
    """Return a sentence in a room with a little noise, filled up to ``EVERY`` seconds."""
    made = synthesise(text, rate=150)
    voice = soxr.resample(np.frombuffer(made.samples, "<i2").astype(float), made.rate, RATE) / 2
    sound = np.random.default_rng(seed).normal(0, 20, round(EVERY * RATE))
    sound[RATE : RATE + len(voice)] += voice
    return bytes(np.clip(sound, -32_768, 32_767).astype("<i2").tobytes())


def resident() -> int:
    """Return the bytes of memory in use."""
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


class Soak:
    """One conversation that does not end, and what was seen of it."""

    def __init__(self, home: Path, minutes: float, speed: float, *, speaks: bool) -> None:
        self.sentences = max(2, round(minutes * 60 / EVERY))
        self.said = self.heard = self.right = 0
        self.sizes: list[int] = []
        self.threads: set[str] = set()
        self._microphone = virtual_microphone(home, speed)
        self._source = Microphone()
        self._talk = Talk.begin(Common(sets=("hear.patience=20s",)))
        speaker = open_speaker(self._talk.session.loaded.settings.speak, muted=not speaks)
        ears = Ears(self._talk.session.assistant, self._talk.session.paths)
        ears.expect(self._talk.conversation)
        ears.recogniser.wait()  # loading takes longer than usual where sound comes faster
        self._loop = VoiceLoop(
            ears, self._source,
            self._talk.take, self._talk.conversation, speaker=speaker,
            how=How("open", options=TurnOptions()), show=self._see,
        )  # fmt: skip

    def _see(self, moment: object) -> None:
        if isinstance(moment, Listening):
            if self.said < self.sentences:
                self._say()
        elif isinstance(moment, Heard) and moment.utterance.stage is Stage.FINAL:
            self.heard += 1
            self.right += moment.utterance.text == SAID[(self.said - 1) % len(SAID)]
            gc.collect()
            self.sizes.append(resident())
            self.threads |= {re.sub(r"[-_]\d+$", "", t.name) for t in threading.enumerate()}

    def _say(self) -> None:
        self._microphone.say(sentence(SAID[self.said % len(SAID)], self.said))
        self.said += 1

    def run(self) -> None:
        """Converse until all is said and nobody speaks any more."""
        with self._talk.session.store:
            asyncio.run(self._loop.run())
        self._microphone.close()

    @property
    def lost(self) -> int:
        """Frames that nobody took in time."""
        return self._loop.standing.overflows

    @property
    def growth(self) -> float:
        """How much memory grew after the first tenth, as a share."""
        settled = self.sizes[max(1, len(self.sizes) // 10)]
        return max(self.sizes[-max(1, len(self.sizes) // 10) :]) / settled - 1


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description="Memory, lost sound and threads of a long talk.")
    parser.add_argument("--minutes", type=float, default=30.0, help="of sound")
    parser.add_argument("--speed", type=float, default=2.0)
    parser.add_argument("--speak", action="store_true", help="say the replies, to nobody")
    parser.add_argument("--check", action="store_true", help="fail if a goal is missed")
    options = parser.parse_args()
    before = threading.active_count()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ALEXA_HOME"] = os.environ["HOME"] = folder
        soak = Soak(Path(folder), options.minutes, options.speed, speaks=options.speak)
        began, cpu = time.perf_counter(), time.process_time()
        soak.run()
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
    left = threading.active_count() - before
    minutes = soak.said * EVERY / 60
    print(f"{minutes:.1f} minutes of sound in {took / 60:.1f}: {soak.said} sentences said, "
          f"{soak.heard} heard, {soak.right} of them word for word")  # fmt: skip
    print(f"memory   {soak.sizes[0] / 1e6:.1f} MB after the first, {soak.sizes[-1] / 1e6:.1f} MB "
          f"after the last; {soak.growth:+.1%} after the first tenth, goal +10 %")  # fmt: skip
    print(f"lost     {soak.lost} frames, goal 0")
    print(f"threads  {left} left, goal 0 (while it ran: {', '.join(sorted(soak.threads))})")
    print(f"CPU      {cpu / (minutes * 60):.3f} s a second of sound")
    missed = soak.growth > GROWTH or soak.lost or left
    return 1 if missed and options.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
