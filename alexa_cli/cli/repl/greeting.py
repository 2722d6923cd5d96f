"""What is said to somebody who opens it for the first time: what it is, and three things to try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.decide.sentences import Sentences
from alexa_cli.trace.save import TURN
from alexa_cli.turn import Plan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alexa_cli.cli.session import Session

FIRST = (
    "turn on the kitchen light",
    "set a timer for ten minutes",
    "add milk and eggs to the shopping list",
    "what time is it in tokyo",
    "what is fifteen percent of eighty",
)
"""Tried first: they show most. Whether they work here is looked at before they are offered."""
OFFERED = 3
MOST_LOOKED_AT = 60
"""Sentences that are looked at until enough are found: it must not be waited for."""


def greeting(session: Session) -> list[str]:
    """Return the lines for a first run: three that greet, and what works at once."""
    home = "your home" if session.loaded.settings.household else "an example home"
    lines = (
        "Hello. Say what you want done; I do it, and can show you how I came to it.",
        f"There is {home} to try it on. No account, key or network is needed.",
        "`alexa doctor` tells what would make me better; /help helps, Ctrl-D leaves.",
    )
    offered = working(session)
    return [*lines, *(["", "Try:"] if offered else []), *(f"  {words}" for words in offered)]


def is_first(session: Session) -> bool:
    """Whether nothing was ever said here."""
    return not session.store.events(kind=TURN, limit=1)


def working(session: Session) -> list[str]:
    """Return sentences that can be done here and now, each of another expert."""
    found: dict[str, str] = {}
    for number, words in enumerate(_sentences(session)):
        if len(found) == OFFERED or number == MOST_LOOKED_AT:
            break
        expert = _expert(session, words)
        if expert and expert not in found:
            found[expert] = words
    return list(found.values())


def _sentences(session: Session) -> Iterator[str]:
    yield from FIRST
    for expert in session.house.catalogue.experts.values():
        for api in expert.apis.values():
            for example in api.examples.get(session.loaded.settings.language, ())[:1]:
                yield example.text


def _expert(session: Session, words: str) -> str | None:
    """Return who would do it; None unless it is certain and can be taken back."""
    assistant, catalogue = session.assistant, session.house.catalogue
    request = assistant.request(words, "")
    for model in assistant.models:
        if not isinstance(model, Sentences):
            continue
        if isinstance(plan := model.judge(request), Plan) and plan.calls:
            call = plan.calls[0]
            api = catalogue.find(call.expert, call.api)
            if api is not None and not api.confirm:
                return call.expert
    return None
