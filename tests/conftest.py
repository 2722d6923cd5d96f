"""What every test gets: a home of its own, and none of the caller's environment."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from alexa_cli.config.paths import Paths, find_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    from tests.wire.server import WireServer

REPO = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("ALEXA_SHARED") or REPO.parent / "shared")

settings.register_profile(
    "alexa",
    deadline=None,  # two slow cores must not make a test fail
    derandomize=True,
    database=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("alexa")


def pytest_configure(config: pytest.Config) -> None:
    """Warnings are errors, but for those that litellm knows of and silences as it is imported."""
    for words in (
        "conflict with protected namespace",
        "Accessing the.*attribute on the instance is deprecated",
        "`ReadOnly` qualifier",
    ):
        config.addinivalue_line("filterwarnings", f"ignore:.*{words}.*")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``ALEXA_HOME``: empty, and gone after the test. It is not below ``tmp_path``."""
    folder = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("ALEXA_", "XDG_", "OTEL_")) or name in {
            "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERMINAL_WIDTH", "LINES",
            "COLUMNS", "PYTHONWARNINGS",
        }:  # fmt: skip
            monkeypatch.delenv(name)
    monkeypatch.setenv("ALEXA_HOME", str(folder))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    return folder


@pytest.fixture
def paths(home: Path) -> Paths:
    """The folders below the test's home; none of them exist yet."""
    return find_paths({"ALEXA_HOME": str(home)})


@pytest.fixture
def repo() -> Path:
    """The root of the repository."""
    return REPO


@pytest.fixture
def shared() -> Path:
    """The folder of public data that is not part of the repository; skips where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip(f"needs the public data: no folder {SHARED / 'data'} (set ALEXA_SHARED)")
    return SHARED


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the shipped experts were compiled and learnt, once for all processes.

    Its ``cache`` may be linked to or used; nothing that is kept in it may be changed.
    """
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    home = root / "first-run"
    with (root / "first-run.lock").open("w") as lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        except ImportError:  # no such locks: each process makes its own
            home = tmp_path_factory.mktemp("first-run")
        if not (home / "done").exists():
            run = "from alexa_cli.cli.main import main; main(['--no-save', {!r}])"
            for words in ("turn on the kitchen light", "xyzzy plugh"):
                subprocess.run(
                    [sys.executable, "-c", run.format(words)], check=False, capture_output=True,
                    env={**os.environ, "ALEXA_HOME": str(home)}, cwd=REPO, timeout=280,
                )  # fmt: skip
            (home / "done").touch()
    return home


def _wire() -> ModuleType:
    """The module of the wire server; test folders are no packages to import from."""
    name = "tests_wire_server"
    if name not in sys.modules:
        spec = spec_from_file_location(name, REPO / "tests" / "wire" / "server.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture
def wire() -> Any:
    """The nouns of the wire server: ``wire.Reply``, ``wire.Text``, ``wire.Pause``, ..."""
    return _wire()


@pytest.fixture
def wire_server() -> Iterator[WireServer]:
    """A provider on loopback that speaks OpenAI's and Anthropic's formats, and can misbehave."""
    server = _wire().WireServer()
    yield server
    server.close()


@pytest.fixture
def spoken(tmp_path: Path) -> Callable[..., Path]:
    """``spoken(name, *sentences)``: a WAV in which a synthetic voice says them, pauses between."""
    pytest.importorskip("espeakng_loader")

    def say(name: str, *sentences: str, pause: float = 1.0) -> Path:
        import wave

        from alexa_cli.speak.voice.espeak import synthesise

        sounds = [synthesise(each, rate=140) for each in sentences]
        rate = sounds[0].rate if sounds else 16_000
        quiet = bytes(2 * round(rate * pause))
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, rate, 0, "NONE", "not compressed"))
            file.writeframes(quiet.join([b"", *(sound.samples for sound in sounds), b""]))
        return path

    return say
