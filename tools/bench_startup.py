"""How long `alexa --version` and a whole turn take to start, next to `python -c "import typer"`.

Each round runs all three, one after the other, so that a busy machine slows all alike; printed are
the medians, and the medians of the paired ratios. Python's bytecode is kept, as it is for an
installed program, and the first runs, which fill the caches, do not count.

Of `alexa ask --audio sample`, a command of two seconds, it is the processor's time that counts: of
all its threads, hearing, deciding and acting together. The very first run, which makes the
recogniser's model, is printed apart.

    python tools/bench_startup.py [--rounds 21] [--check]

With --check the exit code is 1 if a ratio is above its goal.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ALEXA = Path(sys.executable).with_name("alexa")
BASE = "python -c 'import typer'"
COMMANDS = {
    BASE: [sys.executable, "-c", "import typer"],
    "alexa --version": [str(ALEXA), "--version"],
    "alexa ask TEXT": [str(ALEXA), "ask", "turn on the kitchen light"],
}
GOALS = {"alexa --version": 1.3, "alexa ask TEXT": 5.0}
"""Highest ratio to the base."""
HEARD = [str(ALEXA), "ask", "--audio", "sample"]
HEARD_GOAL = 1.5
"""Seconds of CPU."""
WARM_UP = 3


def seconds(command: list[str], env: dict[str, str]) -> float:
    """Run a command and return its wall time."""
    began = time.perf_counter()
    subprocess.run(command, env=env, check=True, capture_output=True)
    return time.perf_counter() - began


def cpu_seconds(command: list[str], env: dict[str, str]) -> float:
    """Run a command and return the seconds of CPU that it took, all threads together."""
    before = os.times()
    subprocess.run(command, env=env, check=True, capture_output=True)
    after = os.times()
    return (
        after.children_user
        + after.children_system
        - (before.children_user + before.children_system)
    )


def rounds(count: int, env: dict[str, str]) -> dict[str, list[float]]:
    """Return the wall times of each command, a round an index."""
    for _ in range(WARM_UP):
        for command in COMMANDS.values():
            seconds(command, env)
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(count):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command, env))
    return taken


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description="Start-up times next to importing typer.")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--check", action="store_true", help="fail if a goal is missed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "ALEXA_HOME": home}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        first = cpu_seconds(HEARD, env)
        taken = rounds(options.rounds, env)
        heard = [cpu_seconds(HEARD, env) for _ in range(max(3, options.rounds // 3))]
    missed = median(heard) > HEARD_GOAL
    for name, times in taken.items():
        ratio = median(t / base for t, base in zip(times, taken[BASE], strict=True))
        goal = GOALS.get(name)
        said = f"   {ratio:5.2f} x, goal {goal} x" if goal else ""
        print(f"{name:<26} {1000 * median(times):7.1f} ms{said}")
        missed = missed or (goal is not None and ratio > goal)
    print(f"{'alexa ask --audio sample':<26} {median(heard):7.2f} s CPU, goal {HEARD_GOAL} s "
          f"(the very first {first:.2f} s)")  # fmt: skip
    return 1 if missed and options.check else 0


if __name__ == "__main__":
    raise SystemExit(main())
