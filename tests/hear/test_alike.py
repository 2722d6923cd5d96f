"""What sounds alike, and which hypothesis names make the better one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.hear.alike import Names, Pronouncer, alike, likeness
from alexa_cli.hear.bias import Bias, Phrase
from alexa_cli.hear.rescoring import Rescorer
from alexa_cli.hear.sphinx.sounds import PHONES
from alexa_cli.turn import Hypothesis

SPOKEN = st.lists(st.sampled_from(sorted(PHONES)), max_size=8).map(tuple)
SAID = {
    "bauer": ("B AW ER",), "power": ("P AW ER",), "jones": ("JH OW N Z",), "johns": ("JH AA N Z",),
    "meg": ("M EH G",), "call": ("K AO L",), "tomorrow": ("T AH M AA R OW",),
}  # fmt: skip


@pytest.fixture
def pronouncer() -> Pronouncer:
    made = Pronouncer()
    made.learn(())
    for word, said in SAID.items():
        made._known[word] = tuple(tuple(each.split()) for each in said)
    return made


def phrases(*texts: str) -> tuple[Phrase, ...]:
    return tuple(Phrase(tuple(text.split())) for text in texts)


@settings(max_examples=100)
@given(SPOKEN, SPOKEN)
def test_likeness_is_a_share_the_same_both_ways(
    one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert likeness(one, one) == (1 if one else 0)


def test_near_sounds_are_likelier_than_far_ones(pronouncer: Pronouncer) -> None:
    assert alike(["bauer"], ["power"], pronouncer) > 0.85
    assert alike(["jones"], ["johns"], pronouncer) > 0.8
    assert alike(["bauer"], ["tomorrow"], pronouncer) < 0.5
    assert alike(["bauer"], ["?!"], pronouncer) == 0


def test_names_are_found_the_likest_first(pronouncer: Pronouncer) -> None:
    names = Names([("bauer",), ("jones",), ("meg", "bauer"), ("meg", "jones")], pronouncer)
    assert [each.words for each in names.find(["power"], 0.7)] == [("bauer",)]
    found = names.find(["meg", "johns"], 0.5)
    assert found[0].words == ("meg", "jones")
    assert [each.likeness for each in found] == sorted((f.likeness for f in found), reverse=True)
    assert Names([], pronouncer).find(["power"], 0.1) == []


def test_a_pronunciation_of_the_household_counts(pronouncer: Pronouncer) -> None:
    from alexa_cli.hear.sphinx.dictionary import Dictionary

    pytest.importorskip("pocketsphinx")
    known = Pronouncer(Dictionary())
    known.learn(["siobhan"], {"siobhan": ("SH AH V AO N",)})
    assert known.of(["siobhan"])[0] == ("SH", "AH", "V", "AO", "N")
    assert alike(["siobhan"], ["chevron"], known) > 0.5


def test_a_choice_answers_as_a_whole_only(pronouncer: Pronouncer) -> None:
    rescorer = Rescorer(Bias(choices=phrases("meg bauer", "bauer")), pronouncer)
    assert rescorer.rescore([Hypothesis("power", 0.0)])[0] == Hypothesis("bauer", 0.0)
    assert rescorer.rescore([Hypothesis("call", 0.0)])[0].text == "call"


def test_names_that_exist_are_better_and_what_was_heard_stays(pronouncer: Pronouncer) -> None:
    bias = Bias(phrases("call {contacts}"), {"contacts": phrases("meg jones", "meg bauer")})
    rescorer = Rescorer(bias, pronouncer)
    heard = [Hypothesis("call meg power", 0.0), Hypothesis("call tomorrow", -0.1)]
    found = rescorer.rescore(heard)
    assert found[0] == Hypothesis("call meg bauer", 0.0)
    assert {"call meg power", "call tomorrow"} <= {h.text for h in found}
    scores = [h.score or 0.0 for h in found]
    assert scores == sorted(scores, reverse=True)


def test_words_that_are_commands_or_values_are_no_misheard_names(pronouncer: Pronouncer) -> None:
    bias = Bias(phrases("power off", "set a timer"), {"contacts": phrases("bauer", "benn")})
    rescorer = Rescorer(bias, pronouncer)
    for text in ("power off", "ten"):
        assert rescorer.rescore([Hypothesis(text, 0.0)])[0].text == text


def test_nothing_expected_changes_nothing(pronouncer: Pronouncer) -> None:
    heard = (Hypothesis("one", 0.0), Hypothesis("two", -3.0))
    rescorer = Rescorer(Bias(), pronouncer)
    assert rescorer.idle
    assert rescorer.rescore(heard) == heard
    assert Rescorer(Bias(phrases("stop")), pronouncer).rescore([]) == ()
