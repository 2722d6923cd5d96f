"""Says replies aloud: sentence by sentence while they still stream, silent the moment it must be.

One speaker serves one conversation, from the thread of its event loop. It is fed the pieces of a
reply (``feed``) and its end (``finish``), or simply every event of a turn (``see``). Whatever goes
wrong with sound is told once, by ``notice``, and the text goes on without it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError
from alexa_cli.language.text import printable
from alexa_cli.speak.voice import SAMPLE_BYTES, Sound, VoiceFailed
from alexa_cli.speak.voice.sentences import Sentences, split
from alexa_cli.speak.voice.spoken import spoken
from alexa_cli.turn import Heard, Replied, Replying

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.speak.voice import Output, Voice
    from alexa_cli.turn import Event

GAP = 0.2
"""Seconds between two sentences."""
TAIL = 0.2
"""Seconds after the last sample until a room is quiet again: the microphone stays closed."""


class Speaker:
    """Speaks with one voice on one output. ``muted`` may be set at any time."""

    def __init__(
        self,
        voice: Voice,
        player: Output,
        *,
        notice: Callable[[str], None] | None = None,
        language: str = "en",
        muted: bool = False,
        tail: float = TAIL,
    ) -> None:
        self._voice, self._player, self._notice = voice, player, notice
        self._language, self._muted, self._tail = language, muted, tail
        self._told: set[str] = set()
        self._waiting: deque[str] = deque()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        """Whether what is being said was silenced, and only lets go of voice and device."""
        self._begin()
        self._finished = True

    # What is said ---------------------------------------------------------------------------------

    def see(self, event: Event) -> None:
        """Take an event of a turn: pieces of a reply and its end are said, all else is not."""
        if isinstance(event, Replying):
            self.feed(event.text)
        elif isinstance(event, Replied):
            self.finish(event.reply.text)
        elif isinstance(event, Heard):
            self.abandon()

    def feed(self, piece: str) -> None:
        """Take a piece of the reply; each sentence that is whole is said. Never waits."""
        if self._finished:
            self._begin()
        self._text += piece
        self._say(self._sentences.feed(piece))

    def finish(self, whole: str) -> None:
        """Take the end of the reply: what was not fed of ``whole`` is said too.

        A reply that turned out otherwise than it began is said anew, unless what was said of it
        holds.
        """
        if self._finished:
            self._begin()
        whole = printable(whole)
        if whole.startswith(self._text):
            self._say(self._sentences.feed(whole[len(self._text) :]))
            self._say(self._sentences.rest())
        elif not self._silenced:
            self._replace(split(whole))
        self._finished = True
        self._news.set()

    def abandon(self) -> None:
        """Nothing more comes of this reply: its turn was cancelled, or another one has begun.

        What was whole of it is said to its end, unless ``stop`` silences it.
        """
        self._finished = True
        self._news.set()

    def stop(self) -> None:
        """Be silent now: barge-in. What else comes of this reply is not said. Never waits."""
        self._silenced = not self._finished
        self._hush()

    # What others want to know ---------------------------------------------------------------------

    @property
    def speaking(self) -> bool:
        """Whether a reply is being said: from before its first sound until the room is quiet.

        Pauses within it count, so that a microphone that is closed meanwhile does not hear it.
        """
        return bool(self._waiting) or self._running

    @property
    def muted(self) -> bool:
        """Whether replies are not said."""
        return self._muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        self._muted = muted
        if muted:
            self.stop()

    async def done(self) -> None:
        """Wait until all is said, or ``stop`` has silenced it. A reply must ``finish`` to end."""
        while self._task is not None and (self._waiting or not self._task.done()):
            await asyncio.wait({self._task})
            await asyncio.sleep(0)  # what came in as it ended begins now

    async def close(self) -> None:
        """Be silent and let go of the device; may speak again."""
        self.stop()
        await self.done()
        await self._player.release()

    # One reply --------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._sentences = Sentences()
        self._text = ""
        self._finished = self._silenced = False
        self._given: list[str] = []
        """The sentences of this reply that were given to be said, as they were written."""

    def _say(self, sentences: list[str]) -> None:
        if self._silenced or self._muted:
            return
        for sentence in sentences:
            text = spoken(sentence, self._language)
            if text:
                self._given.append(sentence.strip())
                self._waiting.append(text)
        if self._waiting:
            self._news.set()
            self._start()

    def _replace(self, sentences: list[str]) -> None:
        """Say these sentences instead of what was given, without repeating what holds."""
        told = [s.strip() for s in sentences if spoken(s, self._language)]
        # What waits may begin with the end of the reply before.
        begun = max(0, len(self._given) - len(self._waiting))
        if told[:begun] == self._given[:begun]:
            for _ in range(len(self._given) - begun):
                self._waiting.pop()
            told = told[begun:]
        else:
            self._hush()
        self._given = []
        self._say(told)

    @property
    def _running(self) -> bool:
        return self._task is not None and not self._task.done() and not self._stopping

    def _hush(self) -> None:
        self._waiting.clear()
        if self._running and self._task is not None:
            self._stopping = True
            self._player.stop()
            self._task.cancel()

    # Saying it --------------------------------------------------------------------------------

    def _start(self) -> None:
        if not self._running:
            before, self._stopping = self._task, False
            self._task = asyncio.get_running_loop().create_task(self._aloud(before))
            self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Begin again if something came in as the last words faded."""
        if task is self._task and self._waiting:
            self._start()

    async def _aloud(self, before: asyncio.Task[None] | None) -> None:
        """Say what waits until the reply is over. The next sentence is made as one is played."""
        playing: asyncio.Task[None] | None = None
        try:
            if before is not None and not before.done():
                await asyncio.wait({before})
            while (text := await self._next()) is not None:
                sound = await self._voice.say(text)
                if playing is not None:
                    await playing
                    sound = None if sound is None else _after_a_gap(sound)
                playing = None if sound is None else asyncio.create_task(self._player.play(sound))
            if playing is not None:
                await playing
            await self._player.release()
            await asyncio.sleep(self._tail)
        except AlexaError as error:
            self._failed(error)
        except Exception as error:  # noqa: BLE001 - foreign libraries; sound never harms a turn
            self._failed(VoiceFailed(f"speaking failed: {type(error).__name__}: {error}"))
        finally:
            if playing is not None:
                if self._stopping:
                    playing.cancel()
                await asyncio.wait({playing})
                _ = playing.cancelled() or playing.exception()  # told already, or as it is cut
            await self._player.release()

    async def _next(self) -> str | None:
        while not self._waiting:
            if self._finished:
                return None
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()

    def _failed(self, error: AlexaError) -> None:
        """Tell it, each thing once; the rest of this reply is not said."""
        self._waiting.clear()
        self._silenced = not self._finished
        if self._notice is not None and str(error) not in self._told:
            self._told.add(str(error))
            self._notice(str(error))


def _after_a_gap(sound: Sound) -> Sound:
    return Sound(bytes(int(GAP * sound.rate) * SAMPLE_BYTES) + sound.samples, sound.rate)
