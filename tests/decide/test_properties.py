"""What must hold for any words: courtesy, the index, compound utterances, choices."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.catalog.template_compiler import compile_template
from alexa_cli.catalog.templates import Template, matches
from alexa_cli.decide.choosing import choose
from alexa_cli.decide.compound import split_and_decide
from alexa_cli.decide.courtesy import _LEAD, _TRAIL, strip
from alexa_cli.decide.model import Request, tokens_of
from alexa_cli.decide.sentences import Sentences, TemplateIndex
from alexa_cli.decide.spans import ChoiceForms
from alexa_cli.language.text import Token, tokenise, words
from alexa_cli.turn import (
    Argument,
    Call,
    Choice,
    Decision,
    Pass,
    Plan,
    Question,
    Utterance,
)

Make = Callable[..., Request]
POLITE = sorted({*_LEAD["en"], *_TRAIL["en"]})
WORDS = [
    "turn", "on", "off", "the", "lamp", "kitchen", "light", "please", "now", "then", "and", "also",
    "set", "timer", "for", "ten", "minutes", "call", "meg", "bauer", "it", "there", "note", "that",
    "never", "mind", "everything", "all", "in", "a",
]  # fmt: skip
spoken = st.lists(st.sampled_from(WORDS + POLITE), min_size=1, max_size=9).map(" ".join)


# Courtesy -----------------------------------------------------------------------------------


@settings(max_examples=300)
@given(spoken)
def test_courtesy_takes_whole_phrases_at_the_ends_and_never_everything(said: str) -> None:
    tokens = tuple(tokenise(said))
    left = strip(tokens)
    assert left
    start = tokens.index(left[0])
    assert tokens[start : start + len(left)] == left
    before = [token.text for token in tokens[:start]]
    after = [token.text for token in tokens[start + len(left) :]]
    assert _made_of(before, _LEAD["en"])
    assert _made_of(after, _TRAIL["en"])


def _made_of(said: list[str], phrases: Sequence[str]) -> bool:
    """Whether words are phrases one after the other, and nothing else."""
    if not said:
        return True
    split = [phrase.split() for phrase in phrases]
    return any(
        said[: len(phrase)] == phrase and _made_of(said[len(phrase) :], phrases) for phrase in split
    )


@given(spoken)
def test_courtesy_taken_twice_is_taken_once(said: str) -> None:
    once = strip(tuple(tokenise(said)))
    assert strip(once) == once


def test_every_phrase_of_the_table_is_written_as_it_is_heard() -> None:
    for phrase in POLITE:
        assert " ".join(words(phrase)) == phrase, "it would never match: words are normalised"


@pytest.mark.parametrize("phrase", _LEAD["en"])
def test_every_leading_phrase_goes(phrase: str) -> None:
    assert [t.text for t in strip(tuple(tokenise(f"{phrase} frobnicate")))] == ["frobnicate"]


@pytest.mark.parametrize("phrase", _TRAIL["en"])
def test_every_trailing_phrase_goes(phrase: str) -> None:
    assert [t.text for t in strip(tuple(tokenise(f"frobnicate {phrase}")))] == ["frobnicate"]


def test_courtesy_of_a_language_that_has_none_stays() -> None:
    tokens = tuple(tokenise("please go"))
    assert strip(tokens, "tlh") == tokens


# The index ----------------------------------------------------------------------------------

VOCABULARY = "red green blue big small box lid pen cup jar open shut lift drop hide find".split()


@cache
def random_templates(seed: int, count: int = 40) -> list[Template]:
    """Templates with options, alternatives and wildcards, two to an API."""
    draw = random.Random(seed)  # noqa: S311 - the same templates every time

    def piece(depth: int = 0) -> str:
        kind = draw.random()
        if kind < 0.55 or depth > 2:
            return draw.choice(VOCABULARY)
        if kind < 0.7:
            return f"[{row(depth)}]"
        if kind < 0.9:
            return f"({row(depth)}|{row(depth)})"
        return "{free}"

    def row(depth: int) -> str:
        return " ".join(piece(depth + 1) for _ in range(draw.randint(1, 2)))

    made: list[Template] = []
    while len(made) < count:
        text = " ".join(piece() for _ in range(draw.randint(1, 4)))
        if text.startswith(("[", "(")):  # or it might match when nothing is said
            text = f"{draw.choice(VOCABULARY)} {text}"
        if text.count("{free}") > 1:
            continue
        made.append(compile_template(text, expert="e", api=f"a{len(made) // 2}"))
    return made


def reads(template: Template, said: tuple[str, ...]) -> bool:
    return next(iter(matches(template, said, lambda _slot, _at: None)), None) is not None


@settings(max_examples=60)
@given(st.integers(0, 20), st.lists(st.sampled_from([*VOCABULARY, "what"]), max_size=6))
def test_the_index_never_loses_a_template_that_matches(seed: int, said: list[str]) -> None:
    templates, spoken_words = random_templates(seed), tuple(said)
    found = TemplateIndex(templates).candidates(spoken_words)
    wanted = [template for template in templates if reads(template, spoken_words)]
    assert [t for t in found if reads(t, spoken_words)] == wanted


PHRASE = st.lists(
    st.sampled_from(
        [*VOCABULARY, "What's", "can't", "6 p.m.", "(2+3)", "-5", "20%", "été", "'", ""]
    ),
    max_size=4,
).map(" ".join)


@given(st.dictionaries(st.sampled_from("abc"), st.lists(PHRASE, max_size=6).map(tuple)), PHRASE)
def test_the_phrases_of_choices_are_found_as_if_each_were_taken_apart(
    choices: dict[str, tuple[str, ...]], said: str
) -> None:
    whole = {words(phrase): value for value, known in choices.items() for phrase in known}
    whole.pop((), None)
    forms = ChoiceForms(choices)
    for spoken in [*whole, words(said)]:
        assert forms.get(spoken) == whole.get(spoken)
        assert (spoken in forms) == (spoken in whole)
        first = spoken[0] if spoken else "x"
        lengths = {len(form) for form in whole if form[0] == first}
        assert list(forms.lengths(first)) == sorted(lengths, reverse=True)


def test_the_index_leaves_most_templates_alone() -> None:
    names = [f"{one}{other}" for one in "abcdefghijklmno" for other in "abcdefghijklmno"]
    index = TemplateIndex([
        compile_template(f"please open the {name} now", expert="e", api=name) for name in names
    ])  # fmt: skip
    assert [t.api for t in index.candidates(("please", "open", "the", "gh", "now"))] == ["gh"]
    assert index.candidates(("please", "open", "the", "lid", "now")) == []
    assert index.candidates(("gh",)) == [], "the other words are needed too"
    assert set(index._by_word) == set(names), "a word that all share finds nothing"


def test_what_needs_no_word_is_always_looked_at() -> None:
    always = compile_template("[please] {free}", expert="e", api="a")
    assert TemplateIndex([always]).candidates(("anything",)) == [always]


@settings(max_examples=60)
@given(spoken)
def test_sentences_decide_as_if_every_template_was_tried(request_for: Make, said: str) -> None:
    class Brute(TemplateIndex):
        def candidates(self, words: tuple[str, ...]) -> list[Template]:
            return list(request.catalogue.templates)

    request = request_for(said)
    quick, brute = Sentences(), Sentences()
    brute._index_of = (request.catalogue, Brute(()))
    assert quick.judge(request) == brute.judge(request)


# Compound utterances ------------------------------------------------------------------------

PARTS: dict[str, Plan | Question] = {
    "lift red": Plan((Call("e", "lift", {"what": Argument("red")}),), "m", 0.9),
    "lift blue": Plan((Call("e", "lift", {"what": Argument("blue")}),), "m", 0.8),
    "drop red": Plan((Call("e", "drop", {"what": Argument("red")}),), "n", 0.7),
    "both": Plan((Call("f", "one"), Call("f", "two", {}, "2", ("1",))), "m", 0.6),
    "ask": Question("Which?", "value", Plan((Call("g", "ask"),)), "1", "what", model="m"),
    "guess": Plan((Call("h", "guess"),), "n", 0.5, verified=False),
}
VERBS = {"lift", "drop"}


def decide_part(tokens: tuple[Token, ...], before: tuple[Call, ...]) -> Decision:
    return PARTS.get(" ".join(token.text for token in tokens), Pass("nobody's"))


def lead_of(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    return tuple(t for t in tokens[:1] if t.text in VERBS)


def split(request_for: Make, said: str) -> Plan | Question | None:
    return split_and_decide(request_for(said), decide_part, lead_of)


part_names = st.sampled_from([*PARTS, "red", "blue", "nonsense"])
joints = st.sampled_from([" and ", " and then ", ", ", ", and ", " and then also ", ", then "])


@settings(max_examples=250)
@given(st.data())
def test_a_split_holds_only_if_every_part_is_decided(
    request_for: Make, data: st.DataObject
) -> None:
    parts = data.draw(st.lists(part_names, min_size=2, max_size=4))
    said = parts[0] + "".join(data.draw(joints) + part for part in parts[1:])
    decision = split(request_for, said)
    expected = expected_calls(parts)
    if expected is None:
        assert decision is None
        return
    assert decision is not None
    plan = decision.plan if isinstance(decision, Question) else decision
    got = [(call.name, {k: a.value for k, a in call.arguments.items()}) for call in plan.calls]
    assert got == expected
    assert [call.id for call in plan.calls] == [str(n + 1) for n in range(len(got))]
    assert plan.verified is ("guess" not in parts)
    assert isinstance(decision, Question) is ("ask" in parts)
    if isinstance(decision, Question):
        held = next(call for call in plan.calls if call.id == decision.call)
        assert held.name == "g.ask"


def expected_calls(parts: list[str]) -> list[tuple[str, dict[str, object]]] | None:
    """What the parts mean, worked out part by part: in order, twins once, verbs inherited."""
    found: list[tuple[str, dict[str, object]]] = []
    verb, asked = "", 0
    for part in parts:
        whole = part if part in PARTS else f"{verb} {part}"
        decision = PARTS.get(whole)
        if decision is None:
            return None
        asked += isinstance(decision, Question)
        verb = whole.split()[0] if whole.split()[0] in VERBS else verb
        plan = decision.plan if isinstance(decision, Question) else decision
        for call in plan.calls:
            values: dict[str, object] = {k: a.value for k, a in call.arguments.items()}
            one = (call.name, values)
            same_expert = [each for each in found if each[0].split(".")[0] == call.expert]
            if not same_expert or same_expert[-1] != one:
                found.append(one)
    return found if asked <= 1 else None


def test_on_off_on_is_three_wishes(request_for: Make) -> None:
    decision = split(request_for, "lift red and drop red and lift red")
    assert isinstance(decision, Plan)
    assert [call.api for call in decision.calls] == ["lift", "drop", "lift"]


def test_what_waits_for_a_call_still_waits_for_it(request_for: Make) -> None:
    decision = split(request_for, "lift red and both")
    assert isinstance(decision, Plan)
    assert [(call.api, call.id, call.after) for call in decision.calls] == [
        ("lift", "1", ()), ("one", "2", ()), ("two", "3", ("2",)),
    ]  # fmt: skip


def test_the_score_and_the_models_are_those_of_the_parts(request_for: Make) -> None:
    decision = split(request_for, "lift red and drop red")
    assert isinstance(decision, Plan)
    assert (decision.score, decision.model) == (0.7, "m+n")


@pytest.mark.parametrize("said", ["and lift red", "lift red and", "and", "lift red", ", ,"])
def test_a_conjunction_at_an_end_cuts_nothing(request_for: Make, said: str) -> None:
    assert split(request_for, said) is None


def test_the_parts_are_told_what_came_before_only_if_they_refer_to_it(request_for: Make) -> None:
    seen: list[tuple[str, int]] = []

    def decide(tokens: tuple[Token, ...], before: tuple[Call, ...]) -> Decision:
        text = " ".join(token.text for token in tokens)
        seen.append((text, len(before)))
        return PARTS.get(text.replace("it", "red"), Pass("nobody's"))

    split_and_decide(request_for("lift red and drop it and lift blue"), decide, lead_of)
    assert ("drop it", 1) in seen
    assert ("lift blue", 0) in seen


# Choices ------------------------------------------------------------------------------------


def choices(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(Argument(name), name, (name,)) for name in names)


def chosen(request_for: Make, said: str, *names: str) -> str | None:
    choice = choose(choices(*names), request_for(said))
    return choice.spoken if choice else None


@pytest.mark.parametrize(
    ("said", "names", "wanted"),
    [
        ("jones", ("Meg Jones", "Meg Bauer"), "Meg Jones"),
        ("meg", ("Meg Jones", "Meg Bauer"), None),
        ("2", ("Timer 2", "Timer 1"), "Timer 2"),
        ("the second one", ("Timer 2", "Timer 1"), "Timer 1"),
        ("first", ("Second Street", "First Street"), None),
        ("the first one", ("Second Street", "First Street"), "Second Street"),
        ("the", ("The Den", "Kitchen"), None),
        ("the third one", ("a b", "c d"), None),
        ("the last one", ("a b", "c d", "e f"), "e f"),
        ("kichen", ("The Den", "Kitchen"), "Kitchen"),
        ("lamp", ("floor lamp", "desk lamp"), None),
        ("the floor one", ("floor lamp", "desk lamp"), "floor lamp"),
    ],
)  # fmt: skip
def test_a_choice_is_picked_on_evidence_that_points_to_one(
    request_for: Make, said: str, names: tuple[str, ...], wanted: str | None
) -> None:
    assert chosen(request_for, said, *names) == wanted


names_drawn = st.lists(
    st.lists(st.sampled_from("red green blue big box".split()), min_size=1, max_size=2)
    .map(" ".join),
    min_size=2, max_size=4, unique=True,
)  # fmt: skip


@settings(max_examples=200)
@given(names_drawn, st.sampled_from("red green blue big box what".split()))
def test_a_word_that_fits_two_choices_picks_none(
    request_for: Make, names: list[str], said: str
) -> None:
    got = chosen(request_for, said, *names)
    exactly = [name for name in names if name == said]
    partly = [name for name in names if said in name.split()]
    wanted = exactly if len(exactly) == 1 else partly
    assert got == (wanted[0] if len(wanted) == 1 else None)


@settings(max_examples=150)
@given(st.text(max_size=40), names_drawn)
def test_choosing_never_fails(request_for: Make, said: str, names: list[str]) -> None:
    choice = choose(choices(*names), request_for(said))
    assert choice is None or choice in choices(*names)


@given(spoken)
def test_parts_keep_the_users_own_text(request_for: Make, said: str) -> None:
    request = request_for(said)
    for start in range(len(request.tokens)):
        part = request.part(request.tokens[start:])
        kept = part.said(0, len(part.tokens))
        assert kept in said or words(kept) == part.words  # "uh" was left out
        assert part.words == request.words[start:]
    assert tokens_of(Utterance(said)) == replace(request, may_ask=True).tokens
