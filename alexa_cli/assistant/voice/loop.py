"""A spoken conversation: wait, listen, answer aloud, and listen again.

It is half-duplex: while a reply is spoken what the microphone hears is thrown away, so that the
house does not hear itself. Two things get through all the same: a key, and where a wake word is
listened for, the wake word, which nothing but its spotter hears. With ``barge_in`` (headphones,
where a reply is not heard by the microphone) talking gets through too, once the turn is over.

A reply that expects an answer opens the microphone again, and no wake word is needed then. What
the recogniser is to expect next is made while the reply is spoken.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from alexa_cli.assistant.voice.account import Account
from alexa_cli.assistant.voice.how import How, Start, ended
from alexa_cli.assistant.voice.moments import (
    Kept,
    Listening,
    Notice,
    Silence,
    Stopped,
    Waiting,
    Woken,
)
from alexa_cli.assistant.voice.standing import Standing
from alexa_cli.assistant.voice.words import named, revisions
from alexa_cli.config.paths import private_dir
from alexa_cli.errors import AlexaError
from alexa_cli.turn import Finished, Heard, Replied, Replying, Stage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from alexa_cli.assistant.voice.ears import Ears
    from alexa_cli.assistant.voice.how import Take
    from alexa_cli.assistant.voice.moments import Shown
    from alexa_cli.assistant.voice.words import Spotter
    from alexa_cli.hear.frame import Frame, Source
    from alexa_cli.speak.voice.speaker import Speaker
    from alexa_cli.turn import Event, Utterance


class VoiceLoop:
    """One spoken conversation with one source. ``run`` it once."""

    def __init__(
        self, ears: Ears, source: Source, take: Take, conversation: str, *,
        speaker: Speaker, how: How | None = None, spotter: Spotter | None = None,
        show: Callable[[Shown], None] = lambda _: None,
    ) -> None:  # fmt: skip
        """``take`` runs a turn; ``spotter`` hears the wake word, in mode ``wake``.

        ``show`` sees every event of every turn, and what happens between them.
        """
        self._ears, self._take, self._speaker = ears, take, speaker
        self._how, self._show, self._spotter = how or How(), show, spotter
        self._conversation = conversation
        self.standing = Standing(source, self._deaf)
        self._listener = ears.listener(
            self.standing, conversation, now=self._how.options.now, watch=self._watch
        )
        self.watch: Callable[[Frame], None] = lambda _: None
        """Sees every frame that is listened to (a level meter)."""
        self.woken: Callable[[], None] = lambda: None
        """Called at a wake word and at the first words: time to get language models ready."""
        self._called, self._final = asyncio.Event(), asyncio.Event()
        self._state: Literal["waiting", "listening", "hearing", "answering"] = "waiting"
        self._turn: asyncio.Task[object] | None = None
        self._exchanging: asyncio.Task[tuple[Start | None, bool]] | None = None
        self._ending = self._expects_answer = False
        self._reply = ""
        self._spotting: ThreadPoolExecutor | None = None
        self._told: list[str] = []
        """What rang while somebody spoke, still to be said."""

    # What others do to it ---------------------------------------------------------------------
    @property
    def listening(self) -> bool:
        """Whether the microphone is open for somebody to talk, or somebody talks."""
        return self._state in {"listening", "hearing"}

    def key(self) -> None:
        """Take the key of the conversation: talk now; that was all; be silent."""
        if self._state == "listening" and self._speaker.speaking:
            self._speaker.stop()
            self._show(Stopped("key"))
        elif self.listening:
            self._ending = True  # the next frame ends it
        else:
            self._called.set()

    def interrupt(self) -> bool:
        """Stop what is being said or done. False: nothing is, so it means to leave."""
        speaking = self._speaker.speaking
        self._speaker.stop()
        if self._turn is not None and not self._turn.done():
            self._turn.cancel()
            return True
        return speaking

    def drop(self) -> None:
        """Listen no more until somebody calls; what was said so far was for nobody."""
        if self.listening and self._exchanging is not None:
            self._exchanging.cancel()

    def announce(self, text: str) -> None:
        """Say something that is due; after what is being said or heard."""
        self._told.append(text)
        if self._turn is None:
            self._tell()

    # The conversation -------------------------------------------------------------------------

    async def run(self) -> None:
        """Converse until nobody speaks, there is no more sound, or it is cancelled.

        Raises what the source, the recogniser and the turns raise.
        """
        self.expect()
        if self._how.mode != "once":
            self._ears.study()
        start = Start() if self._how.mode in {"open", "once"} else None
        try:
            while True:
                if start is None and (start := await self._wait()) is None:
                    return
                start, go_on = await self._droppable(start)
                if not go_on:
                    break
            await self._speaker.done()
        finally:
            await self._listener.aclose()
            await self.standing.aclose()
            await self._speaker.close()
            await asyncio.to_thread(self._ears.close)  # it may still be loading
            if self._spotting is not None:
                self._spotting.shutdown()

    async def _droppable(self, start: Start) -> tuple[Start | None, bool]:
        """As ``_exchange``; after ``drop`` the next one begins when somebody calls."""
        task = self._exchanging = asyncio.create_task(self._exchange(start))
        try:
            await asyncio.wait({task})
        finally:
            await ended(task)
        if not task.cancelled():
            return task.result()
        self._state, self._expects_answer = "waiting", False
        return None, True

    async def _exchange(self, start: Start) -> tuple[Start | None, bool]:
        """Hear and answer one utterance; returns how the next one begins, and whether one does.

        None: when somebody calls.
        """
        mode = self._how.mode
        first, stream = await self._begin(start)
        async with aclosing(stream):
            if first is None:
                return None, mode in {"wake", "push"} and not self._listener.over
            called = await self._answer(first, stream)
        if called is not None:
            return called, True
        if self._expects_answer:
            return Start(), True  # no wake word is needed to answer, and no key
        again = Start() if mode == "open" else None
        return again, mode != "once" and not (self._listener.over and again)

    async def _begin(
        self, start: Start
    ) -> tuple[Utterance | None, AsyncGenerator[Utterance, None]]:
        """Listen; returns the first words and what follows them, or None: nobody spoke."""
        self._state, self._ending = "listening", False
        self._show(Listening(self._expects_answer, start.held))
        while True:
            stream = self._listener.utterances(start.lead, held=start.held)
            try:
                first = await anext(stream)
            except BaseException:
                await stream.aclose()
                raise
            while self._ears.notices:
                self._show(Notice(self._ears.notices.pop(0)))
            if first.text or first.stage is not Stage.FINAL:
                break
            if self._speaker.speaking and not self._ending:
                await stream.aclose()  # nobody talked while it spoke; now they may
                await self._speaker.done()
                continue
            self._state = "waiting"
            waited = 0.0 if self._ending else self._listener.manner.patience or 0.0
            self._show(Silence(waited, self._listener.over))
            return None, stream
        self._state = "hearing"
        self.woken()
        if self._speaker.speaking:
            self._speaker.stop()
            self._show(Stopped("voice"))
        return first, stream

    async def _answer(
        self, first: Utterance, stream: AsyncGenerator[Utterance, None]
    ) -> Start | None:
        """Run a turn and say its reply; returns how the next begins if somebody cut it short."""
        self._expects_answer, self._reply = False, ""
        self._called.clear()
        self._final.clear()
        options = replace(self._how.options, sounded=Account(self._listener, self._ears))
        words = revisions(first, stream, self._how.wake_words)
        turn = self._turn = asyncio.create_task(self._take(words, options, self._see))
        said = asyncio.create_task(self._said(turn))
        guard = asyncio.create_task(self._guard())
        try:
            await asyncio.wait({said, guard}, return_when=asyncio.FIRST_COMPLETED)
            if said.done():
                if turn.cancelled():
                    self._show(Stopped("interrupt"))
                elif not said.cancelled():
                    said.result()
                return None
            return guard.result()
        finally:
            await ended(turn, said, guard)
            self._turn, self._state = None, "waiting"
            self._tell()

    def _tell(self) -> None:
        """Say what is due; a wake word in it wakes nobody."""
        self._reply = " ".join(self._told) or self._reply
        for text in self._told:
            self._speaker.finish(text)
        self._told.clear()

    async def _said(self, turn: asyncio.Task[object]) -> None:
        """Wait for a turn and until its reply is said; what fits next is made meanwhile."""
        await asyncio.wait({turn})
        if turn.cancelled():
            return
        turn.result()
        self.expect()
        if not self._how.barge_in:
            spoke = self._speaker.speaking
            await self._speaker.done()
            if spoke:
                self.standing.drop()

    async def _guard(self) -> Start | None:
        """Wait for somebody to cut the answer short, once all is heard."""
        await self._final.wait()
        self._state = "answering"
        called = await self._wait(quietly=True)
        if called is None:  # the sound is over: nobody can
            await asyncio.Event().wait()
        return called

    # Between utterances -----------------------------------------------------------------------

    async def _wait(self, *, quietly: bool = False) -> Start | None:
        """Wait for the key or the wake word, and be silent then; None: there is no more sound."""
        if not quietly:
            self._show(Waiting(self._how.wake_words if self._spotter else ()))
            if self._spotter is None:
                await self.standing.aclose()  # nobody listens: the microphone is let go of
        waiting = {asyncio.create_task(self._press())}
        if self._spotter is not None:
            waiting.add(asyncio.create_task(self._spot(self._spotter)))
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            called = next(iter(done)).result()
            if called is not None and (quietly or self._speaker.speaking):
                self._speaker.stop()
                self._show(Stopped(called.by))
            return called
        finally:
            await ended(*waiting)

    async def _press(self) -> Start | None:
        await self._called.wait()
        self._called.clear()
        return Start(held=self._how.mode == "push")

    async def _spot(self, spotter: Spotter) -> Start | None:
        """Wait for the wake word; one that is in the reply that is being said does not count."""
        loop = asyncio.get_running_loop()
        if self._spotting is None:  # a look at what may be the word takes 0.1 s
            self._spotting = ThreadPoolExecutor(1, "alexa-wake")
        await loop.run_in_executor(self._spotting, spotter.reset)
        async with aclosing(self.standing.frames()) as frames:
            async for frame in frames:
                woken = await loop.run_in_executor(self._spotting, spotter.feed, frame)
                if woken is None:
                    continue
                if self._speaker.speaking and named(self._reply, self._how.wake_words):
                    continue
                self.woken()
                self._show(Woken(woken.word))
                return Start(tuple(woken.lead), by="word")
        return None

    def expect(self) -> None:
        """Get ready for what may be said next. Never waits."""
        self._ears.expect(self._conversation, self._how.options.now)

    def _deaf(self) -> bool:
        """Whether what is heard now is for nobody: the house itself, or no key was pressed."""
        if self._how.barge_in:
            return False
        if self._spotter is not None:  # it hears its word through what is said, but nobody else
            return self._speaker.speaking and self._state == "listening"
        return self._speaker.speaking or (self._how.mode == "push" and self._state == "answering")

    def _watch(self, frame: Frame) -> None:
        if self._ending:
            self._listener.end()
        self.watch(frame)

    # A turn -----------------------------------------------------------------------------------

    def _see(self, event: Event) -> None:
        """Take an event of a turn."""
        match event:
            case Heard(utterance) if utterance.stage is Stage.FINAL:
                self._final.set()
            case Replying(text):
                self._reply += text
            case Replied(reply):
                self._reply, self._expects_answer = reply.text, reply.expects_answer
            case Finished(turn):
                self._keep(turn)
        self._speaker.see(event)
        self._show(event)

    def _keep(self, turn: str) -> None:
        """Keep the sound of a turn, if it is wanted. A disk that is full stops no conversation."""
        if self._how.keep_audio is None:
            return
        path = self._how.keep_audio / f"{turn}.wav"
        try:
            private_dir(path.parent)
            self._listener.keep_audio(path)
        except AlexaError as error:
            self._show(Notice(f"this sound is not kept: {error}"))
        else:
            self._show(Kept(turn, path))
