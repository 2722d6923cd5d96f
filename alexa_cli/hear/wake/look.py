"""The stricter second look: whether it really was that word.

The sound of a trigger is decoded once more, as any sounds, the word, and any sounds. Where the word
is found it is aligned sound by sound, and each has a cost: how much less likely it is than the best
of all sounds at its time. A voice or a room that the acoustic model does not know makes everything
cost more, so it is decoded as any sounds alone as well, and what counts is what the word costs
beyond that. The features are of sounds, not of the word: the same weights hold for every word.
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
    from collections.abc import Iterable, Iterator, Sequence

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
HOPELESS = 0.95
"""Cost of a whole word from which it is none: no need to look further."""
_SOUNDS = sorted(PHONES)
_ANY = "<any>"
"""Name of the search for any sounds; no word's."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the second look has to go by. All are about 0 to 1."""

    sounds: float
    """Mean of the sounds' costs, each as long as any other."""
    beyond: float
    """Cost of the whole word, long sounds counting for more, beyond that of any sounds."""
    slow: float
    """How long its sounds last."""
    unlike: float
    """What the spotter thought of it."""


WEIGHTS = (-1.6, -6.7, 6.6, -8.5)
"""Of the features of Evidence, in their order: ``tools/bench_wake.py --fit`` finds them."""
OFFSET = 0.6


@dataclass(frozen=True, slots=True)
class Looked:
    """What the second look found."""

    likelihood: float
    """That it was the word, 0 to 1, as far as the recordings tell that it was learnt from."""
    evidence: Evidence
    end: float
    """Where the word ends, in seconds of the trigger's frames."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word, or a sound beside it, as it was aligned."""

    name: str
    start: int
    """Steps of 10 ms before it."""
    sounds: tuple[tuple[int, int], ...]
    """Cost and steps of each."""

    @property
    def steps(self) -> int:
        return sum(steps for _, steps in self.sounds)

    @property
    def cost(self) -> int:
        return sum(cost for cost, _ in self.sounds)


class SecondLook:
    """Looks at triggers. One instance for all words; 0.1 to 0.2 s of processor time for a look."""

    def __init__(self, ways: Iterable[Way]) -> None:
        """Raises what pocketsphinx raises."""
        self._ways = list(ways)
        self._decoder = _decoder(self._ways)

    def at(self, trigger: Trigger) -> Looked | None:
        """Look at a trigger; None: the word cannot be found in it, or it is nothing like it."""
        sound = b"".join(frame.samples for frame in trigger.frames[: max(0, trigger.until)])
        if not sound:  # too long ago to be remembered
            return None
        try:
            found = next((w for w in self._aligned(trigger.word, sound) if w.name[0] == "w"), None)
            if found is None or found.cost > HOPELESS * found.steps * SCALE:
                return None
            others = list(self._aligned(_ANY, sound))
        except RuntimeError:  # too short to hold it
            return None
        evidence = weigh(found, others, trigger.unlike)
        return Looked(likelihood(evidence), evidence, (found.start + found.steps) / 100)

    def _aligned(self, search: str, sound: bytes) -> Iterator[_Word]:
        decoder = self._decoder
        decoder.activate_search(search)
        _decode(decoder, sound)
        if decoder.hyp() is None:
            return
        decoder.set_alignment()
        _decode(decoder, sound)
        for word in decoder.get_alignment():
            sounds = tuple((-each.score, each.duration) for each in word)
            yield _Word(word.name, word.start, sounds)


def weigh(word: _Word, others: Iterable[_Word], unlike: float) -> Evidence:
    """Return the evidence of a word, given how any sounds account for the same time."""
    first, last = word.start, word.start + word.steps
    cost, shared = 0.0, 0
    for other in others:
        start = other.start
        for spent, steps in other.sounds:
            both = max(0, min(last, start + steps) - max(first, start))
            cost, shared, start = cost + spent / steps * both, shared + both, start + steps
    usual = cost / shared if shared else 0.0
    each = [spent / steps / SCALE for spent, steps in word.sounds]
    return Evidence(
        sounds=sum(each) / len(each),
        beyond=(word.cost / word.steps - usual) / SCALE,
        slow=min(SLOW, word.steps / len(each)) / SLOW,
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
        decoder.add_fsg(word, decoder.create_fsg(word, 0, 1, [*_any(0, 0), *_any(1, 1), *(
            (0, 1, (1 - ANY) / len(said), token) for token in said
        )]))  # fmt: skip
    decoder.add_fsg(_ANY, decoder.create_fsg(_ANY, 0, 1, [*_any(0, 0), *_any(0, 1)]))
    return decoder


def _any(before: int, after: int) -> Iterable[tuple[int, int, float, str]]:
    """Return the arcs of a grammar that take any sound from one state to another."""
    chance = ANY / len(_SOUNDS)
    return [(before, after, chance, f"_{sound.lower()}") for sound in _SOUNDS]
