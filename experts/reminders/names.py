"""The list ``reminder_names``: what people call the reminders that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alexa_cli.catalog import place_of

from .keeping import live, over
from .reminder import LATEST, NEXT, NONE, aliases, when

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext

MOST = 100
"""As many, the earliest first, are known by name; all others by "all" and by when they come."""


def names(context: HandlerContext) -> list[dict[str, Any]]:
    """Every reminder by what it says, by its time, and as just "reminder".

    What came within the last day is known too, unless one to come says the same. With none at all
    there is one entry that stands for none, so that "cancel my reminder" gets an honest answer.
    """
    coming = live(context)
    there = {each.message for each, _ in coming}
    past = [(each, each.at) for each in over(context) if each.message not in there]
    if not coming and not past:
        return [{"id": NONE, "name": "reminder", "aliases": ["last reminder", "next reminder"]}]
    shown = (coming + past)[:MOST]
    titles = [each.title for each, _ in shown]
    found: list[dict[str, Any]] = []
    for (each, at), title in zip(shown, titles, strict=True):
        name = f"{title}, {when(each, at, context)}" if titles.count(title) > 1 else title
        called = [*aliases(each, at, context), *place_of(context, each.id)]
        if coming and not any(each is one for one, _ in coming):
            called.remove("reminder")  # "the reminder" is one to come, if there is one
        found.append({"id": each.id, "name": name, "aliases": [title, *called]})
    if coming:
        last = [
            "last one",
            "latest one",
            "newest reminder",
            "last reminder",
            "most recent reminder",
        ]
        found.append({"id": LATEST, "name": "latest reminder", "aliases": last})
        found.append({"id": NEXT, "name": "next reminder", "aliases": ["next one"]})
    return found
