"""What is refused before any language model hears of it: too long, or a blocked topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.guard.lexicon import stem
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
    said = _stems(text)
    for topic, phrases in settings.topics.items():
        for phrase in phrases:
            wanted = _stems(phrase)
            if wanted and _holds(said, wanted):
                _note(recorder, TOPIC, f"{topic}: {phrase!r} was said")
                return f"I don't talk about {topic.replace('_', ' ')} here."
    return None


def _holds(said: Sequence[str], wanted: Sequence[str]) -> bool:
    size = len(wanted)
    return any(tuple(said[at : at + size]) == wanted for at in range(len(said) - size + 1))


def _stems(text: str) -> tuple[str, ...]:
    import unicodedata  # noqa: PLC0415 - only where topics are blocked

    flat = unicodedata.normalize("NFKD", text)
    flat = "".join(c for c in flat if unicodedata.category(c) not in {"Mn", "Cf"})
    spelled: list[str] = []
    single = ""
    for word in words(flat):
        if len(word) == 1 and word.isalpha() and word not in {"a", "i"}:
            single += word
            continue
        if single:
            spelled.append(stem(single))
            single = ""
        spelled.append(stem(word))
    return (*spelled, *([stem(single)] if single else []))


def _note(recorder: Recorder | None, name: str, reason: str) -> None:
    if recorder is not None:
        recorder.event(name, reason=reason)
