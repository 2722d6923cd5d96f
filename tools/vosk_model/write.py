"""Step 3: the model's folder, from the network and the words.

    python -m tools.vosk_model.write FOLDER MODEL

The graph is in two parts, as in vosk's small models, so that a recogniser may be given a grammar
of its own: sounds to words (HCLr.fst) and words to sentences (Gr.fst). Needs OpenFst's programs
(Debian: libfst-tools, libfst22-plugins-base) and numpy.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import subprocess
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np

from tools.vosk_model.kaldi import Writer, network, transitions
from tools.vosk_model.phones import FILLER, LOOP, NUMBER, ONWARD, PLACES, SILENCE, in_place
from tools.vosk_model.words import sentence, vocabulary

UNKNOWN = "[unk]"
UNKNOWN_COST = 3.0
"""Of beginning an unknown word, as a natural logarithm."""
UNKNOWN_FRAMES = 4
"""It lasts at least so many frames of 30 ms."""
FILLER_SHARE = -3.45
"""Logarithm of the share of each frame that an unknown sound is given."""
PAUSE = 0.5
"""Chance of silence between two words."""
SENTENCES = 60_000
SELDOM = 3
"""Pairs of words seen less often are left to the single words."""
DISCOUNT = 0.5
PLUGINS = "/usr/lib/x86_64-linux-gnu/fst"
MFCC = """\
--use-energy=false
--sample-frequency=16000
--num-mel-bins=40
--num-ceps=40
--low-freq=20
--high-freq=-400
--dither=0
"""
MODEL = """\
--min-active=200
--max-active=3000
--beam=13.0
--lattice-beam=8.0
--acoustic-scale=0.5
--frame-subsampling-factor=3
--endpoint.silence-phones=1
--endpoint.rule2.min-trailing-silence=0.5
--endpoint.rule3.min-trailing-silence=0.75
--endpoint.rule4.min-trailing-silence=1.0
"""


class Graph:
    """A transducer in OpenFst's text."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._states = 0

    def state(self) -> int:
        """Return a new state; the first is where it begins."""
        self._states += 1
        return self._states - 1

    def arc(self, start: int, goal: int, takes: int = 0, gives: int = 0, cost: float = 0.0) -> None:
        """Add an arc; 0 takes or gives nothing."""
        self.lines.append(f"{start} {goal} {takes} {gives} {cost:.5f}")

    def final(self, state: int, cost: float = 0.0) -> None:
        """Let it end here."""
        self.lines.append(f"{state} {cost:.5f}")

    def sound(self, start: int, placed: str, gives: int = 0, cost: float = 0.0) -> int:
        """Add one sound; return the state of its further frames."""
        goal = self.state()
        self.arc(start, goal, ONWARD[placed], gives, cost)
        self.arc(goal, goal, LOOP[placed])
        return goal

    def compiled(self, sort: str) -> bytes:
        """Return it as OpenFst's file, arcs sorted by ``ilabel`` or ``olabel``."""
        text = "".join(f"{line}\n" for line in self.lines).encode()
        return run("fstarcsort", f"--sort_type={sort}", given=run("fstcompile", given=text))


def run(*command: str, given: bytes) -> bytes:
    """Run one of OpenFst's programs."""
    found = sorted(map(str, Path(PLUGINS).glob("*")))
    paths = os.pathsep.join([*found, os.environ.get("LD_LIBRARY_PATH", "")])
    environment = {**os.environ, "LD_LIBRARY_PATH": paths}
    return subprocess.run(
        command, input=given, check=True, stdout=subprocess.PIPE, env=environment
    ).stdout


def lexicon_graph(lexicon: dict[str, list[str]], numbers: dict[str, int]) -> Graph:
    """Return sounds to words: any words, silence between them or not, or unknown ones."""
    graph = Graph()
    start, words, gap = graph.state(), graph.state(), graph.state()
    for state in (start, gap):
        graph.arc(state, words, cost=-math.log(1 - PAUSE))
        graph.arc(graph.sound(state, SILENCE, cost=-math.log(PAUSE)), words)
    graph.final(words)
    for word, said in lexicon.items():
        for way in said:
            state, gives = words, numbers[word]
            for placed in in_place(way.split()):
                state, gives = graph.sound(state, placed, gives), 0
            graph.arc(state, gap)
    state, gives, cost = words, numbers[UNKNOWN], UNKNOWN_COST
    for place in ["B", *"I" * (UNKNOWN_FRAMES - 2), "E"]:
        state = graph.sound(state, f"{FILLER}_{place}", gives, cost)
        gives, cost = 0, 0.0
    graph.arc(state, gap)
    return graph


def sentence_graph(numbers: dict[str, int]) -> Graph:
    """Return a bigram of the sentences that backs off to single words: any may follow any."""
    chance, after = random.Random(5), defaultdict[str, Counter[str]](Counter)
    for _ in range(SENTENCES):
        words = ["<s>", *sentence(chance).split(), "</s>"]
        for first, second in pairwise(words):
            after[first][second] += 1
    single = Counter(dict.fromkeys([*numbers, "</s>"], 30))
    for counts in after.values():
        single.update(counts)
    graph = Graph()
    states = {name: graph.state() for name in ("<s>", "", *(w for w in numbers if w in after))}

    def add(state: int, word: str, cost: float) -> None:
        if word == "</s>":
            graph.final(state, cost)
        else:
            graph.arc(state, states.get(word, states[""]), numbers[word], numbers[word], cost)

    for word, count in single.items():
        add(states[""], word, -math.log(count / single.total()))
    for first, counts in after.items():
        often = {word: count for word, count in counts.items() if count >= SELDOM}
        for word, count in often.items():
            add(states[first], word, -math.log((count - DISCOUNT) / counts.total()))
        left = 1 - sum(count - DISCOUNT for count in often.values()) / counts.total()
        graph.arc(states[first], states[""], cost=-math.log(max(left, 0.1)))
    return graph


def write_graph(lexicon: dict[str, list[str]], model: Path) -> None:
    """Write ``graph``."""
    folder = model / "graph"
    (folder / "phones").mkdir(parents=True, exist_ok=True)
    numbers = {word: place for place, word in enumerate([*vocabulary(), UNKNOWN], 1)}
    relabel = folder / "relabel"
    (folder / "HCLr.fst").write_bytes(run(
        "fstconvert", "--fst_type=olabel_lookahead", f"--save_relabel_opairs={relabel}",
        given=lexicon_graph(lexicon, numbers).compiled("olabel"),
    ))  # fmt: skip
    # The look-ahead graph numbers words in its own way, which everything else follows.
    pairs = [line.split() for line in relabel.read_text("utf-8").splitlines()]
    relabel.unlink()
    renumbered = {int(old): int(new) for old, new in pairs}
    numbers = {word: renumbered[number] for word, number in numbers.items()}
    listed = sorted(numbers.items(), key=lambda each: each[1])
    (folder / "words.txt").write_text(
        "<eps> 0\n" + "".join(f"{word} {number}\n" for word, number in listed), "utf-8"
    )
    (folder / "Gr.fst").write_bytes(run(
        "fstconvert", "--fst_type=const", given=sentence_graph(numbers).compiled("ilabel")
    ))  # fmt: skip
    (folder / "disambig_tid.int").write_bytes(b"")  # no symbols tell words of one sound apart
    kinds = {phone: PLACES.get(phone.rpartition("_")[2], "nonword") for phone in NUMBER}
    (folder / "phones" / "word_boundary.int").write_text(
        "".join(f"{NUMBER[phone]} {kind}\n" for phone, kind in kinds.items()), "utf-8"
    )
    (folder / "phones.txt").write_text(
        "<eps> 0\n" + "".join(f"{phone} {number}\n" for phone, number in NUMBER.items()), "utf-8"
    )


def main() -> None:
    """Write the model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("model", type=Path)
    given = parser.parse_args()
    found = np.load(given.folder / "net.npz")
    layers = [
        (found[f"offsets{n}"].tolist(), found[f"weights{n}"], found[f"bias{n}"])
        for n in range(int(found["count"]))
    ]
    writer = Writer()
    transitions(writer)
    network(writer, layers, FILLER_SHARE)
    for name in ("am", "conf"):
        (given.model / name).mkdir(parents=True, exist_ok=True)
    (given.model / "am" / "final.mdl").write_bytes(bytes(writer.data))
    (given.model / "conf" / "mfcc.conf").write_text(MFCC, "utf-8")
    (given.model / "conf" / "model.conf").write_text(MODEL, "utf-8")
    write_graph(json.loads((given.folder / "lexicon.json").read_text("utf-8")), given.model)


if __name__ == "__main__":
    main()
