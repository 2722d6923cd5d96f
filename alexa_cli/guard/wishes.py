"""Wishes: what is asked for without a verb for it ("the reading lamp would be nice").

The words say which way something should go: it is needed, or there is enough of it; more of it, or
an amount. An API goes a way, too, by its name. They meet over what was named or said, if no other
API goes that way with it and hardly a word is left that says something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alexa_cli.catalog.expert import Effect
from alexa_cli.guard.arguments import Where
from alexa_cli.guard.lexicon import LIGHT, is_number, stem, stems
from alexa_cli.guard.matching import fits
from alexa_cli.guard.support import IS, kind_of
from alexa_cli.guard.ways import GOOD, TOLD, Way, way_of, wished
from alexa_cli.language.registry import grammar
from alexa_cli.language.text import words as words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.catalog.expert import Api
    from alexa_cli.guard.arguments import Arguments
    from alexa_cli.guard.said import Clause
    from alexa_cli.guard.support import Commands
    from alexa_cli.turn import Call

_THEY = frozenset("they them it those these that".split())
"""Words that point at what was said in a clause before."""
_PURPOSES = frozenset("for during while until till when before because if since".split())
"""Words after which a wish says what it is for."""


def _compares(call: Call, api: Api) -> Way | None:
    """Return which way a call goes by its choices."""
    keys = {
        str(argument.value) for name, argument in call.arguments.items()
        if name in api.parameters and api.parameters[name].choices
    }  # fmt: skip
    return "more" if "up" in keys else "less" if "down" in keys else None


def _lists(api: Api) -> set[str]:
    return {p.x_list for p in api.parameters.values() if p.x_list}


def _kinds(api: Api) -> set[str]:
    """Return the kinds of things an API takes: what stands last in its choices."""
    choices = (said for p in api.parameters.values() for said in p.choices.values())
    phrases = (words_of(each) for said in choices for each in said)
    return {stem(phrase[-1]) for phrase in phrases if phrase}


class Wishes:
    """What some words wish for. One for a request."""

    def __init__(self, commands: Commands, arguments: Arguments) -> None:
        self.commands, self.arguments, self.said = commands, arguments, commands.said

    def for_(self, call: Call, api: Api, verbs: frozenset[str]) -> bool:
        """Whether a clause wishes for a call, and everything in the call was said."""
        way = way_of(api) or _compares(call, api)
        clauses = self.said.clauses
        if api.effect is Effect.IRREVERSIBLE or any(clause.asks for clause in clauses):
            return False
        for number, clause in enumerate(clauses if way else ()):
            words = self.said.words[clause.start : clause.end]
            if clause.tells or clause.end > self.said.handed:
                continue
            ways = wished(words)
            if way == "start" and api.name.startswith("add") and "lack" in ways:
                ways = ways | {way}  # what has run out is to be had again
            if way not in ways and not self._only_named(call, api, clause):
                continue
            after = clauses[number + 1 : number + 2]
            after = after if after and self.commands.only_names(after[0]) else ()
            where = Where(clause, clauses[:number], after, verbs)
            if self._asks_for(call, api, where):
                return True
        return False

    def _asks_for(self, call: Call, api: Api, where: Where) -> bool:
        said = self._said_here(call, api, where)
        named = self.arguments.names_any(call, api, where)
        if not (said or (named and way_of(api) != "set")) or self.arguments.doubt(call, api, where):
            return False
        if self._left(api, where.clause, said):
            return False
        if self._another(api, where.clause):
            return False
        return bool(said) or not self._rivals(call, api, where.clause)

    def _only_named(self, call: Call, api: Api, clause: Clause) -> bool:
        """Whether a clause is nothing but the name of what one API alone takes: a scene."""
        lists = [
            p.x_list for name, p in api.parameters.items() if p.x_list and name in call.arguments
        ]  # fmt: skip
        if (
            way_of(api) != "start"
            or not lists
            or IS & set(self.said.words[clause.start : clause.end])
        ):
            return False
        return not any(
            p.x_list in lists
            for entry in self.commands.lexicon.of.values()
            if entry.api is not api and entry.api.effect is not Effect.READ
            for p in entry.api.parameters.values()
        )

    def _said_here(self, call: Call, api: Api, where: Where) -> set[int]:
        """Return the places in the clause of words that a value is made of; names are none."""
        words, found = self.said.words, set[int]()
        clause = where.clause
        home = self.commands.naming.covered(())
        for name, argument in call.arguments.items():
            parameter = api.parameters.get(name)
            if parameter is None or parameter.x_list:
                continue
            if parameter.choices:
                found |= self._phrase(parameter.choices.get(str(argument.value), ()), clause)
                continue
            if parameter.x_type is not None:
                reader = grammar(parameter.x_type, self.commands.lexicon.language)
                for at in range(clause.start, clause.end):
                    ends = [end for end in reader.ends(list(words), at) if end <= clause.end]
                    found |= {n for end in ends for n in range(at, end)}
            else:
                wanted = stems(words_of(str(argument.value)))
                here = {
                    at for at in range(clause.start, clause.end)
                    if stem(words[at]) in wanted and words[at - 1] != "to"
                }  # fmt: skip
                found |= here if here - home else set()
                if _THEY & set(words[clause.start : clause.end]) and wanted <= stems(words):
                    found |= {at for at in range(clause.start, clause.end) if words[at] in _THEY}
        return {at for at in found if words[at] not in LIGHT or words[at] in _THEY}

    def _phrase(self, phrases: Sequence[str], clause: Clause) -> set[int]:
        """Return the places of the words of a choice in the clause."""
        words = self.said.words
        for form in sorted((words_of(each) for each in phrases), key=len, reverse=True):
            for at in range(clause.start, clause.end - len(form) + 1):
                if form and tuple(words[at : at + len(form)]) == tuple(form):
                    return set(range(at, at + len(form)))
        return set()

    def _left(self, api: Api, clause: Clause, said: set[int]) -> bool:
        """Whether words are left that say something else, purposes aside."""
        words, entry = self.said.words, self.commands.lexicon.of[api.full_name]
        language = self.commands.lexicon.language
        lists = sorted(_lists(api))
        names = [one for name in lists for one in self.commands.naming.named(name)]
        own = said | {at for one in names for at in range(one.start, one.end)}
        own &= set(range(clause.start, clause.end))
        end = clause.end
        for at in range(clause.start + 1, clause.end):
            if words[at] in _PURPOSES and own and not own & set(range(at, end)):
                end = at
                break
        left = [
            at for at in range(clause.start, end)
            if at not in own and words[at] not in TOLD and not self._judges(at)
            and stem(words[at]) not in entry.known and not is_number(words[at], language)
        ]  # fmt: skip
        amount = any(not p.x_list and p.required for p in api.parameters.values())
        return len(left) > (1 if amount and said else 0)

    def _judges(self, at: int) -> bool:
        """Whether a word says how something would be: "would be a nice thing"."""
        words = self.said.words
        return words[at] in GOOD and bool({"be", "is"} & set(words[max(0, at - 3) : at]))

    def _another(self, api: Api, clause: Clause) -> bool:
        """Whether the clause is a command for another API; a name of the home is no free text."""
        own, of = api.full_name, self.commands.lexicon.of
        home = self.commands.naming.covered(()) & set(range(clause.start, clause.end))
        for name in self.commands.others(clause) - {own}:
            rival = of[name].api
            if not rival.parameters and not fits(
                of[name], self.commands.naming, clause.start, clause.end, whole=True
            ):
                continue  # "good night" in "good night to the house", "stop" in "it can stop"
            free = any(p.free for p in rival.parameters.values())
            if not (home and free) and not self.commands.lexicon.variants(api, rival):
                return True
        return False

    def _rivals(self, call: Call, api: Api, clause: Clause) -> bool:
        """Whether another API goes the same way with what was named, and no word tells them apart.

        A place alone may be meant in many ways, so that a word must tell.
        """
        entry = self.commands.lexicon.of[api.full_name]
        named = {
            str(argument.value) for name, argument in call.arguments.items()
            if name in api.parameters and api.parameters[name].x_list
        }  # fmt: skip
        kinds = {kind_of(p) for name, p in api.parameters.items() if name in call.arguments}
        words = {stem(self.said.words[at]) for at in range(clause.start, clause.end)}
        mine = {
            name for name in _lists(api) for one in self.commands.naming.named(name)
            if clause.start <= one.start and one.end <= clause.end and len(one.ids) == 1
        }  # fmt: skip
        for rival in self.commands.lexicon.of.values():
            free = rival.api.effect is Effect.READ
            if rival is entry or free or way_of(rival.api) != way_of(api):
                continue
            needed = {kind_of(p) for p in rival.api.parameters.values() if p.required}
            could = needed <= kinds and any(
                (listed := self.commands.naming.snapshot.list(p.x_list)) is not None
                and any(listed.get(id_) is not None for id_ in named)
                for p in rival.api.parameters.values() if p.x_list
            )  # fmt: skip
            telling = (entry.verbs - rival.verbs) | (_kinds(api) - _kinds(rival.api))
            if could and not words & telling and not mine - _lists(rival.api):
                return True
        return False
