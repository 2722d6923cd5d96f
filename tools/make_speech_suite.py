"""Write the coffee commands as a suite and an expert for ``alexa eval``.

The public recordings are not part of the repository: ``ALEXA_SHARED``, or ``shared`` beside it.
``python tools/make_speech_suite.py FOLDER [SNR]`` writes ``FOLDER/coffee.jsonl``, the sound beside
it, and the expert in ``FOLDER/experts``; with a signal-to-noise ratio in decibels (24, 12, 6) the
recordings are mixed with kitchen noise. Then::

    alexa eval FOLDER/coffee.jsonl --experts FOLDER/experts --engine sphinx
"""

from __future__ import annotations

import json
import re
import sys
import wave
from pathlib import Path

from alexa_cli.hear.frame import RATE
from tools.bench_speech import SEED, SPEECH, coffee_expert, in_noise, samples_of


def write_suite(folder: Path, snr: float | None = None) -> Path:
    """Write everything below a new folder; returns the suite."""
    if not SPEECH.is_dir():
        raise SystemExit(f"needs the recordings: no folder {SPEECH} (set ALEXA_SHARED)")
    (folder / "sound").mkdir(parents=True)
    coffee_expert(folder / "experts")
    lines = (SPEECH / "coffee.jsonl").read_text(encoding="utf-8").splitlines()
    cases = []
    for number, case in enumerate(json.loads(line) for line in lines if line.strip()):
        sound = samples_of(SPEECH / case["audio"])
        case["audio"] = f"sound/{case['id']}.wav"
        case["arguments"] = {snake(name): said for name, said in case["arguments"].items()}
        mixed = sound if snr is None else in_noise(sound, snr, SEED + number)
        _write(folder / case["audio"], mixed)
        cases.append(json.dumps(case))
    suite = folder / "coffee.jsonl"
    suite.write_text("\n".join(cases) + "\n", encoding="utf-8")
    return suite


def snake(name: str) -> str:
    """Return ``coffeeDrink`` as parameters are called here: ``coffee_drink``."""
    return re.sub(r"[A-Z]", lambda capital: "_" + capital.group().lower(), name)


def _write(path: Path, samples: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        file.writeframes(samples)


if __name__ == "__main__":
    if len(sys.argv) not in {2, 3}:
        raise SystemExit(__doc__)
    made = write_suite(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else None)  # noqa: PLR2004 - a folder, perhaps a ratio
    print(f"alexa eval {made} --experts {made.parent / 'experts'}")
