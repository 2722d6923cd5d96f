"""How the wake words are said: what the spotter and the second look both search for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alexa_cli.errors import ConfigError
from alexa_cli.hear.sphinx.dictionary import Dictionary, together

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 40
"""Characters of a wake word: nobody says more to be heard."""
SHORTEST = 4
"""Sounds. A shorter word is in half of all sentences."""
_ALSO = {"alexa": ("AE L EH K S AH", "AH L EH G Z AH")}
"""Ways to say a word that the dictionary does not have."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to say one wake word."""

    token: str
    """Its name in a dictionary of pocketsphinx; variants need names of their own there."""
    word: str
    """As it was configured."""
    sounds: tuple[str, ...]
    """ARPAbet."""


def ways_of(words: Sequence[str], dictionary: Dictionary | None = None) -> tuple[Way, ...]:
    """Return all ways to say ``words``, each a word or a phrase.

    Raises ConfigError: there are none, one cannot be pronounced, or it is too short.
    """
    asked = list(dict.fromkeys(" ".join(word.casefold().split()) for word in words))
    if not any(asked):
        raise ConfigError("there is no wake word", hint="hear.wake.words needs at least one")
    for word in asked:
        if len(word) > LONGEST or not word.isprintable():
            raise ConfigError(
                f"{word[:LONGEST]!r} is no wake word",
                hint=f"hear.wake.words needs words of {LONGEST} letters at most",
            )
    own = dictionary is None
    dictionary = dictionary or Dictionary()
    try:
        known = dictionary.look_up([part for word in asked for part in word.split()])
    finally:
        if own:
            dictionary.close()
    found: list[Way] = []
    for word in asked:
        said = together([known[part] for part in word.split()]) if word else ()
        if not said:
            raise ConfigError(
                f"nobody knows how to say the wake word {word!r}",
                hint="hear.wake.words needs words that can be pronounced",
            )
        for sounds in dict.fromkeys((*said, *_ALSO.get(word, ()))):
            way = Way(f"w{len(found)}", word, tuple(sounds.split()))
            if len(way.sounds) < SHORTEST:
                raise ConfigError(
                    f"the wake word {word!r} is too short: it would wake all day",
                    hint=f'a longer one, such as "hey {word}"',
                )
            found.append(way)
    return tuple(found)
