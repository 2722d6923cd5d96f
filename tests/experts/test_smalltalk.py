from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from alexa_cli.catalog.modules import load_function
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.experts.conftest import Played


@pytest.fixture
def talk(play: Callable[[str], Played]) -> Played:
    return play("smalltalk")


def test_no_joke_is_told_again_before_all_were(talk: Played) -> None:
    count = len({talk.say("joke") for _ in range(12)})
    assert count == 12
    last = talk.say("joke")
    assert last != talk.say("joke")


def test_chance_keeps_within_its_bounds(talk: Played) -> None:
    assert {talk.say("flip_coin") for _ in range(60)} == {"Heads.", "Tails."}
    for _ in range(20):
        rolled: Any = talk.call("roll_dice", count=3, sides=4).value
        assert len(rolled["rolled"]) == 3
        assert set(rolled["rolled"]) <= {1, 2, 3, 4}
        number: Any = talk.call("pick_number", low=9, high=5).value
        assert 5 <= number["number"] <= 9
        assert talk.say("choose", first="tea", second="coffee") in {"Tea.", "Coffee."}
    assert talk.say("roll_dice", count=50, sides=6).endswith(" in all.")
    with pytest.raises(AlexaError, match="two things"):
        talk.call("choose", first="tea", second=" ")


def test_a_seed_gives_the_same_again(talk: Played) -> None:
    roll: Any = load_function(talk.expert, "smalltalk:roll_dice")
    context = replace(talk.context, seed=5)
    assert roll(context, 10, 100) == roll(context, 10, 100)


@pytest.mark.parametrize(
    ("api", "parameter"),
    [("who_are_you", "about"), ("kind_word", "remark"), ("not_known", "what")],
)
def test_everything_understood_has_an_answer(talk: Played, api: str, parameter: str) -> None:
    for choice in talk.expert.apis[api].parameters[parameter].choices:
        assert talk.say(api, **{parameter: choice}).endswith((".", "?"))
