"""What a handler is given: the expert's own store, its lists, and ways to speak to the house."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from alexa_cli.assistant.understanding import understand
from alexa_cli.catalog.context import HandlerContext, HandlerFailed, Limits, Lists
from alexa_cli.context.home import ChangedHome
from alexa_cli.context.names import NameList
from alexa_cli.store.state import ExpertStore
from alexa_cli.watch import due, running
from alexa_cli.watch.due import Due

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

    def __call__(
        self, text: str, *, at: datetime, key: str, repeat: str | None = None,
        kind: str = "notice", until: datetime | None = None,
    ) -> str | None:  # fmt: skip
        """Have ``text`` said at ``at``; returns who will say it, None if nobody is running."""
        for name, instant in (("at", at), ("until", until)):
            if instant is not None and instant.tzinfo is None:
                raise HandlerFailed(
                    f"{self._expert}: notify({name}=...) takes an instant with a time zone"
                )
        turning = self._turning
        try:
            due.schedule(
                turning.house.store,
                Due(
                    self._expert, key, at, text, turning.conversation,
                    repeat=repeat, kind=kind, until=until, tz=turning.snapshot.tz,
                ),
            )  # fmt: skip
        except OverflowError as error:
            raise HandlerFailed(f"{self._expert}: that is too far away: {at}") from error
        if turning.house.rings_here:
            return "here"
        return running.anybody_delivering(turning.house.store)

    def cancel(self, key: str) -> bool:
        """Do not say it; returns whether it was still to come."""
        return due.cancel(self._turning.house.store, self._expert, key)

    def pending(self) -> list[Due]:
        """What is still to come, the earliest first."""
        return due.pending(self._turning.house.store, self._expert)

    def delivered(self, limit: int = 20) -> list[Due]:
        """What was told, the newest first."""
        return due.delivered(self._turning.house.store, self._expert, limit)

    def first(self, repeat: str, after: datetime) -> datetime | None:
        """The first time behind ``after`` that fits a rule, by the household's clock."""
        from alexa_cli.watch import recurrence  # noqa: PLC0415 - most turns repeat nothing

        return recurrence.first(repeat, after, self._turning.snapshot.tz)

    def next(self, repeat: str, last: datetime) -> datetime | None:
        """The time that follows ``last``, by the household's clock."""
        from alexa_cli.watch import recurrence  # noqa: PLC0415 - as above

        tz = self._turning.snapshot.tz
        found = next(recurrence.following(repeat, recurrence.occurrence(last, tz), tz), None)
        return found.at if found else None


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
        seed=turning.options.seed, temperature_unit=house.settings.temperature_unit,
        options=house.settings.experts.options.get(expert.name, {}),
        snooze=house.settings.watch.snooze.seconds,
        similar=house.similar, understand=partial(understand, turning),
        home=ChangedHome(house.household, house.store),
    )  # fmt: skip
