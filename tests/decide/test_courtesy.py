from __future__ import annotations

import pytest

from alexa_cli.decide.courtesy import directly
from alexa_cli.language.text import tokenise


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("do you know how cold it is outside", "how cold is it outside"),
        ("any idea what the weather will be like", "what will the weather be like"),
        ("tell me if the front door is locked", "is the front door locked"),
        ("i wonder whether it will rain", "will it rain"),
        ("do you know how many cups are in a pint", "how many cups are in a pint"),
    ],
)
def test_what_is_asked_through_another_question_is_asked_directly(said: str, asked: str) -> None:
    found = [" ".join(token.text for token in way) for way in directly(tuple(tokenise(said)))]
    assert asked in found


@pytest.mark.parametrize(
    "said", ["tell me when the door is open", "tell me a joke", "know", "check"]
)
def test_a_wish_to_be_told_later_is_no_question(said: str) -> None:
    assert directly(tuple(tokenise(said))) == []
