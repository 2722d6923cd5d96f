"""What speculation was worth, from what a turn recorded."""

from __future__ import annotations

from typing import Any

import pytest

from alexa_cli.act.savings import Savings, Thrown, in_words, savings
from alexa_cli.models.chat import Exchange, Usage
from alexa_cli.trace.record import Span
from alexa_cli.turn import Acted, Call, Discarded, Event, Outcome, Plan, Started


def call(api: str, one: str = "1", after: tuple[str, ...] = ()) -> Call:
    return Call("toys", api, {}, one, after)


def acted(call_: Call, started: float, ended: float, **changes: Any) -> Acted:
    return Acted(Outcome(call_, started=started, ended=ended, **changes))


def early(*calls: Call) -> list[Event]:
    return [Started(each, speculative=True) for each in calls]


def span(seconds: float, *, speculative: bool = True) -> Span:
    return Span("1", None, "execute_tool", 0.1, 0.1 + seconds, {"alexa.speculative": speculative})


LOOK, SECOND = call("look"), call("look", "2")


@pytest.mark.parametrize(
    ("started", "ended", "saved"),
    [(0.1, 0.4, 0.3), (0.1, 0.6, 0.5), (0.4, 0.7, 0.2), (0.6, 0.9, 0.0)],
)
def test_an_adopted_call_saves_what_it_ran_before_the_barrier(
    toys: Any, started: float, ended: float, saved: float
) -> None:
    events = [*early(LOOK), acted(LOOK, started, ended)]
    found = savings(Plan((LOOK,)), events, 0.6, toys)
    assert found.seconds == pytest.approx(saved)
    assert found.adopted == (started < 0.6)


def test_what_runs_beside_something_longer_saves_nothing(toys: Any) -> None:
    events = [*early(LOOK), acted(LOOK, 0.1, 0.4), acted(SECOND, 0.6, 1.6)]
    assert savings(Plan((LOOK, SECOND)), events, 0.6, toys).seconds == 0.0


def test_what_waits_for_it_is_done_sooner(toys: Any) -> None:
    put = call("put", "2", ("1",))
    events = [*early(LOOK), acted(LOOK, 0.1, 0.4), acted(put, 0.6, 1.6)]
    assert savings(Plan((LOOK, put)), events, 0.6, toys).seconds == pytest.approx(0.3)


def test_effects_of_one_expert_follow_each_other(toys: Any) -> None:
    slide, put = call("slide"), call("put", "2")
    events = [*early(slide), acted(slide, 0.1, 0.4), acted(put, 0.6, 0.7)]
    assert savings(Plan((slide, put)), events, 0.6, toys).seconds == pytest.approx(0.3)


def test_what_was_discarded_is_counted_and_saves_nothing(toys: Any) -> None:
    slide = call("slide", "2")
    events = [*early(LOOK, slide), Discarded(LOOK), Discarded(slide, undone=True)]
    found = savings(
        None, events, 0.6, toys, spans=[span(0.2), span(0.3), span(9, speculative=False)]
    )
    assert (found.started, found.adopted, found.seconds) == (2, 0, 0.0)
    assert (found.thrown.calls, found.thrown.undone) == (2, 1)
    assert found.thrown.call_seconds == pytest.approx(0.5)


def test_adopted_calls_are_no_loss(toys: Any) -> None:
    events = [*early(LOOK, SECOND), acted(LOOK, 0.1, 0.4), Discarded(SECOND)]
    found = savings(Plan((LOOK,)), events, 0.6, toys, spans=[span(0.3), span(0.2)])
    assert found.thrown.call_seconds == pytest.approx(0.2)


def test_requests_whose_decisions_were_not_used(toys: Any) -> None:
    used = Exchange("slow", "plan", usage=Usage(100, 0, 0, 9), cost=0.5, end=0.6)
    lost = [
        Exchange("fast", "plan", usage=Usage(50, 10, 0, 4), cost=0.25, start=0.1, end=0.2,
                 thrown_away=True),
        Exchange("fast", "route", usage=Usage(7, 0, 0, 1), cost=0.25, end=0.1, thrown_away=True),
    ]  # fmt: skip
    thrown = savings(None, [], 0.6, toys, exchanges=[used, *lost]).thrown
    assert (thrown.requests, thrown.cost) == (2, 0.5)
    assert (thrown.usage.input, thrown.usage.output) == (67, 5)
    assert thrown.model_seconds == pytest.approx(0.2)
    unknown = savings(None, [], 0.6, toys, exchanges=[Exchange("x", "plan", thrown_away=True)])
    assert (unknown.thrown.cost, unknown.thrown.usage.input) == (None, None)


def test_a_turn_without_speculation_saved_nothing(toys: Any) -> None:
    found = savings(Plan((LOOK,)), [Started(LOOK), acted(LOOK, 0.1, 0.4)], 0.6, toys)
    assert not found
    assert found == Savings()


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Savings(), ""),
        (Savings(1, 1, 0.38), "draft saved 380 ms"),
        (Savings(1, 0, 0, Thrown(calls=1, call_seconds=0.095)), "threw away 1 call (95 ms)"),
        (Savings(3, 1, 0.1, Thrown(2, 0, 0.2, 1, Usage(200, 10, 0, 4), 0.0001)),
         "draft saved 100 ms · threw away 2 calls (200 ms), 214 tokens, $0.0001"),
        (Savings(thrown=Thrown(requests=1, usage=Usage(200, 10, 0), cost=None)),
         "threw away at least 210 tokens"),
        (Savings(thrown=Thrown(1, 0, 0.3, 1, Usage(200, 0, 0, 4), 0.0, 0.11)),
         "threw away 1 call (300 ms), 204 tokens (110 ms)"),
        (Savings(thrown=Thrown(requests=2, cost=None)), "threw away 2 requests"),
    ],
)  # fmt: skip
def test_in_words(found: Savings, words: str) -> None:
    assert in_words(found) == words
