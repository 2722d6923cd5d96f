"""Which of the choices some words name: by name, by a part of it, by its place in the list.

Only evidence that points to one choice counts; what fits two is asked about again.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from alexa_cli.decide.courtesy import strip
from alexa_cli.decide.spans import ARTICLES
from alexa_cli.language.registry import Moment, Unreadable, grammar
from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alexa_cli.decide.model import Request
    from alexa_cli.turn import Choice, Question

    Matcher = Callable[[tuple[str, ...], list[tuple[str, ...]]], bool]

LAST = -1
"""How the ordinal grammar says "the last"."""
_LAST = {"en": ("last", "the last", "the last one", "last one")}
FILLER = {
    "en": frozenset(
        "the one for to at it its called named with i mean meant want in on please is make that "
        "no yes um uh a an my say".split()
    )
}
"""Words that may stand around an answer and say nothing themselves."""


def choose(choices: tuple[Choice, ...], request: Request) -> Choice | None:
    """Return the choice that these words name: by name, by part of it, by place in the list."""
    language = request.moment.language
    bare = tuple(token.text for token in strip(request.tokens, language))
    filler = FILLER.get(language, frozenset())
    core = tuple(word.removesuffix("'s") for word in bare if word not in filler) or bare
    place = _by_place(bare, choices, language)
    name = _by_name((bare, core), choices, (_exactly, _partly))
    if place is not None and name is not None and name != place:
        # "2" of "Timer 2 or Timer 1" is a name; "the first one" is a place, "first" may be either
        return place if "one" in bare else name if bare[-1].isdigit() else None
    return place or name or _by_name((bare, core), choices, (_nearly,))


def exactly_named(question: Question, request: Request) -> bool:
    """Whether these words are the whole name of one of the choices."""
    bare = tuple(token.text for token in strip(request.tokens, request.moment.language))
    return _by_name((bare,), question.choices, (_exactly,)) is not None


def _by_name(
    spoken: Sequence[tuple[str, ...]], choices: tuple[Choice, ...], matchers: Sequence[Matcher]
) -> Choice | None:
    """Return the one choice that a matcher finds; what finds several says nothing."""
    for match in matchers:
        for said in spoken:
            found = [choice for choice in choices if match(said, _forms(choice))]
            if len(found) == 1:
                return found[0]
    return None


def _forms(choice: Choice) -> list[tuple[str, ...]]:
    return [words(form) for form in (choice.spoken, *choice.forms)]


def _exactly(said: tuple[str, ...], forms: list[tuple[str, ...]]) -> bool:
    return said in forms


def _partly(said: tuple[str, ...], forms: list[tuple[str, ...]]) -> bool:
    tells = set(said) - ARTICLES
    return bool(tells) and any(tells <= set(form) for form in forms)


def _nearly(said: tuple[str, ...], forms: list[tuple[str, ...]]) -> bool:
    from rapidfuzz.fuzz import ratio  # noqa: PLC0415 - only when nothing matches exactly

    spoken = " ".join(said)
    if not set(said) - ARTICLES:
        return False
    likely = 80.0  # "baur" for "bauer" is 89
    return any(ratio(spoken, part) >= likely for form in forms for part in (" ".join(form), *form))


def _by_place(said: tuple[str, ...], choices: tuple[Choice, ...], language: str) -> Choice | None:
    if " ".join(said) in _LAST.get(language, ()):
        return choices[-1]
    core = [word for word in said if word not in {"the", "one", "number", "option"}]
    if not core or len(said) > 4:  # noqa: PLR2004 - "the twenty first one" at most
        return None
    place: object = None
    for kind in ("ordinal", "number"):
        try:
            place = grammar(kind, language).read(core, _no_moment())
            break
        except Unreadable:
            continue
    if isinstance(place, int) and 1 <= place <= len(choices):
        return choices[place - 1]
    return choices[-1] if place == LAST else None


def _no_moment() -> Moment:
    """Ordinals and numbers do not look at the clock."""
    zone = ZoneInfo("UTC")
    return Moment(datetime(2000, 1, 1, tzinfo=zone), zone)
