"""The planner: a language model as a model of the cascade.

With few APIs one call: all tools, one plan. With many two: a router names the experts, then the
plan is made with their tools and context only. An answer that makes no sense is told back once;
what still makes none is passed on with its reason. What goes wrong with the model itself
(``ModelError``) is the caller's to handle.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from alexa_cli.decide.planner.answer import Answered, Fault, of_text, of_tools
from alexa_cli.decide.planner.check import NOBODYS, Check
from alexa_cli.decide.planner.leaning import leans
from alexa_cli.decide.planner.routing import Route, read_route
from alexa_cli.decide.planner.speech import Speech, bounded
from alexa_cli.decide.planner.told_back import messages, wrong
from alexa_cli.models.chat import TextPiece, ToolPiece
from alexa_cli.models.failures import Filtered
from alexa_cli.models.llm.talk import Gathered, talk
from alexa_cli.prompt.aliases import Aliases
from alexa_cli.prompt.build import Material, build, lists_of
from alexa_cli.prompt.render import render
from alexa_cli.prompt.tools import apis_of
from alexa_cli.turn import Answer, Basis, Pass, Plan, Question

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.config.settings import Settings
    from alexa_cli.context.conversation import Exchange
    from alexa_cli.decide.model import Request
    from alexa_cli.models.chat import ChatRequest, LanguageModel
    from alexa_cli.prompt.section import Prompt
    from alexa_cli.prompt.texts import Texts
    from alexa_cli.turn import Decision

HOTTEST = 2
SENT_AFTER = 0.02
"""Seconds after which a request is on its way, and the processor has time for something else."""
TRIES = 2
"""Requests for one answer: the second tells what was wrong with the first."""
ROUTE_AGAIN = "Answer with the number of an expert alone, T or 0."


def keep(_request: Request, plan: Plan) -> Plan:
    """Doubt nothing."""
    return plan


@dataclass(frozen=True, slots=True)
class _Shown:
    """What of the conversation a model is shown."""

    history: tuple[Exchange, ...] = ()
    summary: str = ""
    tainted: bool = False


class Planner:
    """The model called ``name``.

    ``doubts`` marks the calls that somebody must say yes to. If it has a ``prepare``, that is
    called with the request while the model thinks.
    """

    def __init__(
        self,
        name: str,
        model: LanguageModel,
        texts: Texts,
        settings: Settings,
        doubts: Callable[[Request, Plan], Plan] = keep,
    ) -> None:
        self.name, self._model, self._texts = name, model, texts
        self._settings, self._doubts = settings, doubts
        self._prepare: Callable[[Request], None] | None = getattr(doubts, "prepare", None)

    async def decide(self, request: Request) -> AsyncGenerator[Decision, None]:
        """Yield the answer in words as it comes, if it is one; then one final decision.

        Raises ``ModelError``, and ``Refused`` if a guard objects.
        """
        shown = self._shown(request)
        experts: tuple[str, ...] = tuple(sorted(request.catalogue.experts))
        if self._routes(request.catalogue):
            route = await self._route(request, shown)
            if isinstance(route, Pass):
                yield route
                return
            experts = route.experts
        prompt = build("plan", self._material(request, shown, experts), self._texts)
        more: tuple[Mapping[str, Any], ...] = ()
        faults: list[Fault] = []
        spoken = False
        for attempt in range(1, TRIES + 1):
            gathered, speech = Gathered(), Speech(schema=prompt.schema is not None)
            if spoken:
                speech.quiet()  # what was shown cannot be taken back, only followed
            chat = render(
                prompt, self._model.spec, think=request.meter.think, more=more,
                temperature=self._temperature(experts, request.catalogue),
            )  # fmt: skip
            async with aclosing(self._ask(request, chat, gathered, speech)) as answers:
                async for answer in answers:
                    yield answer
                    spoken = True
            decided = self._check(request, prompt, gathered, last=attempt == TRIES)
            if not isinstance(decided, list):
                yield self._settled(decided, request, prompt)
                return
            faults = decided
            self._note(request, faults)
            more = messages(gathered.text, gathered.calls, faults, plain=request.meter.think)
        yield self._hopeless(faults)

    def _routes(self, catalogue: Catalogue) -> bool:
        """Whether experts are chosen first."""
        planning = self._settings.planning
        if planning == "auto":
            many = len(apis_of(catalogue, catalogue.experts)) > self._settings.prompt.one_call_apis
            return many and len(catalogue.experts) > 1
        return planning == "two_calls"

    async def _route(self, request: Request, shown: _Shown) -> Route | Pass:
        """Ask who is to plan."""
        prompt = build("route", self._material(request, shown, ()), self._texts)
        more: tuple[Mapping[str, Any], ...] = ()
        for attempt in range(1, TRIES + 1):
            gathered = Gathered()
            chat = render(
                prompt, self._model.spec, think=request.meter.think, more=more,
                temperature=self._temperature((), request.catalogue),
                max_tokens=None if attempt == 1 else self._model.spec.max_tokens,
            )  # fmt: skip
            async with aclosing(talk(self._model, chat, request.meter, "route")) as pieces:
                async for piece in pieces:
                    gathered.add(piece)
            self._refused(gathered)
            route = read_route(gathered.text, prompt.names)
            if route is not None:
                lost = not (route.experts or route.talk)
                return Pass(NOBODYS, "no_match", model=self.name) if lost else route
            faults = [Fault(ROUTE_AGAIN)]
            self._note(request, faults)
            more = messages(gathered.text, (), faults)
        return Pass(f"{self.name} named no expert that there is.", "failed", model=self.name)

    async def _ask(
        self, request: Request, chat: ChatRequest, gathered: Gathered, speech: Speech
    ) -> AsyncGenerator[Answer, None]:
        """Make one request; yield what is certainly talk as it comes."""
        if self._prepare is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(SENT_AFTER, self._prepare, request)
        async with aclosing(talk(self._model, chat, request.meter, "plan")) as pieces:
            async for piece in pieces:
                gathered.add(piece)
                if isinstance(piece, ToolPiece):
                    speech.quiet()
                elif isinstance(piece, TextPiece) and (sure := speech.add(piece.text)):
                    yield Answer(sure, self.name, final=False)
        self._refused(gathered)

    def _refused(self, gathered: Gathered) -> None:
        if gathered.end and gathered.end.reason == "content_filter" and not gathered.calls:
            raise Filtered(f"{self.name}: the provider refused to answer that")

    def _check(
        self, request: Request, prompt: Prompt, gathered: Gathered, *, last: bool
    ) -> Decision | list[Fault]:
        """Return what an answer comes to, or what is wrong with it."""
        check = Check(self.name, prompt, request, last)
        cut = gathered.end is None or gathered.end.reason == "length"

        def known(name: str) -> bool:
            return check.find(name) is not None

        answered: Answered
        if gathered.calls:
            answered = of_tools(gathered.calls, known, cut=cut)
        else:
            answered = of_text(gathered.text, known, cut=cut)
        if cut and answered.calls and not answered.faults:
            return [Fault("the answer was cut off: make it shorter")]
        decision = check.decide(answered)
        if isinstance(decision, Answer):
            return replace(decision, text=bounded(decision.text, cut=cut))
        return decision

    def _settled(self, decision: Decision, request: Request, prompt: Prompt) -> Decision:
        """Say what a plan was based on, and let it be doubted."""

        def based(plan: Plan) -> Plan:
            before = plan.basis is not None and plan.basis.tainted
            basis = Basis(prompt.shows, prompt.shows_history, prompt.tainted or before)
            return self._doubts(request, replace(plan, basis=basis))

        if isinstance(decision, Plan):
            return based(decision)
        if isinstance(decision, Question) and decision.plan.calls:
            return replace(decision, plan=based(decision.plan))
        return decision

    def _hopeless(self, faults: Sequence[Fault]) -> Pass:
        """Say honestly why nothing came of it: first what lies in the user's own words."""
        fault = next((each for each in faults if each.say and each.code != "failed"), None)
        if fault is not None:
            return Pass(fault.say, fault.code, model=self.name)
        wrong_with_it = faults[0].text.split(". ")[0].rstrip(".")
        reason = f"{self.name} gave no answer that makes sense ({wrong_with_it})."
        return Pass(reason, "failed", model=self.name)

    def _note(self, request: Request, faults: Sequence[Fault]) -> None:
        request.meter.recorder.event("told back", model=self.name, reason=wrong(faults))

    def _shown(self, request: Request) -> _Shown:
        """Return what of the conversation the words lean on."""
        memory = request.snapshot.memory
        if not (memory.history or memory.summary) or not leans(request):
            return _Shown()
        most, old = self._settings.prompt.history, memory.history[: memory.summarised]
        fresh = memory.history[memory.summarised :]
        return _Shown(
            fresh[-most:] if most else (), memory.summary, any(each.tainted for each in old)
        )

    def _material(self, request: Request, shown: _Shown, experts: tuple[str, ...]) -> Material:
        snapshot = request.snapshot
        # The names that any expert may see come first, so that which experts were chosen makes no
        # difference to an alias.
        known = request.catalogue.experts
        seen = sorted({name for expert in known.values() for name in expert.context})
        lists = dict.fromkeys((*seen, *lists_of(request.catalogue, experts))) if experts else ()
        aliases = Aliases.of(snapshot.list, tuple(lists), snapshot.memory.aliases)
        return Material(
            request.catalogue, experts, snapshot, request.utterance.text, aliases,
            question=request.question, history=shown.history, summary=shown.summary,
            tainted=shown.tainted, structured=self._model.spec.structured,
        )  # fmt: skip

    def _temperature(self, experts: Sequence[str], catalogue: Catalogue) -> float:
        """Return the model's own temperature, else that of the one expert in play, else 0."""
        if self._model.spec.temperature is not None:
            return self._model.spec.temperature
        own = catalogue.experts[experts[0]].sampling.get("temperature") if len(experts) == 1 else 0
        return float(own) if isinstance(own, (int, float)) and 0 <= own <= HOTTEST else 0.0
