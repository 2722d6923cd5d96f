"""Sentences out of a stream: nothing lost, nothing twice, each as soon as it is certain."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alexa_cli.speak.voice.sentences import LONGEST, Sentences, split

TOKENS = [
    "Hello", "world", "Dr.", "a.m.", "Monday", "No.", "5", "3.5", ".", "!", "?", "…", "...", " ",
    "\n", '"', ")", "e.g.", "U.S.", "1.", "Nov.", "it", "I", "etc.", ",", "。", "**", "J.",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(TOKENS), max_size=30).map("".join) | st.text(max_size=80)
PROBES = [
    "a", " a", " A ", "A ", "\n", "1", " 1 ", ". ", ") ", '"', "! ", " X.", "",
    *("Monday"[at:] + " " for at in range(1, 6)), *("Nov"[at:] + " " for at in range(1, 3)),
]  # fmt: skip


def fed(pieces: list[str]) -> tuple[list[str], list[str]]:
    sentences = Sentences()
    given_out = [sentence for piece in pieces for sentence in sentences.feed(piece)]
    return given_out, sentences.rest()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is 72. It will rain!", ["It is 72.", " It will rain!"]),
        ("Dr. Smith met Mrs. Jones. They spoke.", ["Dr. Smith met Mrs. Jones.", " They spoke."]),
        ("It costs $3.50. It is 20.5 km.", ["It costs $3.50.", " It is 20.5 km."]),
        ("No. 5 is on. No. It is off.", ["No. 5 is on.", " No.", " It is off."]),
        ("I set it for 7 a.m. Monday.", ["I set it for 7 a.m. Monday."]),
        ("I set it for 7 a.m. It repeats.", ["I set it for 7 a.m.", " It repeats."]),
        ("Ready by 6 p.m. on Friday. Ok?", ["Ready by 6 p.m. on Friday.", " Ok?"]),
        ("See example.com. Or a.b/c?d=1.2.", ["See example.com.", " Or a.b/c?d=1.2."]),
        ("1. Milk\n2. Bread\n- Eggs", ["1. Milk\n", "2. Bread\n", "- Eggs"]),
        ('He said "Go." Then he left.', ['He said "Go."', " Then he left."]),
        ("Fruit (apples, etc.) is good. J. R. Smith, i.e. him.",
         ["Fruit (apples, etc.) is good.", " J. R. Smith, i.e. him."]),
        ("I live in the U.S. It is big.", ["I live in the U.S.", " It is big."]),
        ("Well… maybe. Well... Yes. What?! Now.",
         ["Well… maybe.", " Well...", " Yes.", " What?!", " Now."]),
        ("Due Nov. 21. It is late.", ["Due Nov. 21.", " It is late."]),
        ("**Done.** Next.", ["**Done.**", " Next."]),
        ("好的。再见！", ["好的。", "再见！"]),
        ("", []),
        ("  \n ", ["  \n "]),
    ],
)  # fmt: skip
def test_examples(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@given(TEXTS, st.lists(st.integers(0, 80)))
@example("Hello. World", [6, 7])
@example(" " * 700 + "Hi. You", [310])
def test_nothing_is_lost_or_moved_however_the_text_is_cut(text: str, cuts: list[int]) -> None:
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[a:b] for a, b in pairwise(places)]
    given_out, rest = fed(pieces)
    assert "".join([*given_out, *rest]) == text
    assert [*given_out, *rest] == split(text)


@given(st.integers(0, 3), st.text(alphabet="ab ,.A\n", min_size=250, max_size=900))
def test_long_texts_are_cut_the_same_however_they_come(step: int, text: str) -> None:
    size = (1, 7, 299, 5000)[step]
    given_out, rest = fed([text[at : at + size] for at in range(0, len(text), size)])
    assert [*given_out, *rest] == split(text)
    assert "".join(split(text)) == text
    assert all(len(sentence) <= LONGEST + 1 for sentence in split(text))


@given(TEXTS.filter(lambda text: len(text) < 200))
@example("Call Dr. ")
@example("at 7 a.m. Mon")
@example("at 7 a.m. Hel")
@example("Done! ")
def test_a_sentence_is_given_out_as_soon_as_nothing_can_change_it(text: str) -> None:
    given_out = Sentences().feed(text)
    ways = [split(text + probe + probe) for probe in PROBES]
    sure = 0
    while all(len(way) > sure + 1 and way[sure] == ways[0][sure] for way in ways):
        sure += 1
    assert given_out[:sure] == ways[0][:sure]
    assert len(given_out) >= sure
    for way in ways:
        assert way[: len(given_out)] == given_out


def test_a_sentence_does_not_wait_for_the_next_one() -> None:
    sentences = Sentences()
    assert sentences.feed("It is off") == []
    assert sentences.feed(".") == []  # 3. may go on with 5
    assert sentences.feed(" T") == ["It is off."]
    assert sentences.feed("his is! ") == [" This is!"]
    assert sentences.feed("A list:\n") == [" A list:\n"]
    assert sentences.rest() == []


def test_a_sentence_without_an_end_is_cut_at_a_clause() -> None:
    text = "word " * 40 + "clause, " + "word " * 40
    first, second = split(text)
    assert first.endswith("clause,")
    assert first + second == text


def test_words_without_space_are_cut_too() -> None:
    assert [len(part) for part in split("x" * 700)] == [LONGEST, LONGEST, 100]


def test_a_hundred_thousand_dots_take_no_time_worth_naming() -> None:
    for text in ("." * 100_000, " " * 100_000, "a. " * 30_000, '"' * 100_000, "A" * 100_000):
        assert "".join(split(text)) == text
