"""The wake word as a conversation sees it: who spots it, and text without it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from alexa_cli.hear.frame import Frame
    from alexa_cli.turn import Utterance


class Called(Protocol):
    """A wake word was said."""

    @property
    def word(self) -> str:
        """Which."""
        ...

    @property
    def lead(self) -> Sequence[Frame]:
        """What was heard since it ended: the beginning of what is said."""
        ...


class Spotter(Protocol):
    """Hears wake words, and nothing else."""

    def feed(self, frame: Frame) -> Called | None:
        """Take a frame; what is returned is said once."""
        ...

    def reset(self) -> None:
        """Forget what was heard: there was a gap."""
        ...


async def revisions(
    first: Utterance, more: AsyncIterator[Utterance], names: Sequence[str]
) -> AsyncGenerator[Utterance, None]:
    """Yield the revisions of an utterance, without the wake words before them."""
    yield without(first, names)
    async for utterance in more:
        yield without(utterance, names)


def without(utterance: Utterance, names: Sequence[str]) -> Utterance:
    """Return an utterance without the wake words before it; one that is all there is stays."""
    text = _without(utterance.text, names)
    if text == utterance.text:
        return utterance
    hypotheses = tuple(
        replace(each, text=_without(each.text, names)) for each in utterance.hypotheses
    )
    return replace(utterance, text=text, hypotheses=hypotheses)


def _without(text: str, names: Sequence[str]) -> str:
    said = text.split()
    for name in names:
        called = list(words(name))
        if (
            called
            and len(said) > len(called)
            and [w.strip(",").lower() for w in said][: len(called)] == called
        ):
            return " ".join(said[len(called) :])
    return text


def named(text: str, names: Sequence[str]) -> bool:
    """Whether any of the names is said in a text."""
    said = f" {' '.join(words(text))} "
    return any(f" {' '.join(words(name))} " in said for name in names)
