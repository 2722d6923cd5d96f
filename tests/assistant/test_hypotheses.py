"""What was heard in several ways: which goes on, why, and what a language model has to say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.assistant import Assistant
from alexa_cli.assistant.choosing import number_in
from alexa_cli.assistant.house import Talkers
from alexa_cli.assistant.hypotheses import (
    FAR,
    MARGIN,
    Judge,
    Judgement,
    Sense,
    choose,
    sounds,
)
from alexa_cli.config.schema import JobsSettings
from alexa_cli.config.settings import ModelSettings, Settings
from alexa_cli.decide.model import Request
from alexa_cli.models.ledger import load_exchanges
from alexa_cli.models.llm.registry import LanguageModels
from alexa_cli.prompt.texts import load_texts
from alexa_cli.turn import Discarded, Event, Finished, Heard, Hypothesis, Stage, Started, Utterance

from .conftest import Play

scores = st.none() | st.floats(-60, 0) | st.sampled_from([float("-inf"), float("nan")])
readings = st.lists(
    st.tuples(scores, st.sampled_from(Sense), st.sampled_from(["", "a", "b"])), min_size=1,
    max_size=20,
)  # fmt: skip


def heard(*said: str | tuple[str, float]) -> tuple[Hypothesis, ...]:
    both = [(each, -0.5 * n) if isinstance(each, str) else each for n, each in enumerate(said)]
    return tuple(Hypothesis(text, score) for text, score in both)


@given(readings)
def test_the_choice_is_the_best_of_sound_and_sense(found: list[tuple[float, Sense, str]]) -> None:
    hypotheses = [Hypothesis(f"h{n}", score) for n, (score, _, _) in enumerate(found)]
    judged = [Judgement(sense, deed) for _, sense, deed in found]
    choice = choose(hypotheses, judged)
    assert choice == choose(hypotheses, judged)
    sound = sounds(hypotheses)
    assert all(-FAR <= each <= 0 for each in sound)
    total = [one + each.sense.value for one, each in zip(sound, judged, strict=True)]
    assert total[choice.index] == max(total)
    assert choice.index == total.index(max(total))
    assert choice.margin is None or choice.margin >= 0
    for n in choice.rivals:
        assert n != choice.index
        assert judged[n].sense is judged[choice.index].sense
        assert max(total) - total[n] <= MARGIN
        assert judged[n].deed != judged[choice.index].deed or not judged[n].deed


@given(readings, st.integers(0, 19))
def test_what_means_more_never_loses_by_it(
    found: list[tuple[float, Sense, str]], place: int
) -> None:
    hypotheses = [Hypothesis(f"h{n}", score) for n, (score, _, _) in enumerate(found)]
    judged = [Judgement(sense, deed) for _, sense, deed in found]
    chosen = choose(hypotheses, judged).index
    judged[chosen] = replace(judged[chosen], sense=Sense.ANSWER)
    assert choose(hypotheses, judged).index == chosen
    other = place % len(judged)
    if other != chosen:
        judged[other] = replace(judged[other], sense=Sense.NOTHING)
    assert choose(hypotheses, judged).index == chosen


def test_scores_of_any_zero_are_held_against_the_best() -> None:
    assert sounds([Hypothesis("a", 812.0), Hypothesis("b", 810.5)]) == (0.0, -1.5)
    assert sounds([Hypothesis("a"), Hypothesis("b")]) == (0.0, -1.0)


def judge(play: Play) -> Judge:
    assistant = Assistant(play.house)
    return Judge(play.house.decider, lambda text: assistant.request(text, play.conversation))


def pick(play: Play, *said: str | tuple[str, float]) -> str:
    hypotheses = heard(*said)
    return hypotheses[asyncio.run(judge(play).choice(hypotheses)).index].text


@pytest.mark.parametrize(
    ("said", "chosen"),
    [
        (("light the kitten", "light the kitchen"), "light the kitchen"),
        (("darken kitchen", "dark in the kitchen"), "darken kitchen"),
        (("the light", "explode"), "explode"),
        (("guess blue", "guess glue"), "guess blue"),
        (("good grief", "thank you kindly"), "good grief"),
        (("store the", "store the axe"), "store the axe"),
        ((("whatever you say", 0.0), ("explode", -25.0)), "whatever you say"),
    ],
)
def test_a_command_whose_names_exist_is_it(play: Play, said: tuple[str, ...], chosen: str) -> None:
    assert pick(play, *said) == chosen


def test_the_choices_of_a_question_count_above_all(play: Play) -> None:
    assert pick(play, "blew", "explode", "blue saw") == "explode"
    assert play.say("store the saw").status == "question"
    assert pick(play, "blew", "explode", "blue saw") == "blue saw"
    assert pick(play, "explode", ("the second one", -4.0)) == "the second one"
    assert pick(play, "explode", ("the second one", -14.0)) == "explode"


def test_a_first_hypothesis_that_cannot_be_beaten_is_all_that_is_judged(play: Play) -> None:
    asked: list[str] = []
    assistant = Assistant(play.house)

    def make(text: str) -> Request:
        asked.append(text)
        return assistant.request(text, play.conversation)

    choice = asyncio.run(
        Judge(play.house.decider, make).choice(heard("light the kitchen", "light the bedroom"))
    )
    assert (choice.index, choice.margin) == (0, None)
    assert set(asked) == {"light the kitchen"}


# Within a turn --------------------------------------------------------------------------------

SCRIPT = """
answers:
  - {job: rerank, prompt: kitchen, text: "2"}
  - {job: rerank, prompt: garage, text: "one or two, 1 or 2"}
  - {job: rerank, prompt: office, fail: unreachable}
"""


@pytest.fixture
def asks(make: Callable[..., Play], tmp_path: Path) -> Play:
    (tmp_path / "m.yaml").write_text(SCRIPT)
    settings = Settings(
        models={"m": ModelSettings(kind="scripted", script=str(tmp_path / "m.yaml"), retries=0)},
        jobs=JobsSettings(rerank="m"),
    )  # fmt: skip
    play = make()
    return Play(replace(play.house, settings=settings,
                        talkers=Talkers(LanguageModels(settings), load_texts)))  # fmt: skip


def run(play: Play, *ends: tuple[Stage, tuple[Hypothesis, ...]]) -> list[Event]:
    async def said() -> AsyncIterator[Utterance]:
        for number, (stage, hypotheses) in enumerate(ends):
            yield Utterance(hypotheses[0].text, number, stage, hypotheses, "file x")
            for _ in range(30):
                await asyncio.sleep(0)

    async def turn() -> list[Event]:
        stream = Assistant(play.house).turn(said(), play.conversation, play.options)
        async with aclosing(stream) as events:
            return [event async for event in events]

    return asyncio.run(turn())


def spans(play: Play, events: list[Event], name: str) -> list[dict[str, object]]:
    assert isinstance(events[-1], Finished)
    record = play.record(events[-1].turn)
    return [dict(span.attributes) for span in record.spans if span.name == name]


def test_the_turn_goes_on_with_the_chosen_text_and_the_trace_says_why(play: Play) -> None:
    both = heard("light the kitten", "light the kitchen")
    events = run(play, (Stage.EAGER, both), (Stage.FINAL, both))
    assert [e.utterance.text for e in events if isinstance(e, Heard)] == ["light the kitchen"] * 2
    assert play.state("lit") == ["kitchen"]
    assert isinstance(events[-1], Finished)
    assert play.record(events[-1].turn).words == "light the kitchen"
    (told,) = spans(play, events, "hypotheses")
    assert (told["alexa.count"], told["alexa.chosen"]) == (2, 1)
    assert told["alexa.margin"] == 7.5
    assert "is a command" in str(told["alexa.reason"])


def test_an_attempt_is_adopted_if_the_chosen_texts_agree(play: Play) -> None:
    eager, final = heard("what is it", "what is lit"), heard("what is lit", "what is it")
    events = run(play, (Stage.EAGER, eager), (Stage.FINAL, final))
    assert len([e for e in events if isinstance(e, Started)]) == 1
    assert not [e for e in events if isinstance(e, Discarded)]


def test_typed_words_are_not_chosen_among(play: Play) -> None:
    said = play.say("light the kitchen")
    assert spans(play, said.events, "hypotheses") == []
    assert spans(play, said.events, "choose") == []


def test_a_language_model_chooses_where_it_is_close(asks: Play) -> None:
    close = heard("light the bedroom", "light the kitchen")
    events = run(asks, (Stage.EAGER, close), (Stage.FINAL, close))
    assert asks.state("lit") == ["kitchen"]
    assert isinstance(events[-1], Finished)
    assert asks.record(events[-1].turn).words == "light the kitchen"
    assert len(load_exchanges(asks.house.store, events[-1].turn)) == 1
    last = [e for e in events if isinstance(e, Heard)][-1]
    assert last.utterance.text == "light the kitchen"
    (told,) = spans(asks, events, "reranked")
    assert told["alexa.chosen"] == 1


@pytest.mark.parametrize(
    ("said", "reason"),
    [(("light the bedroom", "light the garage"), "no number"),
     (("light the bedroom", "light the office"), "")],
)  # fmt: skip
def test_without_an_answer_the_choice_stands(
    asks: Play, said: tuple[str, str], reason: str
) -> None:
    events = run(asks, (Stage.FINAL, heard(*said)))
    assert asks.state("lit") == ["bedroom"]
    (told,) = spans(asks, events, "not reranked")
    assert reason in str(told["alexa.reason"])


def test_it_is_not_asked_where_it_is_clear(asks: Play) -> None:
    clear = heard(("light the bedroom", 0.0), ("light the kitchen", -3.0))
    events = run(asks, (Stage.PARTIAL, heard("light the")), (Stage.FINAL, clear))
    assert asks.state("lit") == ["bedroom"]
    assert isinstance(events[-1], Finished)
    assert load_exchanges(asks.house.store, events[-1].turn) == []


@pytest.mark.parametrize(
    ("said", "number"),
    [("2", 2), (" 2.\n", 2), ('{"number": 2}', 2), ("The number: 1", 1), ("2, so 2", 2),
     ("", None), ("0", None), ("4", None), ("-1", None), ("1 or 2", None), ("1.5", None),
     ("two", None), ("20", None)],
)  # fmt: skip
def test_an_answer_is_one_number_of_those_shown(said: str, number: int | None) -> None:
    assert number_in(said, 3) == number
