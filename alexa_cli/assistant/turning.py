"""The state of one turn while it runs: its clock, its context, its record."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from alexa_cli.assistant import memory as remember
from alexa_cli.assistant.lists import ExpertLists
from alexa_cli.context.conversation import (
    ConversationState,
    latest_undoable,
    load_conversation,
    save_conversation,
)
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.errors import AlexaError
from alexa_cli.language.registry import Moment
from alexa_cli.language.text import MAX_CHARACTERS
from alexa_cli.store.coding import plain
from alexa_cli.store.retention import tidy
from alexa_cli.trace.record import Recorder
from alexa_cli.trace.save import TurnRecord, save_turn
from alexa_cli.turn import (
    Acted,
    Decided,
    Emitted,
    Finished,
    Pass,
    Plan,
    Question,
    Refusal,
    Reply,
    Utterance,
)

if TYPE_CHECKING:
    from datetime import datetime

    from alexa_cli.assistant.assistant import TurnOptions
    from alexa_cli.assistant.house import House
    from alexa_cli.catalog.expert import Expert
    from alexa_cli.context.conversation import Undoable
    from alexa_cli.context.names import NameList
    from alexa_cli.turn import Decision, Event, Outcome

Status = Literal["done", "failed", "not_understood", "question", "refused", "cancelled"]


_REFUSED: dict[str, Status] = {"not confirmed": "done", "too long": "refused"}
"""Reasons of a refusal that are no lack of understanding."""


@dataclass(slots=True)
class Turning:
    """One turn. Everything that changes while it runs is here; what it knew at first is frozen."""

    house: House
    conversation: str
    options: TurnOptions
    id: str
    at: datetime
    snapshot: Snapshot
    moment: Moment
    recorder: Recorder
    memory: ConversationState
    lists: ExpertLists
    events: list[Event] = field(default_factory=list)
    utterance: Utterance = field(default_factory=lambda: Utterance(""))
    decision: Decision = field(default_factory=lambda: Pass("nothing was decided"))
    decisions: list[Decision] = field(default_factory=list)
    reply: Reply = field(default_factory=lambda: Reply(""))
    error: str | None = None
    cancelled: bool = False
    undo_of: str = ""
    """The turn that this one took back."""

    @classmethod
    def begin(cls, house: House, conversation: str, options: TurnOptions) -> Turning:
        """Take the snapshot and start the clock."""
        recorder = Recorder()
        zone = ZoneInfo(house.tz)
        at = house.clock().astimezone(zone)
        now = options.now.astimezone(zone) if options.now else at
        memory = options.memory
        if memory is None:
            memory = load_conversation(house.store, conversation, now)
        settings = house.settings
        lists = ExpertLists(house.catalogue, options.lists)
        snapshot = Snapshot(
            now, house.tz, settings.language, house.household, lists, conversation, None, memory
        )
        moment = Moment(now, zone, settings.temperature_unit, settings.language)
        turning = cls(
            house, conversation, options, house.store.new_id("t"), at, snapshot, moment,
            recorder, memory, lists,
        )  # fmt: skip
        lists.provide = turning.provide
        return turning

    def provide(self, expert: Expert, name: str) -> NameList:
        """Ask an expert for one of its lists; a list that fails is empty, and the trace says so."""
        from alexa_cli.assistant.handling import handler_context  # noqa: PLC0415 - rarely needed
        from alexa_cli.context.names import NameList  # noqa: PLC0415 - as above

        with self.recorder.span(f"list {name}", expert=expert.name) as span:
            try:
                context = handler_context(self, expert, lambda _name, _data: None)
                found: NameList = self.house.provide(expert, name, context)
            except AlexaError as error:
                span.set("error", error.message)
                return NameList(name)
            span.set("items", len(found.names))
            return found

    def elapsed(self) -> float:
        """Seconds since the turn began."""
        return self.recorder.now()

    def heard(self, utterance: Utterance) -> None:
        """Note what was said."""
        self.utterance = utterance

    def note_decision(self, decision: Decision, seconds: float) -> None:
        """Note what one model said, and how long it took, as a span."""
        self.decisions.append(decision)
        now = self.elapsed()
        kind = type(decision).__name__.lower()
        reason = getattr(decision, "reason", "")
        self.recorder.add(
            decision.model or "decide", now - seconds, now,
            decision=kind, score=round(decision.score, 4), **({"reason": reason} if reason else {}),
        )  # fmt: skip

    def decided(self, decision: Decision) -> None:
        """Note the final decision."""
        self.decision = decision
        if decision not in self.decisions:
            self.decisions.append(decision)

    def ask(self, question: Question) -> None:
        """Let a question wait for the next words."""
        expires = self.house.settings.conversation.question_expires.seconds
        self.memory = remember.ask(self.memory, question, self.snapshot.now, expires)

    def take_undoable(self) -> Undoable | None:
        """Return what was done last and forget that it can be taken back.

        A conversation that has just begun (each one-shot command is one) takes the last one's.
        """
        if self.memory.undoable:
            last = self.memory.undoable[-1]
            self.memory = replace(self.memory, undoable=self.memory.undoable[:-1])
            return last
        if self.memory.last_turn:
            return None
        found = latest_undoable(self.house.store, self.snapshot.now)
        if found is None:
            return None
        conversation, state = found
        rest = replace(state, undoable=state.undoable[:-1])
        if self.options.save:
            save_conversation(self.house.store, conversation, rest)
        return state.undoable[-1]

    def replied(self, reply: Reply) -> None:
        """Note the reply and remember the exchange."""
        self.reply = reply
        keep = self.house.settings.conversation.history
        self.memory = remember.after_reply(
            self.memory, self.utterance.text[:MAX_CHARACTERS], reply.text, self.id, keep
        )

    def broke(self, error: BaseException) -> None:
        """Note what ended the turn early, if it was not over."""
        if any(isinstance(event, Finished) for event in self.events):
            return
        if isinstance(error, (asyncio.CancelledError, GeneratorExit, KeyboardInterrupt)):
            self.cancelled = True
        else:
            self.error = f"{type(error).__name__}: {error}"

    @property
    def outcomes(self) -> list[Outcome]:
        """What became of the calls so far, in the order in which they ended."""
        return [event.outcome for event in self.events if isinstance(event, Acted)]

    @property
    def emitted(self) -> list[Emitted]:
        """What experts asked of the house, in order."""
        return [event for event in self.events if isinstance(event, Emitted)]

    @property
    def status(self) -> Status:
        """How the turn ended, or stands."""
        if self.cancelled:
            return "cancelled"
        if self.error is not None:
            return "failed"
        if isinstance(self.decision, Question):
            return "question"
        if isinstance(self.decision, (Pass, Refusal)):
            return _REFUSED.get(self.decision.reason, "not_understood")
        if self.reply.style == "question" and self.memory.pending is not None:
            return "question"
        bad = [o for o in self.outcomes if o.status in {"failed", "skipped"}]
        return "failed" if bad else "done"

    def save(self) -> None:
        """Keep the record, and what the conversation remembers. Never raises for a full disk."""
        finished = next((e for e in self.events if isinstance(e, Finished)), None)
        if not self.options.save:
            return
        trace = self.house.settings.trace
        try:
            save_turn(self.house.store, self.record(), keep=trace.keep.seconds)
            tidy(self.house.store, keep=trace.keep.seconds, max_size=trace.max_size.bytes)
            if finished is not None and self.options.memory is None:
                save_conversation(self.house.store, self.conversation, self.memory)
            if self.undo_of:
                from alexa_cli.trace.save import update_turn  # noqa: PLC0415 - undo is rare

                update_turn(self.house.store, self.undo_of, undone=True)
        except AlexaError as error:
            self.house.store.notices.append(f"this turn is not kept: {error.message}")

    def record(self) -> TurnRecord:
        """Return everything that is kept of the turn."""
        settled = self.decision
        plan = settled.plan if isinstance(settled, Question) else settled
        calls = plan.calls if isinstance(plan, Plan) else ()
        models = [d.model for d in self.decisions if d.model]
        spoken = [e for e in self.events if not isinstance(e, Decided)]
        return TurnRecord(
            turn=self.id, conversation=self.conversation, at=self.at, now=self.snapshot.now,
            tz=self.house.tz, language=self.house.settings.language,
            words=self.utterance.text, source=self.utterance.source, reply=self.reply.text,
            status=self.status, seconds=self.elapsed(), models=tuple(dict.fromkeys(models)),
            summary=", ".join(call.name for call in calls),
            plan=plain(plan) if isinstance(plan, Plan) else None,
            decisions=[plain(d) for d in self.decisions],
            outcomes=[plain(o) for o in self.outcomes],
            events=[plain(e) for e in spoken], spans=self.recorder.spans(),
            verified=plan.verified if isinstance(plan, Plan) else True,
            settings=list(self.house.sets), catalogue=self.house.catalogue.fingerprint,
            context=plain(self._context()), error=self.error,
        )  # fmt: skip

    def _context(self) -> dict[str, object]:
        before = self.snapshot.memory
        return {
            "memory": replace(before, history=()),
            "lists": {name: list(made.names) for name, made in self.lists.made.items()},
            "household": self.house.household.fingerprint,
        }
