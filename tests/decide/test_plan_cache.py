"""The plan cache: the same words give the same plan while the home is the same, and never another.

What a language model planned is made here by the same last step as its own, ``resolve``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alexa_cli.config.schema import CacheSettings, JobsSettings, ModelSettings, TraceSettings
from alexa_cli.config.settings import Settings
from alexa_cli.config.units import Duration
from alexa_cli.context.conversation import ConversationState, Exchange
from alexa_cli.context.names import Name, NameList
from alexa_cli.decide.model import Reading, Ref, Request, tokens_of
from alexa_cli.decide.plan_cache import (
    PlanCache,
    clear,
    drop_of_turn,
    entries,
    fingerprints_of,
    prune,
)
from alexa_cli.decide.resolution import resolve
from alexa_cli.language.registry import Moment
from alexa_cli.models.meter import Meter
from alexa_cli.store.forget import forget
from alexa_cli.store.retention import DAY, tidy
from alexa_cli.store.rows import EventRow
from alexa_cli.store.store import Store
from alexa_cli.trace.record import Recorder
from alexa_cli.turn import Argument, Basis, Call, Pass, Plan, Question, Utterance

Make = Callable[..., Request]
SEEN = Basis(("lights", "contacts"))


@pytest.fixture
def store() -> Store:
    return Store(":memory:")


@pytest.fixture
def cache(store: Store) -> PlanCache:
    return PlanCache(store, Settings(), ("prompts", "models"))


def planned(request: Request, api: str, *, basis: Basis = SEEN, pointers: bool = False,
            **said: Any) -> Plan:  # fmt: skip
    """What a language model's reading of the words becomes."""
    call = resolve(Reading(request.catalogue.api(api), said, 1.0, pointers=pointers), request)
    assert isinstance(call, Call), call
    return Plan((call,), "accurate", basis=basis)


def put(cache: PlanCache, request: Request, plan: Plan, turn: str = "t-1") -> bool:
    return cache.remember(request, plan, turn=turn, seconds=1.5, conversation="c-1")


def got(cache: PlanCache, request: Request) -> Plan:
    found = cache.look_up(request)
    assert isinstance(found, Plan), found
    return found


def with_list(request: Request, listed: NameList) -> Request:
    lists = {**request.snapshot.lists, listed.name: listed}
    return replace(request, snapshot=replace(request.snapshot, lists=lists))


def at(request: Request, now: datetime) -> Request:
    moment = Moment(now, request.moment.tz)
    return replace(request, moment=moment, snapshot=replace(request.snapshot, now=now))


# Properties ----------------------------------------------------------------------------------

LIGHTS = ("kitchen light", "porch light", "garage light", "hallway light")
WHEN = ("at six", "tomorrow at noon", "in an hour", "on friday at 6:45 pm", "tonight")
WHAT = ("buy milk", "call Mom", "water the plants", "feed Daisy")
SPACE = ("", "  ", ", please")


@st.composite
def read(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
    """An utterance that no template knows, and how a model would read it."""
    light, what, when = (draw(st.sampled_from(each)) for each in (LIGHTS, WHAT, WHEN))
    return draw(
        st.sampled_from([
            (f"could the {light} shine for once", "lights.on", {"device": light}),
            (f"darkness upon the {light}", "lights.off", {"device": f"the {light}"}),
            (f"don't let me forget to {what} {when}", "phone.remind",
             {"message": what, "due": when}),
            (f"make me {what} {when}", "phone.remind", {"message": what, "due": when}),
            (f"give the eggs {draw(st.integers(2, 59))} minutes", "phone.timer", {}),
            ("everything should glow", "lights.on", {"kind": "everything"}),
        ])
    )  # fmt: skip


def readings(request: Request, api: str, said: dict[str, Any]) -> dict[str, Any]:
    if api == "phone.timer":
        return {"duration": " ".join(request.words[-2:]), "name": "eggs"}
    return said


@given(read(), st.sampled_from(SPACE))
@settings(max_examples=60)
def test_the_same_words_give_the_same_plan(
    request_for: Make, reading: tuple[str, str, dict[str, Any]], ending: str
) -> None:
    words, api, said = reading
    cache = PlanCache(Store(":memory:"), Settings(), ())
    request = request_for(words)
    plan = planned(request, api, **readings(request, api, said))
    assert put(cache, request, plan)
    again = got(cache, request_for(words))
    assert again.calls == plan.calls
    assert again.basis == replace(SEEN, cached="t-1", seconds=1.5)
    assert (again.model, again.final, again.verified) == ("cache", True, True)
    louder = cache.look_up(request_for(words.upper() + ending.replace("please", "")))
    assert isinstance(louder, Plan)
    assert [c.name for c in louder.calls] == [c.name for c in plan.calls]
    for name, argument in plan.calls[0].arguments.items():
        copied = name in {"message", "name"} and argument.words is not None
        wanted = str(argument.value).upper() if copied else argument.value
        assert louder.calls[0].arguments[name].value == wanted


@given(read(), st.text(max_size=20))
@settings(max_examples=40)
def test_other_words_are_a_miss(
    request_for: Make, reading: tuple[str, str, dict[str, Any]], other: str
) -> None:
    words, api, said = reading
    cache = PlanCache(Store(":memory:"), Settings(), ())
    request = request_for(words)
    put(cache, request, planned(request, api, **readings(request, api, said)))
    for changed in (f"{words} {other}", f"{other} {words}", other):
        assume(request_for(changed).words != request.words)
        assert isinstance(cache.look_up(request_for(changed)), Pass)


@given(
    st.sampled_from(WHEN), st.integers(0, 400), st.integers(0, 23), st.integers(0, 59),
)  # fmt: skip
@settings(max_examples=60)
def test_times_are_read_afresh(
    request_for: Make, when: str, days: int, hours: int, minutes: int
) -> None:
    cache = PlanCache(Store(":memory:"), Settings(), ())
    request = request_for(f"make sure I buy milk {when}")
    assert put(cache, request, planned(request, "phone.remind", message="buy milk", due=when))
    later = request.moment.now + timedelta(days=days, hours=hours, minutes=minutes)
    fresh = at(request, later)
    expected = planned(fresh, "phone.remind", message="buy milk", due=when)
    assert got(cache, fresh).calls == expected.calls


@given(st.data())
@settings(max_examples=60)
def test_a_changed_home_is_a_miss_and_an_unchanged_one_a_hit(
    request_for: Make, data: st.DataObject
) -> None:
    names = st.builds(
        Name, st.sampled_from(["l1", "l2", "l3"]), st.sampled_from(["lamp", "light", "bulb"]),
        st.sampled_from([(), ("glow",)]), st.sampled_from([{}, {"area": "a"}, {"area": "b"}]),
    )  # fmt: skip
    homes = st.lists(names, min_size=1, max_size=3, unique_by=lambda n: n.id)
    before, after = data.draw(homes), data.draw(homes)
    cache = PlanCache(Store(":memory:"), Settings(), ())
    request = with_list(request_for("make the room shine"), NameList("lights", tuple(before)))
    plan = planned(request, "lights.on", device=Ref("lights", before[0].id))
    assert put(cache, request, plan)
    changed = with_list(request, NameList("lights", tuple(after)))
    if before == after:
        assert got(cache, changed).calls == plan.calls
    else:
        assert isinstance(cache.look_up(changed), Pass)


def test_a_name_is_looked_up_afresh(request_for: Make, cache: PlanCache) -> None:
    unseen = Basis(())  # nothing of the home was shown: only the words' own meaning counts
    here = NameList("lights", (Name("l1", "lamp"),))
    request = with_list(request_for("may the lamp shine"), here)
    assert put(cache, request, planned(request, "lights.on", basis=unseen, device="lamp"))
    moved = with_list(request, NameList("lights", (Name("l9", "lamp", (), {"area": "attic"}),)))
    assert got(cache, moved).calls[0].arguments["device"].value == "l9"
    two = NameList("lights", (Name("a", "lamp"), Name("b", "lamp")))
    assert isinstance(cache.look_up(with_list(request, two)), Pass)
    assert isinstance(cache.look_up(with_list(request, NameList("lights"))), Pass)


def test_a_member_that_is_gone_is_a_miss(request_for: Make, cache: PlanCache) -> None:
    request = with_list(request_for("do the usual"), NameList("lights", (Name("l1", "lamp"),)))
    ref = Ref("lights", "l1")
    assert put(cache, request, planned(request, "lights.on", basis=Basis(()), device=ref))
    assert got(cache, request).calls[0].arguments["device"].value == "l1"
    gone = with_list(request, NameList("lights", (Name("l2", "lamp"),)))
    found = cache.look_up(gone)
    assert isinstance(found, Pass)
    assert "no longer works" in found.reason


def test_lists_that_were_not_shown_do_not_matter(request_for: Make, cache: PlanCache) -> None:
    request = request_for("darkness upon the porch light")
    plan = planned(request, "lights.off", basis=Basis(("lights",)), device="porch light")
    assert put(cache, request, plan)
    other = with_list(request, NameList("contacts", (Name("x", "Xaver"),)))
    assert got(cache, other).calls == plan.calls


# What is not kept ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("api", "said"),
    [
        ("phone.remind", {"message": "milk", "due": "2026-11-22T18:00:00-05:00"}),
        ("phone.remind", {"message": "buy the milk, it is important", "due": "at six"}),
        ("phone.timer", {"duration": 600}),
        ("phone.timer", {"duration": "ten minutes"}),
        ("phone.note", {"text": "at six o'clock"}),
    ],
)
def test_what_the_words_do_not_hold_is_not_kept(
    request_for: Make, cache: PlanCache, store: Store, api: str, said: dict[str, Any]
) -> None:
    request = request_for("the milk must be bought at six")
    assert not put(cache, request, planned(request, api, **said))
    assert entries(store) == []


@pytest.mark.parametrize(
    "basis",
    [None, Basis(history=True), Basis(tainted=True), Basis(cached="t-0")],
    ids=["small model", "history", "untrusted", "from the cache"],
)
def test_a_plan_that_hangs_on_more_than_the_words_is_not_kept(
    request_for: Make, cache: PlanCache, basis: Basis | None
) -> None:
    request = request_for("darkness upon the porch light")
    plan = planned(request, "lights.off", device="porch light")
    assert not put(cache, request, replace(plan, basis=basis))
    assert not put(cache, request, replace(plan, verified=False))
    assert put(cache, request, plan)


def test_words_that_point_back_are_not_kept(request_for: Make, cache: PlanCache) -> None:
    spoken_of = ConversationState(referents={"lights": ("light.porch",)})
    request = request_for("turn it off there", spoken_of)
    listed = request.snapshot.list("lights")
    assert listed is not None
    ref = Ref("lights", next(iter(listed)).id)
    assert not put(cache, request, planned(request, "lights.off", device=ref))
    fine = request_for("extinguish what shines")
    plan = planned(fine, "lights.off", device=ref)
    call = plan.calls[0]
    it = replace(call.arguments["device"], words="it")
    meant = replace(plan, calls=(replace(call, arguments={"device": it}),))
    assert not put(cache, fine, meant)


def test_nothing_is_said_while_a_question_is_pending_or_the_words_lean(
    request_for: Make, cache: PlanCache
) -> None:
    request = request_for("do the usual")
    plan = planned(request, "lights.on", kind="everything")
    assert put(cache, request, plan)
    asked = Question("Which?", "open", Plan(()))
    assert isinstance(cache.look_up(replace(request, question=asked)), Pass)
    assert not put(cache, replace(request, question=asked), plan)
    assert isinstance(cache.look_up(replace(request, closed_set=True)), Pass)
    assert isinstance(cache.look_up(replace(request, meter=Meter(think=True))), Pass)
    short = request_for("darkness please")
    assert put(cache, short, plan)
    assert got(cache, short).calls == plan.calls
    talked = ConversationState(history=(Exchange("hello", "hi"),))
    assert isinstance(cache.look_up(request_for("darkness please", talked)), Pass)
    assert got(cache, request_for("do the usual", talked)).calls == plan.calls


def test_several_calls_keep_their_order_pointers_and_doubts(
    request_for: Make, cache: PlanCache
) -> None:
    request = request_for("note the eggs and then ring Meg Jones about the answer")
    first = planned(request, "phone.note", text="the eggs").calls[0]
    second = planned(request, "phone.call", contact="Meg Jones").calls[0]
    third = planned(request, "phone.note", pointers=True, text="$1.id").calls[0]
    calls = (
        first, replace(second, id="2", doubt="nobody asked for that"),
        replace(third, id="3", after=("1", "2")),
    )  # fmt: skip
    assert put(cache, request, Plan(calls, "accurate", basis=SEEN))
    assert got(cache, request).calls == calls


def test_money_in_the_words_is_never_a_pointer(request_for: Make, cache: PlanCache) -> None:
    request = request_for("jot down $1 twice")
    plain = planned(request, "phone.note", text="$1")
    assert put(cache, request, plain)
    assert got(cache, request).calls[0].arguments["text"].value == "$1"
    pointed = planned(request, "phone.timer", pointers=True, duration="$1.x", name="$1")
    call = replace(
        pointed.calls[0],
        arguments={"duration": Argument(pointer="$1.x"), "name": Argument("$1", "$1")},
    )
    assert not put(cache, request, Plan((call,), "accurate", basis=SEEN))


# Keys, bounds, age -----------------------------------------------------------------------------


def test_whatever_would_decide_is_part_of_the_key(request_for: Make, store: Store) -> None:
    def fingerprints(**changes: Any) -> tuple[str, ...]:
        model = ModelSettings(kind="llm", model="a/b", api_key="k")
        changed = {"jobs": JobsSettings(decide=["m"]), "models": {"m": model}, **changes}
        return fingerprints_of(Settings(**changed), "texts")

    plain = fingerprints()
    assert plain == fingerprints()
    other_key = ModelSettings(kind="llm", model="a/b", api_key="other", timeout=Duration("1s"))
    assert fingerprints(models={"m": other_key}) == plain
    assert fingerprints(models={"m": ModelSettings(kind="llm", model="a/c")}) != plain
    assert fingerprints(planning="two_calls") != plain
    assert fingerprints(jobs=JobsSettings(decide=["sentences", "m"])) != plain
    request = request_for("do the usual")
    one, two = (PlanCache(store, Settings(), each) for each in (("a",), ("b",)))
    put(one, request, planned(request, "lights.on", device="porch light"))
    keys = {
        one.key(request), two.key(request), one.key(request_for("do the unusual")),
        one.key(replace(request, catalogue=replace(request.catalogue, fingerprint="x"))),
        one.key(replace(request, snapshot=replace(request.snapshot, speaker="Meg"))),
        one.key(replace(request, moment=replace(request.moment, language="de"))),
    }  # fmt: skip
    assert len(keys) == 6


def test_the_least_lately_used_goes_first(request_for: Make) -> None:
    clock = [1_790_000_000.0]
    store = Store(":memory:", clock=lambda: clock[0])
    cache = PlanCache(store, Settings(cache=CacheSettings(size=2)), ())

    def say(words: str) -> Request:
        clock[0] += 1
        return request_for(words)

    for words in ("play the first", "play the second"):
        request = say(words)
        put(cache, request, planned(request, "lights.on", device=Ref("lights", _light(request))))
    cache.used(say("play the first"))
    request = say("play the third")
    put(cache, request, planned(request, "lights.on", device=Ref("lights", _light(request))))
    assert [entry.plan.words for entry in entries(store)] == ["play the third", "play the first"]


def test_plans_age_and_go_with_the_traces(request_for: Make) -> None:
    clock = [1_790_000_000.0]
    store = Store(":memory:", clock=lambda: clock[0])
    young = TraceSettings(keep=Duration("2d"))
    for given_, days in ((Settings(), 30), (Settings(trace=young), 2)):
        cache = PlanCache(store, given_, ())
        request = request_for("darkness upon the porch light")
        plan = planned(request, "lights.off", device="porch light")
        assert put(cache, request, plan)
        clock[0] += days * DAY - 1
        assert got(cache, request).calls == plan.calls
        clock[0] += 2
        assert isinstance(cache.look_up(request), Pass)
        assert put(cache, request, plan)
        tidy(store, keep=90 * DAY, max_size=10**12)
        assert len(entries(store)) == 1
        forget(store, traces=True)
        assert entries(store) == []
        assert put(cache, request, plan)
        forget(store, conversation="c-1")
        assert entries(store) == []


def test_plans_are_dropped_by_words_turn_setup_and_all_at_once(
    request_for: Make, store: Store
) -> None:
    one, two = (PlanCache(store, Settings(), (each,)) for each in "ab")
    request = request_for("darkness upon the porch light")
    plan = planned(request, "lights.off", device="porch light")
    put(one, request, plan, "t-1")
    assert one.drop(request)
    assert not one.drop(request)
    put(one, request, plan, "t-1")
    put(two, request, plan, "t-2")
    assert drop_of_turn(store, "t-1") == 1
    assert isinstance(one.look_up(request), Pass)
    put(one, request, plan, "t-3")
    assert prune(store, two.setup(request.catalogue), 10) == 1
    assert [entry.plan.turn for entry in entries(store)] == ["t-2"]
    assert clear(store) == 1


def test_off_is_off(request_for: Make, store: Store) -> None:
    request = request_for("darkness upon the porch light")
    plan = planned(request, "lights.off", device="porch light")
    for off in (CacheSettings(plans=False), CacheSettings(size=0)):
        assert not put(PlanCache(store, Settings(cache=off), ()), request, plan)
    put(PlanCache(store, Settings(), ()), request, plan)
    assert isinstance(
        PlanCache(store, Settings(cache=CacheSettings(plans=False)), ()).look_up(request), Pass
    )


def test_what_was_written_over_is_a_pass(request_for: Make, store: Store, cache: PlanCache) -> None:
    request = request_for("darkness upon the porch light")
    put(cache, request, planned(request, "lights.off", device="porch light"))
    row = f"plan/{cache.key(request)}"
    for odd in (b"[]", b'{"words": 5}', b'{"calls": {}}'):
        store.append(EventRow(row, "plan", "c"), odd)
        found = cache.look_up(request)
        assert isinstance(found, Pass)
        assert "cannot be read" in found.reason
    assert entries(store) == []
    assert row in store.notices[0]


def test_a_hit_is_a_span_that_tells_both_times(request_for: Make, cache: PlanCache) -> None:
    recorder = Recorder()
    request = replace(request_for("darkness upon the porch light"), meter=Meter(recorder))
    put(cache, request, planned(request, "lights.off", device="porch light"))

    async def ask() -> list[Any]:
        return [decision async for decision in cache.decide(request)]

    (decision,) = asyncio.run(ask())
    assert isinstance(decision, Plan)
    (span,) = recorder.spans()
    assert span.attributes == {
        "alexa.cached": True, "alexa.cached_turn": "t-1", "alexa.cached_seconds": 1.5,
    }  # fmt: skip
    assert 0 < span.seconds != 1.5


def test_the_words_of_the_turn_itself_are_copied(request_for: Make, cache: PlanCache) -> None:
    request = request_for("make sure to write Call MOM somewhere")
    put(cache, request, planned(request, "phone.note", text="Call MOM"))
    utterance = Utterance("make sure to write call Mom somewhere")
    other = replace(request, utterance=utterance, tokens=tokens_of(utterance))
    assert got(cache, other).calls[0].arguments["text"].value == "call Mom"


def _light(request: Request) -> str:
    listed = request.snapshot.list("lights")
    assert listed is not None
    return next(iter(listed)).id
