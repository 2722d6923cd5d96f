"""What a start imports: heavy libraries stay off the path of a template match."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Installed

NEVER = frozenset({
    "litellm", "prompt_toolkit", "sounddevice", "vosk", "pocketsphinx", "torch", "numpy", "rich",
    "dateparser", "tokenizers", "httpx", "hassil", "yaml", "pydantic", "text_to_num",
    "platformdirs",
})  # fmt: skip
"""Top-level packages that neither needs; ``yaml`` because there is no config file."""


def imported(alexa: Installed, *arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", alexa.program, *arguments], env=alexa.env,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    rows = (line.rpartition("|") for line in done.stderr.splitlines() if "import time:" in line)
    return {name.strip() for _, _, name in rows}


@pytest.mark.parametrize("arguments", [["--version"], ["ask", "turn on the kitchen light"]])
def test_heavy_libraries_stay_away(alexa: Installed, arguments: list[str]) -> None:
    alexa(*arguments)
    names = imported(alexa, *arguments)
    assert "alexa_cli.cli.main" in names
    assert NEVER & {name.partition(".")[0] for name in names} == set()


def test_help_of_listening_needs_no_sound(alexa: Installed) -> None:
    names = {name.partition(".")[0] for name in imported(alexa, "listen", "--help")}
    assert not {"sounddevice", "pocketsphinx", "vosk", "espeakng_loader", "numpy"} & names


def test_the_measure_sees_what_is_imported(alexa: Installed) -> None:
    assert {"numpy", "typer"} < imported(alexa, "route", "xyzzy plugh")


def test_version_and_help_import_no_verb(alexa: Installed) -> None:
    for arguments in (["--version"], ["--help"]):
        names = imported(alexa, *arguments)
        assert not {"alexa_cli.assistant", "alexa_cli.cli.trace", "sqlite3", "asyncio"} & names
    assert "typer" not in imported(alexa, "--version")


def test_plain_speech_needs_no_parser(alexa: Installed) -> None:
    assert "typer" not in imported(alexa, "turn", "on", "the", "kitchen", "light")
