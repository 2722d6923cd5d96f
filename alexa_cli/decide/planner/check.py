"""Whether an answer makes sense: names that exist, arguments that fit, one thing at a time.

What a model answers becomes a decision, resolved exactly as for the small models, or the list of
what is wrong with it. Nothing of an answer is used unless all of it holds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from alexa_cli.catalog.expert import Effect
from alexa_cli.decide.model import Reading
from alexa_cli.decide.planner.answer import Answered, Fault, RawCall
from alexa_cli.decide.planner.arguments import MISTAKABLE, Pointer, Taken, take
from alexa_cli.decide.planner.claims import claims_to_act
from alexa_cli.decide.planner.grounding import Said
from alexa_cli.decide.planner.linking import Link, link, numbered, without_twins
from alexa_cli.decide.questions import held_call, said_in_full
from alexa_cli.decide.resolution import Trouble, finish, is_open, resolve
from alexa_cli.turn import Answer, Argument, Call, Candidate, Pass, Plan, Question

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alexa_cli.catalog.expert import Api
    from alexa_cli.decide.model import Ref, Request
    from alexa_cli.prompt.section import Prompt
    from alexa_cli.turn import Decision, Json

MAX_CALLS = 20
"""A plan of more calls is told back: nobody says so much in one breath."""
MAX_QUESTION = 300
"""Characters of a question of a model's own."""
NOBODYS = "nobody's"
_SPACE = re.compile(r"\s+")
_PLAIN = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class _Draft:
    """A call whose arguments are read."""

    api: Api
    said: Mapping[str, Json | Ref]
    theirs: frozenset[str]
    """Parameters whose words are the user's own."""
    pointers: Mapping[str, Pointer]


@dataclass(frozen=True)
class Check:
    """Everything an answer is held against."""

    model: str
    prompt: Prompt
    request: Request
    last: bool = False
    """Whether the model was told before: what is only odd stands now."""

    @cached_property
    def said(self) -> Said:
        """The user's words, as evidence."""
        return Said(self.request)

    def find(self, name: str) -> Api | None:
        """Return the API that a name means: a tool's, ``expert.api``, or an API's alone."""
        full = self.prompt.names.get(name) or self._loosely.get(_plain(name))
        return self.request.catalogue.find(*full.split(".", 1)) if full else None

    @cached_property
    def _loosely(self) -> dict[str, str]:
        """The APIs by the other ways to write them that can mean no other."""
        found: dict[str, str | None] = {}
        for tool, full in self.prompt.names.items():
            for way in {_plain(tool), _plain(full), _plain(full.partition(".")[2])}:
                found[way] = full if found.get(way, full) == full else None
        exact = {_plain(tool): full for tool, full in self.prompt.names.items()}
        return {**{way: full for way, full in found.items() if full}, **exact}

    def decide(self, answered: Answered) -> Decision | list[Fault]:
        """Return the decision that an answer is, or what is wrong with it."""
        if answered.ask is not None:
            return self._asked(answered.ask)
        if answered.none:
            if answered.calls and not self.last:
                return [Fault("either call tools or none_of_these, not both")]
            return Pass(NOBODYS, "no_match", model=self.model)
        if faults := self._wrong(answered.faults):
            return faults
        if answered.calls:
            return self._planned(answered.calls)
        if answered.say:
            if claims_to_act(answered.say, self._effects()):
                return [Fault("nothing was done: no tool was called. Call it, or do not say so")]
            return Answer(answered.say, self.model)
        return [Fault("that was no answer: call tools, ask_user, none_of_these, or say something")]

    def _asked(self, text: str) -> Question | list[Fault]:
        text = _SPACE.sub(" ", text).strip()
        if not text or len(text) > MAX_QUESTION:
            return [Fault("ask_user needs one short question")]
        return Question(text, "open", Plan((), self.model), model=self.model)

    def _effects(self) -> list[str]:
        """Return the names of the APIs that do something."""
        apis = (self.find(tool) for tool in self.prompt.names)
        return [api.name for api in apis if api and api.effect is not Effect.READ]

    def _wrong(self, faults: Sequence[Fault]) -> list[Fault]:
        return [fault for fault in faults if not (fault.soft and self.last)]

    def _planned(self, raws: Sequence[RawCall]) -> Decision | list[Fault]:
        if len(raws) > MAX_CALLS:
            return [Fault(f"{len(raws)} calls are too many: {MAX_CALLS} at most")]
        drafts: list[_Draft] = []
        faults: list[Fault] = []
        for place, raw in enumerate(raws):
            draft = self._draft(raw)
            if isinstance(draft, _Draft):
                drafts.append(draft)
            else:
                faults += [replace(fault, call=place) for fault in draft]
        if faults := self._wrong(faults):
            return faults
        linked = link(raws, [draft.pointers for draft in drafts])
        if isinstance(linked, tuple):
            return self._resolved(drafts, *linked)
        return linked

    def _draft(self, raw: RawCall) -> _Draft | list[Fault]:
        api = self.find(raw.name)
        if api is None:
            return [Fault(self._no_such(raw.name))]
        names = {_plain(name): name for name in api.parameters}
        said: dict[str, Json | Ref] = {}
        theirs: set[str] = set()
        pointers: dict[str, Pointer] = {}
        faults: list[Fault] = []
        for given, value in raw.arguments.items():
            name = given if given in api.parameters else names.get(_plain(given))
            if name is None:
                if given != "after" and value not in (None, "", [], {}):
                    known = ", ".join(api.parameters) or "none"
                    faults.append(Fault(f"it has no {given[:60]!r}; its arguments: {known}"))
                continue
            match take(api.parameters[name], value, self.said, self.prompt.aliases):
                case Taken(taken, own):
                    said[name] = taken
                    theirs = theirs | {name} if own else theirs - {name}
                case Pointer() as pointer:
                    pointers[name] = pointer
                case Fault() as fault:
                    faults.append(fault)
                    if fault.soft and self.last:
                        said[name] = value
        if self._wrong(faults):
            return faults
        return _Draft(api, said, frozenset(theirs), pointers)

    def _no_such(self, name: str) -> str:
        """Say that a tool does not exist, and which ones end like it."""
        end = f"_{_plain(name)}"
        names = self.prompt.names.items()
        near = [tool for tool, full in names if end.endswith(f"_{_plain(full.split('.')[1])}")]
        hint = f"; there is {', '.join(near[:3])}" if near else ""
        return f"there is no tool {name[:80]!r}{hint}"

    def _resolved(
        self, drafts: Sequence[_Draft], links: Sequence[Link], order: Sequence[int]
    ) -> Decision | list[Fault]:
        calls: list[Call] = []
        troubles: list[tuple[int, Trouble]] = []
        faults: list[Fault] = []
        alone = len(drafts) == 1
        for place, (draft, each) in enumerate(zip(drafts, links, strict=True)):
            result = self._resolve(draft, each, alone=alone)
            call = result.call if isinstance(result, Trouble) else result
            calls.append(replace(call, id=str(place + 1), after=each.after))
            if isinstance(result, Trouble):
                troubles.append((place, result))
                if (fault := self._trouble(draft, result)) is not None:
                    faults.append(replace(fault, call=place))
        if faults := self._wrong(faults):
            return faults
        placed = numbered(calls, order)
        if troubles:
            places = {place: number for number, place in enumerate(order)}
            found = sorted(((places[at], trouble) for at, trouble in troubles), key=lambda t: t[0])
            return self._question(placed, found)
        apis = {draft.api.full_name: draft.api for draft in drafts}
        kept = without_twins(placed, apis, self.request.words)
        return self._settled(Plan(kept, self.model, candidates=self._candidates(kept)))

    def _resolve(self, draft: _Draft, each: Link, *, alone: bool) -> Call | Trouble:
        """Resolve as for every model; then put in what comes from other calls and from before."""
        result = resolve(Reading(draft.api, draft.said, 1.0), self.request)
        call = result.call if isinstance(result, Trouble) else result
        arguments = {
            name: argument if name in draft.theirs else _not_theirs(argument)
            for name, argument in call.arguments.items()
        }
        arguments |= {name: Argument(pointer=pointer) for name, pointer in each.pointers.items()}
        before = self._before(draft.api) if alone else {}
        given = draft.said.keys() | each.pointers.keys()
        arguments |= {name: a for name, a in before.items() if name not in given}
        whole = replace(call, arguments=arguments)
        if isinstance(result, Trouble) and result.code != "missing":
            return replace(result, call=whole)
        return finish(whole, draft.api)

    def _before(self, api: Api) -> Mapping[str, Argument]:
        """Return what a pending question's call already has: the answer completes it."""
        question = self.request.question
        held = held_call(question) if question and question.kind in {"choice", "value"} else None
        if held is None or held.name != api.full_name:
            return {}
        return {
            name: argument for name, argument in held.arguments.items()
            if name in api.parameters and not is_open(argument)
        }  # fmt: skip

    def _trouble(self, draft: _Draft, trouble: Trouble) -> Fault | None:
        """Return what to tell the model of a call that did not resolve; None: ask the user."""
        name = trouble.parameter
        parameter = draft.api.parameters[name]
        if trouble.code == "missing":
            spans = self.said.values(parameter.x_type) if parameter.x_type in MISTAKABLE else ()
            taken = {s for s in draft.said.values() if isinstance(s, str)}
            unused = next((words for words, _ in spans if words not in taken), None)
            told = f"{name} is required, and the user said {unused!r}"
            return Fault(told, soft=True) if unused else None
        if trouble.code == "choice":
            return None
        code = trouble.code if name in draft.theirs else "failed"
        told = trouble.text.rstrip(".")
        return Fault(f"{name}: {told}. Give what fits, or ask_user", code, trouble.text)

    def _question(
        self, calls: tuple[Call, ...], troubles: Sequence[tuple[int, Trouble]]
    ) -> Decision:
        """Ask for what is missing: of several things at once in the model's stead."""
        place, trouble = troubles[0]
        plan = Plan(calls, self.model, candidates=self._candidates(calls))
        if len(troubles) > 1:
            text = " ".join(dict.fromkeys(each.text for _, each in troubles))
            return Question(text, "open", Plan((), self.model), model=self.model)
        question = Question(
            trouble.text, "choice" if trouble.choices else "value", plan, calls[place].id,
            trouble.parameter, trouble.choices, model=self.model,
        )  # fmt: skip
        pending = self.request.question
        held = held_call(pending) if pending else None
        if pending and held and (held.name, pending.parameter) == (
            calls[place].name, question.parameter
        ):  # fmt: skip
            return Pass(trouble.text, "missing", plan.candidates, self.model)  # asked already
        return self._settled(question)

    def _settled(self, decision: Plan | Question) -> Decision:
        """A pending question's own API answers it; the rest of its plan stays."""
        pending = self.request.question
        return decision if pending is None else said_in_full(pending, decision)

    def _candidates(self, calls: Sequence[Call]) -> tuple[Candidate, ...]:
        return tuple(
            Candidate(call.expert, call.api, 1.0, "", {
                name: each.words for name, each in call.arguments.items() if each.words is not None
            })
            for call in calls[:5]
        )  # fmt: skip


def _not_theirs(argument: Argument) -> Argument:
    """What the model put into words of its own is not what the user said."""
    return argument if is_open(argument) else replace(argument, words=None)


def _plain(name: str) -> str:
    return _PLAIN.sub("_", name.lower()).strip("_")
