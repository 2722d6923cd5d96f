from __future__ import annotations

import pytest

from alexa_cli.language.grammar import Unreadable
from alexa_cli.language.registry import grammar
from alexa_cli.language.text import words

SUMS = {
    "twelve times seven plus three": "12 * 7 + 3",
    "the square root of 81": "sqrt(81)",
    "square root of one forty four": "sqrt(144)",
    "two fifty plus five": "250 + 5",
    "a sixth of 90": "(1/6 of 90)",
    "ten less three": "10 - 3",
    "7 multiply by 6": "7 * 6",
    "two to the power of ten": "2 ^ 10",
    "2 to the third power": "2 ^ 3",
    "three squared plus four squared": "3 ^ 2 + 4 ^ 2",
    "half of 90": "(1/2 of 90)",
    "two thirds of 60": "(2/3 of 60)",
    "15% of 20% of 300": "(15% of (20% of 300))",
    "80 plus 20 percent": "80 + 20%",
    "one half plus one third": "(1/2) + (1/3)",
    "a million times a million": "1000000 * 1000000",
    "the sum of 3, 4 and 5": "total(3, 4, 5)",
    "the difference between 9 and 4": "(9 - 4)",
    "5 factorial": "factorial(5)",
    "(3 + 4) * 5": "(3 + 4) * 5",
    "((1+2)*3+1)*2": "((1 + 2) * 3 + 1) * 2",
    "2^10": "2 ^ 10",
    "-5 * -3": "-5 * -3",
    "12 / 4": "12 / 4",
    "12 x 12": "12 * 12",
    "0.1 + 0.2": "0.1 + 0.2",
}


@pytest.mark.parametrize(("said", "value"), SUMS.items())
def test_sums_are_read(said: str, value: str) -> None:
    reader = grammar("expression")
    assert reader.ends(words(said), 0)[0] == len(words(said))
    assert reader.read(words(said), None) == value  # type: ignore[arg-type]
    assert reader.check(value, None) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said", ["five", "twenty five", "fifteen percent", "10-3*2", "3 4 5", "plus", "3 plus", "half"]
)
def test_what_is_no_sum(said: str) -> None:
    reader = grammar("expression")
    assert len(words(said)) not in reader.ends(words(said), 0)
    assert not [at for at in range(len(words(said))) if reader.ends(words(said), at)]


@pytest.mark.parametrize("value", ["__import__('os')", "sqrt(3", "3 +", "9", "a * b", "(" * 300, 7])
def test_what_a_model_makes_up_is_no_sum(value: str | int) -> None:
    with pytest.raises(Unreadable):
        grammar("expression").check(value, None)  # type: ignore[arg-type]


def test_brackets_count_only_around_figures() -> None:
    assert words("milk (two percent) and eggs (6)") == (
        "milk",
        "two",
        "percent",
        "and",
        "eggs",
        "6",
    )
    assert words("555-0142 and/or 3 * x") == ("555", "0142", "and", "or", "3", "x")


def test_a_long_sum_takes_no_long_time() -> None:
    reader = grammar("expression")
    many = words("one hundred and five plus half of " * 17 + "two")
    assert reader.ends(many, 0)[0] == len(many)
    assert reader.ends(words("half of " * 20 + "two"), 0) == []
    assert reader.ends(words("one plus " * 50 + "two"), 0)[0] == 101
