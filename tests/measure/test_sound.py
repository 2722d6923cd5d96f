"""Suites with sound: heard by the real recogniser, decided, measured, compared."""

from __future__ import annotations

import json
import math
import os
import wave
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.cli.main import main
from alexa_cli.errors import FileError
from alexa_cli.measure.sound import Sounded, word_errors
from alexa_cli.measure.sound_metrics import figures
from alexa_cli.measure.suite import load_suite

if TYPE_CHECKING:
    from collections.abc import Callable

    Alexa = Callable[..., tuple[int, str, str]]

YAML = """
name: shed
description: A shed.
context: [contacts]
apis:
  glow:
    description: Let it glow.
    effect: idempotent
    sentences: ["let the garden glow", "make it glow"]
    examples: ["let the garden glow"]
  ring:
    description: Ring somebody up.
    effect: irreversible
    confirm: false
    parameters: {contact: {type: string, x-list: contacts, description: "Whom?"}}
    required: [contact]
    sentences: ["call {contact}", "ring somebody up"]
    examples: ["call [meg](contact)"]
"""
GLOW = {"expert": "shed", "api": "glow"}

texts = st.lists(st.sampled_from("abc"), max_size=7)


@given(texts, texts, texts)
def test_word_errors_are_a_distance(one: list[str], two: list[str], three: list[str]) -> None:
    assert word_errors(one, one) == 0
    assert word_errors(one, two) == word_errors(two, one)
    assert abs(len(one) - len(two)) <= word_errors(one, two) <= max(len(one), len(two))
    assert word_errors(one, three) <= word_errors(one, two) + word_errors(two, three)


def test_word_errors_count_each_kind_once() -> None:
    said = "turn on the kitchen light".split()
    assert word_errors(said, "turn on kitchen light".split()) == 1
    assert word_errors(said, "turn on the the kitchen light".split()) == 1
    assert word_errors(said, "turn off the kitchen light".split()) == 1
    assert word_errors(said, []) == 5


def test_figures_of_spoken_turns() -> None:
    def turn(errors: int | None, cpu: float, delay: float | None, *, same: bool = True) -> Sounded:
        words = None if errors is None else 10
        return Sounded("x", "x", 4.0, cpu, same, delay, delay, errors, words)

    spoken = [(True, turn(0, 0.1, 0.4)), (False, turn(2, 0.3, 0.6, same=False)),
              (True, turn(None, 0.2, 0.5)), (False, turn(10, 0.2, None))]  # fmt: skip
    values, around = figures(spoken)
    assert values["command_accuracy"] == 0.5
    assert values["word_error_rate"] == 12 / 30
    assert values["rtf"] == pytest.approx(0.05)
    assert values["eager_is_final"] == pytest.approx(2 / 3)
    assert values["provisional_p50_ms"] == 500
    low, high = around["word_error_rate"]
    assert 0 <= low < 12 / 30 < high <= 1
    assert figures([(True, turn(None, 0.1, None))])[0]["word_error_rate"] is None


@pytest.fixture
def alexa(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Alexa:
    pytest.importorskip("pocketsphinx")
    folder = tmp_path / "experts" / "shed"
    folder.mkdir(parents=True)
    (folder / "expert.yaml").write_text(YAML)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["eval", "--engine", "sphinx", *arguments, "--experts", str(folder.parent)])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


def suite(folder: Path, *cases: dict[str, Any]) -> str:
    path = folder / "suite.jsonl"
    lines = [{"id": f"c{n}"} | case for n, case in enumerate(cases, 1)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


def test_recordings_are_heard_decided_and_measured(
    alexa: Alexa, spoken: Callable[..., Path], tmp_path: Path
) -> None:
    spoken("sound/glow.wav", "Let the garden glow.")
    spoken("sound/nothing.wav")
    spoken("sound/call.wav", "Ring somebody up.")
    spoken("sound/bauer.wav", "Meg Bauer.")
    asks = {"audio": "sound/call.wav", "say": "ring somebody up", "expert": "shed", "api": "ring",
            "asks": "contact", "then": [{"audio": "sound/bauer.wav", "say": "meg bauer",
            "expert": "shed", "api": "ring", "arguments": {"contact": "meg bauer"}}]}  # fmt: skip
    path = suite(
        tmp_path, GLOW | {"audio": "sound/glow.wav", "say": "make the garden glow"},
        GLOW | {"audio": "sound/nothing.wav", "say": "make it glow"}, asks,
        GLOW | {"say": "make it glow"}, {"audio": "sound/glow.wav", "expert": None},
    )  # fmt: skip
    code, out, err = alexa(path, "--json", "--wrong", "--save", "with")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["turns"] == 6
    wrong = {each["id"]: each for each in found["wrong"]}
    assert set(wrong) == {"c2", "c5"}
    assert wrong["c2"]["sound"]["heard"] == ""
    assert wrong["c5"]["say"] == "let the garden glow"
    assert found["command_accuracy"] == pytest.approx(3 / 5)
    assert found["word_error_rate"] == pytest.approx((1 + 3) / (4 + 3 + 3 + 2))
    assert found["intervals"]["word_error_rate"][0] <= 0.4
    assert 0 < found["rtf"] < 5
    assert 250 < found["provisional_p50_ms"] <= found["settled_p50_ms"]
    assert found["exact_match"] == pytest.approx(4 / 6)

    code, out, _ = alexa(path, "--no-bias", "--save", "without", "--compare", "with", "without")
    assert code == 0
    assert "rtf" in out
    assert "word_error_rate" in out
    assert "5 turns in both" not in out
    assert "with to without: 6 turns in both" in out
    assert "more of word_error_rate" in out


def test_what_was_heard_is_told_where_runs_differ(
    alexa: Alexa, spoken: Callable[..., Path], tmp_path: Path
) -> None:
    case = GLOW | {"audio": "it.wav"}
    spoken("it.wav", "Let the garden glow.")
    alexa(suite(tmp_path, case), "--save", "one")
    learned = Path(os.environ["ALEXA_HOME"], "cache/nearest")
    assert list(learned.iterdir()), "what is learned once would be some turn's latency"
    spoken("it.wav", "Ring somebody up.")
    _, out, _ = alexa(suite(tmp_path, case), "--save", "two", "--compare", "one", "two")
    assert "lost: c1" in out
    assert "heard let the garden glow; now ring somebody up" in out


@pytest.mark.parametrize("audio", ["none.wav", "", ".", "a\0b"])
def test_sound_that_is_not_there_is_told_with_its_line(tmp_path: Path, audio: str) -> None:
    path = suite(tmp_path, GLOW | {"say": "make it glow"}, GLOW | {"audio": audio})
    with pytest.raises(FileError, match="there is no sound file") as told:
        load_suite(Path(path))
    assert (told.value.path, told.value.line) == (Path(path), 2)


def test_what_is_no_sound_is_told_in_a_line(alexa: Alexa, tmp_path: Path) -> None:
    (tmp_path / "it.wav").write_bytes(b"RIFFnonsense" * 20)
    code, out, err = alexa(suite(tmp_path, GLOW | {"audio": "it.wav"}))
    assert (code, out) == (1, "")
    assert "it.wav" in err
    assert err.count("\n") <= 2


def test_an_engine_that_nobody_knows(alexa: Alexa, tmp_path: Path) -> None:
    code, _, err = alexa(suite(tmp_path, GLOW | {"say": "x"}), "--engine", "ears")
    assert code == 2
    assert "neither vosk nor sphinx" in err


def test_a_noise_after_a_pause_that_adds_no_words_is_no_new_decision(
    alexa: Alexa, spoken: Callable[..., Path], tmp_path: Path
) -> None:
    """Two eager ends with the same words: the turn decides once, and is not waited for twice."""
    path = spoken("sound/half.wav", "let the garden")
    with wave.open(str(path), "rb") as file:
        rate, said = file.getframerate(), file.readframes(file.getnframes())
    said = said[2 * rate : -2 * rate]  # a second of silence is around each sentence
    hum = array("h", (round(12_000 * math.sin(n / 10)) for n in range(round(0.15 * rate))))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", "not compressed"))
        pause = bytes(2 * round(0.44 * rate))
        file.writeframes(said + pause + hum.tobytes() + 3 * pause)
    code, out, err = alexa(
        suite(tmp_path, {"audio": "sound/half.wav", "say": "let the garden", "expert": None})
    )
    assert code == 0, out + err
    assert "eager_is_final            100.0 %" in out
