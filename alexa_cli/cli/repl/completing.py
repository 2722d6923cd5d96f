"""What the next words could be: slash commands, whole sentences, names of the home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.auto_suggest import AutoSuggest, AutoSuggestFromHistory, Suggestion
from prompt_toolkit.completion import Completer, Completion

from alexa_cli.cli.repl.commands import COMMANDS, sayable
from alexa_cli.language.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.document import Document

    from alexa_cli.cli.repl.talk import Talk

MOST = 30
"""Completions shown at once."""
EXAMPLES = 20
"""Examples of an API that are looked through."""
NAME_WORDS = 3
"""Words before the cursor that may be the beginning of a name."""


class Sayable(Completer):
    """Completes slash commands, example sentences of the experts, and names of the home."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - theirs
    ) -> Iterable[Completion]:
        """Yield completions of what stands before the cursor."""
        text = document.text_before_cursor.lstrip()
        if text.startswith("/"):
            yield from _commands(text)
        elif text:
            seen: set[str] = set()
            for start, said in (*sentences(self._talk, text), *names(self._talk, text)):
                if said not in seen and len(seen) < MOST:
                    seen.add(said)
                    yield Completion(said, start_position=-start)


class SayableSuggest(AutoSuggest):
    """Suggests what was said before, else the first sentence that begins like this."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._history = AutoSuggestFromHistory()

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        """Return the rest of a line that begins with what stands there."""
        if (said := self._history.get_suggestion(buffer, document)) is not None:
            return said if said.text == printable(said.text) else None
        text = document.text
        if len(text) > 1 and not text.startswith("/"):
            for start, sentence in sentences(self._talk, text):
                if start == len(text) < len(sentence):
                    return Suggestion(sentence[len(text) :])
        return None


def sentences(talk: Talk, text: str) -> Iterator[tuple[int, str]]:
    """Yield examples that begin with ``text``, and how many characters they replace."""
    low = text.lower()
    for example in sayable(talk, EXAMPLES):
        if example.lower().startswith(low):
            yield len(text), printable(example)


def names(talk: Talk, text: str) -> Iterator[tuple[int, str]]:
    """Yield names of the home that begin with the last words, and how many characters they are."""
    words = text.split(" ")
    for count in range(min(NAME_WORDS, len(words)), 0, -1):
        begun = " ".join(words[-count:])
        if not begun.strip():
            continue
        low = begun.lower()
        for listed in talk.session.house.home().lists.values():
            for name in listed.names:
                for form in (name.name, *name.aliases):
                    if form.lower().startswith(low):
                        yield len(begun), printable(form)


def _commands(text: str) -> Iterator[Completion]:
    for command in COMMANDS.values():
        if command.name.startswith(text):
            yield Completion(command.name, start_position=-len(text), display_meta=command.help)
