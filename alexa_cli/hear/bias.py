"""What is likely to be said next: the words, names and sentences that are true now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something that may be said, whole or as a part of a sentence."""

    words: tuple[str, ...]
    """Normalised, as ``language.text.words`` makes them."""
    weight: float = 1.0
    """How much likelier than any other, from 1."""


@dataclass(frozen=True, slots=True)
class Bias:
    """What a recogniser should expect. Two equal ones are the same to every recogniser."""

    sentences: tuple[Phrase, ...] = ()
    """Whole commands, from templates and examples; ``{list}`` stands for a member of a list and
    ``{{type}}`` for a value of a type."""
    lists: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict)
    """Names by list."""
    choices: tuple[Phrase, ...] = ()
    """What answers the pending question: likelier than anything else."""
    mentioned: tuple[Phrase, ...] = ()
    """What the last reply named, or the screen shows."""
    pronunciations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Word to ways of saying it, as ARPAbet ("D EY Z IY") or respelt."""
    fingerprint: str = ""
    """Of the sentences and lists: what is cached by it is rebuilt when it changes."""
