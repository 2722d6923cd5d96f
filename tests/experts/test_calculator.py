from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.catalog.build import build_folder
from alexa_cli.catalog.modules import load_function
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.experts.conftest import Played


@pytest.fixture
def sums(play: Callable[[str], Played]) -> Played:
    return play("calculator")


@pytest.fixture(scope="module")
def work_out() -> Callable[[str], Any]:
    from tests.conftest import REPO

    expert = build_folder(REPO / "experts" / "calculator").expert
    assert expert is not None
    found: Callable[[str], Any] = load_function(expert, "arithmetic:work_out")
    return found


def told(sums: Played, expression: str) -> tuple[Any, bool, str]:
    value: Any = sums.call("calculate", expression=expression).value
    return value["value"], value["exact"], value["result"]


@pytest.mark.parametrize(
    ("expression", "value", "result"),
    [
        ("12 * 7 + 3", 87, "87"),
        ("sqrt(81)", 9, "9"),
        ("2 ^ 10", 1024, "1,024"),
        ("(1/3 of 60)", 20, "20"),
        ("(15% of 80)", 12, "12"),
        ("80 + 20%", 96, "96"),
        ("80 - 20%", 64, "64"),
        ("80 * 20%", 16, "16"),
        ("0.1 + 0.2", "0.3", "0.3"),
        ("1 / 3 + 1 / 6", "0.5", "0.5"),
        ("-2 ^ 2", -4, "-4"),
        ("2 ^ 3 ^ 2", 512, "512"),
        ("7 mod 3", 1, "1"),
        ("factorial(5)", 120, "120"),
        ("average(3, 4, 8)", 5, "5"),
        ("27 ^ (1 / 3)", 3, "3"),
        ("cbrt(-8)", -2, "-2"),
        ("(2/3 of 60) / 4", 10, "10"),
    ],
)
def test_sums_are_exact(sums: Played, expression: str, value: Any, result: str) -> None:
    assert told(sums, expression) == (value, True, result)


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("10 / 3", "3 1/3, about 3.33333"),
        ("sqrt(2)", "about 1.41421"),
        ("2 ^ 100", "about 1.26765 times 10 to the power of 30"),
        ("1 / 7 / 1000", "about 0.000142857"),
        ("2 ^ (-100)", "about 7.88861 times 10 to the power of -31"),
    ],
)
def test_about_is_said_where_it_is_rounded(sums: Played, expression: str, result: str) -> None:
    _, exact, said = told(sums, expression)
    assert (exact, said) == (False, result)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("1 / 0", "divided by zero"), ("5 mod 0", "divided by zero"),
        ("0 ^ (-1)", "divided by zero"), ("(1/0 of 3)", "divided by zero"),
        ("9 ^ 9 ^ 9", "too large"), ("9 ^ 9 ^ 9 ^ 9", "too large"),
        ("factorial(100000)", "too large"),
        ("factorial(2.5)", "Only whole numbers"), ("sqrt(-1)", "no square root"),
        ("(-8) ^ 0.5", "no such root"), ("1 +", "can't read"), ("import os", "can't read"),
        ("(" * 5000 + "1", "too deep"), ("0.5 ^ 99999999", "too close to zero"),
    ],
)  # fmt: skip
def test_what_cannot_be_worked_out_is_said(sums: Played, expression: str, message: str) -> None:
    with pytest.raises(AlexaError, match=message):
        sums.call("calculate", expression=expression)


@given(st.recursive(
    st.integers(0, 99).map(lambda n: (str(n), Fraction(n))),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(
        lambda t: (f"({t[0][0]} {t[1]} {t[2][0]})", _apply(t[0][1], t[1], t[2][1]))
    ),
    max_leaves=8,
))  # fmt: skip
def test_sums_are_what_fractions_say(
    work_out: Callable[[str], Any], case: tuple[str, Fraction | None]
) -> None:
    text, expected = case
    if expected is None:
        with pytest.raises(AlexaError, match="divided by zero"):
            work_out(text)
    else:
        worth = work_out(text)
        assert (worth.value, worth.exact) == (expected, True)


def _apply(left: Fraction | None, sign: str, right: Fraction | None) -> Fraction | None:
    if left is None or right is None or (sign == "/" and right == 0):
        return None
    return {"+": left + right, "-": left - right, "*": left * right}.get(sign) if sign != "/" else (
        left / right
    )  # fmt: skip


@given(st.fractions(min_value=0, max_value=1000, max_denominator=50), st.integers(2, 5))
def test_a_root_of_a_power_is_exact(
    work_out: Callable[[str], Any], base: Fraction, degree: int
) -> None:
    worth = work_out(f"(({base}) ^ {degree}) ^ (1 / {degree})")
    assert (worth.value, worth.exact) == (base, True)


def test_the_last_result_goes_on_in_its_conversation_for_a_while(sums: Played) -> None:
    sums.call("calculate", expression="12 * 7")
    assert sums.say("go_on", operator="times", number=3) == "84 times 3 is 252."
    assert sums.say("go_on", change="half") == "Half of 252 is 126."
    assert sums.say("go_on", operator="plus", number=10, percent="yes") == (
        "126 plus 10 percent is 138.6."
    )
    assert sums.say("go_on", change="root").startswith("The square root of 138.6 is about 11.77")
    sums.later(31 * 60)
    with pytest.raises(AlexaError, match="no result to go on from"):
        sums.call("go_on", operator="times", number=3)


def test_percentages_tips_and_shares(sums: Played) -> None:
    assert sums.say("percent_of", part=15, whole=60) == "15 is 25 percent of 60."
    assert sums.say("percent_of", part=1, whole=3) == "1 is about 33.3333 percent of 3."
    assert sums.say("discount", percent=20, amount=80) == "80 with 20 percent off is 64."
    assert sums.say("combine", verb="minus", first=5, second=20) == "20 minus 5 is 15."
    assert sums.say("tip", amount=45.5) == (
        "A 20 percent tip on $45.50 is $9.10, so $54.60 in all."
    )
    assert sums.say("split", amount=100, people=3) == "Split 3 ways, that is about $33.33 each."
    assert sums.say("split", amount=84, people=4, percent=20).endswith("that is $25.20 each.")
    with pytest.raises(AlexaError, match="percentage of zero"):
        sums.call("percent_of", part=1, whole=0)


@pytest.mark.parametrize(
    ("given", "say"),
    [
        ({"unit": "cup", "to": "tablespoon"}, "1 cup is 16 tablespoons."),
        ({"unit": "pound", "to": "ounce", "amount": 2}, "2 pounds is 32 ounces."),
        ({"unit": "cup", "to": "ounce"}, "1 cup is 8 fluid ounces."),
        ({"unit": "mile", "to": "kilometer", "amount": 5}, "5 miles is 8.04672 kilometers."),
        ({"unit": "pint", "to": "milliliter"}, "1 pint is about 473.2 milliliters."),
        ({"unit": "imperial_pint", "to": "milliliter"},
         "1 imperial pint is 568.26125 milliliters."),
        ({"unit": "imperial_gallon", "to": "pint"}, "1 imperial gallon is 8 imperial pints."),
        ({"unit": "cup", "to": "gram", "amount": 2, "stuff": "flour"},
         "2 cups of flour is about 250 grams."),
        ({"unit": "stick", "to": "tablespoon"}, "1 stick of butter is 8 tablespoons."),
        ({"unit": "stick", "to": "gram"}, "1 stick of butter is about 113 grams."),
        ({"unit": "fahrenheit", "to": "celsius", "amount": 212},
         "212 degrees Fahrenheit is 100 degrees Celsius."),
        ({"unit": "celsius", "to": "fahrenheit", "amount": -40},
         "-40 degrees Celsius is -40 degrees Fahrenheit."),
        ({"unit": "foot", "to": "centimeter", "amount": 5, "more": 10},
         "5 feet 10 inches is 177.8 centimeters."),
        ({"unit": "teaspoon", "to": "tablespoon", "amount": 4},
         "4 teaspoons is 1 1/3 tablespoons."),
        ({"unit": "gigabyte", "to": "megabyte"}, "1 gigabyte is 1,000 megabytes."),
        ({"unit": "day", "to": "second"}, "1 day is 86,400 seconds."),
        ({"unit": "mile", "to": "foot"}, "1 mile is 5,280 feet."),
        ({"unit": "kilowatt_hour", "to": "kilojoule"}, "1 kilowatt hour is 3,600 kilojoules."),
    ],
)  # fmt: skip
def test_units(sums: Played, given: dict[str, Any], say: str) -> None:
    assert sums.say("convert", **given) == say


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"unit": "cup", "to": "gram"}, "depends on what it is"),
        ({"unit": "mile", "to": "gram"}, "Grams measure mass, miles length"),
        ({"unit": "celsius", "to": "kelvin", "amount": -300}, "that cold"),
    ],
)
def test_what_does_not_convert(sums: Played, given: dict[str, Any], message: str) -> None:
    with pytest.raises(AlexaError, match=message):
        sums.call("convert", **given)


def test_every_unit_that_is_understood_is_known_and_goes_there_and_back(
    sums: Played, repo: Path
) -> None:
    expert = build_folder(repo / "experts" / "calculator").expert
    assert expert is not None
    changed = load_function(expert, "units:changed")
    units = load_function(expert, "units:_units")()
    assert set(expert.apis["convert"].parameters["unit"].choices) == set(units)
    stuffs = expert.apis["convert"].parameters["stuff"].choices
    for name, unit in units.items():
        for other in (each for each, found in units.items() if found.of == unit.of):
            there = changed(Fraction(7, 3) + 300, name, other, None)
            assert changed(there, other, name, None) == Fraction(7, 3) + 300
    for stuff in stuffs:
        assert changed(Fraction(1), "liter", "gram", stuff) > 0
