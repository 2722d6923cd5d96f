from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.measure.metrics import (
    Judged,
    bootstrap,
    f1,
    judge,
    quantile,
    refused_at,
    summarise,
    wilson,
)
from alexa_cli.measure.suite import Expected, ExpectedCall
from alexa_cli.turn import Argument, Call, Pass, Plan, Question, Refusal


def call(name: str, **words: str) -> Call:
    expert, _, api = name.partition(".")
    return Call(expert, api, {key: Argument(text.upper(), text) for key, text in words.items()})


def plan(*calls: Call) -> Plan:
    return Plan(calls, "sentences")


def want(name: str, **arguments: str) -> Expected:
    expert, _, api = name.partition(".")
    return Expected((ExpectedCall(expert, api or None, arguments or None),))


def fared(expected: Expected, decision: Any, **more: Any) -> Judged:
    return judge("id", "words", expected, decision, **more)


NOBODY = Expected(())
DIM = call("lights.dim", device="the lamp")


@pytest.mark.parametrize(
    ("expected", "decision", "right", "exact", "why"),
    [
        (want("lights.dim"), plan(DIM), True, True, ""),
        (want("lights"), plan(DIM), True, True, ""),
        (want("lights.dim", device="Lamp!"), plan(DIM), True, True, ""),
        (want("lights.dim", device="fan"), plan(DIM), True, False, "device is 'the lamp'"),
        (want("lights.dim", area="hall"), plan(DIM), True, False, "area is missing"),
        (want("lights.on"), plan(DIM), False, False, "another API"),
        (want("music.play"), plan(DIM), False, False, "another expert"),
        (want("lights.dim"), Pass("no idea"), False, False, "refused (no idea)"),
        (NOBODY, Refusal("sorry"), True, True, ""),
        (NOBODY, plan(DIM), False, False, "should be refused"),
        (Expected(None, None, "lights"), plan(DIM), False, False, "should not be lights's"),
        (Expected(None, None, "music"), plan(DIM), True, True, ""),
        (Expected(None, None, "music"), Pass("no"), True, True, ""),
        (want("lights.dim"), Question("?", "choice", plan(DIM), parameter="device"), True, False,
         "asks for device"),
        (Expected(want("lights.dim").calls, "device"),
         Question("?", "choice", plan(DIM), parameter="device"), True, True, ""),
        (Expected(want("lights.dim").calls, "device"), plan(DIM), True, False,
         "should ask for device"),
        (Expected(None, "device"), Question("?", "choice", plan(), parameter="device"), True, True,
         ""),
    ],
)  # fmt: skip
def test_one_decision_is_compared_with_what_was_expected(
    expected: Expected, decision: Any, right: bool, exact: bool, why: str
) -> None:
    judged = fared(expected, decision)
    assert (judged.right, judged.exact, judged.why) == (right, exact, why)


def test_several_calls_count_in_any_order_each_once() -> None:
    both = Expected((ExpectedCall("a", "x", {"n": "one"}), ExpectedCall("a", "x", {"n": "two"})))
    turned = plan(call("a.x", n="two"), call("a.x", n="one"))
    assert fared(both, turned).exact
    assert fared(both, turned).pairs == (2, 2, 2)
    assert not fared(both, plan(call("a.x", n="one"))).right
    twice = fared(both, plan(call("a.x", n="one"), call("a.x", n="one")))
    assert (twice.right, twice.exact, twice.pairs) == (True, False, (1, 2, 2))


def test_values_are_compared_as_resolved() -> None:
    value = Expected((ExpectedCall("lights", "dim", None, {"device": "THE LAMP"}),))
    assert fared(value, plan(DIM)).exact
    other = Expected((ExpectedCall("lights", "dim", None, {"device": "x", "step": 1}),))
    assert fared(other, plan(DIM)).why == "device is 'THE LAMP', not 'x'; step is 'missing', not 1"


def test_only_what_changes_something_is_a_wrong_action() -> None:
    changes = frozenset({"lights.dim"})
    assert fared(want("music.play"), plan(DIM), changes=changes).wrong_action
    assert fared(NOBODY, plan(DIM), changes=changes).wrong_action
    assert fared(Expected(None, None, "lights"), plan(DIM), changes=changes).wrong_action
    assert not fared(want("lights"), plan(DIM), changes=changes).wrong_action
    assert not fared(want("music.play"), plan(DIM)).wrong_action
    asked = Question("?", "choice", plan(DIM))
    assert not fared(NOBODY, asked, changes=changes).wrong_action


def test_the_figures_add_up() -> None:
    judged = [
        judge("a", "", want("lights.dim", device="lamp"), plan(DIM), gate=0.9, seconds=0.001),
        judge("b", "", want("lights.on"), plan(DIM), gate=0.8, seconds=0.002),
        judge("c", "", want("music.play"), Pass("no"), gate=0.2, seconds=0.003),
        judge("d", "", NOBODY, Pass("no"), gate=0.1, seconds=0.004),
        judge("d#2", "", NOBODY, plan(DIM), gate=0.5, seconds=0.005),
    ]
    metrics = summarise(judged)
    assert (metrics.cases, metrics.turns) == (4, 5)
    values = metrics.values
    assert values["expert_accuracy"] == pytest.approx(2 / 3)
    assert values["api_accuracy"] == pytest.approx(1 / 3)
    assert values["exact_match"] == pytest.approx(2 / 5)
    assert values["refused"] == pytest.approx(1 / 3)
    assert values["out_of_scope_refused"] == 0.5
    assert values["out_of_scope_refused_at_5"] == 0.5
    assert values["argument_f1"] == 1.0
    assert values["p50_ms"] == 3.0
    assert metrics.experts["lights"]["api_accuracy"] == 0.5
    assert metrics.intervals["refused"][0] < 1 / 3 < metrics.intervals["refused"][1]


def test_what_nothing_was_labelled_for_is_unknown_not_zero() -> None:
    values = summarise([fared(Expected(None, None, "x"), Pass("no"))]).values
    assert values["expert_accuracy"] is None
    assert values["out_of_scope_refused_at_5"] is None
    assert values["argument_f1"] is None
    assert summarise([]).values["p50_ms"] is None


def test_refusing_is_read_off_where_a_twentieth_of_the_good_is_refused() -> None:
    inside = [fared(want("a.x"), plan(), gate=n / 100) for n in range(101)]
    outside = [fared(NOBODY, plan(), gate=g) for g in (0.01, 0.04, 0.06, 0.9)]
    assert refused_at(inside, outside, 0.05) == 0.5


def test_known_intervals() -> None:
    low, high = wilson(50, 100)
    assert low == pytest.approx(0.4038, abs=1e-4)
    assert high == pytest.approx(0.5962, abs=1e-4)
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == 1.0


@given(st.integers(1, 500), st.data())
def test_an_interval_holds_its_share(total: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, total))
    low, high = wilson(hits, total)
    assert 0 <= low <= hits / total + 1e-9
    assert hits / total - 1e-9 <= high <= 1


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(3, 5), st.integers(3, 5)), min_size=1))
def test_f1_lies_within_its_resampled_interval(pairs: list[tuple[int, int, int]]) -> None:
    score = f1(pairs)
    low, high = bootstrap(pairs, f1)
    assert score is not None
    assert 0 <= low <= high <= 1
    assert bootstrap(pairs, f1) == (low, high)


def test_quantiles_between_neighbours() -> None:
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.5
    assert quantile([7.0], 0.95) == 7.0
