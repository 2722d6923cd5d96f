"""What is too long or about a blocked topic is refused."""

from __future__ import annotations

import pytest

from alexa_cli.config.schema import GuardSettings
from alexa_cli.guard.incoming import blocked, too_long
from alexa_cli.trace.record import Recorder

TOPICS = GuardSettings(topics={"gambling": ["bet", "slot machine"], "weapons": ["gun"]})


@pytest.mark.parametrize(
    "text",
    [
        "place a bet on the horses", "i was betting again", "a SLOT  machine, please",
        "two slot machines", "g.u.n", "buy a gún", "ｂｅｔ", "g\u200bun",
        "a g u n", "betting-shop",
    ],
)  # fmt: skip
def test_a_blocked_topic_is_refused(text: str) -> None:
    recorder = Recorder()
    assert blocked(text, TOPICS, recorder) is not None
    assert [span.name for span in recorder.spans()] == ["guard topic"]


@pytest.mark.parametrize(
    "text", ["better turn on the light", "the alphabet", "begun", "the machine in the slot", ""]
)
def test_other_words_pass(text: str) -> None:
    recorder = Recorder()
    assert blocked(text, TOPICS, recorder) is None
    assert not recorder.spans()


def test_the_refusal_names_the_topic_and_not_the_words() -> None:
    assert blocked("my gun", TOPICS) == "I don't talk about weapons here."


def test_too_long_words_are_refused() -> None:
    recorder = Recorder()
    assert too_long("a" * 2_000) is None
    assert "2,001 characters" in str(blocked("a" * 2_001, GuardSettings(), recorder))
    assert [span.name for span in recorder.spans()] == ["guard length"]
