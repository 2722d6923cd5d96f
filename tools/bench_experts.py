"""How well each shipped expert's own cases are understood, with all experts there and alone.

    python tools/bench_experts.py [NAME ...] [--check]

An expert's presence must not cost another one its cases: `lost` counts those that are right alone
and wrong beside the others, and each is printed. Alone, only what is meant for the
expert or for nobody is counted: the rest is there to see that the others get it. With --check the
exit code is 1 if one was lost, or fewer than 97 % are exact beside the others.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from alexa_cli.assistant.house import House
from alexa_cli.assistant.lists import provide_list
from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.catalog.handlers import run_handler
from alexa_cli.config.paths import find_paths
from alexa_cli.config.settings import Settings
from alexa_cli.context.household import load_household
from alexa_cli.decide.registry import build_cascade
from alexa_cli.measure.metrics import Judged, summarise
from alexa_cli.measure.run import AssistantDecider, changing, run_suite
from alexa_cli.measure.suite import load_suite
from alexa_cli.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.config.paths import Paths

SHIPPED = Path(__file__).resolve().parent.parent / "experts"
NAMES = tuple(sorted(file.parent.name for file in SHIPPED.glob("*/expert.yaml")))
EXACT = 0.97
"""The share of its own cases that an expert must get exactly right."""


def judge(name: str, paths: Paths, *, alone: bool = False) -> list[Judged]:
    """Decide the cases of one expert, with it alone or with all that ship.

    What is compiled and learnt for the experts is kept in ``paths.cache``.
    """
    settings = Settings()
    catalogue = load_catalogue(settings, paths, [SHIPPED / name] if alone else ())
    with Store(":memory:") as store:
        house = House(
            settings=settings, catalogue=catalogue, store=store, household=load_household(),
            decider=build_cascade(settings, paths), tz="UTC", run=run_handler,
            provide=provide_list,
        )  # fmt: skip
        decider = AssistantDecider(
            house, fresh_store=lambda: Store(":memory:"), household=load_household
        )
        suite = load_suite(SHIPPED / name / "cases.jsonl")
        return asyncio.run(run_suite(suite, decider, changing(catalogue)))


def lost(alone: Sequence[Judged], together: Sequence[Judged]) -> list[Judged]:
    """Return the cases that only the presence of the others makes wrong."""
    right = {each.id for each in alone if each.exact}
    return [each for each in together if not each.exact and each.id in right]


def main() -> int:
    """Judge, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="experts; all if none")
    parser.add_argument("--check", action="store_true", help="fail if a goal is missed")
    options = parser.parse_args()
    missed, everything = False, list[Judged]()
    print(f"{'expert':<12} cases  beside all   alone  lost  wrong actions")
    with tempfile.TemporaryDirectory() as home:
        paths = find_paths({"ALEXA_HOME": home})
        for name in options.names or NAMES:
            together, alone = judge(name, paths), judge(name, paths, alone=True)
            everything += together
            own = [each for each in alone if each.expert in {None, name}]
            shares = [sum(each.exact for each in some) / len(some) for some in (together, own)]
            gone = lost(alone, together)
            rate = summarise(together).values["wrong_action_rate"] or 0.0
            print(f"{name:<12} {len(together):5} {shares[0]:10.1%} {shares[1]:8.1%} {len(gone):5} "
                  f"{rate:13.1%}")  # fmt: skip
            for each in gone:
                print(f"  lost: {each.say}")
            missed = missed or bool(gone) or shares[0] < EXACT
    rate = summarise(everything).values["wrong_action_rate"] or 0.0
    exact = sum(each.exact for each in everything) / len(everything)
    print(f"{'together':<12} {len(everything):5} {exact:10.1%} {rate:28.1%}")
    return 1 if missed and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
