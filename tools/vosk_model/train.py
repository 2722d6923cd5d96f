"""Step 2: the network, from MFCC features to a share of each frame for every sound.

    python -m tools.vosk_model.train FOLDER [--rounds 8]

A time-delay network trained frame by frame against the times that espeak-ng gave; one frame out
of three is scored, as chain models do. Each utterance is heard as it is and with noise, at another
level and with silence around it. Needs torch, numpy and kaldi-native-fbank; 7 minutes on two cores.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kaldi_native_fbank as fbank  # type: ignore[import-not-found,unused-ignore]
import numpy as np
import torch
from torch import nn

from tools.vosk_model.phones import OUTPUTS, SILENCE

RATE = 16_000
BINS = 40
STRIDE = 3
"""Frames of 10 ms for each that is scored."""
LAYERS = ((5, 1), (3, 1), (3, 1), (3, 1), (3, 2))
"""Taps and dilation of each; the second one takes every third frame."""
WIDTH = 144
CONTEXT = 2 + 1 + STRIDE * (1 + 1 + 2)
"""Frames that it sees on each side."""
BATCH = 32
SMOOTHING = 0.02
"""Of the labels: their edges are not that sharp."""


@dataclass
class Heard:
    """One utterance for training."""

    features: Any
    """[frames, BINS] float32."""
    labels: Any
    """[scored frames], places in OUTPUTS."""


def features(samples: Any) -> Any:  # noqa: ANN401 - arrays
    """Return Kaldi's high-resolution MFCC of int16 samples, as conf/mfcc.conf has them."""
    options = fbank.MfccOptions()
    options.frame_opts.dither = 0
    options.frame_opts.samp_freq = RATE
    options.use_energy = False
    options.num_ceps = options.mel_opts.num_bins = BINS
    options.mel_opts.low_freq, options.mel_opts.high_freq = 20, -400
    made = fbank.OnlineMfcc(options)
    made.accept_waveform(RATE, np.asarray(samples, np.float32).tolist())
    made.input_finished()
    return np.array([made.get_frame(n) for n in range(made.num_frames_ready)], np.float32)


def labels(count: int, sounds: list[tuple[float, str]], before: float) -> Any:  # noqa: ANN401
    """Return which sound is in the middle of each scored frame."""
    places = np.zeros(-(-count // STRIDE), np.int64)
    silence = [(before + sounds[-1][0] + 9.0, SILENCE)]
    for (start, sound), (end, _) in zip(sounds, [*sounds[1:], *silence], strict=True):
        first, last = ((before + at - 0.0125) * 100 / STRIDE for at in (start, end))
        places[max(0, int(np.ceil(first))) : max(0, int(np.ceil(last)))] = OUTPUTS.index(sound)
    return places


def spoilt(samples: Any, noisy: bool, draw: np.random.Generator) -> tuple[Any, float]:  # noqa: ANN401, FBT001
    """Return the sound with silence around it, at some level, and where it begins, in seconds."""
    before, after = draw.uniform(0.05, 0.6, 2)
    pads = [np.zeros(round(each * RATE)) for each in (before, after)]
    sound = np.concatenate([pads[0], samples.astype(np.float64), pads[1]])
    sound *= 10 ** (draw.uniform(-18, 0) / 20)
    loud = np.sqrt(np.mean(sound**2)) + 1.0
    if noisy:
        spectrum = np.fft.rfft(draw.standard_normal(len(sound)))
        tilt = draw.uniform(0, 1)
        noise = np.fft.irfft(spectrum / (np.arange(len(spectrum)) + 1.0) ** (tilt / 2), len(sound))
        sound += noise * loud / noise.std() * 10 ** (-draw.uniform(8, 35) / 20)
    else:
        sound += draw.standard_normal(len(sound)) * draw.uniform(0, 12)
    return np.clip(np.rint(sound), -32_768, 32_767), len(pads[0]) / RATE


def load(folder: Path, copies: int) -> list[Heard]:
    """Return all utterances, ``copies`` times, each time otherwise spoilt."""
    speech = np.load(folder / "speech.npy", mmap_mode="r")
    told = json.loads((folder / "utterances.json").read_text("utf-8"))
    draw, found = np.random.default_rng(2), []
    for copy in range(copies):
        start = 0
        for each in told:
            samples = speech[start : start + each["samples"]]
            start += each["samples"]
            if not each["sounds"]:
                continue
            sound, before = spoilt(samples, copy > 0, draw)
            made = features(sound)
            found.append(Heard(made, labels(len(made), each["sounds"], before)))
    return found


class Net(nn.Module):  # type: ignore[misc]
    """The network. Its input is padded by CONTEXT frames on both sides."""

    def __init__(self, mean: Any, deviation: Any) -> None:  # noqa: ANN401 - arrays
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean))
        self.register_buffer("deviation", torch.tensor(deviation))
        self.layers, self.norms, width = nn.ModuleList(), nn.ModuleList(), BINS
        for place, (taps, dilation) in enumerate(LAYERS):
            stride = STRIDE if place == 1 else 1
            self.layers.append(nn.Conv1d(width, WIDTH, taps, stride=stride, dilation=dilation))
            self.norms.append(nn.BatchNorm1d(WIDTH, affine=False))
            width = WIDTH
        self.out = nn.Conv1d(width, len(OUTPUTS), 1)

    def forward(self, heard: Any) -> Any:  # noqa: ANN401 - tensors
        """Return [batch, OUTPUTS, scored frames] for [batch, frames, BINS]."""
        found = ((heard - self.mean) / self.deviation).transpose(1, 2)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            found = norm(torch.relu(layer(found)))
        return self.out(found)

    def folded(self) -> list[tuple[list[int], Any, Any]]:
        """Return offsets, weights and bias of each layer, norms folded in, ReLU between them."""
        scale = 1 / self.deviation.double()
        shift = -self.mean.double() * scale
        found, step = [], 1
        for place, layer in enumerate([*self.layers, self.out]):
            weight, bias = layer.weight.detach().double(), layer.bias.detach().double()
            taps = weight.shape[2]
            bias = bias + (weight * shift[None, :, None]).sum((1, 2))
            weight = weight * scale[None, :, None]
            offsets = [(n - taps // 2) * layer.dilation[0] * step for n in range(taps)]
            flat = weight.permute(0, 2, 1).reshape(weight.shape[0], -1)
            found.append((offsets, flat.float().numpy(), bias.float().numpy()))
            step = STRIDE if place == 1 else step
            if place < len(self.norms):
                norm = self.norms[place]
                scale = (norm.running_var.double() + norm.eps).rsqrt()
                shift = -norm.running_mean.double() * scale
        return found


def batch(chosen: list[Heard]) -> tuple[Any, Any]:
    """Return padded features and labels; -1 where there is nothing to score."""
    longest = max(len(each.labels) for each in chosen)
    wanted = np.arange(-CONTEXT, STRIDE * (longest - 1) + 1 + CONTEXT)
    heard = [each.features[np.clip(wanted, 0, len(each.features) - 1)] for each in chosen]
    told = np.full((len(chosen), longest), -1, np.int64)
    for row, each in enumerate(chosen):
        told[row, : len(each.labels)] = each.labels
    return torch.tensor(np.stack(heard)), torch.tensor(told)


def train(utterances: list[Heard], rounds: int) -> Net:
    """Train, and say how it goes."""
    some = np.concatenate([each.features for each in utterances[::7]])
    net = Net(some.mean(0), some.std(0))
    chance = random.Random(3)
    ordered = sorted(range(len(utterances)), key=lambda n: len(utterances[n].labels))
    groups = [ordered[at : at + BATCH] for at in range(0, len(ordered), BATCH)]
    steps = rounds * len(groups)
    optimiser = torch.optim.AdamW(net.parameters(), 1e-3, weight_decay=1e-3)
    pace = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps, pct_start=0.2)
    loss_of = nn.CrossEntropyLoss(ignore_index=-1, label_smoothing=SMOOTHING)
    began = time.monotonic()
    for number in range(rounds):
        chance.shuffle(groups)
        right = total = 0
        for group in groups:
            heard, told = batch([utterances[n] for n in group])
            scores = net(heard)
            optimiser.zero_grad()
            loss_of(scores, told).backward()
            optimiser.step()
            pace.step()
            right += int(((scores.argmax(1) == told) & (told >= 0)).sum())
            total += int((told >= 0).sum())
        print(f"round {number}: {right / total:.1%} of frames, {time.monotonic() - began:.0f} s",
              flush=True)  # fmt: skip
    net.eval()
    return net


def main() -> None:
    """Train and write ``net.npz``."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--copies", type=int, default=2)
    given = parser.parse_args()
    torch.manual_seed(4)
    torch.set_num_threads(2)
    net = train(load(given.folder, given.copies), given.rounds)
    parts = {f"{name}{place}": np.asarray(part) for place, layer in enumerate(net.folded())
             for name, part in zip(("offsets", "weights", "bias"), layer, strict=True)}  # fmt: skip
    parts["count"] = np.asarray(len(parts) // 3)
    np.savez(given.folder / "net.npz", allow_pickle=False, **parts)


if __name__ == "__main__":
    main()
