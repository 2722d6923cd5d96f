"""``alexa prompt``, and turns that a language model decides."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Inside, Ran

CONFIG = """
models:
  fast: {kind: scripted, script: fast.yaml, price: {input: 1, output: 2}}
jobs:
  decide: [reflex, sentences, nearest, fast]
"""
SCRIPT = r"""
answers:
  - {job: route, when: joke, text: T}
  - {job: plan, when: joke, text: "Why did the scarecrow \e[31mwin? He was outstanding."}
  - {job: route, when: cosier, text: smart_home}
  - job: plan
    when: cosier
    calls: [{name: smart_home.turn_on, arguments: {device: reading lamp}}]
  - {job: route, when: faraway, fail: unreachable}
  - {job: route, text: "0"}
"""
JOKE = "might there be a joke for somebody like me"
COSIER = "somewhat cosier please so turn the reading lamp on"


@pytest.fixture
def talk(inside: Inside, home: Path) -> Inside:
    folder = home / "config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(CONFIG)
    (folder / "fast.yaml").write_text(SCRIPT)
    return inside


def test_talk_streams_and_holds_no_escapes(talk: Inside) -> None:
    ran = talk("ask", JOKE)
    assert ran.code == 0
    assert ran.out == "Why did the scarecrow win? He was outstanding.\n"
    assert re.search(r"fast → .*2 cycles · in [\d,]+ \(cached \d+\) out \d+ · \$0\.\d+", ran.err)


def test_a_plan_acts_and_is_cached_for_the_same_words(talk: Inside) -> None:
    first, second = talk("ask", COSIER), talk("ask", COSIER)
    assert first.out == "I turned on the reading lamp.\n"
    assert second.out == "The reading lamp is already on.\n"
    assert "fast → smart_home.turn_on · 2 cycles" in first.err
    assert "cache → smart_home.turn_on" in second.err
    assert "cycle" not in second.err
    assert "cosier" in talk("cache", "list").out
    talk("undo")
    assert "fast → smart_home.turn_on" in talk("ask", COSIER).err


def test_show_names_every_section_and_its_tokens(talk: Inside) -> None:
    talk("ask", JOKE)
    ran = talk("prompt")
    assert ran.code == 0
    assert "request 1: fast, route" in ran.out
    assert "request 2: fast, plan" in ran.out
    assert re.search(r"said\s+turn\s+~\d+\s+\d+ %", ran.out)
    assert JOKE in talk("prompt", "show", "last", "--section", "said").out
    assert len(talk("prompt", "show", "--json").out.splitlines()) == 2
    only = talk("prompt", "last", "-r", "2", "--full").out
    assert "request 1" not in only
    assert "Turn what the user said into tool calls." in only


def test_diff_and_why_name_the_section_and_the_words(talk: Inside) -> None:
    talk("ask", JOKE)
    talk("ask", JOKE.replace("somebody", "anybody"))
    diff = talk("prompt", "diff", "last~1", "last").out
    assert re.search(r"experts\s+fixed.*same", diff)
    assert re.search(r"said\s+turn.*changed", diff)
    why = talk("prompt", "why").out
    assert "parts in  said (turn)" in why
    assert "for ▸somebody" in why
    assert "for ▸anybody" in why
    told = [json.loads(line) for line in talk("prompt", "why", "--json").out.splitlines()]
    assert all(0 <= one["shared"]["tokens"] <= one["shared"]["of"] for one in told)


def test_lint_finds_nothing_wrong_with_what_ships(talk: Inside) -> None:
    ran = talk("prompt", "lint")
    assert ran.code == 0, ran.out
    assert "0 problems" in ran.out


def test_lint_finds_what_a_user_broke(talk: Inside, home: Path) -> None:
    folder = home / "config" / "prompts"
    folder.mkdir()
    (folder / "identity.md").write_text(
        "---\njobs: [route, plan]\nstability: fixed\norder: 10\n---\nToday is 2026-11-21.\n"
    )
    ran = talk("prompt", "lint")
    assert ran.code == 1
    assert "identity [volatile]" in ran.out
    assert "a date: 2026-11-21" in ran.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("prompt", "show"), "asked no language model"),
        (("prompt", "show", "t-nothere"), "no turn"),
        (("prompt", "diff", "last", "last"), "asked no language model"),
    ],
)
def test_what_has_no_prompt_is_told(talk: Inside, arguments: tuple[str, ...], told: str) -> None:
    talk("ask", "turn on the kitchen light")
    ran: Ran = talk(*arguments)
    assert ran.code == 2
    assert told in ran.err
    assert ran.out == ""


def test_an_unknown_section_names_the_nearest(talk: Inside) -> None:
    talk("ask", JOKE)
    ran = talk("prompt", "show", "--section", "experst")
    assert ran.code == 2
    assert "did you mean 'experts'?" in ran.err


def test_a_model_out_of_reach_leaves_what_the_small_ones_can_do(talk: Inside) -> None:
    ran = talk("ask", "could the faraway thing be done")
    assert ran.code == 5
    assert "fast" in ran.out
    assert talk("ask", "turn on the kitchen light").code == 0


def test_every_request_of_a_turn_is_on_its_page(talk: Inside) -> None:
    talk("ask", JOKE)
    assert "1 fast route" in talk("trace", "last").out
    whole = talk("trace", "show", "last", "--requests").out
    assert "Choose the expert" in whole
    assert "outstanding" in whole
