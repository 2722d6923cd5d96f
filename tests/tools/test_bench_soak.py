"""A long talk by microphone, by the tool that measures it; its default is thirty minutes."""

from __future__ import annotations

import ctypes.util
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_minutes_at_the_microphone(repo: Path) -> None:
    if not sys.platform.startswith("linux") or ctypes.util.find_library("portaudio") is None:
        pytest.skip("needs ALSA and PortAudio: apt install libportaudio2")
    ran = subprocess.run(
        [sys.executable, repo / "tools" / "bench_soak.py", "--minutes", "2", "--check"],
        capture_output=True, text=True, check=False, timeout=500,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "lost     0 frames" in ran.stdout
    assert "threads  0 left" in ran.stdout
