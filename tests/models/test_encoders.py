from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.errors import ConfigError
from alexa_cli.models import regression
from alexa_cli.models.encoder import ENCODERS, load_encoder
from alexa_cli.models.minilm import MiniLm, open_minilm
from alexa_cli.models.ngrams import Ngrams, word_class
from alexa_cli.models.safetensors import read_tensors


@given(st.text(max_size=60))
def test_every_text_has_a_vector_of_length_one_or_none(text: str) -> None:
    (vector,) = Ngrams().encode([text])
    assert vector.dtype == np.float32
    assert np.isclose(vector @ vector, 1, atol=1e-4) or not vector.any()


def test_what_says_the_same_has_the_same_vector() -> None:
    first, second = Ngrams().encode(["What's on my LIST?", "what is on my list"])
    assert np.array_equal(first, second)


def test_numbers_weekdays_and_months_count_as_one_word_each() -> None:
    first, second = Ngrams().encode(["wake me at six on monday", "wake me at nine on friday"])
    assert np.array_equal(first, second)
    assert [word_class(w) for w in ("7:30", "june", "may", "first")] == [
        "<number>", "<month>", "may", "<ordinal>",
    ]  # fmt: skip


def test_pieces_of_words_join_what_is_spelt_alike() -> None:
    play, playing, stop = Ngrams().encode(["play", "playing", "stop"])
    assert play @ playing > 0.2 > play @ stop


def test_another_process_computes_the_same_vectors() -> None:
    code = (
        "from alexa_cli.models.ngrams import Ngrams;import hashlib;"
        "print(hashlib.sha256(Ngrams().encode(['dim the lamp']).tobytes()).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(runs) == 1


def test_an_unknown_encoder_is_a_config_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'minlm'") as caught:
        load_encoder("minlm", tmp_path)
    assert "minilm" in str(caught.value)


def test_every_encoder_has_a_name_and_a_fingerprint(tmp_path: Path) -> None:
    assert load_encoder("ngrams", tmp_path).name == "ngrams"
    assert set(ENCODERS) == {"ngrams", "minilm"}
    with pytest.raises(ConfigError, match="not here yet") as caught:
        load_encoder("minilm", tmp_path)
    assert "alexa models pull minilm" in str(caught.value)


def test_numpy_gets_one_thread_and_the_environment_stays_as_it_was() -> None:
    code = """if True:
        import os, sys
        before = dict(os.environ)
        from alexa_cli.models import encoder
        assert "numpy" not in sys.modules
        encoder.import_numpy()
        assert "numpy" in sys.modules
        assert dict(os.environ) == before
    """
    subprocess.run([sys.executable, "-c", code], check=True)


# The regression -------------------------------------------------------------------------------


def test_the_regression_reaches_the_optimum() -> None:
    lots = np.random.default_rng(0)
    rows = lots.standard_normal((60, 12)).astype(np.float32)
    labels = lots.integers(0, 4, 60)
    l2 = 0.5
    weights = regression.fit(rows, labels, 4, l2)

    def slope(at: Any) -> float:
        error = regression.softmax(rows @ at)
        error[np.arange(60), labels] -= 1
        return float(np.abs(rows.T @ error + l2 * at).max())

    # zero at the optimum of a convex function
    assert slope(weights) < 0.03 * slope(np.zeros_like(weights))


def test_wide_and_tall_rows_find_the_same_weights() -> None:
    lots = np.random.default_rng(1)
    rows = lots.standard_normal((30, 10)).astype(np.float32)
    labels = np.arange(30) % 3
    wide = np.hstack([rows, np.zeros((30, 50), np.float32)])
    tall = regression.fit(rows, labels, 3, 0.1)
    assert np.allclose(regression.fit(wide, labels, 3, 0.1)[:10], tall, atol=0.05)


def test_many_examples_are_learned_in_fewer_dimensions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regression, "EXACT", 32)
    monkeypatch.setattr(regression, "SPAN", 16)
    lots = np.random.default_rng(2)
    centres = 3 * lots.standard_normal((5, 64))
    labels = np.arange(100) % 5
    rows = (centres[labels] + lots.standard_normal((100, 64))).astype(np.float32)
    first = regression.fit(rows, labels, 5, 0.1)
    assert (regression.softmax(rows @ first).argmax(1) == labels).all()
    assert np.array_equal(first, regression.fit(rows, labels, 5, 0.1))


# Safetensors and the transformer --------------------------------------------------------------


def write(path: Path, header: Any, raw: bytes) -> Path:
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + raw)
    return path


def test_tensors_are_read_by_name_and_shape(tmp_path: Path) -> None:
    values = np.arange(6, dtype="<f4")
    entry = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}
    other = {"dtype": "I64", "shape": [1], "data_offsets": [24, 32]}
    path = write(tmp_path / "m", {"__metadata__": {"a": "b"}, "x": entry, "ids": other},
                 values.tobytes() + bytes(8))  # fmt: skip
    tensors = read_tensors(path)
    assert list(tensors) == ["x"]
    assert np.array_equal(tensors["x"], values.reshape(2, 3))


@pytest.mark.parametrize(
    "header",
    [
        [],
        {"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 400]}},
        {"x": {"dtype": "F32", "shape": [9], "data_offsets": [0, 8]}},
        {"x": {"dtype": "F32", "data_offsets": [0, 8]}},
        {"x": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}},
    ],
)
def test_a_damaged_file_is_a_config_error(tmp_path: Path, header: Any) -> None:
    with pytest.raises(ConfigError, match="damaged"):
        read_tensors(write(tmp_path / "m", header, bytes(8)))


@pytest.mark.parametrize(
    "content", [b"", b"abc", b"\xff" * 40, (4).to_bytes(8, "little") + b"{{{{"]
)
def test_no_safetensors_file_is_a_config_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "m").write_bytes(content)
    with pytest.raises(ConfigError, match="damaged"):
        read_tensors(tmp_path / "m")
    with pytest.raises(ConfigError):
        read_tensors(tmp_path / "absent")


class Pieces:
    """A tokenizer that makes a piece of each word: enough to drive the real arithmetic."""

    def no_padding(self) -> None: ...

    def enable_truncation(self, longest: int) -> None:
        self.longest = longest

    def encode_batch(self, texts: list[str]) -> list[Any]:
        def ids(text: str) -> list[int]:
            return [1, *(3 + len(word) for word in text.split()), 2][: self.longest]

        return [type("Encoding", (), {"ids": ids(text)})() for text in texts]


def random_minilm() -> MiniLm:
    lots = np.random.default_rng(0)

    def some(*shape: int) -> Any:
        return (0.05 * lots.standard_normal(shape)).astype(np.float32)

    tensors = {
        "embeddings.word_embeddings.weight": some(40, 384),
        "embeddings.position_embeddings.weight": some(128, 384),
        "embeddings.token_type_embeddings.weight": some(2, 384),
        "embeddings.LayerNorm.weight": some(384) + 1,
        "embeddings.LayerNorm.bias": some(384),
    }
    for n in range(6):
        layer = f"encoder.layer.{n}."
        for name, out, into in (
            ("attention.self.query", 384, 384), ("attention.self.key", 384, 384),
            ("attention.self.value", 384, 384), ("attention.output.dense", 384, 384),
            ("intermediate.dense", 1536, 384), ("output.dense", 384, 1536),
        ):  # fmt: skip
            tensors |= {f"{layer}{name}.weight": some(out, into), f"{layer}{name}.bias": some(out)}
        for name in ("attention.output", "output"):
            tensors |= {f"{layer}{name}.LayerNorm.weight": some(384) + 1,
                        f"{layer}{name}.LayerNorm.bias": some(384)}  # fmt: skip
    return MiniLm(tensors, Pieces())


def test_a_sentence_has_the_same_vector_alone_and_beside_longer_ones() -> None:
    encoder = random_minilm()
    texts = ["a bb", "a much longer sentence than the other one", "x", "a bb " * 65]
    together = encoder.encode(texts)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for row, text in zip(together, texts, strict=True):
        assert np.allclose(row, encoder.encode([text])[0], atol=1e-5)
    assert encoder.encode([]).shape == (0, 384)


def test_the_order_of_words_matters() -> None:
    first, second = random_minilm().encode(["a bb ccc", "ccc bb a"])
    assert not np.allclose(first, second, atol=1e-3)


def downloaded() -> Path:
    """Return the folder of the real model, where a person has fetched it."""
    return Path(os.environ.get("MINILM_FOLDER", "nowhere"))


def test_the_real_model_knows_what_means_the_same() -> None:
    folder = downloaded()
    if not folder.is_dir():
        pytest.skip("set MINILM_FOLDER to the folder of a pulled minilm")
    rows = open_minilm(folder).encode(["dim the lights", "make it darker", "order a pizza"])
    assert rows[0] @ rows[1] > 0.3 > rows[0] @ rows[2]
