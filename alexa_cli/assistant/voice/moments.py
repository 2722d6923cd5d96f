"""What a screen wants to know of a spoken conversation, besides the events of its turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

    from alexa_cli.turn import Event


@dataclass(frozen=True, slots=True)
class Waiting:
    """It waits for a key, or for one of these words."""

    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Woken:
    """A wake word was heard."""

    word: str


@dataclass(frozen=True, slots=True)
class Listening:
    """The microphone is open. ``answering``: a question was asked; ``held``: until a key."""

    answering: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody spoke for as long as it waits, or there is no more sound."""

    seconds: float
    """How long it waits; 0: it was ended by hand."""
    over: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """What was being said or done was stopped."""

    by: Literal["key", "word", "voice", "interrupt"]


@dataclass(frozen=True, slots=True)
class Kept:
    """The sound of a turn was written to a file."""

    turn: str
    path: Path


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that does not stop the conversation: no loudspeaker, a disk that is full."""

    text: str


Moment: TypeAlias = "Waiting | Woken | Listening | Silence | Stopped | Kept | Notice"
Shown: TypeAlias = "Moment | Event"
