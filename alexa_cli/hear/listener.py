"""Listens to a source: one spoken utterance at a time, partial, eager, final.

Everything that an utterance needed but the source is let go before its final revision is handed
out, and when the stream is closed or cancelled, wherever it stands.
"""

from __future__ import annotations

import asyncio
import io
import time
import wave
from collections import deque
from typing import TYPE_CHECKING, Self

from alexa_cli.config.paths import write_private
from alexa_cli.hear.endpoint import ONSET, EndPointer
from alexa_cli.hear.frame import FRAME_SECONDS, RATE
from alexa_cli.hear.hearing import NOTHING, End, Hearing, Manner
from alexa_cli.turn import Stage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
    from pathlib import Path
    from types import TracebackType

    from alexa_cli.hear.endpoint import Hint
    from alexa_cli.hear.frame import Frame, Source
    from alexa_cli.hear.recogniser import Recognised, Recogniser
    from alexa_cli.hear.vad import Vad
    from alexa_cli.turn import Utterance

__all__ = ["NOTHING", "End", "Listener", "Manner"]

BREATH = 64
"""Frames of a file that are read before anybody else gets a turn."""


class Listener:
    """Listens to a source; each call of ``utterances`` is one spoken utterance.

    The source is opened by the first of them and stays open until ``aclose`` (the end of ``async
    with``); the one after that opens it again. ``judge`` says of words whether they are complete
    or unfinished; it is called between frames, so it must be quick. ``watch`` sees every frame
    that is read (a level meter).
    """

    def __init__(
        self, source: Source, recogniser: Recogniser, manner: Manner | None = None, *,
        judge: Callable[[str], Hint] | None = None, vad: Vad | None = None,
        watch: Callable[[Frame], None] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:  # fmt: skip
        self.manner = manner or Manner()
        self._recogniser, self._judge, self._vad, self._clock = recogniser, judge, vad, clock
        self._sound = _Sound(source, watch)
        self._pointer: EndPointer | None = None
        self._hearing: Hearing | None = None
        pre_roll = round(self.manner.pre_roll / FRAME_SECONDS)
        self._before: deque[Frame] = deque(maxlen=pre_roll + ONSET)
        """The last frames read."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        await self.aclose()

    @property
    def ends(self) -> list[End]:
        """The ends of the last utterance, in order, and why each came when it did."""
        return self._hearing.ends if self._hearing else []

    @property
    def recognised(self) -> Recognised:
        """What was heard last; its words' times count from the pre-roll."""
        return self._hearing.recognised if self._hearing else NOTHING

    @property
    def over(self) -> bool:
        """Whether the source has no more sound: every further utterance is empty."""
        return self._sound.over

    @property
    def seconds(self) -> float:
        """How much of the last utterance's sound was recognised, from the pre-roll on."""
        return len(self._hearing.sound) * FRAME_SECONDS if self._hearing else 0.0

    @property
    def overflows(self) -> int:
        """Frames that the source lost because nobody took them in time."""
        return self._sound.overflows

    def end(self) -> None:
        """End the utterance with the next frame, whatever is being said (a key was let go)."""
        if self._hearing:
            self._hearing.asked = True

    def keep_audio(self, path: Path) -> None:
        """Write the last utterance's sound to a WAV file that only its owner may read (0600).

        Raises AlexaError.
        """
        content = io.BytesIO()
        with wave.open(content, "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
            file.writeframes(b"".join(self._hearing.sound if self._hearing else ()))
        write_private(path, content.getvalue())

    async def utterances(
        self, lead: Iterable[Frame] = (), *, held: bool = False
    ) -> AsyncGenerator[Utterance, None]:
        """Yield the revisions of one utterance; the last is final, and empty if nobody spoke.

        ``lead`` is sound that was read before (by the wake word), taken first. ``held``: it
        ends by ``end`` alone, for a key that is held down. Raises what the source and the
        recogniser raise.
        """
        hearing = self._hear(held=held)
        sound = self._sound
        sound.lead.extend(lead)
        final: Utterance | None = None
        try:
            while final is None:
                frame = await sound.next()
                if frame is None:
                    revisions = await hearing.finish()
                else:
                    self._remember(frame)
                    revisions = await hearing.take(frame, self._before)
                for utterance in revisions:
                    if utterance.stage == Stage.FINAL:
                        final = utterance
                    else:
                        yield utterance
        finally:
            await hearing.close()
        yield final

    async def aclose(self) -> None:
        """Let go of the source (the microphone). What was heard before is not heard again."""
        self._before.clear()
        self._pointer = None
        await self._sound.aclose()

    def _hear(self, *, held: bool) -> Hearing:
        if self._pointer is None:
            if self._vad is None:
                from alexa_cli.hear.vad import VoiceDetector  # noqa: PLC0415 - loads pocketsphinx

                self._vad = VoiceDetector()
            self._pointer = EndPointer(self._vad, self.manner.pauses)
        self._pointer.held = held
        self._hearing = Hearing(
            self._recogniser, self._pointer, self.manner, self._sound.name,
            judge=self._judge, clock=self._clock,
        )  # fmt: skip
        return self._hearing

    def _remember(self, frame: Frame) -> None:
        before = self._before
        if before and abs(frame.at - before[-1].at - FRAME_SECONDS) > FRAME_SECONDS / 2:
            before.clear()  # another stretch of sound
        before.append(frame)


class _Sound:
    """The frames of a source, over several utterances."""

    def __init__(self, source: Source, watch: Callable[[Frame], None] | None) -> None:
        self.over = False
        self.lead: deque[Frame] = deque()
        """Frames that come before those of the source."""
        self._source, self._watch = source, watch
        self._frames: AsyncIterator[Frame] | None = None
        self._read = 0

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def overflows(self) -> int:
        return self._source.overflows

    async def next(self) -> Frame | None:
        """Return the next frame, or None: there are no more."""
        if self.lead:
            return self.lead.popleft()
        if self.over:
            return None
        self._read += 1
        if not self._source.live and self._read % BREATH == 0:
            await asyncio.sleep(0)  # a file never waits: let Ctrl-C through
        if self._frames is None:
            self._frames = self._source.frames()
        try:
            frame = await anext(self._frames, None)
        except BaseException:  # a cancelled iterator has ended: the next one begins anew
            await self.aclose()
            raise
        if frame is None:
            await self.aclose()
            self.over = True
        elif self._watch is not None:
            self._watch(frame)
        return frame

    async def aclose(self) -> None:
        """Let go of the source; it may be read again from its beginning."""
        frames, self._frames, self.over = self._frames, None, False
        self.lead.clear()
        close = getattr(frames, "aclose", None)
        if close is not None:
            await close()
