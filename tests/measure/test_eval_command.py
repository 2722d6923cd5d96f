"""``alexa eval`` and ``alexa models`` whole, on a folder of experts of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from alexa_cli.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Alexa = Callable[..., tuple[int, str, str]]

LAMPS = """
name: lamps
description: Lamps.
context: [devices]
apis:
  glow:
    description: Let a lamp glow.
    effect: reversible
    undo: fade
    parameters: {device: {type: string, x-list: devices, description: "Which lamp?"}}
    required: [device]
    sentences: ["make [the] {device} glow", "let something glow"]
    examples: ["make the [kitchen light](device) glow", "let the [fan](device) shine"]
    run: {python: "lamps:note"}
  fade:
    description: Let a lamp fade.
    effect: idempotent
    sentences: ["fade out"]
    examples: ["fade out", "dwindle away slowly"]
    run: {python: "lamps:note"}
  shout:
    description: Shout through the wall.
    effect: irreversible
    confirm: false
    sentences: ["shout out loud"]
    examples: ["shout out loud"]
    run: {shell: ["touch", "MARK"]}
"""
CODE = """
from pathlib import Path

def note(context, **said):
    context.store.set("n", context.store.get("n", 0) + 1)
    return {"n": context.store.get("n")}
"""


@pytest.fixture
def experts(tmp_path: Path) -> Path:
    folder = tmp_path / "experts" / "lamps"
    folder.mkdir(parents=True)
    (folder / "expert.yaml").write_text(LAMPS.replace("MARK", str(tmp_path / "mark")))
    (folder / "lamps.py").write_text(CODE)
    return folder.parent


@pytest.fixture
def alexa(
    experts: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([*arguments, "--experts", str(experts)])
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


def suite(folder: Path, *cases: dict[str, Any]) -> str:
    path = folder / "suite.jsonl"
    lines = [{"id": f"c{n}"} | case for n, case in enumerate(cases, 1)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(path)


GLOW = {"say": "make the kitchen light glow", "expert": "lamps", "api": "glow",
        "arguments": {"device": "kitchen light"}}  # fmt: skip
FADE = {"say": "fade out", "expert": "lamps", "api": "fade"}
NOBODY = {"say": "who painted the mona lisa", "expert": None}


def test_the_figures_of_a_suite(alexa: Alexa, tmp_path: Path) -> None:
    asks = {"say": "let something glow", "expert": "lamps", "api": "glow", "asks": "device",
            "then": [{"say": "the kitchen light", "expert": "lamps", "api": "glow",
                      "arguments": {"device": "the kitchen light"}}]}  # fmt: skip
    foreign = {"say": "x", "expert": "cooking"}
    path = suite(tmp_path, GLOW, FADE, NOBODY, asks, foreign, FADE | {"api": "glow"})
    code, out, err = alexa("eval", path, "--json", "--wrong")
    found = json.loads(out)
    assert code == 0
    assert {
        "cases", "expert_accuracy", "api_accuracy", "argument_f1", "exact_match", "refused",
        "out_of_scope_refused", "out_of_scope_refused_at_5", "p50_ms", "p95_ms",
    } <= set(found)  # fmt: skip
    assert (found["cases"], found["turns"]) == (5, 6)
    assert found["expert_accuracy"] == 1.0
    assert found["api_accuracy"] == pytest.approx(4 / 5)
    assert found["out_of_scope_refused"] == 1.0
    assert found["argument_f1"] == 1.0
    assert [wrong["id"] for wrong in found["wrong"]] == ["c6"]
    assert found["wrong"][0]["why"] == "another API"
    assert found["wrong_action_rate"] == pytest.approx(1 / 6)
    assert "left out: 1 of experts that are not here: cooking" in err


def test_text_for_people(alexa: Alexa, tmp_path: Path) -> None:
    nobody = {"say": "fade out", "expert": None}
    code, out, _ = alexa("eval", suite(tmp_path, FADE, nobody), "--wrong")
    assert code == 0
    assert out.startswith("2 cases\n  expert_accuracy           100.0 %")
    assert "c2: fade out\n    expected nobody's\n    decided  lamps.fade: should be refused" in out


def test_nothing_real_is_done(alexa: Alexa, tmp_path: Path, home: Path) -> None:
    shout = {"say": "shout out loud", "expert": "lamps", "api": "shout", "then": [FADE]}
    code, out, _ = alexa("eval", suite(tmp_path, shout), "--json")
    assert code == 0
    assert json.loads(out)["exact_match"] == 1.0
    assert not (tmp_path / "mark").exists()
    assert not (home / "data" / "alexa.db").exists()


def test_cases_do_not_see_each_other(alexa: Alexa, tmp_path: Path) -> None:
    asks = {"say": "let something glow", "asks": "device", "then": [FADE]}
    answer = {"say": "the kitchen light", "not": "lamps"}
    _, out, _ = alexa("eval", suite(tmp_path, asks, answer), "--json")
    assert json.loads(out)["exact_match"] == 1.0


def test_a_closed_set_is_never_refused(alexa: Alexa, tmp_path: Path) -> None:
    path = suite(tmp_path, {"say": "slowly", "expert": "lamps", "api": "fade"},
                 {"say": "purple mountains majesty", "expert": "lamps"})  # fmt: skip
    _, out, _ = alexa("eval", path, "--json", "--closed-set")
    assert json.loads(out)["refused"] == 0.0
    assert json.loads(out)["api_accuracy"] == 1.0


def test_examples_word_for_word_can_be_left_out(alexa: Alexa, tmp_path: Path) -> None:
    _, out, err = alexa("eval", suite(tmp_path, FADE, GLOW, NOBODY), "--unseen", "--json")
    assert json.loads(out)["cases"] == 1
    assert "left out: 2 an example of an expert" in err


def test_labels_go_through_a_map(alexa: Alexa, tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text("music.stop: lamps.fade\nnews: null\n")
    news = {"say": "what happened in the world", "expert": "news", "api": "query"}
    path = suite(tmp_path, {"say": "fade out", "expert": "music", "api": "stop"}, news)
    _, out, _ = alexa("eval", path, "--map", str(tmp_path / "map.yaml"), "--json")
    found = json.loads(out)
    assert (found["api_accuracy"], found["out_of_scope_refused"]) == (1.0, 1.0)
    (tmp_path / "map.yaml").write_text("- no map\n")
    code, _, err = alexa("eval", path, "--map", str(tmp_path / "map.yaml"))
    assert (code, "expected a mapping" in err) == (4, True)


@pytest.mark.parametrize(
    ("limit", "code", "said"),
    [
        ("api_accuracy=0.9", 0, ""),
        ("api_accuracy=1.1", 1, "api_accuracy is 1, worse than 1.1"),
        ("p95_ms=100000", 0, ""),
        ("p95_ms=0", 1, "worse than 0"),
        ("out_of_scope_refused=0.5", 1, "out_of_scope_refused is unknown"),
        ("api_acuracy=1", 2, "did you mean 'api_accuracy'"),
        ("api_accuracy=much", 2, "no number"),
    ],
)
def test_fail_under(alexa: Alexa, tmp_path: Path, limit: str, code: int, said: str) -> None:
    found, _, err = alexa("eval", suite(tmp_path, FADE), "--fail-under", limit)
    assert found == code
    assert said in err


def test_runs_are_kept_and_compared(alexa: Alexa, tmp_path: Path, home: Path) -> None:
    alexa("eval", suite(tmp_path, FADE, GLOW), "--save", "good")
    alexa("eval", suite(tmp_path, FADE | {"say": "gibberish dada"}, GLOW), "--save", "bad")
    code, out, _ = alexa("eval", "--compare", "bad", "good", "--json")
    found = json.loads(out)
    assert code == 0
    assert [change["id"] for change in found["gained"]] == ["c1"]
    assert found["experts"] == {"lamps": [1, 0]}
    _, out, _ = alexa("eval", "--compare", "good", "bad")
    assert "gained 0, lost 1" in out
    assert "lost: c1" in out
    assert (home / "data" / "runs" / "good.json").stat().st_mode & 0o777 == 0o600
    code, _, err = alexa("eval", "--compare", "good", "nowhere")
    assert (code, "there is no run 'nowhere'" in err) == (2, True)


def test_a_broken_suite_names_its_line(alexa: Alexa, tmp_path: Path) -> None:
    path = tmp_path / "suite.jsonl"
    path.write_text('{"say": "fade out", "expert": "lamps"}\n{"say": "x", "exprt": null}\n')
    code, out, err = alexa("eval", str(path))
    assert (code, out) == (4, "")
    assert f"{path}:2: unknown key 'exprt'" in err
    assert "did you mean 'expert'?" in err


# alexa models ---------------------------------------------------------------------------------


def test_models_are_listed_with_their_thresholds(alexa: Alexa) -> None:
    code, out, _ = alexa("models", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert code == 0
    assert {"reflex", "sentences", "nearest", "minilm"} <= set(rows)
    assert 0 < rows["nearest"]["threshold"] < 1
    assert rows["nearest"]["kind"] == "nearest (ngrams)"
    assert rows["minilm"]["state"] == "alexa models pull minilm"
    _, out, _ = alexa("models", "list")
    assert "minilm" in out
    assert "91.3 MB" in out


def test_an_encoder_that_is_not_here_says_what_to_do(alexa: Alexa, tmp_path: Path) -> None:
    minilm = ("--set", "models.nearest.encoder=minilm")
    _, out, _ = alexa("models", "--json", *minilm)
    nearest = next(row for row in json.loads(out) if row["name"] == "nearest")
    assert "not here yet" in nearest["state"]
    code, _, err = alexa("eval", suite(tmp_path, NOBODY), *minilm)
    assert code == 4
    assert "alexa models pull minilm" in err


def test_pulling_what_is_unknown_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["models", "pull", "minilmm"])
    assert left.value.code == 2
    assert "did you mean 'minilm'?" in capsys.readouterr().err
