"""Sound of any rate becomes frames, with nothing lost and no seam."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.hear.errors import AudioError
from alexa_cli.hear.frame import FRAME_BYTES, RATE
from alexa_cli.hear.sources.convert import Converter, Framer


def tone(count: int, rate: int) -> np.ndarray:
    """440 Hz at half of full scale, int16."""
    return (np.sin(np.arange(count) * 2 * np.pi * 440 / rate) * 16_384).astype("<i2")


@given(st.lists(st.binary(max_size=3_000), max_size=8))
def test_frames_are_the_sound_and_nothing_else(parts: list[bytes]) -> None:
    framer = Framer()
    frames = [frame for part in parts for frame in framer.add(part)] + list(framer.end())
    whole = b"".join(parts)
    assert b"".join(frame.samples for frame in frames)[: len(whole)] == whole
    assert all(len(frame.samples) == FRAME_BYTES for frame in frames)
    assert [frame.at for frame in frames] == [round(n * 0.03, 6) for n in range(len(frames))]
    assert len(frames) == -(-len(whole) // FRAME_BYTES)


@given(st.lists(st.integers(1, 4_000), min_size=1, max_size=6))
def test_blocks_leave_no_seam(sizes: list[int]) -> None:
    sound = tone(sum(sizes), 48_000)
    whole = Converter(48_000, 1).shorts(sound.tobytes(), last=True)
    convert, at, parts = Converter(48_000, 1), 0, []
    for size in sizes:
        parts.append(convert.shorts(sound[at : at + size].tobytes()))
        at += size
    parts.append(convert.shorts(b"", last=True))
    assert b"".join(parts) == whole


def test_what_is_lost_makes_the_rest_later() -> None:
    framer = Framer()
    assert [frame.at for frame in framer.add(bytes(2 * FRAME_BYTES))] == [0.0, 0.03]
    framer.lost += 1.5
    assert [frame.at for frame in framer.add(bytes(FRAME_BYTES))] == [1.56]


def test_channels_become_their_mean() -> None:
    left, right = tone(RATE, RATE), np.zeros(RATE, "<i2")
    both = np.stack([left, right], axis=1).astype("<i2").tobytes()
    heard = np.frombuffer(Converter(RATE, 2).shorts(both), "<i2")
    assert np.abs(heard - left / 2).max() <= 1


@pytest.mark.parametrize(("rate", "channels"), [(0, 1), (RATE, 0), (RATE, 10_000), (10**9, 1)])
def test_what_no_sound_has(rate: int, channels: int) -> None:
    with pytest.raises(AudioError, match="cannot use sound of"):
        Converter(rate, channels)
