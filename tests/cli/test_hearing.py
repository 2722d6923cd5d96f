"""Recorded utterances as turns, through the installed command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Inside, Ran


def test_the_sample_is_heard_understood_and_done(inside: Inside) -> None:
    ran = inside("ask", "--audio", "sample", "--json")
    assert ran.code == 0
    assert ran.err == ""
    assert '"words": "turn on the kitchen light"' in ran.out
    assert '"reply": "I turned on the kitchen light."' in ran.out
    again = inside("ask", "--audio", "sample")
    assert again.out == "The kitchen light is already on.\n"
    assert again.err.startswith("sentences → smart_home.turn_on")
    assert again.err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "no such file"), (b"", "empty"), (b"RIFFnonsense" * 20, "sound")],
)
def test_what_is_no_sound_is_told_in_a_line(
    inside: Callable[..., Ran], tmp_path: Path, content: bytes | None, told: str
) -> None:
    file = tmp_path / "heard.wav"
    if content is not None:
        file.write_bytes(content)
    ran = inside("ask", "--audio", str(file))
    assert ran.code == 1
    assert told in ran.err
    assert ran.out == ""


def test_silence_is_nothing_heard(inside: Callable[..., Ran], tmp_path: Path) -> None:
    import wave

    file = tmp_path / "silence.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", "not compressed"))
        sound.writeframes(bytes(32_000))
    ran = inside("ask", "--audio", str(file))
    assert ran.code == 3
    assert ran.out == "I heard nothing.\n"
