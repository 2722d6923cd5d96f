"""What lasts from one turn to the next: questions, choices, undo, again; in one process or two."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.context.conversation import load_conversation
from alexa_cli.store.store import Store
from alexa_cli.turn import Acted, Decided, Plan, Refusal

from .conftest import NOW, Play

Make = Callable[..., Play]


def elsewhere(play: Play) -> Play:
    """The same house in another process: another connection to the same file."""
    assert play.house.store.path is not None
    store = Store(play.house.store.path)
    return replace(play, house=replace(play.house, store=store))


# Questions ----------------------------------------------------------------------------------


def test_a_question_asked_here_is_answered_elsewhere(play: Play) -> None:
    said = play.say("store the saw")
    assert (said.status, said.reply) == ("question", "red saw or blue saw?")
    answered = elsewhere(play).say("the blue one")
    assert answered.status == "done"
    assert play.state("stored") == ["saw2"]


def test_an_answer_brings_the_defaults_with_it(play: Play) -> None:
    play.say("store the saw")
    said = play.say("red")
    call = next(event.outcome.call for event in said.events if isinstance(event, Acted))
    assert {name: a.value for name, a in call.arguments.items()} == {"tool": "saw1", "count": 1}


def test_one_question_leads_to_the_next(play: Play) -> None:
    assert play.say("store").reply == "Which tool?"
    assert play.say("saw").reply == "red saw or blue saw?"
    assert play.state("stored") == []
    assert play.say("the second one").status == "done"
    assert play.state("stored") == ["saw2"]


def test_the_rest_of_the_plan_waits_with_the_question_and_comes_with_the_answer(
    play: Play,
) -> None:
    said = play.say("light the kitchen and store the saw")
    assert said.status == "question"
    assert play.state("lit") == []
    assert elsewhere(play).say("store the red saw").status == "done"
    assert (play.state("lit"), play.state("stored")) == (["kitchen"], ["saw1"])


def test_the_other_one_does_the_choice_again_and_not_the_rest(play: Play) -> None:
    play.say("dial 5 and store the saw")
    play.say("red")
    play.say("dial 7")
    play.say("store the saw")
    play.say("red")
    assert play.say("no, the other one").status == "done"
    assert play.state("dial") == 7
    assert play.state("stored") == ["saw1", "saw1", "saw2"]


def test_a_question_is_asked_twice_and_then_dropped(play: Play) -> None:
    play.say("store the saw")
    second = play.say("purple elephants dance")
    assert second.status == "question"
    assert second.reply.startswith("Sorry, ")
    assert "red saw or blue saw?" in second.reply
    third = elsewhere(play).say("purple elephants dance")
    assert third.status == "not_understood"
    assert play.say("the second one").status == "not_understood"
    assert play.state("stored") == []


def test_an_answer_to_the_second_asking_counts(play: Play) -> None:
    play.say("store the saw")
    play.say("purple elephants dance")
    assert play.say("red").status == "done"
    assert play.state("stored") == ["saw1"]


@pytest.mark.parametrize(("minutes", "status"), [(4.9, "done"), (5, "not_understood")])
def test_a_question_expires_to_the_second(play: Play, minutes: float, status: str) -> None:
    play.say("explode")
    late = elsewhere(play).say("yes", now=NOW + timedelta(minutes=minutes))
    assert late.status == status


def test_asking_again_gives_the_full_time_again(play: Play) -> None:
    play.say("store the saw")
    play.say("purple elephants dance", now=NOW + timedelta(minutes=4))
    assert play.say("red", now=NOW + timedelta(minutes=8)).status == "done"


def test_another_command_drops_the_question(play: Play) -> None:
    play.say("store the saw")
    assert play.say("dial 4").status == "done"
    assert play.say("the second one").status == "not_understood"
    assert play.state("stored") == []


def test_a_question_that_nobody_saved_is_not_pending(play: Play) -> None:
    play.say("explode", save=False)
    assert play.say("yes").status == "not_understood"


# Confirm, again, undo -----------------------------------------------------------------------


def test_again_after_a_confirmed_call_asks_again(play: Play) -> None:
    play.say("explode")
    play.say("yes")
    play.say("light the kitchen", save=False)  # nothing is remembered of it
    said = play.say("please again now")
    assert said.status == "question"
    assert play.say("no").status == "done"


def test_again_twice_is_twice(play: Play) -> None:
    play.say("store the axe")
    play.say("please again now")
    play.say("please again now")
    assert play.state("stored") == ["axe"] * 3
    play.say("please undo now")
    assert play.state("stored") == ["axe"] * 2


def test_undo_does_not_reach_past_what_cannot_be_taken_back(play: Play) -> None:
    play.say("light the kitchen")
    play.say("explode", yes=True)
    said = play.say("please undo now")
    assert "cannot be taken back" in said.reply
    assert "undone" not in said.reply
    assert play.state("lit") == ["ruins"]


def test_undo_of_half_says_which_half(play: Play) -> None:
    play.say("dial 5 and burn the leaves")
    said = play.say("please undo now")
    assert "that's undone" in said.reply
    assert "burn" in said.reply
    assert play.state("dial") == 0


def test_a_read_is_nothing_to_undo(play: Play) -> None:
    play.say("dial 5")
    play.say("what is lit")
    play.say("fail")
    play.say("please undo now")
    assert play.state("dial") == 0


def test_undo_and_again_with_nothing_before_say_so(play: Play) -> None:
    assert "nothing to undo" in play.say("please undo now").reply
    assert "nothing to do again" in play.say("please again now").reply
    assert play.say("please repeat now").reply


def test_a_confirmed_half_is_undone_on_its_own(play: Play) -> None:
    play.say("dial 5 and explode")
    play.say("no")
    play.say("please undo now")
    assert play.state("dial") == 0


def test_a_command_while_a_yes_is_awaited_drops_the_yes(play: Play) -> None:
    play.say("explode")
    play.say("please undo now")
    assert play.say("yes").status == "not_understood"
    assert play.state("lit") == []


numbers = itertools.count()
commands = st.lists(
    st.sampled_from(["dial 5", "dial 9", "store the axe", "store the red saw", "burn the leaves",
                     "dial 3 and store the axe", "dial 2 and burn the leaves", "what is lit",
                     "fail", "purple elephants dance", "undo", "again", "new process"]),
    min_size=3, max_size=9,
)  # fmt: skip
State = tuple[int, tuple[str, ...]]


def done(command: str, state: State) -> State:
    """What a command does to the dial and the tools."""
    dial, stored = state
    for part in command.split(" and "):
        if part.startswith("dial"):
            dial = int(part.split()[1])
        elif part.startswith("store"):
            stored = (*stored, "axe" if "axe" in part else "saw1")
    return dial, stored


@settings(max_examples=40)
@given(commands)
def test_undo_restores_what_was_whatever_came_before(
    make: Make, tmp_path: Path, said: list[str]
) -> None:
    play = make(store=Store(tmp_path / f"undo{next(numbers)}" / "alexa.db"))
    state: State = (0, ())
    before: list[tuple[State, bool]] = []
    last = ""
    for command in said:
        if command == "new process":
            play = elsewhere(play)
            continue
        reply = play.say(f"please {command} now" if command in {"undo", "again"} else command).reply
        if command == "undo":
            if before:
                state, whole = before.pop()
                assert whole is ("cannot be taken back" not in reply)
            else:
                assert "nothing to undo" in reply
            continue
        ran = last if command == "again" else command
        if ran.startswith(("dial", "store", "burn")):
            before.append((state, "burn" not in ran))
            state = done(ran, state)
        if ran != "purple elephants dance":
            last = ran
        assert (play.state("dial") or 0, tuple(play.state("stored"))) == state
    assert (play.state("dial") or 0, tuple(play.state("stored"))) == state


# Any words ----------------------------------------------------------------------------------

pieces = st.sampled_from(
    ["light the kitchen", "explode", "yes", "no", "store the saw", "red", "please undo now",
     "please again now", "the other one", "it", "them", " and ", ", ", "then ", "dial ", "99",
     "\x1b[31m", "\x00", "\u202e", "ﬁ", "İ", "ß", "½", "$1.id", "{area}", "guess ", "'", "😀"]
)  # fmt: skip
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.lists(
    pieces, max_size=5
).map("".join)


@settings(max_examples=60)
@given(st.lists(text, min_size=1, max_size=3))
def test_any_words_end_in_finished(make: Make, tmp_path: Path, said: list[str]) -> None:
    play = make(store=Store(":memory:"))
    for words in said:
        turn = play.say(words)
        assert turn.status in {"done", "failed", "not_understood", "question", "refused"}
        assert turn.reply.strip()
        decisions = [e.decision for e in turn.events if isinstance(e, Decided)]
        assert [d.final for d in decisions] == [False] * (len(decisions) - 1) + [True]
        record = play.record(turn.turn)
        assert record.words == words
        assert record.status == turn.status
        assert load_conversation(play.house.store, play.conversation, NOW).last_turn == turn.turn


@pytest.mark.parametrize("words", ["light the \ud800 kitchen", "\udcff"])
def test_words_that_are_no_text_do_not_break_the_turn(play: Play, words: str) -> None:
    assert play.say(words).status in {"done", "not_understood"}


# Lists of experts ---------------------------------------------------------------------------


def test_a_list_that_raises_is_an_empty_list_and_the_trace_says_why(play: Play) -> None:
    said = play.say("haunt boris")
    assert said.status == "not_understood"
    span = next(span for span in play.record().spans if "ghosts" in span.name)
    assert "boo" in str(span.attributes)
    assert play.say("light the kitchen").status == "done"


def provided_by(function: str, tmp_path: Path, context: str = "") -> Path:
    folder = tmp_path / "more" / "slow"
    folder.mkdir(parents=True)
    (folder / "slow.py").write_text(function)
    (folder / "expert.yaml").write_text(
        "name: slow\ndescription: Has a list.\n"
        f"{context}lists: {{things: {{python: 'slow:things'}}}}\n"
        "apis:\n  find:\n    description: Find.\n    effect: read\n"
        "    parameters: {thing: {type: string, x-list: things}}\n    required: [thing]\n"
        "    sentences: ['find {thing}']\n    examples: ['find [it](thing)']\n"
        "    run: {python: 'slow:find'}\n    say: 'Here is {thing}.'\n"
    )
    return folder.parent


FIND = "def find(thing): return None\n"


def with_experts(make: Make, folder: Path) -> Play:
    from alexa_cli.catalog.catalogue import load_catalogue
    from alexa_cli.config.paths import find_paths

    play = make()
    paths = find_paths({"ALEXA_HOME": str(folder)})
    return replace(
        play,
        house=replace(play.house, catalogue=load_catalogue(play.house.settings, paths, [folder])),
    )


def test_a_list_that_hangs_is_left_behind(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alexa_cli.catalog import python_handler

    monkeypatch.setattr(python_handler, "LIST_SECONDS", 0.05)
    function = "import threading\ndef things(): threading.Event().wait()\n" + FIND
    play = with_experts(make, provided_by(function, tmp_path))
    said = play.say("find hope")
    assert said.status == "not_understood"
    assert "within" in str([span.attributes for span in play.record().spans])


@pytest.mark.parametrize(
    "function",
    ["def things(): return 3\n", "def things(): return [{'id': 1}]\n", "def thongs(): pass\n",
     "import nothing_like_this\n", "def things(): raise SystemExit\n", "def things(x): return []\n",
     "def things(): return [None]\n", "def things(): return ['a' * 10_000_000]\n", "def (\n"],
)  # fmt: skip
def test_a_bad_list_is_an_empty_list(make: Make, tmp_path: Path, function: str) -> None:
    play = with_experts(make, provided_by(function + FIND * (function != "def (\n"), tmp_path))
    assert play.say("find hope").status == "not_understood"


def test_a_list_may_see_its_own_expert(make: Make, tmp_path: Path) -> None:
    function = (
        "def things(context):\n"
        "    return ['hope', *(n.name for n in context.household.things)]\n" + FIND
    )
    play = with_experts(make, provided_by(function, tmp_path, "context: [things]\n"))
    assert play.say("find hope").reply == "Here is hope."


# Side by side -------------------------------------------------------------------------------


def test_several_conversations_of_one_process_do_not_mix(play: Play) -> None:
    async def talk(name: str, *said: str) -> list[str]:
        one = replace(play, conversation=name)
        return [(await one.turn(words)).status for words in said]

    async def all_at_once() -> list[list[str]]:
        return await asyncio.gather(
            talk("a", "explode", "what is lit", "yes"),
            talk("b", "store the saw", "red", "please undo now"),
            talk("c", "explode", "no", "yes"),
            *(talk(f"d{n}", "store the axe", "hang", "please repeat now") for n in range(4)),
        )

    a, b, c, *rest = asyncio.run(all_at_once())
    assert a == ["question", "done", "not_understood"]
    assert b == ["question", "done", "done"]
    assert c == ["question", "done", "not_understood"]
    assert rest == [["done", "failed", "done"]] * 4
    assert play.state("lit") == []


def test_two_assistants_on_one_database_in_one_loop(play: Play) -> None:
    other = elsewhere(play)

    async def together() -> None:
        for _ in range(5):
            here = replace(play, conversation="here").turn("light the kitchen and store the axe")
            there = replace(other, conversation="there").turn("dial 8")
            first, second = await asyncio.gather(here, there)
            assert (first.status, second.status) == ("done", "done")
            assert first.turn != second.turn

    asyncio.run(together())
    assert play.state("stored") == ["axe"] * 5
    assert other.state("dial") == 8
    assert replace(other, conversation="here").say("please repeat now").reply


# The end of a turn --------------------------------------------------------------------------


def test_leaving_after_finished_is_no_cancelling(play: Play) -> None:
    from alexa_cli.assistant import Assistant
    from alexa_cli.turn import Finished

    from .conftest import typed

    async def leave() -> None:
        stream = Assistant(play.house).turn(typed("dial 5"), play.conversation, play.options)
        async for event in stream:
            if isinstance(event, Finished):
                break
        await stream.aclose()

    asyncio.run(leave())
    assert play.record().status == "done"
    assert play.say("please undo now").status == "done"
    assert play.state("dial") == 0


def test_closing_a_turn_closes_the_model_at_once(make: Make) -> None:
    from alexa_cli.assistant import Assistant

    from .conftest import typed

    closed: list[str] = []

    class Slow:
        name, models = "slow", ()

        async def decide(self, request: Any) -> Any:
            try:
                yield Plan((), "slow", final=False)
                yield Refusal("no")
            finally:
                closed.append("closed")

    play = make(decider=Slow())

    async def leave() -> None:
        stream = Assistant(play.house).turn(typed("x"), play.conversation, play.options)
        async for event in stream:
            if isinstance(event, Decided):
                break
        await stream.aclose()
        assert closed == ["closed"]

    asyncio.run(leave())
