"""What levels are measured, and what a person is told of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.hear.frame import FRAME_BYTES, FRAME_SAMPLES, RATE
from alexa_cli.hear.level import SILENT, Level, Meter, bar, decibels, measure


def frames(samples: np.ndarray) -> list[bytes]:
    whole = np.clip(np.rint(samples), -32_768, 32_767).astype("<i2").tobytes()
    return [whole[at : at + FRAME_BYTES] for at in range(0, len(whole), FRAME_BYTES)]


def tone(seconds: float, amplitude: float) -> np.ndarray:
    return amplitude * np.sin(np.arange(round(seconds * RATE)) * 2 * np.pi * 250 / RATE)


def spoken(amplitude: float, noise: float = 10.0) -> np.ndarray:
    """Two seconds of words in three seconds of a room."""
    room = np.random.default_rng(0).standard_normal(3 * RATE) * noise
    room[RATE // 2 : 5 * RATE // 2] += tone(2, amplitude)
    return room


def test_a_sine_of_full_scale_has_minus_three_decibels() -> None:
    level = measure(frames(tone(1.2, 32_767)))
    assert level.seconds == 1.2
    assert level.rms == pytest.approx(-3.01, abs=0.01)
    assert level.peak == pytest.approx(0.0, abs=0.01)
    assert level.loud == level.floor == -3.0


def test_noise_floor_and_speech_are_told_apart() -> None:
    level = measure(frames(spoken(8_000, noise=33)))
    assert level.floor == pytest.approx(-60, abs=1)
    assert level.loud == pytest.approx(-15, abs=1)


@pytest.mark.parametrize(
    ("sound", "finding", "says"),
    [
        (spoken(8_000), "good", "can be understood"),
        (np.zeros(0), "nothing", "no sound came"),
        (np.zeros(RATE), "zeros", "muted"),
        (spoken(8_000) + 3_000, "offset", "off centre by 9%"),
        (spoken(60_000), "clipped", "turn the microphone down"),
        (np.random.default_rng(0).standard_normal(RATE) * 10, "silence", "nobody spoke"),
        (spoken(120, noise=3), "quiet", "turn the microphone up"),
        (spoken(4_000, noise=1_800), "noisy", "dB only"),
    ],
)
def test_verdicts(sound: np.ndarray, finding: str, says: str) -> None:
    level = measure(frames(sound))
    assert level.finding == finding
    assert says in level.verdict("linux")
    assert "\n" not in level.verdict()


def test_zeros_may_be_a_permission_where_systems_ask_for_one() -> None:
    level = measure(frames(np.zeros(RATE)))
    assert "System Settings, Privacy" in level.verdict("darwin")
    assert "Settings, Privacy" in level.verdict("win32")


def test_a_constant_is_an_offset_and_no_loudness() -> None:
    level = measure(frames(np.full(RATE, 6_553.6)))
    assert level.offset == pytest.approx(0.2, abs=0.001)
    assert level.rms == pytest.approx(SILENT, abs=1)


@given(st.binary(max_size=4 * FRAME_BYTES).map(lambda b: b[: len(b) // 2 * 2]))
def test_any_sound_has_a_level_and_a_verdict(samples: bytes) -> None:
    meter = Meter()
    for at in range(0, len(samples), FRAME_BYTES):
        loudness = meter.add(samples[at : at + FRAME_BYTES])
        assert SILENT <= loudness <= 0
    level = meter.level()
    assert SILENT <= level.floor <= level.loud <= 0
    assert 0 <= level.clipped <= 1
    assert -1 <= level.offset <= 1
    assert level.verdict()


def test_the_bar_is_as_long_as_the_sound_is_loud() -> None:
    assert bar(-100, 4) == bar(-60, 4) == "····"
    assert bar(-30, 4) == "██··"
    assert bar(0, 4) == "████"


def test_nothing_measured_is_nothing() -> None:
    assert Meter().level() == Level()
    assert decibels(0) == SILENT
    assert Meter().add(b"") == SILENT
    assert FRAME_SAMPLES * 2 == FRAME_BYTES
