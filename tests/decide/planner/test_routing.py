"""What a router's answer means, however wordy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.decide.planner.routing import Route, read_route

NAMES = {"1": "contacts", "2": "control", "3": "lists", "4": "smart_home", "5": "timers"}


@pytest.mark.parametrize(
    ("text", "experts"),
    [
        ("4", "smart_home"), (" 4.\n", "smart_home"), ("**4**", "smart_home"),
        ("4,5", "smart_home timers"), ("5, 4", "smart_home timers"),
        ("4 and 5", "smart_home timers"), ("1 3 3", "contacts lists"),
        ("Expert 4", "smart_home"), ("expert: 4", "smart_home"),
        ("The number is 4, because 5 minutes were not meant.", "smart_home"),
        ("I choose expert 3 since the user said 10 items", "lists"),
        ("4 (smart_home)", "smart_home"), ("smart_home", "smart_home"),
        ("Smart home, of course", "smart_home"), ("The answer is timers.", "timers"),
        ("<think>4? no, 5</think>5", "timers"), ("4 9", "smart_home"), ("4, T", "smart_home"),
    ],
)  # fmt: skip
def test_experts(text: str, experts: str) -> None:
    assert read_route(text, NAMES) == Route(tuple(experts.split()))


@pytest.mark.parametrize("text", ["T", "t", "T.", "talk", " T\n", "<think>4</think>T"])
def test_talk(text: str) -> None:
    assert read_route(text, NAMES) == Route(talk=True)


@pytest.mark.parametrize("text", ["0", "0.", "None", "none of them", "Nobody does that"])
def test_nobody(text: str) -> None:
    assert read_route(text, NAMES) == Route()


@pytest.mark.parametrize(
    "text", ["", "9", "99", "The user wants something.", "<think>4", "1, 2, 3, 4, 5", "-", "3rd"]
)
def test_nothing(text: str) -> None:
    assert read_route(text, NAMES) is None


@given(st.text(max_size=60) | st.text(alphabet="0123459T, .and<>", max_size=20))
def test_any_text_means_a_route_or_none(text: str) -> None:
    route = read_route(text, NAMES)
    if route is not None:
        assert set(route.experts) <= set(NAMES.values())
        assert len(route.experts) <= 4
        assert not (route.talk and route.experts)
