"""Choosing again among what was heard, by the names and words that are likely now.

A recogniser with a fixed vocabulary cannot be told what to expect, and writes names as words that
it knows. What it heard is compared with the names by sound: a hypothesis with a known name is
better than one with unknown words, and one that nearly has it is completed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.hear.alike import Names, Pronouncer
from alexa_cli.turn import Hypothesis

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alexa_cli.hear.bias import Bias, Phrase

NAMED, MENTIONED, CHOSEN = 1.5, 3.0, 5.0
"""How much better a hypothesis is that has a name, one just spoken of, one asked for: natural
logarithm, as the recogniser's own scores."""
UNKNOWN = 1.0
"""How much worse for each word that nothing here says."""
CHANGED = 8.0
"""How much worse it is to put a name in place of words that sound nothing like it."""
LIKE_A_NAME, LIKE_A_CHOICE = 0.72, 0.6
"""How alike words must sound to stand for a name, or for a choice of the pending question."""
LONGEST = 4
"""Words of a name."""
SHORTEST = 3
"""Phones of a name that something may sound like; "Al" sounds like everything."""


class Rescorer:
    """Knows one Bias. Making it costs milliseconds, using it less than one for each hypothesis."""

    def __init__(self, bias: Bias, pronouncer: Pronouncer) -> None:
        self._pronouncer = pronouncer
        listed = [phrase for phrases in bias.lists.values() for phrase in phrases]
        everything = [*listed, *bias.mentioned, *bias.choices]
        pronouncer.learn((w for p in everything for w in p.words), bias.pronunciations)
        self._worth = dict.fromkeys(_names(listed), NAMED)
        self._worth |= dict.fromkeys(_names(bias.mentioned), MENTIONED)
        self._worth |= dict.fromkeys(_names(bias.choices), CHOSEN)
        self._names = Names(self._sayable(self._worth), pronouncer)
        self._choices = Names(_names(bias.choices), pronouncer)
        self._words = {w for phrase in bias.sentences for w in phrase.words if w[0] != "{"}
        self._known = self._words | {w for name in self._worth for w in name} | _value_words()
        self.idle = not self._worth and not self._words
        """Whether nothing is expected: then everything stays as it was heard."""

    def rescore(self, heard: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
        """Return the hypotheses and those with names completed, the best first (score 0)."""
        if self.idle:
            return tuple(heard)
        scored: dict[str, float] = {}
        for each in heard:
            score = each.score or 0.0
            for text, penalty in self._readings(tuple(each.text.split())):
                value = score - penalty + self._bonus(text)
                said = " ".join(text)
                scored[said] = max(scored.get(said, value), value)
        ranked = sorted(scored.items(), key=lambda each: -each[1])
        best = ranked[0][1] if ranked else 0.0
        return tuple(Hypothesis(text, round(score - best, 3)) for text, score in ranked)

    def _sayable(self, names: Iterator[tuple[str, ...]] | dict[tuple[str, ...], float]) -> Iterator[
        tuple[str, ...]
    ]:  # fmt: skip
        for name in names:
            if any(len(said) >= SHORTEST for said in self._pronouncer.of(name)):
                yield name

    def _readings(self, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], float]]:
        """Yield the words as heard, and with names for what sounds like one; what each costs."""
        yield words, 0.0
        if not words:
            return
        for name in self._choices.find(words, LIKE_A_CHOICE)[:2]:
            yield name.words, (1 - name.likeness) * CHANGED
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + LONGEST) + 1):
                span = words[start:end]
                if span in self._worth or all(word in self._known for word in span):
                    continue
                for name in self._names.find(span, LIKE_A_NAME)[:2]:
                    changed = (*words[:start], *name.words, *words[end:])
                    yield changed, (1 - name.likeness) * CHANGED

    def _bonus(self, words: tuple[str, ...]) -> float:
        """Return how much likelier the words are for the names in them, the longest first."""
        if words in self._worth:
            return self._worth[words]
        total, start = 0.0, 0
        while start < len(words):
            ends = range(min(len(words), start + LONGEST), start, -1)
            end = next((e for e in ends if words[start:e] in self._worth), None)
            if end is not None:
                # a choice within a longer sentence answers nothing: it is a name like any other
                total += min(self._worth[words[start:end]], MENTIONED)
                start = end
                continue
            total -= 0.0 if words[start] in self._known else UNKNOWN
            start += 1
        return total


def _names(phrases: Sequence[Phrase]) -> Iterator[tuple[str, ...]]:
    return (phrase.words for phrase in phrases if phrase.words)


def _value_words() -> set[str]:
    """Return the words of numbers, times and whatever else has a type."""
    from alexa_cli.hear.spoken import groups  # noqa: PLC0415 - once for a bias

    return {word for texts in groups().values() for text in texts for word in text.split()}
