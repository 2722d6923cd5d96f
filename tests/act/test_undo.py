from __future__ import annotations

from typing import Any

from alexa_cli.act.undo import plan_undo, undo_call, undo_plan
from alexa_cli.turn import Argument, Outcome


def arguments(call: Any) -> dict[str, object]:
    return {name: argument.value for name, argument in call.arguments.items()}


def test_same_named_fields_come_from_the_outcome_then_from_the_call(bench: Any) -> None:
    put = bench.call("toys.put", toy="ball", place="shelf")
    undo = undo_call(put, bench.catalogue, {"was": "box", "toy": "BALL"})
    assert undo is not None
    assert (undo.name, arguments(undo)) == ("toys.put_back", {"toy": "BALL", "was": "box"})
    undo = undo_call(put, bench.catalogue, "no object")
    assert arguments(undo) == {"toy": "ball"}


def test_what_a_handler_names_wins_over_the_declaration(bench: Any) -> None:
    put = bench.call("toys.put", toy="ball", place="shelf")
    given: Any = {"api": "put", "arguments": {"toy": "bear", "place": "bed"}}
    undo = undo_call(put, bench.catalogue, {}, given)
    assert undo is not None
    assert (undo.name, arguments(undo)) == ("toys.put", {"toy": "bear", "place": "bed"})
    undo = undo_call(put, bench.catalogue, {}, {"arguments": {"toy": "bear"}})
    assert undo is not None
    assert (undo.name, arguments(undo)) == ("toys.put_back", {"toy": "bear"})


def test_no_undo_is_better_than_one_that_lacks_an_argument(bench: Any) -> None:
    put = bench.call("toys.put", toy="ball", place="shelf")
    assert undo_call(put, bench.catalogue, {}, {"arguments": {"was": "box"}}) is None
    assert undo_call(put, bench.catalogue, {}, {"api": "nothing", "arguments": {}}) is None
    assert undo_call(bench.call("toys.look", toy="x"), bench.catalogue, {}) is None
    assert undo_call(bench.call("toys.ring"), bench.catalogue, {}) is None


def test_declared_placeholders_are_filled(bench: Any, declared_undo: Any) -> None:
    make = bench.call("notes.write", text="milk")
    undo = undo_call(make, declared_undo, {"made": {"id": "n7"}})
    assert undo is not None
    assert arguments(undo) == {"id": "n7", "text": "milk"}
    assert undo_call(make, declared_undo, {}) is None


async def test_a_plan_is_taken_back_from_its_end(bench: Any) -> None:
    for place in ("shelf", "bed", "floor"):
        await bench.run(bench.call("toys.put", toy="ball", place=place))
    undoing = plan_undo(bench.outcomes, bench.catalogue)
    assert [arguments(one).get("was") for one in undoing.calls] == ["bed", "shelf", None]
    await bench.run(*undo_plan(undoing.calls).calls)
    assert bench.state() == {}


async def test_parts_of_steps_are_taken_back_one_by_one(bench: Any) -> None:
    await bench.run(bench.call("toys.tidy", one="ball", two="bear", box="chest"))
    undoing = plan_undo(bench.outcomes, bench.catalogue)
    assert [one.name for one in undoing.calls] == ["toys.put_back", "others.put_back"]
    assert undoing.stuck == ()


async def test_undo_stops_at_a_failure_and_says_what_it_left(bench: Any) -> None:
    await bench.run(
        bench.call("toys.put", "1", toy="ball", place="shelf"),
        bench.call("toys.put", "2", toy="glue", place="shelf"),
        bench.call("toys.put", "3", toy="bear", place="shelf"),
    )
    undoing = plan_undo(bench.outcomes, bench.catalogue)
    bench.events.clear()
    await bench.run(*undo_plan(undoing.calls).calls)
    assert bench.status() == {"1": "done", "2": "failed", "3": "skipped"}
    assert "it sticks" in bench.error("2")
    assert bench.state() == {"ball": "shelf", "glue": "shelf"}


async def test_what_cannot_be_taken_back_is_named(bench: Any) -> None:
    await bench.run(
        bench.call("toys.put", "1", toy="ball", place="shelf"),
        bench.call("toys.ring", "2"),
        bench.call("toys.look", "3", toy="ball"),
        bench.call("toys.raises", "4", what="x"),
        bench.call("toys.dream", "5"),
    )
    undoing = plan_undo(bench.outcomes, bench.catalogue)
    assert [one.name for one in undoing.stuck] == ["toys.ring"]
    assert [one.name for one in undoing.calls] == ["toys.put_back"]


def test_a_declared_undo_of_the_whole_covers_its_parts(bench: Any) -> None:
    undo = bench.call("toys.put_back", toy="ball")
    part = bench.call("toys.put", "1", toy="ball", place="x")
    outcomes = [
        Outcome(part.__class__(part.expert, part.api, part.arguments, "1.1"), undo=undo),
        Outcome(bench.call("toys.tidy", one="ball", box="x"), undo=undo),
    ]
    assert plan_undo(outcomes, bench.catalogue).calls == (undo,)


def test_arguments_of_the_call_may_carry_attributes(declared_undo: Any, bench: Any) -> None:
    make = bench.call("notes.write", text="milk")
    given = {**make.arguments, "to": Argument("n1", attributes={"how": "one"})}
    undo = undo_call(make.__class__("notes", "write", given), declared_undo, {"made": {"id": "n7"}})
    assert arguments(undo)["how"] == "one"
