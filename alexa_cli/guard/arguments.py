"""Whether the user's own words name the arguments of a call.

A name must be said, a value must follow from a span that was said, free text must be made of the
user's words. That a list holds a name, or that a value is allowed, counts for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from alexa_cli.guard.lexicon import LIGHT, stem, stems
from alexa_cli.guard.naming import POINTING
from alexa_cli.guard.values import Values
from alexa_cli.language.text import words as words_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from alexa_cli.catalog.expert import Api, Parameter
    from alexa_cli.guard.naming import Named, Naming
    from alexa_cli.guard.said import Clause
    from alexa_cli.language.registry import Moment
    from alexa_cli.turn import Argument, Call, Json

_FLIPS = {"my": "your", "me": "you", "i": "you", "mine": "yours", "our": "your", "us": "you"}
BETWEEN = 2
"""Other words that may stand among the words of a value."""
_COMPARED = {
    "up": frozenset("more higher another extra".split()),
    "down": frozenset("less lower fewer".split()),
}
"""Words that say which way, for choices with such keys."""
_BOUND = ("date", "time", "datetime")


@dataclass(frozen=True, slots=True)
class Where:
    """Which words may name a call's things: where it is asked for, and around it."""

    clause: Clause
    before: tuple[Clause, ...]
    after: tuple[Clause, ...]
    """The clauses around it that have no verb of their own and belong to it."""
    verbs: frozenset[str] = frozenset()
    """Stems of the words of the API's name."""


class Arguments:
    """The arguments that some words support. One for a request."""

    def __init__(
        self, naming: Naming, moment: Moment, usual: Mapping[str, Collection[Json]] | None = None
    ) -> None:
        self.naming, self.said, self.moment = naming, naming.said, moment
        self.snapshot = naming.snapshot
        self.usual = usual or {}

    def doubt(
        self, call: Call, api: Api, where: Where, settled: Mapping[str, Argument] | None = None
    ) -> str:
        """Return what the user did not say, or "" if everything was.

        ``settled`` arguments were traced before, when the user was asked about the others.
        """
        if settled:
            left = {n: a for n, a in call.arguments.items() if settled.get(n) != a}
            call = replace(call, arguments=left)
        named = {
            name: self._named(api.parameters[name], argument, where)
            for name, argument in call.arguments.items()
            if name in api.parameters and api.parameters[name].x_list and argument.value is not None
        }
        for name, argument in call.arguments.items():
            parameter = api.parameters.get(name)
            if parameter is None or not _is_given(parameter, argument):
                continue
            if parameter.x_list:
                good = named[name] or self._implied(parameter, argument, call, named)
            else:
                good = self.value(parameter, argument, api, bounded=any(named.values()))
            if not good:
                return f"you did not say “{_shown(argument)}”"
        return "" if settled or any(named.values()) else self._left_out(call, api, where)

    def names_any(self, call: Call, api: Api, where: Where) -> bool:
        """Whether the words name a member of a list that the call is about."""
        return any(
            self._named(api.parameters[name], argument, where)
            for name, argument in call.arguments.items()
            if name in api.parameters and api.parameters[name].x_list and argument.value is not None
        )

    def says_choice(self, call: Call, api: Api) -> bool:
        """Whether one of the call's choices was said, word for word."""
        return any(
            str(argument.value) in self._keys(api.parameters[name], exact=True)
            for name, argument in call.arguments.items()
            if name in api.parameters and api.parameters[name].choices
        )

    # Names ------------------------------------------------------------------------------------

    def _named(self, parameter: Parameter, argument: Argument, where: Where) -> bool:
        """Whether the words where the call is asked for name this member, and only it."""
        name, id_ = str(parameter.x_list), str(argument.value)
        listed = self.snapshot.list(name)
        if listed is None or listed.get(id_) is None:
            return False
        places = [one for one in self.naming.names(name, id_) if not self._is_verb(one, where)]
        if any(one.start >= self.said.retracted for one in self.naming.named(name)):
            places = [one for one in places if one.end > self.said.retracted]
        inside = [one for one in places if _in(one, where.clause) or _into(one, where)]
        if not inside:
            around = (*self._nearest(name, where), *where.after)
            inside = [one for one in places if any(_in(one, clause) for clause in around)]
        if any(self._means(one, id_, name) for one in inside):
            return True
        return self._pointed_at(name, id_, where)

    def _nearest(self, name: str, where: Where) -> Sequence[Clause]:
        """Return the clause before that names something, if the one in question does not."""
        if self._names_other(name, where):
            return ()
        for clause in reversed(where.before):
            if self._names_other(name, replace(where, clause=clause)):
                return (clause,)
        return where.before  # a name that is misspelt there is found by its own spelling

    def _names_other(self, name: str, where: Where) -> bool:
        """Whether the clause names something."""
        return any(
            _in(one, where.clause) and not self._is_verb(one, where)
            for one in self.naming.named(name)
        )

    def _is_verb(self, one: Named, where: Where) -> bool:
        """Whether a name is no name here: "lock" in "lock it" is what is to be done."""
        return stems(self.said.words[one.start : one.end]) <= where.verbs

    def _means(self, one: Named, id_: str, name: str) -> bool:
        """Whether a place means this member: alone, or as the one that was spoken of."""
        if len(set(one.ids)) <= 1:
            return True
        listed = self.snapshot.list(name)
        referents = self.snapshot.memory.referents.get(name, ())
        if referents and referents[0] == id_:
            return True
        entry = listed.get(id_) if listed else None
        area = entry.attributes.get("area") if entry else None
        if area is None or listed is None:
            return False
        same = [i for i in one.ids if (e := listed.get(i)) and e.attributes.get("area") == area]
        return len(same) == 1 and bool(self.naming.names("areas", str(area)))

    def _pointed_at(self, name: str, id_: str, where: Where) -> bool:
        """Whether "it" was said, and this is what was spoken of before."""
        words = self.said.words[where.clause.start : where.clause.end]
        if not POINTING & set(words) or self._names_other(name, where):
            return False
        memory = self.snapshot.memory
        if id_ in memory.referents.get(name, ())[:1]:
            return True
        calls = memory.last_plan.calls if memory.last_plan else ()
        return any(a.value == id_ for c in calls if not c.doubt for a in c.arguments.values())

    def _implied(
        self, parameter: Parameter, argument: Argument, call: Call, named: dict[str, bool]
    ) -> bool:
        """Whether there is no other, it is the usual one, or it is where the named thing is."""
        name = str(parameter.x_list)
        listed = self.snapshot.list(name)
        if listed is not None and len(listed) == 1:
            return True
        if argument.value in self.usual.get(name, ()) and not self.naming.named(name):
            return True
        return any(
            said and argument.value in call.arguments[name].attributes.values()
            for name, said in named.items()
        )

    def _left_out(self, call: Call, api: Api, where: Where) -> str:
        """Return the doubt if the user named something that the call leaves out."""
        told = self._told(call, api)
        for parameter in api.parameters.values():
            if not parameter.x_list or parameter.name in call.arguments:
                continue
            for one in self.naming.named(parameter.x_list):
                spoken = stems(self.said.words[one.start : one.end])
                if _in(one, where.clause) and len(one.ids) == 1 and not spoken <= told:
                    said = " ".join(self.said.words[one.start : one.end])
                    return f"you named “{said}”, and this is not only about it"
        return ""

    def _told(self, call: Call, api: Api) -> set[str]:
        """Return the words that the call's choices account for: "curtains" are a kind, too."""
        return {
            word
            for name, argument in call.arguments.items() if name in api.parameters
            for phrase in api.parameters[name].choices.get(str(argument.value), ())
            for word in stems(words_of(phrase))
        }  # fmt: skip

    # Values -----------------------------------------------------------------------------------

    def value(self, parameter: Parameter, argument: Argument, api: Api, *, bounded: bool) -> bool:
        """Whether a value was said. ``bounded``: a name that was said says how far it reaches."""
        if parameter.choices:
            return self._chosen(parameter, argument, api, bounded=bounded)
        x_type = parameter.x_type
        if x_type is None and parameter.schema.get("type") in {"number", "integer"}:
            x_type = "number"
        if x_type is not None:
            return self._read(x_type, argument)
        return self._made_of_words(argument.value)

    def _chosen(self, parameter: Parameter, argument: Argument, api: Api, *, bounded: bool) -> bool:
        """Whether a choice was said, or nothing that speaks against it.

        Choices of one API that have the same keys say the same in other words: "cold" is a wish
        for "up", so that "down" was not meant. So do words of comparison: "two degrees more".
        """
        value, own = str(argument.value), self._keys(parameter)
        same = [
            p for p in api.parameters.values()
            if p is not parameter and set(p.choices) & set(parameter.choices)
        ]  # fmt: skip
        meant = {key for p in same for key in self._keys(p, exact=True)}
        if own:
            exact = meant | self._keys(parameter, exact=True)  # "hot" is no wish for "hotter"
            return value in own and (not exact or value in exact)
        meant |= {key for key, said in _COMPARED.items() if said & set(self.said.words)}
        meant &= set(parameter.choices)
        return meant == {value} or (bounded and not meant)

    def _keys(self, parameter: Parameter, *, exact: bool = False) -> set[str]:
        """Return the choices of which a phrase was said; ``exact``: whatever its endings, no."""
        form = frozenset[str] if exact else stems  # "quieter" is not "quiet"
        spoken = form(self.said.words)
        return {
            key for key, phrases in parameter.choices.items()
            if any(form(words_of(each)) <= spoken for each in phrases if words_of(each))
        }  # fmt: skip

    def _read(self, x_type: str, argument: Argument) -> bool:
        if x_type in _BOUND and argument.words:
            return set(words_of(argument.words)) <= {*self.said.words, *LIGHT}
        wanted, later = words_of(argument.words or ""), self.said.retracted
        first = later if any(self._values.after(x_type, later)) else 0  # "ten, no wait, twelve"
        if self._in_order(wanted, first) or self._without_unit(wanted, first):
            return True
        return any(_same(value, argument.value) for value in self._values.after(x_type, first))

    def _without_unit(self, wanted: Sequence[str], first: int) -> bool:
        """Whether a number ends a clause, its unit said before: "25 minutes, the beans 10"."""
        words, number = self.said.words, tuple(wanted[:-1])
        ends = {clause.end for clause in self.said.clauses}
        return bool(number) and any(
            tuple(words[at : at + len(number)]) == number
            and at + len(number) in ends and wanted[-1] in words[:at]
            for at in range(first, len(words))
        )  # fmt: skip

    def _in_order(self, wanted: Sequence[str], first: int = 0) -> bool:
        """Whether the words were said in this order, few others between: "two more minutes"."""
        words = self.said.words
        for start in range(first, len(words)):
            at, found = start, 0
            while at < len(words) and found < len(wanted) and at - start <= len(wanted) + BETWEEN:
                found += words[at] == wanted[found]
                at += 1
            if wanted and words[start] == wanted[0] and found == len(wanted):
                return True
        return False

    @cached_property
    def _values(self) -> Values:
        return Values(self.said.words, self.moment)

    def _made_of_words(self, value: Json) -> bool:
        """Whether text is made of words that the user said."""
        if isinstance(value, bool) or value is None:
            return True
        if isinstance(value, list):
            return all(self._made_of_words(item) for item in value)
        if isinstance(value, dict):
            return False
        wanted = [word for word in words_of(str(value)) if word not in LIGHT]
        return all(stem(word) in self._spoken for word in wanted) or self._numbers(wanted)

    @cached_property
    def _spoken(self) -> frozenset[str]:
        said = {stem(word) for word in self.said.words}
        return frozenset(said | {stem(_FLIPS[w]) for w in self.said.words if w in _FLIPS})

    def _numbers(self, wanted: Sequence[str]) -> bool:
        values = {str(value) for value in self._values.after("number", 0)}
        return all(stem(word) in self._spoken or word in values for word in wanted)


def _same(one: Json, other: Json) -> bool:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return float(one) == float(other)
    return one == other


def _in(one: Named, clause: Clause) -> bool:
    return clause.start <= one.start and one.end <= clause.end


def _into(one: Named, where: Where) -> bool:
    """Whether a name's words reach from the clause before into this one: "coffee, the machine"."""
    start = where.before[-1].start if where.before else where.clause.start
    return start <= one.start and where.clause.start < one.end <= where.clause.end


def _is_given(parameter: Parameter, argument: Argument) -> bool:
    """Whether a value was chosen: no default, no pointer, no words that nobody has resolved."""
    if argument.pointer is not None or argument.value is None:
        return False
    return not (parameter.has_default and argument.value == parameter.default)


def _shown(argument: Argument) -> str:
    text = argument.spoken or argument.words or str(argument.value)
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004 - a line for people
