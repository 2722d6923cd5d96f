"""Where two prompts part, and what a provider can reuse of the later one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.models.chat import Exchange, ModelSpec, SectionText
from alexa_cli.prompt.compare import changes, reusable, sent, shared_prefix
from alexa_cli.prompt.tokens import estimate
from alexa_cli.turn import Json


def section(name: str, text: str, stability: str = "fixed") -> SectionText:
    return SectionText(name, stability, text, estimate(text))


RULES = section("rules", "Answer with one call. " * 30)
TOOLS = section("tools", "turn_on turn_off set_timer " * 40)
HOME = section("home", "kitchen: L1 ceiling light\n" * 40, "household")
SAID = section("utterance", "They said: turn on the light", "turn")


def test_the_same_prompt_parts_nowhere() -> None:
    shared = shared_prefix([RULES, HOME, SAID], [RULES, HOME, SAID])
    assert shared.section is None
    assert shared.tokens == shared.of


def test_the_section_and_the_words_where_they_part_are_told() -> None:
    other = section("utterance", "They said: turn off the light", "turn")
    shared = shared_prefix([RULES, HOME, SAID], [RULES, HOME, other])
    assert shared.whole == ("rules", "home")
    assert shared.section == "utterance"
    assert shared.was.partition("▸")[2].startswith("n the light")
    assert shared.now.partition("▸")[2].startswith("ff the light")
    assert RULES.tokens + HOME.tokens < shared.tokens < shared.of


def test_a_changed_section_early_shares_nothing_after_it() -> None:
    changed = replace(RULES, text="Be kind. " + RULES.text)
    assert shared_prefix([RULES, TOOLS, HOME], [changed, TOOLS, HOME]).whole == ()


def test_a_section_that_is_new_is_where_they_part() -> None:
    shared = shared_prefix([RULES, SAID], [RULES, TOOLS, SAID])
    assert shared.section == "tools"
    assert shared.tokens == RULES.tokens


@pytest.mark.parametrize(
    ("cache", "least", "expected"),
    [
        ("prefix", 0, "all"),
        ("prefix", 100_000, "none"),
        ("none", 0, "none"),
        ("openai", 0, "steps"),
    ],
)
def test_what_a_provider_reuses_is_by_its_rules(cache: str, least: int, expected: str) -> None:
    prompt = [TOOLS, RULES, HOME, SAID]
    shared = shared_prefix(prompt, prompt)
    spec = ModelSpec("m", cache=cache, min_cache_tokens=least)  # type: ignore[arg-type]
    found = reusable(shared, prompt, spec)
    wanted = {"all": shared.tokens, "none": 0, "steps": shared.tokens // 128 * 128}
    assert found == wanted[expected]


def test_a_breakpoint_stands_after_the_session_too() -> None:
    lists = section("lists", "shopping: milk, eggs, bread", "session")
    prompt = [TOOLS, RULES, HOME, lists, SAID]
    shared = shared_prefix(prompt, [*prompt[:-1], section("said", "other words", "turn")])
    found = reusable(shared, prompt, ModelSpec("m", cache="anthropic"))
    assert found == sum(each.tokens for each in prompt[:-1])


def test_what_was_told_back_is_part_of_what_was_sent() -> None:
    prompt: list[Json] = [{"role": "user", "content": f"{RULES.text}{SAID.text}"}]
    wrong: Json = {"role": "assistant", "content": "L99"}
    told: Json = {"role": "user", "content": "That is wrong."}
    first = Exchange("m", "plan", sections=(RULES, SAID), messages=prompt)
    again = replace(first, messages=[*prompt, wrong, told])
    assert sent(first) == first.sections
    assert [each.name for each in sent(again)] == [RULES.name, SAID.name, "told_back"]
    shared = shared_prefix(sent(first), sent(again))
    assert shared.section is None
    assert shared.tokens == RULES.tokens + SAID.tokens < shared.of


def test_with_breakpoints_only_whole_stable_sections_are_reused() -> None:
    longer = section("home", HOME.text + "attic: L9 lamp", "household")
    spec = ModelSpec("m", cache="anthropic")
    before, after = [TOOLS, RULES, HOME, SAID], [TOOLS, RULES, longer, SAID]
    assert reusable(shared_prefix(before, after), after, spec) == TOOLS.tokens + RULES.tokens
    assert reusable(shared_prefix(before, before), before, spec) == sum(
        each.tokens for each in (TOOLS, RULES, HOME)
    )


def test_changes_name_every_section_once() -> None:
    other = section("utterance", "They said: hello", "turn")
    found = {c.name: c.what for c in changes([RULES, HOME, SAID], [RULES, TOOLS, other])}
    assert found == {"rules": "same", "tools": "added", "utterance": "changed", "home": "removed"}


texts = st.lists(st.text("ab \n", max_size=12), min_size=1, max_size=4)


@given(texts, texts)
def test_the_shared_characters_are_a_prefix_of_both(one: list[str], other: list[str]) -> None:
    before = [section(f"s{n}", text) for n, text in enumerate(one)]
    after = [section(f"s{n}", text) for n, text in enumerate(other)]
    shared = shared_prefix(before, after)
    left, right = "".join(one), "".join(other)
    assert left[: shared.characters] == right[: shared.characters]
    assert 0 <= shared.characters <= len(right)
    if shared.section is None and len(before) == len(after):
        assert left == right
