"""Two streams and one barrier: speech that ends twice, goes on, or turns out otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alexa_cli.assistant import Assistant
from alexa_cli.decide.model import Model, Request
from alexa_cli.store.state import ExpertStore
from alexa_cli.turn import (
    Acted,
    Answer,
    Argument,
    Call,
    Decision,
    Discarded,
    Event,
    Finished,
    Heard,
    Plan,
    Replied,
    Replying,
    Stage,
    Started,
    Utterance,
)

from .conftest import Play

LOOK, LIGHT = Call("shed", "look"), Call("shed", "light", {"area": Argument("kitchen")})


def guess(what: str) -> Call:
    return Call("shed", "guess", {"guess": Argument(what)})


@dataclass
class ByWords:
    """Decides each text as a table says; a text may wait for a signal of the test."""

    table: dict[str, list[Decision]]
    waits: dict[str, asyncio.Event] = field(default_factory=dict)
    name: str = "by words"
    models: tuple[Model, ...] = ()
    asked: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        said = " ".join(request.words)
        self.asked.append(said)
        done = False
        try:
            if said in self.waits:
                await self.waits[said].wait()
            for decision in self.table[said]:
                yield decision
                await asyncio.sleep(0)
            done = True
        finally:
            if not done:
                self.closed.append(said)


def revision(text: str, stage: str, number: int = 0) -> Utterance:
    return Utterance(text, number, Stage(stage), source="microphone")


async def settle() -> None:
    for _ in range(60):
        await asyncio.sleep(0)


def run(play: Play, script: list[Utterance | Callable[[], None]]) -> list[Event]:
    """Say revisions one after the other; what is between them happens between them."""

    async def said() -> AsyncIterator[Utterance]:
        for step in script:
            if isinstance(step, Utterance):
                yield step
            else:
                step()
            await settle()

    async def turn() -> list[Event]:
        stream = Assistant(play.house).turn(said(), play.conversation, play.options)
        async with aclosing(stream) as events:
            return [event async for event in events]

    return asyncio.run(turn())


def started(events: list[Event]) -> list[tuple[str, bool]]:
    return [(e.call.api, e.speculative) for e in events if isinstance(e, Started)]


def place(events: list[Event], wanted: Callable[[Event], bool]) -> int:
    return next(n for n, event in enumerate(events) if wanted(event))


def is_final(event: Event) -> bool:
    return isinstance(event, Heard) and event.utterance.stage is Stage.FINAL


def test_what_was_decided_at_the_eager_end_is_adopted_at_the_final_one(
    make: Callable[..., Play],
) -> None:
    decider = ByWords({"look now": [Plan((LOOK,))]})
    events = run(make(decider=decider), [
        revision("look now", "eager"), revision("Look now.", "final", 1),
    ])  # fmt: skip
    assert decider.asked == ["look now"]
    assert started(events) == [("look", True)]
    assert sum(isinstance(e, Acted) for e in events) == 1
    assert isinstance(events[-1], Finished)
    assert events[-1].status == "done"


def test_an_effect_waits_for_the_final_end_though_the_decision_is_final(
    make: Callable[..., Play],
) -> None:
    play = make(decider=ByWords({"light it": [Plan((LIGHT,))]}))
    lit: list[object] = []
    events = run(play, [
        revision("light it", "eager"),
        lambda: lit.append(play.state("lit")),
        revision("light it", "final", 1),
    ])  # fmt: skip
    assert lit == [[]]
    assert started(events) == [("light", False)]
    assert play.state("lit") == ["kitchen"]
    assert place(events, is_final) < place(events, lambda e: isinstance(e, Started))


def test_other_words_at_the_end_discard_the_attempt(make: Callable[..., Play]) -> None:
    decider = ByWords({"guess blue": [Plan((guess("blue"),))],
                       "guess blue green": [Plan((guess("blue green"),))]})  # fmt: skip
    play = make(decider=decider)
    events = run(play, [
        revision("guess blue", "eager"),
        revision("guess blue gr", "partial", 1),
        revision("guess blue green", "final", 2),
    ])  # fmt: skip
    assert decider.asked == ["guess blue", "guess blue green"]
    assert play.state("guesses") == ["blue green"]
    dropped = [e for e in events if isinstance(e, Discarded)]
    assert [d.undone for d in dropped] == [True]


def test_other_words_stop_a_model_that_still_thinks(make: Callable[..., Play]) -> None:
    waits = {"set a timer": asyncio.Event()}
    decider = ByWords({"set a timer": [], "set a timer for an hour": [Plan((LOOK,))]}, waits)
    events = run(make(decider=decider), [
        revision("set a timer", "eager"), revision("set a timer for an hour", "final", 1),
    ])  # fmt: skip
    assert decider.closed[0] == "set a timer"
    assert started(events) == [("look", False)]


def test_nothing_new_starts_while_speech_goes_on(make: Callable[..., Play]) -> None:
    waits = {"look now": asyncio.Event()}
    decider = ByWords({"look now": [Plan((LOOK,))]}, waits)
    events = run(make(decider=decider), [
        revision("look now", "eager"),
        revision("look now", "partial", 1),
        waits["look now"].set,
        revision("look now", "eager", 2),
        revision("look now", "final", 3),
    ])  # fmt: skip
    assert decider.asked == ["look now"]
    resumed = [n for n, e in enumerate(events) if isinstance(e, Heard)][1]
    again = [n for n, e in enumerate(events) if isinstance(e, Heard)][2]
    begun = place(events, lambda e: isinstance(e, Started))
    assert not resumed < begun < again
    assert started(events) == [("look", True)]


def test_a_partial_asks_nobody(make: Callable[..., Play]) -> None:
    decider = ByWords({"look now": [Plan((LOOK,))]})
    run(make(decider=decider), [
        revision("look", "partial"), revision("look now", "partial", 1),
        lambda: decider.asked.append("(end)"),
        revision("look now", "final", 2),
    ])  # fmt: skip
    assert decider.asked == ["(end)", "look now"]


def test_an_answer_is_shown_when_the_words_are_certain(make: Callable[..., Play]) -> None:
    talk: list[Decision] = [Answer("It is", final=False), Answer("It is late.")]
    events = run(make(decider=ByWords({"so late": talk})), [
        revision("so late", "eager"), revision("so late", "final", 1),
    ])  # fmt: skip
    pieces = [n for n, e in enumerate(events) if isinstance(e, Replying)]
    assert all(n > place(events, is_final) for n in pieces)
    assert next(e.reply.text for e in events if isinstance(e, Replied)) == "It is late."


def test_sound_that_ends_without_an_end_is_taken_as_it_is(make: Callable[..., Play]) -> None:
    events = run(make(decider=ByWords({"look now": [Plan((LOOK,))]})), [
        revision("look now", "partial"),
    ])  # fmt: skip
    assert started(events) == [("look", False)]
    assert sum(isinstance(e, Heard) for e in events) == 1


def test_silence_is_nothing_heard(make: Callable[..., Play]) -> None:
    events = run(make(decider=ByWords({})), [])
    assert next(e.reply.text for e in events if isinstance(e, Replied)) == "I heard nothing."


def test_a_source_that_breaks_breaks_the_turn(make: Callable[..., Play]) -> None:
    play = make(decider=ByWords({}))

    async def broken() -> AsyncIterator[Utterance]:
        yield revision("look", "partial")
        raise OSError("the device is gone")

    async def turn() -> None:
        stream = Assistant(play.house).turn(broken(), play.conversation, play.options)
        async with aclosing(stream) as events:
            async for _ in events:
                pass

    with pytest.raises(OSError, match="gone"):
        asyncio.run(turn())
    assert play.record().status == "failed"


WORDS = ("one", "two")
STEPS = st.lists(
    st.tuples(st.sampled_from(["partial", "eager"]), st.sampled_from(WORDS)), max_size=5
)


def both(word: str) -> list[Decision]:
    lit = Call("shed", "light", {"area": Argument(word)}, "2")
    return [Plan((guess(word),), final=False), Plan((guess(word), lit))]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, last=st.sampled_from(WORDS), cut=st.integers(0, 14))
def test_only_the_last_words_have_an_effect_wherever_the_turn_is_cut(
    play: Play, steps: list[tuple[str, str]], last: str, cut: int
) -> None:
    """``cut``: the turn is closed after so many events; 0: never."""
    kept = ExpertStore(play.house.store, "shed")
    for key in ("guesses", "lit"):
        kept.delete(key)
    house = replace(play.house, decider=ByWords({word: both(word) for word in WORDS}))

    async def said() -> AsyncIterator[Utterance]:
        for number, (stage, word) in enumerate(steps):
            yield revision(word, stage, number)
            await asyncio.sleep(0)
        yield revision(last, "final", len(steps))

    async def turn() -> list[Event]:
        seen: list[Event] = []
        stream = Assistant(house).turn(said(), play.conversation, play.options)
        async with aclosing(stream) as events:
            async for event in events:
                seen.append(event)
                if len(seen) == cut:
                    break
        return seen

    seen = asyncio.run(turn())
    if isinstance(seen[-1], Finished):
        assert play.state("guesses") == play.state("lit") == [last]
        return
    committed = any(isinstance(e, Started) and not e.speculative for e in seen)
    assert set(play.state("guesses")) <= {last}
    assert set(play.state("lit")) <= ({last} if committed else set())
