"""Sound for tests: a virtual microphone."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hear.microphone import VirtualMicrophone


def _module() -> Any:
    """The module beside this one; test folders are no packages to import from."""
    name = "tests_hear_microphone"
    if name not in sys.modules:
        path = Path(__file__).with_name("microphone.py")
        spec = spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def restart_portaudio() -> None:
    """PortAudio looks for devices once, when it starts: let it look again in this HOME."""
    import sounddevice

    while sounddevice._initialized:
        sounddevice._terminate()
    sounddevice._initialize()


@pytest.fixture
def portaudio() -> None:
    """Skips where there is no PortAudio, or none that ALSA serves."""
    if not sys.platform.startswith("linux"):
        pytest.skip("needs ALSA, which is Linux's")
    try:
        import sounddevice  # noqa: F401
    except OSError:
        pytest.skip("needs PortAudio (apt install libportaudio2)")


@pytest.fixture
def microphone(
    home: Path, portaudio: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[VirtualMicrophone]:
    """A virtual microphone, the usual device of this process and of those it starts.

    It is ten times as fast as life, so what listens has more time and room than in life.
    """
    from alexa_cli.hear.sources.microphone import Microphone

    monkeypatch.setattr("alexa_cli.config.hands.LET_GO", 60.0)
    defaults: Any = Microphone.__init__.__kwdefaults__
    for name in ("backlog", "patience"):
        monkeypatch.setitem(defaults, name, 60.0)
    virtual = _module().VirtualMicrophone(home, speed=10.0)
    restart_portaudio()
    yield virtual
    virtual.close()
    (home / ".asoundrc").unlink()
    restart_portaudio()
