"""Locks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .home import Home, Target, alter, of_kind
from .wording import answer, none_here

if TYPE_CHECKING:
    from alexa_cli.catalog import HandlerContext, Result

_lock = of_kind("lock")


def lock(context: HandlerContext, **named: str) -> Result:
    """Lock what the user named."""
    return _turn(context, Target(**named), locked=True)


def unlock(context: HandlerContext, **named: str) -> Result:
    """Unlock what the user named; the house has asked."""
    return _turn(context, Target(**named), locked=False)


def _turn(context: HandlerContext, target: Target, *, locked: bool) -> Result:
    home = Home(context)
    word = "locked" if locked else "unlocked"
    locks = home.pick(target, _lock)
    if not locks:
        raise none_here(home, target, "lock")
    change = alter(home, locks, _lock, lambda _, __: {"locked": locked})
    return answer(home, target, change, did=f"I {word} {{}}.", state=word, cannot=f"be {word}")
