"""The stricter second look: whether it really was that word.

The sound of a trigger is decoded once more, as any sounds, the word, and any sounds. Where the word
is found it is aligned sound by sound, and each is compared with the best of all sounds there are at
its time. A real word is passable in each of its sounds; what only triggered has some that are far
off, or that last no time at all. The features are of sounds, not of the word, so that the same
weights hold for every word.
"""

from __future__ import annotations

import math
import os
import tempfile
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alexa_cli.hear.sphinx.sounds import PHONES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alexa_cli.hear.wake.spoken import Way
    from alexa_cli.hear.wake.spotter import Trigger

ANY = 0.5
"""Chance that a sound beside the word is followed by another one."""
BEAM = 1e-120
"""Nothing is left out of the search: it is short, and the word must be in what it finds."""
SLOW = 8.0
"""Steps for each sound; what lasts longer is no more convincing."""
SCALE = 100.0
"""Of costs, so that weights are of one size."""
_SOUNDS = sorted(PHONES)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the second look has to go by. All are about 0 to 1."""

    sounds: float
    """Mean of the sounds' costs, each as long as any other."""
    whole: float
    """Mean cost of the whole word: long sounds count for more."""
    slow: float
    """How long its sounds last."""
    unlike: float
    """What the spotter thought of it."""


WEIGHTS = (-5.5, -6.6, 5.4, -4.6)
"""Of the features of Evidence, in their order; tools/bench_wake.py finds them."""
OFFSET = 4.3


@dataclass(frozen=True, slots=True)
class Looked:
    """What the second look found."""

    likelihood: float
    """That it was the word, 0 to 1, as far as the recordings tell that it was learnt from."""
    evidence: Evidence
    end: float
    """Where the word ends, in seconds of the trigger's frames."""


class SecondLook:
    """Looks at triggers. One instance for all words; 80 ms of processor time for a look."""

    def __init__(self, ways: Iterable[Way]) -> None:
        """Raises what pocketsphinx raises."""
        self._ways = list(ways)
        self._decoder = _decoder(self._ways)

    def at(self, trigger: Trigger) -> Looked | None:
        """Look at a trigger; None: the word cannot be found in it at all."""
        sound = b"".join(frame.samples for frame in trigger.frames[: trigger.until])
        decoder = self._decoder
        decoder.activate_search(trigger.word)
        try:
            _decode(decoder, sound)
            if decoder.hyp() is None:
                return None
            decoder.set_alignment()
            _decode(decoder, sound)
        except RuntimeError:  # too short to hold it
            return None
        for word in decoder.get_alignment():
            if word.name.startswith("w"):
                costs = [(-each.score, each.duration) for each in word]
                evidence = weigh(costs, trigger.unlike)
                end = (word.start + word.duration) / 100
                return Looked(likelihood(evidence), evidence, end)
        return None


def weigh(costs: Sequence[tuple[float, int]], unlike: float) -> Evidence:
    """Return the evidence of a word's sounds, each its cost and its steps."""
    each = [cost / steps / SCALE for cost, steps in costs]
    steps = sum(steps for _, steps in costs)
    return Evidence(
        sounds=sum(each) / len(each),
        whole=sum(cost for cost, _ in costs) / steps / SCALE,
        slow=min(SLOW, steps / len(each)) / SLOW,
        unlike=unlike / SCALE,
    )


def likelihood(evidence: Evidence) -> float:
    """Return how likely it was the word."""
    total = OFFSET + sum(
        weight * value for weight, value in zip(WEIGHTS, astuple(evidence), strict=True)
    )
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, total))))


def _decode(decoder: Any, sound: bytes) -> None:  # noqa: ANN401 - pocketsphinx has no types
    """Decode as a whole: the mean of this sound alone takes the microphone and the room out."""
    decoder.start_utt()
    try:
        decoder.process_raw(sound, full_utt=True)
    finally:
        decoder.end_utt()


def _decoder(ways: Sequence[Way]) -> Any:  # noqa: ANN401 - pocketsphinx has no types
    import pocketsphinx  # noqa: PLC0415 - an audio library, only where sound is heard

    entries = [(way.token, " ".join(way.sounds)) for way in ways]
    entries += [(f"_{sound.lower()}", sound) for sound in _SOUNDS]
    with tempfile.TemporaryDirectory(prefix="alexa-wake-") as folder:
        dictionary = Path(folder, "dictionary")
        dictionary.write_text("".join(f"{name} {said}\n" for name, said in entries), "utf-8")
        decoder = pocketsphinx.Decoder(
            lm=None, dict=str(dictionary), bestpath=False, lw=1.0, wip=1.0, pip=1.0,
            beam=BEAM, pbeam=BEAM, wbeam=BEAM,
            # A sound's cost is against the best there is: all must be known.
            compallsen=True, loglevel="FATAL", logfn=os.devnull,
        )  # fmt: skip
    for word in dict.fromkeys(way.word for way in ways):
        said = [way.token for way in ways if way.word == word]
        decoder.add_fsg(word, decoder.create_fsg(word, 0, 1, list(_arcs(said))))
    return decoder


def _arcs(said: Sequence[str]) -> Iterable[tuple[int, int, float, str]]:
    """Yield what the grammar may hear: any sounds, one of ``said``, any sounds."""
    for state in (0, 1):
        for sound in _SOUNDS:
            yield state, state, ANY / len(_SOUNDS), f"_{sound.lower()}"
    for token in said:
        yield 0, 1, (1 - ANY) / len(said), token
