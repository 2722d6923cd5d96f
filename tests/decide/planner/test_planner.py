"""One call and two, calls and words, what is told back and what is passed on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from alexa_cli.config.settings import Settings
from alexa_cli.context.conversation import ConversationState, Exchange
from alexa_cli.decide.planner import Planner
from alexa_cli.models.chat import End, ModelSpec, TextPiece, ThoughtPiece, ToolCall, ToolPiece
from alexa_cli.models.failures import BadAnswer, Busy, Filtered, ModelError, NoAnswer
from alexa_cli.prompt.texts import load_texts
from alexa_cli.turn import Answer, Argument, Call, Choice, Pass, Plan, Question

Run = Callable[..., Any]
JSON = ModelSpec("fast", kind="scripted", structured="json_schema")
TWO = Settings(planning="two_calls")
ONE = Settings(planning="one_call")


def call(name: str, label: str = "", **arguments: Any) -> ToolCall:
    return ToolCall(name, json.dumps(arguments), label)


def names(done: Any) -> list[str]:
    assert isinstance(done.last, Plan), done.last
    return [each.name for each in done.last.calls]


def argument(done: Any, name: str, place: int = 0) -> Argument:
    assert isinstance(done.last, Plan), done.last
    found = done.last.calls[place].arguments[name]
    assert isinstance(found, Argument)
    return found


# One call ---------------------------------------------------------------------------------


def test_a_tool_call_becomes_a_plan_with_the_users_words(plan: Run) -> None:
    done = plan("could you light up the Kitchen  light", call("on", device="the kitchen light"))
    assert names(done) == ["lights.on"]
    given = argument(done, "device")
    assert (given.words, given.value) == ("the Kitchen  light", "light.kitchen")
    assert len(done.model.asked) == 1
    assert (done.last.model, done.last.final, done.last.verified) == ("fast", True, True)


def test_a_plan_says_what_it_is_based_on(plan: Run) -> None:
    done = plan("lights please in the kitchen", call("on", area="kitchen"))
    assert done.last.basis.lists == ("lights", "rooms", "contacts")
    assert not done.last.basis.history
    assert not done.last.basis.tainted
    assert done.last.candidates[0].name == "lights.on"
    assert done.last.candidates[0].arguments == {"area": "kitchen"}


def test_one_call_shows_every_tool_and_two_calls_only_the_chosen_ones(plan: Run) -> None:
    one = plan("call meg bauer", call("call", contact="meg bauer"))
    [asked] = one.model.asked
    shown = {tool["function"]["name"] for tool in asked.tools}
    assert {"on", "off", "call", "note", "timer", "ask_user", "none_of_these"} <= shown
    two = plan("call meg bauer", "2", call("call", contact="meg bauer"), settings=TWO)
    route, planned = two.model.asked
    assert not route.tools
    shown = {tool["function"]["name"] for tool in planned.tools}
    assert "call" in shown
    assert "on" not in shown
    assert two.last.basis.lists == ("contacts",)
    assert names(one) == names(two) == ["phone.call"]


@pytest.mark.parametrize(("most", "asked"), [(100, 1), (7, 1), (6, 2), (0, 2)])
def test_auto_goes_by_how_many_apis_there_are(plan: Run, most: int, asked: int) -> None:
    """The catalogue has seven."""
    prompt = replace_struct(Settings(), one_call_apis=most)
    answers = ["2", call("never_mind")] if asked == 2 else [call("never_mind")]
    done = plan("oh leave it then", *answers, settings=prompt)
    assert len(done.model.asked) == asked
    assert names(done) == ["phone.never_mind"]


def replace_struct(settings: Settings, **prompt: Any) -> Settings:
    import msgspec

    changed = msgspec.structs.replace(settings.prompt, **prompt)
    return msgspec.structs.replace(settings, prompt=changed)


def test_several_calls_in_order_with_pointers(plan: Run) -> None:
    done = plan(
        "set a ten minute timer and note its number and call meg bauer",
        [call("timer", duration="ten minute"), call("note", text="$1.id"),
         call("call", contact="meg bauer", after=["2"])],
    )  # fmt: skip
    assert names(done) == ["phone.timer", "phone.note", "phone.call"]
    assert [each.id for each in done.last.calls] == ["1", "2", "3"]
    assert argument(done, "text", 1).pointer == "$1.id"
    assert done.last.calls[2].after == ("2",)


def test_a_pointer_by_the_models_own_name_and_to_a_later_call(plan: Run) -> None:
    done = plan(
        "note the number of a ten minute timer",
        [call("note", "a", text="$b.id"), call("timer", "b", duration="ten minute")],
    )
    assert names(done) == ["phone.timer", "phone.note"]
    assert argument(done, "text", 1).pointer == "$1.id"


@pytest.mark.parametrize("pointer", ["$2.id", "$7.id", "$0.id", "$nobody.x"])
def test_a_pointer_to_nothing_is_told_back(plan: Run, pointer: str) -> None:
    first = [call("timer", duration="ten minute"), call("note", text=pointer)]
    done = plan("a ten minute timer, and note it", first)
    assert isinstance(done.last, Pass)
    assert pointer in done.told
    assert "numbered 1 to 2" in done.told


def test_a_circle_is_told_back(plan: Run) -> None:
    done = plan("x y z", [call("note", text="$2.a"), call("note", text="$1.a")])
    assert isinstance(done.last, Pass)
    assert "circle" in done.told


def test_money_that_was_said_is_no_pointer(plan: Run) -> None:
    done = plan("note that I owe $1", call("note", text="$1"))
    assert argument(done, "text").pointer is None
    assert argument(done, "text").value == "$1"


def test_a_pointer_inside_a_text_is_told_back(plan: Run) -> None:
    wrong = [call("timer", duration="ten minute"), call("note", text="timer $1.id runs")]
    done = plan("ten minute timer and note it", wrong)
    assert isinstance(done.last, Pass)
    assert "whole argument" in done.told


def test_what_is_said_twice_by_the_model_is_done_once(plan: Run) -> None:
    twice = [call("call", contact="meg bauer"), call("call", contact="meg bauer")]
    assert names(plan("ring meg bauer", twice)) == ["phone.call"]
    timers = [call("timer", duration="ten minute"), call("timer", duration="ten minute")]
    assert len(names(plan("ten minute timer for me", timers))) == 1
    assert len(names(plan("two ten minute timers", timers))) == 2
    switching = [call("on", area="hall"), call("off", area="hall"), call("on", area="hall")]
    assert len(names(plan("hall on off on", switching))) == 3


def test_a_pointer_to_what_was_said_twice_points_to_what_is_left(plan: Run) -> None:
    done = plan(
        "ten minute timer and note it",
        [call("timer", duration="ten minute"), call("timer", duration="ten minute"),
         call("note", text="$2.id")],
    )  # fmt: skip
    assert names(done) == ["phone.timer", "phone.note"]
    assert argument(done, "text", 1).pointer == "$1.id"


def test_too_many_calls_are_told_back(plan: Run) -> None:
    many = [call("note", text=f"thing {n}") for n in range(21)]
    done = plan("note things", many)
    assert isinstance(done.last, Pass)
    assert "too many" in done.told


def test_a_call_wins_over_the_text_before_it(plan: Run) -> None:
    mixed = [TextPiece("I'll do that."), ToolPiece(0, "never_mind", "{}"), End("tool_calls")]
    done = plan("oh leave it then", mixed)
    assert names(done) == ["phone.never_mind"]
    assert done.decisions == [done.last]


# A question back, and nobody ---------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        call("ask_user", question="Which  lamp?"),
        [call("on", area="hall"), call("ask_user", question="Which lamp?")],
        'ask_user("Which lamp?")',
        '{"ask": "Which lamp?"}',
    ],
)
def test_a_question_back_is_an_open_question(plan: Run, answer: Any) -> None:
    done = plan("turn the thing on", answer)
    assert isinstance(done.last, Question)
    assert (done.last.text, done.last.kind, done.last.plan.calls) == ("Which lamp?", "open", ())


@pytest.mark.parametrize(
    "answer", [call("none_of_these"), "none_of_these", "none_of_these()", '{"none": true}']
)
def test_none_of_these_is_a_pass(plan: Run, answer: Any) -> None:
    done = plan("order a pizza", answer)
    assert isinstance(done.last, Pass)
    assert (done.last.reason, done.last.code, done.last.model) == ("nobody's", "no_match", "fast")
    assert len(done.model.asked) == 1


def test_half_a_plan_is_no_plan(plan: Run) -> None:
    both = [call("on", area="kitchen"), call("none_of_these")]
    done = plan("kitchen lights and a pizza", both)
    assert isinstance(done.last, Pass)
    assert done.last.code == "no_match"
    assert len(done.model.asked) == 2


def test_what_is_missing_is_asked_for(plan: Run) -> None:
    done = plan("time me", call("timer"))
    assert isinstance(done.last, Question)
    assert (done.last.kind, done.last.parameter, done.last.text) == (
        "value", "duration", "For how long?",
    )  # fmt: skip
    assert len(done.model.asked) == 1


def test_what_is_missing_but_was_said_is_told_back(plan: Run) -> None:
    right = call("timer", duration="ten minutes")
    done = plan("time me for ten minutes", call("timer"), right)
    assert names(done) == ["phone.timer"]
    assert "'ten minutes'" in done.told
    still = plan("time me for ten minutes", call("timer"))
    assert isinstance(still.last, Question)


def test_a_name_that_may_be_two_is_asked_about_with_the_rest_of_the_plan(plan: Run) -> None:
    done = plan(
        "ring meg and note it", [call("call", contact="meg"), call("note", text="ring meg")]
    )
    assert isinstance(done.last, Question)
    assert done.last.kind == "choice"
    assert sorted(each.spoken for each in done.last.choices) == ["Meg Bauer", "Meg Jones"]
    assert [each.name for each in done.last.plan.calls] == ["phone.call", "phone.note"]
    assert done.last.plan.basis is not None


def test_a_call_that_waits_for_an_answer_keeps_what_it_points_to(plan: Run) -> None:
    done = plan(
        "ten minute timer and the lamp on where it is",
        [call("timer", duration="ten minute"), call("on", device="lamp", area="$1.area")],
    )
    assert isinstance(done.last, Question)
    assert (done.last.kind, done.last.call, done.last.parameter) == ("choice", "2", "device")
    assert done.last.plan.calls[1].arguments["area"].pointer == "$1.area"


def test_two_things_missing_are_asked_for_at_once(plan: Run) -> None:
    done = plan("time me and ring", [call("timer"), call("call")])
    assert isinstance(done.last, Question)
    assert done.last.kind == "open"
    assert done.last.text == "For how long? Who should I call?"


# Told back ---------------------------------------------------------------------------------

RIGHT = call("on", device="kitchen light")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (call("fly", to="the moon"), "there is no tool 'fly'"),
        (call("music_timer", duration="1"), "there is timer"),
        (call("lights.timer", duration="1"), "there is timer"),
        (call("on", devise="kitchen light"), "it has no 'devise'; its arguments: device"),
        (call("on", device="garden gnome"), "nothing that it may be is called 'garden gnome'"),
        (call("on", device="L77"), "there is no L77"),
        (call("on", device={"id": 1}), "must be a name or an alias, not an object"),
        (call("on", kind="lava lamp"), "must be one of light, everything, not 'lava lamp'"),
        (call("on", kind=[1]), "must be one of light, everything"),
        (call("timer", duration="a fortnite"), "Copy all of the user's words"),
        (call("timer", duration=-5), "duration"),
        (call("timer", duration=True), "must be words for a duration"),
        (call("note", text={"a": 1}), "must be words, not an object"),
        (call("note", text="a" * 2_500), "2,500 characters long"),
        (ToolCall("on", '{"device": "kitch'), "were cut off"),
        (ToolCall("on", "[1]"), "are no JSON object"),
        (ToolCall("on", '{"device": NaN}'), "are no JSON object"),
        ("", "that was no answer"),
        ("<think>what now", "that was no answer"),
        ('{"calls": [{"api": "on"', "cut off"),
        ('{"weather": "fine"}', "neither calls nor an answer"),
        ("on(device='kitchen light')", "call it as a tool"),
        ("I've turned on the kitchen light.", "nothing was done"),
        ("Done.", "nothing was done"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told_back_once(plan: Run, wrong: Any, told: str) -> None:
    done = plan("turn on the kitchen light", wrong, RIGHT)
    assert names(done) == ["lights.on"]
    assert told in done.told
    assert len(done.model.asked) == 2
    never = plan("turn on the kitchen light", wrong)
    assert isinstance(never.last, Pass)
    assert never.last.code == "failed"
    assert len(never.model.asked) == 2


def test_the_repair_keeps_the_whole_prompt_before_it(plan: Run) -> None:
    for wrong in (call("on", devise="x"), "on(x)", ToolCall("o n", "{"), call("fly")):
        first, second = plan("turn on the kitchen light", wrong, RIGHT).model.asked
        assert second.messages[: len(first.messages)] == first.messages
        assert (second.tools, second.cache_key) == (first.tools, first.cache_key)
        roles = [m["role"] for m in second.messages[len(first.messages) :]]
        assert roles in (["assistant", "tool"], ["assistant", "user"])


def test_a_model_that_thinks_is_told_back_in_text(plan: Run, request_for: Any) -> None:
    """Its tool calls would have to come with thoughts that are not kept."""
    meter = replace(request_for("x").meter, think=True)
    done = plan("turn on the kitchen light", call("fly"), RIGHT, meter=meter)
    assert [m["role"] for m in done.model.asked[1].messages[-2:]] == ["assistant", "user"]


def test_each_call_is_told_its_own_fault(plan: Run) -> None:
    wrong = [call("on", device="kitchen light"), call("fly"), call("timer", lenght="x")]
    done = plan("turn on the kitchen light", wrong, RIGHT)
    _, one, two, three = done.model.asked[1].messages[-4:]
    assert "fine" in one["content"]
    assert "no tool 'fly'" in two["content"]
    assert "lenght" in three["content"]
    assert one["tool_call_id"] != two["tool_call_id"] != three["tool_call_id"]


def test_the_trace_says_what_was_told_back(plan: Run) -> None:
    done = plan("turn on the kitchen light", call("fly"), RIGHT)
    spans = done.request.meter.recorder.spans()
    told = next(span for span in spans if span.name == "told back")
    assert "no tool 'fly'" in str(told.attributes["alexa.reason"])
    assert [each.job for each in done.request.meter.exchanges] == ["plan", "plan"]


def test_an_unknown_name_of_the_users_own_is_what_they_are_told(plan: Run) -> None:
    done = plan("ring zaphod for me", call("call", contact="zaphod"))
    assert isinstance(done.last, Pass)
    assert (done.last.code, done.last.reason) == (
        "unknown_name", "I don't know anyone called zaphod.",
    )  # fmt: skip
    assert len(done.model.asked) == 2


def test_an_unreadable_value_of_the_users_own_is_what_they_are_told(plan: Run) -> None:
    done = plan("timer for a jiffy", call("timer", duration="a jiffy"))
    assert isinstance(done.last, Pass)
    assert done.last.code == "unreadable"
    assert "jiffy" in done.last.reason


def test_an_alias_can_put_right_what_words_could_not(plan: Run) -> None:
    done = plan("ring my wife's sister", call("call", contact="my wife's sister"),
                call("call", contact="C2"))  # fmt: skip
    assert names(done) == ["phone.call"]
    assert argument(done, "contact").words is None
    assert argument(done, "contact").attributes["phone"]


# Errors of the model itself -----------------------------------------------------------------


@pytest.mark.parametrize("error", [NoAnswer("gone"), Busy("later", after=9.0), BadAnswer("x")])
def test_what_goes_wrong_with_the_model_is_the_callers(plan: Run, error: ModelError) -> None:
    with pytest.raises(type(error)):
        plan("turn on the kitchen light", error)
    with pytest.raises(type(error)):
        plan("turn on the kitchen light", call("fly"), error)
    with pytest.raises(type(error)):
        plan("turn on the kitchen light", error, settings=TWO)


def test_a_provider_that_refuses_the_content_is_no_empty_answer(plan: Run) -> None:
    with pytest.raises(Filtered):
        plan("turn on the kitchen light", [End("content_filter")])


# Words --------------------------------------------------------------------------------------


def test_an_answer_in_words_comes_piece_by_piece(plan: Run) -> None:
    whole = "The tallest mountain on Earth is Mount Everest, of course."
    done = plan("what is the tallest mountain", whole)
    *shown, last = done.decisions
    assert last == Answer(whole, "fast")
    assert len(shown) > 3
    for before, after in zip(shown, [*shown[1:], last], strict=True):
        assert not before.final
        assert after.text.startswith(before.text)


@pytest.mark.parametrize(
    ("text", "schema", "final"),
    [
        ("Sure, I like that a lot. " + "x " * 20, False, "Answer"),
        ("<think>It is hot, so the answer is Everest</think>Everest is it.", False, "Answer"),
        ('{"calls": [{"api": "never_mind", "arguments": {}}]}', False, "Plan"),
        ('{"calls": [{"api": "never_mind", "arguments": {}}]}', True, "Plan"),
        ('<tool_call>{"name": "never_mind"}</tool_call>', False, "Plan"),
        ("never_mind()", False, "Pass"),
        ("none_of_these", False, "Pass"),
    ],
)
def test_what_may_be_no_talk_is_not_shown_before_its_end(
    plan: Run, text: str, schema: bool, final: str
) -> None:
    spec = JSON if schema else ModelSpec("fast", kind="scripted")
    done = plan("hm tell me something", text, spec=spec)
    assert type(done.last).__name__ == final
    early = [each.text for each in done.decisions[:-1]]
    assert all("think" not in each and "hot" not in each and "Sure" not in each for each in early)
    if final != "Answer":
        assert not early


def test_an_answer_inside_json_streams_too(plan: Run) -> None:
    done = plan("tell me something nice", json.dumps({"say": 'You are "great",\nreally.'}),
                spec=JSON)  # fmt: skip
    assert done.last.text == 'You are "great",\nreally.'
    assert any(each.text.startswith("You are") for each in done.decisions[:-1])
    assert all(done.last.text.startswith(each.text) for each in done.decisions)


def test_an_answer_after_one_that_was_shown_is_not_shown_piece_by_piece(plan: Run) -> None:
    first = "Everest, I think. <tool_call>{"
    second = "Everest is the tallest mountain on Earth."
    done = plan("which mountain is the tallest", first, second)
    assert done.last.text == second
    shown = [each.text for each in done.decisions[:-1]]
    assert shown
    assert all("Everest, I think.".startswith(text) for text in shown)


def test_words_of_the_models_own_are_not_the_users(plan: Run) -> None:
    done = plan("jot down the thing with the cat", call("note", text="feed the cat"))
    assert argument(done, "text").value == "feed the cat"
    assert argument(done, "text").words is None
    done = plan("remind me to feed the cat when I get up at seven",
                call("remind", message="feed the cat", due="tomorrow at 7 am"))  # fmt: skip
    assert argument(done, "message").words == "feed the cat"


def test_what_is_thought_in_pieces_of_its_own_is_not_said(plan: Run) -> None:
    thinking = [ThoughtPiece("hm, "), TextPiece("Everest it is."), End()]
    assert plan("which mountain is it", thinking).last.text == "Everest it is."


def test_an_answer_that_was_cut_says_so(plan: Run) -> None:
    text = "Everest is high. It is higher than all the others, which are less hi"
    cut = [TextPiece(text), End("length")]
    assert plan("which mountain is it", cut).last.text.endswith("…")


def test_a_very_long_answer_is_bounded_as_it_was_shown(plan: Run) -> None:
    done = plan("which mountain is it", " ".join(f"Mountain {n} is high." for n in range(400)))
    assert done.last.text.endswith("…")
    assert len(done.last.text) <= 4_001
    assert all(done.last.text.startswith(each.text) for each in done.decisions[:-1])


def test_calls_that_were_cut_are_not_carried_out(plan: Run) -> None:
    cut = [ToolPiece(0, "never_mind", "{}"), End("length")]
    done = plan("oh leave it then", cut)
    assert isinstance(done.last, Pass)
    assert "cut off" in done.told


def test_terminal_escapes_are_removed(plan: Run) -> None:
    done = plan("tell me something", "You \x1b[31mare\x1b[0m great\x07 really.")
    assert done.last.text == "You are great really."
    done = plan("note that", call("note", text="a\x1b[31mb\x00\ud800c"))
    assert argument(done, "text").value == "abc"


def test_closing_the_decisions_closes_the_request(plan: Run, request_for: Any) -> None:
    done = plan("what is the tallest mountain", "Everest is the tallest mountain of all.")
    planner = Planner("fast", done.model, load_texts(), ONE)
    done.model.asked.clear()

    async def run() -> None:
        decisions = planner.decide(done.request)
        assert isinstance(await anext(decisions), Answer)
        await decisions.aclose()

    asyncio.run(run())
    assert done.model.closed == 1


# JSON instead of tools -----------------------------------------------------------------------


def test_a_model_that_is_asked_for_json_gets_a_schema_and_no_tools(plan: Run) -> None:
    answer = '{"calls": [{"api": "on", "arguments": {"device": "kitchen light"}}]}'
    done = plan("turn on the kitchen light", answer, spec=JSON)
    assert names(done) == ["lights.on"]
    [asked] = done.model.asked
    assert asked.schema is not None
    assert not asked.tools


# Two calls ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "experts"),
    [
        ("1", {"on", "off"}), ("1, 2", {"on", "off", "call"}), ("2 and 1", {"on", "off", "call"}),
        ("The expert is 1 (lights).", {"on", "off"}), ("lights", {"on", "off"}),
        ("<think>1 or 2?</think>2", {"call"}), ("T", set()),
    ],
)  # fmt: skip
def test_a_router_chooses_whose_tools_are_shown(plan: Run, route: str, experts: set[str]) -> None:
    done = plan("do it now please", route, "Fine with me, whatever.", settings=TWO)
    shown = {tool["function"]["name"] for tool in done.model.asked[1].tools}
    assert shown & {"on", "off", "call"} == experts
    assert isinstance(done.last, Answer)


@pytest.mark.parametrize("route", ["0", "none", "None of them.", "no expert does that"])
def test_a_router_that_finds_nobody_passes(plan: Run, route: str) -> None:
    done = plan("order a pizza", route, settings=TWO)
    assert isinstance(done.last, Pass)
    assert done.last.reason == "nobody's"
    assert len(done.model.asked) == 1


def test_a_router_that_rambles_is_asked_again_and_then_passed(plan: Run) -> None:
    done = plan("turn on the kitchen light", "Well, hm.", "1", RIGHT, settings=TWO)
    assert names(done) == ["lights.on"]
    assert [each.job for each in done.request.meter.exchanges] == ["route", "route", "plan"]
    done = plan("turn on the kitchen light", "Well, hm.", settings=TWO)
    assert isinstance(done.last, Pass)
    assert done.last.code == "failed"


# What was said before -------------------------------------------------------------------------

PAST = ConversationState(
    history=(Exchange("old", "gone"), Exchange("who wrote it", "Jane did.", tainted=True)),
    summary="They spoke of books.", summarised=1,
)  # fmt: skip


def text_of(done: Any) -> str:
    return json.dumps([request.messages for request in done.model.asked])


def test_history_is_shown_to_words_that_lean_on_it(plan: Run) -> None:
    done = plan("turn it off there", call("off", area="kitchen"), memory=PAST)
    assert "Jane did." in text_of(done)
    assert "spoke of books" in text_of(done)
    assert "gone" not in text_of(done), "it is in the summary"
    assert done.last.basis.history
    assert done.last.basis.tainted


def test_history_is_kept_from_words_that_stand_alone(plan: Run) -> None:
    done = plan("turn on the kitchen light", RIGHT, memory=PAST)
    assert "Jane" not in text_of(done)
    assert "books" not in text_of(done)
    assert not done.last.basis.history
    assert not done.last.basis.tainted


def test_a_router_is_shown_what_the_words_lean_on_too(plan: Run) -> None:
    done = plan("turn it off there", "1", call("off", area="kitchen"), memory=PAST, settings=TWO)
    assert "Jane did." in json.dumps(done.model.asked[0].messages)


PENDING = Question(
    "For how long?", "value",
    Plan((Call("phone", "timer", {"name": Argument("pasta", "pasta")}),
          Call("phone", "never_mind", id="2")), "nearest"),
    "1", "duration",
)  # fmt: skip


def test_an_answer_to_a_pending_question_completes_its_plan(plan: Run) -> None:
    memory = ConversationState(pending=PENDING)
    done = plan("let's say ten minutes or so", call("timer", duration="ten minutes"), memory=memory)
    assert names(done) == ["phone.timer", "phone.never_mind"]
    assert argument(done, "duration").value == 600
    assert argument(done, "name").value == "pasta"
    assert "For how long?" in text_of(done)


def test_another_command_drops_a_pending_question(plan: Run) -> None:
    memory = ConversationState(pending=PENDING)
    done = plan("forget that, kitchen light on", call("on", device="kitchen light"), memory=memory)
    assert names(done) == ["lights.on"]


def test_a_question_that_is_still_open_is_not_asked_for_ever(plan: Run) -> None:
    memory = ConversationState(pending=PENDING)
    done = plan("hm I do not know", call("timer"), memory=memory)
    assert isinstance(done.last, Pass)
    assert done.last.code == "missing"


def test_a_plan_is_doubted_before_it_is_given_out(plan: Run) -> None:
    def doubts(_request: Any, plan: Plan) -> Plan:
        return replace(plan, calls=tuple(replace(c, doubt="odd") for c in plan.calls))

    done = plan("turn on the kitchen light", RIGHT, doubts=doubts)
    assert done.last.calls[0].doubt == "odd"
    asked = plan("ring meg for me", call("call", contact="meg"), doubts=doubts)
    assert asked.last.plan.calls[0].doubt == "odd"


def test_thinking_is_asked_for_when_the_turn_asks_for_it(plan: Run) -> None:
    done = plan("turn on the kitchen light", RIGHT)
    assert not done.model.asked[0].think
    meter = replace(done.request.meter, think=True)
    done = plan("turn on the kitchen light", RIGHT, meter=meter)
    assert done.model.asked[0].think


def test_choices_in_a_pending_question_are_kept_by_the_models_answer(plan: Run) -> None:
    choices = tuple(Choice(Argument(one), one) for one in ("a", "b"))
    asked = Question("a or b?", "choice", Plan((Call("phone", "call"),)), "1", "contact", choices)
    memory = ConversationState(pending=asked)
    done = plan("the taller one of them", call("call", contact="C1"), memory=memory)
    assert names(done) == ["phone.call"]
