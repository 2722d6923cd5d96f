"""What a turn leaves behind once it is over: its plan for the same words, or none; what it spent.

A plan is kept if it went well, and forgotten if a later turn takes it back, corrects it, or sees
it fail.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from alexa_cli.decide.model import Request, tokens_of
from alexa_cli.errors import AlexaError
from alexa_cli.language.text import MAX_CHARACTERS
from alexa_cli.models.meter import total_cost
from alexa_cli.turn import Answer, Decided, Plan, Question, Spent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alexa_cli.act.savings import Savings
    from alexa_cli.assistant.turning import Turning
    from alexa_cli.models.chat import Exchange
    from alexa_cli.store.store import Store

_GOOD = frozenset({"done", "decided"})
_VERIFY, _DRAFT = "verify", "draft"


def remember_turn(turning: Turning) -> None:
    """Keep or forget plans after a turn that was stored. Raises AlexaError."""
    store, options = turning.house.store, turning.options
    replayed = options.memory is not None or bool(options.lists)
    if not options.act or replayed or len(turning.utterance.text) > MAX_CHARACTERS:
        return
    if turning.undo_of:
        forget_plan_of(store, turning.undo_of)
    request = _request(turning)
    if _corrects(request):
        _corrected(turning)
    elif isinstance(turning.decision, Plan) and turning.decision.basis is not None:
        _plan(turning, turning.decision, request)


def forget_plan_of(store: Store, turn: str) -> None:
    """Forget the plan that a turn made, or had from the cache."""
    from alexa_cli.decide.plan_cache import drop_of_turn  # noqa: PLC0415 - few turns take back
    from alexa_cli.trace.save import load_turn  # noqa: PLC0415 - as above

    drop_of_turn(store, turn)
    try:
        plan = load_turn(store, turn).plan
    except AlexaError:
        return  # it is not stored any more
    basis = plan.get("basis") if isinstance(plan, dict) else None
    first = basis.get("cached") if isinstance(basis, dict) else None
    if isinstance(first, str) and first:
        drop_of_turn(store, first)


def _plan(turning: Turning, plan: Plan, request: Request) -> None:
    basis = plan.basis
    if turning.house.plans is None or basis is None:
        return
    plans = turning.house.plans()
    ended = {o.call.id: o.status for o in turning.outcomes}
    good = all(ended.get(call.id) in _GOOD for call in plan.calls)
    if basis.cached:
        failed = any(status == "failed" for status in ended.values())
        if failed:
            plans.drop(request)
        elif good:
            plans.used(request)
    elif good and turning.status == "done":
        seconds = sum(e.seconds for e in turning.events if isinstance(e, Decided))
        plans.remember(
            request, plan, turn=turning.id, seconds=seconds, conversation=turning.conversation
        )


def _corrects(request: Request) -> bool:
    if "i" not in request.words:
        return False
    from alexa_cli.decide.correcting import rest_of  # noqa: PLC0415 - few turns correct

    return rest_of(request) is not None


def _corrected(turning: Turning) -> None:
    """Mark the turn before as corrected by this one, and forget its plan."""
    from alexa_cli.trace.save import update_turn  # noqa: PLC0415 - few turns correct

    earlier = turning.snapshot.memory.last_turn
    if not earlier:
        return
    forget_plan_of(turning.house.store, earlier)
    if isinstance(turning.decision, (Plan, Question, Answer)):
        update_turn(turning.house.store, earlier, corrected=turning.id)


def _request(turning: Turning) -> Request:
    """Return the request that this turn's words were decided from."""
    return Request(
        turning.utterance, tokens_of(turning.utterance), turning.house.catalogue,
        turning.snapshot, turning.moment, question=turning.snapshot.memory.pending,
        meter=turning.meter, closed_set=turning.options.closed_set,
    )  # fmt: skip


# What it spent --------------------------------------------------------------------------------


def spent_of(turning: Turning, found: Savings) -> Spent | None:
    """Return what language models took for the turn, and what speculation was worth.

    None if no language model was asked.
    """
    exchanges = turning.meter.exchanges
    if not exchanges:
        return None
    started = [o.started for o in turning.outcomes if o.status in {"done", "failed"}]
    spent = summed(exchanges)
    return replace(
        spent, saved=found.seconds if found.adopted else None,
        first_action=min(started, default=None),
        ttft=spent.ttft if turning.first_words is None else turning.first_words,
        thrown_calls=found.thrown.calls,
        thrown_seconds=found.thrown.model_seconds + found.thrown.call_seconds,
    )  # fmt: skip


def summed(exchanges: Sequence[Exchange]) -> Spent:
    """Return what these exchanges took, and what of it was thrown away."""
    from alexa_cli.models.ledger import was_asked  # noqa: PLC0415 - few turns ask a model

    asked = [one for one in exchanges if was_asked(one)]
    thrown = [one for one in asked if one.thrown_away]
    firsts = [one.first for one in asked if one.first is not None]
    tokens = _known(n for one in thrown for n in (one.usage.input, one.usage.output))
    return Spent(
        cycles(asked),
        uncached=_known(one.usage.uncached for one in asked),
        cache_read=_known(one.usage.cache_read for one in asked),
        cache_write=_known(one.usage.cache_write for one in asked),
        output=_known(one.usage.output for one in asked),
        more=any(one.usage.output is None for one in asked),
        cost=total_cost(asked), known_cost=sum(one.cost or 0.0 for one in asked),
        ttft=min(firsts, default=None),
        thrown_tokens=tokens if thrown else 0, thrown_cost=total_cost(thrown),
        thought=_known(one.usage.thought for one in asked),
        thinking=sum(one.thinking for one in asked),
    )  # fmt: skip


def cycles(exchanges: Iterable[Exchange]) -> int:
    """Return how many inferences the turn waited for one after another.

    Those that ran side by side are one; what failed or was thrown away, and a draft beside the
    answer that verified it, are none.
    """
    counted = [one for one in exchanges if not one.thrown_away and not one.error]
    if any(_is_on(_VERIFY, one) for one in counted):
        counted = [one for one in counted if not _is_on(_DRAFT, one)]
    count, until = 0, float("-inf")
    for one in sorted(counted, key=lambda one: one.end):
        if one.start >= until:
            count, until = count + 1, one.end
    return count


def _is_on(side: str, exchange: Exchange) -> bool:
    return any(part.startswith(side) for part in exchange.branch.split("."))


def _known(counts: Iterable[int | None]) -> int | None:
    """The sum of what is known; None if nothing is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
