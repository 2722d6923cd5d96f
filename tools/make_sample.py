"""Make the sentence that ships as ``alexa ask --audio sample``: synthesised, so it is nobody's.

python tools/make_sample.py [FILE]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import soundfile

from alexa_cli.hear.frame import RATE
from alexa_cli.hear.sources import SAMPLE_FILE
from alexa_cli.hear.sources.convert import Converter
from alexa_cli.speak.voice.espeak import synthesise

WORDS = "turn on the kitchen light"
AROUND = 0.6
"""Seconds of near silence before and after: an end-pointer has to hear that it is over."""
NOISE = 8
"""Loudest sample of it; a room is never wholly silent."""


def make() -> np.ndarray:
    """Return the samples, int16."""
    said = synthesise(WORDS, rate=150)
    speech = np.frombuffer(Converter(said.rate, 1).shorts(said.samples, last=True), "<i2")
    calm = np.zeros(round(AROUND * RATE), np.int16)
    whole = np.concatenate([calm, speech // 2, calm])
    noise = np.random.default_rng(1).integers(-NOISE, NOISE + 1, len(whole))
    return np.clip(whole + noise, -32_768, 32_767).astype(np.int16)


if __name__ == "__main__":
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE_FILE
    soundfile.write(path, make(), RATE, subtype="PCM_16")
    print(f"{path}: {path.stat().st_size:,} bytes")
