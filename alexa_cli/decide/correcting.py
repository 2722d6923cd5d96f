"""Corrections, "no, I meant ...": it was not what was wanted, and what follows says it better.

What follows is decided as an utterance of its own. Where it is only a name ("no, I meant the
bedroom light") the last call is made again with that name. What nobody can place on its own is
decided as it was said, with all that came before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from alexa_cli.decide.cascade import closing
from alexa_cli.decide.model import tokens_of
from alexa_cli.decide.resolution import resolve_value
from alexa_cli.turn import Argument, Pass, Plan, Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from alexa_cli.decide.model import Request
    from alexa_cli.turn import Call, Decision

MODEL = "correction"
"""What a last call with another name in it is signed with."""
_NOT_ASKED = frozenset({"unreachable", "credentials", "failed", "refused"})
"""Reasons of a refusal that would be the same for any words."""

_LEADS = {
    "en": (
        ("no",), ("nope",), ("nah",), ("oh",), ("ah",), ("oops",), ("sorry",), ("wait",),
        ("actually",), ("well",), ("wrong",), ("not", "that"), ("not", "that", "one"),
        ("that", "is", "wrong"), ("that", "is", "not", "it"), ("my", "bad"), ("i", "am", "sorry"),
        ("that", "is", "not", "what", "i", "meant"), ("that", "is", "not", "what", "i", "said"),
        ("that", "was", "wrong"), ("alexa",),
    )
}  # fmt: skip
"""What may come first, any number of them."""
_MEANT = {
    "en": (
        ("i", "meant"), ("i", "meant", "to", "say"), ("i", "meant", "to", "ask"),
        ("what", "i", "meant", "was"), ("i", "was", "trying", "to", "say"),
    )
}  # fmt: skip
_MEANT_AFTER_LEAD = {
    "en": (
        ("i", "mean"), ("i", "said"), ("i", "wanted", "to", "say"), ("i", "was", "saying"),
        ("i", "asked", "you", "to"), ("i", "asked", "for"), ("i", "told", "you", "to"),
    )
}  # fmt: skip
"""These correct only after a "no": "I mean" alone is a filler."""


class Deciding(Protocol):
    """What decides: the cascade."""

    def decide(self, request: Request) -> AsyncIterator[Decision]:
        """See ``decide.model.Model``."""
        ...


def rest_of(request: Request) -> Request | None:
    """Return the request about what follows "no, I meant"; None if the words correct nothing."""
    language = request.moment.language
    words, at = request.words, 0
    while step := _longest(_LEADS.get(language, ()), words[at:]):
        at += step
    openings = _MEANT.get(language, ())
    if at:
        openings = (*openings, *_MEANT_AFTER_LEAD.get(language, ()))
    step = _longest(openings, words[at:])
    if not step or at + step >= len(words):
        return None
    first = request.tokens[at + step]
    utterance = replace(request.utterance, text=request.utterance.text[first.start :])
    return replace(request, utterance=utterance, tokens=tokens_of(utterance))


async def decide(decider: Deciding, request: Request) -> AsyncGenerator[Decision, None]:
    """Yield decisions as ``decider`` does; of a correction, about what follows if that works."""
    rest = rest_of(request)
    if rest is not None:
        if (plan := with_other_name(rest)) is not None:
            yield plan
            return
        async with closing(decider.decide(rest)) as decisions:
            async for decision in decisions:
                if not (decision.final and _is_nothing(decision)):
                    yield decision
                    if decision.final:
                        return
                else:
                    yield Pass("not on its own", model=decision.model, final=False)
    async with closing(decider.decide(request)) as decisions:
        async for decision in decisions:
            yield decision


def with_other_name(rest: Request) -> Plan | None:
    """Return the last plan with another name in its only call; None: these words name nothing.

    The name must be of the list that the call's own was of, and one that it did not have.
    """
    plan = rest.snapshot.memory.last_plan
    if plan is None or len(plan.calls) != 1 or rest.question is not None:
        return None
    call = plan.calls[0]
    found: list[Call] = []
    api = rest.catalogue.find(call.expert, call.api)
    said = rest.said(0, len(rest.tokens))
    for name, argument in call.arguments.items():
        parameter = api.parameters.get(name) if api else None
        if api is None or parameter is None or parameter.x_list is None or argument.value is None:
            continue
        listed = rest.snapshot.list(parameter.x_list)
        if listed is None or not any(match.how != "fuzzy" for match in listed.find(said)):
            continue
        other = resolve_value(api, parameter, said, rest)
        if isinstance(other, Argument) and other.value != argument.value:
            arguments = {**call.arguments, name: other}
            found.append(replace(call, arguments=arguments, id="1", after=()))
    return Plan((found[0],), MODEL) if len(found) == 1 else None


def _is_nothing(decision: Decision) -> bool:
    """Whether a decision only says that these words could not be placed."""
    if isinstance(decision, Refusal):
        return decision.reason not in _NOT_ASKED
    return isinstance(decision, Pass)


def _longest(openings: tuple[tuple[str, ...], ...], words: tuple[str, ...]) -> int:
    """Return how many words the longest opening takes that the words begin with."""
    return max((len(each) for each in openings if words[: len(each)] == each), default=0)
