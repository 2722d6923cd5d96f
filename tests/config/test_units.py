from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.config.units import Duration, Size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("10s", 10), ("5m", 300), ("1.5h", 5400), ("90d", 7_776_000),
     ("2w", 1_209_600),
     ("0s", 0), ("10 s", 10)],
)  # fmt: skip
def test_durations(text: str, seconds: float) -> None:
    duration = Duration.from_plain(text)
    assert duration.seconds == seconds
    assert duration == text


@pytest.mark.parametrize(
    ("text", "size"),
    [("0B", 0), ("200MB", 200_000_000), ("1.5kB", 1500), ("1KB", 1000), ("1MiB", 1_048_576),
     ("2GB", 2_000_000_000), ("1GiB", 2**30), ("3KiB", 3072)],
)  # fmt: skip
def test_sizes(text: str, size: int) -> None:
    assert Size.from_plain(text).bytes == size


@pytest.mark.parametrize(
    "bad",
    ["", "5", 5, 5.0, None, True, [], "m", "-5m", "5M", "5 minutes", "5m ", " 5m", "1e3s", "٣s",
     "5m5s",     "9999999999s", "5  m", "inf s", "0x5s"],
)  # fmt: skip
def test_what_is_no_duration(bad: object) -> None:
    with pytest.raises(ValueError, match="is not a duration such as 10s or 5m; the units"):
        Duration.from_plain(bad)


@pytest.mark.parametrize("bad", ["200", 200, "200mb", "200M", "-1MB", "1TBs", ""])
def test_what_is_no_size(bad: object) -> None:
    with pytest.raises(ValueError, match="is not a size such as 200MB"):
        Size.from_plain(bad)


@given(st.text(max_size=12) | st.integers() | st.none())
def test_anything_is_read_or_refused(value: object) -> None:
    for unit in (Duration, Size):
        try:
            assert unit.from_plain(value) == value
        except ValueError:
            continue
