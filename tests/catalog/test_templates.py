"""Templates: what they match, which span each slot gets, and what is refused."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.catalog.template_compiler import TemplateError, compile_template
from alexa_cli.catalog.templates import Accept, matches, phrases
from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMES = {"in five minutes", "at six", "tomorrow at six", "tomorrow"}


def accepting(tokens: Sequence[str], typed: dict[str, set[str]]) -> Accept:
    """Typed slots take the spans listed for them, all others are wildcards."""

    def accept(slot: str, start: int) -> Sequence[int] | None:
        if slot not in typed:
            return None
        spans = range(len(tokens), start, -1)
        return [end for end in spans if " ".join(tokens[start:end]) in typed[slot]]

    return accept


def read(
    template: str,
    sentence: str,
    typed: dict[str, set[str]] | None = None,
    rules: dict[str, str] | None = None,
) -> list[dict[str, str]]:
    tokens = words(sentence)
    found = matches(compile_template(template, rules=rules), tokens, accepting(tokens, typed or {}))
    return [{k: " ".join(tokens[s:e]) for k, (s, e) in match.spans.items()} for match in found]


def test_a_wildcard_takes_the_shortest_span_that_lets_the_typed_slots_match() -> None:
    best = read(
        "remind me to {message} [{due}] [{repeat}]",
        "remind me to call mom in five minutes",
        {"due": TIMES, "repeat": set()},
    )[0]
    assert best == {"message": "call mom", "due": "in five minutes"}


def test_a_typed_slot_takes_the_longest_span_its_grammar_accepts() -> None:
    assert read("wake me {due} {rest}", "wake me tomorrow at six please", {"due": TIMES})[0] == {
        "due": "tomorrow at six",
        "rest": "please",
    }


def test_a_typed_slot_refuses_what_its_grammar_refuses() -> None:
    assert read("wake me {due}", "wake me gently", {"due": TIMES}) == []


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("(turn|switch) on [the|my] light[s]", "switch on my lights"),
        ("(turn|switch) on [the|my] light[s]", "turn on light"),
        ("what's [up|new][,] <who>", "What is new, Alan?"),
        ("set it to {n}%", "set it to twenty percent"),
        ("set it to {n}%", "set it to 20%"),
        ("(turn;the light;on)", "turn on the light"),
        ("(turn;the light;on)", "the light turn on"),
        ("do not (do|say) that", "don't say that"),
        ("[un]lock the door", "unlock the door"),
    ],
)
def test_matches(template: str, sentence: str) -> None:
    assert read(template, sentence, rules={"who": "(bob|al[an])"})


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("(turn|switch) on [the] light", "turn on the the light"),
        ("(turn|switch) on [the] light", "turn on"),
        ("(turn;on)", "turn turn"),
        ("stop", "stop it"),
        ("say {x}", "say"),
    ],
)
def test_does_not_match(template: str, sentence: str) -> None:
    assert read(template, sentence) == []


@pytest.mark.parametrize(
    ("template", "rules", "told"),
    [
        ("turn (on", {}, "Unable to find end of group"),
        ("go <nowhere>", {}, "<nowhere> is not one of the rules"),
        ("<a>", {"a": "x <b>", "b": "<a>"}, "refers to itself"),
        ("[please]", {}, "nothing is said"),
        ("to {0..100} percent", {}, "ranges are not supported"),
        ("(" + "[a|b]" * 3000 + ")", {}, "more than"),
        ("[" * 60 + "a" + "]" * 60 + " b", {}, "deep"),
    ],
)
def test_bad_templates_say_why(template: str, rules: dict[str, str], told: str) -> None:
    with pytest.raises(TemplateError, match=told):
        compile_template(template, rules=rules)


def test_phrases_of_a_template_without_slots() -> None:
    assert phrases(compile_template("(stop|cancel) [it]")) == [
        ("cancel",), ("cancel", "it"), ("stop",), ("stop", "it"),
    ]  # fmt: skip
    assert phrases(compile_template("say {x}")) == []
    assert phrases(compile_template("(a|b) (c|d) (e|f)"), limit=4) == []


def test_every_match_holds_a_word_of_each_clause() -> None:
    template = compile_template("(turn|switch) on [the] {x} (now|today)")
    assert ("on",) in template.clauses
    assert ("switch", "turn") in template.clauses
    assert ("now", "today") in template.clauses


def test_dead_ends_are_remembered() -> None:
    """Thirty options in a row over a sentence that fails at the end: exponential if forgotten."""
    tokens = ("a",) * 30 + ("z",)
    template = compile_template(" ".join(["[{x}]"] * 12) + " b")
    asked = itertools.count()

    def accept(slot: str, start: int) -> Sequence[int] | None:
        next(asked)
        return range(len(tokens), start, -1)

    assert list(matches(template, tokens, accept)) == []
    assert next(asked) < 12 * 12 * len(tokens)


# Against a matcher that expands everything -------------------------------------------------

ATOMS = st.sampled_from(["a", "b", "c d", "e"])


def render(node: object) -> str:
    match node:
        case str():
            return node
        case ("opt", inner):
            return f"[{render(inner)}]"
        case ("alt", left, right):
            return f"({render(left)}|{render(right)})"
        case ("seq", left, right):
            return f"{render(left)} {render(right)}"
    raise AssertionError(node)


def expand(node: object) -> set[tuple[str, ...]]:
    match node:
        case str():
            return {tuple(node.split())}
        case ("opt", inner):
            return expand(inner) | {()}
        case ("alt", left, right):
            return expand(left) | expand(right)
        case ("seq", left, right):
            return {a + b for a in expand(left) for b in expand(right)}
    raise AssertionError(node)


NODES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(st.just("opt"), inner),
        st.tuples(st.just("alt"), inner, inner),
        st.tuples(st.just("seq"), inner, inner),
    ),
    max_leaves=7,
)


@settings(max_examples=150, deadline=None)
@given(NODES, st.lists(st.sampled_from("abcde"), max_size=6))
def test_matches_exactly_what_full_expansion_matches(node: object, sentence: list[str]) -> None:
    template = compile_template("start " + render(node))
    expansions = {("start", *said) for said in expand(node)}

    def reads(tokens: tuple[str, ...]) -> bool:
        return any(True for _ in matches(template, tokens, lambda _s, _n: None))

    assert reads(("start", *sentence)) == (("start", *sentence) in expansions)
    for said in list(expansions)[:40]:
        assert reads(said)
        assert all(set(clause) & set(said) for clause in template.clauses)


@pytest.mark.parametrize(
    "template",
    [
        " ".join(f"[w{n}]" for n in range(600)) + " x",
        " ".join(f"(|a{n})" for n in range(600)) + " x",
        "".join(f"[w{n}]" for n in range(60)) + "x",
    ],
)
def test_what_grows_beyond_all_measure_is_refused(template: str) -> None:
    with pytest.raises(TemplateError, match=r"more than 20,000 ways|too many spellings"):
        compile_template(template)


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(["a", "[b]", "(c|d)", "[(e|f) g]", "{x}", "(h [i]|j h)"]), min_size=1)
)
def test_clauses_are_what_no_match_can_do_without(parts: list[str]) -> None:
    template = compile_template("z " + " ".join(parts))
    vocabulary = {word for state in template.states for word in state.literals}
    singles = {clause[0] for clause in template.clauses if len(clause) == 1}
    for word in vocabulary:
        without = [
            {w: to for w, to in state.literals.items() if w != word} for state in template.states
        ]
        seen, todo = {0}, [0]
        while todo:
            number = todo.pop()
            state = template.states[number]
            onward = [to for targets in without[number].values() for to in targets]
            onward += [to for _, to in state.slots]
            todo += [to for to in dict.fromkeys(onward) if to not in seen]
            seen.update(onward)
        avoidable = any(template.states[number].accepting for number in seen)
        assert (word in singles) == (not avoidable)
