"""Requests are masked, measured and counted before they leave."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alexa_cli.config.schema import GuardSettings
from alexa_cli.errors import Refused
from alexa_cli.guard.limits import Pace, spending
from alexa_cli.guard.outgoing import checks, fitting, masking
from alexa_cli.guard.secrets import Secrets
from alexa_cli.models.chat import ChatRequest, Exchange, ModelSpec, Price, SectionText
from alexa_cli.models.failures import TooLong
from alexa_cli.models.meter import Meter

SPEC = ModelSpec("fast", context_window=1_000, max_tokens=100)
CARD = "4111 1111 1111 1111"


def request(text: str = "hello") -> ChatRequest:
    return ChatRequest(
        ({"role": "user", "content": [{"type": "text", "text": text}]},),
        ({"type": "function", "function": {"name": "x", "description": text}},),
        {"description": text},
        sections=(SectionText("utterance", "turn", text, 3),),
    )


def events(meter: Meter) -> dict[str, object]:
    return {s.name: s.attributes["alexa.reason"] for s in meter.recorder.spans()}


def test_a_secret_is_masked_everywhere_in_a_request() -> None:
    meter = Meter()
    sent = masking(Secrets())(SPEC, request(f"pay with {CARD}"), meter)
    assert CARD not in repr(sent)
    assert sent.messages[0]["content"][0]["text"] == "pay with [card number]"
    assert sent.sections[0].text == "pay with [card number]"
    assert events(meter) == {"guard secrets": "masked: 3 × card number"}


def test_a_request_without_secrets_is_the_same_object() -> None:
    meter, asked = Meter(), request()
    assert masking(Secrets())(SPEC, asked, meter) is asked
    assert not meter.recorder.spans()


def test_a_prompt_that_does_not_fit_is_refused_before_it_is_sent() -> None:
    meter = Meter()
    check = fitting(lambda text: len(text) // 4)
    check(SPEC, request(), meter)
    with pytest.raises(TooLong, match="fast takes 1,000 together"):
        check(SPEC, request("word " * 2_000), meter)
    assert list(events(meter)) == ["guard prompt"]
    check(replace(SPEC, context_window=None), request("word " * 2_000), Meter())


def spent(meter: Meter, *costs: float | None) -> Meter:
    for cost in costs:
        meter.note(Exchange("fast", "plan", cost=cost))
    return meter


def test_a_turn_that_cost_its_limit_asks_no_more() -> None:
    check = spending(0.01, None)
    check(SPEC, request(), spent(Meter(), 0.004, None))
    meter = spent(Meter(), 0.004, None, 0.006)
    with pytest.raises(Refused, match=r"this turn has cost \$0\.0100") as refused:
        check(SPEC, request(), meter)
    assert refused.value.exit_code == 6
    assert list(events(meter)) == ["guard spending"]


def test_branches_of_a_strategy_share_one_account() -> None:
    meter = Meter()
    spent(meter.on_branch("draft"), 0.02)
    with pytest.raises(Refused):
        spending(0.01, None)(SPEC, request(), meter.on_branch("verify"))


def test_a_day_that_cost_its_limit_asks_no_more() -> None:
    check = spending(None, 1.0, lambda: 0.995)
    check(SPEC, request(), spent(Meter(), 0.004))
    with pytest.raises(Refused, match="today has cost"):
        check(SPEC, request(), spent(Meter(), 0.005))


def test_a_limit_of_nothing_asks_nobody() -> None:
    with pytest.raises(Refused):
        spending(0.0, None)(SPEC, request(), Meter())


def test_too_many_requests_within_a_minute_are_refused_and_later_ones_are_not() -> None:
    now = [100.0]
    pace = Pace(2, lambda: now[0])
    for _ in range(2):
        pace.check(SPEC, request(), Meter())
    meter = Meter()
    with pytest.raises(Refused, match="try again in 60 s"):
        pace.check(SPEC, request(), meter)
    assert list(events(meter)) == ["guard rate"]
    now[0] += 60.0
    pace.check(SPEC, request(), Meter())
    unlimited = Pace(None)
    for _ in range(200):
        unlimited.check(SPEC, request(), Meter())
    with pytest.raises(Refused):
        Pace(0, lambda: 0.0).check(SPEC, request(), Meter())


def test_the_checks_of_the_settings_mask_before_they_measure() -> None:
    settings = GuardSettings(secrets=["badge \\d+"], spend_turn=1.0, requests_per_minute=5)
    sent, meter = request("badge 42, key open-sesame"), Meter()
    for check in checks(settings, known=["open-sesame"]):
        sent = check(SPEC, sent, meter)
    assert sent.sections[0].text == "[secret], key [key]"


def test_a_request_that_would_go_over_the_limit_is_not_made() -> None:
    """What its input costs at least is known before: from the cache, where there is one."""
    long = request()
    long = replace(long, sections=(SectionText("tools", "fixed", "", 10_000),))
    dear = replace(SPEC, price=Price(input=3.0, output=15.0), cache="none")
    with pytest.raises(Refused, match=r"costs \$0\.0300 at least; its limit is \$0\.02"):
        spending(0.02, None)(dear, long, Meter())
    cached = replace(dear, price=Price(3.0, 15.0, cache_read=0.3), cache="prefix")
    assert spending(0.02, None)(cached, long, Meter()) is long
    with pytest.raises(Refused, match="limit of a day"):
        spending(None, 0.5, lambda: 0.499)(cached, long, Meter())
    unknown = replace(dear, price=Price())
    assert spending(0.02, None)(unknown, long, Meter()) is long


def test_requests_of_other_processes_count() -> None:
    lately = [2]
    pace = Pace(3, lambda: 0.0, lambda: lately[0])
    assert pace.check(SPEC, request(), Meter()) == request()
    lately[0] = 3
    with pytest.raises(Refused, match="3 requests within a minute"):
        pace.check(SPEC, request(), Meter())
