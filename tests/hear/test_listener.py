"""Frames to one utterance: its revisions, its ends, and that nothing is left of it."""

from __future__ import annotations

import asyncio
import stat
import threading
import wave
from contextlib import aclosing, suppress
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.errors import AlexaError
from alexa_cli.hear.bias import Bias, Phrase
from alexa_cli.hear.endpoint import ONSET, Hint, Pauses
from alexa_cli.hear.frame import FRAME_BYTES, FRAME_SECONDS, RATE, Frame
from alexa_cli.hear.listener import Listener, Manner
from alexa_cli.hear.recogniser import Recognised
from alexa_cli.turn import Hypothesis, Stage, Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

WORDS = "- turn on the kitchen light please lamp off".split()
"""A frame whose first byte is n is the word n; 0 is silence, 9 a noise without words."""
NOISE = 9
EAGER, FINAL, UNFINISHED = 10, 17, 40


class Marked:
    """A detector that believes a frame's first byte."""

    def is_speech(self, samples: bytes) -> bool:
        return samples[0] != 0


class Reader:
    """A recogniser that reads the words off the frames, and minds that it is used properly."""

    name = "reader"

    def __init__(self) -> None:
        self.begun = False
        self.threads: set[int] = set()
        self.inside = 0
        self.fed: list[int] = []
        self.utterances = 0
        self.fails = ""

    def _enter(self, doing: str) -> None:
        assert threading.current_thread() is not threading.main_thread()
        self.threads.add(threading.get_ident())
        assert self.begun == (doing != "begin"), f"{doing} while begun is {self.begun}"
        if doing == self.fails:
            self.begun = False
            raise AlexaError("the reader has lost its glasses")

    def expect(self, bias: Bias) -> None:
        raise AssertionError

    def begin(self) -> None:
        self._enter("begin")
        self.begun, self.fed = True, []
        self.utterances += 1

    def feed(self, samples: bytes) -> None:
        self._enter("feed")
        self.fed.append(samples[0])

    def partial(self) -> str:
        self._enter("partial")
        return self._text()

    def peek(self, n_best: int = 1) -> Recognised:
        self._enter("peek")
        return self._recognised(n_best)

    def finish(self, n_best: int = 1) -> Recognised:
        self._enter("finish")
        self.begun = False
        return self._recognised(n_best)

    def _recognised(self, n_best: int) -> Recognised:
        text = self._text()
        return Recognised(text, tuple(Hypothesis(text, float(-n)) for n in range(n_best)))

    def _text(self) -> str:
        pairs = pairwise([0, *self.fed])
        return " ".join(WORDS[n] for before, n in pairs if n not in {0, NOISE, before})


class Tape:
    """A source that plays words: ``[(word, frames), ...]``."""

    def __init__(self, played: Sequence[tuple[int, int]], *, live: bool = False) -> None:
        self.name, self.live, self.overflows = "tape", live, 0
        self.frames_of = [word for word, count in played for _ in range(count)]
        self.open = self.opened = self.read = 0
        self.fails_at: int | None = None
        self.stuck = False
        """Whether it waits for ever at its end, as a silent device does."""

    async def frames(self) -> AsyncIterator[Frame]:
        self.open += 1
        self.opened += 1
        try:
            for n, word in enumerate(self.frames_of):
                if n == self.fails_at:
                    raise AlexaError("somebody pulled the plug")
                if self.live:
                    await asyncio.sleep(0)
                self.read += 1
                yield Frame(bytes([word]) + bytes(FRAME_BYTES - 1), n * FRAME_SECONDS)
            if self.stuck:
                await asyncio.Event().wait()
        finally:
            self.open -= 1


def listener_to(
    tape: Tape, reader: Reader | None = None, manner: Manner | None = None,
    judge: Callable[[str], Hint] | None = None,
) -> Listener:  # fmt: skip
    return Listener(tape, reader or Reader(), manner, judge=judge, vad=Marked(), clock=lambda: 0.0)


async def all_of(listener: Listener) -> list[Utterance]:
    return [utterance async for utterance in listener.utterances()]


def hear(
    played: Sequence[tuple[int, int]], manner: Manner | None = None,
    judge: Callable[[str], Hint] | None = None,
) -> tuple[list[Utterance], Listener, Reader]:  # fmt: skip
    reader = Reader()

    async def run() -> tuple[list[Utterance], Listener]:
        async with listener_to(Tape(played), reader, manner, judge) as listener:
            found = await all_of(listener)
        return found, listener

    found, listener = asyncio.run(run())
    assert not hearing_threads()
    assert not reader.begun
    return found, listener, reader


def hearing_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("alexa-hearing")]


def stages(found: Sequence[Utterance]) -> list[tuple[str, str]]:
    return [(utterance.stage.value, utterance.text) for utterance in found]


TURN_ON = [(0, 20), (1, 8), (2, 8), (3, 8), (4, 8), (0, 60)]


def test_partials_grow_then_an_eager_then_a_final_revision() -> None:
    found, listener, reader = hear(TURN_ON)
    told = stages(found)
    assert told[-2:] == [("eager", "turn on the kitchen"), ("final", "turn on the kitchen")]
    partials = [text for stage, text in told if stage == "partial"]
    assert partials == ["turn", "turn on", "turn on the", "turn on the kitchen"]
    assert [u.revision for u in found] == list(range(len(found)))
    assert {u.source for u in found} == {"tape"}
    assert len(found[-1].hypotheses) == len(found[-2].hypotheses) == 5
    assert listener.recognised.text == "turn on the kitchen"
    assert [(end.stage.value, end.why, end.pause) for end in listener.ends] == [
        ("eager", "silence", 0.3), ("final", "silence", 0.51)
    ]  # fmt: skip
    assert round(listener.ends[0].at / FRAME_SECONDS) == 52 + EAGER
    assert len(reader.threads) == 1


def test_the_recogniser_hears_the_pre_roll_and_no_needless_silence() -> None:
    _, _, reader = hear(TURN_ON)
    assert reader.fed == [0] * 15 + [1] * 8 + [2] * 8 + [3] * 8 + [4] * 8 + [0] * EAGER
    _, _, reader = hear(TURN_ON, Manner(pre_roll=0.09))
    assert reader.fed[:4] == [0, 0, 0, 1]


def test_speech_that_resumes_loses_no_silence_and_no_word() -> None:
    found, listener, reader = hear([(0, 9), (1, 8), (2, 8), (0, 14), (7, 12), (0, 60)])
    assert stages(found)[-4:] == [
        ("eager", "turn on"), ("partial", "turn on lamp"), ("eager", "turn on lamp"),
        ("final", "turn on lamp"),
    ]  # fmt: skip
    assert reader.fed == [0] * 9 + [1] * 8 + [2] * 8 + [0] * 14 + [7] * 12 + [0] * EAGER
    assert [end.stage.value for end in listener.ends] == ["eager", "eager", "final"]


def test_a_complete_sentence_ends_sooner_and_an_unfinished_one_later() -> None:
    def judge(text: str) -> Hint:
        known: dict[str, Hint] = {"turn on lamp": "complete", "turn on": "unfinished"}
        return known.get(text)

    found, listener, _ = hear([(1, 8), (2, 8), (0, 30), (7, 12), (0, 60)], judge=judge)
    assert stages(found)[-1] == ("final", "turn on lamp")
    assert "eager" not in {stage for stage, _ in stages(found)}
    (end,) = listener.ends
    assert (end.why, end.hint, end.pause) == ("complete", "complete", 0.3)
    assert end.explain(listener.manner.pauses) == (
        "0.30 s of silence after a complete sentence, 0.21 s sooner"
    )
    found, listener, _ = hear([(1, 8), (2, 8), (0, 90)], judge=judge)
    assert stages(found)[-1] == ("final", "turn on")
    assert [(end.why, end.pause) for end in listener.ends] == [("unfinished", 1.2)]


def test_a_cough_is_no_utterance() -> None:
    found, listener, reader = hear([(0, 5), (NOISE, 9), (0, 40), (5, 10), (0, 40)])
    assert stages(found)[-1] == ("final", "light")
    assert [(end.stage.value, end.why) for end in listener.ends] == [
        ("partial", "no words"), ("eager", "silence"), ("final", "silence")
    ]  # fmt: skip
    assert reader.utterances == 2


@pytest.mark.parametrize(
    ("played", "manner", "why", "text"),
    [
        ([(0, 50)], Manner(), "sound ended", ""),
        ([], Manner(), "sound ended", ""),
        ([(0, 500)], Manner(patience=3.0), "nothing said", ""),
        ([(NOISE, 30), (0, 500)], Manner(patience=3.0), "nothing said", ""),
        ([(5, 30)], Manner(), "sound ended", "light"),
        ([(5, 900)], Manner(pauses=Pauses(longest=6.0)), "longest", "light"),
    ],
)
def test_every_way_to_end(
    played: list[tuple[int, int]], manner: Manner, why: str, text: str
) -> None:
    found, listener, _ = hear(played, manner)
    assert (found[-1].stage, found[-1].text) == (Stage.FINAL, text)
    assert (listener.ends[-1].stage, listener.ends[-1].why) == (Stage.FINAL, why)
    assert listener.ends[-1].explain(manner.pauses)


def test_a_key_is_held_and_let_go() -> None:
    async def run() -> list[tuple[str, str]]:
        tape = Tape([(0, 5), (5, 10), (0, 50), (7, 10), (0, 200)])
        listener = listener_to(tape)
        found = []
        async with listener, aclosing(listener.utterances(held=True)) as utterances:
            async for utterance in utterances:
                found.append((utterance.stage.value, utterance.text))
                if found[-1] == ("eager", "light lamp"):
                    listener.end()
        assert listener.ends[-1].why == "asked"
        return found

    found = asyncio.run(run())
    assert ("final", "light") not in found
    assert found[-2:] == [("eager", "light lamp"), ("final", "light lamp")]


def test_several_utterances_of_one_source_and_then_none() -> None:
    async def run() -> None:
        tape = Tape([(1, 8), (0, 30), (2, 8), (0, 30)])
        async with listener_to(tape) as listener:
            assert (await all_of(listener))[-1].text == "turn"
            assert tape.open == 1
            assert not hearing_threads()
            assert (await all_of(listener))[-1].text == "on"
            assert not listener.over
            assert stages(await all_of(listener)) == [("final", "")]
            assert listener.over
            assert stages(await all_of(listener)) == [("final", "")]
            assert tape.opened == 1
        assert tape.open == 0

    asyncio.run(run())


def test_sound_that_was_read_before_comes_first() -> None:
    async def run() -> None:
        woken = [Frame(bytes([1]) + bytes(FRAME_BYTES - 1), n * FRAME_SECONDS) for n in range(8)]
        async with listener_to(Tape([(7, 9), (0, 40)])) as listener:
            found = [u async for u in listener.utterances(woken)]
        assert found[-1].text == "turn lamp"

    asyncio.run(run())


def test_the_sound_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    _, listener, _ = hear(TURN_ON)
    path = tmp_path / "said.wav"
    listener.keep_audio(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        sound = file.readframes(file.getnframes())
    assert len(sound) == FRAME_BYTES * (15 + 32 + FINAL)
    assert [tmp_path / "said.wav"] == list(tmp_path.iterdir())


def test_every_frame_is_seen() -> None:
    seen: list[Frame] = []

    async def run() -> Tape:
        tape = Tape(TURN_ON)
        async with Listener(tape, Reader(), vad=Marked(), watch=seen.append) as listener:
            await all_of(listener)
        return tape

    tape = asyncio.run(run())
    assert len(seen) == tape.read > 0


@pytest.mark.parametrize("fails_at", [0, 3, 20, 30, 58])
def test_a_source_that_fails_leaves_nothing(fails_at: int) -> None:
    reader = Reader()

    async def run() -> None:
        tape = Tape(TURN_ON)
        tape.fails_at = fails_at
        async with listener_to(tape, reader) as listener:
            with pytest.raises(AlexaError, match="plug"):
                await all_of(listener)
            assert tape.open == 0
            assert not hearing_threads()
            tape.fails_at = None  # plugged in again
            assert (await all_of(listener))[-1].text == "turn on the kitchen"

    asyncio.run(run())
    assert not reader.begun


@pytest.mark.parametrize("fails", ["begin", "feed", "partial", "peek", "finish"])
def test_a_recogniser_that_fails_leaves_nothing(fails: str) -> None:
    async def run() -> None:
        reader = Reader()
        reader.fails = fails
        async with listener_to(Tape(TURN_ON), reader) as listener:
            with pytest.raises(AlexaError, match="glasses"):
                await all_of(listener)
            assert not hearing_threads()

    asyncio.run(run())


def test_closed_after_every_revision() -> None:
    played = [(0, 9), (1, 8), (2, 8), (0, 14), (7, 12), (0, 60)]
    total = len(hear(played)[0])

    async def run(revisions: int) -> None:
        tape, reader = Tape(played), Reader()
        async with listener_to(tape, reader) as listener:
            stream = listener.utterances()
            async with aclosing(stream):
                for _ in range(revisions):
                    await anext(stream)
            assert not hearing_threads()
            assert not reader.begun
            final = (await all_of(listener))[-1]  # the listener goes on from there
            assert final.stage == Stage.FINAL
        assert tape.open == 0

    for revisions in range(total + 1):
        asyncio.run(run(revisions))


def test_cancelled_at_every_step() -> None:
    """The task is cancelled after n rounds of the loop, for every n until it is done."""

    async def run(rounds: int) -> bool:
        tape, reader = Tape(TURN_ON, live=True), Reader()
        async with listener_to(tape, reader) as listener:
            task = asyncio.create_task(all_of(listener))
            for _ in range(rounds):
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            assert not hearing_threads()
            assert not reader.begun
            done = not task.cancelled()
            if not done:
                assert (await all_of(listener))[-1].stage == Stage.FINAL
        assert tape.open == 0
        return done

    async def every() -> None:
        # Rounds are not frames: the thread takes as many as it takes. 5,000 are enough for all.
        for rounds in (*range(0, 120, 3), 5000):
            if await run(rounds):
                return

    asyncio.run(every())


def test_a_device_that_says_nothing_can_be_left() -> None:
    async def run() -> None:
        tape = Tape([(1, 8)], live=True)
        tape.stuck = True
        async with listener_to(tape) as listener:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await all_of(listener)
            assert not hearing_threads()
        assert tape.open == 0

    asyncio.run(run())


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(1, 45)), max_size=12), st.data())
def test_any_pattern_makes_one_utterance(
    played: list[tuple[int, int]], data: st.DataObject
) -> None:
    known: list[Hint] = [None, "complete", "unfinished"]
    hints = data.draw(st.lists(st.sampled_from(known), max_size=3))

    def judge(text: str) -> Hint:
        return hints[len(text) % len(hints)] if hints else None

    found, listener, reader = hear(played, judge=judge)
    assert [u.revision for u in found] == list(range(len(found)))
    assert [u.stage == Stage.FINAL for u in found] == [False] * (len(found) - 1) + [True]
    ended = [u for u in found if u.stage != Stage.PARTIAL]
    noted = [end for end in listener.ends if end.stage != Stage.PARTIAL]
    assert [(u.stage, u.text) for u in ended] == [(end.stage, end.text) for end in noted]
    assert all(a.text != b.text for a, b in pairwise(found)
               if b.stage == Stage.PARTIAL and a.stage == Stage.PARTIAL)  # fmt: skip
    # If nothing is spoken after the eager end, it is what stands.
    if len(found) > 1 and found[-2].stage == Stage.EAGER:
        assert found[-1].text == found[-2].text
    longest = max((count for word, count in played if word), default=0)
    if longest >= ONSET:
        assert found[-1].text
    if reader.utterances:
        assert len(reader.fed) * FRAME_SECONDS <= sum(n for _, n in played) * FRAME_SECONDS + 0.01


def test_words_of_a_real_recogniser_on_a_real_voice() -> None:
    """espeak-ng speaks, WebRTC's detector and pocketsphinx listen."""
    pytest.importorskip("pocketsphinx")
    pytest.importorskip("espeakng_loader")
    soxr = pytest.importorskip("soxr")
    np = pytest.importorskip("numpy")
    from alexa_cli.hear.sphinx.recogniser import SphinxRecogniser
    from alexa_cli.speak.voice.espeak import synthesise

    spoken = synthesise("Turn on the kitchen light.")
    values = np.frombuffer(spoken.samples, dtype="<i2").astype(np.float32)
    chance = np.random.default_rng(1)
    voice = np.concatenate([
        np.zeros(RATE), soxr.resample(values, spoken.rate, RATE), np.zeros(2 * RATE)
    ])  # fmt: skip
    sound = (voice * 0.5 + chance.normal(0, 20, len(voice))).astype("<i2").tobytes()

    class Recording:
        name, live, overflows = "recording", False, 0

        async def frames(self) -> AsyncIterator[Frame]:
            for at in range(0, len(sound) - FRAME_BYTES, FRAME_BYTES):
                yield Frame(sound[at : at + FRAME_BYTES], at / 2 / RATE)

    said = ("turn on the kitchen light", "turn off the bedroom lamp", "what time is it")
    bias = Bias(tuple(Phrase(tuple(each.split())) for each in said), fingerprint="three")

    async def run() -> tuple[list[Utterance], Listener]:
        recogniser = SphinxRecogniser(bias=bias)
        async with Listener(Recording(), recogniser) as listener:
            found = await all_of(listener)
        recogniser.close()
        return found, listener

    found, listener = asyncio.run(run())
    assert stages(found)[-2:] == [("eager", said[0]), ("final", said[0])]
    assert listener.recognised.words[-1].text == "light"
    assert not hearing_threads()
