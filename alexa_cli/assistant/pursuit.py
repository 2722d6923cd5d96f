"""The two streams of a turn: what was said, as it settles, and what was decided about it.

Speech ends twice: the eager end-pointer fires first, and deciding begins on its text; the final
one comes a little later, mostly with the same words. An attempt lives as long as its words do.
If speech resumes after the eager end nothing new is started, and the next end-pointed text
decides: the same normalised words keep the attempt, others discard it.

The barrier opens when the utterance is final and the decision about its words is final: then
``follow`` ends, and ``Pursuit.decision`` is what stands.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from alexa_cli.decide.failing import closing
from alexa_cli.decide.model import tokens_of
from alexa_cli.language.text import MAX_CHARACTERS
from alexa_cli.turn import Answer, Decided, Heard, Pass, Plan, Stage, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable
    from typing import TypeAlias

    from alexa_cli.assistant.choosing import Chooser
    from alexa_cli.assistant.doing import Doing
    from alexa_cli.assistant.turning import Turning
    from alexa_cli.turn import Decision, Event

    Decide: TypeAlias = "Callable[[Utterance], AsyncGenerator[tuple[Decision, float], None]]"


@dataclass(slots=True)
class _Thought:
    """What is being decided about one text. Its decisions are taken one at a time."""

    utterance: Utterance
    words: tuple[str, ...]
    rivals: tuple[str, ...] = ()
    """What else it may have been, for a language model to say."""
    revised: str = ""
    """What it says, if something else."""
    task: asyncio.Task[None] | None = None
    latest: Decision | None = None
    """The latest decision that does not stand yet, or stands: what an attempt is made of."""
    attempted: Decision | None = None
    final: Decision | None = None


@dataclass(slots=True)
class _Said:
    """A decision about a thought; ``taken`` lets the model go on."""

    thought: _Thought
    decision: Decision
    seconds: float
    taken: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class _Revised:
    """A language model says that a thought's words were others."""

    thought: _Thought
    utterance: Utterance


@dataclass(slots=True)
class _Over:
    """One of the streams has ended; ``thought`` None: the one of utterances."""

    thought: _Thought | None
    error: BaseException | None = None


class Pursuit:
    """Follows one turn from its first sound to its barrier."""

    def __init__(
        self, turning: Turning, doing: Doing, decide: Decide,
        prefetch: Callable[[], None] | None = None, chooser: Callable[[], Chooser] | None = None,
    ) -> None:  # fmt: skip
        """``chooser`` makes what chooses among hypotheses, where there are several."""
        self._turning, self._doing, self._decide = turning, doing, decide
        self._prefetch = prefetch
        self._make_chooser = chooser
        self._chooser: Chooser | None = None
        self._inbox: asyncio.Queue[Utterance | _Said | _Revised | _Over] = asyncio.Queue()
        self._thought: _Thought | None = None
        self._last: Utterance | None = None
        self._resumed = False
        """Whether speech went on after the eager end: nothing new is started until it ends."""
        self._heard = False
        """Whether the utterance is final."""
        self.decision: Decision = Pass("nothing was said")

    async def follow(self, utterances: AsyncIterator[Utterance]) -> AsyncGenerator[Event, None]:
        """Yield what happens up to the barrier. Raises whatever deciding raises."""
        ears = asyncio.create_task(self._listen(utterances))
        try:
            while not self._open:
                item = await self._inbox.get()
                if isinstance(item, _Said):
                    steps = self._decided(item)
                elif isinstance(item, _Revised):
                    steps = self._revised(item)
                elif isinstance(item, _Over):
                    steps = self._over(item)
                else:
                    steps = self._uttered(item)
                async with aclosing(steps):
                    async for event in steps:
                        yield event
        finally:
            await _stopped(ears)
            if self._thought is not None:
                await _stopped(self._thought.task)
        if self._thought is not None and self._thought.final is not None:
            self.decision = self._thought.final

    @property
    def _open(self) -> bool:
        return self._heard and self._thought is not None and self._thought.final is not None

    # What was said ---------------------------------------------------------------------------

    async def _listen(self, utterances: AsyncIterator[Utterance]) -> None:
        try:
            async with closing(utterances) as revisions:
                async for utterance in revisions:
                    await self._inbox.put(utterance)
                    if utterance.stage == Stage.FINAL:
                        break
        except Exception as error:  # noqa: BLE001 - told where the turn is followed
            await self._inbox.put(_Over(None, error))
        else:
            await self._inbox.put(_Over(None))

    async def _uttered(self, utterance: Utterance) -> AsyncGenerator[Event, None]:
        self._last = utterance
        if utterance.stage == Stage.PARTIAL:
            yield Heard(utterance)
            # A partial never asks a language model: it only gets things ready.
            self._resumed = self._thought is not None
            if self._prefetch is not None:
                self._prefetch()
                self._prefetch = None
            return
        self._resumed = False
        self._heard = utterance.stage == Stage.FINAL
        utterance, rivals = await self._chosen(utterance)
        thought, words = self._thought, _words(utterance)
        same = thought is not None and (thought.words, thought.rivals) == (words, rivals)
        if same and thought is not None:
            # Perhaps a language model has chosen among the same readings meanwhile.
            utterance = replace(utterance, text=thought.revised or utterance.text)
        yield Heard(utterance)
        self._turning.heard(utterance)
        if same and self._thought is not None:
            async with aclosing(self._go_on(self._thought)) as events:
                async for event in events:
                    yield event
            return
        if self._thought is not None:
            await _stopped(self._thought.task)
            for event in await self._doing.discard():
                yield event
        self._thought = _Thought(utterance, words, rivals)
        self._thought.task = asyncio.create_task(self._think(self._thought))

    async def _chosen(self, utterance: Utterance) -> tuple[Utterance, tuple[str, ...]]:
        """Return the utterance with the hypothesis that goes on, and what is close to it."""
        if len(utterance.hypotheses) <= 1 or self._make_chooser is None:
            return utterance, ()
        if self._chooser is None:
            self._chooser = self._make_chooser()
        return await self._chooser.choose(utterance)

    async def _revised(self, revised: _Revised) -> AsyncGenerator[Event, None]:
        """Go on with the words that a language model chose."""
        if revised.thought is not self._thought or self._last is None:
            return
        revised.thought.revised = revised.utterance.text
        if self._heard:
            self._turning.utterance = replace(revised.utterance, stage=Stage.FINAL)
        yield Heard(replace(revised.utterance, stage=self._last.stage))

    async def _go_on(self, thought: _Thought) -> AsyncGenerator[Event, None]:
        """The same words again: what was decided meanwhile may start now."""
        latest = thought.latest
        if isinstance(latest, Answer) and not latest.final and self._heard:
            for piece in self._turning.streams(latest.text):
                yield piece
        if latest is not thought.attempted and not self._open:
            async with aclosing(self._attempt(thought)) as events:
                async for event in events:
                    yield event

    # What was decided ------------------------------------------------------------------------

    async def _think(self, thought: _Thought) -> None:
        error: BaseException | None = None
        try:
            utterance = thought.utterance
            if thought.rivals and self._chooser is not None:
                utterance = await self._chooser.ask(utterance, thought.rivals)
                if utterance.text != thought.utterance.text:
                    await self._inbox.put(_Revised(thought, utterance))
            async with aclosing(self._decide(utterance)) as decisions:
                async for decision, seconds in decisions:
                    said = _Said(thought, decision, seconds)
                    await self._inbox.put(said)
                    await said.taken.wait()
        except Exception as failed:  # noqa: BLE001 - told where the turn is followed
            error = failed
        await self._inbox.put(_Over(thought, error))

    async def _decided(self, said: _Said) -> AsyncGenerator[Event, None]:
        thought, decision = said.thought, said.decision
        try:
            if thought is not self._thought:
                return
            thought.latest = decision
            if isinstance(decision, Answer) and not decision.final:
                # Words are shown when it is certain that they answer what was said.
                for piece in self._turning.streams(decision.text) if self._heard else ():
                    yield piece
                return
            yield Decided(decision, said.seconds)
            if decision.final:
                thought.final = decision
            if not self._open and not self._resumed:
                async with aclosing(self._attempt(thought)) as events:
                    async for event in events:
                        yield event
        finally:
            said.taken.set()

    async def _attempt(self, thought: _Thought) -> AsyncGenerator[Event, None]:
        """Start what may be started before the barrier."""
        plan = thought.attempted = thought.latest
        if isinstance(plan, Plan) and self._turning.options.act:
            async with aclosing(self._doing.attempt(replace(plan, final=False))) as events:
                async for event in events:
                    yield event

    async def _over(self, over: _Over) -> AsyncGenerator[Event, None]:
        if over.error is not None and (over.thought is None or over.thought is self._thought):
            raise over.error
        if over.thought is None and not self._heard:
            # The sound ended without an end-pointer's word: what came last is all there is.
            last = self._last or Utterance("")
            async with aclosing(self._uttered(replace(last, stage=Stage.FINAL))) as events:
                async for event in events:
                    if self._last is not None and isinstance(event, Heard):
                        continue
                    yield event
        elif over.thought is not None and over.thought is self._thought:
            thought = over.thought
            thought.final = thought.final or Pass("nothing was decided")


async def _stopped(task: asyncio.Task[None] | None) -> None:
    """Cancel a task and wait until it has let go of what it held.

    A Ctrl-C that comes while it does is kept until it has.
    """
    if task is None:
        return
    task.cancel()
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError


def _words(utterance: Utterance) -> tuple[str, ...]:
    if len(utterance.text) > MAX_CHARACTERS:
        return (utterance.text,)
    return tuple(token.text for token in tokens_of(utterance))
