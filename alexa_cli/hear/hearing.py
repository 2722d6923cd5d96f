"""One utterance while it is heard: frames in, revisions out.

The end-pointers say where speech begins and ends; the recogniser, in a thread of its own, hears
only what is in between, with a little of what came before. Once a pause is as long as the eager
one its silence is kept back until speech goes on: silence costs the recogniser accuracy, and what
it has heard at the final end is what it had heard at the eager one.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from alexa_cli.hear.endpoint import Pauses
from alexa_cli.hear.frame import FRAME_SECONDS
from alexa_cli.hear.recogniser import Recognised
from alexa_cli.turn import Stage, Utterance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alexa_cli.hear.endpoint import EndPointer, Hint, Mark, Why
    from alexa_cli.hear.frame import Frame
    from alexa_cli.hear.recogniser import Recogniser
    from alexa_cli.turn import Hypothesis

T = TypeVar("T")

PARTIAL_EVERY = 3
"""Frames between two looks at the words while somebody speaks."""
JUDGED_AFTER = 2.5 * FRAME_SECONDS
"""Silence after which the words are judged: are they complete, or unfinished?"""
NOTHING = Recognised("")


@dataclass(frozen=True, slots=True)
class Manner:
    """How to listen."""

    pauses: Pauses = field(default_factory=Pauses)
    pre_roll: float = 0.45
    """Seconds before the first speech that the recogniser hears too."""
    n_best: int = 5
    """Hypotheses asked for at each end."""
    patience: float | None = None
    """Seconds without any words after which listening ends with an empty utterance; None: only
    when the sound does."""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class End:
    """An end of what was said, and why it came when it did."""

    stage: Stage
    """Eager or final; partial: it was none, because there were no words before it."""
    why: Why
    at: float
    """Seconds of sound that had been heard when it was decided."""
    spoken_until: float
    """Where the last speech before it ended, by the same count."""
    text: str = ""
    hint: Hint = None
    """What the words were judged to be."""
    took: float = 0.0
    """Seconds from there until the words were known, by the caller's clock."""

    @property
    def pause(self) -> float:
        """Seconds of silence before it."""
        return round(max(0.0, self.at - self.spoken_until), 3)

    def explain(self, pauses: Pauses) -> str:
        """Say to a person why it came when it did."""
        pause, usual = f"{self.pause:.2f} s of silence", pauses.final
        return {
            "silence": pause,
            "complete": f"{pause} after a complete sentence, {usual - self.pause:.2f} s sooner",
            "unfinished": f"{pause} after an unfinished one, {self.pause - usual:.2f} s later",
            "longest": f"it lasted {pauses.longest:g} s",
            "sound ended": "the sound ended",
            "asked": "it was ended by hand",
            "nothing said": "nobody spoke",
            "no words": f"{pause}, but no words before it: listening went on",
        }.get(self.why, self.why)


class Hearing:
    """One utterance. ``begun`` by the listener, closed by it wherever it stands."""

    def __init__(
        self, recogniser: Recogniser, pointer: EndPointer, manner: Manner, source: str, *,
        judge: Callable[[str], Hint] | None, clock: Callable[[], float],
    ) -> None:  # fmt: skip
        self.ends: list[End] = []
        self.recognised = NOTHING
        self.sound: list[bytes] = []
        """What is heard, from the pre-roll on."""
        self.asked = False
        """Whether it is to end with the next frame."""
        self._worker = _Worker(recogniser)
        self._pointer, self._manner, self._judge, self._clock = pointer, manner, judge, clock
        self._utterance = Utterance("", -1, Stage.PARTIAL, source=source, language=manner.language)
        self._back: list[bytes] = []
        """Silence that is kept back from the recogniser."""
        self._judged: tuple[str, Hint] = ("", None)
        self._heard = self._unseen = 0
        """Frames in all, and those since the last look at the words."""
        self._now = 0.0

    async def take(self, frame: Frame, before: Sequence[Frame]) -> list[Utterance]:
        """Take a frame and return what it changed; ``before``: recent frames up to this one."""
        self._heard += 1
        self._now = frame.at + FRAME_SECONDS
        revisions: list[Utterance] = []
        speaking = self._pointer.speaking
        marks = list(self._pointer.feed(frame))
        if self.asked:
            marks += self._pointer.end("asked")
        if speaking:
            revisions += await self._hear(frame)
        for mark in marks:
            if mark.kind == "began":
                await self._begin(mark, before)
            elif mark.kind == "eager":
                revisions += await self._end_eagerly(mark)
            elif mark.kind == "final":
                revisions += await self._end(mark)
        done = bool(revisions) and revisions[-1].stage == Stage.FINAL
        if not done and not self._pointer.speaking and (self.asked or self._out_of_patience):
            revisions.append(self._nobody("asked" if self.asked else "nothing said"))
        return revisions

    async def finish(self) -> list[Utterance]:
        """There is no more sound: what was heard is all there is."""
        marks = self._pointer.end("sound ended")
        return await self._end(marks[0]) if marks else [self._nobody("sound ended")]

    async def close(self) -> None:
        """Stop recognising; returns when the thread is gone, even if cancelled meanwhile."""
        self._pointer.end("asked")
        await self._worker.close()

    # What is said ----------------------------------------------------------------------------

    async def _begin(self, mark: Mark, before: Sequence[Frame]) -> None:
        start = mark.at - self._manner.pre_roll - FRAME_SECONDS / 2
        self.sound = [frame.samples for frame in before if frame.at >= start]
        self._back, self._judged, self._unseen = [], ("", None), 0
        await self._worker.begin(self.sound)

    async def _hear(self, frame: Frame) -> list[Utterance]:
        """Give the frame to the recogniser, unless it is silence, and look at the words."""
        self.sound.append(frame.samples)
        self._back.append(frame.samples)
        silence = self._pointer.silence
        if silence > self._manner.pauses.eager + FRAME_SECONDS / 2:
            return []
        if self._pointer.held:  # a pause may be long, and only the end of it is worth hearing
            self._back = self._back[-round(self._manner.pre_roll / FRAME_SECONDS) :]
        samples, self._back = self._back, []
        self._unseen += len(samples)
        judging = silence >= JUDGED_AFTER
        if not judging and self._unseen < PARTIAL_EVERY:
            await self._worker.feed(samples)
            return []
        self._unseen = 0
        text = await self._worker.look(samples)
        if judging:
            self._consider(text)
        changed = text and text != self._utterance.text
        return [self._revise(text, Stage.PARTIAL)] if changed else []

    def _consider(self, text: str) -> None:
        """Tell the end-pointers what the words are known to be."""
        if self._judge is None or not text:
            return
        if text != self._judged[0]:
            self._judged = (text, self._judge(text))
        self._pointer.hint = self._judged[1]

    # Ends ------------------------------------------------------------------------------------

    async def _end_eagerly(self, mark: Mark) -> list[Utterance]:
        started = self._clock()
        found = await self._worker.peek(self._manner.n_best)
        if not found.text:
            return []
        self.recognised = found
        self._consider(found.text)
        self._note(Stage.EAGER, mark, found.text, started)
        return [self._revise(found.text, Stage.EAGER, found.hypotheses)]

    async def _end(self, mark: Mark) -> list[Utterance]:
        started = self._clock()
        found = await self._worker.finish(self._manner.n_best)
        self.recognised = found
        if found.text or mark.why in {"asked", "sound ended"}:
            self._note(Stage.FINAL, mark, found.text, started)
            return [self._revise(found.text, Stage.FINAL, found.hypotheses)]
        # A cough, a door: it goes on listening.
        self._note(Stage.PARTIAL, replace(mark, why="no words"), "", started)
        self.sound = []
        return [self._revise("", Stage.PARTIAL)] if self._utterance.text else []

    @property
    def _out_of_patience(self) -> bool:
        patience = self._manner.patience
        return patience is not None and self._heard * FRAME_SECONDS >= patience

    def _nobody(self, why: Why) -> Utterance:
        """The final revision of what nobody said."""
        self.ends.append(End(Stage.FINAL, why, self._now, self._now))
        return self._revise("", Stage.FINAL)

    def _note(self, stage: Stage, mark: Mark, text: str, started: float) -> None:
        hint = self._judged[1] if text and text == self._judged[0] else None
        took = self._clock() - started
        self.ends.append(End(stage, mark.why, mark.at, mark.spoken_until, text, hint, took))

    def _revise(self, text: str, stage: Stage, hypotheses: Sequence[Hypothesis] = ()) -> Utterance:
        self._utterance = replace(
            self._utterance, text=text, stage=stage, hypotheses=tuple(hypotheses),
            revision=self._utterance.revision + 1,
        )  # fmt: skip
        return self._utterance


class _Worker:
    """The recogniser in a thread of its own, which lives from ``begin`` to ``close``."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self._thread: ThreadPoolExecutor | None = None
        self._begun = False
        """Whether the recogniser is within an utterance. Only the thread writes it."""

    async def begin(self, samples: Sequence[bytes]) -> None:
        def job() -> None:
            self._begun = True
            self._recogniser.begin()
            self._take(samples)

        await self._do(job)

    async def feed(self, samples: Sequence[bytes]) -> None:
        await self._do(lambda: self._take(samples))

    async def look(self, samples: Sequence[bytes]) -> str:
        def job() -> str:
            self._take(samples)
            return self._recogniser.partial()

        return await self._do(job)

    async def peek(self, n_best: int) -> Recognised:
        return await self._do(lambda: self._recogniser.peek(n_best))

    async def finish(self, n_best: int) -> Recognised:
        def job() -> Recognised:
            self._begun = False
            return self._recogniser.finish(n_best)

        return await self._do(job)

    async def close(self) -> None:
        """End what was begun, so that the recogniser can begin again; then end the thread."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        last = asyncio.get_running_loop().run_in_executor(thread, self._abandon)
        cancelled = False
        while not last.done():
            try:
                await asyncio.wait({last})
            except asyncio.CancelledError:
                cancelled = True
        thread.shutdown()  # it has nothing to do any more
        if cancelled:
            raise asyncio.CancelledError
        last.result()

    def _take(self, samples: Sequence[bytes]) -> None:
        for each in samples:
            self._recogniser.feed(each)

    def _abandon(self) -> None:
        if self._begun:
            self._begun = False
            self._recogniser.finish()

    async def _do(self, job: Callable[[], T]) -> T:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "alexa-hearing")

        def guarded() -> T:
            try:
                return job()
            except BaseException:
                self._begun = False  # what failed is not asked to finish
                raise

        # Cancelled while it runs, it runs to its end there, and ``close`` waits behind it.
        return await asyncio.get_running_loop().run_in_executor(self._thread, guarded)
