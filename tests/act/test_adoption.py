from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.act.adoption import adopt, canonical
from alexa_cli.turn import Argument, Call, Outcome, Plan


def test_order_ids_wording_score_and_model_do_not_count(bench: Any) -> None:
    look, put = (
        bench.call("toys.look", "s1", toy="a"),
        bench.call("toys.slide", "s2", toy="a", place="b"),
    )
    said = {k: replace(a, words="W", spoken="S") for k, a in put.arguments.items()}
    other_words = replace(put, id="1", arguments=said)
    final = Plan((other_words, replace(look, id="9", after=("1",))), model="x", score=0.1)
    adoption = adopt([look, put], final, bench.catalogue)
    assert adoption.kept == {"1": "s2", "9": "s1"}
    assert adoption.discarded == ()


def test_values_experts_and_apis_count(bench: Any) -> None:
    started = [bench.call("toys.look", "s1", toy="a")]
    for other in (
        bench.call("toys.look", toy="b"),
        bench.call("others.look", toy="a"),
        bench.call("toys.slide", toy="a"),
        bench.call("toys.look", toy="a", label="b"),
        bench.call("toys.look", toy=None),
        bench.call("toys.look"),
    ):
        adoption = adopt(started, Plan((other,)), bench.catalogue)
        assert (adoption.kept, adoption.discarded) == ({}, ("s1",))


def test_defaults_are_filled_on_both_sides(bench: Any) -> None:
    bare, full = bench.call("toys.look", toy="a"), bench.call("toys.look", toy="a", label="")
    for started, final in ((bare, full), (full, bare)):
        adoption = adopt([replace(started, id="s1")], Plan((final,)), bench.catalogue)
        assert adoption.kept == {"1": "s1"}


def test_each_is_matched_once(bench: Any) -> None:
    started = [bench.call("toys.look", f"s{n}", toy="a") for n in range(3)]
    final = Plan((bench.call("toys.look", "1", toy="a"), bench.call("toys.look", "2", toy="a")))
    adoption = adopt(started, final, bench.catalogue)
    assert adoption.kept == {"1": "s0", "2": "s1"}
    assert adoption.discarded == ("s2",)
    more = adopt(started[:1], final, bench.catalogue)
    assert more.kept == {"1": "s0"}


def test_a_pointer_counts_as_the_value_it_leads_to(bench: Any) -> None:
    started = [bench.call("toys.look", "s1", toy="a"), bench.call("toys.look", "s2", toy="box")]
    final = Plan(
        (bench.call("toys.look", "1", toy="a"), bench.call("toys.look", "2", toy="$1.place"))
    )
    ended = {"s1": Outcome(started[0], value={"place": "box"})}
    assert adopt(started, final, bench.catalogue, ended).kept == {"1": "s1", "2": "s2"}
    elsewhere = {"s1": Outcome(started[0], value={"place": "bed"})}
    assert adopt(started, final, bench.catalogue, elsewhere).kept == {"1": "s1"}
    assert adopt(started, final, bench.catalogue).kept == {"1": "s1"}


def test_json_is_compared_as_json() -> None:
    assert canonical({"a": 1, "b": [1.0]}) == canonical({"b": [1], "a": 1.0})
    different: list[Any] = [
        1,
        True,
        "1",
        "true",
        None,
        [],
        {},
        [1],
        ["1"],
        {"1": 1},
        "",
        0,
        False,
        [[]],
    ]
    assert len({canonical(value) for value in different}) == len(different)


values = st.sampled_from([1, True, "a", None, [1, 2], {"k": "v"}])
calls = st.builds(
    lambda api, value: Call("toys", api, {"toy": Argument(value)}),
    st.sampled_from(["look", "slide"]),
    values,
)


@given(st.lists(calls, max_size=8), st.lists(calls, max_size=8))
def test_adoption_is_the_largest_matching_of_equal_calls(
    toys: Any, started: list[Call], final: list[Call]
) -> None:
    started = [replace(call, id=f"s{at}") for at, call in enumerate(started)]
    final = [replace(call, id=f"f{at}") for at, call in enumerate(final)]
    adoption = adopt(started, Plan(tuple(final)), toys)
    kept = list(adoption.kept.values())
    assert len(set(kept)) == len(kept)
    assert sorted([*kept, *adoption.discarded]) == sorted(call.id for call in started)

    def key(call: Call) -> object:
        return call.api, canonical(call.arguments["toy"].value)

    by_id = {call.id: call for call in [*started, *final]}
    assert all(key(by_id[one]) == key(by_id[other]) for one, other in adoption.kept.items())
    most = sum(
        min([key(c) for c in started].count(k), [key(c) for c in final].count(k))
        for k in {key(c) for c in started}
    )
    assert len(kept) == most
