"""Recognising with vosk: a tiny real model, and speech that espeak-ng makes."""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from alexa_cli.errors import AlexaError
from alexa_cli.hear.bias import Bias, Phrase
from alexa_cli.hear.frame import FRAME_BYTES, FRAME_SECONDS, Frame
from alexa_cli.hear.listener import Listener
from alexa_cli.hear.recogniser import Recognised
from alexa_cli.hear.vosk_recogniser import VoskRecogniser
from alexa_cli.turn import Stage, Utterance

Speak: TypeAlias = Callable[[str], bytes]
ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("ALEXA_SHARED") or ROOT.parent / "shared")
_LIBRARY: list[object] = []
"""The callback that the library may still call."""


@pytest.fixture(scope="module")
def model() -> Path:
    pytest.importorskip("vosk")
    for folder in (ROOT / "tests/data/tiny_vosk", SHARED / "reference/tiny_vosk/model"):
        if (folder / "am/final.mdl").is_file():
            return folder
    pytest.skip("needs a tiny model of vosk in tests/data/tiny_vosk")


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


@pytest.fixture
def recogniser(model: Path) -> VoskRecogniser:
    return VoskRecogniser(model)


def phrases(*texts: str, weight: float = 1.0) -> tuple[Phrase, ...]:
    return tuple(Phrase(tuple(text.split()), weight) for text in texts)


def feed(recogniser: VoskRecogniser, sound: bytes) -> None:
    for start in range(0, len(sound), FRAME_BYTES):
        recogniser.feed(sound[start : start + FRAME_BYTES])


def hear(recogniser: VoskRecogniser, sound: bytes, n_best: int = 1) -> Recognised:
    recogniser.begin()
    feed(recogniser, sound)
    return recogniser.finish(n_best)


CHOICES = Bias(choices=phrases("meg jones", "meg bauer", "jones", "bauer"))


def test_commands_are_heard_with_words_times_and_confidence(
    recogniser: VoskRecogniser, speak: Speak
) -> None:
    sound = speak("turn on the kitchen light")
    found = hear(recogniser, sound)
    assert found.text == "turn on the kitchen light"
    assert [word.text for word in found.words] == found.text.split()
    times = [(word.start, word.end) for word in found.words]
    assert times == sorted(times)
    assert times[0][0] > 0.2
    assert times[-1][1] < len(sound) / 32_000
    assert found.confidence is not None
    assert 0.5 < found.confidence <= 1
    assert hear(recogniser, speak("set a timer for ten minutes")).text == (
        "set a timer for ten minutes"
    )


def test_hypotheses_come_best_first_each_once(recogniser: VoskRecogniser, speak: Speak) -> None:
    found = hear(recogniser, speak("turn on the kitchen light"), 4)
    texts = [h.text for h in found.hypotheses]
    scores = [h.score for h in found.hypotheses]
    assert texts[0] == found.text
    assert len(set(texts)) == len(texts) == 4
    assert scores[0] == 0.0
    assert scores == sorted(scores, key=lambda score: -(score or 0.0))
    assert "turn on the kitchen lights" in texts
    assert len(hear(recogniser, speak("lights off"), 1).hypotheses) == 1


def test_partials_grow_while_it_is_said(recogniser: VoskRecogniser, speak: Speak) -> None:
    recogniser.begin()
    sound = speak("what is the weather tomorrow")
    seen: list[str] = []
    for start in range(0, len(sound), FRAME_BYTES):
        recogniser.feed(sound[start : start + FRAME_BYTES])
        text = recogniser.partial()
        if text and (not seen or seen[-1] != text):
            seen.append(text)
    assert len(seen) >= 3
    assert seen[-1].startswith("what is the weather")


def test_a_look_is_as_good_as_the_end_and_speech_may_go_on(
    recogniser: VoskRecogniser, speak: Speak
) -> None:
    recogniser.begin()
    feed(recogniser, speak("turn on the light"))
    looked = recogniser.peek(3)
    assert looked.text == "turn on the light"
    assert recogniser.peek(3) == looked == recogniser.finish(3)
    recogniser.begin()
    whole = speak("set a timer for ten minutes")
    half = len(whole) // FRAME_BYTES // 2 * FRAME_BYTES
    feed(recogniser, whole[:half])
    recogniser.peek()
    feed(recogniser, whole[half:])
    assert recogniser.partial().startswith("set a timer for ten")
    assert recogniser.finish().text == hear(recogniser, whole).text


def test_after_much_sound_what_goes_on_is_a_part_of_its_own(
    recogniser: VoskRecogniser, speak: Speak, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alexa_cli.hear.vosk_recogniser.AGAIN_BYTES", 0)
    recogniser.begin()
    feed(recogniser, speak("call meg"))
    assert recogniser.peek().text == "call meg"
    feed(recogniser, speak("turn off the fan"))
    found = recogniser.finish(5)
    assert found.text == "call meg turn off the fan"
    starts = [word.start for word in found.words]
    assert starts == sorted(starts)
    assert len({h.text for h in found.hypotheses}) == len(found.hypotheses)


def test_nothing_said_is_nothing_heard(recogniser: VoskRecogniser) -> None:
    assert hear(recogniser, bytes(FRAME_BYTES * 60), 5) == Recognised("")
    assert hear(recogniser, b"") == Recognised("")
    recogniser.expect(CHOICES)
    assert hear(recogniser, b"") == Recognised("")
    assert recogniser.finish() == Recognised("")


def test_the_choices_of_a_question_win_over_what_sounds_like_them(
    recogniser: VoskRecogniser, speak: Speak
) -> None:
    sound = speak("power")
    assert hear(recogniser, sound).text == "power"
    recogniser.expect(CHOICES)
    found = hear(recogniser, sound, 3)
    assert found.text == "bauer"
    assert [word.text for word in found.words] == ["bauer"]
    recogniser.expect(Bias())
    assert hear(recogniser, sound).text == "power"


def test_another_command_is_no_choice(recogniser: VoskRecogniser, speak: Speak) -> None:
    recogniser.expect(CHOICES)
    for text in ("turn off the fan", "what is the weather tomorrow", "stop"):
        assert hear(recogniser, speak(text)).text == text


def test_choices_that_the_model_has_no_words_for_are_found_by_their_sound(
    recogniser: VoskRecogniser, speak: Speak
) -> None:
    recogniser.expect(Bias(choices=phrases("mag bower", "priya")))
    assert hear(recogniser, speak("meg bauer")).text == "mag bower"
    recogniser.expect(Bias(choices=phrases("priya")))
    assert hear(recogniser, speak("call meg jones")).text == "call meg jones"


def test_a_name_of_a_list_stands_for_what_sounds_like_it(
    recogniser: VoskRecogniser, speak: Speak
) -> None:
    sound = speak("call meg jones")
    bias = Bias(
        sentences=phrases("call {contacts}", "turn on the {lights}"),
        lists={"contacts": phrases("peg johns", "dad"), "lights": phrases("kitchen light")},
    )
    recogniser.expect(bias)
    found = hear(recogniser, sound, 5)
    assert found.text == "call peg johns"
    assert "call meg jones" in [h.text for h in found.hypotheses]
    assert [word.text for word in found.words] == ["call", "peg", "johns"]
    # what the sentences say themselves is no misheard name
    told = Bias(bias.sentences + phrases("call meg jones"), bias.lists)
    recogniser.expect(told)
    assert hear(recogniser, sound).text == "call meg jones"


def test_an_existing_name_beats_one_that_does_not(recogniser: VoskRecogniser, speak: Speak) -> None:
    sound = speak("turn on the kitchen light")
    said = phrases("turn on the {lights}")
    recogniser.expect(Bias(said, {"lights": phrases("kitchen lights", "lamp")}))
    assert hear(recogniser, sound).text in {
        "turn on the kitchen lights",
        "turn on the kitchen light",
    }
    recogniser.expect(Bias(said, {"lights": phrases("kitchen light", "lamp")}))
    assert hear(recogniser, sound).text == "turn on the kitchen light"


def test_expecting_takes_hold_at_the_next_beginning(
    recogniser: VoskRecogniser, speak: Speak
) -> None:
    sound = speak("power")
    recogniser.begin()
    feed(recogniser, sound)
    recogniser.expect(CHOICES)
    assert recogniser.finish().text == "power"
    assert hear(recogniser, sound).text == "bauer"


def test_a_missing_or_half_model_is_one_clear_line(model: Path, tmp_path: Path) -> None:
    with pytest.raises(AlexaError, match="is missing") as caught:
        VoskRecogniser(tmp_path / "none")
    assert "alexa models pull" in (caught.value.hint or "")
    half = tmp_path / "half"
    shutil.copytree(model, half, copy_function=shutil.copyfile)
    (half / "am/final.mdl").unlink()
    with pytest.raises(AlexaError, match="only half there"):
        VoskRecogniser(half)


@pytest.mark.parametrize("name", ["am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst"])
@pytest.mark.parametrize("cut", [True, False])
def test_a_damaged_model_is_one_clear_line_and_no_noise(
    model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, cut: bool
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(model, copy, copy_function=shutil.copyfile)
    (copy / name).write_bytes((model / name).read_bytes()[:1000] if cut else b"")
    with pytest.raises(AlexaError, match="is damaged") as caught:
        VoskRecogniser(copy)
    assert "\n" not in caught.value.message
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("word", "heard"), [(b"li\x1bght\x07", True), (b"li\xe9ght", False)])
def test_words_of_a_foreign_model_are_cleaned_or_refused(
    model: Path, tmp_path: Path, speak: Speak, word: bytes, heard: bool
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(model, copy, copy_function=shutil.copyfile)
    known = copy / "graph/words.txt"
    known.write_bytes(known.read_bytes().replace(b"\nlight ", b"\n" + word + b" "))
    recogniser = VoskRecogniser(copy)
    sound = speak("turn on the kitchen light")
    if heard:
        assert hear(recogniser, sound).text == "turn on the kitchen light"
        return
    with pytest.raises(AlexaError, match="words of this model of vosk cannot be read"):
        hear(recogniser, sound)


def test_a_listener_hears_with_it(recogniser: VoskRecogniser, speak: Speak) -> None:
    sound = bytes(FRAME_BYTES * 30) + speak("turn on the kitchen light") + bytes(FRAME_BYTES * 40)

    class Spoken:
        name, live, overflows = "file spoken", False, 0

        async def frames(self) -> AsyncIterator[Frame]:
            for place, start in enumerate(range(0, len(sound), FRAME_BYTES)):
                yield Frame(sound[start : start + FRAME_BYTES], place * FRAME_SECONDS)

    async def listen() -> list[Utterance]:
        async with Listener(Spoken(), recogniser) as listener:
            return [each async for each in listener.utterances()]

    revisions = asyncio.run(listen())
    texts = {each.stage: each.text for each in revisions}
    assert texts[Stage.EAGER] == texts[Stage.FINAL] == "turn on the kitchen light"
    assert revisions[0].stage == Stage.PARTIAL
    assert len(revisions[-1].hypotheses) > 1


def test_vosk_is_imported_when_a_model_is_opened() -> None:
    code = (
        "import sys, alexa_cli.hear.vosk_recogniser, alexa_cli.hear.engines\n"
        "print(sorted({'vosk', 'pocketsphinx'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
