"""Random plans, random attempts before them, and every interleaving that the draws ask for."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.act.attempt import Attempt
from alexa_cli.act.execute import execute
from alexa_cli.act.undo import plan_undo, undo_plan
from alexa_cli.act.world import World
from alexa_cli.catalog.context import HandlerFailed, Returned
from alexa_cli.turn import Acted, Argument, Call, Discarded, Plan, Started

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from alexa_cli.catalog.expert import Api, Expert
    from alexa_cli.turn import Event, Outcome

TOYS = ("ball", "bear", "car", "doll")
SAFE = ("look", "slide", "put", "raises")
Key = tuple[str, str]


@dataclass
class Toys:
    """A world of toys whose every step waits until the test lets it go on."""

    catalogue: Any
    choose: Callable[[int], int]
    places: dict[Key, str] = field(default_factory=dict)
    journal: list[tuple[str, str, str]] = field(default_factory=list)
    """(expert, api, toy) of every effect, in order."""
    waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def world(self) -> World:
        return World(self.catalogue, self.run, lambda _expert, _emit: None)

    async def run(
        self, expert: Expert, api: Api, arguments: Mapping[str, Argument], _context: object
    ) -> Returned:
        values: dict[str, Any] = {name: each.value for name, each in arguments.items()}
        await self._gate()
        value = self.act(expert.name, api.name, values)
        await self._gate()
        return Returned(value)

    def act(self, expert: str, api: str, values: dict[str, Any]) -> Any:
        """What an API does, at one instant."""
        if api == "raises":
            raise HandlerFailed("it does not want to")
        key = (expert, values["toy"])
        was = self.places.get(key)
        if api == "look":
            return {"toy": values["toy"], "place": was or "box"}
        self.journal.append((expert, api, values["toy"]))
        now = values.get("was") if api == "put_back" else values.get("place", "broken")
        if now is None:
            self.places.pop(key, None)
        else:
            self.places[key] = now
        return {"toy": values["toy"], **({} if was is None else {"was": was})}

    async def _gate(self) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(future)
        await future

    async def let_one_go(self) -> bool:
        """Let the loop come to rest, then let one of those who wait go on."""
        for _ in range(25):
            await asyncio.sleep(0)
        self.waiting = [each for each in self.waiting if not each.done()]
        if not self.waiting:
            return False
        self.waiting[self.choose(len(self.waiting))].set_result(None)
        return True

    async def drive(self, events: AsyncIterator[Event]) -> list[Event]:
        """Collect events, letting one call after the other go on until there are no more."""

        async def collect() -> list[Event]:
            return [event async for event in events]

        task = asyncio.create_task(collect())
        while not task.done():
            await self.let_one_go()
        return task.result()


def calls_of(drawn: list[tuple[str, str, str, str, set[int]]]) -> tuple[Call, ...]:
    calls = []
    for at, (expert, api, toy, place, after) in enumerate(drawn):
        values = {"toy": toy} | ({"place": place} if api in {"put", "slide"} else {})
        values = {"what": "x"} if api == "raises" else values
        waits = tuple(str(one) for one in sorted(after) if one < at)
        arguments = {name: Argument(value) for name, value in values.items()}
        calls.append(Call(expert, api, arguments, str(at), waits))
    return tuple(calls)


def drawn_calls(*apis: str) -> Any:
    """Calls that touch each toy at most once, so that their order does not matter."""
    one = st.tuples(
        st.sampled_from(["toys", "others"]),
        st.sampled_from(apis),
        st.sampled_from(TOYS),
        st.sampled_from(["shelf", "bed"]),
        st.sets(st.integers(0, 5), max_size=1),
    )
    return st.lists(one, max_size=6, unique_by=lambda each: (each[0], each[2])).map(calls_of)


def alone(toys: Toys, calls: tuple[Call, ...], outcomes: list[Outcome]) -> dict[Key, str]:
    """The places after only these calls, one after the other, as far as they were done."""
    model = Toys(toys.catalogue, toys.choose)
    done = {outcome.call.id for outcome in outcomes if outcome.status == "done"}
    for call in calls:
        if call.id in done and call.api != "look":
            values = {name: each.value for name, each in call.arguments.items()}
            model.act(call.expert, call.api, values)
    return model.places


def outcomes_of(events: list[Event]) -> list[Outcome]:
    return [event.outcome for event in events if isinstance(event, Acted)]


def check_plan(data: Any, catalogue: Any, final: tuple[Call, ...]) -> None:
    """Every call has one outcome, by the rules; undo brings the world back."""
    toys = Toys(catalogue, lambda count: data.draw(st.integers(0, count - 1)))
    toys.places = {("toys", "ball"): "attic", ("others", "bear"): "cellar"}
    before = dict(toys.places)

    async def run() -> None:
        events = await toys.drive(execute(Plan(final), toys.world()))
        outcomes = outcomes_of(events)
        status = {outcome.call.id: outcome.status for outcome in outcomes}
        assert Counter(outcome.call.id for outcome in outcomes) == Counter(c.id for c in final)
        for call in final:
            blocked = any(status[one] not in {"done", "decided"} for one in call.after)
            expected = {"raises": "failed", "break_it": "unconfirmed", "dream": "decided"}
            assert status[call.id] == ("skipped" if blocked else expected.get(call.api, "done"))
        started = [event.call.id for event in events if isinstance(event, Started)]
        ran = [one for one in status if status[one] in {"done", "failed"}]
        assert sorted(started) == sorted(ran)
        assert all(api != "break_it" for _, api, _ in toys.journal)
        undoing = plan_undo(outcomes, catalogue)
        assert undoing.stuck == ()
        undone = await toys.drive(execute(undo_plan(undoing.calls), toys.world()))
        assert all(outcome.status == "done" for outcome in outcomes_of(undone))
        assert toys.places == before

    asyncio.run(run())


def check_attempts(
    data: Any, catalogue: Any, tries: list[tuple[Call, ...]], final: tuple[Call, ...]
) -> None:
    """What was started is adopted once or discarded once, and leaves no other trace."""
    toys = Toys(catalogue, lambda count: data.draw(st.integers(0, count - 1)))

    async def run() -> None:
        attempt, events = Attempt(toys.world()), list[Any]()
        for calls in tries:
            plan = Plan(tuple(replace(call, after=()) for call in calls), final=False)
            events += [event async for event in attempt.start(plan)]
            for _ in range(data.draw(st.integers(0, 4))):
                await toys.let_one_go()
        assert all(api == "slide" for _, api, _ in toys.journal), "an effect before the barrier"
        events += await toys.drive(attempt.settle(Plan(final)))
        early = [e.call for e in events if isinstance(e, Started) and e.speculative]
        late = [e.call for e in events if isinstance(e, Started) and not e.speculative]
        thrown = [e for e in events if isinstance(e, Discarded)]
        outcomes = outcomes_of(events)
        assert Counter(o.call.id for o in outcomes) == Counter(call.id for call in final)
        started = {call.id for call in late}
        adopted = [
            o for o in outcomes if o.status in {"done", "failed"} and o.call.id not in started
        ]
        assert len(early) == len(adopted) + len(thrown)

        def key(call: Call) -> tuple[object, ...]:
            return call.name, *sorted((n, str(a.value)) for n, a in call.arguments.items())

        left = Counter(key(each.call) for each in thrown)
        assert Counter(key(call) for call in early) == left + Counter(
            key(outcome.call) for outcome in adopted
        )
        assert all(each.undone is (True if each.call.api == "slide" else None) for each in thrown)
        assert toys.places == alone(toys, final, outcomes)

    asyncio.run(run())


@given(st.data(), drawn_calls(*SAFE, "break_it", "dream"))
def test_plans_by_the_rules(toys: Any, data: Any, final: tuple[Call, ...]) -> None:
    check_plan(data, toys, final)


@given(st.data(), st.lists(drawn_calls(*SAFE), max_size=2), drawn_calls(*SAFE))
def test_attempts_leave_no_trace(
    toys: Any, data: Any, tries: list[tuple[Call, ...]], final: tuple[Call, ...]
) -> None:
    check_attempts(data, toys, tries, final)


@given(st.data(), drawn_calls(*SAFE), st.integers(0, 6))
def test_attempts_for_the_first_part_of_the_plan_are_adopted(
    toys: Any, data: Any, final: tuple[Call, ...], count: int
) -> None:
    check_attempts(data, toys, [final[:count]], final)


@pytest.mark.slow
@settings(max_examples=3_000)
@given(st.data(), drawn_calls(*SAFE, "break_it", "dream"))
def test_many_plans_by_the_rules(toys: Any, data: Any, final: tuple[Call, ...]) -> None:
    check_plan(data, toys, final)


@pytest.mark.slow
@settings(max_examples=3_000)
@given(st.data(), st.lists(drawn_calls(*SAFE), max_size=2), drawn_calls(*SAFE))
def test_many_attempts_leave_no_trace(
    toys: Any, data: Any, tries: list[tuple[Call, ...]], final: tuple[Call, ...]
) -> None:
    check_attempts(data, toys, tries, final)
