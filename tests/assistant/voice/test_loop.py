"""The loop of a conversation: real speech, a real recogniser, a loudspeaker that is held."""

from __future__ import annotations

import asyncio
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from alexa_cli.assistant.voice.ears import Ears
from alexa_cli.assistant.voice.how import How
from alexa_cli.assistant.voice.loop import VoiceLoop
from alexa_cli.assistant.voice.moments import Listening, Silence, Stopped, Waiting, Woken
from alexa_cli.cli.common import Common
from alexa_cli.cli.repl.talk import Talk
from alexa_cli.hear.frame import FRAME_BYTES, FRAME_SECONDS, RATE, Frame
from alexa_cli.speak.voice import Sound
from alexa_cli.speak.voice.espeak import synthesise
from alexa_cli.speak.voice.speaker import Speaker
from alexa_cli.trace.save import load_turn
from alexa_cli.trace.show import heard_text
from alexa_cli.turn import Heard, Replied, Stage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

YAML = """
name: desk
description: A telephone and a lamp.
context: [contacts]
apis:
  call:
    description: Call somebody.
    effect: read
    parameters: {contact: {type: string, x-list: contacts}}
    required: [contact]
    sentences: ["call {contact}"]
    run: {python: "desk:done"}
    say: Calling {contact}.
  lamp:
    description: Switch the lamp on.
    effect: read
    sentences: [switch the desk lamp on]
    run: {python: "desk:done"}
    say: The desk lamp is on.
"""
PATIENCE = 90.0
"""Seconds until what does not come is a failure."""


@lru_cache
def spoken(text: str, pause: float = 0.9) -> bytes:
    """A sentence in a room that is never wholly silent."""
    np = pytest.importorskip("numpy")
    soxr = pytest.importorskip("soxr")
    made = synthesise(text, rate=150)
    voice = soxr.resample(np.frombuffer(made.samples, "<i2").astype(float), made.rate, RATE) / 2
    sound = np.concatenate([np.zeros(RATE * 6 // 10), voice, np.zeros(round(RATE * pause))])
    sound += np.random.default_rng(1).normal(0, 20, len(sound))
    return bytes(np.clip(sound, -32_768, 32_767).astype("<i2").tobytes())


class Room:
    """A microphone in which sound lies ready; silence and time pass only when it is waited for."""

    name, live, overflows = "room", True, 0

    def __init__(self, *said: bytes) -> None:
        self.said = asyncio.Queue[bytes]()
        self.opened = self.closed = 0
        self._idle = asyncio.Event()
        for each in said:
            self.said.put_nowait(each)

    async def hears(self, sound: bytes) -> None:
        """Say something, and wait until all of it was taken."""
        self._idle.clear()
        self.said.put_nowait(sound)
        async with asyncio.timeout(PATIENCE):
            await self._idle.wait()

    async def frames(self) -> AsyncIterator[Frame]:
        self.opened += 1
        count = 0
        try:
            while True:
                if self.said.empty():
                    self._idle.set()
                sound = await self.said.get()
                for at in range(0, len(sound) - FRAME_BYTES + 1, FRAME_BYTES):
                    await asyncio.sleep(0)
                    yield Frame(sound[at : at + FRAME_BYTES], round(count * FRAME_SECONDS, 6))
                    count += 1
        finally:
            self.closed += 1


class Aloud:
    """A loudspeaker that holds each sound until it is let go."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.stops = 0
        self.free, self.news = asyncio.Event(), asyncio.Event()

    async def say(self, text: str) -> Sound:
        return Sound(text.encode("utf-16-le"), RATE)

    name = "aloud"

    async def play(self, sound: Sound) -> None:
        self.begun.append(sound.samples.decode("utf-16-le").strip("\0"))
        self.news.set()
        await self.free.wait()

    def stop(self) -> None:
        self.stops += 1

    async def release(self) -> None:
        pass


class Story:
    """A loop, what it showed, and a way to wait for it."""

    def __init__(self, talk: Talk, room: Room, how: How, spotter: Any = None) -> None:
        self.shown: list[Any] = []
        self._news = asyncio.Event()
        self.room, self.aloud = room, Aloud()
        self.speaker = Speaker(self.aloud, self.aloud, tail=0)
        self.loop = VoiceLoop(
            Ears(talk.session.assistant, talk.session.paths), room, talk.take, talk.conversation,
            speaker=self.speaker, how=how, spotter=spotter, show=self._show,
        )  # fmt: skip
        self.task: asyncio.Task[None] = asyncio.create_task(self.loop.run())

    def _show(self, moment: Any) -> None:
        self.shown.append(moment)
        self._news.set()

    async def until(self, kind: type, count: int = 1) -> Any:
        """Wait until something was shown so often."""
        async with asyncio.timeout(PATIENCE):
            while len(found := [m for m in self.shown if isinstance(m, kind)]) < count:
                if self.task.done():
                    self.task.result()
                self._news.clear()
                await self._news.wait()
        return found[count - 1]

    async def until_heard(self, words: str) -> None:
        """Wait until these words were heard, as far as it is known yet."""
        async with asyncio.timeout(PATIENCE):
            while not any(isinstance(m, Heard) and words in m.utterance.text for m in self.shown):
                self._news.clear()
                await self._news.wait()

    async def speaking(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.aloud.begun) < count:
                self.aloud.news.clear()
                await self.aloud.news.wait()

    async def leave(self) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})

    @property
    def heard(self) -> list[str]:
        return [m.utterance.text for m in self.shown
                if isinstance(m, Heard) and m.utterance.stage is Stage.FINAL]  # fmt: skip

    @property
    def replies(self) -> list[str]:
        return [m.reply.text for m in self.shown if isinstance(m, Replied)]


@pytest.fixture
def talk(home: Path, tmp_path: Path) -> Talk:
    pytest.importorskip("pocketsphinx")
    folder = tmp_path / "experts" / "desk"
    folder.mkdir(parents=True)
    (folder / "expert.yaml").write_text(YAML)
    (folder / "desk.py").write_text("def done(contact=None):\n    return {}\n")
    return Talk.begin(Common(folders=(folder.parent,), sets=("hear.patience=2s",)))


def play(talk: Talk, how: How, story: Callable[[Story], Any], *said: bytes, **more: Any) -> Story:
    async def run() -> Story:
        told = Story(talk, Room(*said), how, **more)
        try:
            await story(told)
        finally:
            await told.leave()
            await talk.close()
        return told

    with talk.session.store:
        told = asyncio.run(run())
    left = [t.name for t in threading.enumerate() if t.name.startswith("alexa-")]
    assert left == []
    assert told.room.opened == told.room.closed
    return told


def test_it_does_not_hear_itself_and_a_key_silences_it(talk: Talk) -> None:
    async def story(told: Story) -> None:
        await told.speaking(1)
        await told.room.hears(spoken("switch the desk lamp on"))  # as if it heard itself
        told.loop.key()
        assert (await told.until(Stopped)).by == "key"
        assert told.aloud.stops >= 1
        await told.until(Listening, 2)
        told.room.said.put_nowait(spoken("call meg jones"))
        await told.until(Replied, 2)

    told = play(talk, How("open"), story, spoken("call priya patel"))
    assert told.replies == ["Calling Priya Patel.", "Calling Meg Jones."]
    assert told.aloud.begun[0] == "Calling Priya Patel."


def test_talking_stops_a_reply_with_headphones(talk: Talk) -> None:
    async def story(told: Story) -> None:
        await told.speaking(1)
        assert told.speaker.speaking
        told.room.said.put_nowait(spoken("switch the desk lamp on"))
        assert (await told.until(Stopped)).by == "voice"
        await told.until(Replied, 2)

    told = play(talk, How("open", barge_in=True), story, spoken("call priya patel"))
    assert told.replies == ["Calling Priya Patel.", "The desk lamp is on."]


def test_ctrl_c_stops_what_is_said_and_then_there_is_nothing_to_stop(talk: Talk) -> None:
    async def story(told: Story) -> None:
        await told.speaking(1)
        assert told.loop.interrupt()
        await told.until(Listening, 2)
        assert not told.loop.interrupt()
        told.loop.announce("Your tea is ready.")
        await told.speaking(2)
        told.aloud.free.set()
        told.room.said.put_nowait(bytes(RATE * 2 * 3))
        await told.until(Silence)
        await told.task

    told = play(talk, How("open"), story, spoken("switch the desk lamp on"))
    assert told.aloud.begun == ["The desk lamp is on.", "Your tea is ready."]


def test_once_listens_for_what_it_asks_back(talk: Talk) -> None:
    async def story(told: Story) -> None:
        told.aloud.free.set()
        assert (await told.until(Listening, 2)).answering
        told.room.said.put_nowait(spoken("bauer"))
        await told.task

    told = play(talk, How("once"), story, spoken("call meg"))
    assert told.replies == ["Meg Jones or Meg Bauer?", "Calling Meg Bauer."]


def test_the_microphone_is_shut_until_the_key(talk: Talk) -> None:
    async def story(told: Story) -> None:
        told.aloud.free.set()
        await told.until(Waiting)
        assert told.room.opened == 0
        told.loop.key()
        assert (await told.until(Listening)).held
        told.room.said.put_nowait(spoken("switch the desk lamp on", pause=3.0))
        await told.until_heard("lamp on")
        told.loop.key()
        told.room.said.put_nowait(bytes(RATE))
        await told.until(Waiting, 2)
        await told.leave()
        assert (told.room.opened, told.room.closed) == (1, 1)

    told = play(talk, How("push"), story)
    assert told.replies == ["The desk lamp is on."]


def test_what_is_dropped_was_for_nobody(talk: Talk) -> None:
    """With a key and a wake word at once, as beside typing."""
    mark = b"\1\0" * (FRAME_BYTES // 2)

    async def story(told: Story) -> None:
        told.aloud.free.set()
        await told.until(Waiting)
        told.loop.drop()  # nobody listens
        told.room.said.put_nowait(mark)
        assert not (await told.until(Listening)).held
        told.loop.drop()
        await told.until(Waiting, 2)
        told.loop.key()
        assert (await told.until(Listening, 2)).held
        told.room.said.put_nowait(spoken("switch the desk lamp on", pause=3.0))
        await told.until_heard("lamp on")
        told.loop.drop()
        await told.until(Waiting, 3)
        told.room.said.put_nowait(mark)
        await told.until(Listening, 3)
        told.room.said.put_nowait(spoken("call priya patel"))
        await told.until(Replied)

    told = play(talk, How("push", wake_words=("robot",)), story, spotter=OnFrame(mark))
    assert told.replies == ["Calling Priya Patel."]


class Called:
    word, lead = "robot", ()


class OnFrame:
    """A spotter that hears its word in the frame that is told to it."""

    def __init__(self, marked: bytes) -> None:
        self.marked = marked

    def feed(self, frame: Frame) -> Called | None:
        return Called() if frame.samples == self.marked else None

    def reset(self) -> None:
        pass


def test_the_wake_word_gets_through_a_reply_but_not_out_of_it(talk: Talk) -> None:
    mark = b"\1\0" * (FRAME_BYTES // 2)

    async def story(told: Story) -> None:
        await told.until(Woken)
        told.room.said.put_nowait(spoken("switch the desk lamp on"))
        await told.speaking(1)
        told.room.said.put_nowait(mark)
        assert (await told.until(Stopped)).by == "word"
        await told.until(Woken, 2)
        told.room.said.put_nowait(spoken("call priya patel"))
        await told.speaking(2)  # "Calling Priya Patel": one of the names is in it
        await told.room.hears(mark)
        told.aloud.free.set()
        await told.until(Waiting, 2)
        assert len([m for m in told.shown if isinstance(m, Woken)]) == 2

    how = How("wake", wake_words=("robot", "patel"))
    told = play(talk, how, story, mark, spotter=OnFrame(mark))
    assert told.replies == ["The desk lamp is on.", "Calling Priya Patel."]


def test_what_rings_is_not_heard_as_a_request(talk: Talk) -> None:
    """After the wake word nobody has spoken yet, and it rings: it must not hear that."""
    mark = b"\1\0" * (FRAME_BYTES // 2)

    async def story(told: Story) -> None:
        await told.until(Listening)
        told.loop.announce("Switch the desk lamp on.")
        await told.speaking(1)
        await told.room.hears(spoken("switch the desk lamp on"))  # as if it heard itself
        told.loop.key()
        assert (await told.until(Stopped)).by == "key"
        told.room.said.put_nowait(spoken("call priya patel"))
        await told.until(Replied)

    told = play(talk, How("wake", wake_words=("robot",)), story, mark, spotter=OnFrame(mark))
    assert told.replies == ["Calling Priya Patel."]


def test_the_trace_says_how_much_sound_was_lost(talk: Talk) -> None:
    async def story(told: Story) -> None:
        told.aloud.free.set()
        told.room.overflows = 3
        await told.task

    play(talk, How("once"), story, spoken("switch the desk lamp on"))
    with talk.session.store:
        record = load_turn(talk.session.store, "last")
    assert "3 frames of sound were lost: this machine is too busy" in list(heard_text(record))


def test_whoever_calls_silences_what_rings(talk: Talk) -> None:
    """The wake word and the key do; a wake word in what rings does not."""
    mark = b"\1\0" * (FRAME_BYTES // 2)

    async def story(told: Story) -> None:
        await told.until(Waiting)
        told.loop.announce("Tell the robot.")
        await told.speaking(1)
        await told.room.hears(mark)
        assert not [m for m in told.shown if isinstance(m, Woken)]
        told.loop.announce("Your tea is ready.")
        told.room.said.put_nowait(mark)
        assert (await told.until(Stopped)).by == "word"
        assert not told.speaker.speaking
        await told.until(Listening)

    play(talk, How("wake", wake_words=("robot",)), story, spotter=OnFrame(mark))
