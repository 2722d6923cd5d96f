"""Replies said aloud while they stream, and silent the moment they must be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.speak.voice import NoOutput, Sound
from alexa_cli.speak.voice.espeak import EspeakVoice
from alexa_cli.speak.voice.sentences import split
from alexa_cli.speak.voice.speaker import GAP, Speaker
from alexa_cli.turn import Heard, Replied, Reply, Replying, Started, Utterance

if TYPE_CHECKING:
    from tests.speak.voice.conftest import Memory, Parrot

THREE = "The light is on. The door is shut. Good night."
SAID = ["The light is on.", "The door is shut.", "Good night."]


async def until(happened: Callable[[], bool]) -> None:
    while not happened():  # noqa: ASYNC110 - whatever task it happens in
        await asyncio.sleep(0)


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def speak(
    parrot: Parrot, memory: Memory, notices: list[str]
) -> Callable[[Callable[[Speaker], Coroutine[Any, Any, None]]], None]:
    """Run a test's coroutine with a speaker, which must be idle at its end."""

    def run(story: Callable[[Speaker], Coroutine[Any, Any, None]]) -> None:
        async def whole() -> None:
            speaker = Speaker(parrot, memory, notice=notices.append, tail=0)
            assert not speaker.speaking
            try:
                await story(speaker)
            finally:
                await speaker.close()
            assert not speaker.speaking
            assert len(asyncio.all_tasks()) == 1

        asyncio.run(whole())

    return run


def test_it_speaks_while_the_reply_still_streams(speak: Any, memory: Memory) -> None:
    async def story(speaker: Speaker) -> None:
        speaker.feed("The light is on. The do")
        await memory.until_begun(1)
        assert speaker.speaking
        speaker.feed("or is shut. ")
        speaker.feed("Good")
        await memory.until_begun(2)
        assert memory.begun == SAID[:2]
        speaker.finish(THREE)
        await speaker.done()
        assert not speaker.speaking

    speak(story)
    assert memory.ended == SAID


def test_a_reply_that_does_not_stream_is_said_too(speak: Any, memory: Memory) -> None:
    async def story(speaker: Speaker) -> None:
        speaker.finish(THREE)
        assert speaker.speaking
        await speaker.done()

    speak(story)
    assert memory.ended == SAID


def test_the_events_of_a_turn_are_enough(speak: Any, memory: Memory) -> None:
    async def story(speaker: Speaker) -> None:
        for _ in range(2):
            speaker.see(Heard(Utterance("is the light on")))
            speaker.see(Replying("The light is on. The door"))
            speaker.see(Started(None))  # type: ignore[arg-type]
            speaker.see(Replied(Reply(THREE)))
            await speaker.done()

    speak(story)
    assert memory.ended == SAID * 2


def test_the_next_sentence_is_made_while_one_is_played(
    speak: Any, memory: Memory, parrot: Parrot
) -> None:
    async def story(speaker: Speaker) -> None:
        memory.held = True
        speaker.finish(THREE)
        await memory.until_begun(1)
        for _ in range(20):
            await asyncio.sleep(0)
        assert parrot.asked == SAID[:2]
        assert memory.begun == SAID[:1]
        memory.let_go()
        await speaker.done()

    speak(story)
    assert memory.ended == SAID


def test_stopping_is_at_once_and_for_the_rest_of_the_reply(speak: Any, memory: Memory) -> None:
    async def story(speaker: Speaker) -> None:
        memory.held = True
        speaker.feed("The light is on. The door is shut. ")
        await memory.until_begun(1)
        speaker.stop()
        assert memory.stops == 1
        assert not speaker.speaking
        speaker.feed("And more. And ")
        speaker.finish("The light is on. The door is shut. And more. And more.")
        await speaker.done()
        assert memory.ended == []
        memory.held = False
        speaker.finish("Next.")
        await speaker.done()

    speak(story)
    assert memory.begun == ["The light is on.", "Next."]
    assert memory.ended == ["Next."]


def test_stopping_while_nothing_is_said_silences_nothing_to_come(
    speak: Any, memory: Memory
) -> None:
    async def story(speaker: Speaker) -> None:
        speaker.stop()
        speaker.finish("One.")
        await speaker.done()
        speaker.stop()
        speaker.feed("Two. Three")
        speaker.finish("Two. Three.")
        await speaker.done()
        assert memory.stops == 0

    speak(story)
    assert memory.ended == ["One.", "Two.", "Three."]


def test_a_new_reply_right_after_a_stop_is_said(speak: Any, memory: Memory) -> None:
    async def story(speaker: Speaker) -> None:
        memory.held = True
        speaker.finish(THREE)
        await memory.until_begun(1)
        speaker.stop()
        memory.held = False
        speaker.finish("Next.")
        assert speaker.speaking
        await speaker.done()

    speak(story)
    assert memory.ended == ["Next."]


def test_a_reply_that_turns_out_otherwise_is_said_anew(speak: Any, memory: Memory) -> None:
    async def story(speaker: Speaker) -> None:
        memory.held = True
        speaker.feed("The light is on. The d")
        await memory.until_begun(1)
        memory.held = False
        speaker.finish("Sorry, that failed. Try again.")
        await speaker.done()

    speak(story)
    assert memory.begun == ["The light is on.", "Sorry, that failed.", "Try again."]
    assert memory.stops == 1


def test_what_holds_of_a_changed_reply_is_not_said_twice(speak: Any, memory: Memory) -> None:
    async def story(speaker: Speaker) -> None:
        memory.held = True
        speaker.feed("The light is on. ")
        speaker.feed("The door is open. ")
        speaker.feed("It is late. ")
        await memory.until_begun(1)
        speaker.finish("The light is on. The door is open. It is early.")
        memory.let_go()
        await speaker.done()

    speak(story)
    assert memory.ended == ["The light is on.", "The door is open.", "It is early."]
    assert memory.stops == 0


def test_a_reply_behind_another_that_turns_out_otherwise(speak: Any, memory: Memory) -> None:
    async def story(speaker: Speaker) -> None:
        memory.held = True
        speaker.finish(THREE)
        await memory.until_begun(1)
        speaker.feed("One. Two. T")
        speaker.finish("Other.")
        memory.let_go()
        await speaker.done()

    speak(story)
    assert memory.ended == [*SAID, "Other."]


def test_a_reply_that_never_ended_gives_way_to_the_next(speak: Any, memory: Memory) -> None:
    async def story(speaker: Speaker) -> None:
        speaker.see(Replying("The light is on. The door is"))
        await memory.until_begun(1)
        assert speaker.speaking
        speaker.see(Heard(Utterance("something else")))
        speaker.see(Replied(Reply("Good night.")))
        await speaker.done()

    speak(story)
    assert memory.ended == ["The light is on.", "Good night."]


def test_after_a_cancelled_turn_the_next_reply_is_said(speak: Any, memory: Memory) -> None:
    async def story(speaker: Speaker) -> None:
        memory.held = True
        speaker.feed("The light is on. The door is")
        await memory.until_begun(1)
        speaker.stop()
        speaker.abandon()
        memory.held = False
        speaker.feed("Good night. ")
        speaker.finish("Good night. ")
        await speaker.done()

    speak(story)
    assert memory.ended == ["Good night."]


@pytest.mark.parametrize("tail", [0, 0.02])
def test_a_reply_that_comes_as_the_last_words_fade_is_said(
    parrot: Parrot, memory: Memory, tail: float
) -> None:
    async def story() -> None:
        speaker = Speaker(parrot, memory, tail=tail)
        for count in range(1, 4):
            speaker.finish(f"Number {count}.")
            assert speaker.speaking
            await until(lambda: memory.releases >= 2 * count - 1)  # noqa: B023 - waited for here
        await speaker.done()

    asyncio.run(story())
    assert memory.ended == [f"Number {count}." for count in range(1, 4)]


def test_it_counts_as_speaking_through_a_pause_of_the_text(speak: Any, memory: Memory) -> None:
    async def story(speaker: Speaker) -> None:
        speaker.feed("The light is on. T")
        await memory.until_begun(1)
        await until(lambda: bool(memory.ended))
        for _ in range(50):
            await asyncio.sleep(0)
            assert speaker.speaking
        speaker.finish("The light is on.")
        await speaker.done()

    speak(story)
    assert memory.ended == ["The light is on."]


def test_muted_it_says_nothing_and_asks_for_nothing(
    speak: Any, memory: Memory, parrot: Parrot
) -> None:
    async def story(speaker: Speaker) -> None:
        speaker.muted = True
        speaker.feed("The light is on. The")
        speaker.finish(THREE)
        assert not speaker.speaking
        await speaker.done()
        speaker.muted = False
        speaker.finish("Good night.")
        await speaker.done()

    speak(story)
    assert parrot.asked == memory.ended == ["Good night."]


def test_muting_silences_what_is_being_said(speak: Any, memory: Memory) -> None:
    async def story(speaker: Speaker) -> None:
        memory.held = True
        speaker.feed("The light is on. The door is shut. ")
        await memory.until_begun(1)
        speaker.muted = True
        assert memory.stops == 1
        speaker.muted = False
        speaker.finish(THREE)
        await speaker.done()

    speak(story)
    assert memory.ended == []


def test_without_a_device_there_is_one_notice_and_the_text_goes_on(
    speak: Any, memory: Memory, notices: list[str]
) -> None:
    memory.error = NoOutput("no loudspeaker", hint="buy one")

    async def story(speaker: Speaker) -> None:
        for _ in range(3):
            speaker.feed("The light is on. The door is shut. ")
            for _ in range(20):
                await asyncio.sleep(0)
            speaker.feed("Good night. ")
            speaker.finish(THREE)
            await speaker.done()

    speak(story)
    assert notices == ["no loudspeaker\n  buy one"]
    assert memory.begun == []


def test_a_voice_that_fails_lets_what_is_playing_end(
    speak: Any, memory: Memory, parrot: Parrot, notices: list[str]
) -> None:
    parrot.fails = SAID[1]

    async def story(speaker: Speaker) -> None:
        memory.held = True
        speaker.finish(THREE)
        await memory.until_begun(1)
        await until(lambda: bool(notices))
        memory.let_go()
        await speaker.done()
        speaker.finish("Next.")
        await speaker.done()

    speak(story)
    assert notices == ["the parrot is hoarse"]
    assert memory.ended == [SAID[0], "Next."]


def test_an_error_of_a_foreign_library_is_told_too(
    speak: Any, memory: Memory, notices: list[str]
) -> None:
    memory.error = ZeroDivisionError("in a driver")

    async def story(speaker: Speaker) -> None:
        speaker.finish("Hello.")
        await speaker.done()

    speak(story)
    assert notices == ["speaking failed: ZeroDivisionError: in a driver"]


def test_what_has_no_sound_is_left_out(speak: Any, memory: Memory) -> None:
    async def story(speaker: Speaker) -> None:
        speaker.finish("Done! 🎉\n---\n- 20 % \x1b[31mred")
        await speaker.done()
        speaker.finish("🎉")
        assert not speaker.speaking
        await speaker.done()

    speak(story)
    assert memory.ended == ["Done!", "20 percent red"]


def test_a_voice_that_plays_by_itself_says_one_thing_at_a_time(
    speak: Any, memory: Memory, parrot: Parrot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, now = [], 0

    async def say(text: str) -> Sound | None:
        nonlocal now
        now += 1
        assert now == 1
        await asyncio.sleep(0.001)
        now -= 1
        said.append(text)
        return None

    monkeypatch.setattr(parrot, "say", say)

    async def story(speaker: Speaker) -> None:
        speaker.finish(THREE)
        await speaker.done()

    speak(story)
    assert said == SAID
    assert memory.begun == []


@given(st.lists(st.sampled_from(["One. ", "Two! ", "Dr. No is here. ", "3.5 ", "and ", "\n"])),
       st.integers(1, 7))  # fmt: skip
def test_however_it_streams_all_is_said_once_and_in_order(parts: list[str], size: int) -> None:
    from importlib import import_module

    spoken = import_module("alexa_cli.speak.voice.spoken").spoken
    whole = "".join(parts)
    played: list[bytes] = []

    class Voice:
        name = "test"

        async def say(self, text: str) -> Sound:
            return Sound(text.encode("utf-16-le"), 16_000)

    class Output:
        async def play(self, sound: Sound) -> None:
            played.append(sound.samples)

        def stop(self) -> None:
            raise AssertionError

        async def release(self) -> None:
            pass

    async def story() -> None:
        speaker = Speaker(Voice(), Output(), tail=0)
        for at in range(0, len(whole), size):
            speaker.feed(whole[at : at + size])
            await asyncio.sleep(0)
        speaker.finish(whole)
        await speaker.done()

    asyncio.run(story())
    said = [text for sentence in split(whole) if (text := spoken(sentence))]
    assert [samples.decode("utf-16-le").strip("\0") for samples in played] == said


def test_the_real_voice_leaves_a_gap_between_sentences() -> None:
    sounds: list[Sound] = []

    class Output:
        async def play(self, sound: Sound) -> None:
            sounds.append(sound)

        def stop(self) -> None:
            pass

        async def release(self) -> None:
            pass

    async def story() -> None:
        speaker = Speaker(EspeakVoice(), Output(), tail=0)
        speaker.finish("Hello there. Hello there.")
        await speaker.done()

    asyncio.run(story())
    first, second = sounds
    assert abs(second.seconds - first.seconds - GAP) < 0.02
    assert not any(second.samples[: int(GAP * second.rate) * 2])
    assert any(first.samples[: int(GAP * first.rate) * 2])
