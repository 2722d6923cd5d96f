"""Sentences that templates of two experts both match: found when the catalogue is compiled.

Each template is walked a few times at random (seeded by its text). A parameter becomes one
pseudo word, which another template's slot accepts if it reads the same thing (the same type,
list or choice) and every wildcard accepts. So no grammar is needed and nothing depends on now.
"""

from __future__ import annotations

import random
from collections import defaultdict
from typing import TYPE_CHECKING

from alexa_cli.catalog.expert import Parameter
from alexa_cli.catalog.templates import matches

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alexa_cli.catalog.catalogue import Overlap
    from alexa_cli.catalog.expert import Expert
    from alexa_cli.catalog.templates import Accept, Template

WALKS = 8
"""Random walks through a template."""
MAX_TRIES = 50_000
"""Matches tried in all; with more templates than that allows the last ones are not compared."""
MAX_WORDS = 60


def find_overlaps(experts: Mapping[str, Expert], templates: Sequence[Template]) -> list[Overlap]:
    """Return at most one overlap for each pair of templates of different experts."""
    from alexa_cli.catalog.catalogue import Overlap  # noqa: PLC0415 - it imports this room

    index = _Index(templates)
    found: dict[tuple[int, int], Overlap] = {}
    tries = 0
    for number, template in enumerate(templates):
        for sentence in _sample(template, experts):
            said = [word for word, _ in sentence]
            literals = sum(parameter is None for _, parameter in sentence)
            for other in index.candidates(said):
                pair = (min(number, other), max(number, other))
                if templates[other].expert == template.expert or pair in found:
                    continue
                tries += 1
                if tries > MAX_TRIES:
                    return list(found.values())
                accept = _accept(experts, templates[other], sentence)
                match = next(matches(templates[other], said, accept), None)
                if match is not None:
                    found[pair] = Overlap(
                        f"{template.expert}.{template.api}",
                        f"{templates[other].expert}.{templates[other].api}",
                        " ".join(f"{{{p.name}}}" if p else word for word, p in sentence),
                        (template.text, templates[other].text),
                        tie=match.literals == literals,
                    )
    return list(found.values())


class _Index:
    """Templates by a word that they need, so that a sample is compared with few of them."""

    def __init__(self, templates: Sequence[Template]) -> None:
        self.clauses = [[frozenset(clause) for clause in each.clauses] for each in templates]
        self.by_word: dict[str, list[int]] = defaultdict(list)
        self.anywhere: list[int] = []
        for number, template in enumerate(templates):
            shortest = min(template.clauses, key=len, default=())
            for word in shortest:
                self.by_word[word].append(number)
            if not shortest:
                self.anywhere.append(number)

    def candidates(self, said: Sequence[str]) -> list[int]:
        there = frozenset(said)
        numbers = {n for word in there for n in self.by_word.get(word, ())}.union(self.anywhere)
        return sorted(
            number
            for number in numbers
            if not any(clause.isdisjoint(there) for clause in self.clauses[number])
        )


def _sample(
    template: Template, experts: Mapping[str, Expert]
) -> list[list[tuple[str, Parameter | None]]]:
    parameters = experts[template.expert].apis[template.api].parameters
    choose = random.Random(template.text)  # noqa: S311 - the same walks every time
    found: dict[tuple[str, ...], list[tuple[str, Parameter | None]]] = {}
    for _ in range(WALKS):
        state, sentence = template.states[0], list[tuple[str, Parameter | None]]()
        while len(sentence) < MAX_WORDS:
            steps: list[tuple[str, Parameter | None, int]] = [
                (word, None, to) for word, targets in state.literals.items() for to in targets
            ]
            steps += [(f"\0{slot}", parameters[slot], to) for slot, to in state.slots]
            if not steps or (state.accepting and choose.random() < 0.5):  # noqa: PLR2004 - a coin
                break
            word, parameter, to = choose.choice(steps)
            sentence.append((word, parameter))
            state = template.states[to]
        if state.accepting:
            found.setdefault(tuple(word for word, _ in sentence), sentence)
    return list(found.values())


def _accept(
    experts: Mapping[str, Expert],
    template: Template,
    sentence: Sequence[tuple[str, Parameter | None]],
) -> Accept:
    parameters = experts[template.expert].apis[template.api].parameters
    said = [word for word, _ in sentence]

    def accept(slot: str, start: int) -> Sequence[int] | None:
        mine, theirs = parameters[slot], sentence[start][1]
        if mine.free:
            return None
        if theirs is not None:
            return (start + 1,) if _same_reading(mine, theirs) else ()
        ends = {
            start + len(words)
            for phrases in mine.choices.values()
            for words in (phrase.split() for phrase in phrases)
            if said[start : start + len(words)] == words
        }
        return sorted(ends, reverse=True)

    return accept


def _same_reading(mine: Parameter, theirs: Parameter) -> bool:
    if mine.x_type or mine.x_list:
        return mine.x_type == theirs.x_type and mine.x_list == theirs.x_list
    ours = {phrase for phrases in mine.choices.values() for phrase in phrases}
    return any(phrase in ours for phrases in theirs.choices.values() for phrase in phrases)
