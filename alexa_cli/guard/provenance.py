"""Provenance: what a language model plans must come from the user, not from what it was shown.

A call with an effect stands if the user's own words ask for its API and name its arguments; if
not, it gets a ``doubt`` and nobody runs it before a yes. After an untrusted result has entered
the prompt, every call but ``read`` is doubted. See docs/guards.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from alexa_cli.catalog.expert import Effect
from alexa_cli.guard.arguments import Arguments, Where
from alexa_cli.guard.lexicon import Lexicon, stem
from alexa_cli.guard.naming import POINTING, Naming
from alexa_cli.guard.said import Clause, hear
from alexa_cli.guard.support import Commands, Support, kind_of
from alexa_cli.guard.wishes import Wishes

if TYPE_CHECKING:
    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.expert import Api
    from alexa_cli.context.snapshot import Snapshot
    from alexa_cli.language.registry import Moment
    from alexa_cli.models.meter import Meter
    from alexa_cli.turn import Call, Plan, Question, Utterance

NAME = "guard provenance"
"""The event in the trace."""
TAINTED = "something from outside this home was read before"
CORRECTING = frozenset("meant mean instead rather".split())
LEANING = POINTING | CORRECTING | frozenset("too also again as well other another about".split())
"""Words that lean on what was said before."""

AGAIN = frozenset("again same repeat once another more".split())
"""Words that ask for the very same once more."""


class Asked(Protocol):
    """What a plan was made for (``decide.model.Request``)."""

    @property
    def utterance(self) -> Utterance:
        """What was said."""

    @property
    def snapshot(self) -> Snapshot:
        """The context of the turn."""

    @property
    def moment(self) -> Moment:
        """The turn's instant and the household's habits."""

    @property
    def question(self) -> Question | None:
        """What the user was asked before."""

    @property
    def meter(self) -> Meter:
        """Where to note what was doubted."""


class Tracer:
    """Traces calls to the user's words. Learns a catalogue's words when it is first asked."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._lexicon: Lexicon | None = None
        self._ready: tuple[str, Snapshot, tuple[Commands, Arguments]] | None = None

    @property
    def lexicon(self) -> Lexicon:
        """The words of the catalogue's APIs."""
        if self._lexicon is None:
            self._lexicon = Lexicon(self.catalogue)
        return self._lexicon

    def prepare(self, request: Asked) -> None:
        """Look at the user's words ahead, while a model thinks about them."""
        commands, _ = self.evidence(request)
        commands.look_ahead()

    def evidence(self, request: Asked) -> tuple[Commands, Arguments]:
        """Return what the user's words ask for and name, computed once for a request."""
        words, snapshot = _words_of(request), request.snapshot
        if self._ready is None or self._ready[0] != words or self._ready[1] is not snapshot:
            naming = Naming(hear(words), snapshot)
            arguments = Arguments(naming, request.moment, self.lexicon.usual)
            made = (Commands(self.lexicon, naming), arguments)
            self._ready = (words, snapshot, made)
        return self._ready[2]

    def doubts(self, request: Asked, plan: Plan) -> Plan:
        """Return the plan, its calls that are not traced to the user with a ``doubt``.

        A plan that no language model made comes from the words themselves and is left alone.
        """
        if plan.basis is None:
            return plan
        tracing = _Tracing(self, request, plan)
        calls = []
        for number, call in enumerate(plan.calls):
            reason = call.doubt or tracing.doubt(call, plan.calls[:number])
            if reason:
                request.meter.recorder.event(NAME, call=call.name, reason=reason)
            calls.append(replace(call, doubt=reason))
        return replace(plan, calls=tuple(calls))


@dataclass(slots=True)
class _Tracing:
    """One plan."""

    tracer: Tracer
    request: Asked
    plan: Plan

    def doubt(self, call: Call, before: tuple[Call, ...]) -> str:
        """Return why somebody must say yes first, or ""."""
        api = self.tracer.catalogue.find(call.expert, call.api)
        if api is None or api.run is None or api.effect is Effect.READ:
            return ""
        if self.plan.basis is not None and self.plan.basis.tainted:
            return TAINTED
        if any(_twin(call, other) for other in before):
            return "it would be done twice"
        if outside := self._outside(call):
            return outside
        commands, arguments = self._evidence()
        found = commands.supports(api.full_name, _kinds(call, api))
        reasons = [self._unsaid(call, api, support, commands, arguments) for support in found]
        if "" in reasons:
            return ""
        if self._goes_on(call, api, arguments, commands):
            return ""
        if Wishes(commands, arguments).for_(call, api, _verbs(api)):
            return ""
        return reasons[0] if reasons else f"nothing you said asks to {_spoken(api)}"

    def _evidence(self) -> tuple[Commands, Arguments]:
        return self.tracer.evidence(self.request)

    def _unsaid(
        self, call: Call, api: Api, support: Support, commands: Commands, arguments: Arguments
    ) -> str:
        clauses = commands.said.clauses
        before = tuple(c for c in clauses if c.end <= support.clause.start)
        beside: list[Clause] = []
        for clause in reversed(before):
            if not commands.only_names(clause):
                break
            beside.append(clause)
        after = beside
        for clause in clauses:
            if clause.start >= support.clause.end:
                if not commands.verbless(clause):
                    break
                after.append(clause)
        where = Where(support.clause, before, tuple(after), _verbs(api))
        if reason := arguments.doubt(call, api, where):
            return reason
        named, valued = arguments.names_any(call, api, where), _has_value(call, api)
        chosen = arguments.says_choice(call, api)
        enough = {"word": named or valued or chosen, "place": named and valued}
        if not enough.get(support.level, True):
            return f"nothing you said asks to {_spoken(api)}"
        return ""

    def _goes_on(self, call: Call, api: Api, arguments: Arguments, commands: Commands) -> bool:
        """Whether the words go on from what was traced before.

        They complete the call that a question was about, or lean on the last plan ("and the
        bedroom one"). What is new in the call must be in the words all the same.
        """
        clauses = commands.said.clauses
        if not clauses or commands.asks_for_another(api.full_name):
            return False
        where = Where(replace(clauses[0], end=clauses[-1].end), (), (), _verbs(api))
        question = self.request.question
        for held in question.plan.calls if question is not None else ():
            if held.name == call.name and not held.doubt and _is_new(call, held):
                return not arguments.doubt(call, api, where, held.arguments)
        last, words = self.request.snapshot.memory.last_plan, commands.said.words
        bare = all(commands.only_names(clause) for clause in clauses)
        if (bare or CORRECTING & set(words)) and self._corrects(call, api, arguments, where):
            return True
        if last is None or not (bare or LEANING & set(words) or words[:1] == ("and",)):
            return False
        return any(
            held.name == call.name and not held.doubt
            and (_is_new(call, held) or bool(AGAIN & set(words)))
            and not arguments.doubt(call, api, where, held.arguments)
            for held in last.calls
        )  # fmt: skip

    def _corrects(self, call: Call, api: Api, arguments: Arguments, where: Where) -> bool:
        """Whether the words name another thing for the command before: "no, the floor lamp"."""
        history = self.request.snapshot.memory.history
        if not history:
            return False
        naming = Naming(hear(history[-1].words), self.request.snapshot)
        before = Commands(self.tracer.lexicon, naming).supports(api.full_name, _kinds(call, api))
        asked = any(support.level == "template" for support in before)
        named = arguments.names_any(call, api, where)
        return asked and named and not arguments.doubt(call, api, where)

    def _outside(self, call: Call) -> str:
        """Return the doubt about an argument that another call's outcome would fill."""
        calls = {each.id: each for each in self.plan.calls}
        for argument in call.arguments.values():
            if argument.pointer is None:
                continue
            source = calls.get(argument.pointer.lstrip("$").partition(".")[0])
            api = self.tracer.catalogue.find(source.expert, source.api) if source else None
            if api is None or api.run is None or api.run.kind not in {"python", "steps"}:
                return "part of it would come from outside this home"
            if source is not None and source.expert != call.expert:
                return f"part of it would come from what {_words(source.expert)} answers"
        return ""


def _has_value(call: Call, api: Api) -> bool:
    """Whether a call has a value that is neither a name nor a choice."""
    given = ((api.parameters.get(name), each.value) for name, each in call.arguments.items())
    return any(p and not p.choices and not p.x_list and v is not None for p, v in given)


def _kinds(call: Call, api: Api) -> frozenset[str]:
    """Return what the call's arguments are, choices aside."""
    given = ((api.parameters.get(name), each) for name, each in call.arguments.items())
    return frozenset(
        kind_of(parameter) for parameter, argument in given
        if parameter and not parameter.choices and argument.value is not None
    )  # fmt: skip


def _verbs(api: Api) -> frozenset[str]:
    return frozenset(stem(word) for word in api.name.split("_"))


def _is_new(call: Call, held: Call) -> bool:
    """Whether a call has something that another one has not."""
    return any(held.arguments.get(name) != given for name, given in call.arguments.items())


def _twin(one: Call, other: Call) -> bool:
    return one.name == other.name and {n: a.value for n, a in one.arguments.items()} == {
        n: a.value for n, a in other.arguments.items()
    }


def _spoken(api: Api) -> str:
    return _words(api.name)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _words_of(request: Asked) -> str:
    """Return the user's words; after a model's own question, those before it too."""
    text = request.utterance.text
    question, history = request.question, request.snapshot.memory.history
    if question is not None and question.kind == "open" and history:
        return f"{history[-1].words}. {text}"
    return text
