"""What nearest learned from the examples: arrays, their making, their file.

A row has two halves: *meaning*, the encoder's vector less the mean of all examples, and
*surface*, hashed n-grams weighted by rarity. With the ngrams encoder there is only the surface.
What a text means and the very words that tell APIs apart ("dim", "brighten") complement each
other: the regression sees both. The gate looks at the encoder's own vectors.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from alexa_cli.config.paths import write_private
from alexa_cli.decide.nearest import Ranked
from alexa_cli.errors import AlexaError
from alexa_cli.language.text import MAX_CHARACTERS, words
from alexa_cli.models import regression
from alexa_cli.models.ngrams import Ngrams

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from alexa_cli.catalog.expert import Api
    from alexa_cli.models.encoder import Encoder, Vectors

    Ints: TypeAlias = NDArray[np.int64]

FORMAT = "nearest-3"
"""Changes with anything that makes an old cache wrong."""
REFUSED = 0.05
"""Share of the examples that their own threshold would refuse."""
L2 = 0.01
RARITY = 0.5
"""Exponent of the inverse document frequency in the regression's rows."""
GATE_RARITY = 1.5
"""The same in the gate of a sparse encoder: content words count for more."""
SURFACE = 0.7
"""Length of the surface half beside a meaning half of length 1."""
LIKELIEST = 48
"""APIs whose nearness is looked at, the most probable ones: bounds the time of large catalogues."""
MOST_ROWS = 12_000
"""Examples learned from at most, the first ones of each API: bounds time and memory."""

_SURFACE = Ngrams()


@dataclass(frozen=True, slots=True)
class NearestIndex:
    """Trained arrays; k APIs of e experts. Everything float32 unless said."""

    names: NDArray[np.str_]
    """[k, 2] expert and API."""
    owners: Ints
    """[k] the number of each API's expert."""
    weights: Vectors
    """[meaning + surface, k] of the regression."""
    centre: Vectors
    """[meaning] the mean of the examples; empty with a sparse encoder."""
    rarity: Vectors
    """[surface] inverse document frequency, with exponent 1."""
    centroids: Vectors
    """[k + e, gate] of the APIs, then of the experts, each of length 1."""
    learned_threshold: Vectors
    """[1]"""

    @property
    def threshold(self) -> float:
        """The nearness that all but a share ``REFUSED`` of the examples reach."""
        return float(self.learned_threshold[0])

    def rank(
        self, text: str, encoder: Encoder, limit: int | None
    ) -> tuple[tuple[Ranked, ...], float]:
        """Return the APIs, the winner first, then by probability, and the largest nearness."""
        count = len(self.names)
        if not count or len(text) > MAX_CHARACTERS or not words(text):
            return (), 0.0
        row, gate = self.vectors([text], encoder)
        probability = regression.softmax(_product(row[0], self.weights))
        order = winner_first(probability, self.owners)
        likely = order[: count if limit is None else max(limit, LIKELIEST)]
        nearness = self._nearness(gate[0], likely)
        ranked = tuple(
            Ranked(str(self.names[api, 0]), str(self.names[api, 1]), float(probability[api]), near)
            for api, near in zip(likely[:limit].tolist(), nearness.tolist(), strict=False)
        )
        return ranked, float(nearness.max())

    def _nearness(self, gate: NDArray[np.float32], apis: Ints) -> NDArray[np.float32]:
        """Return how near these APIs are: the mean of each one's own cosine and its expert's."""
        used = np.flatnonzero(gate)
        own = self.centroids[np.ix_(apis, used)]
        experts = self.centroids[np.ix_(len(self.names) + self.owners[apis], used)]
        near = (own + experts) @ gate[used]
        return np.asarray(near * 0.5, np.float32)

    def vectors(self, texts: Sequence[str], encoder: Encoder) -> tuple[Vectors, Vectors]:
        """Return the rows that the regression sees and those that the gate sees."""
        encoded = encoder.encode(texts)
        if encoder.sparse:
            return _unit(encoded * self.rarity**RARITY), _unit(encoded * self.rarity**GATE_RARITY)
        surface = SURFACE * _unit(_SURFACE.encode(texts) * self.rarity**RARITY)
        return np.hstack([_unit(encoded - self.centre), surface]), encoded


def winner_first(probability: NDArray[np.float32], owners: Ints) -> Ints:
    """Return the APIs' numbers: the best API of the expert with the largest sum, then the rest."""
    order = np.argsort(-probability, kind="stable")
    best = np.bincount(owners, probability).argmax()
    winner = order[owners[order] == best][0]
    return np.concatenate([[winner], order[order != winner]])


def obtain(
    apis: Iterable[Api], language: str, encoder: Encoder, cache: Path | None
) -> NearestIndex:
    """Load what was learned from these examples with this encoder, or learn it."""
    examples = collect(apis, language)
    path = cache / f"nearest-{_fingerprint(examples, encoder)}.npz" if cache else None
    if path and (found := _load(path)):
        return found
    packed = _pack(learn(examples, encoder))
    if path:
        _save(path, packed)
    return _unpack(packed)


def collect(apis: Iterable[Api], language: str) -> dict[tuple[str, str], list[str]]:
    """Return each API's examples, and its name in words as one more; sorted by name."""
    found = {}
    for api in sorted(apis, key=lambda api: (api.expert, api.name)):
        texts = [example.text for example in api.examples.get(language, ())]
        name = f"{api.expert} {api.name}".replace("_", " ").replace("-", " ")
        found[api.expert, api.name] = [*dict.fromkeys(texts), name]
    most = max(1, MOST_ROWS // max(1, len(found)) - 1)
    return {key: [*texts[:-1][:most], texts[-1]] for key, texts in found.items()}


def learn(examples: dict[tuple[str, str], list[str]], encoder: Encoder) -> NearestIndex:
    """Train on the examples; the last of each API is its name."""
    texts = [text for each in examples.values() for text in each]
    labels = np.repeat(np.arange(len(examples)), [len(each) for each in examples.values()])
    said = np.array([at < len(each) - 1 for each in examples.values() for at in range(len(each))])
    experts = sorted({expert for expert, _ in examples})
    owners = np.array([experts.index(expert) for expert, _ in examples], np.int64)
    encoded = encoder.encode(texts)
    surface = encoded if encoder.sparse else _SURFACE.encode(texts)
    index = NearestIndex(
        names=np.array(list(examples) or np.zeros((0, 2)), np.str_),
        owners=owners,
        weights=np.zeros((0, 0), np.float32),
        centre=np.zeros(0, np.float32) if encoder.sparse else encoded.mean(0),
        rarity=np.log((1 + len(texts)) / (1 + (surface != 0).sum(0))).astype(np.float32),
        centroids=np.zeros((0, 0), np.float32),
        learned_threshold=np.zeros(1, np.float32),
    )
    if not texts:
        return index
    return _fitted(index, *index.vectors(texts, encoder), labels, said)


def _fitted(
    index: NearestIndex, rows: Vectors, gate: Vectors, labels: Ints, said: NDArray[np.bool_]
) -> NearestIndex:
    weights = regression.fit(rows, labels, len(index.owners), L2)
    # an API without examples has only its name to be near to
    lonely = ~np.isin(labels, labels[said])
    sums = _sums(gate[said | lonely], labels[said | lonely], index.owners)
    threshold = _threshold(gate[said], labels[said], index.owners, sums)
    return NearestIndex(
        index.names, index.owners, weights, index.centre, index.rarity,
        _unit(sums), np.array([threshold], np.float32),
    )  # fmt: skip


def _sums(gate: Vectors, labels: Ints, owners: Ints) -> Vectors:
    """Return the sums [k + e, width] of the vectors of each API, then of each expert."""
    count = len(owners)
    sums = np.zeros((count + int(owners.max()) + 1, gate.shape[1]), np.float32)
    np.add.at(sums, labels, gate)
    np.add.at(sums, count + owners[labels], gate)
    return sums


def _threshold(gate: Vectors, labels: Ints, owners: Ints, sums: Vectors) -> float:
    """Return what all but ``REFUSED`` of the examples reach, each left out of its own sums."""
    if not len(gate):
        return 0.0
    count = len(owners)
    cosines = gate @ _unit(sums).T
    here = np.arange(len(gate))
    for column in (labels, count + owners[labels]):
        cosines[here, column] = (gate * _unit(sums[column] - gate)).sum(1)
    nearest = _nearness(cosines, owners, count).max(1)
    return float(np.quantile(nearest, REFUSED))


def _nearness(cosines: NDArray[np.float32], owners: Ints, count: int) -> NDArray[np.float32]:
    """Return the mean of each API's own cosine and its expert's, [n, k]."""
    both = cosines[:, :count] + cosines[:, count:][:, owners]
    return both * np.float32(0.5)


def _product(row: NDArray[np.float32], matrix: Vectors) -> NDArray[np.float32]:
    """Return ``row @ matrix``, touching only the rows of the matrix that count."""
    used = np.flatnonzero(row)
    product: NDArray[np.float32] = row[used] @ matrix[used]
    return product


def _unit(rows: Vectors) -> Vectors:
    lengths = np.asarray(np.sqrt(np.einsum("ij,ij->i", rows, rows)), np.float32)[:, None]
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)


# The file -------------------------------------------------------------------------------------


def _fingerprint(examples: dict[tuple[str, str], list[str]], encoder: Encoder) -> str:
    constants = (FORMAT, REFUSED, L2, RARITY, GATE_RARITY, SURFACE, MOST_ROWS)
    content = repr((constants, encoder.fingerprint, _SURFACE.fingerprint, examples))
    return hashlib.sha256(content.encode()).hexdigest()[:24]


def _pack(index: NearestIndex) -> bytes:
    """Halves of the precision are plenty, and make the file half as large."""
    arrays = {field.name: getattr(index, field.name) for field in fields(index)}
    for name in ("weights", "centroids"):
        arrays[name] = arrays[name].astype(np.float16)
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def _unpack(content: bytes) -> NearestIndex:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        found: dict[str, Any] = {field.name: arrays[field.name] for field in fields(NearestIndex)}
    for name in ("weights", "centroids"):
        found[name] = found[name].astype(np.float32)
    return NearestIndex(**found)


def _load(path: Path) -> NearestIndex | None:
    try:
        return _unpack(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None  # a cache: what cannot be read is made again


def _save(path: Path, content: bytes) -> None:
    try:
        write_private(path, content)
        _prune(path.parent)
    except AlexaError:
        return  # a cache: without it the next start is slower, nothing else


def _prune(folder: Path, keep: int = 8) -> None:
    """Delete all but the newest files of ours."""
    files = sorted(folder.glob("nearest-*.npz"), key=os.path.getmtime, reverse=True)
    for old in files[keep:]:
        old.unlink(missing_ok=True)
