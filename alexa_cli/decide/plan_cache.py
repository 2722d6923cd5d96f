"""The plan cache: for words that a language model has planned before, the same plan at once.

It is looked up when the small models have passed. The key is the normalised words, the language,
the speaker, and the fingerprint of what would decide: catalogue, prompts and ``jobs.decide``. An
entry counts only while the lists that its prompt showed are as they were. It is kept in the
store, with the turn that it comes from, and goes when that turn is undone, corrected or forgotten.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from alexa_cli.decide.kept_plan import (
    KeptPlan,
    calls_again,
    context_fingerprint,
    keep_calls,
)
from alexa_cli.decide.resolution import Trouble
from alexa_cli.errors import AlexaError
from alexa_cli.store import coding
from alexa_cli.store.rows import EventRow
from alexa_cli.turn import Basis, Pass, Plan

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.config.settings import Settings
    from alexa_cli.decide.model import Request
    from alexa_cli.store.store import Store
    from alexa_cli.turn import Decision

PLAN = "plan"
"""Kind of its rows in the store."""
NAME = "cache"


@dataclass(frozen=True, slots=True)
class Entry:
    """One kept plan as `alexa cache` shows it."""

    key: str
    plan: KeptPlan
    used: float
    """When it was last used, or made, in Unix seconds."""


def fingerprints_of(settings: Settings, texts: str) -> tuple[str, ...]:
    """Return what a plan hangs on besides the catalogue. ``texts``: fingerprint of the prompts.

    A model counts with what makes it answer otherwise; its key, address and patience do not.
    """
    about = {
        name: [m.kind, m.model, m.structured, m.temperature, m.max_tokens, m.options, m.script]
        for name in settings.jobs.cascade
        if (m := settings.models.get(name)) is not None
    }
    deciding = [settings.jobs.decide, settings.planning, settings.prompt.one_call_apis, about]
    return (texts, _digest(msgspec.to_builtins(deciding)))


class PlanCache:
    """The model. It estimates nothing: the same words, or a pass."""

    name = NAME

    def __init__(self, store: Store, settings: Settings, fingerprints: Sequence[str]) -> None:
        self._store = store
        self._on = settings.cache.plans and settings.cache.size > 0
        self._size = settings.cache.size
        self._keep = min(settings.cache.keep.seconds, settings.trace.keep.seconds)
        self._fingerprints = tuple(fingerprints)

    async def decide(self, request: Request) -> AsyncIterator[Decision]:
        """Yield one final decision."""
        with request.meter.recorder.span("plan cache") as span:
            decision = self.look_up(request)
            span.set("cached", isinstance(decision, Plan))
            if isinstance(decision, Plan) and decision.basis is not None:
                span.set("cached_turn", decision.basis.cached)
                span.set("cached_seconds", decision.basis.seconds)
        yield decision

    def look_up(self, request: Request) -> Plan | Pass:
        """Return the plan for these words, or why there is none. Reads, and writes nothing."""
        if (reason := self._not_for(request)) is not None:
            return Pass(reason, model=self.name)
        try:
            content = self._store.content(_row_id(self.key(request)))
            kept = None if content is None else coding.build(coding.decode(content), KeptPlan)
        except AlexaError as error:
            return Pass(f"the kept plan cannot be read: {error.message}", model=self.name)
        if kept is None:
            return Pass("no plan is kept for these words", model=self.name)
        if context_fingerprint(request.snapshot, kept.lists) != kept.context:
            return Pass("the names that the kept plan was made with have changed", model=self.name)
        calls = calls_again(kept, request)
        if not isinstance(calls, tuple):
            why = calls.text if isinstance(calls, Trouble) else calls
            return Pass(f"the kept plan no longer works: {why}", model=self.name)
        basis = Basis(kept.lists, cached=kept.turn, seconds=kept.seconds)
        return Plan(calls, self.name, basis=basis)

    def remember(
        self, request: Request, plan: Plan, *, turn: str, seconds: float, conversation: str = ""
    ) -> bool:
        """Keep a plan that went well; returns whether it can be kept.

        ``request`` is what it was made from, ``seconds`` how long that took. Raises AlexaError.
        """
        basis = plan.basis
        if basis is None or basis.cached or basis.history or basis.tainted or not plan.verified:
            return False
        if self._not_for(request) is not None or _points_back(request):
            return False
        calls = keep_calls(plan, request)
        if calls is None:
            return False
        now = self._store.clock()
        kept = KeptPlan(
            words=" ".join(request.words), language=request.moment.language, calls=calls,
            lists=basis.lists, context=context_fingerprint(request.snapshot, basis.lists),
            setup=self.setup(request.catalogue), model=plan.model, turn=turn, seconds=seconds,
            made=now,
        )  # fmt: skip
        row = EventRow(
            _row_id(self.key(request)), PLAN, conversation, turn, now,
            expires_at=now + self._keep,
        )  # fmt: skip
        self._store.append(row, self._store.encode(coding.plain(kept)))
        bound(self._store, self._size)
        return True

    def used(self, request: Request) -> None:
        """Note that the plan for these words was used: the least lately used goes first."""
        self._store.database.execute(
            "UPDATE events SET at = ? WHERE id = ?",
            (self._store.clock(), _row_id(self.key(request))),
        )

    def drop(self, request: Request) -> bool:
        """Forget the plan for these words; returns whether there was one."""
        return bool(self._store.delete([_row_id(self.key(request))]))

    def key(self, request: Request) -> str:
        """Return the key of these words, for whoever says them, as things are set up."""
        about = [request.words, request.moment.language, request.snapshot.speaker]
        return _digest([*about, self.setup(request.catalogue)])

    def setup(self, catalogue: Catalogue) -> str:
        """Return the fingerprint of all that decides: catalogue, prompts, models."""
        return _digest([catalogue.fingerprint, *self._fingerprints])

    def _not_for(self, request: Request) -> str | None:
        """Return why the cache has nothing to say to a request, whatever its words."""
        if not self._on:
            return "plans are not kept (cache.plans)"
        if request.closed_set:
            return "a measurement asks the models themselves"
        if request.question is not None:
            return "a question is pending"
        if request.meter.think:
            return "a model is asked to think"
        memory = request.snapshot.memory
        if (memory.history or memory.summary) and _leans(request):
            return "the words lean on what was said before"
        return None


# What is in the store, whatever decides now ---------------------------------------------------


def entries(store: Store) -> list[Entry]:
    """Return the kept plans, the last used first; what cannot be read is left out."""
    found: list[Entry] = []
    for row, content in store.contents(kind=PLAN):
        try:
            plan = coding.build(coding.decode(content), KeptPlan)
        except AlexaError as error:
            store.notices.append(f"{row.id} cannot be read: {error.message}")
            continue
        found.append(Entry(row.id.removeprefix(f"{PLAN}/"), plan, row.at or 0.0))
    return found


def drop_of_turn(store: Store, turn: str) -> int:
    """Forget the plans that were made in a turn; returns how many."""
    return store.delete([row.id for row in store.events(kind=PLAN, turn=turn)])


def clear(store: Store) -> int:
    """Forget every plan; returns how many."""
    return store.delete([row.id for row in store.events(kind=PLAN)])


def prune(store: Store, setup: str, size: int) -> int:
    """Forget plans that can no longer be hit: made with another ``setup``, or over ``size``."""
    old = [f"{PLAN}/{each.key}" for each in entries(store) if each.plan.setup != setup]
    return store.delete(old) + bound(store, size)


def bound(store: Store, size: int) -> int:
    """Forget the least lately used beyond ``size``; returns how many."""
    return store.delete([row.id for row in store.events(kind=PLAN)[size:]])


def _row_id(key: str) -> str:
    return f"{PLAN}/{key}"


def _digest(value: object) -> str:
    return hashlib.blake2b(msgspec.json.encode(value), digest_size=12).hexdigest()


def _leans(request: Request) -> bool:
    from alexa_cli.decide.planner.leaning import leans  # noqa: PLC0415 - only with a past

    return leans(request)


def _points_back(request: Request) -> bool:
    from alexa_cli.decide.planner.leaning import leans_back  # noqa: PLC0415 - only to keep a plan

    return leans_back(request.words)
