"""Whole turns whose models draft, verify, fail and are late, while calls are under way.

The property: in any interleaving, whatever the strategy, nothing happens outside the barrier's
rule. Time passes only when nobody can go on, so every interleaving is exact and costs nothing.
"""

from __future__ import annotations

import asyncio
import selectors
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.act import attempt as attempts
from alexa_cli.act.execute import execute
from alexa_cli.assistant import Assistant, House, TurnOptions, doing
from alexa_cli.assistant.lists import provide_list
from alexa_cli.catalog.build import build_folder
from alexa_cli.catalog.catalogue import Catalogue
from alexa_cli.catalog.compiling import compile_experts
from alexa_cli.catalog.context import HandlerFailed, Returned
from alexa_cli.catalog.expert import Api, Expert
from alexa_cli.config.paths import Paths
from alexa_cli.config.schema import ActSettings
from alexa_cli.config.settings import Settings
from alexa_cli.config.units import Duration
from alexa_cli.context.household import load_household
from alexa_cli.decide.cascade import Cascade
from alexa_cli.decide.model import Model, Request
from alexa_cli.decide.strategies import Fallback, Race, Speculate
from alexa_cli.models.failures import BadAnswer, Filtered, NoAnswer, NotAllowed
from alexa_cli.store.store import Store
from alexa_cli.turn import (
    Acted,
    Answer,
    Argument,
    Call,
    Decided,
    Decision,
    Discarded,
    Event,
    Finished,
    Outcome,
    Pass,
    Plan,
    Question,
    Refusal,
    Replied,
    Stage,
    Started,
    Utterance,
)

T = TypeVar("T")
NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
TOYS = """\
name: {name}
description: Toys that remember where they were put.
apis:
  look:
    description: Look at a toy.
    effect: read
    parameters: {{toy: {{type: string}}}}
    required: [toy]
    run: {{python: "toys:act"}}
  fail:
    description: Look for a toy that nobody finds.
    effect: read
    parameters: {{toy: {{type: string}}}}
    run: {{python: "toys:act"}}
  put:
    description: Put a toy somewhere.
    effect: reversible
    undo: put_back
    parameters: {{toy: {{type: string}}, place: {{type: string}}}}
    required: [toy, place]
    run: {{python: "toys:act"}}
  slide:
    description: Slide a toy somewhere, which is quickly taken back.
    effect: reversible
    speculate: true
    undo: put_back
    parameters: {{toy: {{type: string}}, place: {{type: string}}}}
    required: [toy, place]
    run: {{python: "toys:act"}}
  put_back:
    description: Put a toy back where it was.
    effect: idempotent
    parameters: {{toy: {{type: string}}, was: {{type: string}}}}
    required: [toy]
    run: {{python: "toys:act"}}
  break_it:
    description: Break a toy, if somebody says yes.
    effect: irreversible
    parameters: {{toy: {{type: string}}}}
    required: [toy]
    examples: ["break the [teddy](toy)"]
    run: {{python: "toys:act"}}
  smash:
    description: Smash a toy; a verified plan needs no yes.
    effect: irreversible
    confirm: false
    parameters: {{toy: {{type: string}}}}
    required: [toy]
    examples: ["smash the [teddy](toy)"]
    run: {{python: "toys:act"}}
"""
EARLY = frozenset({"look", "fail", "slide"})
"""What may begin before the barrier."""


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
    """Run it to its end; nothing may be left under way."""
    with asyncio.Runner(loop_factory=Clockwork) as runner:

        async def whole() -> T:
            try:
                return await work
            finally:
                left = asyncio.all_tasks() - {asyncio.current_task()}
                assert not left, f"still running: {left}"

        return runner.run(whole())


Key = tuple[str, str]
Said = tuple[str, str, str, str]
"""expert, API, toy, place."""


@dataclass
class World:
    """What the handlers do, and when; and what the models had decided by then."""

    delays: Sequence[float] = (0.1,)
    """Seconds before and after the effects of calls, in turn, over and over."""
    places: dict[Key, str] = field(default_factory=dict)
    journal: list[tuple[str, Said]] = field(default_factory=list)
    """What began, happened and ended, in order; and when an attempt was discarded and when the
    barrier opened."""
    decision: Decision | None = None
    """The final one."""
    final: Plan | None = None
    """What is done of it; None: the turn was stopped before its barrier."""
    steps: int = 0

    drafts: list[Plan] = field(default_factory=list)
    """Plans as they came; a final one is a draft while the user still speaks."""

    def mark(self, what: str) -> None:
        self.journal.append((what, ("", "", "", "")))

    def opened(self, plan: Plan) -> None:
        self.final = plan
        self.mark("barrier")

    async def _wait(self, api: str) -> None:
        self.steps += 1
        seconds = self.delays[self.steps % len(self.delays)]
        # What takes something back is in time: else it has failed, and is told so.
        await asyncio.sleep(min(seconds, 0.4) if api == "put_back" else seconds)

    async def run(
        self, expert: Expert, api: Api, arguments: Mapping[str, Argument], _context: object
    ) -> Returned:
        values: dict[str, Any] = {name: each.value for name, each in arguments.items()}
        said = (expert.name, api.name, str(values.get("toy")), str(values.get("place")))
        self.journal.append(("began", said))
        try:
            await self._wait(api.name)
            if api.name == "fail" or said[1:3] == ("put_back", "glue"):
                raise HandlerFailed("it does not want to")
            value = self._act(said, values)
            await self._wait(api.name)
            return Returned(value)
        finally:
            self.journal.append(("ended", said))

    def _act(self, said: Said, values: dict[str, Any]) -> Any:
        expert, api, toy, place = said
        was = self.places.get((expert, toy))
        if api == "look":
            return {"toy": toy, "place": was or "box"}
        self.journal.append(("happened", said))
        now = values.get("was") if api == "put_back" else place if "place" in values else "broken"
        if now is None:
            self.places.pop((expert, toy), None)
        else:
            self.places[expert, toy] = now
        return {"toy": toy, **({} if was is None else {"was": was})}


@dataclass
class Watched:
    """The cascade, whose final decision is noted in the world's journal as it comes."""

    cascade: Cascade
    world: World
    name: str = "watched"
    models: tuple[Model, ...] = ()

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        async with aclosing(self.cascade.decide(request)) as decisions:  # type: ignore[type-var]
            async for decision in decisions:
                if isinstance(decision, Plan):
                    self.world.drafts.append(decision)
                if decision.final:
                    self.world.decision = decision
                yield decision


@dataclass
class Says:
    """A model: each decision, or failure, after its seconds."""

    name: str
    steps: Sequence[tuple[float, Decision | Exception]]
    closing: float = 0.0
    """Seconds that closing its request takes."""
    asked: int = 0
    closed: int = 0

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        self.asked += 1
        try:
            for seconds, what in self.steps:
                await asyncio.sleep(seconds)
                if isinstance(what, Exception):
                    raise what
                yield replace(what, model=self.name)
        finally:
            self.closed += 1
            await asyncio.sleep(self.closing)


@pytest.fixture(scope="session")
def toys(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("experts")
    for name in ("toys", "others"):
        (folder / name).mkdir()
        (folder / name / "expert.yaml").write_text(TOYS.format(name=name))
        (folder / name / "toys.py").write_text("async def act(**said): return None\n")
    experts = {name: build_folder(folder / name).usable() for name in ("toys", "others")}
    return compile_experts(experts, language="en")


Talk = Callable[[World, Model], Assistant]


@pytest.fixture
def assistant(toys: Catalogue, paths: Paths) -> Talk:
    store, household = Store(":memory:"), load_household(None, paths.cache)

    def build(world: World, model: Model) -> Assistant:
        house = House(
            settings=Settings(act=ActSettings(deadline=Duration("1s"))), catalogue=toys,
            store=store, household=household, decider=Watched(Cascade([model]), world), tz="UTC",
            run=world.run, provide=provide_list,
        )  # fmt: skip
        return Assistant(house)

    return build


@dataclass(frozen=True)
class Stop:
    """When a turn is stopped: closed after so many events, or cancelled at an instant."""

    events: int | None = None
    at: float | None = None


Heard = Sequence[tuple[float, Utterance]]
TYPED: Heard = ((0.0, Utterance("anything")),)
OPTIONS = TurnOptions(now=NOW, save=False)


async def hear(heard: Heard) -> AsyncIterator[Utterance]:
    for seconds, utterance in heard:
        await asyncio.sleep(seconds)
        yield utterance


async def read(
    assistant: Assistant, heard: Heard, events: list[Event], most: int | None = None
) -> None:
    """Take a turn; close it after ``most`` events."""
    async with aclosing(assistant.turn(hear(heard), "c", OPTIONS)) as stream:
        while most is None or len(events) < most:
            try:
                events.append(await anext(stream))
            except StopAsyncIteration:
                return


async def stopped(assistant: Assistant, heard: Heard, stop: Stop) -> list[Event]:
    events: list[Event] = []
    if stop.at is None:
        await read(assistant, heard, events, stop.events)
        return events
    task = asyncio.create_task(read(assistant, heard, events))
    await asyncio.sleep(stop.at)
    task.cancel()
    over = task.done()
    await asyncio.wait({task})
    assert over or task.cancelled() or task.exception(), "Ctrl-C was not heard"
    return events


def take(
    assistant: Assistant, world: World, heard: Heard = TYPED, stop: Stop = Stop()
) -> list[Event]:
    """Take one turn; the journal notes when its attempt is discarded and its barrier opens."""
    live: set[attempts.Attempt] = set()

    class Noted(attempts.Attempt):
        def __init__(self, *given: Any) -> None:
            assert not live, "two attempts at a time"
            live.add(self)
            self._thrown = False
            super().__init__(*given)

        async def discard(self) -> list[Event]:
            self._thrown = True
            try:
                return await super().discard()
            finally:
                self._thrown = False

        def settle(self, plan: Plan, **options: bool) -> AsyncGenerator[Event, None]:
            live.discard(self)
            world.mark("discarded") if self._thrown else world.opened(plan)
            return super().settle(plan, **options)

    def noted(plan: Plan, *given: Any, **options: Any) -> AsyncGenerator[Event, None]:
        world.opened(plan)
        return execute(plan, *given, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attempts, "Attempt", Noted)
        patch.setattr(doing, "execute", noted)
        return run(stopped(assistant, heard, stop))


def call(api: str, toy: str = "ball", place: str = "shelf", one: str = "1") -> Call:
    expert, _, name = api.rpartition(".")
    values = {"toy": toy} | ({"place": place} if name in {"put", "slide"} else {})
    arguments = {key: Argument(value) for key, value in values.items()}
    return Call(expert or "toys", name, arguments, one)


def plan(*calls: Call, **changes: Any) -> Plan:
    return Plan(tuple(replace(each, id=str(at)) for at, each in enumerate(calls, 1)), **changes)


def status(events: Sequence[Event]) -> str:
    return next(each.status for each in events if isinstance(each, Finished))


def began(world: World, *, early: bool) -> list[str]:
    at = [kind for kind, _ in world.journal].index("barrier")
    part = world.journal[:at] if early else world.journal[at:]
    return [said[1] for kind, said in part if kind == "began"]


DOWN = NoAnswer("slow cannot be reached")


# What strategies mean for a turn --------------------------------------------------------------


def test_what_is_safe_of_a_draft_is_done_while_verify_thinks(assistant: Talk) -> None:
    world = World()
    final = plan(call("look"), call("put"))
    model = Speculate(Says("fast", [(0.1, final)]), Says("slow", [(0.6, final)]))
    events = take(assistant(world, model), world)
    assert began(world, early=True) == ["look"]
    assert began(world, early=False) == ["put"]
    assert status(events) == "done"
    assert [e.speculative for e in events if isinstance(e, Started)] == [True, False]
    assert not [e for e in events if isinstance(e, Discarded)]


@pytest.mark.parametrize("error", [DOWN, NotAllowed("no key"), BadAnswer("cut"), Filtered("no")])
def test_a_draft_that_nobody_verified_is_done_but_for_what_is_irreversible(
    assistant: Talk, error: Exception
) -> None:
    world = World()
    draft = plan(call("put", "bear"), call("others.smash"))
    model = Speculate(Says("fast", [(0, draft)]), Says("slow", [(1, error)]))
    events = take(assistant(world, model), world)
    assert world.places == {("toys", "bear"): "shelf"}
    assert status(events) == "question"
    assert began(world, early=True) == []


def test_a_verified_plan_needs_no_yes_for_what_declares_none(assistant: Talk) -> None:
    world, smash = World(), plan(call("smash"))
    model = Speculate(Says("fast", [(0, smash)]), Says("slow", [(1, smash)]))
    events = take(assistant(world, model), world)
    assert world.places == {("toys", "ball"): "broken"}
    assert status(events) == "done"


@pytest.mark.parametrize(
    ("last", "ends"),
    [(Pass("not mine"), "not_understood"), (Refusal("no", "blocked"), "refused"),
     (Question("Which?", "open", Plan(())), "question"), (Answer("It is blue."), "done"),
     (plan(call("slide", place="bed")), "done")],
)  # fmt: skip
def test_what_the_draft_began_is_taken_back_if_verify_has_another_mind(
    assistant: Talk, last: Decision, ends: str
) -> None:
    world = World()
    draft = plan(call("slide"), call("others.look"))
    model = Speculate(Says("fast", [(0.1, draft)]), Says("slow", [(2, last)]))
    events = take(assistant(world, model), world)
    assert status(events) == ends
    assert world.places == ({("toys", "ball"): "bed"} if isinstance(last, Plan) else {})
    dropped = {e.call.name: e.undone for e in events if isinstance(e, Discarded)}
    assert dropped == {"toys.slide": True, "others.look": None}


def test_an_undo_that_fails_is_told(assistant: Talk) -> None:
    draft = plan(call("slide", "glue"))
    model = Speculate(Says("fast", [(0.1, draft)]), Says("slow", [(1, plan(call("others.look")))]))
    world = World()
    events = take(assistant(world, model), world)
    reply = next(each.reply.text for each in events if isinstance(each, Replied))
    assert "could not undo" in reply


@pytest.mark.parametrize(
    ("error", "ends"),
    [(DOWN, "unreachable"), (NotAllowed("no key"), "credentials"), (Filtered("no"), "refused"),
     (BadAnswer("cut"), "failed")],
)  # fmt: skip
def test_a_turn_says_why_nobody_could_be_asked(
    assistant: Talk, error: Exception, ends: str
) -> None:
    model = Fallback([Says("a", [(0.1, error)]), Says("b", [(0.1, error)])])
    world = World()
    events = take(assistant(world, model), world)
    assert status(events) == ends
    assert str(error) in next(e.reply.text for e in events if isinstance(e, Replied))


def test_a_bug_in_a_model_closes_the_other_one(assistant: Talk) -> None:
    world, slow = World(), Says("slow", [(9, plan(call("put")))])
    fast = Says("fast", [(0.1, plan(call("slide"), final=False)), (0.5, RuntimeError("a bug"))])
    with pytest.raises(RuntimeError, match="a bug"):
        take(assistant(world, Speculate(fast, slow)), world)
    assert (slow.asked, slow.closed) == (1, 1)
    assert world.places == {}


# The property ---------------------------------------------------------------------------------

delays = st.sampled_from([0.0, 0.1, 0.1, 0.2, 0.3, 0.4, 0.5, 2.0])
"""2.0 is beyond the deadline of a call."""
waits = st.lists(delays, min_size=1, max_size=8)
drawn_call = st.builds(
    call,
    st.sampled_from([f"{e}.{a}" for e in ("toys", "others")
                     for a in ("look", "slide", "slide", "put", "fail", "break_it", "smash")]),
    st.sampled_from(["ball", "bear", "glue"]), st.sampled_from(["shelf", "bed"]),
)  # fmt: skip


def toy_of(each: Call) -> Key:
    return each.expert, str(each.arguments["toy"].value)


drawn_plans = st.lists(drawn_call, max_size=4, unique_by=toy_of).map(lambda calls: plan(*calls))
FAILURES = (DOWN, NotAllowed("no key"), BadAnswer("cut"), Filtered("no"))
OTHERS: tuple[Decision, ...] = (
    Pass("not mine"), Refusal("no", "blocked"), Answer("42"),
    Question("Which?", "open", Plan(())),
)  # fmt: skip


def _after(each: Call, others: tuple[str, ...]) -> Call:
    return replace(each, after=others)


@st.composite
def drawn_models(draw: st.DrawFn) -> tuple[Model, list[Says]]:
    """A strategy, or one model, over models that often mean the same."""
    common = draw(drawn_plans)
    talkers: list[Says] = []

    def a_plan(*, final: bool) -> Plan:
        kind = draw(st.sampled_from(["same", "same", "part", "turned", "other"]))
        calls = draw(drawn_plans).calls if kind == "other" else common.calls
        calls = calls[: draw(st.integers(0, 3))] if kind == "part" else calls
        calls = calls[::-1] if kind == "turned" else calls
        made = plan(*calls, final=final)
        chained = draw(st.integers(0, 3)) == 0  # each after the one before it
        after = [(str(at),) if chained and at else () for at in range(len(calls))]
        return replace(made, calls=tuple(map(_after, made.calls, after)))

    def talker() -> Says:
        steps: list[tuple[float, Decision | Exception]] = [
            (draw(delays), a_plan(final=False)) for _ in range(draw(st.integers(0, 1)))
        ]
        ends = draw(st.integers(0, 9))
        last: Decision | Exception = a_plan(final=True)
        if ends > 7:
            last = draw(st.sampled_from(OTHERS))
        elif ends > 5:
            last = draw(st.sampled_from(FAILURES))
        if isinstance(last, Answer):
            steps.append((draw(delays), replace(last, text="4", final=False)))
        closing = draw(st.sampled_from([0.0, 0.0, 0.1]))
        talkers.append(Says(f"m{len(talkers)}", [*steps, (draw(delays), last)], closing))
        return talkers[-1]

    def tree(depth: int) -> Model:
        kind = draw(st.integers(0, 5 if depth else 0))
        if kind in {0, 1} and depth < 2:
            return talker()
        if kind == 2:
            return Race([tree(depth - 1) for _ in range(2)], mark=f"#{depth}")
        if kind == 3:
            return Fallback([tree(depth - 1) for _ in range(2)], mark=f"#{depth}")
        return Speculate(tree(depth - 1), tree(depth - 1), mark=f"#{depth}")

    return tree(2), talkers


stops = st.one_of(
    st.just(Stop()), st.just(Stop()), st.builds(Stop, st.integers(1, 12)),
    st.builds(Stop, at=st.sampled_from([each / 20 for each in range(30)])),
)  # fmt: skip


words = st.sampled_from(["anything", "anything", "something else"])


@st.composite
def drawn_speech(draw: st.DrawFn) -> Heard:
    """Typed words, or speech that ends early, may go on, and ends for good."""
    heard: list[tuple[float, Utterance]] = []
    for stage in draw(st.sampled_from([(), (), ("eager",), ("eager", "partial"),
                                       ("partial", "eager", "partial", "eager")])):  # fmt: skip
        heard.append((draw(delays), Utterance(draw(words), len(heard), Stage(stage))))
    return (*heard, (draw(delays), Utterance(draw(words), len(heard))))


Drawn = tuple[Model, list[Says]]


def check(talk: Talk, drawn: Drawn, waits: list[float], heard: Heard, stop: Stop) -> None:
    """Take one turn, and hold its journal and its events against the rule."""
    model, talkers = drawn
    world = World(waits)
    events = take(talk(world, model), world, heard, stop)
    assert all(each.asked == each.closed for each in talkers), "a request was left open"
    whole = any(isinstance(each, Finished) for each in events)
    check_early(world)
    check_late(world)
    check_places(world, whole=whole)
    if whole:
        check_events(world, events)


def check_early(world: World) -> None:
    """Before the last decision only reads and what is declared begin, behind nothing that waits.

    After an effect of an expert nothing more of it begins.
    """
    changed: set[str] = set()
    thrown = False
    for kind, said in world.journal:
        if kind == "barrier":
            return
        if kind == "discarded":
            thrown, changed = True, set()
        if kind != "began" or (thrown and said[1] == "put_back"):
            continue
        assert said[1] in EARLY, f"{said} before the barrier"
        assert any(leads(draft, said) for draft in world.drafts), f"{said} behind what waits"
        assert said[0] not in changed, f"{said} after an effect of its expert"
        if said[1] == "slide":
            changed.add(said[0])


def leads(draft: Plan, said: Said) -> bool:
    """Whether a draft holds a call, and before it only what may begin."""
    for each in draft.calls:
        if said_of(each) == said:
            return True
        if each.api not in EARLY:
            return False
    return False


def final_calls(world: World) -> list[Call]:
    return [] if world.final is None else list(world.final.calls)


def said_of(each: Call) -> Said:
    values = each.arguments
    place = values["place"].value if "place" in values else None
    return each.expert, each.api, str(values["toy"].value), str(place)


def check_late(world: World) -> None:
    """After it only calls of the final plan begin, each once; and undos, which come first."""
    marks = [kind for kind, _ in world.journal]
    at = marks.index("barrier") if "barrier" in marks else len(marks)
    live = max((n for n in range(at) if marks[n] == "discarded"), default=0)

    def all_begun(start: int, end: int) -> Counter[Said]:
        part = world.journal[start:end]
        return Counter(said for kind, said in part if kind == "began" and said[1] != "put_back")

    wanted = Counter(said_of(each) for each in final_calls(world))
    dropped, early, late = all_begun(0, live), all_begun(live, at), all_begun(at, len(marks))
    assert late <= wanted, "something that nobody decided"
    assert all(late[one] + early[one] <= max(wanted[one], early[one]) for one in late), "twice"
    assert not any(said[1] == "break_it" for said in late), "nobody said yes"
    if world.final is not None and not world.final.verified:
        assert not any(said[1] == "smash" for said in late), "nobody verified it"
    thrown = Counter(said[0] for said in (dropped + (early - wanted)).elements()
                     if said[1] == "slide")  # fmt: skip
    for expert, count in thrown.items():
        undone = [n for n, (kind, said) in enumerate(world.journal)
                  if kind == "ended" and said[:2] == (expert, "put_back")]  # fmt: skip
        others = [n for n, (kind, said) in enumerate(world.journal)
                  if n > at and kind == "began" and said[0] == expert
                  and said[1] != "put_back"]  # fmt: skip
        assert len(undone) >= count, "an effect was not taken back"
        assert max(undone) < min(others, default=len(marks)), "before the undo was over"


def check_places(world: World, *, whole: bool) -> None:
    """Nothing is left of anything but the final plan."""
    allowed = {toy_of(each): said_of(each) for each in final_calls(world)}
    for (expert, toy), place in world.places.items():
        if toy == "glue":
            continue  # its undo fails, and is told
        said = allowed.get((expert, toy))
        assert said is not None, f"{toy} of {expert} was left at the {place}"
        assert place in {said[3], "broken"}
    assert world.final is not None or not any(toy != "glue" for _, toy in world.places)
    assert world.final is not None or not whole


def check_events(world: World, events: Sequence[Event]) -> None:
    """What began early is adopted once or discarded once; every final call has one outcome."""
    early = [e.call for e in events if isinstance(e, Started) and e.speculative]
    late = {e.call.id for e in events if isinstance(e, Started) and not e.speculative}
    outcomes = [each.outcome for each in events if isinstance(each, Acted)]
    dropped = [each for each in events if isinstance(each, Discarded)]
    ran = [o for o in outcomes if o.status in {"done", "failed"}]
    adopted = [o for o in ran if o.call.id not in late]
    left = Counter(said_of(each.call) for each in dropped)
    assert Counter(map(said_of, early)) == left + Counter(said_of(o.call) for o in adopted)
    for each in dropped:
        expected = None if each.call.api != "slide" else each.call.arguments["toy"].value != "glue"
        assert each.undone is expected
    assert isinstance(world.decision, Plan) or not outcomes
    ids = Counter(outcome.call.id for outcome in outcomes)
    assert max(ids.values(), default=1) == 1
    if any(each.undone is False for each in dropped) and isinstance(world.decision, Plan):
        assert "could not undo" in next(e.reply.text for e in events if isinstance(e, Replied))
    assert [e.decision for e in events if isinstance(e, Decided)][-1] == world.decision
    assert all(wanted(world, outcome) for outcome in outcomes)


def wanted(world: World, outcome: Outcome) -> bool:
    """Whether the plan holds the call; what waits for a yes can only be skipped."""
    plan = world.decision if outcome.status == "skipped" else world.final
    calls = plan.calls if isinstance(plan, Plan) else ()
    return said_of(outcome.call) in {said_of(each) for each in calls}


@settings(max_examples=200)
@given(drawn_models(), waits, drawn_speech(), stops)
def test_nothing_happens_outside_the_rule(
    assistant: Talk, drawn: Drawn, waits: list[float], heard: Heard, stop: Stop
) -> None:
    check(assistant, drawn, waits, heard, stop)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(max_examples=10_000)
@given(drawn_models(), waits, drawn_speech(), stops)
def test_nothing_happens_outside_the_rule_in_ten_thousand_interleavings(
    assistant: Talk, drawn: Drawn, waits: list[float], heard: Heard, stop: Stop
) -> None:
    check(assistant, drawn, waits, heard, stop)


@pytest.mark.parametrize("most", range(16))
def test_ctrl_c_at_every_event(assistant: Talk, most: int) -> None:
    """The draft slides a toy and looks at another; verify slides it elsewhere and puts one away."""
    world = World()
    draft = plan(call("slide"), call("others.look"), call("others.put", "bear"))
    final = plan(call("slide", place="bed"), call("others.put", "bear"))
    talkers = [Says("fast", [(0.1, draft)]), Says("slow", [(0.6, final)])]
    events = take(assistant(world, Speculate(*talkers)), world, stop=Stop(most))
    assert all(each.asked == each.closed for each in talkers)
    check_early(world)
    check_late(world)
    check_places(world, whole=any(isinstance(each, Finished) for each in events))
