"""Chooses the constants of nearest from example sentences alone, never from measured data.

    python tools/tune_nearest.py PACK.json [--encoder minilm --models FOLDER]

PACK is ``{expert: {api: {"examples": [sentence, ...]}}}``. Ranking: ten-fold cross-validation,
each tenth of an API's examples told from the rest. Refusing: each expert in turn is taken out of
the catalogue and its examples are what must be refused; the figure is the probability that an
example of the others is nearer than one of the missing expert's (AUROC).
One constant is changed at a time; the line with no change is what ships.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alexa_cli.models.encoder import load_encoder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alexa_cli.decide.nearest_index import NearestIndex
    from alexa_cli.models.encoder import Encoder, Vectors

FOLDS = 10
GATE_FOLDS = 5
Examples = dict[tuple[str, str], list[str]]

TRIED: dict[str, tuple[Any, ...]] = {
    "L2": (0.003, 0.03, 0.1),
    "RARITY": (0.0, 1.0),
    "GATE_RARITY": (1.0, 2.0),
    "SURFACE": (0.3, 0.5, 1.0),
    "word": (0.5, 2.0),
    "pair": (0.0, 0.4, 2.0),
    "piece": (1.0, 2.0, 4.0),
    "shortest": (1, 3),
    "longest": (4, 6),
    "size": (4_096, 16_384),
}


class Remembering:
    """An encoder that encodes each sentence once."""

    def __init__(self, encoder: Encoder) -> None:
        self.name, self.fingerprint, self.sparse = encoder.name, "tuning", encoder.sparse
        self._encoder, self._known = encoder, dict[str, Any]()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """See ``Encoder``."""
        import numpy as np  # noqa: PLC0415 - after load_encoder has chosen its threads

        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        if fresh:
            self._known.update(zip(fresh, self._encoder.encode(fresh), strict=True))
        return np.array([self._known[text] for text in texts], np.float32)


def read_pack(path: Path) -> Examples:
    """Return the examples of each API."""
    pack = json.loads(path.read_text(encoding="utf-8"))
    return {
        (expert, api): list(dict.fromkeys(declared["examples"]))
        for expert, apis in sorted(pack.items())
        for api, declared in sorted(apis.items())
    }


def learned(examples: Mapping[tuple[str, str], list[str]], encoder: Encoder) -> NearestIndex:
    """Train as nearest does: the API's name is one more example."""
    from alexa_cli.decide import nearest_index  # noqa: PLC0415 - imports numpy

    named = {key: [*texts, " ".join(key).replace("_", " ")] for key, texts in examples.items()}
    return nearest_index.learn(named, encoder)


def fold(examples: Examples, number: int, folds: int) -> tuple[Examples, list[Any]]:
    """Return the examples without every ``folds``-th, and those: (API, text)."""
    kept = {k: [t for i, t in enumerate(v) if i % folds != number] for k, v in examples.items()}
    held = [(k, t) for k, v in examples.items() for i, t in enumerate(v) if i % folds == number]
    return kept, held


def ranking(examples: Examples, encoder: Encoder) -> tuple[float, float]:
    """Return the shares of held-out examples whose expert and API are found."""
    experts = apis = total = 0
    for number in range(FOLDS):
        kept, held = fold(examples, number, FOLDS)
        index = learned(kept, encoder)
        for (expert, api), text in held:
            ranked, _ = index.rank(text, encoder, 1)
            experts += ranked[0].expert == expert
            apis += (ranked[0].expert, ranked[0].api) == (expert, api)
            total += 1
    return experts / total, apis / total


def refusing(examples: Examples, encoder: Encoder) -> float:
    """Return the mean AUROC over the experts left out one by one."""
    import numpy as np  # noqa: PLC0415 - after load_encoder has chosen its threads

    scores = []
    for turn, missing in enumerate(sorted({expert for expert, _ in examples})):
        others = {key: texts for key, texts in examples.items() if key[0] != missing}
        kept, held = fold(others, turn % GATE_FOLDS, GATE_FOLDS)
        index = learned(kept, encoder)
        near = np.array([index.rank(text, encoder, 1)[1] for _, text in held])
        strange = [text for key, texts in examples.items() if key[0] == missing for text in texts]
        far = np.array([index.rank(text, encoder, 1)[1] for text in strange])
        scores.append((near[:, None] > far[None]).mean())
    return float(np.mean(scores))


def variants() -> Iterator[tuple[str, Any]]:
    """Yield what ships, then each constant changed on its own."""
    yield "as shipped", None
    for name, values in TRIED.items():
        for value in values:
            yield name, value


def with_constant(name: str, value: float, base: Encoder) -> Encoder:
    """Set one constant and return the encoder to use."""
    from alexa_cli.decide import nearest_index  # noqa: PLC0415 - imports numpy
    from alexa_cli.models.ngrams import Ngrams  # noqa: PLC0415 - as above

    if name.isupper():
        setattr(nearest_index, name, value)
        return base
    surface = Ngrams(replace(Ngrams().widths, **{name: value}))  # type: ignore[arg-type]
    nearest_index._SURFACE = surface  # noqa: SLF001 - tuning what is otherwise fixed
    return surface if base.name == "ngrams" else base


def main() -> int:
    """Print one line a variant."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("pack", type=Path)
    parser.add_argument("--encoder", default="ngrams")
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--only", help="change this constant alone")
    options = parser.parse_args()
    examples = read_pack(options.pack)
    base = load_encoder(options.encoder, options.models)
    plain: Encoder = base if base.sparse else Remembering(base)
    from alexa_cli.decide import nearest_index  # noqa: PLC0415 - imports numpy

    shipped = {key: getattr(nearest_index, key) for key in (*TRIED, "_SURFACE") if key.isupper()}
    print(f"{'':26}expert    API   refusing")
    for name, value in variants():
        if value is not None and options.only not in {None, name}:
            continue
        for key, was in shipped.items():
            setattr(nearest_index, key, was)
        encoder = plain if value is None else with_constant(name, value, plain)
        expert, api = ranking(examples, encoder)
        label = name if value is None else f"{name} = {value}"
        gate = refusing(examples, encoder)
        print(f"{label:<26}{100 * expert:6.1f} {100 * api:6.1f} {gate:8.3f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
