"""The installed command, run as a person or a script runs it."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from alexa_cli.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.hear.microphone import VirtualMicrophone

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


class Inside(Protocol):
    """Runs a command line in this process."""

    def __call__(
        self, *arguments: str | bytes, stdin: bytes = b"", env: dict[str, str] | None = None
    ) -> Ran: ...


@pytest.fixture
def inside(
    alexa: Installed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Inside:
    """Run a command line in this process: as above, and cheaper."""

    def run(*arguments: str | bytes, stdin: bytes = b"", env: dict[str, str] | None = None) -> Ran:
        reading, writing = os.pipe()
        os.write(writing, stdin)  # what a pipe holds is enough
        os.close(writing)
        with os.fdopen(reading) as pipe, monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", pipe)
            for name, value in (env or {}).items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as left:
                main([os.fsdecode(each) for each in arguments])
        shown = capsys.readouterr()
        assert "internal error" not in shown.err, shown.err
        assert "Traceback" not in shown.err, shown.err
        assert "\x1b" not in shown.out + shown.err
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


PATIENCE = 60.0
"""Seconds until a screen that does not come is a failure."""
LOOK = 0.05
"""Seconds between two looks at it."""


class Tmux:
    """A terminal of its own, with a shell that runs the command."""

    def __init__(self, alexa: Installed, folder: Path) -> None:
        self._alexa = alexa
        self._folder = folder
        self._socket = folder / "none"

    def _tmux(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self._socket), "-f", "/dev/null", *arguments], check=check,
            capture_output=True, text=True, env={**self._alexa.env, "TERM": "xterm-256color"},
            timeout=PATIENCE,
        )  # fmt: skip
        return done.stdout

    def start(self, *arguments: str, columns: int = 80, env: str = "") -> None:
        """Run the command in a terminal of this width; ``left N`` is seen when it ends."""
        self.kill()
        self._socket = self._folder / str(len(list(self._folder.iterdir())))
        line = " ".join([env, str(self._alexa.program), *arguments])
        script = f"{line}; echo left $?; cat"
        self._tmux("new-session", "-d", "-x", str(columns), "-y", "30", script)

    def keys(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def say(self, words: str, answer: str) -> str:
        """Type a line and wait for what it brings."""
        self._tmux("send-keys", "-l", words)
        self.keys("Enter")
        return self.wait(answer)

    def screen(self, *, escapes: bool = False) -> str:
        return self._tmux("capture-pane", "-p", *(["-e"] if escapes else []))

    def wait(self, text: str, count: int = 1) -> str:
        """Return the screen when it shows ``text`` (that often)."""
        return self.until(lambda shown: shown.count(text) >= count, text)

    def until(self, met: Callable[[str], bool], what: str) -> str:
        """Return the screen when it is so."""
        ends = time.monotonic() + PATIENCE
        while not met(shown := self.screen()):
            assert time.monotonic() < ends, f"no {what!r} on\n{shown}"
            threading.Event().wait(LOOK)
        return shown

    def kill(self) -> None:
        self._tmux("kill-server", check=False)


@pytest.fixture
def tmux(alexa: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tmux]:
    if shutil.which("tmux") is None:
        pytest.skip("needs tmux")
    terminal = Tmux(alexa, tmp_path_factory.mktemp("tmux"))
    yield terminal
    terminal.kill()


DESK = (
    "  call:\n    description: Call somebody.\n    effect: read\n"
    "    parameters: {contact: {type: string, x-list: contacts}}\n    required: [contact]\n"
    "    sentences: ['call {contact}']\n    run: {python: 'odd:done'}\n"
    "    say: Calling {contact}.\n"
    "  lamp:\n    description: Switch the lamp on.\n    effect: read\n"
    "    sentences: [switch the desk lamp on]\n    run: {python: 'odd:done'}\n"
    "    say: The desk lamp is on.\n"
)
PYTHON = "def done(contact=None):\n    return {}\n"
"""A small world is heard well, whatever the experts that ship understand."""


@pytest.fixture
def desk(expert: Callable[[str, str], Path]) -> list[str]:
    folder = expert(DESK, PYTHON)
    file = folder / "odd" / "expert.yaml"
    file.write_text(file.read_text().replace("apis:", "context: [contacts]\napis:"))
    return ["--experts", str(folder)]


@pytest.fixture
def microphone(home: Path) -> Iterator[VirtualMicrophone]:
    """The usual device of processes that start in this home, five times as fast as life."""
    if not sys.platform.startswith("linux"):
        pytest.skip("needs ALSA, which is Linux's")
    if ctypes.util.find_library("portaudio") is None:
        pytest.skip("needs PortAudio (apt install libportaudio2)")
    path = Path(__file__).resolve().parents[1] / "hear" / "microphone.py"
    spec = spec_from_file_location("tests_hear_microphone", path)
    assert spec is not None
    assert spec.loader is not None
    module: Any = module_from_spec(spec)
    spec.loader.exec_module(module)
    virtual = module.VirtualMicrophone(home, speed=5.0)
    yield virtual
    virtual.close()
