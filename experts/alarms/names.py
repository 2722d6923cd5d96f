"""The list ``alarm_names``: what people call the alarms that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alexa_cli.catalog import place_of

from .alarm import LATEST, NEXT, NONE, aliases, title, when
from .keeping import live, rang, time_of

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext


def names(context: HandlerContext) -> list[dict[str, Any]]:
    """Every alarm by name, by its time, by its days and as just "alarm".

    While one rings, "the alarm" is that one. With none at all there is one entry that stands for
    none, so that "cancel my alarm" gets an honest answer.
    """
    shown = live(context)
    ringing = rang(context)
    if ringing and all(each.id != ringing.id for each, _ in shown):
        shown.append((ringing, time_of(context, ringing)))
    if not shown:
        return [{"id": NONE, "name": "alarm", "aliases": ["next alarm", "last alarm"]}]
    titles = [title(each, at, context) for each, at in shown]
    found: list[dict[str, Any]] = []
    for (each, at), called in zip(shown, titles, strict=True):
        name = f"{called}, {when(each, at, context)}" if titles.count(called) > 1 else called
        others = [*aliases(each, at, context), *place_of(context, each.id)]
        if ringing and each.id != ringing.id:
            others = [one for one in others if one not in {"alarm", "alarm clock"}]
        found.append({"id": each.id, "name": name, "aliases": [called, *others]})
    found.append({"id": LATEST, "name": "latest alarm", "aliases": ["last alarm", "newest alarm"]})
    found.append({"id": NEXT, "name": "next alarm", "aliases": ["next one"]})
    return found
