"""Step 1: speech with the time of every sound, from espeak-ng, and the words' sounds.

    python -m tools.vosk_model.speak FOLDER [--count 4000]

espeak-ng tells when each sound begins, so nothing needs to be aligned. Voices differ in their
variant, pitch and rate. Needs espeakng-loader, numpy and soxr.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import espeakng_loader
import numpy as np
import soxr

from alexa_cli.hear.sphinx.sounds import from_espeak
from tools.vosk_model.phones import SILENCE
from tools.vosk_model.words import training_text, vocabulary

RATE = 16_000
VOICES = [
    "en-us",
    *(f"en-us+{v}" for v in "m1 m2 m3 m4 m5 m6 m7 f1 f2 f3 f4 f5 steph alex".split()),
]
RATES = (120, 220)
"""Words a minute, from and to."""
PITCHES = (25, 75)
COMMON = 0.15
"""Share of a word's occurrences from which a way to say it is listened for."""
_SENTENCE_END, _WORD, _PHONEME = 0, 1, 7
_RATE, _PITCH = 1, 3


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int), ("id", ctypes.c_uint), ("text", ctypes.c_int),
        ("length", ctypes.c_int), ("at", ctypes.c_int), ("sample", ctypes.c_int),
        ("user", ctypes.c_void_p), ("name", ctypes.c_char * 8),
    )  # fmt: skip


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass
class Said:
    """One utterance."""

    text: str
    samples: Any
    """16 kHz, int16."""
    sounds: list[tuple[float, str]] = field(default_factory=list)
    """Seconds where each begins, in order."""
    words: list[tuple[str, list[str]]] = field(default_factory=list)


class Speaker:
    """espeak-ng, telling the time of each sound."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        self._rate = self._library.espeak_Initialize(2, 0, data, 1)
        self._pieces: list[bytes] = []
        self._events: list[tuple[int, int, float, str]] = []
        self._callback = _Callback(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def _take(self, samples: Any, count: int, events: Any) -> int:  # noqa: ANN401 - ctypes
        if samples and count > 0:
            self._pieces.append(ctypes.string_at(samples, count * 2))
        place = 0
        while events[place].type != _SENTENCE_END:
            each = events[place]
            self._events.append(
                (each.type, each.text, each.sample / self._rate, each.name.decode("latin-1"))
            )
            place += 1
        return 0

    def say(self, text: str, voice: str, rate: int, pitch: int) -> Said:
        """Say ``text``."""
        self._pieces.clear()
        self._events.clear()
        self._library.espeak_SetVoiceByName(voice.encode())
        self._library.espeak_SetParameter(_RATE, rate, 0)
        self._library.espeak_SetParameter(_PITCH, pitch, 0)
        data = text.encode() + b"\0"
        self._library.espeak_Synth(data, len(data), 0, 1, 0, 1, None, None)
        sound = np.frombuffer(b"".join(self._pieces), "<i2")
        said = Said(text, soxr.resample(sound, self._rate, RATE).astype("<i2"))
        self._place(said, len(sound) / self._rate)
        return said

    def _place(self, said: Said, length: float) -> None:
        """Write down which sound is when, and which sounds each word has."""
        heard = [event for event in self._events if event[0] in {_WORD, _PHONEME}]
        phones = [event for event in heard if event[0] == _PHONEME]
        ends = [*(event[2] for event in phones[1:]), length]
        until = {id(event): end for event, end in zip(phones, ends, strict=True)}
        word: list[str] | None = None
        for event in heard:
            if event[0] == _WORD:
                word = []
                said.words.append((said.text[event[1] - 1 :].split(" ")[0], word))
                continue
            sounds = from_espeak(event[3]).split() if "_" not in event[3] else []
            step = (until[id(event)] - event[2]) / max(1, len(sounds))
            for number, sound in enumerate(sounds or [SILENCE]):
                said.sounds.append((round(event[2] + number * step, 4), sound))
            if word is not None:
                word += sounds


def ways(utterances: list[Said]) -> dict[str, list[str]]:
    """Return how each word of the vocabulary is said, the most common way first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for said in utterances:
        # Where two words are spoken as one ("of the") there are fewer of them.
        if [word for word, _ in said.words] == said.text.split():
            for word, sounds in said.words:
                counts[word][" ".join(sounds)] += 1
    found: dict[str, list[str]] = {}
    for word in vocabulary():
        total = counts[word].total()
        found[word] = [w for w, n in counts[word].most_common(4) if w and n >= COMMON * total]
        if not found[word]:
            raise SystemExit(f"{word!r} was never said: more utterances are needed")
    return found


def main() -> None:
    """Speak, and write ``speech.npz``, ``utterances.json`` and ``lexicon.json``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=4000)
    given = parser.parse_args()
    chance, speaker = random.Random(1), Speaker()
    texts = [*vocabulary(), *(training_text(chance) for _ in range(given.count))]
    said = [
        speaker.say(text, chance.choice(VOICES), chance.randint(*RATES), chance.randint(*PITCHES))
        for text in texts
    ]
    given.folder.mkdir(parents=True, exist_ok=True)
    (given.folder / "lexicon.json").write_text(json.dumps(ways(said), indent=1), "utf-8")
    table = [{"text": each.text, "samples": len(each.samples), "sounds": each.sounds}
             for each in said]  # fmt: skip
    (given.folder / "utterances.json").write_text(json.dumps(table), "utf-8")
    np.save(given.folder / "speech.npy", np.concatenate([each.samples for each in said]))
    print(f"{len(said)} utterances, {sum(len(s.samples) for s in said) / RATE / 60:.0f} minutes")


if __name__ == "__main__":
    main()
