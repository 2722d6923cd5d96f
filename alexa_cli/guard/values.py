"""What the grammars read anywhere in some words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.language.registry import Unreadable, grammar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alexa_cli.language.registry import Moment
    from alexa_cli.turn import Json


class Values(dict[str, list[tuple[int, "Json"]]]):
    """What each grammar reads anywhere in the words."""

    def __init__(self, words: Sequence[str], moment: Moment) -> None:
        super().__init__()
        self._words, self._moment = list(words), moment

    def __missing__(self, x_type: str) -> list[tuple[int, Json]]:
        self[x_type] = list(self._all(x_type))
        return self[x_type]

    def after(self, x_type: str, first: int) -> Iterator[Json]:
        """Yield what is read from this word on."""
        return (value for at, value in self[x_type] if at >= first)

    def _all(self, x_type: str) -> Iterator[tuple[int, Json]]:
        reader = grammar(x_type, self._moment.language)
        for start in range(len(self._words)):
            for end in reader.ends(self._words, start):
                try:
                    yield start, reader.read(self._words[start:end], self._moment)
                except Unreadable:
                    continue
