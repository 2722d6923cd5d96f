"""Whether the user's words ask for an API, and in which words.

From strong to weak: a template of the API (whole, or with other words between), likeness to one
of its examples, a verb that it knows together with a name. What speaks for another API through a
template speaks for no second one through likeness.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from alexa_cli.catalog.expert import Effect
from alexa_cli.guard.lexicon import LIGHT, NEGATIONS, PARTICLES, PLACE, WHOLES, stem
from alexa_cli.guard.matching import GAP, fits
from alexa_cli.guard.said import FILLERS, Clause

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alexa_cli.catalog.expert import Api, Parameter
    from alexa_cli.guard.lexicon import Lexicon, Words
    from alexa_cli.guard.naming import Naming

LIKE = 0.5
"""How like an example words must be, 0 to 1."""
BEHIND = 0.1
"""How much liker to another API's example they may be."""
FAR = 0.3
"""How much liker to a rival's example words must be to speak against an API."""
_TRAILING = FILLERS | {"for", "me", "would", "you", "will", "could", "can", "thank", "again"}

_AS_IT_IS = frozenset("alone be as".split())
IS = frozenset("is are was were".split())

Level = Literal["template", "likeness", "word", "place"]
"""word: a verb of the API, so that a name must be said as well. place: nothing speaks against it,
so that a name and a value must be said."""


@dataclass(frozen=True, slots=True)
class Support:
    """A clause that asks for an API."""

    level: Level
    clause: Clause


class Commands:
    """What the clauses of some words ask for. One for a request."""

    def __init__(self, lexicon: Lexicon, naming: Naming) -> None:
        self.lexicon, self.naming, self.said = lexicon, naming, naming.said
        self._fitting: dict[tuple[int, int], frozenset[str]] = {}

    def supports(self, name: str, kinds: frozenset[str] = frozenset()) -> list[Support]:
        """Return the clauses that ask for the API called ``name``, the strongest first.

        ``kinds``: what the arguments are that the call has (``kind_of``).
        """
        entry = self.lexicon.of[name]
        end = self._reach(entry)
        found = [
            Support(level, clause)
            for clause in self._clauses(end)
            if (level := self._level(entry, clause, kinds)) is not None
        ]
        order = ("template", "likeness", "word", "place")
        return sorted(found, key=lambda each: order.index(each.level))

    def look_ahead(self) -> None:
        """Find the APIs of which each clause holds a template: most of the work."""
        for clause in self._clauses(self.said.handed):
            if not clause.asks:
                self.others(clause)

    def _reach(self, entry: Words) -> int:
        """Return up to which word the API may be asked for."""
        words, handed = self.said.words, self.said.handed
        known = handed < len(words) and stem(words[handed]) in entry.known
        return len(words) if known else handed

    def _clauses(self, end: int) -> Iterator[Clause]:
        last = min([end, *self.said.quoted])
        yield from (
            Clause(c.start, min(c.end, end), c.asks, c.tells)
            for c in self.said.clauses if c.start < end
        )  # fmt: skip
        if len(self.said.clauses) > 1 and last:
            first = self.said.clauses[0]
            yield Clause(0, last, first.asks, first.tells)

    def _level(self, entry: Words, clause: Clause, kinds: frozenset[str]) -> Level | None:
        start, end = self._bare(clause)
        whole = {(start, end), (clause.start, clause.end)}
        same = [entry, *self._variants(entry)]
        if any(fits(each, self.naming, *span, whole=True) for span in whole for each in same):
            return "template"
        if clause.asks or self._denies(entry, start, end):
            return None
        several = self._compound and (clause.start, clause.end) not in self._spans
        gap = 0 if several else GAP  # of several clauses, only free text holds more than one
        if not clause.tells and fits(entry, self.naming, start, end, whole=False, gap=gap):
            # "add call the plumber to my list" is wholly another command: this is its text
            return None if self._taken(entry, clause) else "template"
        if several:
            return None
        return self._weaker(entry, clause, kinds)

    def _variants(self, entry: Words) -> Iterator[Words]:
        """Return what does the same: what asks for one of them asks for all."""
        for other in self.lexicon.of.values():
            if other is not entry and self.lexicon.variants(entry.api, other.api):
                yield other

    def _taken(self, entry: Words, clause: Clause) -> bool:
        """Whether a template of another API, with free text in it, reads all of the words."""
        start, end = self._bare(clause)
        return any(
            name != entry.api.full_name
            and any(p.free for p in other.api.parameters.values())
            and fits(other, self.naming, start, end, whole=True)
            for name, other in self.lexicon.of.items()
        )

    def _weaker(self, entry: Words, clause: Clause, kinds: frozenset[str]) -> Level | None:
        """Return the support of words that no template of the API reads."""
        if any(c.asks and c.start >= clause.end for c in self.said.clauses):
            return None  # "the porch light is on, why?": it is what the question is about
        start, end = self._bare(clause)
        own = entry.api.full_name
        others = self._others(clause, start, end) - {own}
        rivals = [
            other for name, other in self.lexicon.of.items()
            if name != own and other.api.effect is not Effect.READ and _rivals(other.api, kinds)
        ]  # fmt: skip
        if any(rival.api.full_name in others for rival in rivals):
            return None
        alike = self.lexicon.likeness(self._abstract(entry, start, end))
        if not others and self._like(entry, start, end, alike):
            return "likeness"
        nearest = max((alike[rival.api.full_name] for rival in rivals), default=0.0)
        if clause.tells or (nearest >= LIKE and nearest > alike[own] + FAR):
            return None
        speaks = self._verb(entry, rivals, start, end) or self._particle(entry, start, end)
        if speaks and not others:
            return "word"
        return "place" if alike[own] >= nearest - BEHIND else None

    @cached_property
    def _spans(self) -> frozenset[tuple[int, int]]:
        end = self.said.handed
        return frozenset(
            (c.start, stop) for c in self.said.clauses for stop in (c.end, min(c.end, end))
        )

    @cached_property
    def _compound(self) -> bool:
        return len(self.said.clauses) > 1

    def _bare(self, clause: Clause) -> tuple[int, int]:
        """Return the clause without courtesy."""
        start, end, words = clause.start, clause.end, self.said.words
        while start < end - 1 and words[start] in FILLERS:
            start += 1
        for lead in (("can", "you"), ("could", "you"), ("would", "you"), ("will", "you")):
            if tuple(words[start : start + 2]) == lead and end - start > 2:  # noqa: PLR2004
                start += 2
        while start < end - 1 and words[start] in FILLERS:
            start += 1
        while end > start + 1 and words[end - 1] in _TRAILING:
            end -= 1
        return start, end

    def _denies(self, entry: Words, start: int, end: int) -> bool:
        """Whether something is denied that the API's own sentences do not deny."""
        words = self.said.words
        if {"leave", "keep"} & set(words[start:end]) and _AS_IT_IS & set(words[start:end]):
            return True
        return any(
            words[at] in NEGATIONS
            and (at + 1 >= end or words[at + 1] not in entry.denied)
            and not (at + 1 < end and words[at + 1] == "forget")
            for at in range(start, end)
        )

    def others(self, clause: Clause) -> frozenset[str]:
        """Return the APIs of which a template is in the clause."""
        return self._others(clause, *self._bare(clause))

    def _others(self, clause: Clause, start: int, end: int) -> frozenset[str]:
        """Return the APIs of which a template is in the clause."""
        key = (start, end)
        if key not in self._fitting:
            self._fitting[key] = frozenset(
                name for name, entry in self.lexicon.of.items()
                if fits(entry, self.naming, start, end, whole=clause.tells)
                or fits(entry, self.naming, start, end, whole=True)
            )  # fmt: skip
        return self._fitting[key]

    def _like(self, entry: Words, start: int, end: int, alike: Mapping[str, float]) -> bool:
        said = self._abstract(entry, start, end)
        if not any(stem(word) in entry.verbs or word in entry.particles for word in said):
            return False  # "get the lamp" is like much, and says nothing
        if entry.whole and not WHOLES & set(said):
            return False
        turns = self.lexicon.particles[entry.api.expert] & set(said)
        if turns and entry.particles and not turns & entry.particles:
            return False  # "off" speaks against "turn on"
        own = alike[entry.api.full_name]
        if turns and entry.particles:  # what acts and has no "off" in its name is not meant by one
            alike = {
                name: score for name, score in alike.items()
                if (other := self.lexicon.of[name]).particles & turns
                or other.api.effect is Effect.READ
            }  # fmt: skip
        return own >= LIKE and own >= max(alike.values()) - BEHIND

    def _abstract(self, entry: Words, start: int, end: int) -> list[str]:
        """Return the words, each name as one ``<name>``."""
        named = self._named(entry)
        found: list[str] = []
        for at in range(start, end):
            word = self.said.words[at]
            if at in named:
                if at - 1 not in named or at == start:
                    found.append(PLACE)
            else:
                found.append(word)
        return found

    def _named(self, entry: Words) -> set[int]:
        lists = [p.x_list for p in entry.api.parameters.values() if p.x_list]
        verbs = {stem(word) for word in entry.api.name.split("_")}
        found = self.naming.covered(lists)
        return {at for at in found if stem(self.said.words[at]) not in verbs}  # "lock" the door

    def _verb(self, entry: Words, rivals: Sequence[Words], start: int, end: int) -> bool:
        """Whether there is a verb of the API that few know, or none that does it to the same."""
        named = self._named(entry)
        theirs = {verb for rival in rivals for verb in rival.verbs}
        telling = entry.verbs & (self.lexicon.telling | (self.lexicon.verbs - theirs))
        return any(
            stem(self.said.words[at]) in telling and self.said.words[at] not in LIGHT
            for at in range(start, end) if at not in named
        )  # fmt: skip

    def _particle(self, entry: Words, start: int, end: int) -> bool:
        """Whether a particle of the API's name comes after a name: "the porch light off"."""
        words = self.said.words
        if not entry.particles or IS & set(words[start:end]):
            return False
        named = self._named(entry)
        first = min((at for at in named if start <= at < end), default=end)
        places = [at for at in range(first, end) if at not in named and words[at] in PARTICLES]
        if not places or not {words[at] for at in places} <= entry.particles:
            return False
        after = places[-1] + 1  # "on sale" is nothing to be switched
        return after >= end or words[after] in LIGHT or words[after] in FILLERS or after in named

    def asks_for_another(self, name: str) -> bool:
        """Whether the words ask, or are a command for another API."""
        spans = [(clause, *self._bare(clause)) for clause in self.said.clauses]
        return any(
            clause.asks or self._others(clause, start, end) - {name} for clause, start, end in spans
        )

    def only_names(self, clause: Clause) -> bool:
        """Whether a clause has nothing but names: "hallway, kitchen and office lights off"."""
        named = self.naming.covered(())
        words = self.said.words
        places = range(clause.start, clause.end)
        bare = all(at in named or words[at] in {"the", "my", "our", "both"} for at in places)
        return bare and any(at in named for at in places)

    def verbless(self, clause: Clause) -> bool:
        """Whether a clause has no verb that any API knows: "and the hallway lamp"."""
        named = self.naming.covered(())
        if self.said.words[clause.end - 1] in PARTICLES:
            return False  # "and the porch light off"
        return not any(
            stem(self.said.words[at]) in self.lexicon.verbs
            for at in range(clause.start, clause.end) if at not in named
        )  # fmt: skip


def kind_of(parameter: Parameter) -> str:
    """Return what a parameter takes: a grammar, a list, or a JSON type."""
    return parameter.x_type or parameter.x_list or str(parameter.schema.get("type"))


def _rivals(other: Api, kinds: frozenset[str]) -> bool:
    """Whether another API could take the same arguments: "add" and "remove", of a list."""
    return kinds <= {kind_of(parameter) for parameter in other.parameters.values()}
