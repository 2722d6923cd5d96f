"""Which words an API knows: those of its templates, examples, name and choices.

A model that estimates may be led by half of a sentence. Before it acts, the words that carry
meaning must be words that the API has been taught, or stand in one of its slots.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.language.text import words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api
    from alexa_cli.decide.model import Request
    from alexa_cli.turn import Json

LIGHT = frozenset(
    "a an the this that these those my our your his her their its i me we us you he she it they "
    "them is are am was were be been being do does did done have has had having will would shall "
    "should can could may might must to of in on at for from by with about as into onto out up "
    "down off over under again then than and or but if so just only also too very really some "
    "any all every each no not yes please thanks thank now right away here there what which who "
    "when where how why much many more most one ones got get go let make want need like would "
    "could maybe kind sort thing things stuff bit little lot hey ok okay alexa today currently "
    "well oh um uh actually think know tell see if still already yet around because while "
    "time".split()
)
"""Words that are too common to say which API is meant."""
_NOT = frozenset({"not", "never", "without", "nobody", "nothing"})
_TELLING = frozenset("i we you he she they it somebody someone everybody everyone".split())
_BETWEEN = frozenset("have has had already just also only never really almost once".split())


class Vocabulary:
    """The words of every API of a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._known: dict[str, set[str]] = {}
        """API to its words, and to what is left of them without their endings."""
        self._taught: dict[str, set[str]] = {}
        """API to what its examples tell of as done, or as not to be done."""
        for template in catalogue.templates:
            known = self._known.setdefault(f"{template.expert}.{template.api}", set())
            for state in template.states:
                known.update(state.literals)
        for api in catalogue.apis():
            known = self._known.setdefault(api.full_name, set())
            known.update(words(api.name.replace("_", " ")))
            for example in api.examples.get(catalogue.language, ()):
                known.update(words(example.text))
                if (told := _told(words(example.text))) is not None:
                    self._taught.setdefault(api.full_name, set()).add(told)
            for parameter in api.parameters.values():
                for phrases in parameter.choices.values():
                    known.update(word for phrase in phrases for word in words(phrase))
        for known in self._known.values():
            known.update([_stem(word) for word in known])

    def unexplained(self, api: Api, request: Request, said: Mapping[str, Json]) -> list[str]:
        """Return the words that carry meaning and are neither the API's nor in a slot."""
        known = self._known.get(api.full_name, set())
        in_slots = _words_of(said)
        return [
            word for word in dict.fromkeys(request.words)
            if word not in LIGHT and word not in in_slots and word not in known
            and _stem(word) not in known
        ]  # fmt: skip

    def denied(self, api: Api, request: Request) -> str | None:
        """Return the word that tells that these words are no wish, for what changes anything.

        "Don't turn on the heat" and "I turned off the light" look like their opposites and like
        what is wished. The word is fine where the API has been taught it ("do not wake me").
        """
        known, taught = self._known.get(api.full_name, set()), self._taught.get(api.full_name, ())
        spoken = request.words
        opening = _told(spoken)
        if opening is not None:
            return None if opening in taught else opening
        return next((word for word in spoken if word in _NOT and word not in known), None)

    def supported(self, api: Api, request: Request, said: Mapping[str, Json]) -> bool:
        """Whether a word that is no name or value speaks for the API.

        "Kitchen" alone starts no vacuum. A choice ("dim") speaks for it.
        """
        known = {_stem(word) for word in self._known.get(api.full_name, set())}
        named = {name: value for name, value in said.items() if not api.parameters[name].choices}
        in_slots = _words_of(named)
        return any(
            _stem(word) in known and word not in LIGHT and word not in in_slots
            for word in request.words
        )


def _told(spoken: tuple[str, ...]) -> str | None:
    """Return what the words begin by denying or reporting: "not", or the "turned" of "i turned".

    None: they may be a wish.
    """
    if spoken[:1] == ("never",) or spoken[:2] == ("do", "not"):
        return "not"
    if not spoken or spoken[0] not in _TELLING:
        return None
    verb = next((word for word in spoken[1:] if word not in _BETWEEN), "")
    past = verb.endswith("ed") and not verb.endswith("need")
    return verb if past else None


def _words_of(said: Mapping[str, Json]) -> set[str]:
    return {word for value in said.values() if isinstance(value, str) for word in words(value)}


def _stem(word: str) -> str:
    """Return the word without the commonest endings: "lights" and "light" are one."""
    for ending in ("'s", "ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 2:  # noqa: PLR2004 - "is", "as"
            return word[: -len(ending)]
    return word
