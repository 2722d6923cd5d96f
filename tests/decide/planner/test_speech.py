"""What of an answer is shown while it streams."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.decide.planner.answer import of_text
from alexa_cli.decide.planner.claims import claims_to_act
from alexa_cli.decide.planner.speech import Speech, bounded

PARTS = [
    "Paris", "is", "the capital", "of France", ".", ",", " ", "  ", "\n", "I'll", "turn", "on",
    "Sure", "The light", "<think>", "</think>", "<", "|im_end|", "<|im_end|>", "`", "```", "{",
    '{"say": "', '"}', '"', "\\", "\\n", "timer", "never_mind", "(", ")", "\x1b[31m", "\x1b", "é",
    "42", "3.5", "none_of_these", "<tool_call>",
]  # fmt: skip


def shown(text: str, *, schema: bool = False, seed: int = 0) -> list[str]:
    """Feed a text in pieces of odd lengths."""
    draw, speech, found, at = random.Random(seed), Speech(schema=schema), [], 0  # noqa: S311
    while at < len(text):
        step = draw.randint(1, 6)
        if (sure := speech.add(text[at : at + step])) is not None:
            found.append(sure)
        at += step
    return found


def known(name: str) -> bool:
    return name in {"timer", "never_mind"}


def is_talk(text: str, said: str) -> bool:
    answered = of_text(text, known)
    return bool(answered.say) and not claims_to_act(said)


@settings(max_examples=400)
@given(st.lists(st.sampled_from(PARTS), max_size=12).map("".join), st.integers(0, 99))
def test_what_is_shown_is_how_the_answer_begins(text: str, seed: int) -> None:
    if "</think>" in text:
        return  # a thought that a template began itself: nothing said that it was one
    answered = of_text(text, known)
    for sure in shown(text, seed=seed):
        assert sure
        if is_talk(text, answered.say):
            assert bounded(answered.say).startswith(sure)


@settings(max_examples=200)
@given(st.text(max_size=80), st.integers(0, 99))
def test_what_is_shown_of_json_is_how_what_it_says_begins(said: str, seed: int) -> None:
    for ascii_ in (True, False):
        try:
            text = json.dumps({"say": said}, ensure_ascii=ascii_)
            text.encode()
        except UnicodeEncodeError:
            continue
        answered = of_text(text, known)
        for sure in shown(text, schema=True, seed=seed):
            if is_talk(text, answered.say) and "<" not in said and "\x1b" not in said:
                assert answered.say.startswith(sure)


@pytest.mark.parametrize(
    "text",
    [
        '{"calls": []}', '[{"name": "timer"}]', "```json\n{}\n```", "<tool_call>{}</tool_call>",
        "<think>Let me see, the user wants something, what is it", "timer(duration=1)",
        "none_of_these", "never_mind.", "I'll set a timer for ten minutes.",
        "Sure! Turning on the kitchen light now.", "The kitchen light is now on.",
        "Okay, I have added milk.", "phone.timer please", "$1.id is it",
    ],
)  # fmt: skip
def test_what_may_be_no_talk_is_not_shown(text: str) -> None:
    assert shown(text) == []


@pytest.mark.parametrize(
    "text",
    ["Everest is the tallest mountain on Earth.", "You are great, you know that.",
     "42 is the answer to everything there is.", "“Nevermore” is what the raven says."],
)  # fmt: skip
def test_talk_is_shown_from_its_first_words(text: str) -> None:
    found = shown(text)
    assert len(found) > 3
    assert text.startswith(found[0])
    assert len(found[0]) < 20


def test_a_long_answer_is_not_copied_for_each_of_its_pieces() -> None:
    speech, copied = Speech(schema=False), 0
    for _ in range(20_000):
        copied += len(speech.add("word and ") or "")
    assert copied < 2_000_000
