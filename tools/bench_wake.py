"""Measures the wake word: misses, false alarms and what listening costs, at the three settings.

    python tools/bench_wake.py [--fit] [--json]

Recordings of "alexa" are what must wake it; other recordings must not. Speech that espeak-ng makes
is counted apart: it is nobody's voice. False alarms come as a count, the seconds heard, and the
95 % upper bound an hour (Poisson): few minutes prove little. ``--fit`` finds the weights of the
second look again and tells what they are worth on recordings that they were not fitted to.
Exits 1 if the middle setting misses 5 % or more of the recordings.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import time
import wave
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from alexa_cli.hear.frame import FRAME_BYTES, FRAME_SECONDS, RATE, Frame
from alexa_cli.hear.sources.convert import Converter
from alexa_cli.hear.sphinx.dictionary import default_file
from alexa_cli.hear.wake.look import SecondLook
from alexa_cli.hear.wake.spoken import ways_of
from alexa_cli.hear.wake.spotter import Spotter
from alexa_cli.hear.wake.word import LIKELY
from alexa_cli.speak.voice.espeak import synthesise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alexa_cli.hear.wake.look import Evidence

REPO = Path(__file__).resolve().parent.parent
MOST_MISSED = 0.05
FOLDS = 5
RIDGE = 0.1
"""Of the fit: keeps weights small that few recordings ask for."""
VOICES = "en-us en-us+f3 en-us+m3 en-gb en-us+f5 en-us+m7 en-gb+f2 en-us+m1 en-us+f1".split()
COMMANDS = ("alexa, turn on the light", "alexa what time is it", "hey alexa stop")
TAIL = 10
"""Frames of silence after a recording: the second look wants to hear a little more."""
KINDS = {
    "recordings of the word": True, "other recordings": False,
    "synthesised commands": True, "synthesised sentences": False,
}  # fmt: skip


@dataclass
class Look:
    """One trigger, or none, in one recording."""

    kind: str
    name: str
    evidence: Evidence | None
    likelihood: float


@dataclass
class Heard:
    """All of one kind of recordings."""

    recordings: int = 0
    seconds: float = 0.0
    cost: float = 0.0
    """Seconds of processor time."""


@dataclass
class Row:
    """What one setting gave for one kind. Misses or false alarms are None where it has none."""

    setting: str
    kind: str
    recordings: int
    seconds: float
    missed: int | None
    alarms: int | None
    bound: float | None
    """Of the alarms, an hour: with 95 % certainty there are not more."""


def recordings(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """Yield kind, name and sound of each recording, then of what espeak-ng says."""
    for kind, names in (("recordings of the word", ["alexa"]),
                        ("other recordings", ["coffee", "home"])):  # fmt: skip
        for path in sorted(path for name in names for path in (folder / name).glob("*.wav")):
            with wave.open(str(path)) as file:
                yield kind, path.stem, file.readframes(file.getnframes())
    for voice in VOICES:
        for rate in (130, 160, 190):
            for text in COMMANDS:
                yield "synthesised commands", f"{voice} {rate} {text}", said(text, voice, rate)
    for number, text in enumerate(sentences(100)):
        yield "synthesised sentences", text, said(text, VOICES[number % len(VOICES)], 160)


def sentences(count: int) -> Iterator[str]:
    """Yield commands to the house, and words of the dictionary in any order."""
    chance = random.Random(6)
    files = sorted((REPO / "experts").glob("*/cases.jsonl"))
    cases = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    commands = sorted({case["say"] for case in cases if "say" in case})
    lines = default_file().read_text("utf-8").splitlines()
    words = [line.split(" ")[0] for line in lines if line[:1].isalpha() and "(" not in line]
    for number in range(count):
        if number % 2:
            yield ". ".join(chance.choice(commands) for _ in range(3))
        else:
            yield " ".join(chance.choice(words) for _ in range(10))


def said(text: str, voice: str, rate: int) -> bytes:
    """Return a voice in a room that is nearly silent."""
    made = synthesise(text, voice=voice, rate=rate)
    speech = np.frombuffer(Converter(made.rate, 1).shorts(made.samples, last=True), "<i2") // 2
    around = np.zeros(RATE * 6 // 10, np.int16)
    whole = np.concatenate([around, speech, around])
    noise = np.random.default_rng(len(text)).integers(-8, 9, len(whole))
    return bytes((whole + noise).astype("<i2").tobytes())


def listen(folder: Path) -> tuple[list[Look], dict[str, Heard]]:
    """Return what every trigger looked like, and how much was heard at what cost."""
    ways = ways_of(["alexa"])
    spotter, second = Spotter(ways), SecondLook(ways)
    looks: list[Look] = []
    heard = {kind: Heard() for kind in KINDS}
    for kind, name, sound in recordings(folder):
        spotter.reset()
        padded = sound + bytes(FRAME_BYTES * TAIL - len(sound) % FRAME_BYTES)
        began = time.process_time()
        for place, at in enumerate(range(0, len(padded), FRAME_BYTES)):
            frame = Frame(padded[at : at + FRAME_BYTES], place * FRAME_SECONDS)
            for trigger in spotter.feed(frame):
                looked = second.at(trigger)
                evidence, likely = (looked.evidence, looked.likelihood) if looked else (None, 0.0)
                looks.append(Look(kind, name, evidence, likely))
        heard[kind].cost += time.process_time() - began
        heard[kind].recordings += 1
        heard[kind].seconds += len(padded) / 2 / RATE
    return looks, heard


def measure(looks: list[Look], heard: dict[str, Heard]) -> list[Row]:
    """Return what each setting would have done."""
    rows = []
    for setting, likely in LIKELY.items():
        for kind, spoken in KINDS.items():
            woken = [look for look in looks if look.kind == kind and look.likelihood >= likely]
            all_, seconds = heard[kind].recordings, heard[kind].seconds
            missed = all_ - len({look.name for look in woken}) if spoken else None
            alarms = None if spoken else len(woken)
            bound = None if alarms is None else most(alarms) / seconds * 3600
            rows.append(Row(setting, kind, all_, seconds, missed, alarms, bound))
    return rows


def most(count: int) -> float:
    """Return the greatest mean of a Poisson distribution that gives so few with 5 % chance."""
    low, high = 0.0, count * 3.0 + 10.0
    for _ in range(60):
        mean = (low + high) / 2
        few = sum(math.exp(-mean + n * math.log(mean) - math.lgamma(n + 1))
                  for n in range(count + 1))  # fmt: skip
        low, high = (mean, high) if few > 1 - 0.95 else (low, mean)
    return high


def fit(looks: list[Look]) -> dict[str, Any]:
    """Return weights for the second look, and what they are worth where they were not fitted.

    A recording of the word counts by its likeliest trigger, any other one by each of them.
    """
    best: dict[tuple[str, str], Look] = {}
    rest: list[Look] = []
    for look in looks:
        if look.evidence is None:
            continue
        if not KINDS[look.kind]:
            rest.append(look)
        elif look.likelihood > best.get((look.kind, look.name), look).likelihood - 1e-9:
            best[look.kind, look.name] = look
    known = [*best.values(), *rest]
    values = np.array([(*astuple(look.evidence), 1.0) for look in known if look.evidence])
    wanted = np.array([float(KINDS[look.kind]) for look in known])
    names = sorted({look.name for look in known})
    random.Random(5).shuffle(names)
    fold = np.array([names.index(look.name) % FOLDS for look in known])
    held_out = np.zeros(len(known))
    for number in range(FOLDS):
        weights = _fitted(values[fold != number], wanted[fold != number])
        held_out[fold == number] = 1 / (1 + np.exp(-values[fold == number] @ weights))
    weights = _fitted(values, wanted)
    fresh = [Look(look.kind, look.name, look.evidence, float(likely))
             for look, likely in zip(known, held_out, strict=True)]  # fmt: skip
    return {"weights": weights.round(2).tolist(), "looks": fresh}


def _fitted(values: Any, wanted: Any) -> Any:  # noqa: ANN401 - arrays
    """Return a logistic regression's weights; both classes count the same."""
    share = np.where(wanted == 1, 0.5 / wanted.mean(), 0.5 / (1 - wanted.mean()))
    ridge = np.eye(values.shape[1]) * RIDGE
    ridge[-1, -1] = 0
    weights = np.zeros(values.shape[1])
    for _ in range(60):
        likely = 1 / (1 + np.exp(-values @ weights))
        slope = values.T @ (share * (likely - wanted)) + ridge @ weights
        curve = (values * (share * likely * (1 - likely))[:, None]).T @ values + ridge
        weights = weights - np.linalg.solve(curve, slope)
    return weights


def show(rows: list[Row], title: str) -> None:
    """Print a table."""
    print(f"{title}\n{'':8}{'':26}{'heard':>12}{'missed':>12}{'alarms':>8}{'at most an hour':>17}")
    for row in rows:
        missed = "" if row.missed is None else f"{row.missed} of {row.recordings}"
        alarms = "" if row.alarms is None else str(row.alarms)
        bound = "" if row.bound is None else f"{row.bound:.1f}"
        print(
            f"{row.setting:8}{row.kind:26}{row.seconds:10.0f} s{missed:>12}{alarms:>8}{bound:>17}"
        )


def silence_cost(seconds: int = 60) -> float:
    """Return the processor seconds that listening to a second of a quiet room takes."""
    spotter = Spotter(ways_of(["alexa"]))
    noise = np.random.default_rng(7).integers(-20, 21, FRAME_BYTES // 2).astype("<i2").tobytes()
    began = time.process_time()
    for place in range(round(seconds / FRAME_SECONDS)):
        list(spotter.feed(Frame(noise, place * FRAME_SECONDS)))
    return (time.process_time() - began) / seconds


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    shared = Path(os.environ.get("ALEXA_SHARED") or REPO.parent / "shared")
    parser.add_argument("--shared", type=Path, default=shared)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    folder = given.shared / "speech"
    if not (folder / "alexa").is_dir():
        print(f"needs the recordings: no folder {folder / 'alexa'}", file=sys.stderr)
        return 4
    looks, heard = listen(folder)
    rows = measure(looks, heard)
    costs = {kind: each.cost / each.seconds for kind, each in heard.items()}
    costs["a quiet room"] = silence_cost()
    fitted = fit(looks) if given.fit else None
    if given.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "costs": costs}, indent=2))
    else:
        show(rows, "as shipped")
        if fitted:
            print(f"\nfitted, the offset last: {fitted['weights']}")
            show(measure(fitted["looks"], heard), f"held out, {FOLDS} parts")
        for kind, cost in costs.items():
            print(f"{cost:.4f} processor seconds a second: {kind}")
    middle = next(row for row in rows if row.setting == "medium" and row.missed is not None)
    return int((middle.missed or 0) >= MOST_MISSED * middle.recordings)


if __name__ == "__main__":
    sys.exit(main())
