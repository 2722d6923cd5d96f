"""The page about prompts says what is so."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from alexa_cli.prompt.section import Prompt
from alexa_cli.prompt.texts import PLACES, Texts, load_texts


@pytest.fixture
def page(repo: Path) -> str:
    return (repo / "docs" / "prompts.md").read_text(encoding="utf-8")


def test_every_place_is_told_with_its_stability(page: str) -> None:
    told = re.findall(r"^\| `\{(\w+)\}` \|.*\| `(\w+)` \|$", page, re.MULTILINE)
    assert dict(told) == {place: stability.value for place, stability in PLACES.items()}
    assert [place for place, _ in told] == list(PLACES)


def test_every_section_that_ships_stands_where_the_table_says(page: str, texts: Texts) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \|$", page, re.MULTILINE))
    for text in texts.texts:
        if text.name.startswith(("reminder", "plan", "route", "reply", "summarise", "rerank")):
            continue  # a job's rules, and its reminder
        assert f"`{text.name}`" in rows[text.stability.value], text.name


def test_the_example_of_a_text_is_one(page: str, tmp_path: Path) -> None:
    block = re.findall(r"```text\n(---\n.*?)```", page, re.DOTALL)
    (tmp_path / "british.md").write_text(block[0])
    mine = next(text for text in load_texts([tmp_path]).texts if text.name == "british")
    assert mine.text.startswith("Speak British")


def test_the_example_of_a_home_is_what_is_shown(page: str, make: Callable[..., Prompt]) -> None:
    block = re.findall(r"```text\n(floors:.*?)```", page, re.DOTALL)[0]
    home = next(s.text for s in make("plan", "smart_home").sections if s.name == "household")
    assert block in home


def test_examples_may_be_added(make: Callable[..., Prompt], tmp_path: Path) -> None:
    (tmp_path / "examples.md").write_text(
        "---\njobs: [plan]\nstability: fixed\norder: 60\n---\n{examples}\n"
    )
    prompt = make("plan", "contacts", of=load_texts([tmp_path]))
    shown = next(s.text for s in prompt.sections if s.name == "examples")
    assert '"call mom": call(contact="mom")' in shown
