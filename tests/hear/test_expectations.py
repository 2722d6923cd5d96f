"""The bias: what templates, lists, values, a question and a reply make likely."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias

import pytest

from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.catalog.template_compiler import compile_template
from alexa_cli.config.paths import Paths
from alexa_cli.config.settings import Settings
from alexa_cli.context.household import load_household
from alexa_cli.context.names import Name, NameList
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.hear.bias import Phrase
from alexa_cli.hear.expectations import Expectations, bias_of
from alexa_cli.hear.sampling import Walker
from alexa_cli.hear.spoken import groups, patterns, values
from alexa_cli.language.registry import grammar, known_types
from alexa_cli.language.text import words
from alexa_cli.turn import Argument, Call, Choice, Plan, Question

Kind: TypeAlias = Literal["choice", "value", "confirm"]
NOW = datetime(2026, 3, 4, 15, tzinfo=UTC)
EXPERT = """
name: phone
description: Calls people.
context: [contacts]
apis:
  call:
    description: Call someone.
    effect: read
    parameters:
      contact: {type: string, x-list: contacts}
      speed: {type: string, x-choices: {fast: [quickly, at once, right away], slow: [slowly]}}
      wait: {type: number, x-type: duration}
    sentences:
      - "(call|ring) {contact} [in {wait}] [{speed}]"
      - "(please|kindly|do) (call|ring|phone|dial) (up|again|back|now)"
    examples: ["get [meg](contact) on the line"]
"""


@pytest.fixture
def expectations(tmp_path: Path, paths: Paths) -> Expectations:
    folder = tmp_path / "experts" / "phone"
    folder.mkdir(parents=True)
    (folder / "expert.yaml").write_text(EXPERT, encoding="utf-8")
    return Expectations(load_catalogue(Settings(), paths, [folder.parent]), tmp_path / "kept")


def snapshot(**lists: NameList) -> Snapshot:
    return Snapshot(NOW, "UTC", "en", load_household(), lists)


def said(phrases: Iterable[Phrase]) -> set[str]:
    return {" ".join(phrase.words) for phrase in phrases}


def question(*names: str, parameter: str = "contact", kind: Kind = "choice") -> Question:
    choices = tuple(Choice(Argument(n), n) for n in names)
    plan = Plan((Call("phone", "call"),))
    return Question("Which one?", kind, plan, parameter=parameter, choices=choices)


@pytest.mark.parametrize("x_type", known_types())
def test_every_value_that_is_expected_is_one(x_type: str) -> None:
    grammar_of = grammar(x_type)
    for value in values(x_type, 3_000):
        assert len(words(value)) in grammar_of.ends(words(value), 0), value
    for pattern in patterns(x_type):
        for part in pattern.split():
            assert not part.startswith("<") or part[1:-1] in groups()


def test_sentences_hold_placeholders(expectations: Expectations) -> None:
    sentences = said(expectations.sentences)
    assert "get {contacts} on the line" in sentences
    assert any("{{duration}}" in each for each in sentences)
    assert any("{phone.call.speed}" in each for each in sentences)
    assert any(each.startswith("ring") for each in sentences)
    lists = expectations.bias(snapshot()).lists
    assert said(lists["phone.call.speed"]) == {"quickly", "at once", "right away", "slowly"}
    assert {"meg", "meg bauer", "grandma"} <= said(lists["contacts"])


def test_every_pair_of_words_is_said_once(expectations: Expectations) -> None:
    pairs = {
        pair for each in expectations.sentences
        for pair in zip(each.words, each.words[1:], strict=False)
    }  # fmt: skip
    for first in ("please", "kindly", "do"):
        assert {(first, verb) for verb in ("call", "ring", "phone", "dial")} <= pairs
    for verb in ("call", "ring", "phone", "dial"):
        assert {(verb, last) for last in ("up", "again", "back", "now")} <= pairs


def test_walks_stay_few_however_many_ways_there_are(expectations: Expectations) -> None:
    options = " ".join(f"[a{letter}]" for letter in "bcdefghijklmnopqrstu")
    template = compile_template(f"go {options}", expert="phone", api="call")
    api = expectations._catalogue.api("phone.call")
    assert 0 < len(Walker(template, api, {}).sentences()) <= 40


def test_sentences_are_kept_and_the_same(expectations: Expectations, tmp_path: Path) -> None:
    first = expectations.sentences
    again = Expectations(expectations._catalogue, tmp_path / "kept")
    assert again.sentences == first
    kept = next((tmp_path / "kept").glob("*.msgpack"))
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_bytes(b"rubbish")
    assert Expectations(expectations._catalogue, tmp_path / "kept").sentences == first


def test_the_choices_of_a_question(expectations: Expectations) -> None:
    bias = expectations.bias(snapshot(), question("Meg Jones", "Meg Bauer"))
    weights = {" ".join(p.words): p.weight for p in bias.choices}
    assert {"meg bauer", "bauer", "jones", "the second one", "never mind"} <= set(weights)
    assert "meg" not in weights  # it tells nothing
    assert weights["bauer"] > weights["the second one"]
    assert expectations.bias(snapshot()).choices == ()


def test_an_open_question_expects_values(expectations: Expectations) -> None:
    asked = question(parameter="wait", kind="value")
    assert {"ten minutes", "half an hour"} <= said(expectations.bias(snapshot(), asked).choices)
    asked = question(parameter="contact", kind="value")
    assert {"grandma", "the meg bauer"} <= said(expectations.bias(snapshot(), asked).choices)
    assert {"yes", "no"} <= said(expectations.bias(snapshot(), question(kind="confirm")).choices)


def test_what_the_reply_named(expectations: Expectations) -> None:
    bias = expectations.bias(snapshot(), None, "I called Meg Bauer and Dr. Nguyen.")
    assert said(bias.mentioned) == {"meg bauer", "dr nguyen"}


def test_the_fingerprint_changes_with_the_lists_alone(expectations: Expectations) -> None:
    plain = expectations.bias(snapshot())
    asked = expectations.bias(snapshot(), question("Meg Jones", "Meg Bauer"), "Meg Bauer?")
    assert plain.fingerprint == asked.fingerprint
    other = snapshot(contacts=NameList("contacts", (Name("x", "Xiomara"),)))
    assert expectations.bias(other).fingerprint != plain.fingerprint
    assert replace(plain, sentences=()) == replace(
        bias_of(expectations._catalogue, snapshot()), sentences=()
    )


def test_the_household_says_how_names_sound(expectations: Expectations) -> None:
    told = expectations.bias(snapshot()).pronunciations
    assert told["priya"] == ("PREE-ya",)
    assert told["patel"] == ("puh-TELL",)
    assert told["rivera"] == ("ri-VAIR-a",)
