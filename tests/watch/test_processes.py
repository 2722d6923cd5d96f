"""Several processes, some of which are killed: nothing acknowledged is lost, nothing told twice."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from alexa_cli.store.store import Store
from alexa_cli.watch.deliver import Deliverer, Screen
from alexa_cli.watch.due import delivered, pending

if TYPE_CHECKING:
    from pathlib import Path

    from alexa_cli.watch.wording import Notice

WORKER = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from alexa_cli.store.store import Store
from alexa_cli.watch.deliver import Deliverer, Screen
from alexa_cli.watch.due import Due, schedule

name = sys.argv[2]
say = lambda line: os.write(1, (line + "\\n").encode())
screen = Screen(lambda told: say(("again " if told.again else "told ") + told.due.key), say)
clock = lambda: datetime.now(UTC)
with Store(Path(sys.argv[1])) as store:
    deliverer = Deliverer(store, clock, screen, lambda: ())
    for n in range(10_000):
        key = f"{name}-{n}"
        rule = "FREQ=SECONDLY;INTERVAL=86400" if n % 3 == 0 else None
        schedule(store, Due("reminders", key, clock(), key, kind="reminder", repeat=rule))
        say("acknowledged " + key)
        if n % 4 == 3:
            deliverer.look()
"""

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from alexa_cli.store.store import Store
from alexa_cli.watch.due import Due, schedule

name, count = sys.argv[2], int(sys.argv[3])
with Store(Path(sys.argv[1])) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    at = datetime(2030, 1, 1, tzinfo=UTC)
    for n in range(count):
        schedule(store, Due("reminders", f"{name}{n}", at, f"{name} {n}"))
"""


def killed(path: Path, name: str, lines: int) -> list[str]:
    """Run a worker, kill it when it has said so many lines, return all that it said."""
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(path), name], stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    said = [worker.stdout.readline().strip() for _ in range(lines)]
    worker.kill()
    rest = worker.stdout.read()
    worker.stdout.close()
    worker.wait()
    # What it said last may be cut off: nobody has read that.
    return said + rest.split("\n")[:-1]


def check_kills(path: Path, count: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - when to kill
    said = [line for n in range(count) for line in killed(path, f"p{n}", chance.randint(1, 60))]

    def tell(told: Notice) -> None:
        said.append(("again " if told.again else "told ") + told.due.key)

    with Store(path) as store:
        Deliverer(store, lambda: datetime.now(UTC), Screen(tell, said.append), lambda: ()).look()
        assert store.events(kind="ringing") == []
        assert store.notices == []
        # What comes every day has its next day, told or not.
        daily = {due.key for due in pending(store)}
    lines = [line.split(" ") for line in said]
    acknowledged = {key for word, key in lines if word == "acknowledged"}
    told = [key for word, key in lines if word == "told"]
    again = [key for word, key in lines if word == "again"]
    assert acknowledged - {*told, *again} == set()  # nothing is lost
    assert len(told) == len(set(told))  # and nothing is told twice as if it were new
    assert len(again) <= count  # at most what was on a killed one's lips
    assert {key for key in acknowledged if int(key.split("-")[1]) % 3 == 0} <= daily
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_killed_at_random_moments(tmp_path: Path) -> None:
    check_kills(tmp_path / "alexa.db", 5, 1)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killed_a_hundred_times_at_random_moments(tmp_path: Path) -> None:
    check_kills(tmp_path / "alexa.db", 100, 2)


def check_writers(path: Path, count: int) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), name, str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in "ab"
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=300)
        assert writer.returncode == 0
    with Store(path) as store:
        keys = sorted(due.key for due in pending(store))
        assert keys == sorted(f"{name}{n}" for name in "ab" for n in range(count))
        assert delivered(store) == []


def test_two_processes_write_reminders_at_once(tmp_path: Path) -> None:
    check_writers(tmp_path / "alexa.db", 50)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_processes_write_a_thousand_reminders_each_at_once(tmp_path: Path) -> None:
    check_writers(tmp_path / "alexa.db", 1_000)
