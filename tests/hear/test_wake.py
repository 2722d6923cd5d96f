"""The wake word, with voices that espeak-ng makes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from alexa_cli.errors import ConfigError
from alexa_cli.hear.bias import Bias, Phrase
from alexa_cli.hear.frame import FRAME_BYTES, FRAME_SECONDS, Frame
from alexa_cli.hear.sphinx.recogniser import SphinxRecogniser
from alexa_cli.hear.wake import WakeWord, Woken
from alexa_cli.hear.wake.look import Evidence, likelihood
from alexa_cli.hear.wake.spoken import ways_of

pytest.importorskip("pocketsphinx")
pytest.importorskip("espeakng_loader")


@cache
def said(text: str, voice: str = "en-us", rate: int = 150) -> bytes:
    """A voice in a room that is nearly silent: whole frames of 16 kHz samples."""
    import numpy as np

    from alexa_cli.hear.sources.convert import Converter
    from alexa_cli.speak.voice.espeak import synthesise

    made = synthesise(text, voice=voice, rate=rate)
    speech = np.frombuffer(Converter(made.rate, 1).shorts(made.samples, last=True), "<i2") // 2
    around = np.zeros(9_600, np.int16)
    whole = np.concatenate([around, speech, around])
    sound = whole + np.random.default_rng(1).integers(-8, 9, len(whole))
    data = sound.astype("<i2").tobytes()
    return data[: len(data) // FRAME_BYTES * FRAME_BYTES]


def frames(sound: bytes) -> Iterator[Frame]:
    for place, at in enumerate(range(0, len(sound), FRAME_BYTES)):
        yield Frame(sound[at : at + FRAME_BYTES], place * FRAME_SECONDS)


def woken(wake: WakeWord, sound: bytes) -> list[Woken]:
    wake.reset()
    return [found for frame in frames(sound) if (found := wake.feed(frame)) is not None]


@pytest.fixture(scope="module")
def wake() -> WakeWord:
    return WakeWord(["alexa"], "medium")


@pytest.mark.parametrize("voice", ["en-us", "en-gb", "en-us+f5"])
def test_it_wakes_once_where_the_word_ends(wake: WakeWord, voice: str) -> None:
    found = woken(wake, said("alexa, turn on the light", voice))
    assert [each.word for each in found] == ["alexa"]
    assert 0.8 < found[0].at < 1.4


@pytest.mark.parametrize("text", ["electra", "the extra light", "a lecture", "turn on the light"])
def test_it_does_not_wake_for_other_words(wake: WakeWord, text: str) -> None:
    assert not woken(wake, said(text))


def test_what_follows_without_a_pause_is_in_the_lead_and_after_it(wake: WakeWord) -> None:
    sound = said("alexa turn on the light")
    wake.reset()
    every = list(frames(sound))
    place, found = next((n, f) for n, e in enumerate(every) if (f := wake.feed(e)) is not None)
    lead = found.lead
    assert lead == tuple(every[place + 1 - len(lead) : place + 1])
    assert lead[0].at == pytest.approx(found.at, abs=FRAME_SECONDS)
    texts = ("turn on the light", "turn off the light", "stop", "set a timer")
    bias = Bias(tuple(Phrase(tuple(text.split())) for text in texts), fingerprint="wake")
    recogniser = SphinxRecogniser(None, bias)
    recogniser.begin()
    for frame in (*lead, *every[place + 1 :]):
        recogniser.feed(frame.samples)
    assert recogniser.finish().text == "turn on the light"
    recogniser.close()


def test_a_reset_forgets_half_a_word(wake: WakeWord) -> None:
    every = list(frames(said("alexa")))
    wake.reset()
    for frame in every[:26]:
        assert wake.feed(frame) is None
    wake.reset()
    assert not [frame for frame in every[30:] if wake.feed(frame)]


def test_any_words_may_be_listened_for() -> None:
    wake = WakeWord(["computer", "Good  Morning"], "high")
    assert [each.word for each in woken(wake, said("computer, stop"))] == ["computer"]
    assert [each.word for each in woken(wake, said("good morning"))] == ["good morning"]
    assert not woken(wake, said("alexa"))


@pytest.mark.parametrize(
    ("words", "why"), [([], "no wake word"), (["  "], "no wake word"), (["al"], "too short"),
                       (["…"], "how to say"), (["a" * 41], "40 letters"),
                       (["alexa\x1b[31m"], "is no wake word")],
)  # fmt: skip
def test_words_that_cannot_be_listened_for_are_refused(words: list[str], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        ways_of(words)


def test_a_setting_wakes_for_whatever_a_lower_one_wakes_for() -> None:
    good, bad = Evidence(0.3, -0.1, 1.0, 0.1), Evidence(1.2, 0.6, 0.4, 0.4)
    assert likelihood(bad) < 0.01
    assert likelihood(good) > 0.95
    sound = said("alexa", "en-gb")
    found = [len(woken(WakeWord(["alexa"], s), sound)) for s in ("low", "medium", "high")]
    assert found == sorted(found)
    assert found[-1] == 1


def test_hours_of_sound_leave_nothing_behind(wake: WakeWord) -> None:
    speech = list(frames(said("turn on the light")))
    wake.reset()
    spotter = wake._spotter
    for _ in range(3):
        assert not [frame for frame in speech if wake.feed(frame)]
    assert len(spotter._heard) <= 100
    assert len(spotter._before) <= 17
    assert not spotter._waiting


def test_pocketsphinx_is_imported_when_somebody_listens() -> None:
    import subprocess
    import sys

    code = "import sys, alexa_cli.hear.wake; print({'pocketsphinx', 'numpy'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
