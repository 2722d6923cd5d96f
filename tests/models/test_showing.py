"""A request and its answer as text."""

from __future__ import annotations

from dataclasses import replace

from alexa_cli.models.chat import Exchange, SectionText, ToolCall, Usage
from alexa_cli.models.showing import request_lines, request_page
from alexa_cli.turn import Json

ONE = Exchange(
    "accurate", "plan",
    sections=(
        SectionText("tools", "fixed", '[{"name":"turn_on"},{"name":"é"}]', 7),
        SectionText("rules", "fixed", "Be brief.", 3),
        SectionText("said", "turn", "Light!\nNow.", 2),
    ),
    messages=[
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Light!\nNow."}]},
    ],
    tools=[{"function": {"name": "turn_on"}}], cache_key="k-1", reason="tool_calls",
    calls=(ToolCall("turn_on", '{"device": "L3"}', "1"),), usage=Usage(56, 1_856, 0, 14),
    cost=0.0004, answered="claude-5", start=0.02, first=0.32, end=0.41, number=1,
)  # fmt: skip


def lines(one: Exchange, width: int = 200) -> list[str]:
    return list(request_lines([one], width))[2:]


def test_a_line_says_what_it_took() -> None:
    assert lines(ONE) == [
        "  1 accurate plan · in 1,912 (cached 1,856) out 14 · $0.0004 · TTFT 300 ms · 390 ms"
    ]
    lost = replace(
        ONE, usage=Usage(), cost=None, first=None, thrown_away=True, branch="draft", attempts=3,
        reason="closed", number=2,
    )  # fmt: skip
    assert lines(lost) == [
        (
            "  2 accurate plan · draft · thrown away · in ? out ? · cost unknown · 390 ms"
            " · 3 attempts · closed"
        )
    ]
    failed = replace(ONE, reason="error", error="fast cannot be reached", first=None)
    assert lines(failed)[0].endswith("390 ms · ! fast cannot be reached")


def test_a_line_says_what_reasoning_cost() -> None:
    thought = replace(ONE, usage=Usage(56, 1_856, 0, 1_214, 1_200), thought="Well.", spoke=0.4)
    assert " out 1,214 · thinking 1,200 of it, 380 ms · $0.0004" in lines(thought)[0]
    hidden = replace(thought, thought="", first=0.4)
    assert " · thinking 1,200 of it, 380 ms · " in lines(hidden)[0]
    only = replace(thought, usage=Usage(), spoke=None)
    assert " · thinking ? of it, 390 ms · " in lines(only)[0]
    assert "thinking" not in lines(replace(ONE, usage=Usage(56, 0, 0, 14, 0), spoke=0.4))[0]


def test_what_does_not_fit_goes_on_the_next_line() -> None:
    assert lines(ONE, 60) == [
        "  1 accurate plan · in 1,912 (cached 1,856) out 14 · $0.0004",
        "    TTFT 300 ms · 390 ms",
    ]
    failed = replace(ONE, reason="error", error="cannot be reached " * 20)
    assert all(len(each) <= 60 for each in lines(failed, 60))


def test_a_turn_without_requests_says_nothing_of_them() -> None:
    assert list(request_lines([], 80)) == []
    assert list(request_lines([ONE], 120))[:2] == ["", "requests"]


def test_everything_that_was_sent_is_shown_once_with_its_sections_named() -> None:
    assert list(request_page(ONE, 120))[1:] == [
        "cache key k-1",
        "", "--- tools (fixed, ~7 tokens)", '{"name":"turn_on"}', '{"name":"é"}',
        "", "--- rules (fixed, ~3 tokens)", "Be brief.",
        "", "--- said (turn, ~2 tokens)", "Light!", "Now.",
        "", "--- answer by claude-5, ended: tool_calls", 'turn_on({"device": "L3"})',
    ]  # fmt: skip


def test_what_was_told_back_and_what_a_guard_changed_is_shown_too() -> None:
    messages: list[Json] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Light! •••"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
        {"role": "tool", "content": "there is no L9", "tool_call_id": "1"},
    ]
    page = "\n".join(request_page(replace(ONE, messages=messages, schema={"a": 1}), 120))
    assert page.count("Be brief.") == 1
    assert "--- user\nLight! •••\n" in page
    assert '--- assistant\n{\n  "tool_calls"' in page
    assert '--- tool\nthere is no L9\n{\n  "tool_call_id"' in page
    assert '--- schema\n{\n  "a": 1\n}' in page


def test_without_sections_the_messages_are_shown() -> None:
    page = "\n".join(request_page(replace(ONE, sections=()), 120))
    assert "--- system\nBe brief.\n" in page
    assert "--- user\nLight!\nNow.\n" in page
    assert "--- tools\n[" in page


def test_a_section_that_only_looks_like_json_is_shown_as_it_is() -> None:
    odd = replace(ONE, sections=(SectionText("odd", "turn", "[{no json\nat all", 1),))
    assert "[{no json\nat all\n" in "\n".join(request_page(odd, 99))


def test_answers() -> None:
    thought = replace(ONE, thought="Hm.", text="It is on.", calls=())
    assert list(request_page(thought, 99))[-4:] == ["(thought)", "Hm.", "(said)", "It is on."]
    cut = replace(ONE, calls=(), text="It i", reason="error", error="the stream broke")
    assert list(request_page(cut, 99))[-2:] == ["It i", "! the stream broke"]
    assert list(request_page(replace(ONE, calls=()), 99))[-1] == "(nothing)"


def test_odd_messages_are_shown_as_they_are() -> None:
    odd = replace(ONE, sections=(), messages=[5, {"content": [{"image": 1}, "x"]}], tools=None)
    page = "\n".join(request_page(odd, 99))
    assert "\n5\n" in page
    assert '--- message\n{\n  "image": 1\n}' in page
