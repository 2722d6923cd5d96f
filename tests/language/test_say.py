from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.language.say import BadTemplate, Said, names, parse, render, tidy

VALUES = {
    "x": Said("kitchen"),
    "y": Said("{x}[y]#|"),
    "one": Said("1", 1),
    "none": Said("0", 0),
    "three": Said("three", 3),
    "c.phone": Said("555"),
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("Done.", "Done."),
        ("In the {x}.", "In the kitchen."),
        ("{x}{x}", "kitchenkitchen"),
        ("I'll go[ at {due}].", "I'll go."),
        ("I'll go[ to the {x}].", "I'll go to the kitchen."),
        ("A[ b[ {due}] {x}].", "A b kitchen."),
        ("A[ b[ {x}] {due}].", "A."),
        ("{due}", None),
        ("a [b] c", "a b c"),
        ("{one|one light|# lights}", "one light"),
        ("{three|one light|# lights}", "three lights"),
        ("{none|one light|# lights}", "0 lights"),
        ("{three|x|# of #}", "three of three"),
        ("{x|one|many}", None),
        ("{c.phone}", "555"),
        ("Off [ {due} ] .", "Off."),
        ("{y}", "{x}[y]#|"),
        ("two  spaces\tand\nlines", "two spaces and lines"),
    ],
)
def test_templates(text: str, said: str | None) -> None:
    assert render(text, VALUES.get) == said


def test_values_are_data_and_carry_no_escapes() -> None:
    hostile = Said("\x1b[31m{x} [y]\u202e\x00")
    assert render("<{v}>", lambda _: hostile) == "<{x} [y]>"


@pytest.mark.parametrize(
    ("text", "position", "what"),
    [
        ("a {x", 2, "never closed"),
        ("a [x", 2, "never closed"),
        ("a [b [c] d", 2, "never closed"),
        ("a ] b", 2, "closes nothing"),
        ("a } b", 2, "closes nothing"),
        ("{}", 1, "no name"),
        ("a {1x}", 3, "no name"),
        ("{x y}", 1, "no name"),
        ("{x|one}", 1, "plural"),
        ("{x|a|b|c}", 1, "plural"),
        ("{a{b}}", 2, "inside braces"),
        ("{a[b]}", 2, "inside braces"),
        ("[" * 21 + "]" * 21, 20, "deeper"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, position: int, what: str) -> None:
    with pytest.raises(BadTemplate, match=f"character {position + 1}") as caught:
        parse(text)
    assert caught.value.problem.position == position
    assert what in caught.value.problem.message


def test_names_come_in_order() -> None:
    assert list(names(parse("{x} [{due}] {due} {x.y} {three|a|b}"))) == [
        "x", "due", "due", "x.y", "three",
    ]  # fmt: skip


@given(st.text(alphabet="ab {}[]|.#1", max_size=30))
def test_every_text_is_a_template_or_a_problem_within_it(text: str) -> None:
    places: list[int] = []
    try:
        parse(text)
    except BadTemplate as error:
        places.append(error.problem.position)
    if places:
        assert 0 <= places[0] < len(text)
        return
    every = render(text, lambda _: Said("v", 2))
    assert every is not None
    assert "{" not in every
    assert "[" not in every
    nothing = render(text, lambda _: None)
    assert (nothing is None) == any(True for _ in _bare(text))


def _bare(text: str) -> list[str]:
    return list(names(tuple(part for part in parse(text) if type(part).__name__ == "Slot")))


@given(st.text(max_size=40))
def test_tidy_text_is_one_clean_line_and_stays_as_it_is(text: str) -> None:
    once = tidy(text)
    assert "\n" not in once
    assert once == once.strip()
    assert tidy(once) == once
