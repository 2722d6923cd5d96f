"""How `trace list`, `trace show last` and saving a turn grow with the store.

Makes two databases, of 100 and of 100,000 turns (--turns), and prints the median times in process
and of whole processes, and their ratios; the two databases take turns, so that a busy machine
slows both alike.

    python tools/bench_store.py [--turns 100000] [--rounds 15]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from alexa_cli.config.paths import find_paths
from alexa_cli.store.coding import plain
from alexa_cli.store.retention import tidy
from alexa_cli.store.store import Store
from alexa_cli.trace.record import Recorder
from alexa_cli.trace.save import TurnRecord, list_turns, load_turn, save_turn
from alexa_cli.trace.show import page, summary_line
from alexa_cli.turn import Argument, Call, Candidate, Decided, Outcome, Pass, Plan

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL = 100
BATCH = 1_000
PROGRAM = [sys.executable, "-c", "from alexa_cli.cli.main import main; main()"]


def a_turn(store: Store, number: int) -> TurnRecord:
    """Return a turn like one of a real day."""
    call = Call("smart_home", "turn_on", {"device": Argument("light.kitchen", "kitchen light")})
    others = tuple(Candidate("smart_home", f"api_{n}", 0.9 - n / 10, "template") for n in range(5))
    plan = Plan((call,), "sentences", 0.98, candidates=others)
    recorder = Recorder()
    with recorder.span("decide"):
        for model in ("reflex", "sentences"):
            recorder.event(model, decision="pass", score=0.5)
    with recorder.span("act", calls=1), recorder.span("call", expert="smart_home", api="turn_on"):
        pass
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=60 * number)
    return TurnRecord(
        turn=store.new_id("t"), conversation=f"c{number // 10}", at=at, now=at,
        words=f"turn on the kitchen light number {number}", reply="The kitchen light is on.",
        seconds=0.02, models=("reflex", "sentences"), summary=call.name, plan=plain(plan),
        decisions=[plain(Decided(Pass("no phrase", model="reflex"))), plain(Decided(plan))],
        outcomes=[plain(Outcome(call, value=True))], spans=recorder.spans(),
    )  # fmt: skip


def fill(path: Path, turns: int) -> None:
    """Make the database."""
    with Store(path) as store:
        record = a_turn(store, 0)
        for start in range(0, turns, BATCH):
            with store.transaction():
                for number in range(start, min(turns, start + BATCH)):
                    at = record.at + timedelta(seconds=60 * number)
                    save_turn(store, replace(record, turn=store.new_id("t"), at=at, now=at))


def seconds(action: Callable[[], object]) -> float:
    """Return how long it took."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def compare(
    what: str, small: Callable[[], object], large: Callable[[], object], rounds: int
) -> None:
    """Print the median times of both and the median of their ratios."""
    small(), large()
    pairs = [(seconds(small), seconds(large)) for _ in range(rounds)]
    few, many = (median(pair[side] for pair in pairs) * 1000 for side in (0, 1))
    ratio = median(pair[1] / pair[0] for pair in pairs)
    print(f"{what:<28} {few:9.2f} ms {many:9.2f} ms {ratio:8.2f} x")


def in_process(path: Path, what: str) -> Callable[[], object]:
    """Return what the verb does, from opening the store to its last line."""

    def show() -> None:
        with Store(path) as store:
            if what == "list":
                lines = [summary_line(turn) for turn in list_turns(store, 20)]
            else:
                lines = list(page(load_turn(store, "last")))
            if not lines:
                raise SystemExit("the store is empty: this would measure nothing")

    return show


def whole_process(home: Path, *line: str) -> Callable[[], object]:
    """Return a run of the program."""
    env = {**os.environ, "ALEXA_HOME": str(home)}
    return lambda: subprocess.run([*PROGRAM, *line], env=env, check=True, stdout=subprocess.DEVNULL)


def saving(path: Path) -> Callable[[], object]:
    """Return the saving of a turn into an open store, tidying included, as a turn does it."""
    store = Store(path).open()
    numbers = iter(range(10**9))

    def save() -> None:
        save_turn(store, a_turn(store, 200_000 + next(numbers)), keep=90 * 86_400)
        tidy(store, keep=10**9, max_size=10**12)

    return save


def main() -> None:
    """Make both databases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        homes = {turns: Path(folder) / str(turns) for turns in (SMALL, options.turns)}
        paths = {n: find_paths({"ALEXA_HOME": str(home)}).database for n, home in homes.items()}
        for turns, path in paths.items():
            took = seconds(partial(fill, path, turns))
            print(f"{turns} turns: {path.stat().st_size / 1e6:.1f} MB, made in {took:.1f} s")
        few, many = paths.values()
        print(f"{'':<28} {SMALL:>12} {options.turns:>12} {'ratio':>10}")
        for what in ("list", "show"):
            compare(f"trace {what}, in process", in_process(few, what), in_process(many, what),
                    10 * options.rounds)  # fmt: skip
        small, large = homes.values()
        for line in (("trace", "list"), ("trace", "show", "last")):
            compare(" ".join(line), whole_process(small, *line), whole_process(large, *line),
                    options.rounds)  # fmt: skip
        compare("saving a turn", saving(few), saving(many), 10 * options.rounds)


if __name__ == "__main__":
    main()
