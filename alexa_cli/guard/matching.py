"""Templates against free speech: a template whose words come in order, others in between.

"Be a dear and switch the kitchen light on while I cook" holds "switch the {device} on". What may
be passed over is bounded, and never a word that turns the meaning.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from alexa_cli.catalog.templates import matches
from alexa_cli.guard.lexicon import LIGHT, NEGATIONS, PARTICLES, stem
from alexa_cli.guard.naming import POINTING
from alexa_cli.guard.said import JOINS
from alexa_cli.language.registry import grammar
from alexa_cli.language.text import words as words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.catalog.expert import Api, Parameter
    from alexa_cli.catalog.templates import Template
    from alexa_cli.guard.lexicon import Words
    from alexa_cli.guard.naming import Naming

GAP = 4
"""Words that may be passed over in one reading."""
STEPS = 20_000
"""Steps after which a template counts as no match: bounds hostile ones."""
TURNING = PARTICLES | NEGATIONS | JOINS | frozenset("if when unless until was were is are".split())
"""Words that may not be passed over."""
SHARE = 0.5
"""How much of what is said the template must account for, counted in words that say something."""


@dataclass(slots=True)
class _Walk:
    """One template, one clause."""

    template: Template
    api: Api
    naming: Naming
    words: Sequence[str]
    end: int
    verbs: set[str]
    dead: set[tuple[int, int, int, bool]] = field(default_factory=set)
    steps: int = 0
    begin: int = 0
    content: Sequence[int] = ()
    """Places of the words that say something, in all that was said."""

    def covers(self, at: int) -> bool:
        """Whether the words from ``begin`` to ``at`` are enough of it."""
        inside = sum(self.begin <= place < at for place in self.content)
        return inside >= SHARE * len(self.content)

    def run(self, state: int, at: int, gaps: int, *, strong: bool, over: bool = False) -> bool:
        """Whether the rest of the template is in the words from ``at``.

        ``over``: the word before was passed over, and accounts for nothing at the end.
        """
        here = self.template.states[state]
        if here.accepting and strong and not over and self.covers(at):
            return True
        key = (state, at, gaps, strong)
        self.steps += 1
        if at >= self.end or key in self.dead or self.steps > STEPS:
            return False
        word = self.words[at]
        for to in here.literals.get(word, ()):
            if self.run(to, at + 1, gaps, strong=strong or stem(word) in self.verbs):
                return True
        for slot, to in here.slots:
            for end in self.ends(slot, at):
                says = strong or self._says(slot, at, end)
                if end <= self.end and self.run(to, end, gaps, strong=says):
                    return True
        if (
            gaps
            and word not in TURNING
            and self.run(state, at + 1, gaps - 1, strong=strong, over=True)
        ):
            return True
        self.dead.add(key)
        return False

    def _says(self, slot: str, start: int, end: int) -> bool:
        """Whether a choice says what to do: "dim"."""
        parameter = self.api.parameters.get(slot)
        if parameter is None or not parameter.choices:
            return False
        return any(stem(word) in self.verbs for word in self.words[start:end])

    def ends(self, slot: str, start: int) -> Sequence[int]:
        parameter = self.api.parameters.get(slot)
        if parameter is None or parameter.free:
            return range(start + 1, self.end + 1)
        key = (self.api.full_name, slot, start)
        if key not in self.naming.ends:
            self.naming.ends[key] = self._ends(parameter, start)
        return self.naming.ends[key]

    def _ends(self, parameter: Parameter, start: int) -> Sequence[int]:
        if parameter.x_list:
            found = [one.end for one in self.naming.named(parameter.x_list) if one.start == start]
            pointed = self.words[start] in POINTING
            return [*found, start + 1] if pointed else found
        if parameter.choices:
            return [
                start + len(form)
                for said in parameter.choices.values() for each in said
                if (form := words_of(each)) and tuple(self.words[start : start + len(form)]) == form
            ]  # fmt: skip
        x_type = parameter.x_type or "number"
        return grammar(x_type, self.naming.snapshot.language).ends(list(self.words), start)


def fits(
    entry: Words, naming: Naming, start: int, end: int, *, whole: bool, gap: int = GAP
) -> bool:
    """Whether a template of an API is in words ``start`` to ``end``; ``whole``: is all of them.

    ``gap``: words that may be passed over within it.
    """
    words = naming.said.words
    present = frozenset(words[start:end])
    content = [at for at in range(start, end) if words[at] not in LIGHT]
    for template in entry.templates:
        if any(present.isdisjoint(clause) for clause in template.clauses):
            continue
        if whole:
            if _whole(_Walk(template, entry.api, naming, words, end, entry.verbs), start):
                return True
            continue
        first = template.states[0]
        for begin in range(start, end):
            if not first.slots and words[begin] not in first.literals:
                continue
            walk = _Walk(
                template, entry.api, naming, words, end, entry.verbs, begin=begin, content=content
            )
            if not _denied(words, begin, start) and walk.run(0, begin, gap, strong=False):
                return True
    return False


def _whole(walk: _Walk, begin: int) -> bool:
    tokens = walk.words[begin : walk.end]

    def accept(slot: str, at: int) -> Sequence[int] | None:
        parameter = walk.api.parameters.get(slot)
        if parameter is None or parameter.free:
            return None
        return [e - begin for e in walk.ends(slot, at + begin) if e <= walk.end]

    return next(iter(matches(walk.template, tokens, accept)), None) is not None


def _denied(words: Sequence[str], begin: int, start: int) -> bool:
    """Whether "don't", "never" or "stop" stands right before."""
    before = words[max(start, begin - 2) : begin]
    return bool(NEGATIONS & set(before))
