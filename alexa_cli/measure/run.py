"""Running a suite: each case a conversation of its own, deciding timed, nothing real done.

A ``Decider`` is anything that decides words. ``AssistantDecider`` is the whole cascade as the
user has configured it. Turns before the last of a ``then`` case are really run, since what comes
after may be about them, but in a store that vanishes and without the handlers that reach out
(``http``, ``shell``) or cannot be taken back. A turn with sound is heard first, by the ears that
the decider was given, and every end of it goes through a turn, as when somebody speaks.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Protocol

from alexa_cli.catalog.expert import Effect
from alexa_cli.decide.courtesy import strip
from alexa_cli.errors import UsageError
from alexa_cli.language.text import MAX_CHARACTERS, tokenise, words
from alexa_cli.measure.metrics import judge
from alexa_cli.measure.sound import Clock, listen, sounded
from alexa_cli.turn import Decided, Heard, Pass, Plan, Question, Stage, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping
    from pathlib import Path
    from typing import TypeAlias

    from alexa_cli.assistant import Assistant
    from alexa_cli.assistant.house import House
    from alexa_cli.assistant.voice.ears import Ears
    from alexa_cli.catalog.catalogue import Catalogue
    from alexa_cli.catalog.context import HandlerContext, Returned
    from alexa_cli.catalog.expert import Api, Expert
    from alexa_cli.measure.metrics import Judged
    from alexa_cli.measure.sound import Recording, Sounded
    from alexa_cli.measure.suite import Case, Suite, Turn
    from alexa_cli.turn import Argument, Decision

    MakeEars: TypeAlias = "Callable[[Assistant], Ears]"

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=timezone(timedelta(hours=-5)))
"""The instant of cases that name none: a Wednesday morning. Fixed, so that runs compare."""
EXACT = frozenset({"reflex", "sentences", "question"})
"""Models that place words or do not, and never by likeness."""
CERTAIN = 2.0
"""The gate of what an exact model placed: above any cosine."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a decider made of one turn."""

    decision: Decision
    seconds: float
    """Deciding alone: not loading, acting or storing."""
    gate: float | None = None
    """How sure it is that the words are somebody's, whatever its threshold; None: unknown."""
    sound: Sounded | None = None
    """How the words were heard; None: they were given."""


class Decider(Protocol):
    """Whatever a suite can measure."""

    name: str

    async def start(self, case: Case, now: datetime) -> Conversation:
        """Begin the conversation of one case; nothing is left of another's."""
        ...


class Conversation(Protocol):
    """One case's turns."""

    async def decide(self, turn: Turn, *, last: bool) -> Verdict:
        """Decide the next words. Unless ``last``, later words may be about what they did."""
        ...


async def run_suite(
    suite: Suite, decider: Decider, changes: frozenset[str] = frozenset(),
    tick: Callable[[int], None] = lambda _done: None,
) -> list[Judged]:  # fmt: skip
    """Decide every turn of every case, in order, and compare.

    ``changes``: the names of APIs with effects. ``tick`` is told how many cases are done.
    """
    found: list[Judged] = []
    for number, case in enumerate(suite.cases, 1):
        conversation = await decider.start(case, case.now or NOW)
        for place, turn in enumerate(case.turns, 1):
            verdict = await conversation.decide(turn, last=place == len(case.turns))
            turn_id = case.id if place == 1 else f"{case.id}#{place}"
            said = turn.say or (verdict.sound.heard if verdict.sound else "")
            found.append(
                judge(turn_id, said, turn.expected, verdict.decision, changes=changes,
                      gate=verdict.gate, seconds=verdict.seconds, sound=verdict.sound)
            )  # fmt: skip
        tick(number)
    return found


def changing(catalogue: Catalogue) -> frozenset[str]:
    """Return the names of the APIs that change anything."""
    return frozenset(
        api.full_name for api in catalogue.apis() if api.run and api.effect is not Effect.READ
    )


class AssistantDecider:
    """The assistant: its whole cascade, with conversations that leave no trace."""

    name = "assistant"

    def __init__(
        self,
        house: House,
        *,
        closed_set: bool = False,
        fresh_store: Callable[[], Any],
        household: Callable[[Path], Any],
        ears: MakeEars | None = None,
    ) -> None:
        """``fresh_store`` makes an empty store, ``household`` reads a household file.

        ``ears`` makes what suites with sound are heard with, once.
        """
        self._make_ears = ears
        self._ears: Ears | None = None
        self._house = replace(house, run=_harmless(house.run))
        self._closed_set, self._fresh_store, self._household = closed_set, fresh_store, household
        self._store = fresh_store()

    def hearing(self, assistant: Assistant) -> Ears:
        """Return ears for an assistant: the same for all cases. Raises UsageError: none."""
        if self._make_ears is None:
            raise UsageError("nobody here listens to sound")
        if self._ears is None:
            self._ears = self._make_ears(assistant)
        return self._ears.lent_to(assistant)

    def close(self) -> None:
        """Let go of what it hears with."""
        if self._ears is not None:
            self._ears.close()

    async def start(self, case: Case, now: datetime) -> AssistantConversation:
        """See ``Decider``. A case of one turn cannot change a store, so those share one."""
        store = self._fresh_store() if len(case.turns) > 1 else self._store
        house = replace(self._house, store=store)
        if case.household is not None:
            house = replace(house, household=self._household(case.household))
        return AssistantConversation(
            house, case.id, now, closed_set=self._closed_set, ears=self.hearing
        )


class AssistantConversation:
    """One case."""

    def __init__(
        self, house: House, name: str, now: datetime, *, closed_set: bool, ears: MakeEars
    ) -> None:
        from alexa_cli.assistant import Assistant  # noqa: PLC0415 - loads every room

        self._house, self._name, self._now = house, name, now
        self._assistant = Assistant(house)
        self._closed_set, self._ears = closed_set, ears
        self._turns = 0

    async def decide(self, turn: Turn, *, last: bool) -> Verdict:
        """See ``Conversation``."""
        first, self._turns = self._turns == 0, self._turns + 1
        if turn.audio is not None:
            verdict = await self._by_ear(turn, turn.audio, last=last)
        elif last and first:
            verdict = await self._decide_only(turn.say)
        else:
            verdict = await self._whole_turn(turn.say)
        said = verdict.sound.heard if verdict.sound else turn.say
        gate = CERTAIN if _exact(verdict.decision) else self._gate(said)
        return replace(verdict, gate=gate)

    async def _by_ear(self, turn: Turn, audio: Path, *, last: bool) -> Verdict:
        """Hear a recording, then decide each end of it in a turn; the last one runs nothing."""
        from alexa_cli.assistant import TurnOptions  # noqa: PLC0415 - loads every room

        ears = self._ears(self._assistant)
        recording = await listen(ears, audio, self._name, self._now)
        options = TurnOptions(
            now=self._now, closed_set=self._closed_set, act=not last, save=not last
        )
        clock, texts = Clock(), list[tuple[Stage, str]]()
        decision: Decision = Pass("nothing was heard")
        news = asyncio.Event()
        said = _as_it_was_heard(recording, clock, news)
        known: tuple[str, ...] | None = None
        async with aclosing(self._assistant.turn(said, self._name, options)) as events:
            async for event in events:
                if isinstance(event, Heard):
                    texts.append((event.utterance.stage, event.utterance.text))
                    if words(event.utterance.text) == known:  # decided, and not once more
                        clock.decide()
                        news.set()
                elif isinstance(event, Decided) and event.decision.final:
                    decision, known = event.decision, words(texts[-1][1])
                    clock.decide()
                    news.set()
        sound = sounded(recording, turn.say, texts, clock)
        seconds = max(clock.took(Stage.EAGER), clock.took(Stage.FINAL))
        return Verdict(decision, seconds, sound=sound)

    async def _decide_only(self, say: str) -> Verdict:
        request = self._assistant.request(say, self._name, self._now)
        request = replace(request, closed_set=self._closed_set)
        decision: Decision = Pass("nothing was decided")
        began = time.perf_counter()
        async for decided in self._house.decider.decide(request):
            decision = decided
        return Verdict(decision, time.perf_counter() - began)

    async def _whole_turn(self, say: str) -> Verdict:
        from alexa_cli.assistant import TurnOptions  # noqa: PLC0415 - loads every room

        options = TurnOptions(now=self._now, closed_set=self._closed_set)
        decision: Decision = Pass("nothing was decided")
        seconds = 0.0
        async with aclosing(self._assistant.turn(_typed(say), self._name, options)) as events:
            async for event in events:
                if isinstance(event, Decided):
                    decision, seconds = event.decision, seconds + event.seconds
        return Verdict(decision, seconds)

    def _gate(self, say: str) -> float | None:
        """Return nearest's nearness, whether or not it is asked."""
        catalogue = self._house.catalogue
        model: Any = next((m for m in self._house.decider.models if hasattr(m, "learned")), None)
        if model is None or len(say) > MAX_CHARACTERS:
            return None
        nearest, _ = model.learned(catalogue)
        bare = strip(tuple(tokenise(say)), catalogue.language)
        nearness: float = nearest.consider(" ".join(t.text for t in bare), 1).nearness
        return nearness


def _exact(decision: Decision) -> bool:
    """Whether an exact model placed it: that is beyond any threshold of nearest's."""
    return decision.model in EXACT and isinstance(decision, (Plan, Question))


async def _as_it_was_heard(
    recording: Recording, clock: Clock, news: asyncio.Event
) -> AsyncIterator[Utterance]:
    """Yield the ends of a recording; the next when the last one's words are decided."""
    for utterance, end in recording.ends:
        news.clear()
        clock.hand(end.stage)
        yield utterance
        if utterance.stage is not Stage.FINAL:
            await news.wait()


async def _typed(text: str) -> AsyncIterator[Utterance]:
    yield Utterance(text)


def _harmless(run: Any) -> Any:  # noqa: ANN401 - act's Run, kept as it is
    """Return a runner that leaves out whatever reaches beyond the store of the case."""

    async def harmless(
        expert: Expert, api: Api, arguments: Mapping[str, Argument], context: HandlerContext
    ) -> Returned:
        reaches = api.run is not None and api.run.kind not in {"python", "steps"}
        if reaches or api.effect is Effect.IRREVERSIBLE:
            from alexa_cli.catalog.context import Returned  # noqa: PLC0415 - rare

            return Returned(None, source="measured")
        returned: Returned = await run(expert, api, arguments, context)
        return returned

    return harmless


def examples_of(catalogue: Catalogue, language: str) -> Iterable[str]:
    """Yield the text of every example of every API."""
    for api in catalogue.apis():
        for example in api.examples.get(language, ()):
            yield example.text
