from __future__ import annotations

import dataclasses
import json
import os
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.catalog.expert import Api, Example
from alexa_cli.decide import nearest_index
from alexa_cli.decide.nearest import Nearest, Ranked, Verdict
from alexa_cli.language.text import words
from alexa_cli.models.ngrams import Ngrams

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from alexa_cli.models.encoder import Vectors

SAID = {
    ("lights", "turn_on"): ["turn on the lamp", "switch the light on", "lights on please"],
    ("lights", "dim"): ["dim the lamp", "make it darker in here", "lower the lights"],
    ("music", "play"): ["play some jazz", "put on a song", "i want to hear the beatles"],
    ("music", "pause"): ["pause the music", "stop the song for a moment", "hold the music"],
    ("weather", "forecast"): ["will it rain today", "how hot is it outside", "weather tomorrow"],
}


def apis(said: dict[tuple[str, str], list[str]] = SAID) -> list[Api]:
    return [
        Api(expert, name, "", examples={"en": tuple(Example(text) for text in texts)})
        for (expert, name), texts in said.items()
    ]


def trained(cache: Path | None = None, said: dict[tuple[str, str], list[str]] = SAID) -> Nearest:
    nearest = Nearest(Ngrams())
    nearest.train(apis(said), cache=cache)
    return nearest


class Counting(Ngrams):
    """The real encoder, counting what it encodes."""

    encoded = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        type(self).encoded += len(texts)
        return super().encode(texts)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("could you switch on the light", "lights.turn_on"),
        ("dim the lights", "lights.dim"),
        ("play jazz", "music.play"),
        ("is it going to rain tomorrow", "weather.forecast"),
        ("paus the musik", "music.pause"),
    ],
)
def test_unseen_sentences_find_their_api(said: str, name: str) -> None:
    nearest = trained()
    assert nearest.rank(said)[0].name == name
    assert nearest.consider(said).code == "ok"


def test_probabilities_are_of_all_apis_and_the_winner_is_first() -> None:
    ranked = trained().rank("dim the lights and pause")
    assert sum(each.probability for each in ranked) == pytest.approx(1, abs=1e-4)
    others = [each.probability for each in ranked[1:]]
    assert others == sorted(others, reverse=True)
    assert len(ranked) == len(SAID)
    assert len(trained().rank("dim the lights", 2)) == 2


def test_the_expert_is_the_one_with_the_largest_sum() -> None:
    probability = np.array([0.3, 0.3, 0.4], np.float32)
    order = nearest_index.winner_first(probability, np.array([0, 0, 1]))
    assert order.tolist() == [0, 2, 1]


def test_what_is_like_nothing_is_below_the_threshold() -> None:
    nearest = trained()
    for said in ("zygote mitochondria photosynthesis", "quarterly earnings of our competitors"):
        verdict = nearest.consider(said)
        assert verdict.nearness < verdict.threshold
        assert verdict.code == "below_threshold"


def test_the_threshold_comes_from_the_examples_and_can_be_set() -> None:
    nearest = trained()
    assert 0 < nearest.threshold < 1
    strict = Nearest(Ngrams(), threshold=0.99)
    strict.train(apis())
    assert strict.threshold == 0.99
    assert strict.consider("turn on the light please").code == "below_threshold"


def test_another_api_within_the_margin_is_ambiguous() -> None:
    nearest = Nearest(Ngrams(), threshold=0.0, margin=0.95)
    nearest.train(apis())
    assert nearest.consider("lights").code == "ambiguous"
    ranked = (Ranked("a", "x", 0.3, 0.5), Ranked("b", "y", 0.4, 0.5))
    assert Verdict(ranked, 0.5, 0.1, 0.0).lead == pytest.approx(-0.1)
    assert Verdict(ranked, 0.5, 0.1, 0.0).code == "ambiguous"


def test_each_example_is_left_out_of_its_own_threshold() -> None:
    # without leaving out, every example would be exactly its API's centroid
    lone = {("a", "x"): ["alpha beta"], ("b", "y"): ["gamma delta"]}
    assert trained(said=lone).threshold < 0.3


def test_names_of_apis_count_as_examples() -> None:
    bare: dict[tuple[str, str], list[str]] = {("home", "vacuum"): [], ("home", "thermostat"): []}
    assert trained(said=bare).rank("start the vacuum")[0].api == "vacuum"


def test_nothing_to_learn_from_ranks_nothing() -> None:
    nearest = trained(said={})
    assert nearest.rank("anything") == []
    assert nearest.consider("anything").code == "no_match"


@given(st.text(max_size=80))
def test_any_text_is_ranked_or_empty(text: str) -> None:
    verdict = trained_once().consider(text)
    assert bool(verdict.ranked) == bool(words(text))
    assert all(0 <= each.probability <= 1 for each in verdict.ranked)
    assert -1.01 <= verdict.nearness <= 1.01


_kept: list[Nearest] = []


def trained_once() -> Nearest:
    if not _kept:
        _kept.append(trained())
    return _kept[0]


def test_what_is_too_long_is_not_looked_at() -> None:
    assert trained_once().consider("lights " * 1_000).code == "no_match"


def test_asking_before_training_is_a_fault() -> None:
    with pytest.raises(RuntimeError, match="train"):
        Nearest(Ngrams()).rank("x")


# The cache ------------------------------------------------------------------------------------


def test_what_was_learned_is_loaded_and_ranks_the_same(tmp_path: Path) -> None:
    first = trained(tmp_path)
    Counting.encoded = 0
    again = Nearest(Counting())
    again.train(apis(), cache=tmp_path)
    assert Counting.encoded == 0
    for said in ("dim the lights", "rain"):
        assert again.consider(said) == first.consider(said)
    assert trained().consider("rain") == first.consider("rain")


def test_other_examples_or_another_order_of_them_are_another_file(tmp_path: Path) -> None:
    trained(tmp_path)
    trained(tmp_path, dict(reversed(SAID.items())))
    assert len(list(tmp_path.iterdir())) == 1
    trained(tmp_path, SAID | {("weather", "forecast"): ["will it snow"]})
    assert len(list(tmp_path.iterdir())) == 2


def test_a_damaged_cache_is_made_again(tmp_path: Path) -> None:
    first = trained(tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    for damage in (b"", b"rubbish", whole[: len(whole) // 2]):
        file.write_bytes(damage)
        assert trained(tmp_path).consider("rain") == first.consider("rain")
        assert file.read_bytes() == whole


def test_a_cache_with_objects_in_it_is_not_unpickled(tmp_path: Path) -> None:
    trained(tmp_path)
    (file,) = tmp_path.iterdir()
    fields = [field.name for field in dataclasses.fields(nearest_index.NearestIndex)]
    evil = {name: np.array([print], object) for name in fields}
    with file.open("wb") as out:
        np.savez(out, **evil)  # type: ignore[arg-type]
    assert trained(tmp_path).rank("rain")


def test_old_files_are_cleared_away(tmp_path: Path) -> None:
    for number in range(12):
        stale = tmp_path / f"nearest-{number}.npz"
        stale.write_bytes(b"")
        os.utime(stale, (number, number))
    trained(tmp_path)
    assert len(list(tmp_path.iterdir())) == 8


def test_a_folder_that_cannot_be_written_to_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert trained(tmp_path / "file" / "cache").rank("rain")


def test_a_large_catalogue_keeps_the_first_examples_of_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(nearest_index, "MOST_ROWS", 10)
    kept = nearest_index.collect(apis(), "en")
    assert kept["lights", "dim"] == ["dim the lamp", "lights dim"]
    assert set(kept) == set(SAID)


# The figures ----------------------------------------------------------------------------------


def test_the_public_pack_reaches_its_figures(shared: Path) -> None:
    pack = json.loads((shared / "data" / "slurp_pack.json").read_text())
    said = {(e, a): pack[e][a]["examples"] for e in pack for a in pack[e]}
    lines = (shared / "data" / "slurp_devel.jsonl").read_text().splitlines()
    known = {text for texts in said.values() for text in texts}
    cases = [case for case in map(json.loads, lines) if case["say"] not in known]
    nearest = trained(said=said)
    best = [nearest.rank(case["say"], 1)[0] for case in cases]
    right = sum(r.expert == c["expert"] for r, c in zip(best, cases, strict=True))
    exact = sum((r.expert, r.api) == (c["expert"], c["api"])
                for r, c in zip(best, cases, strict=True))  # fmt: skip
    assert right / len(cases) >= 0.74
    assert exact / len(cases) >= 0.62
