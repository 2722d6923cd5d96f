"""A bare hour to get up by: "six" is six in the morning, whenever it is said."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from alexa_cli.language.text import words

if TYPE_CHECKING:
    from alexa_cli.language.registry import Moment
    from alexa_cli.turn import Json

NOON, EARLIEST = 12, 4
"""A bare hour from ``EARLIEST`` on is one of the morning."""
_SURE = frozenset("am pm morning afternoon evening night tonight noon midday midnight".split())
_TODAYS = frozenset({"tonight", "this"})
_LENGTHS = frozenset("hour hours minute minutes second seconds now".split())
_FROM_AN_HOUR = frozenset({"to", "past", "till", "of"})
_ON_CLOCK_24 = 13


def says_half(said: str) -> bool:
    """Whether words for a time leave no doubt about the half of the day: "6 pm", "18:00"."""
    spoken = words(said)
    if _SURE.intersection(spoken) or {("a", "m"), ("p", "m")}.intersection(pairwise(spoken)):
        return True
    return any(
        ":" in word and (word[0] == "0" or int(word.split(":")[0]) >= _ON_CLOCK_24)
        for word in spoken
        if word[0].isdigit()
    )


def says_time_only(said: str, language: str = "en") -> bool:
    """Whether words are a time of day and nothing else: "at six", not "tomorrow" or "tonight"."""
    from alexa_cli.language.registry import grammar  # noqa: PLC0415 - it imports this room

    spoken = words(said)
    if not spoken or _TODAYS.intersection(spoken):
        return False
    return len(spoken) in grammar("time", language).ends(spoken, 0)


def says_day_only(said: str, language: str = "en") -> bool:
    """Whether words are a day and nothing else: "friday", not "friday at noon"."""
    from alexa_cli.language.registry import grammar  # noqa: PLC0415 - it imports this room

    spoken = words(said)
    return bool(spoken) and len(spoken) in grammar("date", language).ends(spoken, 0)


def of_the_morning(x_type: str, value: Json, said: str, moment: Moment) -> Json:
    """Return a datetime or a recurrence with a bare hour of the evening taken for the morning."""
    if not isinstance(value, str) or not said or says_half(said):
        return value
    return _days(value) if x_type == "recurrence" else _instant(value, said, moment)


def _instant(value: str, said: str, moment: Moment) -> str:
    local = datetime.fromisoformat(value).astimezone(moment.tz)
    if _is_length(said) or local.hour < NOON + EARLIEST:
        return value
    early = local.replace(hour=local.hour - NOON)
    if early <= moment.now:
        if not says_time_only(said, moment.language):
            return value
        early += timedelta(days=1)
    return early.isoformat()


def _days(rule: str) -> str:
    fields = dict(part.split("=") for part in rule.split(";"))
    hour = fields.get("BYHOUR", "")
    if not hour.isdecimal() or int(hour) < NOON + EARLIEST:
        return rule
    fields["BYHOUR"] = str(int(hour) - NOON)
    return ";".join(f"{name}={each}" for name, each in fields.items())


def _is_length(said: str) -> bool:
    """Whether it is so long from now, or from something: "in two hours"."""
    spoken = set(words(said))
    return bool(spoken & _LENGTHS) and not spoken & _FROM_AN_HOUR
