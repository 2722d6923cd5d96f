"""What is measured of speech: words wrong, commands right, processor time, delay after the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.measure.metrics import bootstrap, quantile, share, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.measure.metrics import Interval
    from alexa_cli.measure.sound import Sounded


def figures(
    spoken: Sequence[tuple[bool, Sounded]],
) -> tuple[dict[str, float | None], dict[str, Interval]]:
    """Return the figures of spoken turns, and 95 % intervals; each with whether it was exact."""
    sounds = [sound for _, sound in spoken]
    right = [exact for exact, _ in spoken]
    same = [sound.same for sound in sounds if sound.settled is not None]
    counts = [(s.errors, s.words) for s in sounds if s.errors is not None and s.words]
    seconds = sum(sound.seconds for sound in sounds)
    values: dict[str, float | None] = {
        "command_accuracy": share(right),
        "word_error_rate": rate(counts),
        "eager_is_final": share(same),
        "rtf": sum(sound.cpu for sound in sounds) / seconds if seconds else None,
    }
    intervals = {"command_accuracy": wilson(sum(right), len(right))}
    if counts:
        intervals["word_error_rate"] = bootstrap(counts, rate)
    if same:
        intervals["eager_is_final"] = wilson(sum(same), len(same))
    delays = {
        "provisional": sorted(s.provisional for s in sounds if s.provisional is not None),
        "settled": sorted(s.settled for s in sounds if s.settled is not None),
    }
    for name, found in delays.items():
        for level, percent in ((0.5, "p50"), (0.95, "p95")):
            values[f"{name}_{percent}_ms"] = (
                round(quantile(found, level) * 1000, 1) if found else None
            )
    return values, intervals


def rate(counts: Sequence[tuple[int, int]]) -> float | None:
    """Return the word error rate of (errors, words) counts; None of nothing. May exceed 1."""
    said = sum(total for _, total in counts)
    return sum(errors for errors, _ in counts) / said if said else None
