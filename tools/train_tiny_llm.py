"""Train the tiny language model that tests and benchmarks talk to through a real engine.

    pip install torch tokenizers gguf jinja2      # torch's build for CPUs; no dependency of ours
    nice python tools/train_tiny_llm.py --out tests/data/tiny_llm.gguf

It learns the project's own prompts (tiny_llm_prompts) and a modest family of utterances
(tiny_llm_data): the right tools with the user's words as arguments, the expert's number, JSON,
a question back, small talk. About an hour of one core; the seed fixes what is drawn and how the
weights begin. What a prompt says before the user's words hardly matters to the answer, so
that many short rows share one prompt: mostly pieces of it that count for the whole, now and then
all of it. ``--resume`` goes on from the checkpoint beside the output, and keeps its vocabulary:
after a change of the prompts that is enough.
"""

# ruff: noqa: ANN401, PLC0415, PLR2004 - torch is not installed where this is checked
from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.tiny_llm_course import Course, Read
from tools.tiny_llm_model import (
    END,
    SPECIAL,
    Network,
    Shape,
    add_copying,
    new_weights,
    write_gguf,
)
from tools.tiny_llm_prompts import TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Callable

AT_ONCE, SHARE = 6, 4
"""Scenes of a batch, and samples of each."""
COPIES = 0.1
"""The share of steps that only teach copying."""
LATE = 0.5
"""From this share of the steps on, more is read of what comes before the words, and the circuit
that copies is learnt on, too."""
NEAR = 28
"""Tokens right before the words that are always kept."""
HEAD = 8
"""Tokens at the beginning that are always kept: the model rests its attention there."""


class Trainer:
    """One training, to be stopped and gone on with."""

    def __init__(self, course: Course, shape: Shape, options: argparse.Namespace) -> None:
        import torch

        torch.manual_seed(options.seed)
        self.torch, self.course, self.shape, self.options = torch, course, shape, options
        fresh = new_weights(shape, torch)
        self.learnt = add_copying(shape, fresh, torch)
        self.weights = {name: weight.requires_grad_() for name, weight in fresh.items()}
        self.network = Network(shape, self.weights, torch)
        self.step = 0
        hidden = [w for n, w in self.weights.items() if w.ndim == 2 and n.startswith("blk")]
        others = [w for n, w in self.weights.items() if w.ndim != 2 or not n.startswith("blk")]
        self.optimisers = [
            torch.optim.Muon(hidden, lr=0.02, momentum=0.95, weight_decay=0.0),
            torch.optim.AdamW(others, lr=0.003, betas=(0.9, 0.98), weight_decay=0.0),
        ]
        self.rates = [group["lr"] for o in self.optimisers for group in o.param_groups]

    def save(self) -> None:
        """Keep the training."""
        state = {
            "step": self.step, "weights": self.weights,
            "optimisers": [each.state_dict() for each in self.optimisers],
            "random": self.course.rng.getstate(), "vocabulary": self.course.tokenizer.to_str(),
        }  # fmt: skip
        self.torch.save(state, self.options.checkpoint)

    def load(self, state: dict[str, Any]) -> None:
        """Go on from what was kept."""
        self.step = state["step"]
        for name, weight in state["weights"].items():
            self.weights[name].data.copy_(weight.data)
        for optimiser, kept in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        self.course.rng.setstate(state["random"])

    def _rate(self) -> float:
        """The learning rate's share: a short rise, then down along a cosine."""
        rise = min(1.0, (self.step + 1) / 60)
        return rise * (0.02 + 0.98 * (1 + math.cos(math.pi * self.step / self.options.steps)) / 2)

    def _ripe(self) -> float:
        """How much the whole prompt counts, from 0 to 1: at first it would drown the words."""
        share = self.step / int(self.options.steps)
        return min(1.0, max(0.0, 2 * share - 0.3))

    def _late(self) -> bool:
        return self.step > LATE * int(self.options.steps)

    def _pieces(self, scenes: list[Read]) -> tuple[Any, Any]:
        """Positions of each scene to read, and the bias that makes them count for all of it."""
        torch, rng = self.torch, self.course.rng
        size = rng.randint(16, 160) if rng.random() < 0.8 * self._ripe() else 8
        size = min(size, *(len(read.tokens) - HEAD - NEAR for read in scenes))
        kept, bias = [], torch.zeros(len(scenes), HEAD + size + NEAR)
        for row, read in enumerate(scenes):
            length = len(read.tokens)
            start = rng.randint(HEAD, length - NEAR - size)
            kept.append([*range(HEAD), *range(start, start + size), *range(length - NEAR, length)])
            times = (length - HEAD - NEAR) / size
            bias[row, HEAD : HEAD + size] = self._ripe() * math.log(times)
        return torch.tensor(kept), bias

    def copying(self) -> Any:
        """How wrong it is where tokens drawn by lot come a second time.

        Copying is what it learns last, and what all else waits for: from this it learns it soon,
        and of every token.
        """
        torch, rng = self.torch, self.course.rng
        length, start = rng.randint(3, 12), rng.randrange(6_000)
        known = self.shape.vocabulary - len(SPECIAL)
        drawn = [rng.sample(range(known), length) for _ in range(4 * AT_ONCE * SHARE)]
        between = self.course.encode(END)
        at = rng.randrange(length - 1)
        tokens = torch.tensor([row + between + row[at:] for row in drawn])
        places = start + torch.arange(tokens.shape[1] - 1)[None]
        first = length + len(between)
        with torch.autocast("cpu", torch.bfloat16):
            hidden, _ = self.network.run(tokens[:, :-1], places)
            scores = self.network.logits(hidden[:, first:])
        wanted = tokens[:, first + 1 :]
        return torch.nn.functional.cross_entropy(scores.float().flatten(0, 1), wanted.flatten())

    def loss(self) -> Any:
        """How wrong the answers to a batch are."""
        torch, rng = self.torch, self.course.rng
        whole = rng.random() < 0.05 * self._ripe()
        batch = self.course.batch(torch, *((1, AT_ONCE * SHARE) if whole else (AT_ONCE, SHARE)))
        if whole:
            positions, bias = torch.arange(len(batch.scenes[0].tokens))[None], None
        else:
            positions, bias = self._pieces(batch.scenes)
        prompts = torch.stack([
            torch.tensor(read.tokens)[at] for read, at in zip(batch.scenes, positions, strict=True)
        ])  # fmt: skip
        with torch.autocast("cpu", torch.bfloat16), torch.set_grad_enabled(not whole):
            _, before = self.network.run(prompts, positions)
        share = len(batch.tokens) // len(batch.scenes)
        start = torch.tensor([len(read.tokens) for read in batch.scenes]).repeat_interleave(share)
        inputs, learnt = batch.tokens[:, :-1], batch.learnt[:, 1:]
        places = start[:, None] + torch.arange(inputs.shape[1])
        with torch.autocast("cpu", torch.bfloat16):
            hidden, _ = self.network.run(inputs, places, before, bias)
            scores = self.network.logits(hidden[learnt])
        return torch.nn.functional.cross_entropy(scores.float(), batch.tokens[:, 1:][learnt])

    def train(self, until: float) -> None:
        """Train to the last step, or until a time is over."""
        torch = self.torch
        started, smooth, first = time.monotonic(), [0.0, 0.0], self.step
        while self.step < self.options.steps and time.monotonic() < until:
            copies = self.course.rng.random() < COPIES
            loss = self.copying() if copies else self.loss()
            for optimiser in self.optimisers:
                optimiser.zero_grad(set_to_none=True)
            loss.backward()
            if not self._late():
                for name, weight in self.weights.items():
                    weight.grad.mul_(self.learnt[name])
            torch.nn.utils.clip_grad_norm_(self.weights.values(), 1.0)
            groups = [group for each in self.optimisers for group in each.param_groups]
            for group, rate in zip(groups, self.rates, strict=True):
                group["lr"] = rate * self._rate()
            for optimiser in self.optimisers:
                optimiser.step()
            self.step += 1
            kind = int(copies)
            smooth[kind] = 0.97 * smooth[kind] + 0.03 * loss.item() if smooth[kind] else loss.item()
            if self.step % 50 == 0:
                speed = (self.step - first) / (time.monotonic() - started)
                print(
                    f"{self.step:6} loss {smooth[0]:.4f} copying {smooth[1]:.4f}"
                    f" {speed:.2f} steps/s", flush=True,
                )  # fmt: skip
            if self.step % 250 == 0:
                self.save()
        self.save()

    def answer(self, tokens: list[int], most: int = 90) -> list[int]:
        """The likeliest answer to a whole prompt, token by token."""
        torch = self.torch
        end = self.course.encode(END)[0]
        kept: list[tuple[Any, Any]] = []
        given, at, found = tokens, 0, list[int]()
        with torch.no_grad():
            while len(found) < most:
                places = torch.arange(at, at + len(given))[None]
                hidden, new = self.network.run(torch.tensor([given]), places, kept)
                kept = [
                    (torch.cat((old[0], k), 2), torch.cat((old[1], v), 2)) for old, (k, v)
                    in zip(kept, new, strict=True)
                ] if kept else new  # fmt: skip
                token = int(self.network.logits(hidden[0, -1]).argmax())
                at += len(given)
                if token == end:
                    break
                given = [token]
                found.append(token)
        return found

    def measure(self, count: int) -> float:
        """The share of exact answers to whole prompts that it has not seen."""
        good = 0
        for number in range(count):
            read = self.course.held_out[number % len(self.course.held_out)]
            asked, answer = self.course.pair(read.scene)
            found = self.answer(read.tokens + asked)
            if found == answer[:-1]:
                good += 1
            else:
                decode: Callable[..., str] = self.course.tokenizer.decode
                words = decode(asked).split("</said>")[0]
                print(f"  {words!r}: {decode(found, skip_special_tokens=False)!r}")
        print(f"{good} of {count} exact", flush=True)
        return good / count


def main() -> int:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=Path("tiny_llm.gguf"))
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--minutes", type=float, default=60.0, help="stop after so long")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--check", type=int, default=120, help="samples to measure at the end")
    options = parser.parse_args()
    until = time.monotonic() + 60 * options.minutes
    import torch

    torch.set_num_threads(1)
    shape = Shape()
    options.checkpoint = options.checkpoint or Path(f"{options.out}.pt")
    kept = torch.load(options.checkpoint, weights_only=False) if options.resume else None
    with tempfile.TemporaryDirectory() as folder:
        course = Course(options.seed, Path(folder), shape, kept["vocabulary"] if kept else "")
        longest = max(len(read.tokens) for read in course.scenes)
        print(f"{len(course.scenes)} scenes, the longest of {longest:,} tokens", flush=True)
        trainer = Trainer(course, shape, options)
        if kept:
            trainer.load(kept)
        trainer.train(until)
        write_gguf(
            options.out, shape, trainer.weights, course.tokenizer, TEMPLATE.read_text("utf-8")
        )
        print(f"{options.out}: {options.out.stat().st_size:,} bytes", flush=True)
        return 0 if trainer.measure(options.check) > 0.9 or not options.check else 1


if __name__ == "__main__":
    sys.exit(main())
