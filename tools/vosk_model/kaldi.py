"""Kaldi's binary files: a transition model and an nnet3 network, as vosk reads them.

Their formats are those of kaldi's hmm/transition-model.cc, hmm/hmm-topology.cc, nnet3/nnet-nnet.cc,
nnet3/nnet-simple-component.cc and matrix/compressed-matrix.cc.
"""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np

from tools.vosk_model.phones import NUMBER, PLACED, output


class Writer:
    """Collects what goes into one file."""

    def __init__(self) -> None:
        self.data = bytearray(b"\0B")

    def token(self, *names: str) -> None:
        """Write ``<Name>`` and the like."""
        for name in names:
            self.data += name.encode() + b" "

    def whole(self, *numbers: int) -> None:
        """Write int32s, each with its size before it."""
        for number in numbers:
            self.data += b"\4" + struct.pack("<i", number)

    def real(self, number: float) -> None:
        """Write a float."""
        self.data += b"\4" + struct.pack("<f", number)

    def many(self, numbers: list[int]) -> None:
        """Write a vector of integers."""
        self.whole(len(numbers))
        self.data += np.asarray(numbers, "<i4").tobytes()

    def vector(self, numbers: Any) -> None:  # noqa: ANN401 - an array or a list
        """Write a vector of floats."""
        self.token("FV")
        self.whole(len(numbers))
        self.data += np.asarray(numbers, "<f4").tobytes()

    def matrix(self, numbers: Any) -> None:  # noqa: ANN401 - an array
        """Write a matrix at 16 bits a number, in Kaldi's compressed form."""
        plain = np.asarray(numbers, np.float32)
        low = float(plain.min())
        span = float(plain.max()) - low or 1.0
        self.token("CM2")
        self.data += struct.pack("<ffii", low, span, *plain.shape)
        self.data += np.rint((plain - low) * (65_535 / span)).astype("<u2").tobytes()


def transitions(to: Writer) -> None:
    """Write the transition model: every sound is one state that may stay or go on, evenly."""
    to.token("<TransitionModel>", "<Topology>")
    numbers = [NUMBER[phone] for phone in PLACED]
    to.many(numbers)
    to.many([-1, *(0 for _ in numbers)])
    to.whole(-1, 1)  # the self-loop has an output of its own; one topology for all
    to.whole(2)
    to.whole(0, 1, 2)  # outputs of the first frame and of the rest; two transitions
    for goal in (0, 1):
        to.whole(goal)
        to.real(0.5)
    to.whole(-1, -1, 0)
    to.token("</Topology>", "<Tuples>")
    to.whole(len(PLACED))
    for phone in PLACED:
        to.whole(NUMBER[phone], 0, output(phone), output(phone))
    to.token("</Tuples>", "<LogProbs>")
    to.vector([0.0, *(math.log(0.5) for _ in range(2 * len(PLACED)))])
    to.token("</LogProbs>", "</TransitionModel>")


def network(to: Writer, layers: list[tuple[list[int], Any, Any]], filler: float) -> None:
    """Write the network: layers with ReLU between, log shares, and the filler's constant one."""
    lines, parts, before = ["input-node name=input dim=40"], list[tuple[str, Any]](), "input"
    for place, (offsets, weights, bias) in enumerate(layers):
        seen = ", ".join(f"Offset({before}, {o})" if o else before for o in offsets)
        seen = f"Append({seen})" if len(offsets) > 1 else seen
        lines.append(f"component-node name=t{place} component=t{place} input={seen}")
        parts.append((f"t{place}", (weights, bias)))
        before = f"t{place}"
        if place < len(layers) - 1:
            lines.append(f"component-node name=r{place} component=r{place} input={before}")
            parts.append((f"r{place}", ("RectifiedLinearComponent", len(bias))))
            before = f"r{place}"
    count = len(layers[-1][2])
    lines += [
        f"component-node name=share component=share input={before}",
        "component-node name=all component=all input=share",
        "output-node name=output input=all objective=linear",
    ]
    parts.append(("share", ("LogSoftmaxComponent", count)))
    constant = np.append(np.zeros(count), filler)
    parts.append(("all", (np.eye(count + 1, count), constant)))
    to.token("<Nnet3>")
    to.data += ("\n" + "\n".join(lines) + "\n\n").encode()
    to.token("<NumComponents>")
    to.whole(len(parts))
    for name, part in parts:
        to.token("<ComponentName>", name)
        _component(to, *part)
    to.token("</Nnet3>", "<LeftContext>")
    to.whole(0)  # Kaldi works these two out by itself
    to.token("<RightContext>")
    to.whole(0)
    to.token("<Priors>")
    to.vector([])


def _component(to: Writer, what: Any, more: Any) -> None:  # noqa: ANN401 - one of two kinds
    if not isinstance(what, str):
        to.token("<FixedAffineComponent>", "<LinearParams>")
        to.matrix(what)
        to.token("<BiasParams>")
        to.vector(more)
        to.token("</FixedAffineComponent>")
        return
    to.token(f"<{what}>", "<Dim>")
    to.whole(more)
    to.token("<ValueAvg>")
    to.vector([])
    to.token("<DerivAvg>")
    to.vector([])
    to.token("<Count>")
    to.data += b"\10" + struct.pack("<d", 0.0)
    to.token(f"</{what}>")
