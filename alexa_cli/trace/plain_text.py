"""Pieces of text that fit a terminal and hold nothing that it would obey."""

from __future__ import annotations

import unicodedata

from alexa_cli.language.text import printable

WIDTH = 80
_PRECISE_BELOW = 0.01
"""Seconds. Shorter times get a decimal place."""


def line(text: str, width: int) -> str:
    """Return the text on one line: printable, spaces joined, cut with an ellipsis."""
    flat = " ".join(printable(text[: 4 * width]).split())
    if columns(flat) <= width:
        return flat
    kept, used = "", 1
    for character in flat:
        used += columns(character)
        if used > width:
            break
        kept += character
    return kept + "…" if width > 0 else ""


def wrapped(text: str, width: int, most: int = 25) -> list[str]:
    """Return the text on as many lines as it takes, ``most`` at most; words stay whole."""
    lines, current = [], ""
    for word in printable(text[: 4 * width * most]).split():
        longer = f"{current} {word}" if current else word
        if columns(longer) <= width:
            current = longer
            continue
        lines.append(current)
        current = line(word, width)
    lines.append(current)
    kept = [each for each in lines if each]
    return kept if len(kept) <= most else [*kept[: most - 1], "…"]


def columns(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def padded(text: str, width: int) -> str:
    """Return the text filled up with spaces to ``width`` columns."""
    return text + " " * (width - columns(text))


def milliseconds(seconds: float) -> str:
    """Return ``0.4 ms``, ``12 ms``, ``1.25 s``."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.1f} ms" if seconds < _PRECISE_BELOW else f"{seconds * 1000:.0f} ms"
