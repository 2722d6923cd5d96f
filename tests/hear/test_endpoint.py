"""Ends of what is said: two end-pointers over patterns of speech and silence, and the detector."""

from __future__ import annotations

import math
import random
from array import array
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alexa_cli.errors import ConfigError
from alexa_cli.hear.endpoint import ONSET, RESUME, EndPointer, Mark, Pauses, left_open
from alexa_cli.hear.frame import FRAME_BYTES, FRAME_SAMPLES, FRAME_SECONDS, RATE, Frame
from alexa_cli.hear.vad import VoiceDetector, level_of

if TYPE_CHECKING:
    from collections.abc import Iterable

EAGER, FINAL, UNFINISHED = 10, 17, 40
"""Frames of the default pauses."""


class Marked:
    """A detector that believes a frame's first byte."""

    def is_speech(self, samples: bytes) -> bool:
        return samples[0] != 0


def frames(pattern: Iterable[bool]) -> list[Frame]:
    return [
        Frame(bytes([speech]) + bytes(FRAME_BYTES - 1), n * FRAME_SECONDS)
        for n, speech in enumerate(pattern)
    ]


def pattern(text: str) -> list[bool]:
    """``5# 12.`` is five frames of speech and twelve of silence."""
    return [part[-1] == "#" for part in text.split() for _ in range(int(part[:-1]))]


def heard(text: str, pauses: Pauses | None = None, hint_at: str = "") -> list[Mark]:
    pointer = EndPointer(Marked(), pauses)
    found: list[Mark] = []
    for frame in frames(pattern(text)):
        found += pointer.feed(frame)
        if hint_at and pointer.speaking and pointer.silence > 0:
            pointer.hint = "complete" if hint_at == "complete" else "unfinished"
    return found


def told(marks: Iterable[Mark]) -> list[tuple[str, int, str]]:
    """Each mark with its time in frames."""
    return [(mark.kind, round(mark.at / FRAME_SECONDS), mark.why) for mark in marks]


def test_an_utterance_has_an_eager_and_a_final_end() -> None:
    marks = heard("20. 30# 40.")
    assert told(marks) == [
        ("began", 20, ""), ("eager", 50 + EAGER, "silence"), ("final", 50 + FINAL, "silence")
    ]  # fmt: skip
    assert [round(m.spoken_until / FRAME_SECONDS) for m in marks] == [20 + ONSET, 50, 50]


def test_speech_that_resumes_takes_the_eager_end_back() -> None:
    assert [mark[:2] for mark in told(heard("2. 20# 12. 10# 40."))] == [
        ("began", 2), ("eager", 22 + EAGER), ("resumed", 34),
        ("eager", 44 + EAGER), ("final", 44 + FINAL),
    ]  # fmt: skip


def test_a_pause_shorter_than_the_eager_one_is_no_end() -> None:
    assert [mark[0] for mark in told(heard("20# 9. 20# 9. 20# 20."))] == [
        "began", "eager", "final"
    ]  # fmt: skip


def test_clicks_neither_begin_an_utterance_nor_prolong_one() -> None:
    assert heard(f"10. {ONSET - 1}# 10. 1# 30.") == []
    assert told(heard("20# 8. 1# 20."))[1:] == [
        ("eager", 20 + EAGER, "silence"), ("final", 20 + FINAL, "silence")
    ]  # fmt: skip


def test_two_utterances_in_one_stream() -> None:
    kinds = [mark.kind for mark in heard("20# 20. 20# 20.")]
    assert kinds == ["began", "eager", "final"] * 2


def test_a_complete_sentence_ends_at_once_and_says_so() -> None:
    assert told(heard("20# 40.", hint_at="complete"))[1:] == [("final", 20 + EAGER, "complete")]
    sooner = Pauses(complete=0.21)
    assert told(heard("20# 40.", sooner, "complete"))[1:] == [("final", 27, "complete")]


def test_an_unfinished_sentence_waits_and_has_no_eager_end() -> None:
    assert told(heard("20# 60.", hint_at="unfinished"))[1:] == [
        ("final", 20 + UNFINISHED, "unfinished")
    ]
    assert [m.kind for m in heard("20# 30. 9# 60.", hint_at="unfinished")] == ["began", "final"]


def test_a_hint_is_forgotten_when_speech_goes_on() -> None:
    pointer = EndPointer(Marked())
    for frame in frames(pattern("20# 5.")):
        pointer.feed(frame)
    pointer.hint = "unfinished"
    for frame in frames(pattern(f"{RESUME}#")):
        pointer.feed(frame)
    assert pointer.hint is None


def test_what_never_pauses_is_ended() -> None:
    marks = heard("400#", Pauses(longest=9.0))
    assert told(marks)[:2] == [("began", 0, ""), ("final", 300, "longest")]
    assert told(marks)[2][0] == "began"  # what is still being said is another utterance


def test_held_begins_with_speech_and_no_silence_is_its_final_end() -> None:
    pointer = EndPointer(Marked())
    pointer.held = True
    marks = [mark for frame in frames(pattern("3. 20# 100.")) for mark in pointer.feed(frame)]
    assert [m.kind for m in marks] == ["began", "eager"]
    assert marks[0].at == 0.09
    assert [m.why for m in pointer.end("asked")] == ["asked"]
    assert pointer.end("asked") == []


def test_the_end_of_the_sound_ends_what_is_said() -> None:
    pointer = EndPointer(Marked())
    assert pointer.end("sound ended") == []
    for frame in frames(pattern("20# 3.")):
        pointer.feed(frame)
    (mark,) = pointer.end("sound ended")
    assert (mark.kind, mark.why) == ("final", "sound ended")
    assert round(mark.at - mark.spoken_until, 3) == 0.09


@pytest.mark.parametrize(
    "wrong",
    [
        {"eager": 0.6}, {"eager": 0.0}, {"complete": 0.7}, {"complete": 0.01},
        {"unfinished": 0.4}, {"unfinished": 6.0}, {"longest": 1.0}, {"eager": math.nan},
    ],
)  # fmt: skip
def test_pauses_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        Pauses(**wrong)


runs = st.lists(st.integers(1, 45), min_size=1, max_size=12)


@given(runs, st.lists(st.sampled_from([None, "complete", "unfinished"]), max_size=12),
       st.integers(1, 15), st.integers(0, 10))  # fmt: skip
def test_marks_are_in_order_and_each_end_has_its_pause(
    lengths: list[int], hints: list[str | None], eager: int, more: int
) -> None:
    pauses = Pauses(
        eager=eager * FRAME_SECONDS, final=(eager + more) * FRAME_SECONDS,
        complete=max(1, eager // 2) * FRAME_SECONDS, unfinished=(eager + more + 8) * FRAME_SECONDS,
        longest=4.0,
    )  # fmt: skip
    pointer = EndPointer(Marked(), pauses)
    speech = [n % 2 == 0 for n, length in enumerate(lengths) for _ in range(length)]
    state, last = "final", -1.0
    follows = {
        "final": {"began"}, "began": {"eager", "final"}, "eager": {"resumed", "final"},
        "resumed": {"eager", "final"},
    }  # fmt: skip
    for n, frame in enumerate(frames(speech)):
        marks = pointer.feed(frame)
        assert len(marks) <= 1
        for mark in marks:
            assert mark.kind in follows[state]
            state = mark.kind
            # A beginning lies back by its onset, never behind the end before it.
            assert mark.at > last - FRAME_SECONDS / 2
            last = mark.at
            if mark.kind not in {"began", "resumed"}:
                assert mark.why == "longest" or not speech[n]
            if mark.kind == "eager":
                paused = round((mark.at - mark.spoken_until) / FRAME_SECONDS)
                assert paused >= eager
                assert paused <= eager + 1 or any(hints)
            elif mark.kind == "final":
                wanted = {"silence": pauses.final, "complete": pauses.complete,
                          "unfinished": pauses.unfinished}.get(mark.why)  # fmt: skip
                assert (wanted is None) == (mark.why == "longest")
                if wanted is not None:
                    assert mark.at - mark.spoken_until >= wanted - FRAME_SECONDS / 2
                    assert mark.at - mark.spoken_until <= pauses.unfinished + FRAME_SECONDS / 2
        if pointer.speaking and pointer.silence > 0 and hints:
            hint = hints[n % len(hints)]
            assert hint in {None, "complete", "unfinished"}
            pointer.hint = hint  # type: ignore[assignment]
    assert pointer.speaking == (state != "final")


def tone(level: float, seconds: float, seed: int = 1) -> bytes:
    """Steady noise of so many decibels of full scale."""
    chance = random.Random(seed)  # noqa: S311 - noise, the same each time
    size = 32768 * 10 ** (level / 20)
    count = round(seconds * RATE)
    values = (int(max(-32768, min(32767, chance.gauss(0, size)))) for _ in range(count))
    return array("h", values).tobytes()


def judged(samples: bytes) -> list[bool]:
    detector = VoiceDetector()
    return [
        detector.is_speech(samples[i : i + FRAME_BYTES])
        for i in range(0, len(samples) - FRAME_BYTES + 1, FRAME_BYTES)
    ]


def test_silence_noise_and_an_offset_are_no_speech() -> None:
    assert not any(judged(bytes(FRAME_BYTES * 50))[ONSET - 1 :])
    offset = array("h", [4000] * FRAME_SAMPLES * 50).tobytes()
    assert not any(judged(offset)[20:])


def test_loud_steady_noise_is_not_speech_for_long() -> None:
    found = judged(tone(-20, 4.0))
    assert not any(found[50:])


def test_the_level_of_a_frame() -> None:
    full = array("h", [32767, -32768] * (FRAME_SAMPLES // 2)).tobytes()
    assert level_of(full) == pytest.approx(0, abs=0.01)
    some = array("h", [328, -328] * (FRAME_SAMPLES // 2))
    assert level_of(some.tobytes()) == pytest.approx(-40, abs=0.1)
    beside = array("h", [4000 + each for each in some])  # an offset is no sound
    assert level_of(beside.tobytes()) == pytest.approx(-40, abs=0.1)
    assert level_of(bytes(FRAME_BYTES)) == level_of(b"") == -95


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("set a timer for", True), ("turn on the", True), ("remind me to", True),
        ("tell mom that dinner is at", True), ("a coffee with milk and", True),
        ("turn it on", False), ("turn the light off", False), ("what time is it", False),
        ("", False), ("call meg", False),
    ],
)  # fmt: skip
def test_a_sentence_that_cannot_end_there(text: str, open_: bool) -> None:
    assert left_open(text) == open_
