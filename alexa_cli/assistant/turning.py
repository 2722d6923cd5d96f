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
    Exchange,
    latest_undoable,
    load_conversation,
    save_conversation,
)
from alexa_cli.context.snapshot import Snapshot
from alexa_cli.errors import AlexaError
from alexa_cli.language.registry import Moment
from alexa_cli.language.text import MAX_CHARACTERS
from alexa_cli.models.meter import Meter
from alexa_cli.speak.wording import MAX_REPLY
from alexa_cli.trace.record import Recorder
from alexa_cli.turn import (
    Acted,
    Answer,
    Emitted,
    Finished,
    Pass,
    Question,
    Refusal,
    Reply,
    Replying,
    Stage,
    Trust,
    Utterance,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from alexa_cli.assistant.assistant import TurnOptions
    from alexa_cli.assistant.house import House
    from alexa_cli.catalog.expert import Expert
    from alexa_cli.context.conversation import Undoable
    from alexa_cli.context.names import NameList
    from alexa_cli.guard.answers import Cleaner
    from alexa_cli.prompt.aliases import Aliases
    from alexa_cli.turn import Decision, Event, Outcome

Status = Literal[
    "done", "failed", "not_understood", "question", "refused", "cancelled",
    "unreachable", "credentials",
]  # fmt: skip


_REFUSED: dict[str, Status] = {
    "not confirmed": "done", "too long": "refused", "refused": "refused", "blocked": "refused",
    "unreachable": "unreachable", "credentials": "credentials", "failed": "failed",
}  # fmt: skip
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
    meter: Meter
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
    streamed: str = ""
    """What of the reply was shown while it streamed."""
    first_words: float | None = None
    """Seconds until the first of it was shown."""
    _stream: Cleaner | None = None
    _raw: str = ""
    """What the model said of it so far."""

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
            now, house.tz, settings.language, house.home(), lists, conversation, None, memory
        )
        moment = Moment(now, zone, settings.temperature_unit, settings.language)
        checks = house.talkers.checks if house.talkers else ()
        meter = Meter(recorder, options.think, checks)
        turning = cls(
            house, conversation, options, house.store.new_id("t"), at, snapshot, moment,
            recorder, meter, memory, lists,
        )  # fmt: skip
        lists.provide = turning.provide
        return turning

    def provide(self, expert: Expert, name: str) -> NameList:
        """Ask an expert for one of its lists; a list that fails is empty, and the trace says so."""
        if expert.lists[name].kind == "kept":
            from alexa_cli.assistant.lists import kept_list  # noqa: PLC0415 - only where asked for

            return kept_list(self.house.store, expert, name)
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
        """Note an end of what was said; at the final one, all of it."""
        sounded = self.options.sounded
        about = sounded(self.recorder) if sounded is not None else {}
        if utterance.stage is Stage.FINAL:
            self.utterance = utterance
            self.recorder.add("hear", 0.0, self.elapsed(), source=utterance.source, **about)

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

    def streams(self, text: str) -> Iterator[Replying]:
        """Yield what is new of a reply that has come as far as ``text``, made safe to show.

        A terminal escape that has only begun is held back until it is whole.
        """
        if self._stream is None:
            from alexa_cli.guard.answers import Cleaner  # noqa: PLC0415 - few replies stream

            self._stream = Cleaner()
        if not text.startswith(self._raw):
            return
        piece = self._stream.feed(text[len(self._raw) :])[: MAX_REPLY - len(self.streamed)]
        self._raw = text
        if not piece:
            return
        self.streamed += piece
        if self.first_words is None:
            self.first_words = self.elapsed()
        yield Replying(piece)

    def aliases(self) -> Aliases:
        """Return the aliases of this session.

        Of the home's lists that an expert may see, and of the experts' own that this turn has made.
        """
        from alexa_cli.prompt.aliases import Aliases  # noqa: PLC0415 - only for language models
        from alexa_cli.prompt.build import lists_of  # noqa: PLC0415 - as above

        catalogue = self.house.catalogue
        own = {name for expert in catalogue.experts.values() for name in expert.lists}
        every = lists_of(catalogue, tuple(catalogue.experts))
        seen = [name for name in every if name not in own or name in self.lists.made]
        return Aliases.of(self.snapshot.list, seen, self.memory.aliases)

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
        said = self.utterance.text[:MAX_CHARACTERS]
        exchange = Exchange(said, reply.text, self.id, self._from_outside())
        self.memory = self.memory.heard(exchange, self.house.settings.conversation.history)

    def _from_outside(self) -> bool:
        """Whether the reply may hold words from outside: a result's, or of an earlier such reply.

        A language model that answers has perhaps been shown what was said before.
        """
        if any(outcome.trust is Trust.UNTRUSTED for outcome in self.outcomes):
            return True
        return isinstance(self.decision, Answer) and any(
            exchange.tainted for exchange in self.snapshot.memory.history
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
