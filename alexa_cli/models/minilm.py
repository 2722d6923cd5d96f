"""all-MiniLM-L6-v2 in numpy: a BERT of six layers, mean pooling, vectors of length 1.

The weights are sentence-transformers/all-MiniLM-L6-v2, fetched by ``alexa models pull minilm``.
Equal to the reference to five decimals; about 10 ms a sentence on one core.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from alexa_cli.errors import ConfigError
from alexa_cli.models.known import MINILM_WEIGHTS
from alexa_cli.models.safetensors import read_tensors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from alexa_cli.models.encoder import Vectors

LAYERS, WIDTH, HEADS = 6, 384, 12
LONGEST = 128
"""Word pieces of a sentence that are looked at."""
_EPSILON = 1e-12
_BATCH = 64


class MiniLm:
    """The encoder. ``tensors`` are the model's weights, ``tokenizer`` a tokenizers.Tokenizer."""

    name = "minilm"
    sparse = False
    fingerprint = f"minilm-1 {MINILM_WEIGHTS.sha256[:16]} {LONGEST}"

    def __init__(self, tensors: dict[str, Vectors], tokenizer: Any) -> None:  # noqa: ANN401 - tokenizers has no types
        tokenizer.no_padding()
        tokenizer.enable_truncation(LONGEST)
        self._tensors = tensors
        self._tokenizer = tokenizer

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row of length 1 a text, 384 wide. Short ones are computed together."""
        vectors = np.zeros((len(texts), WIDTH), np.float32)
        pieces = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(texts)), key=lambda index: len(pieces[index]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors[batch] = self._forward([pieces[index] for index in batch])
        return vectors

    def _forward(self, pieces: list[list[int]]) -> Vectors:
        length = max(len(each) for each in pieces)
        ids = np.zeros((len(pieces), length), np.int64)
        mask = np.zeros((len(pieces), length), np.float32)
        for row, each in enumerate(pieces):
            ids[row, : len(each)] = each
            mask[row, : len(each)] = 1
        hidden = self._embed(ids)
        hide = np.where(mask == 0, np.float32(-1e9), np.float32(0))[:, None, None, :]
        for layer in range(LAYERS):
            hidden = self._layer(f"encoder.layer.{layer}.", hidden, hide)
        mean = (hidden * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
        unit: Vectors = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return unit

    def _embed(self, ids: np.ndarray[Any, np.dtype[np.int64]]) -> Vectors:
        tensors = self._tensors
        hidden = (
            tensors["embeddings.word_embeddings.weight"][ids]
            + tensors["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + tensors["embeddings.token_type_embeddings.weight"][0]
        )
        return self._normal("embeddings.", hidden)

    def _layer(self, layer: str, hidden: Vectors, hide: Vectors) -> Vectors:
        batch, length, _ = hidden.shape

        def heads(name: str) -> Vectors:
            flat = self._linear(f"{layer}attention.self.{name}.", hidden)
            return flat.reshape(batch, length, HEADS, -1).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2)
        scores = scores / np.float32((WIDTH / HEADS) ** 0.5) + hide
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        mixed = (scores @ heads("value")).transpose(0, 2, 1, 3).reshape(batch, length, WIDTH)
        mixed = self._linear(f"{layer}attention.output.dense.", mixed)
        hidden = self._normal(f"{layer}attention.output.", hidden + mixed)
        inner = _gelu(self._linear(f"{layer}intermediate.dense.", hidden))
        outer = self._linear(f"{layer}output.dense.", inner)
        return self._normal(f"{layer}output.", hidden + outer)

    def _linear(self, name: str, values: Vectors) -> Vectors:
        weight, bias = self._tensors[name + "weight"], self._tensors[name + "bias"]
        # one flat product: numpy would do a stack of small ones
        flat = values.reshape(-1, values.shape[-1]) @ weight.T + bias
        return flat.reshape(*values.shape[:-1], -1)

    def _normal(self, name: str, values: Vectors) -> Vectors:
        values = values - values.mean(-1, keepdims=True)
        spread = np.sqrt((values * values).mean(-1, keepdims=True) + np.float32(_EPSILON))
        scaled: Vectors = values / spread
        weight = self._tensors[name + "LayerNorm.weight"]
        return scaled * weight + self._tensors[name + "LayerNorm.bias"]


def open_minilm(folder: Path) -> MiniLm:
    """Open the downloaded model. Raises ConfigError if it, or its tokenizer library, is missing."""
    if not (folder / MINILM_WEIGHTS.name).is_file():
        raise ConfigError("the model minilm is not here yet", hint="run `alexa models pull minilm`")
    try:
        tokenizers = importlib.import_module("tokenizers")
    except ImportError as error:
        raise ConfigError(
            "minilm needs the package tokenizers", hint="pip install 'alexa-cli[minilm]'"
        ) from error
    tensors = read_tensors(folder / MINILM_WEIGHTS.name)
    vocabulary = folder / "tokenizer.json"
    try:
        tokenizer = tokenizers.Tokenizer.from_str(vocabulary.read_text(encoding="utf-8"))
    except Exception as error:  # the library raises bare Exception for a bad file
        raise ConfigError(
            f"{vocabulary} is damaged", hint="run `alexa models pull minilm` again"
        ) from error
    return MiniLm(tensors, tokenizer)


def _gelu(values: Vectors) -> Vectors:
    """x/2 (1 + erf(x/√2)); erf by Abramowitz and Stegun 7.1.26, good to 1.5e-7."""
    size = np.abs(values) * np.float32(0.5**0.5)
    t = 1 / (1 + np.float32(0.3275911) * size)
    poly = np.float32(1.061405429) * t - np.float32(1.453152027)
    for coefficient in (1.421413741, -0.284496736, 0.254829592):
        poly = poly * t + np.float32(coefficient)
    erf = 1 - poly * t * np.exp(-size * size)
    gelu: Vectors = values * np.float32(0.5) * (1 + np.copysign(erf, values))
    return gelu
