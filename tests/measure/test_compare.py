from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from alexa_cli.errors import FileError, UsageError
from alexa_cli.measure.compare import compare, load_run, save_run, sign_test
from alexa_cli.measure.metrics import judge, summarise
from alexa_cli.measure.suite import Expected, ExpectedCall
from alexa_cli.turn import Call, Pass, Plan

if TYPE_CHECKING:
    from pathlib import Path


def save(runs: Path, name: str, **decided: str) -> None:
    """Save a run whose every case expects ``EXPERT.x`` of the first letter of its id."""
    judged = [
        judge(case, case, Expected((ExpectedCall(case[0], "x"),)),
              Plan((Call(said[0], said[1:]),)) if said else Pass("no"))
        for case, said in decided.items()
    ]  # fmt: skip
    save_run(runs, name, summarise(judged), judged, ["a=b"])


def test_what_was_gained_and_lost_per_expert(tmp_path: Path) -> None:
    save(tmp_path, "one", a1="ax", a2="ay", b1="bx", c1="", only="ox")
    save(tmp_path, "two", a1="ax", a2="ax", b1="by", c1="cx", new="nx")
    found = compare(load_run(tmp_path, "one"), load_run(tmp_path, "two"))
    assert [change.id for change in found.gained] == ["a2", "c1"]
    assert [change.id for change in found.lost] == ["b1"]
    assert found.experts() == {"a": (1, 0), "b": (0, 1), "c": (1, 0)}
    assert (found.both, found.only) == (4, (1, 1))
    assert found.lost[0].before == "b.x"
    assert found.lost[0].after == "b.y"
    before, after = found.metrics["api_accuracy"]
    assert before == pytest.approx(3 / 5)
    assert after == pytest.approx(4 / 5)
    assert found.luck == 1.0


def test_comparing_by_expert_alone(tmp_path: Path) -> None:
    save(tmp_path, "one", a1="ay")
    save(tmp_path, "two", a1="ax")
    pair = load_run(tmp_path, "one"), load_run(tmp_path, "two")
    assert compare(*pair, "expert_right").gained == ()
    assert len(compare(*pair, "exact").gained) == 1


def test_the_sign_test() -> None:
    assert sign_test(0, 0) == 1.0
    assert sign_test(5, 5) == 1.0
    assert sign_test(10, 0) == pytest.approx(2 / 1024)
    assert sign_test(0, 10) == sign_test(10, 0)
    assert 0 <= sign_test(3_000, 2_000) < 1e-6


def test_runs_are_found_by_name_or_the_nearest_is_named(tmp_path: Path) -> None:
    save(tmp_path, "baseline", a1="ax")
    with pytest.raises(UsageError, match="no run 'baselin'") as caught:
        load_run(tmp_path, "baselin")
    assert "baseline" in str(caught.value)
    for bad in ("", "../x", "a/b", ".hidden", "x" * 65):
        with pytest.raises(UsageError, match="no name"):
            load_run(tmp_path, bad)
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(FileError, match="no run that can be read"):
        load_run(tmp_path, "broken")
