"""``alexa transcribe``: utterances of files as text, with times, scores and what to expect."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from alexa_cli.cli.main import as_command, main
from alexa_cli.cli.transcribe import LONGEST_PHRASE, read_phrases
from alexa_cli.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Callable

    Alexa = Callable[..., tuple[int, str, str]]
    Spoken = Callable[..., Path]

YAML = """
name: shed
description: A shed.
apis:
  glow:
    description: Let it glow.
    effect: read
    sentences: ["let the garden glow", "make it glow", "ring somebody up"]
    examples: ["let the garden glow"]
"""


@pytest.fixture
def alexa(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Alexa:
    pytest.importorskip("pocketsphinx")
    folder = tmp_path / "experts" / "shed"
    folder.mkdir(parents=True)
    (folder / "expert.yaml").write_text(YAML)

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["transcribe", *map(str, arguments), "--experts", str(folder.parent)])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


def test_each_utterance_is_a_line(alexa: Alexa, spoken: Spoken) -> None:
    file = spoken("talk.wav", "Let the garden glow.", "Ring somebody up.")
    assert alexa(file) == (0, "let the garden glow\nring somebody up\n", "")

    code, out, _ = alexa(file, "--words", "--n-best", "3")
    assert code == 0
    utterances = [line for line in out.splitlines() if line[0] != " "]
    spans = [line.split("  ")[0].split("-") for line in utterances]
    assert [line.split("  ")[1] for line in utterances] == [
        "let the garden glow", "ring somebody up"
    ]  # fmt: skip
    (start, end), (then, last) = ((float(a), float(b)) for a, b in spans)
    assert 0.7 < start < end < then < last
    assert "     0.00  let the garden glow" in out.splitlines()

    code, out, _ = alexa(file, "--words", "--n-best", "3", "--json")
    first, second = map(json.loads, out.splitlines())
    assert first["text"] == first["hypotheses"][0]["text"] == "let the garden glow"
    assert [word["word"] for word in second["words"]] == ["ring", "somebody", "up"]
    times = [w[key] for each in (first, second) for w in each["words"] for key in ("start", "end")]
    assert times == sorted(times)
    assert (second["start"], second["end"]) == (times[8], times[-1])
    assert 0 <= second["words"][0]["confidence"] <= 1
    assert first["file"] == str(file)


def test_a_file_that_fails_does_not_keep_the_others(
    alexa: Alexa, spoken: Spoken, tmp_path: Path
) -> None:
    talk, silent = spoken("talk.wav", "Ring somebody up."), spoken("silent.wav")
    (tmp_path / "text.wav").write_text("no sound at all")
    code, out, err = alexa(tmp_path / "none.wav", tmp_path / "text.wav", silent, talk)
    assert code == 1
    assert out == f"{talk}: ring somebody up\n"
    assert "none.wav cannot be opened" in err
    assert "text.wav" in err
    assert f"{silent}: nobody speaks in it" in err
    assert alexa(silent)[0] == 0


def test_a_file_that_was_cut_short_is_written_down_as_far_as_it_goes(
    alexa: Alexa, spoken: Spoken
) -> None:
    file = spoken("talk.wav", "Ring somebody up.", "Let the garden glow.")
    file.write_bytes(file.read_bytes()[:-30_000])
    code, out, err = alexa(file)
    assert code == 1
    assert out.startswith("ring somebody up\n")
    assert "talk.wav" in err


def test_phrases_are_expected_beside_the_experts_or_alone(
    alexa: Alexa, spoken: Spoken, tmp_path: Path
) -> None:
    file = spoken("pod.wav", "Open the pod bay doors.")
    phrases = tmp_path / "phrases.txt"
    phrases.write_text("# in a ship\n\nOpen the pod bay doors!\n")
    wanted = "open the pod bay doors\n"
    assert wanted != alexa(file)[1]
    assert alexa(file, "--bias", phrases) == (0, wanted, "")
    assert alexa(file, "--bias", phrases, "--no-bias") == (0, wanted, "")
    code, out, _ = alexa(file, "--no-bias")
    assert code == 0
    assert set(out.split()) <= set("let the garden glow make it ring somebody up".split())


@pytest.mark.parametrize(
    ("content", "line", "told"),
    [
        (b"lava lamp\n\n???\n", 3, "no word"),
        (b"lava lamp\nl\xe4mp\n", 2, "not UTF-8"),
        (b"word " * (LONGEST_PHRASE + 1), 1, "words at most"),
        (b"# nothing\n", None, "no phrases"),
        (b"", None, "no phrases"),
        (None, None, "cannot read"),
    ],
)
def test_a_bad_file_of_phrases_is_told_with_its_line(
    tmp_path: Path, content: bytes | None, line: int | None, told: str
) -> None:
    file = tmp_path / "phrases.txt"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(FileError, match=told) as wrong:
        list(read_phrases(file))
    assert (wrong.value.path, wrong.value.line) == (file, line)


def test_phrases_are_read_as_they_are_spoken(tmp_path: Path) -> None:
    file = tmp_path / "phrases.txt"
    file.write_bytes(b"\xef\xbb\xbfPriya Patel\r\n# no\r\n  What's up?  \r\n")
    said = [" ".join(phrase.words) for phrase in read_phrases(file)]
    assert said[0] == "priya patel"
    assert len(said) == 2


def test_an_engine_that_is_not_there(alexa: Alexa, spoken: Spoken) -> None:
    code, out, err = alexa(spoken("talk.wav", "Ring."), "--engine", "vosk")
    assert (code, out) == (1, "")
    assert "alexa models pull vosk-small-en-us" in err
    assert alexa("sample", "--engine", "ears")[0] == 2


@pytest.mark.parametrize(
    ("line", "verb"),
    [("transcribe", "transcribe"), ("transcribe sample", "transcribe"),
     ("transcribe gone.wav", "transcribe"), ("transcribe --words x", "transcribe"),
     ("transcribe -", "transcribe"), ("transcribe this meeting", "ask")],
)  # fmt: skip
def test_files_are_told_from_speech(line: str, verb: str) -> None:
    assert as_command(line.split())[0] == verb


def test_a_model_of_vosk_cannot_command_the_terminal(
    alexa: Alexa, spoken: Spoken, repo: Path, tmp_path: Path
) -> None:
    """A model is foreign: what its words are is written as text."""
    pytest.importorskip("vosk")
    model = tmp_path / "model"
    shutil.copytree(repo / "tests" / "data" / "tiny_vosk", model)
    words = model / "graph" / "words.txt"
    words.write_text(words.read_text().replace("kitchen ", "kit\x9b31mchen "))
    code, out, err = alexa(
        spoken("talk.wav", "turn on the kitchen light"), "--set", f"hear.model={model}", "--words",
        "--n-best", "2",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert "kitchen" in out
    assert "\x9b" not in out
