"""Every shipped expert understands its own cases, alone and beside the others."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from alexa_cli.assistant.house import House
from alexa_cli.assistant.lists import provide_list
from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.catalog.handlers import run_handler
from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import Settings
from alexa_cli.context.household import load_household
from alexa_cli.decide.registry import build_cascade
from alexa_cli.measure.metrics import summarise
from alexa_cli.measure.run import AssistantDecider, changing, run_suite
from alexa_cli.measure.suite import load_suite
from alexa_cli.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.config.paths import Paths
    from alexa_cli.measure.metrics import Judged

REPO = Path(__file__).resolve().parents[2]
EXPERTS = (
    "smart_home", "timers", "reminders", "alarms", "lists", "contacts", "clock", "calculator",
    "weather", "smalltalk", "memory", "routines", "household", "control",
)  # fmt: skip


@pytest.fixture(scope="module")
def understood(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Judged]]:
    """The cases of every expert, all experts together."""
    paths = find_paths({"ALEXA_HOME": str(tmp_path_factory.mktemp("cases"))})
    return {name: judge(name, EXPERTS, paths) for name in EXPERTS}


def judge(name: str, present: Sequence[str], paths: Paths) -> list[Judged]:
    """Decide the cases of one expert with ``present`` installed."""
    settings = Settings()
    catalogue = load_catalogue(settings, paths, [REPO / "experts" / each for each in present])
    with Store(":memory:") as store:
        house = House(
            settings=settings, catalogue=catalogue, store=store, household=load_household(),
            decider=build_cascade(settings, paths), tz="UTC", run=run_handler,
            provide=provide_list,
        )  # fmt: skip
        decider = AssistantDecider(
            house, fresh_store=lambda: Store(":memory:"), household=load_household
        )
        suite = load_suite(REPO / "experts" / name / "cases.jsonl")
        return asyncio.run(run_suite(suite, decider, changing(catalogue)))


@pytest.mark.parametrize("name", EXPERTS)
def test_an_expert_understands_its_cases_beside_the_others(
    name: str, understood: dict[str, list[Judged]]
) -> None:
    judged = understood[name]
    wrong = [f"{each.id}: {each.say}" for each in judged if not each.exact]
    assert len(wrong) <= 0.03 * len(judged), wrong


def test_hardly_anything_wrong_is_done(understood: dict[str, list[Judged]]) -> None:
    together = [each for judged in understood.values() for each in judged]
    rate = summarise(together).values["wrong_action_rate"]
    assert rate is not None
    assert rate < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPERTS)
def test_no_case_gets_worse_by_the_presence_of_the_others(
    name: str, understood: dict[str, list[Judged]], paths: Paths
) -> None:
    alone = judge(name, [name], paths)
    together = {each.id: each for each in understood[name]}
    lost = [
        each.say for each in alone
        if each.exact and not together[each.id].exact
    ]  # fmt: skip
    assert lost == []
