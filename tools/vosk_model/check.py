"""Step 4: what the model hears of voices that it was not trained on.

    python -m tools.vosk_model.check MODEL [--count 60]

Sentences of the house, heard freely, then under a grammar that has the sentence, then under one
that does not, which must be refused. Needs vosk.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

import vosk

from tools.vosk_model.speak import RATE, Speaker
from tools.vosk_model.words import sentence

VOICES = ("en-us+Andy", "en-us+Gene", "en-us+Lee", "en-us+anika")
QUIET = bytes(RATE)
"""Half a second of silence."""


def heard(model: Any, sound: bytes, grammar: list[str] | None = None) -> str:  # noqa: ANN401
    """Return the text that vosk hears."""
    given = [json.dumps([*grammar, "[unk]"])] if grammar else []
    recogniser = vosk.KaldiRecognizer(model, RATE, *given)
    recogniser.AcceptWaveform(QUIET + sound + QUIET)
    return str(json.loads(recogniser.FinalResult())["text"])


def main() -> None:
    """Print how many sentences were right."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("--count", type=int, default=60)
    given = parser.parse_args()
    vosk.SetLogLevel(-1)
    model, speaker, chance = vosk.Model(str(given.model)), Speaker(), random.Random(9)
    free = bound = refused = 0
    for number in range(given.count):
        text, other = sentence(chance), sentence(chance)
        while other == text:
            other = sentence(chance)
        said = speaker.say(text, VOICES[number % len(VOICES)], 150, 50).samples.tobytes()
        free += heard(model, said) == text
        bound += heard(model, said, [text, other]) == text
        refused += other not in heard(model, said, [other])
    print(f"of {given.count} sentences in other voices: {free} right freely, {bound} right with a "
          f"grammar that has them, {refused} refused by one that does not")  # fmt: skip


if __name__ == "__main__":
    main()
