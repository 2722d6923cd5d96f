"""The installed command, run as a person or a script runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from alexa_cli.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable

ALEXA = Path(sys.executable).with_name("alexa")


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


def environment(home: Path) -> dict[str, str]:
    """What the command sees: this home, and bytecode that is kept as for any installed program."""
    env = {**os.environ, "ALEXA_HOME": str(home)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env


@dataclass(frozen=True)
class Installed:
    """Runs the command in the test's home."""

    home: Path
    program: Path = ALEXA

    @property
    def env(self) -> dict[str, str]:
        return environment(self.home)

    def __call__(
        self, *arguments: str | bytes, stdin: bytes = b"", env: dict[str, str] | None = None
    ) -> Ran:
        done = subprocess.run(
            [self.program, *arguments], input=stdin, capture_output=True, check=False, timeout=100,
            env={**self.env, **(env or {})},
        )  # fmt: skip
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ran.err, ran.err
        assert "internal error" not in ran.err, ran.err
        for text in (ran.out, ran.err):
            assert "\x1b" not in text
        return ran

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start it and talk to it by pipes."""
        return subprocess.Popen(
            [self.program, *arguments], env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip


@pytest.fixture(scope="session")
def warm_cache(first_run: Path) -> Path:
    """The compiled catalogue and whatever else the first run makes."""
    if not ALEXA.exists():
        pytest.skip(f"needs the installed command: no {ALEXA} (pip install -e .)")
    return first_run / "cache"


@pytest.fixture
def alexa(home: Path, warm_cache: Path) -> Installed:
    """The installed command, as it is after its first run; what that cached is shared."""
    (home / "cache").symlink_to(warm_cache)
    return Installed(home)


@pytest.fixture
def inside(alexa: Installed, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run a command line in this process: as above, and cheaper."""

    def run(*arguments: str | bytes) -> Ran:
        with pytest.raises(SystemExit) as left:
            main([os.fsdecode(each) for each in arguments])
        shown = capsys.readouterr()
        assert "internal error" not in shown.err, shown.err
        assert isinstance(left.value.code, int)
        return Ran(left.value.code, shown.out, shown.err)

    return run


@pytest.fixture
def expert(tmp_path: Path) -> Callable[[str, str], Path]:
    """Write an expert ``odd`` with one API and its Python, return the folder for ``--experts``."""

    def write(api: str, python: str) -> Path:
        folder = tmp_path / "experts"
        (folder / "odd").mkdir(parents=True, exist_ok=True)
        (folder / "odd" / "expert.yaml").write_text(
            f"name: odd\ndescription: Does odd things.\napis:\n{api}"
        )
        (folder / "odd" / "odd.py").write_text(python)
        return folder

    return write
