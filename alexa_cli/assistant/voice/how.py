"""How a conversation is held, and how each of its utterances begins."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

from alexa_cli.assistant.assistant import TurnOptions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

    from alexa_cli.hear.frame import Frame
    from alexa_cli.turn import Event, Utterance


class Take(Protocol):
    """Runs one turn and shows its events; being cancelled cancels the turn."""

    def __call__(
        self, utterances: AsyncIterator[Utterance], options: TurnOptions,
        show: Callable[[Event], None], /,
    ) -> Coroutine[Any, Any, object]:  # fmt: skip
        """Raise what the turn raises."""
        ...


@dataclass(frozen=True, slots=True)
class How:
    """How a conversation is held."""

    mode: Literal["open", "wake", "push", "once"] = "open"
    """open: it listens, answers and listens again, until nobody speaks; wake: after the wake
    word; push: after a key, until the key again (or after the wake word, where one is listened
    for); once: one request, and what is asked back."""
    barge_in: bool = False
    """Talking stops a reply: for headphones, where the microphone does not hear it."""
    keep_audio: Path | None = None
    """A folder for the sound of each turn."""
    wake_words: tuple[str, ...] = ()
    """Names that may stand before what is said, and that mean nothing then."""
    options: TurnOptions = field(default_factory=TurnOptions)


@dataclass(frozen=True, slots=True)
class Start:
    """How an utterance begins: after a wake word, with what was heard since; held by a key."""

    lead: tuple[Frame, ...] = ()
    held: bool = False
    by: Literal["key", "word"] = "key"


async def ended(*tasks: asyncio.Task[Any]) -> None:
    """Cancel what still runs, and wait until it has let go of what it held."""
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
    cancelled = False
    while any(not task.done() for task in running):
        try:
            await asyncio.wait(running)
        except asyncio.CancelledError:
            cancelled = True
    for task in tasks:
        with suppress(asyncio.CancelledError):
            task.exception()  # told where it was waited for, or no longer of interest
    if cancelled:
        raise asyncio.CancelledError
