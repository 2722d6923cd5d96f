"""What is refused before any language model hears of it: too long, or a blocked topic."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from alexa_cli.language.text import MAX_CHARACTERS, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.config.schema import GuardSettings
    from alexa_cli.trace.record import Recorder

LENGTH, TOPIC = "guard length", "guard topic"
"""Events in the trace."""


def too_long(text: str) -> str | None:
    """Return why words are too long to be an utterance, or None."""
    if len(text) <= MAX_CHARACTERS:
        return None
    return f"That is too long for me: {len(text):,} characters, and I take {MAX_CHARACTERS:,}."


def blocked(text: str, settings: GuardSettings, recorder: Recorder | None = None) -> str | None:
    """Return the sentence that refuses these words, or None if nothing stands against them.

    A topic is told by any of its words or phrases, whatever their endings ("bet" is in
    "betting"), letters with accents or of full width, or spelled out with dots.
    """
    if (reason := too_long(text)) is not None:
        _note(recorder, LENGTH, reason)
        return reason
    said = _words(text)
    for topic, phrases in settings.topics.items():
        for phrase in phrases:
            wanted = _words(phrase)
            if wanted and _holds(said, wanted):
                _note(recorder, TOPIC, f"{topic}: {phrase!r} was said")
                return f"I don't talk about {topic.replace('_', ' ')} here."
    return None


def _holds(said: Sequence[str], wanted: Sequence[str]) -> bool:
    forms = [_forms(word) for word in wanted]
    return any(
        all(word in form for word, form in zip(said[at:], forms, strict=False))
        for at in range(len(said) - len(wanted) + 1)
    )


def _forms(word: str) -> frozenset[str]:
    """Return a word with the endings that leave its meaning: "bet", "bets", "betting"."""
    stems = (word, word + word[-1], word.removesuffix("e"))
    return frozenset(
        {word, f"{word}s", f"{word}es", f"{word}'s", f"{word}d"}
        | {f"{each}{ending}" for each in stems for ending in ("ing", "ed")}
    )


def _words(text: str) -> tuple[str, ...]:
    """Return the words, accents and invisible characters gone, spelled-out ones put together."""
    flat = unicodedata.normalize("NFKD", text)
    flat = "".join(c for c in flat if unicodedata.category(c) not in {"Mn", "Cf"})
    found: list[str] = []
    single = ""
    for word in words(flat):
        if len(word) == 1 and word.isalpha():
            single += word
            continue
        found += [*_spelled(single), word]
        single = ""
    return (*found, *_spelled(single))


def _spelled(letters: str) -> list[str]:
    """Return letters as a word; the first may be a word of its own: "a g.u.n"."""
    if letters[:1] in {"a", "i"} and len(letters) > 1:
        return [letters, letters[1:]]
    return [letters] if letters else []


def _note(recorder: Recorder | None, name: str, reason: str) -> None:
    if recorder is not None:
        recorder.event(name, reason=reason)
