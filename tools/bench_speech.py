"""Measure the sphinx recogniser on real commands, clean and in noise, with and without bias.

The public recordings are not part of the repository: ``ALEXA_SHARED``, or ``shared`` beside it.
The coffee maker is declared as an expert from its phrases, never from its recordings. Run it with
``python tools/bench_speech.py [coffee] [noise] [home]``; all three by default.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import yaml

from alexa_cli.assistant.assistant import TurnOptions
from alexa_cli.assistant.turning import Turning
from alexa_cli.cli.common import Common
from alexa_cli.cli.session import Session, open_session
from alexa_cli.hear.endpoint import EndPointer
from alexa_cli.hear.expectations import Expectations
from alexa_cli.hear.frame import FRAME_BYTES, FRAME_SECONDS, RATE, Frame
from alexa_cli.hear.sphinx.recogniser import SphinxRecogniser
from alexa_cli.hear.vad import VoiceDetector
from alexa_cli.language.text import words
from alexa_cli.measure.run import AssistantDecider, changing, run_suite
from alexa_cli.measure.suite import load_suite
from alexa_cli.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from alexa_cli.hear.bias import Bias

SHARED = Path(os.environ.get("ALEXA_SHARED") or Path(__file__).resolve().parents[2] / "shared")
SPEECH = SHARED / "speech"
PRE_ROLL = 0.45
"""Seconds before the first speech that are heard too."""
EAGER = 0.30
"""Seconds of silence after which what comes is kept back, as the listener does."""
SEED = 4
NOISES = (24, 12, 6)
"""Signal to noise, in decibels."""
CHOICES = {
    "size": ["small", "medium", "large", "(eight|twelve|sixteen|twenty) ounce"],
    "roast": ["(light|medium|dark) roast"],
    "number_of_shots": ["(single|double|triple) shot"],
    "coffee_drink": [
        "[iced] mocha", "[iced|drip|house] coffee", "cappuccino", "latte", "espresso", "americano",
    ],
    "milk_amount": [
        "[a [little] bit of|some|a lot of|lots of] ([skim|whole|soy|almond] milk|cream)",
    ],
    "sugar_amount": ["[a [little] bit of|some|a lot of|lots of] ([brown] sugar|sweetener)"],
}  # fmt: skip
_ASK = "(brew|can i get|can i have|i want|get me|give me|i would like|make me|may i have)"
_EXTRA = "[with ({milk_amount} [and {sugar_amount}]|{sugar_amount} [and {milk_amount}])]"
_HOW = "[({size};[{roast}];[{number_of_shots}])|({roast};[{number_of_shots}])|{number_of_shots}]"


def coffee_expert(folder: Path) -> Path:
    """Write the coffee maker as an expert: its choices, one template, the phrases as examples."""
    phrases = (SPEECH / "coffee_phrases.txt").read_text(encoding="utf-8").splitlines()
    api = {
        "description": "Make a hot drink.",
        "parameters": {n: {"type": "string", "x-choices": c} for n, c in CHOICES.items()},
        "required": ["coffee_drink"],
        "sentences": [f"{_ASK} [a|an] {_HOW} {{coffee_drink}} {_EXTRA}"],
        "examples": [phrase.strip() for phrase in phrases if phrase.strip()],
    }
    expert = {
        "name": "coffee_maker", "description": "Makes coffee as it is ordered.",
        "apis": {"order_drink": api},
    }  # fmt: skip
    place = folder / "coffee_maker"
    place.mkdir(parents=True)
    (place / "expert.yaml").write_text(yaml.safe_dump(expert, sort_keys=False), encoding="utf-8")
    return folder


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a set of recordings."""

    texts: list[str]
    best_of: list[list[str]]
    cpu: float
    """Processor seconds for each second of sound that the recordings last."""


def samples_of(file: Path) -> bytes:
    """Return the samples of a 16 kHz recording."""
    with wave.open(str(file)) as sound:
        if sound.getframerate() != RATE or sound.getnchannels() != 1:
            raise SystemExit(f"{file}: 16 kHz, one channel, please")
        return bytes(sound.readframes(sound.getnframes()))


def hear(recogniser: SphinxRecogniser, sounds: Sequence[bytes], n_best: int = 5) -> Heard:
    """End-point and recognise recordings in order, by one recogniser that adapts as it goes."""
    texts, best_of = list[str](), list[list[str]]()
    began, length = time.process_time(), 0.0
    for sound in sounds:
        length += len(sound) / 2 / RATE
        heard = _hear_one(recogniser, sound, n_best)
        texts.append(heard[0] if heard else "")
        best_of.append(heard)
    return Heard(texts, best_of, (time.process_time() - began) / length)


def _hear_one(recogniser: SphinxRecogniser, sound: bytes, n_best: int) -> list[str]:
    """Recognise the first utterance that has words in it, as the end-pointers see it."""
    pointer = EndPointer(VoiceDetector())
    frames: list[Frame] = []
    held: list[bytes] = []
    for number, start in enumerate(range(0, len(sound), FRAME_BYTES)):
        samples = sound[start : start + FRAME_BYTES].ljust(FRAME_BYTES, b"\0")
        frame = Frame(samples, number * FRAME_SECONDS)
        frames.append(frame)
        marks = pointer.feed(frame)
        if any(mark.kind == "began" for mark in marks):
            recogniser.begin()
            since = next(m.at for m in marks if m.kind == "began") - PRE_ROLL
            for each in frames[max(0, round(since / FRAME_SECONDS)) :]:
                recogniser.feed(each.samples)
            held = []
        elif pointer.speaking:
            held.append(samples)
            if pointer.silence < EAGER:  # silence is kept back until speech goes on
                for each_held in held:
                    recogniser.feed(each_held)
                held = []
        if any(mark.kind == "final" for mark in marks):
            found = [h.text for h in recogniser.finish(n_best).hypotheses if h.text]
            if found:
                return found
    if pointer.speaking:
        return [h.text for h in recogniser.finish(n_best).hypotheses if h.text]
    return []


def kitchen(length: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Return noise like a kitchen's, of power 1: mains hum, a fan, talk, and clatter."""
    at = np.arange(length) / RATE
    hum = np.sum([np.sin(2 * np.pi * 50 * k * at + random.uniform(0, 6)) / k for k in range(1, 7)],
                 axis=0)  # fmt: skip
    pitch = np.maximum(np.fft.rfftfreq(length, 1 / RATE), 20.0)
    fan = np.fft.irfft(np.fft.rfft(random.standard_normal(length)) / np.sqrt(pitch), length)
    talk = np.zeros(length)
    for _ in range(6):
        centres = [random.uniform(*band) for band in ((300, 700), (900, 1800), (2200, 3000))]
        shape = np.sum([np.exp(-(((pitch - c) / (100 + c / 8)) ** 2)) for c in centres], axis=0)
        voice = np.fft.irfft(np.fft.rfft(random.standard_normal(length)) * shape, length)
        slow = np.fft.rfft(random.standard_normal(length)) * (pitch < random.uniform(21, 26))
        talk += _unit(voice * np.abs(np.fft.irfft(slow, length)))
    clatter, start = np.zeros(length), 0
    while (start := start + int(random.exponential(0.7) * RATE)) < length:
        t = np.arange(min(length - start, RATE // 4)) / RATE
        for _ in range(5):
            ring = np.sin(2 * np.pi * random.uniform(1500, 6000) * t)
            clatter[start : start + len(t)] += ring * np.exp(-t * random.uniform(20, 90))
    return _unit(0.5 * _unit(hum) + 0.8 * _unit(fan) + _unit(talk) + 0.5 * _unit(clatter))


def in_noise(sound: bytes, snr: float, seed: int) -> bytes:
    """Return a recording with kitchen noise ``snr`` decibels below the power of its speech."""
    plain = np.frombuffer(sound, "<i2").astype(np.float64)
    power = np.square(plain[: len(plain) // 480 * 480]).reshape(-1, 480).mean(axis=1)
    speech = np.sqrt(power[power >= np.quantile(power, 0.6)].mean())
    noise = kitchen(len(plain), np.random.default_rng(seed))
    mixed = plain + noise * speech * 10 ** (-snr / 20)
    mixed *= min(1.0, 32_000 / np.abs(mixed).max())
    return bytes(mixed.round().astype("<i2").tobytes())


def _unit(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = signal / (np.sqrt(np.square(signal).mean()) + 1e-12)
    return unit


def session_of(folder: Path, *experts: Path) -> Session:
    """Open the assistant in a home of its own."""
    os.environ["ALEXA_HOME"] = str(folder / "home")
    return open_session(Common(folders=experts), save=False)


def expected(session: Session, folder: Path) -> Bias:
    """Return what the assistant expects at the start of a conversation."""
    turning = Turning.begin(session.house, "bench", TurnOptions())
    return Expectations(session.house.catalogue, folder).bias(turning.snapshot)


def without_bias(bias: Bias) -> Bias:
    """Return the same words without what is known of them: any may follow any.

    A weak baseline: it has neither names as wholes nor sentences.
    """
    from alexa_cli.hear.bias import Bias as Plain  # noqa: PLC0415 - used here alone
    from alexa_cli.hear.bias import Phrase  # noqa: PLC0415 - as above

    said = {w for s in bias.sentences for w in s.words if w[0] != "{"}
    said |= {w for phrases in bias.lists.values() for p in phrases for w in p.words}
    return Plain(sentences=tuple(Phrase((word,)) for word in sorted(said)))


def commands_right(session: Session, folder: Path, heard: Heard) -> tuple[int, list[str]]:
    """Decide what was heard; return how many commands are fully right, and what was not."""
    lines = (SPEECH / "coffee.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines if line.strip()]
    suite_file = folder / "heard.jsonl"
    for case, text in zip(cases, heard.texts, strict=True):
        case.pop("audio")
        case["say"] = text or "silence"
        case["arguments"] = {_snake(name): said for name, said in case["arguments"].items()}
    suite_file.write_text("\n".join(map(json.dumps, cases)), encoding="utf-8")
    decider = AssistantDecider(
        session.house, fresh_store=lambda: Store(":memory:"),
        household=lambda _path: session.house.household,
    )  # fmt: skip
    judged = asyncio.run(
        run_suite(load_suite(suite_file), decider, changing(session.house.catalogue))
    )
    wrong = [f"{each.id}: {each.say} -> {each.decided}" for each in judged if not each.exact]
    return len(judged) - len(wrong), wrong


def _snake(name: str) -> str:
    """Return ``coffeeDrink`` as parameters are called here: ``coffee_drink``."""
    return re.sub(r"[A-Z]", lambda capital: "_" + capital.group().lower(), name)


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Return how many words must be put in, taken out or changed (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(said, 1):
        last, row = row, [number]
        for place, other in enumerate(heard, 1):
            row.append(min(last[place] + 1, row[-1] + 1, last[place - 1] + (word != other)))
    return row[-1]


def coffee(folder: Path, *, noises: Sequence[int]) -> None:
    """Print the figures of the coffee commands."""
    session = session_of(folder, coffee_expert(folder / "experts"))
    lines = (SPEECH / "coffee.jsonl").read_text(encoding="utf-8").splitlines()
    sounds = [samples_of(SPEECH / json.loads(line)["audio"]) for line in lines if line.strip()]
    bias = expected(session, folder / "bias")
    for name, each in (("with bias", bias), ("without", without_bias(bias))):
        recogniser = SphinxRecogniser(folder / "sphinx", each)
        for snr in (None, *noises):
            mixed = sounds if snr is None else [
                in_noise(sound, snr, SEED + number) for number, sound in enumerate(sounds)
            ]  # fmt: skip
            heard = hear(recogniser, mixed)
            right, wrong = commands_right(session, folder, heard)
            label = "clean" if snr is None else f"{snr} dB"
            print(f"coffee {label:>5} {name:>9}: {right}/{len(sounds)} commands fully right "
                  f"({100 * right / len(sounds):.1f} %), RTF {heard.cpu:.3f}",
                  flush=True)  # fmt: skip
            if snr is None and each is bias:
                print("\n".join(f"    {line}" for line in wrong))
        recogniser.close()


def home(folder: Path) -> None:
    """Print the figures of the home commands: far away, noisy, the file names are the words."""
    session = session_of(folder)
    bias = expected(session, folder / "bias")
    files = sorted((SPEECH / "home").glob("*.wav"))
    for name, each in (("with bias", bias), ("without", without_bias(bias))):
        recogniser = SphinxRecogniser(folder / "sphinx", each)
        heard = hear(recogniser, [samples_of(file) for file in files])
        wrong = right = whole = 0
        for file, text in zip(files, heard.texts, strict=True):
            said = words(file.stem.replace("whats", "what's").replace("_", " "))
            said = words(" ".join(said).replace("nevermind", "never mind"))
            got = words(text.replace("nevermind", "never mind"))
            wrong, whole = wrong + errors(said, got), whole + len(said)
            right += said == got
            if each is bias:
                print(f"    {' '.join(said)} -> {text}")
        print(f"home {name:>9}: {right}/{len(files)} right, word error rate "
              f"{100 * wrong / whole:.0f} %, RTF {heard.cpu:.3f}", flush=True)  # fmt: skip
        recogniser.close()


def main(parts: Sequence[str]) -> None:
    """Run the parts named, or all."""
    if not SPEECH.is_dir():
        raise SystemExit(f"needs the recordings: no folder {SPEECH} (set ALEXA_SHARED)")
    with tempfile.TemporaryDirectory(prefix="bench-speech-") as made:
        if not parts or {"coffee", "noise"} & set(parts):
            noises = NOISES if not parts or "noise" in parts else ()
            coffee(Path(made) / "coffee", noises=noises)
        if not parts or "home" in parts:
            home(Path(made) / "shipped")


if __name__ == "__main__":
    main(sys.argv[1:])
