"""Utterances by a reader who had not seen the templates, through the installed command."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Installed


def test_most_are_understood_and_hardly_any_is_done_wrong(alexa: Installed, repo: Path) -> None:
    ran = alexa(
        "eval", str(repo / "tests" / "data" / "blind.jsonl"), "--fail-under", "api_accuracy=0.8",
        "--fail-under", "wrong_action_rate=0.03", "--fail-under", "out_of_scope_refused=0.95",
    )  # fmt: skip
    assert ran.code == 0, ran.out + ran.err


def test_so_is_what_people_say_every_day(alexa: Installed, repo: Path) -> None:
    ran = alexa(
        "eval", str(repo / "tests" / "data" / "blind_everyday.jsonl"), "--fail-under",
        "api_accuracy=0.9", "--fail-under", "wrong_action_rate=0.03",
    )  # fmt: skip
    assert ran.code == 0, ran.out + ran.err


def test_so_are_those_who_hesitate_ramble_and_go_on(alexa: Installed, repo: Path) -> None:
    ran = alexa(
        "eval", str(repo / "tests" / "data" / "blind_fresh.jsonl"), "--fail-under",
        "api_accuracy=0.95", "--fail-under", "exact_match=0.96", "--fail-under",
        "wrong_action_rate=0.005", "--fail-under", "out_of_scope_refused=0.98",
    )  # fmt: skip
    assert ran.code == 0, ran.out + ran.err
