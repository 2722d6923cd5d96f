"""What a handler is given: the expert's own store, its lists, and ways to speak to the house."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.catalog.context import HandlerContext, HandlerFailed, Limits, Lists
from alexa_cli.context.names import NameList
from alexa_cli.store.state import ExpertStore
from alexa_cli.watch import due

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from alexa_cli.assistant.turning import Turning
    from alexa_cli.catalog.expert import Expert
    from alexa_cli.turn import Json


class Notifier:
    """Says something later, in the expert's name. Implements ``catalog.context.Notify``."""

    def __init__(self, turning: Turning, expert: str) -> None:
        self._turning, self._expert = turning, expert

    def __call__(self, text: str, *, at: datetime, key: str) -> str | None:
        """Have ``text`` said at ``at``; returns who will say it, None if nobody is running."""
        if at.tzinfo is None:
            raise HandlerFailed(f"{self._expert}: notify(at=...) takes an instant with a time zone")
        house = self._turning.house
        due.schedule(
            house.store, at=at, text=text, expert=self._expert, key=key,
            conversation=self._turning.conversation,
        )  # fmt: skip
        if house.rings_here:
            return "here"
        return due.anybody_delivering(house.store)

    def cancel(self, key: str) -> bool:
        """Do not say it; returns whether it was still to come."""
        return due.cancel(self._turning.house.store, self._expert, key)


def handler_context(
    turning: Turning, expert: Expert, emit: Callable[[str, Mapping[str, Json]], None]
) -> HandlerContext:
    """Return what a Python handler of ``expert`` gets in this turn."""
    house, snapshot = turning.house, turning.snapshot
    lists = {name: snapshot.list(name) or NameList(name) for name in expert.context}
    act = house.settings.act

    def said(name: str, /, **data: Json) -> None:
        emit(name, data)

    return HandlerContext(
        now=snapshot.now, tz=snapshot.tz, language=snapshot.language,
        household=Lists(expert.name, lists), store=ExpertStore(house.store, expert.name),
        conversation=turning.conversation, speaker=snapshot.speaker, emit=said,
        notify=Notifier(turning, expert.name),
        limits=Limits(
            act.http_timeout.seconds, act.shell_timeout.seconds, act.output_limit.bytes
        ),
        seed=turning.options.seed,
        options=house.settings.experts.options.get(expert.name, {}),
    )  # fmt: skip
