"""The acting half of a turn: attempts before the barrier, the plan after it, and what experts ask.

Experts may ask the house by ``context.emit`` for ``undo``, ``again``, ``repeat``, ``stop`` (also
``cancel``) and ``cancel_that``, which undoes what the last turn did if nothing is asked. They are
done after the plan has run, in this order of appearance.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from alexa_cli.act.confirm import pending, split
from alexa_cli.act.execute import execute
from alexa_cli.act.undo import plan_undo, undo_plan
from alexa_cli.act.world import World
from alexa_cli.assistant import memory as remember
from alexa_cli.assistant.handling import handler_context
from alexa_cli.assistant.understanding import read_words
from alexa_cli.decide.questions import MODEL as ANSWERED
from alexa_cli.speak.wording import MAX_REPLY, bounded, confirm_text, word
from alexa_cli.turn import Acted, Discarded, Emitted, Plan, Question, Reply

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from alexa_cli.act.attempt import Attempt
    from alexa_cli.assistant.turning import Turning
    from alexa_cli.turn import Call, Decision, Event, Outcome

ASKS = ("undo", "again", "repeat", "stop", "cancel", "cancel_that")
"""What an expert may ask of the house."""


class Doing:
    """What one turn does."""

    def __init__(self, turning: Turning) -> None:
        self._turning = turning
        self._attempt: Attempt | None = None
        self._outcomes: list[Outcome] = []
        self._emitted: list[str] = list(turning.options.asks)
        self._confirm: Question | None = None
        self._notes: list[str] = []
        self.world = self._world()

    def _world(self) -> World:
        turning = self._turning
        house = turning.house
        return World(
            house.catalogue, house.run,
            lambda expert, emit: handler_context(turning, expert, emit),
            recorder=turning.recorder, clock=turning.recorder.now,
            call_seconds=house.settings.act.deadline.seconds, lists=turning.snapshot.list,
            read=partial(read_words, turning),
        )  # fmt: skip

    async def attempt(self, plan: Plan) -> AsyncGenerator[Event, None]:
        """Start what a provisional plan may start before the barrier."""
        from alexa_cli.act.attempt import Attempt  # noqa: PLC0415 - only for provisional plans

        if self._attempt is None:
            self._attempt = Attempt(self.world)
        async with aclosing(self._attempt.start(plan)) as events:
            async for event in events:
                yield event

    async def discard(self) -> list[Event]:
        """Throw away what an attempt started: the turn ended, or other words were said."""
        attempt, self._attempt = self._attempt, None
        events = [] if attempt is None else await attempt.discard()
        for event in events:
            self._note(event)
        return events

    async def settle(self, decision: Decision) -> AsyncGenerator[Event, None]:
        """The barrier is open: run the final plan, whatever else was decided discards."""
        turning = self._turning
        plan = decision if isinstance(decision, Plan) else Plan(())
        if not turning.options.act:
            return
        now, later = self._consent(plan, decision)
        async with aclosing(self._run(now)) as events:
            async for event in events:
                yield event
        for event in self._hold(later):
            yield event
        if isinstance(decision, Plan):
            done = [o for o in self._outcomes if o.status == "done"]
            undo = plan_undo(self._outcomes, turning.house.catalogue)
            if not any(name in ASKS for name in self._emitted):
                turning.memory = remember.after_plan(
                    turning.memory, decision, done, undo, turning.house.catalogue, turning.id
                )
            turning.memory = replace(turning.memory, pending=None)
        async with aclosing(self._oblige()) as events:
            async for event in events:
                yield event

    def _consent(self, plan: Plan, decision: Decision) -> tuple[Plan, Plan]:
        """Part the plan in what runs now and what waits for a yes."""
        turning = self._turning
        asked = turning.snapshot.memory.pending
        # The yes is for these very calls, whatever a model in the config may be called.
        said_yes = (
            decision.model == ANSWERED and asked is not None and asked.kind == "confirm"
            and plan.calls == asked.plan.calls
        )  # fmt: skip
        if turning.options.yes or said_yes or not plan.calls:
            return plan, replace(plan, calls=())
        return split(plan, turning.house.catalogue)

    async def _run(self, plan: Plan) -> AsyncGenerator[Event, None]:
        with self._turning.recorder.span("act", calls=len(plan.calls)):
            attempt, self._attempt = self._attempt, None
            if attempt is not None:
                events = attempt.settle(plan, confirmed=True)
            else:
                events = execute(plan, self.world, confirmed=True)
            # Closing the turn must await effects in flight now, not when the loop shuts down.
            async with aclosing(events):
                async for event in events:
                    self._note(event)
                    yield event

    def _note(self, event: Event) -> None:
        if isinstance(event, Acted):
            self._outcomes.append(event.outcome)
        elif isinstance(event, Emitted):
            self._emitted.append(event.name)
        elif isinstance(event, Discarded) and event.undone is False:
            name = event.call.expert.replace("_", " ")
            self._notes.append(f"I began something in {name} too early and could not undo it.")

    def _hold(self, later: Plan) -> list[Event]:
        """Make what waits for a yes the pending question; return what need not be asked about."""
        catalogue = self._turning.house.catalogue
        left = pending(later, self._outcomes)
        events: list[Event] = [Acted(outcome) for outcome in left.skipped]
        for event in events:
            self._note(event)
        if left.plan.calls:
            text = confirm_text(left.plan.calls, catalogue, self._turning.moment)
            self._confirm = Question(
                text, "confirm", left.plan, left.plan.calls[0].id, model=later.model
            )
        return events

    async def _oblige(self) -> AsyncGenerator[Event, None]:
        """Do what experts asked the house for."""
        for name in list(self._emitted):
            if name == "undo" or (name == "cancel_that" and self._just_did()):
                async with aclosing(self._undo()) as events:
                    async for event in events:
                        yield event
            elif name == "again":
                async with aclosing(self._again()) as events:
                    async for event in events:
                        yield event
            elif name == "repeat":
                said = self._turning.snapshot.memory.last_reply
                self._notes.append(said or "I have not said anything yet.")
            elif name in {"stop", "cancel", "cancel_that"}:
                dropped = self._turning.snapshot.memory.pending
                self._turning.memory = replace(self._turning.memory, pending=None)
                self._notes.append("OK, never mind." if dropped else "OK.")

    def _just_did(self) -> bool:
        """Whether the last turn did something that can be taken back, and nothing is asked."""
        memory = self._turning.snapshot.memory
        done = memory.undoable[-1] if memory.undoable else None
        return memory.pending is None and done is not None and done.turn == memory.last_turn

    async def _undo(self) -> AsyncGenerator[Event, None]:
        turning = self._turning
        last = turning.take_undoable()
        if last is None:
            self._notes.append("There is nothing to undo.")
            return
        if not last.calls:
            self._notes.append(_stuck(last.stuck))
            return
        before = len(self._outcomes)
        plan = undo_plan(last.calls)
        now, later = (plan, None) if turning.options.yes else split(plan, turning.house.catalogue)
        async with aclosing(self._run(now)) as events:
            async for event in events:
                yield event
        undone = self._outcomes[before:]
        del self._outcomes[before:]
        failed = [outcome for outcome in undone if outcome.status != "done"]
        if failed:
            self._notes.append(f"I could not undo all of that: {failed[0].error}.")
        elif later is not None and later.calls:
            # Taking "lock the door" back unlocks it: nothing is undone yet.
            for event in self._hold(later):
                yield event
        else:
            turning.undo_of = last.turn
            self._notes.append("Done, that's undone.")
            if last.stuck:
                self._notes.append(_stuck(last.stuck))

    async def _again(self) -> AsyncGenerator[Event, None]:
        turning = self._turning
        plan = turning.snapshot.memory.last_plan
        if plan is None:
            self._notes.append("There is nothing to do again.")
            return
        plan = replace(plan, model=turning.decision.model, final=True)
        self._emitted.clear()
        self._outcomes.clear()
        now, later = split(plan, turning.house.catalogue)
        now, later = (plan, replace(plan, calls=())) if turning.options.yes else (now, later)
        async with aclosing(self._run(now)) as events:
            async for event in events:
                yield event
        for event in self._hold(later):
            yield event
        undo = plan_undo(self._outcomes, turning.house.catalogue)
        turning.memory = remember.after_plan(
            turning.memory, plan, self._outcomes, undo, turning.house.catalogue, turning.id
        )

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of the plan's calls so far."""
        return tuple(self._outcomes)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be told besides the outcomes."""
        return tuple(self._notes)

    def reply(self, worded: str | None = None) -> Reply:
        """Return what the user is told about what was done, and is asked.

        ``worded``: how a language model puts what was done; None: in the experts' own words.
        """
        turning = self._turning
        spoken = [o for o in self._outcomes if not (self._notes and _says_nothing(o))]
        parts = list(self._notes)
        style, expects = "plain", False
        if worded is not None:
            from alexa_cli.guard.answers import clean  # noqa: PLC0415 - of language models only

            parts.insert(0, bounded(clean(worded).strip(), MAX_REPLY))
        elif spoken or not parts:
            reply = word(spoken, turning.house.catalogue, turning.moment)
            parts.insert(0, reply.text)
            style, expects = reply.style, reply.expects_answer
        if self._confirm is not None:
            turning.ask(self._confirm)
            parts.append(self._confirm.text)
            return Reply(" ".join(p for p in parts if p), "question", expects_answer=True)
        text = " ".join(part for part in parts if part)
        if (asked := _asked(self._outcomes, turning.decision.model)) is not None:
            turning.ask(asked)
            return Reply(text, "question", expects_answer=True)
        return Reply(text, "apology" if style == "apology" else "plain", expects)


def _stuck(calls: Sequence[Call]) -> str:
    """Name what could not be taken back."""
    names = sorted({f"{call.expert.replace('_', ' ')}: {call.api.replace('_', ' ')}"
                    for call in calls})  # fmt: skip
    return f"This cannot be taken back: {', '.join(names)}."


def _asked(outcomes: Sequence[Outcome], model: str) -> Question | None:
    """Return what the last expert that asks for something wants to know."""
    for outcome in reversed(outcomes):
        if outcome.status == "done" and outcome.asks is not None:
            call = replace(outcome.call, after=())
            plan = Plan((call,), model)
            return Question(outcome.say or "", "value", plan, call.id, outcome.asks, model=model)
    return None


def _says_nothing(outcome: Outcome) -> bool:
    return outcome.status == "done" and outcome.say is None and outcome.value is None
