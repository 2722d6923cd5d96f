"""Sounds, and how Kaldi numbers them: shared by training and by writing the model.

A sound is one state with one output of the network: a first frame, then any number of them. It
carries its place in the word (Kaldi's _B _I _E _S), so that Kaldi can find where words begin and
end; all places share the output.
"""

from __future__ import annotations

from alexa_cli.hear.sphinx.sounds import PHONES as SPOKEN

SILENCE = "SIL"
FILLER = "SPN"
"""What an unknown word consists of; its score is constant, the network has no output for it."""
OUTPUTS = [SILENCE, *sorted(SPOKEN)]
"""The network's, in order."""
PLACED = [SILENCE, *(f"{p}_{place}" for p in (*OUTPUTS[1:], FILLER) for place in "BEIS")]
NUMBER = {phone: number for number, phone in enumerate(PLACED, 1)}
"""Kaldi's; 0 is nothing."""
ONWARD = {phone: 2 * place + 2 for place, phone in enumerate(PLACED)}
"""Transitions out of a sound, which take its first frame."""
LOOP = {phone: 2 * place + 1 for place, phone in enumerate(PLACED)}
"""Transitions that stay in it."""
PLACES = {"B": "begin", "E": "end", "I": "internal", "S": "singleton"}


def output(placed: str) -> int:
    """Return the output of the network that a sound's frames are scored by."""
    name = placed.partition("_")[0]
    return len(OUTPUTS) if name == FILLER else OUTPUTS.index(name)


def in_place(sounds: list[str]) -> list[str]:
    """Return the sounds of a word with their places."""
    if len(sounds) == 1:
        return [f"{sounds[0]}_S"]
    middle = [f"{sound}_I" for sound in sounds[1:-1]]
    return [f"{sounds[0]}_B", *middle, f"{sounds[-1]}_E"]
