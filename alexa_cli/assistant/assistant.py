"""One turn from start to finish: hear, decide, act, speak.

Two things can change under a turn: what was said and what was decided. The barrier opens when
the utterance is final and the decision is final; before it only calls that are safe to throw
away are started, and each stands only if the final plan holds it too. This module alone starts
calls. What happened is saved even when the turn fails.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from alexa_cli.assistant.doing import Doing
from alexa_cli.assistant.keeping import keep
from alexa_cli.assistant.pursuit import Pursuit
from alexa_cli.assistant.remembering import spent_of
from alexa_cli.assistant.speaking import speak
from alexa_cli.assistant.turning import Turning
from alexa_cli.decide.cascade import closing
from alexa_cli.decide.model import Request, tokens_of
from alexa_cli.language.text import MAX_CHARACTERS
from alexa_cli.turn import (
    Answer,
    Finished,
    Plan,
    Refusal,
    Utterance,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
    from datetime import datetime

    from alexa_cli.assistant.choosing import Chooser
    from alexa_cli.assistant.house import House
    from alexa_cli.context.conversation import ConversationState
    from alexa_cli.context.names import NameList
    from alexa_cli.decide.model import Model
    from alexa_cli.language.text import Token
    from alexa_cli.trace.record import Recorder
    from alexa_cli.turn import Decision, Event, Json, Spent


@dataclass(frozen=True, slots=True)
class TurnOptions:
    """What one turn may do differently."""

    now: datetime | None = None
    """Pretend it is this instant; None: the clock's."""
    yes: bool = False
    """Whatever would be asked to confirm is confirmed."""
    save: bool = True
    """Whether the turn, and what the conversation remembers, is kept."""
    act: bool = True
    """False decides and runs nothing."""
    closed_set: bool = False
    """Measuring only: never refuse."""
    memory: ConversationState | None = None
    """What the conversation remembers; None: what the store says. For replays."""
    lists: Mapping[str, NameList] = field(default_factory=dict)
    """Lists of experts as they were. For replays."""
    asks: tuple[str, ...] = ()
    """What the house is asked for without words (``undo``): nothing is decided then."""
    think: bool = False
    """Ask language models to reason, for this turn (``--think``)."""
    seed: int | None = None
    """For whatever draws lots; None: chance."""
    sounded: Callable[[Recorder], Mapping[str, Json]] | None = None
    """Called at each end of what is said: notes in the trace how it was heard, and returns what
    the span ``hear`` says about it. None: it was not heard."""


class Assistant:
    """Takes utterances, yields events. Several conversations may be served by one."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def turn(
        self,
        utterances: AsyncIterator[Utterance],
        conversation: str,
        options: TurnOptions | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Run one turn. The last event is ``Finished``; closing the iterator cancels the turn."""
        turning = Turning.begin(self.house, conversation, options or TurnOptions())
        doing = Doing(turning)
        steps = self._steps(turning, doing, utterances)
        try:
            async for event in steps:
                turning.events.append(event)
                yield event
        except BaseException as error:
            turning.broke(error)
            raise
        finally:
            await steps.aclose()
            await doing.discard()
            keep(turning)

    async def _steps(
        self, turning: Turning, doing: Doing, utterances: AsyncIterator[Utterance]
    ) -> AsyncGenerator[Event, None]:
        """Hear, decide, act, speak."""
        pursuit = Pursuit(
            turning, doing, lambda utterance: self._decide(turning, utterance), self._prefetch(),
            lambda: self._chooser(turning),
        )  # fmt: skip
        async with aclosing(pursuit.follow(utterances)) as events:
            async for event in events:
                yield event
        # The barrier: the utterance is final and the decision is final.
        decision = pursuit.decision
        turning.decided(decision)
        barrier = turning.elapsed()
        async with aclosing(doing.settle(decision)) as events:
            async for event in events:
                yield event
        async with aclosing(speak(turning, decision, doing)) as events:
            async for event in events:
                yield event
        spent = _spent(turning, barrier) if turning.meter.exchanges else None
        yield Finished(turning.id, turning.status, turning.elapsed(), spent)

    def _chooser(self, turning: Turning) -> Chooser:
        """Return what chooses among the hypotheses of speech."""
        from alexa_cli.assistant.choosing import Chooser  # noqa: PLC0415 - typed words have none

        def make(text: str) -> Request:
            utterance = Utterance(text[:MAX_CHARACTERS])
            return self._request(turning, utterance, tokens_of(utterance))

        return Chooser(turning, make)

    def _prefetch(self) -> Callable[[], None] | None:
        """What to do at the first words of an utterance: get the language models ready."""
        talkers = self.house.talkers
        if talkers is None:
            return None
        return partial(talkers.models.prefetch, self.house.settings.language_models)

    async def _decide(
        self, turning: Turning, utterance: Utterance
    ) -> AsyncGenerator[tuple[Decision, float], None]:
        """Yield decisions and the seconds each took; the last one is final."""
        tokens = tokens_of(utterance) if len(utterance.text) <= MAX_CHARACTERS else ()
        if turning.options.asks:
            yield Plan((), "house"), 0.0
            return
        if refusal := _hopeless(utterance, readable=bool(tokens), turning=turning):
            yield refusal, 0.0
            return
        request = self._request(turning, utterance, tokens)
        final: tuple[Decision, float] | None = None
        with turning.recorder.span("decide") as span:
            at = turning.elapsed()
            async with closing(self._decisions(request)) as decisions:
                async for decision in decisions:
                    took = turning.elapsed() - at
                    if isinstance(decision, Answer) and not decision.final:
                        yield decision, took
                        continue
                    at = turning.elapsed()
                    turning.note_decision(decision, took)
                    span.set("model", decision.model)
                    if decision.final:
                        final = decision, took
                        break
                    yield decision, took
        # Out of the span: whoever takes the final decision need not come back.
        if final is not None:
            yield final

    def _decisions(self, request: Request) -> AsyncIterator[Decision]:
        """Return what the cascade decides; of "no, I meant ..." about what follows."""
        if "i" not in request.words:
            return self.house.decider.decide(request)
        from alexa_cli.decide import correcting  # noqa: PLC0415 - few turns correct

        return correcting.decide(self.house.decider, request)

    def _request(
        self, turning: Turning, utterance: Utterance, tokens: tuple[Token, ...]
    ) -> Request:
        return Request(
            utterance, tokens, self.house.catalogue, turning.snapshot, turning.moment,
            question=turning.memory.pending, meter=turning.meter,
            closed_set=turning.options.closed_set,
        )  # fmt: skip

    def request(self, said: str, conversation: str, now: datetime | None = None) -> Request:
        """Return the request that typed words would become: for looking at, not for acting."""
        turning = Turning.begin(self.house, conversation, TurnOptions(now=now, save=False))
        utterance = Utterance(said[:MAX_CHARACTERS])
        return self._request(turning, utterance, tokens_of(utterance))

    @property
    def models(self) -> tuple[Model, ...]:
        """The models of the cascade, in order."""
        return self.house.decider.models


def _spent(turning: Turning, barrier: float) -> Spent | None:
    """Return what language models took, and what speculation saved and threw away."""
    from alexa_cli.act.savings import in_words, savings  # noqa: PLC0415 - few turns ask a model

    plan = turning.decision if isinstance(turning.decision, Plan) else None
    found = savings(
        plan, turning.events, barrier, turning.house.catalogue,
        exchanges=turning.meter.exchanges, spans=turning.recorder.spans(),
    )  # fmt: skip
    if found:
        turning.recorder.event(
            "speculation", saved=found.seconds, adopted=found.adopted,
            discarded=found.thrown.calls, undone=found.thrown.undone,
            thrown_seconds=found.thrown.model_seconds + found.thrown.call_seconds,
            thrown_cost=found.thrown.cost, reason=in_words(found),
        )  # fmt: skip
    return spent_of(turning, found)


def _hopeless(utterance: Utterance, *, readable: bool, turning: Turning) -> Refusal | None:
    """Return the refusal of what no model should be asked: too long, empty, a blocked topic."""
    guard = turning.house.settings.guard
    if len(utterance.text) > MAX_CHARACTERS or guard.topics:
        from alexa_cli.guard.incoming import blocked  # noqa: PLC0415 - most turns are short

        if (told := blocked(utterance.text, guard, turning.recorder)) is not None:
            code = "too long" if len(utterance.text) > MAX_CHARACTERS else "blocked"
            return Refusal(told, code, model="guard")
    if not readable:
        return Refusal("I heard nothing.", "empty", model="guard")
    return None
