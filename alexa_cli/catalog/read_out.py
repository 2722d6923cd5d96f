"""What was read out last, in its order: "cancel the second one". For the authors of experts."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.catalog.context import HandlerContext

_KEY = "read out"
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def keep_order(context: HandlerContext, ids: Sequence[str]) -> None:
    """Keep in which order they were just read out: "the second one" is one of these."""
    with suppress(AlexaError):  # a home that cannot be written to can still be read
        context.store.set(_KEY, {"conversation": context.conversation, "ids": [*ids]})


def place_of(context: HandlerContext, identifier: str) -> list[str]:
    """Return what one is called by its place in what was read out last: ``second one``."""
    kept = context.store.get(_KEY) or {}
    ids = kept.get("ids", []) if kept.get("conversation") == context.conversation else []
    if identifier not in ids[: len(_ORDINALS)]:
        return []
    return [f"{_ORDINALS[ids.index(identifier)]} one"]
