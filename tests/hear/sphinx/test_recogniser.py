"""Recognising real sound: speech made by espeak-ng, with models made from small biases."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from alexa_cli.hear.bias import Bias, Phrase
from alexa_cli.hear.frame import FRAME_BYTES
from alexa_cli.hear.recogniser import Recognised
from alexa_cli.hear.sphinx.recogniser import SphinxRecogniser

Speak: TypeAlias = Callable[[str], bytes]
_LIBRARY: list[object] = []
"""The callback that the library may still call."""


@pytest.fixture(scope="module")
def speak() -> Speak:
    """``speak(text)``: 16 kHz samples of a synthetic voice, whole frames, a pause around it."""
    loader = pytest.importorskip("espeakng_loader")
    np = pytest.importorskip("numpy")
    soxr = pytest.importorskip("soxr")
    library = ctypes.CDLL(loader.get_library_path())
    rate = library.espeak_Initialize(2, 0, str(loader.get_data_path()).encode(), 0)
    pieces: list[bytes] = []

    def heed(samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            pieces.append(ctypes.string_at(samples, count * 2))
        return 0

    kind = ctypes.CFUNCTYPE(
        ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
    )
    take = kind(heed)
    library.espeak_SetSynthCallback(take)
    _LIBRARY.append(take)

    def said(text: str) -> bytes:
        library.espeak_SetSynthCallback(take)
        library.espeak_SetVoiceByName(b"en-us")
        library.espeak_SetParameter(1, 140, 0)
        pieces.clear()
        written = text.encode() + b"\0"
        library.espeak_Synth(written, len(written), 0, 1, 0, 1, None, None)
        library.espeak_Synchronize()
        sound = np.frombuffer(b"".join(pieces), "<i2")
        sound = soxr.resample(sound, rate, 16_000).astype("<i2").tobytes()
        sound = bytes(FRAME_BYTES * 10) + sound + bytes(FRAME_BYTES * 8)
        return bytes(sound[: len(sound) // FRAME_BYTES * FRAME_BYTES])

    return said


def phrases(*texts: str) -> tuple[Phrase, ...]:
    return tuple(Phrase(tuple(text.split())) for text in texts)


BIAS = Bias(
    sentences=phrases(
        "turn on the {lights}", "turn off the {lights}", "call {contacts}",
        "set a timer for {{duration}}", "what is the time",
    ),
    lists={
        "lights": phrases("kitchen light", "garage light", "floor lamp"),
        "contacts": phrases("meg jones", "meg bauer", "priya patel"),
    },
    pronunciations={"priya": ("PREE-ya",)},
)  # fmt: skip


@pytest.fixture
def recogniser(tmp_path: Path) -> Iterator[SphinxRecogniser]:
    made = SphinxRecogniser(tmp_path / "sphinx", BIAS)
    yield made
    made.close()


def hear(recogniser: SphinxRecogniser, sound: bytes, n_best: int = 1) -> Recognised:
    recogniser.begin()
    for start in range(0, len(sound), FRAME_BYTES):
        recogniser.feed(sound[start : start + FRAME_BYTES])
    return recogniser.finish(n_best)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("turn on the garage light", "turn on the garage light"),
        ("set a timer for twenty five seconds", "set a timer for twenty five seconds"),
        ("what's the time", "what's the time"),
        ("call priya patel", "call priya patel"),
    ],
)
def test_commands_are_heard(
    recogniser: SphinxRecogniser, speak: Speak, said: str, text: str
) -> None:
    assert hear(recogniser, speak(said)).text == text


def test_words_have_times_and_confidence(recogniser: SphinxRecogniser, speak: Speak) -> None:
    sound = speak("turn on the garage light")
    heard = hear(recogniser, sound, 4)
    assert [word.text for word in heard.words] == heard.text.split()
    assert all(
        a.start < a.end <= b.start for a, b in zip(heard.words, heard.words[1:], strict=False)
    )
    assert heard.words[-1].end <= len(sound) / 32_000
    assert all(0 <= (word.confidence or 0) <= 1 for word in heard.words)
    assert 0 < (heard.confidence or 0) <= 1
    texts = [each.text for each in heard.hypotheses]
    assert texts[0] == heard.text == "turn on the garage light"
    assert len(set(texts)) == len(texts) > 1
    scores = [each.score for each in heard.hypotheses]
    assert scores[0] == 0
    assert all(score is not None and score <= 0 for score in scores)


def test_partials_grow_and_a_look_ends_nothing(recogniser: SphinxRecogniser, speak: Speak) -> None:
    sound = speak("turn on the") + speak("floor lamp")
    half = len(speak("turn on the"))
    recogniser.begin()
    seen: list[str] = []
    for start in range(0, len(sound), FRAME_BYTES):
        recogniser.feed(sound[start : start + FRAME_BYTES])
        seen.append(recogniser.partial())
        if start + FRAME_BYTES == half:
            looked = recogniser.peek()
            assert looked.text.startswith("turn on")
            assert recogniser.partial() == looked.text
    assert "turn on the" in seen
    assert recogniser.finish().text == "turn on the floor lamp"


def test_silence_after_a_look_changes_nothing(recogniser: SphinxRecogniser, speak: Speak) -> None:
    sound = speak("turn on the floor lamp")
    recogniser.begin()
    for start in range(0, len(sound), FRAME_BYTES):
        recogniser.feed(sound[start : start + FRAME_BYTES])
    looked = recogniser.peek(3)
    for _ in range(10):
        recogniser.feed(bytes(FRAME_BYTES))
    assert recogniser.finish(3) is looked


def test_what_is_heard_with_doubt_is_heard_again(
    recogniser: SphinxRecogniser, speak: Speak
) -> None:
    """Words that nobody expects: whichever look won, it stays, and the next command is as ever."""
    strange = speak("the committee postponed its quarterly review")
    assert len(hear(recogniser, strange, 5).hypotheses) > 1
    recogniser.begin()
    for start in range(0, len(strange), FRAME_BYTES):
        recogniser.feed(strange[start : start + FRAME_BYTES])
    looked = recogniser.peek()
    assert recogniser.peek(5).text == looked.text == recogniser.finish(5).text
    assert hear(recogniser, speak("turn on the garage light")).text == "turn on the garage light"


def test_nothing_is_heard_in_nothing(recogniser: SphinxRecogniser) -> None:
    recogniser.begin()
    assert recogniser.finish().text == ""
    assert hear(recogniser, bytes(FRAME_BYTES * 20), 3).text == ""


def test_a_pending_choice_is_heard(recogniser: SphinxRecogniser, speak: Speak) -> None:
    asked = replace(BIAS, choices=phrases("bauer", "jones", "meg bauer", "meg jones"))
    recogniser.expect(asked)
    assert hear(recogniser, speak("meg bauer")).text == "meg bauer"
    assert hear(recogniser, speak("turn on the garage light")).text == "turn on the garage light"
    recogniser.expect(BIAS)
    assert hear(recogniser, speak("bauer")).text != "bauer"


def test_a_new_name_makes_no_new_trigram(
    recogniser: SphinxRecogniser, speak: Speak, tmp_path: Path
) -> None:
    before = {each: each.read_bytes() for each in (tmp_path / "sphinx").glob("lm-*")}
    lists = {**BIAS.lists, "lights": (*BIAS.lists["lights"], *phrases("lumioso"))}
    recogniser.expect(replace(BIAS, lists=lists))
    assert hear(recogniser, speak("turn on the lumioso")).text == "turn on the lumioso"
    assert recogniser.guessed == ("lumioso",)
    assert {each: each.read_bytes() for each in (tmp_path / "sphinx").glob("lm-*")} == before


def test_a_member_of_a_long_list_is_rarer_than_the_words_around_it(tmp_path: Path) -> None:
    many = phrases(*(f"lamp {number}" for number in range(20)))
    made = SphinxRecogniser(tmp_path / "sphinx", replace(BIAS, lists={"lights": many}))
    made.close()
    text = next((tmp_path / "sphinx").glob("classes-*")).read_text(encoding="utf-8")
    lines = text.split("LMCLASS [lights]\n")[1].split("END")[0].split("\n")[:-1]
    shares = [float(line.split()[1]) for line in lines]
    assert shares[0] == 1.0  # what keeps pocketsphinx from scaling the others up
    assert 0 < max(shares[1:]) < 0.05 / 20


def test_more_lists_than_it_takes_are_no_end(recogniser: SphinxRecogniser, speak: Speak) -> None:
    names = [f"list{letter}{other}" for letter in "abcdefghijklm" for other in "abcdefghijkl"]
    sentences = phrases(*(f"{{{name}}} now" for name in names))
    lists = {name: phrases(f"{name} one", f"{name} two", f"{name} three") for name in names}
    recogniser.expect(
        replace(BIAS, sentences=(*BIAS.sentences, *sentences), lists={**BIAS.lists, **lists})
    )
    assert recogniser.failed == ""
    assert hear(recogniser, speak("what's the time")).text == "what's the time"


def test_the_next_utterance_hears_what_was_expected_in_between(
    recogniser: SphinxRecogniser, speak: Speak
) -> None:
    sound = speak("turn on the floor lamp")
    recogniser.begin()
    for start in range(0, len(sound), FRAME_BYTES):
        recogniser.feed(sound[start : start + FRAME_BYTES])
        if start == FRAME_BYTES * 30:
            recogniser.expect(Bias(sentences=phrases("stop it")))
    assert recogniser.finish().text == "turn on the floor lamp"
    assert hear(recogniser, speak("stop it")).text == "stop it"


@pytest.mark.parametrize(
    "bias",
    [
        Bias(),
        Bias(sentences=phrases("… 日本", "turn {nothing}")),
        Bias(sentences=phrases("go"), lists={"a b": phrases("x y"), "weird]": phrases("(")}),
        Bias(sentences=phrases("say {{unheard_of}}"), choices=(Phrase(()), Phrase(("…",)))),
    ],
)
def test_no_bias_breaks_it(recogniser: SphinxRecogniser, bias: Bias, speak: Speak) -> None:
    recogniser.expect(bias)
    hear(recogniser, speak("turn on the floor lamp"), 3)
    recogniser.expect(BIAS)
    assert hear(recogniser, speak("turn on the floor lamp")).text == "turn on the floor lamp"


def test_a_folder_that_cannot_be_written_is_no_matter(tmp_path: Path, speak: Speak) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(struct.pack("<h", 1))
    recogniser = SphinxRecogniser(blocked / "sphinx", BIAS)
    assert hear(recogniser, speak("turn on the floor lamp")).text == "turn on the floor lamp"
    recogniser.close()


def test_the_folder_stays_small(recogniser: SphinxRecogniser, tmp_path: Path) -> None:
    for number in range(12):
        recogniser.expect(replace(BIAS, lists={"lights": phrases(f"lamp {number}")}))
    assert len(list((tmp_path / "sphinx").iterdir())) <= 26
    assert all(each.stat().st_mode & 0o077 == 0 for each in (tmp_path / "sphinx").iterdir())
