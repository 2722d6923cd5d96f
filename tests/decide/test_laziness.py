"""What a turn leaves undone gives the same answers as all of it would."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.catalog.catalogue import Catalogue
from alexa_cli.catalog.template_compiler import compile_template
from alexa_cli.catalog.templates import matches, phrases
from alexa_cli.decide.reflex import Phrases
from alexa_cli.language.text import tokenise, words

TEMPLATES = ("stop", "(stop|halt) [it] [now]", "[oh] [please] (halt|go [on])", "go {x}", "(a|b) c")


def test_a_slot_is_not_looked_at_where_nothing_can_follow() -> None:
    asked: list[tuple[str, int]] = []

    def accept(slot: str, start: int) -> list[int]:
        asked.append((slot, start))
        return [start + 1]

    template = compile_template("<the> {list} add {items}", rules={"the": "[the]"})
    assert list(matches(template, ["turn", "on", "the", "light"], accept)) == []
    assert asked == []
    assert list(matches(template, ["groceries", "add", "milk"], accept))
    assert asked == [("list", 0), ("items", 2)]


def test_phrases_are_found_as_in_a_table_of_all() -> None:
    templates = tuple(
        compile_template(text, expert="e", api=f"a{number % 3}")
        for number, text in enumerate(TEMPLATES)
    )
    owners: dict[tuple[str, ...], set[tuple[str, str]]] = defaultdict(set)
    for template in templates:
        for phrase in phrases(template):
            owners[phrase].add((template.expert, template.api))
    known = Phrases(Catalogue({}, templates))
    assert len(owners) > 10
    assert any(len(who) > 1 for who in owners.values())
    for phrase, who in owners.items():
        assert known.owner(phrase) == (next(iter(who)) if len(who) == 1 else None), phrase
    assert known.owner(("go", "x")) is known.owner(("stop", "stop")) is known.owner(()) is None


@given(st.text(alphabet="aAbtn 'é9.\t\x1c", max_size=12) | st.sampled_from(["Cannot go", "let us"]))
def test_plain_words_are_split_as_others_are(text: str) -> None:
    assert words(text) == tuple(token.text for token in tokenise(text))
