"""Strategies: who is asked when, whose word stands, and what is closed and marked as thrown away.

Time passes only when nothing else is to be done, so delays cost nothing and every order is exact.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest

from alexa_cli.config.paths import Paths
from alexa_cli.config.schema import JobsSettings, ModelSettings, Settings, Strategy
from alexa_cli.context.conversation import ConversationState
from alexa_cli.decide.cascade import Cascade
from alexa_cli.decide.model import Model, Request
from alexa_cli.decide.registry import build_cascade
from alexa_cli.decide.sentences import Sentences
from alexa_cli.decide.strategies import Fallback, Race, Speculate
from alexa_cli.errors import AlexaError, ConfigError, Refused
from alexa_cli.models.chat import Exchange
from alexa_cli.models.failures import BadAnswer, Busy, Filtered, NoAnswer, NotAllowed
from alexa_cli.models.llm.registry import LanguageModels
from alexa_cli.models.meter import Meter
from alexa_cli.prompt.texts import load_texts
from alexa_cli.trace.record import Recorder
from alexa_cli.turn import (
    Answer,
    Argument,
    Call,
    Candidate,
    Decision,
    Pass,
    Plan,
    Question,
    Refusal,
)

T = TypeVar("T")
Make = Callable[..., Request]


class Clockwork(asyncio.SelectorEventLoop):
    """A loop whose time passes only when nobody can go on; it never waits."""

    def __init__(self) -> None:
        super().__init__(Patient(self))
        self.now = 0.0

    def time(self) -> float:
        return self.now


class Patient(selectors.DefaultSelector):
    def __init__(self, loop: Clockwork) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise AssertionError("nobody will ever go on")
        self._loop.now += timeout
        return super().select(0)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run it to its end; nothing may be left open."""
    with asyncio.Runner(loop_factory=Clockwork) as runner:

        async def whole() -> T:
            try:
                return await work
            finally:
                left = asyncio.all_tasks() - {asyncio.current_task()}
                assert not left, f"still running: {left}"

        return runner.run(whole())


Step = tuple[float, Decision | BaseException]


@dataclass
class Says:
    """Says what it was given, each after its seconds; notes an exchange when it is closed."""

    name: str
    steps: Sequence[Step]
    asked: list[Request] = field(default_factory=list)
    closed: int = 0

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        self.asked.append(request)
        try:
            for seconds, what in self.steps:
                await asyncio.sleep(seconds)
                if isinstance(what, BaseException):
                    raise what
                yield what
            await asyncio.Event().wait() if not self.steps else None
        finally:
            self.closed += 1
            request.meter.note(Exchange(self.name, "plan"))


def says(name: str, *steps: tuple[float, Decision | BaseException]) -> Says:
    signed = [
        (at, replace(what, model=name) if not isinstance(what, BaseException) else what)
        for at, what in steps
    ]
    return Says(name, signed)


def plan(*names: str, **changes: Any) -> Plan:
    calls = tuple(
        Call("lights", name, {"area": Argument("bath", "the bath")}, str(at))
        for at, name in enumerate(names, 1)
    )
    return Plan(calls, **changes)


NEVER = Says("silent", ())
ON, OFF = plan("on"), plan("off")
ASKS = Question("Which one?", "value", ON, parameter="device")
NO = Pass("not mine", "below_threshold", (Candidate("lights", "on", 0.4),))
DOWN = NoAnswer("accurate cannot be reached")


@pytest.fixture
def request_(request_for: Make) -> Request:
    return request_for("make the bath bright")


def decided(model: Model, request: Request) -> list[Decision]:
    async def collect() -> list[Decision]:
        clock = asyncio.get_running_loop().time
        meter = Meter(Recorder(clock), ends=request.meter.ends)
        object.__setattr__(request, "meter", meter)  # the test looks at it afterwards
        async with aclosing(model.decide(request)) as decisions:  # type: ignore[type-var]
            return [decision async for decision in decisions]

    found = run(collect())
    assert [each.final for each in found] == [False] * (len(found) - 1) + [True]
    return found


def thrown(request: Request) -> set[str]:
    return {each.model for each in request.meter.exchanges if each.thrown_away}


def signed(decision: Decision, name: str, **changes: Any) -> Decision:
    return replace(decision, model=name, **changes)


# Speculate ----------------------------------------------------------------------------------


def test_the_draft_is_provisional_and_verify_has_the_last_word(request_: Request) -> None:
    draft, verify = says("fast", (0.1, OFF)), says("slow", (0.6, ON))
    assert decided(Speculate(draft, verify), request_) == [
        signed(OFF, "fast", final=False, verified=False),
        signed(ON, "slow"),
    ]
    assert (draft.closed, verify.closed) == (1, 1)
    assert thrown(request_) == {"fast"}
    assert {e.branch for e in request_.meter.exchanges} == {"draft", "verify"}


def test_a_draft_that_verify_agrees_with_was_of_use(request_: Request) -> None:
    same = replace(ON, score=0.2, calls=(replace(ON.calls[0], id="7"),))
    decided(Speculate(says("fast", (0.1, same)), says("slow", (0.6, ON))), request_)
    assert thrown(request_) == set()


@pytest.mark.parametrize("error", [DOWN, NotAllowed("no key"), BadAnswer("cut"), Filtered("no"),
                                   Busy("later"), Refused("too dear")])  # fmt: skip
@pytest.mark.parametrize("later", [0.0, 1.0])
def test_if_verify_fails_the_draft_stands_unverified(
    request_: Request, error: AlexaError, later: float
) -> None:
    draft, verify = says("fast", (0.1 + later, ON)), says("slow", (0.6, error))
    *before, last = decided(Speculate(draft, verify), request_)
    assert last == signed(ON, "fast", verified=False)
    failed = [each for each in before if isinstance(each, Pass)]
    assert [(each.model, each.reason) for each in failed] == [("slow", f"{error.message}.")]
    assert thrown(request_) == {"slow"}


def test_if_verify_takes_too_long_the_draft_stands(request_for: Make) -> None:
    request = replace(request_for("x"), meter=Meter(ends=3.0))
    verify = Says("slow", ())
    *_, last = decided(Speculate(says("fast", (0.1, ON)), verify), request)
    assert last == signed(ON, "fast", verified=False)
    assert verify.closed == 1
    assert thrown(request) == {"slow"}


def test_if_neither_is_in_time_the_strategy_passes(request_for: Make) -> None:
    request = replace(request_for("x"), meter=Meter(ends=3.0))
    draft, verify = Says("fast", ()), Says("slow", ())
    *_, last = decided(Speculate(draft, verify), request)
    assert isinstance(last, Pass)
    assert (last.code, last.reason) == ("unreachable", "slow did not answer in time.")
    assert (draft.closed, verify.closed) == (1, 1)


def test_a_draft_that_asks_stands_unverified_too(request_: Request) -> None:
    *_, last = decided(Speculate(says("fast", (0, ASKS)), says("slow", (1, DOWN))), request_)
    assert isinstance(last, Question)
    assert not last.plan.verified


def test_if_verify_passes_the_strategy_passes(request_: Request) -> None:
    *_, last = decided(Speculate(says("fast", (0.1, ON)), says("slow", (0.6, NO))), request_)
    assert last == signed(NO, "slow")
    assert thrown(request_) == {"fast"}


def test_if_verify_refuses_that_stands(request_: Request) -> None:
    no = Refusal("I must not.", "blocked")
    *_, last = decided(Speculate(says("fast", (0.1, ON)), says("slow", (0.6, no))), request_)
    assert last == signed(no, "slow")


@pytest.mark.parametrize("first", [NO, NoAnswer("fast is away"), Refusal("no")])
def test_without_a_draft_verify_decides_alone(
    request_: Request, first: Decision | AlexaError
) -> None:
    found = decided(Speculate(says("fast", (0.1, first)), says("slow", (0.6, ON))), request_)
    assert found[-1] == signed(ON, "slow")
    assert not any(isinstance(each, Plan) for each in found[:-1])


def test_a_draft_that_is_later_than_verify_is_closed(request_: Request) -> None:
    draft = says("fast", (9, ON))
    assert decided(Speculate(draft, says("slow", (0.6, ON))), request_) == [signed(ON, "slow")]
    assert draft.closed == 1
    assert thrown(request_) == {"fast"}


def test_if_both_fail_verify_says_why(request_: Request) -> None:
    speculate = Speculate(says("fast", (0.1, NotAllowed("no key"))), says("slow", (0.6, DOWN)))
    *_, last = decided(speculate, request_)
    assert isinstance(last, Pass)
    assert (last.code, last.model) == ("unreachable", "slow")
    assert thrown(request_) == {"fast", "slow"}


def test_a_draft_that_passes_leaves_its_candidates(request_: Request) -> None:
    *_, last = decided(Speculate(says("fast", (0.1, NO)), says("slow", (0.6, DOWN))), request_)
    assert isinstance(last, Pass)
    assert (last.code, last.candidates) == ("unreachable", NO.candidates)


def some(text: str) -> Answer:
    return Answer(text, final=False)


def test_what_a_draft_answers_is_held_back_and_verify_streams(request_: Request) -> None:
    draft = says("fast", (0.1, some("Fi")), (0.1, Answer("Fish.")))
    verify = says("slow", (0.6, some("Bi")), (0.1, some("Birds")), (0.1, Answer("Birds.")))
    told = decided(Speculate(draft, verify), request_)
    assert [(each.model, getattr(each, "text", "")) for each in told] == [
        ("slow", "Bi"), ("slow", "Birds"), ("slow", "Birds."),
    ]  # fmt: skip


def test_a_draft_is_of_no_interest_once_verify_has_begun(request_: Request) -> None:
    draft = says("fast", (0.3, ON))
    verify = says("slow", (0.1, some("Bi")), (0.5, Answer("Birds.")))
    assert not any(isinstance(d, Plan) for d in decided(Speculate(draft, verify), request_))


def test_a_draft_answers_for_a_verify_that_never_spoke(request_: Request) -> None:
    draft = says("fast", (0.1, some("Fi")), (0.9, some("Fis")), (0.1, Answer("Fish.")))
    told = decided(Speculate(draft, says("slow", (0.6, DOWN))), request_)
    assert [each.text for each in told if isinstance(each, Answer)] == ["Fis", "Fish."]


def test_what_verify_had_said_is_not_taken_back_in_silence(request_: Request) -> None:
    draft = says("fast", (0.1, Answer("Fish.")))
    verify = says("slow", (0.2, some("Bir")), (0.2, DOWN))
    told = decided(Speculate(draft, verify), request_)
    texts = [each.text for each in told if isinstance(each, Answer)]
    assert texts == ["Bir", "Bir\n(slow broke off. Once more:)\nFish."]


def test_a_mistake_in_the_config_is_an_error(request_: Request) -> None:
    for broken in (ConfigError("nearest: no such encoder"), RuntimeError("a bug")):
        other = Says("other", ())
        for pair in ((says("bad", (0.1, broken)), other), (other, says("bad", (0.1, broken)))):
            with pytest.raises(type(broken)):
                decided(Speculate(*pair), request_)
        assert other.closed == 2


def test_strategies_may_be_nested(request_: Request) -> None:
    inner = Speculate(says("tiny", (0.1, OFF)), says("fast", (0.3, ON)), mark="#2")
    verify = Fallback([says("slow", (0.2, DOWN)), says("spare", (0.7, ON))])
    told = decided(Speculate(inner, verify), request_)
    assert [(d.model, type(d).__name__) for d in told] == [
        ("tiny", "Plan"), ("slow", "Pass"), ("fast", "Plan"), ("spare", "Plan"),
    ]  # fmt: skip
    assert thrown(request_) == {"tiny", "slow"}
    assert {each.branch for each in request_.meter.exchanges} == {
        "draft.draft#2", "draft.verify#2", "verify.slow", "verify.spare",
    }  # fmt: skip


def test_a_verify_of_which_nobody_could_be_asked_has_failed(request_: Request) -> None:
    verify = Fallback([says("slow", (0.2, DOWN)), says("spare", (0.2, NotAllowed("no key")))])
    *_, last = decided(Speculate(says("fast", (0.1, ON)), verify), request_)
    assert last == signed(ON, "fast", verified=False)


# Race and fallback --------------------------------------------------------------------------


def test_the_first_to_answer_wins_and_the_others_are_closed(request_: Request) -> None:
    racers = [says("a", (0.5, ON)), says("b", (0.2, OFF)), says("c", (9, ON))]
    assert decided(Race(racers), request_) == [signed(OFF, "b")]
    assert [racer.closed for racer in racers] == [1, 1, 1]
    assert thrown(request_) == {"a", "c"}


@pytest.mark.parametrize("first", [NO, DOWN, Refusal("no")])
def test_who_does_not_answer_has_not_won(request_: Request, first: Decision | AlexaError) -> None:
    *_, last = decided(Race([says("a", (0.1, first)), says("b", (0.5, ON))]), request_)
    assert last == signed(ON, "b")
    assert thrown(request_) == {"a"}


def test_who_begins_to_speak_has_answered(request_: Request) -> None:
    racers = [says("a", (0.1, some("Bi")), (0.9, Answer("Birds."))), says("b", (0.2, ON))]
    told = decided(Race(racers), request_)
    assert [each.model for each in told] == ["a", "a"]
    assert racers[1].closed == 1


def test_a_race_nobody_wins(request_: Request) -> None:
    def last(*steps: tuple[float, Decision | BaseException]) -> Decision:
        racers = [says(f"m{at}", step) for at, step in enumerate(steps)]
        return decided(Race(racers), request_)[-1]

    no = Refusal("no")
    assert last((0.1, NO), (0.2, no), (0.3, DOWN)) == signed(no, "m1")
    passed = last((0.1, DOWN), (0.2, NO))
    assert passed == signed(NO, "m1")
    failed = last((0.2, DOWN), (0.1, NotAllowed("no key")))
    assert isinstance(failed, Pass)
    assert failed.code == "credentials"


def test_a_race_ends_with_the_turn(request_for: Make) -> None:
    request = replace(request_for("x"), meter=Meter(ends=2.0))
    racers = [Says("a", ()), Says("b", ())]
    (last,) = decided(Race(racers), request)
    assert isinstance(last, Pass)
    assert last.code == "unreachable"
    assert [racer.closed for racer in racers] == [1, 1]


@pytest.mark.parametrize("error", [DOWN, NotAllowed("no key"), BadAnswer("cut"), Filtered("no")])
def test_the_next_is_asked_if_the_one_before_fails(request_: Request, error: AlexaError) -> None:
    first, second, third = says("a", (0.1, error)), says("b", (0.2, ON)), says("c", (0.1, OFF))
    told = decided(Fallback([first, second, third]), request_)
    assert [(type(d).__name__, d.model) for d in told] == [("Pass", "a"), ("Plan", "b")]
    assert [len(each.asked) for each in (first, second, third)] == [1, 1, 0]
    assert thrown(request_) == {"a"}


@pytest.mark.parametrize("said", [NO, Refusal("no"), ASKS, Answer("42")])
def test_what_is_no_failure_is_an_answer(request_: Request, said: Decision) -> None:
    second = says("b", (0.2, ON))
    assert decided(Fallback([says("a", (0.1, said)), second]), request_) == [signed(said, "a")]
    assert not second.asked


def test_if_all_fail_the_first_says_why(request_: Request) -> None:
    *_, last = decided(
        Fallback([says("a", (0.1, DOWN)), says("b", (0.1, NotAllowed("no key")))]), request_
    )
    assert isinstance(last, Pass)
    assert (last.model, last.code) == ("a", "unreachable")


def test_a_fallback_that_was_speaking_does_not_begin_again_in_silence(request_: Request) -> None:
    first = says("a", (0.1, some("Once up")), (0.1, NoAnswer("a is gone")))
    second = says("b", (0.1, some("In")), (0.1, NoAnswer("b is gone")))
    third = says("c", (0.1, Answer("The end.")))
    told = decided(Fallback([first, second, third]), request_)
    texts = [each.text for each in told if isinstance(each, Answer)]
    assert texts[0] == "Once up"
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    assert texts[-1] == (
        "Once up\n(a broke off. Once more:)\nIn\n(b broke off. Once more:)\nThe end."
    )


def test_a_model_that_decides_nothing_has_failed(request_: Request) -> None:
    silent = says("silent", (0.1, some("hm")))
    *_, last = decided(Fallback([silent, says("b", (0.1, ON))]), request_)
    assert last == signed(ON, "b")


def test_two_models_of_one_name_have_branches_of_their_own(request_: Request) -> None:
    decided(Race([says("gpt-4.1", (0.1, ON)), says("gpt-4.1", (0.2, ON))]), request_)
    branches = {each.branch: each.thrown_away for each in request_.meter.exchanges}
    assert branches == {"gpt-4_1#1": False, "gpt-4_1#2": True}


# Closing ------------------------------------------------------------------------------------


def strategies() -> list[tuple[Model, list[Says]]]:
    a = says("a", (0.1, plan("on", final=False)), (0.2, some("x")), (0.3, ON))
    b = says("b", (0.15, plan("off", final=False)), (0.5, DOWN))
    c = says("c", (0.2, NO))
    inner = Speculate(c, b, mark="#2")
    return [
        (Speculate(a, b), [a, b]), (Race([b, c, a]), [a, b, c]), (Fallback([b, c, a]), [a, b, c]),
        (Speculate(Race([a, c]), Fallback([b, a])), [a, b, c]), (Race([inner, a]), [a, b, c]),
    ]  # fmt: skip


@pytest.mark.parametrize("which", range(5))
@pytest.mark.parametrize("count", range(5))
def test_closing_closes_every_request(request_: Request, which: int, count: int) -> None:
    model, talkers = strategies()[which]

    async def closed_early() -> None:
        async with aclosing(model.decide(request_)) as decisions:  # type: ignore[type-var]
            for _ in range(count):
                await anext(decisions, None)

    run(closed_early())
    assert all(each.closed == len(each.asked) for each in talkers)


@pytest.mark.parametrize("which", range(5))
@pytest.mark.parametrize("at", [0.0, 0.05, 0.12, 0.17, 0.22, 0.4, 0.62, 0.7])
def test_cancelling_closes_every_request(request_: Request, which: int, at: float) -> None:
    model, talkers = strategies()[which]

    async def cancelled() -> None:
        async def read() -> list[Decision]:
            async with aclosing(model.decide(request_)) as decisions:  # type: ignore[type-var]
                return [decision async for decision in decisions]

        task = asyncio.create_task(read())
        await asyncio.sleep(at)
        task.cancel()
        await asyncio.wait({task})

    run(cancelled())
    assert all(each.closed == len(each.asked) for each in talkers)


def test_a_model_that_will_not_close_is_left_to_itself(request_: Request) -> None:
    class Stubborn(Says):
        async def decide(self, request: Request) -> AsyncIterator[Decision]:
            try:
                await asyncio.sleep(100)
                yield ON
            finally:
                await asyncio.sleep(100)

    async def whole() -> float:
        race = Race([Stubborn("mule", ()), says("a", (0.1, ON))])
        async with aclosing(race.decide(request_)) as decisions:
            assert [d async for d in decisions] == [signed(ON, "a")]
        ended = asyncio.get_running_loop().time()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait({task})
        return ended

    assert run(whole()) < 10


# In the cascade -----------------------------------------------------------------------------


def last_of(request: Request, *models: Model, **options: Any) -> Decision:
    return decided(Cascade(models, **options), request)[-1]


@pytest.mark.parametrize(
    ("error", "reason"),
    [(DOWN, "unreachable"), (NotAllowed("no key"), "credentials"), (Filtered("no"), "refused"),
     (Refused("too dear"), "refused"), (BadAnswer("cut"), "failed")],
)  # fmt: skip
def test_what_no_model_could_be_asked_about_is_said_so(
    request_: Request, error: AlexaError, reason: str
) -> None:
    refusal = last_of(request_, Sentences(), says("slow", (0.1, error)))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason
    assert refusal.text.startswith(f"{error.message}.")


def test_the_small_models_still_answer(request_for: Make) -> None:
    down = says("slow", (0.1, DOWN))
    assert isinstance(last_of(request_for("turn on the kitchen light"), Sentences(), down), Plan)
    assert not down.asked


def test_the_next_model_is_asked(request_: Request) -> None:
    assert last_of(request_, says("a", (0.1, DOWN)), says("b", (0.1, ON))) == signed(ON, "b")


def test_it_says_what_is_left(request_: Request) -> None:
    near = Pass("hm", "below_threshold", (Candidate("lights", "on", 0.3),))
    refusal = last_of(request_, says("near", (0, near)), says("slow", (0.1, DOWN)))
    assert isinstance(refusal, Refusal)
    assert refusal.text == (
        "accurate cannot be reached. "
        "Without it I can still do things like “turn on the kitchen light”."
    )


def test_an_unknown_name_is_told_with_it(request_for: Make) -> None:
    request = request_for("turn on the garage heater")
    refusal = last_of(request, Sentences(), says("slow", (0.1, DOWN)))
    assert isinstance(refusal, Refusal)
    assert refusal.text == "accurate cannot be reached. I don't know a garage heater."
    assert refusal.reason == "unreachable"


def test_a_small_model_may_ask_when_no_other_can_be_asked(request_: Request) -> None:
    class Shy(Says):
        def judge(self, request: Request) -> Decision:
            return replace(ASKS, model=self.name) if request.may_ask else NO

        async def decide(self, request: Request) -> AsyncIterator[Decision]:
            yield self.judge(request)

    question = last_of(request_, Shy("shy", ()), says("slow", (0.1, DOWN)))
    assert isinstance(question, Question)
    assert question.text == "accurate cannot be reached. Which one?"


def test_the_hint_of_an_error_is_told(request_: Request) -> None:
    error = NotAllowed("slow has no key", hint="set SLOW_API_KEY")
    refusal = last_of(request_, says("slow", (0.1, error)))
    assert isinstance(refusal, Refusal)
    assert refusal.text == "slow has no key. Set SLOW_API_KEY."


def test_a_mistake_in_the_config_is_no_pass(request_: Request) -> None:
    with pytest.raises(ConfigError):
        last_of(request_, says("bad", (0, ConfigError("no encoder"))))


def test_a_draft_that_estimates_acts_around_no_unknown_name(request_for: Make) -> None:
    class Near(Says):
        def judge(self, request: Request) -> Decision:
            return replace(ON, model=self.name)

        async def decide(self, request: Request) -> AsyncIterator[Decision]:
            yield self.judge(request)

    request = request_for("turn on the garage heater")
    strategy = Speculate(Near("near", ()), Race([says("slow", (0.1, DOWN))]))
    told = decided(Cascade([Sentences(), strategy]), request)
    assert not any(isinstance(each, Plan) for each in told)
    assert isinstance(told[-1], Refusal)
    assert "I don't know a garage heater." in told[-1].text


def test_why_a_strategy_passes_is_told_once(request_: Request) -> None:
    fallback = Fallback([says("a", (0.1, DOWN))])
    told = decided(Cascade([says("x", (0, NO)), fallback]), request_)
    assert [(type(each).__name__, each.model) for each in told] == [
        ("Pass", "x"), ("Pass", "a"), ("Refusal", "a"),
    ]  # fmt: skip


def test_what_was_streamed_is_not_begun_again_in_silence(request_: Request) -> None:
    first = says("a", (0.1, some("Once")), (0.1, DOWN))
    answer = last_of(request_, first, says("b", (0.1, Answer("The end."))))
    assert isinstance(answer, Answer)
    assert answer.text == "Once\n(a broke off. Once more:)\nThe end."


def test_what_comes_is_prepared_when_the_models_before_it_have_passed(request_for: Make) -> None:
    log: list[str] = []

    class Noted(Says):
        async def decide(self, request: Request) -> AsyncIterator[Decision]:
            log.append(self.name)
            async for each in super().decide(request):
                yield each

    models: list[Model] = [
        Sentences(), Noted("one", [(0.1, NO)]), Noted("two", [(0.1, ON)]), Noted("three", []),
    ]  # fmt: skip
    ahead = {2: lambda: log.append("prepare two"), 3: lambda: log.append("prepare three")}
    decided(Cascade(models, ahead=ahead), request_for("fish"))
    assert log == ["one", "prepare two", "two"]
    log.clear()
    decided(Cascade(models, ahead=ahead), request_for("turn on the kitchen light"))
    assert log == []


def test_the_cache_is_asked_about_the_whole_and_not_vetoed(request_for: Make) -> None:
    seen: list[str] = []

    class Kept(Says):
        def judge(self, request: Request) -> Decision:
            seen.append(" ".join(request.words))
            return self.steps[0][1] if "moon" in request.words else NO  # type: ignore[return-value]

        async def decide(self, request: Request) -> AsyncIterator[Decision]:
            yield self.judge(request)

    cache = Kept("cache", [(0, ON)])
    slow = says("slow", (0.1, OFF))
    found = last_of(request_for("turn on the moon"), Sentences(), cache, slow, cache=cache)
    assert found == ON
    last_of(request_for("fish and chips"), Sentences(), cache, slow, cache=cache)
    assert seen == ["turn on the moon", "fish and chips"]


# A language model's own question ------------------------------------------------------------

OPEN = Question("Shall I make it bright or dark?", "open", Plan(()), model="slow")


def asked(request_for: Make, said: str, question: Question = OPEN) -> Request:
    return request_for(said, ConversationState(pending=question))


@pytest.mark.parametrize("said", ["bright please", "yes", "no", "2", "the second one"])
def test_an_open_question_is_answered_by_the_cascade(request_for: Make, said: str) -> None:
    slow = says("slow", (0.1, ON))
    assert last_of(asked(request_for, said), Sentences(), slow) == signed(ON, "slow")
    assert slow.asked[0].question == OPEN


def test_a_full_command_drops_an_open_question(request_for: Make) -> None:
    slow = says("slow", (0.1, ON))
    found = last_of(asked(request_for, "turn on the kitchen light"), Sentences(), slow)
    assert isinstance(found, Plan)
    assert not slow.asked


def test_an_open_question_is_asked_once_more_then_dropped(request_for: Make) -> None:
    again = last_of(asked(request_for, "fish"), Sentences(), says("slow", (0.1, NO)))
    assert again == replace(OPEN, text="Sorry, shall I make it bright or dark?", asked=2)
    assert isinstance(again, Question)
    request = asked(request_for, "fish", again)
    assert isinstance(last_of(request, Sentences(), says("slow", (0.1, NO))), Refusal)


def test_an_open_question_nobody_can_be_asked_about_is_dropped(request_for: Make) -> None:
    found = last_of(asked(request_for, "fish"), Sentences(), says("slow", (0.1, DOWN)))
    assert isinstance(found, Refusal)
    assert found.reason == "unreachable"


def test_another_question_is_asked_again_and_the_failure_told(request_for: Make) -> None:
    value = Question(
        "For how long?", "value", Plan((Call("phone", "timer"),)), parameter="duration"
    )
    found = last_of(asked(request_for, "fish", value), Sentences(), says("slow", (0.1, DOWN)))
    assert isinstance(found, Question)
    assert found.text == "accurate cannot be reached. Sorry, for how long?"


# From the config ----------------------------------------------------------------------------


def test_strategies_of_small_models(paths: Paths, request_for: Make) -> None:
    steps: list[str | Strategy] = [
        "reflex",
        Strategy(speculate={"draft": "near", "verify": Strategy(race=["sentences", "near"])}),
        Strategy(fallback=["sentences"]),
    ]
    settings = Settings(
        jobs=JobsSettings(decide=steps), models={"near": ModelSettings(kind="nearest")}
    )
    cascade = build_cascade(settings, paths)
    assert [model.name for model in cascade.models] == [
        "reflex", "speculate(near, race(sentences, near))", "fallback(sentences)",
    ]  # fmt: skip
    assert isinstance(decided(cascade, request_for("turn on the kitchen light"))[-1], Plan)


@pytest.mark.parametrize("strategy", [Strategy(), Strategy(speculate={"draft": "reflex"})])
def test_half_a_strategy_is_refused(paths: Paths, strategy: Strategy) -> None:
    with pytest.raises(ConfigError, match="a strategy is one of"):
        build_cascade(Settings(jobs=JobsSettings(decide=[strategy])), paths)


def test_a_name_nobody_knows_within_a_strategy(paths: Paths) -> None:
    strategy = Strategy(race=["sentences", "nearst"])
    with pytest.raises(ConfigError, match="nearst"):
        build_cascade(Settings(jobs=JobsSettings(decide=[strategy])), paths)


SCRIPT = """\
delay: {delay}ms
answers:
  - when: cosy
    calls: [{{name: phone.never_mind, arguments: {{}}}}]
else: {{fail: unreachable}}
"""


def test_language_models_from_the_config(
    paths: Paths, request_for: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, delay in (("fast", 10), ("slow", 60)):
        (tmp_path / f"{name}.yaml").write_text(SCRIPT.format(delay=delay))
    decide: list[str | Strategy] = [
        "sentences", Strategy(speculate={"draft": "fast", "verify": "slow"}), "slow",
    ]  # fmt: skip
    settings = Settings(
        jobs=JobsSettings(decide=decide), planning="one_call",
        models={
            name: ModelSettings(kind="scripted", script=str(tmp_path / f"{name}.yaml"), retries=0)
            for name in ("fast", "slow")
        },
    )  # fmt: skip
    models, prepared = LanguageModels(settings), list[tuple[str, ...]]()
    monkeypatch.setattr(models, "prefetch", prepared.append)
    cache = says("cache", (0, NO))
    cascade = build_cascade(settings, paths, models, load_texts, cache)
    assert [model.name for model in cascade.models] == [
        "sentences", "cache", "speculate(fast, slow)", "slow",
    ]  # fmt: skip
    request = request_for("make it cosy")
    *_, draft, last = decided(cascade, request)
    assert isinstance(draft, Plan)
    assert isinstance(last, Plan)
    assert (draft.model, draft.final, draft.verified) == ("fast", False, False)
    assert (last.model, last.final, last.verified) == ("slow", True, True)
    assert last.calls == draft.calls
    assert prepared == [("fast", "slow")]
    assert [(e.model, e.branch) for e in request.meter.exchanges if e.branch] == [
        ("fast", "draft"), ("slow", "verify"),
    ]  # fmt: skip
    refusal = decided(cascade, request_for("gibberish"))[-1]
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.model) == ("unreachable", "slow")
    assert prepared[1:] == [("fast", "slow"), ("slow",)]


def test_a_language_model_without_anything_to_run_on(paths: Paths) -> None:
    settings = Settings(
        jobs=JobsSettings(decide="slow"),
        models={"slow": ModelSettings(kind="scripted", script="slow.yaml")},
    )
    with pytest.raises(ConfigError, match="slow"):
        build_cascade(settings, paths)
