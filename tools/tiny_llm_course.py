"""All that the tiny language model learns from, in tokens: scenes, and samples that fit them."""

# ruff: noqa: ANN401 - torch is not installed where this is checked
from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.config.paths import find_paths
from alexa_cli.config.schema import ExpertsSettings
from alexa_cli.config.settings import Settings
from tools.serve_tiny_llm import others
from tools.tiny_llm_data import Sample, Speaker
from tools.tiny_llm_model import END, Shape, load_vocabulary, train_vocabulary
from tools.tiny_llm_prompts import Scene, Stage

if TYPE_CHECKING:
    from pathlib import Path

SCENES = 192
HELD_OUT = 12
"""Scenes that are only measured on."""
LENGTHS = 4
"""Sorts of samples by their length: those of a batch are about as long."""
LONGEST = 128
"""Tokens of a row: the words, the reminder and the answer."""


@dataclass(slots=True)
class Read:
    """A scene in tokens."""

    scene: Scene
    tokens: list[int]
    waiting: list[list[tuple[list[int], list[int]]]] = field(
        default_factory=lambda: [[] for _ in range(LENGTHS)]
    )
    """Samples by length, each what follows the hole and the answer."""


@dataclass(slots=True)
class Batch:
    """Some scenes, and as many samples of each."""

    scenes: list[Read]
    tokens: Any
    """(rows, length): what follows the holes, and the answers."""
    learnt: Any
    """Which tokens count: those of the answers."""


class Course:
    """All there is to learn from, in tokens."""

    def __init__(self, seed: int, folder: Path, shape: Shape, vocabulary: str = "") -> None:
        settings = Settings(experts=ExpertsSettings(off=others()))
        catalogue = load_catalogue(settings, find_paths({"ALEXA_HOME": str(folder)}))
        self.rng = random.Random(seed)
        self.speaker = Speaker(self.rng, catalogue)
        stage = Stage(self.speaker, folder)
        scenes = [stage.scene() for _ in range(SCENES + HELD_OUT)]
        self.tokenizer = load_vocabulary(vocabulary) if vocabulary else train_vocabulary(
            self._texts(scenes), shape.vocabulary
        )  # fmt: skip
        read = [Read(scene, self.encode(scene.before)) for scene in scenes]
        self.scenes, self.held_out = read[:SCENES], read[SCENES:]

    def _texts(self, scenes: list[Scene]) -> list[str]:
        texts = [scene.before + scene.after for scene in scenes[:60]]
        for scene in scenes:
            for _ in range(60):
                sample = self.sample(scene)
                texts += [f" {sample.words}", scene.answer(sample)]
        return texts

    def encode(self, text: str) -> list[int]:
        """Tokens of a text."""
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def sample(self, scene: Scene) -> Sample:
        """A sample that the scene can answer."""
        while True:
            if scene.question:
                return self.speaker.reply_to(scene.question)
            sample = self.speaker.sample()
            if scene.fits(sample):
                return sample

    def pair(self, scene: Scene) -> tuple[list[int], list[int]]:
        """What follows a scene's hole, and the answer."""
        while True:
            sample = self.sample(scene)
            asked = self.encode(sample.words + scene.after)
            answer = self.encode(scene.answer(sample) + END)
            if len(asked) + len(answer) <= LONGEST:
                return asked, answer

    def batch(self, torch: Any, scenes: int, share: int) -> Batch:
        """Samples of some scenes, all about as long."""
        chosen = self.rng.sample(self.scenes, scenes)
        length = self.rng.randrange(LENGTHS)
        pairs = [self._waiting(read, length) for read in chosen for _ in range(share)]
        longest = max(len(asked) + len(answer) for asked, answer in pairs)
        tokens = torch.zeros(len(pairs), longest, dtype=torch.long)
        learnt = torch.zeros(len(pairs), longest, dtype=torch.bool)
        for row, (asked, answer) in enumerate(pairs):
            end = len(asked) + len(answer)
            tokens[row, :end] = torch.tensor(asked + answer)
            learnt[row, len(asked) : end] = True
        return Batch(chosen, tokens, learnt)

    def _waiting(self, read: Read, length: int) -> tuple[list[int], list[int]]:
        """A sample of the shortest quarter of a scene's, or of the longest, or between."""
        if not read.waiting[length]:
            drawn = [self.pair(read.scene) for _ in range(LENGTHS * 4)]
            drawn.sort(key=lambda pair: len(pair[0]) + len(pair[1]))
            for place, pair in enumerate(drawn):
                read.waiting[place // 4].append(pair)
            for pairs in read.waiting:
                self.rng.shuffle(pairs)
        return read.waiting[length].pop()
