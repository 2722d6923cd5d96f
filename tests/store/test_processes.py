"""Several processes and threads use one store at once, for real."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from alexa_cli.store.rows import EventRow
from alexa_cli.store.state import ExpertStore
from alexa_cli.store.store import Store

if TYPE_CHECKING:
    from pathlib import Path

WORKER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from alexa_cli.store.state import ExpertStore
from alexa_cli.store.store import Store
from alexa_cli.trace.save import TurnRecord, save_turn

store = Store(Path(sys.argv[1]), clock=lambda: 1_790_000_000.0)  # ids of all collide at times
state = ExpertStore(store, "counter")
now = datetime.now(UTC)
sys.stdin.readline()
for n in range(int(sys.argv[3])):
    save_turn(store, TurnRecord(turn=store.new_id("t"), at=now, now=now, words=sys.argv[2]))
    with state.transaction():
        state.set("n", state.get("n", 0) + 1)
print(len(store.notices))
"""


def test_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    path, each = tmp_path / "alexa.db", 60
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, str(path), f"worker {name}", str(each)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name in range(3)
    ]  # fmt: skip
    outputs = []
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    for worker in workers:
        outputs.append(worker.communicate(timeout=90)[0].strip())
        assert worker.returncode == 0
    assert outputs == ["0"] * 3
    with Store(path) as store:
        assert ExpertStore(store, "counter").get("n") == 3 * each
        assert len(store.events(kind="turn")) == 3 * each
        assert len(store.events(kind="trace")) == 3 * each
    leftovers = sorted(p.name for p in tmp_path.iterdir())
    assert leftovers == ["alexa.db"]


def test_threads_share_one_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "alexa.db").open()
    state = ExpertStore(store, "counter")

    def work(name: int) -> None:
        for n in range(50):
            store.append(EventRow(f"{name}/{n}", "k"), b"1")
            with state.transaction():
                state.set("n", state.get("n", 0) + 1)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert state.get("n") == 200
    assert len(store.events(kind="k")) == 200


def test_a_writer_waits_for_another_process_instead_of_failing(tmp_path: Path) -> None:
    path = tmp_path / "alexa.db"
    mine = Store(path).open()
    script = (
        "import sys\nfrom pathlib import Path\nfrom alexa_cli.store.store import Store\n"
        "from alexa_cli.store.rows import EventRow\n"
        "s = Store(Path(sys.argv[1])).open(); print('ready', flush=True)\n"
        "s.append(EventRow('theirs', 'k'))\nprint('done', flush=True)\n"
    )
    with mine.transaction():
        mine.append(EventRow("mine", "k"))
        other = subprocess.Popen(
            [sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
    assert other.communicate(timeout=60)[0] == "done\n"
    assert {row.id for row in mine.events()} == {"mine", "theirs"}
