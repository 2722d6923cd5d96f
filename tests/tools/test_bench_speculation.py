"""The bench of speculation runs, and means what it says; its times are for whoever reads them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_it_prints_every_case(repo: Path) -> None:
    tool = str(repo / "tools" / "bench_speculation.py")
    command = [sys.executable, tool, "--json", "--rounds", "1", "--speed", "20"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    rows = {row["case"]: row for row in json.loads(done.stdout)}
    assert list(rows) == [
        "verify alone", "draft and verify agree", "they disagree", "verify is away",
    ]  # fmt: skip
    assert {row["status"] for row in rows.values()} == {"done"}
    assert [row["discarded"] for row in rows.values()] == [0, 0, 1, 0]
    assert [row["read"] for row in rows.values()] == ["rain", "rain", "wind", "rain"]
    saved = [row["saved_ms"] is not None for row in rows.values()]
    assert saved == [False, True, False, True]
