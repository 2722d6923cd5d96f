"""Real synthesis: how long it lasts, how loud it is, what changes it and what must not."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from alexa_cli.speak.voice import NoVoice, Sound, espeak
from alexa_cli.speak.voice.espeak import EspeakVoice, synthesise, voices

LINE = "I turned on the kitchen light."


def loudness(sound: Sound) -> np.ndarray:
    """RMS of each tenth of a second, of 32768."""
    values = np.frombuffer(sound.samples, dtype="<i2").astype(float)
    window = sound.rate // 10
    whole = values[: len(values) // window * window].reshape(-1, window)
    return np.asarray(np.sqrt((whole**2).mean(axis=1)))


def test_speech_lasts_as_long_as_speech_does_and_is_loud_enough() -> None:
    sound = synthesise(LINE)
    assert sound.rate == 22_050
    assert 1.2 < sound.seconds < 2.5
    levels = loudness(sound)
    assert (levels[1:-1] > 300).mean() > 0.8
    assert np.abs(np.frombuffer(sound.samples, dtype="<i2").astype(int)).max() < 32_767
    assert synthesise(f"{LINE} {LINE}").seconds > 1.8 * sound.seconds


def test_a_pause_is_silent() -> None:
    levels = loudness(synthesise("One. Two. Three."))
    assert levels.min() < 20
    assert levels.max() > 1_000


def test_nothing_to_say_is_no_sound() -> None:
    assert synthesise("").samples == b""
    assert synthesise(" \n ").samples == b""


def test_the_rate_is_obeyed() -> None:
    slow, usual, fast = (synthesise(LINE, rate=rate).seconds for rate in (100, 175, 350))
    assert slow > 1.4 * usual
    assert fast < 0.7 * usual


def pitch(sound: Sound) -> float:
    """The middle one of the strongest periods of its loud parts, in hertz.

    The library trembles otherwise each time, so a single part may be an overtone above.
    """
    values = np.frombuffer(sound.samples, dtype="<i2").astype(float)
    size, levels = sound.rate // 10, loudness(sound)
    shortest, longest = sound.rate // 300, sound.rate // 60
    found = []
    for number in np.flatnonzero(levels > levels.max() / 2):
        part = values[number * size : (number + 1) * size]
        echo = np.correlate(part, part, "full")[len(part) - 1 :]
        found.append(sound.rate / (shortest + int(echo[shortest:longest].argmax())))
    return float(np.median(found))


def test_another_voice_sounds_otherwise() -> None:
    usual, british, high = (synthesise("Car.", voice=v) for v in ("en-us", "en-gb", "en-us+f3"))
    assert usual.samples != british.samples
    assert abs(usual.seconds - british.seconds) > 0.01
    assert pitch(high) > 1.2 * pitch(usual)
    assert abs(synthesise("Car.").seconds - usual.seconds) < 0.01  # and none lingers


@pytest.mark.parametrize(
    "voice", ["", "en-klingon", "en-us+nobody", "../../etc/passwd", "en-us+../en/en-us", "a\0b"]
)
def test_no_such_voice(voice: str) -> None:
    with pytest.raises(NoVoice, match="no voice"):
        synthesise("x", voice=voice)


def test_a_voice_that_is_nearly_one_is_named() -> None:
    with pytest.raises(NoVoice, match="did you mean 'en-us'"):
        synthesise("x", voice="en-uss")
    assert {"en-us", "en-gb", "de"} <= set(voices())


@pytest.mark.parametrize("rate", [0, 79, 451, -5])
def test_no_such_rate(rate: int) -> None:
    with pytest.raises(NoVoice, match=f"{rate} words a minute"):
        synthesise("x", rate=rate)


def longest_silence(sound: Sound) -> int:
    """In tenths of a second."""
    best = now = 0
    for level in loudness(sound):
        now = now + 1 if level < 30 else 0
        best = max(best, now)
    return best


def test_markup_and_commands_in_a_text_are_words() -> None:
    plain = synthesise("hello there").seconds
    assert longest_silence(synthesise('<break time="5s"/>hello')) < 10
    assert longest_silence(synthesise('<speak><break time="5s"/>hello</speak>')) < 10
    assert synthesise("[[h@loU h@loU h@loU h@loU]]").seconds > 1  # said, sign by sign
    assert synthesise("\x01400S hello there").seconds > plain  # read out, and no faster
    assert abs(synthesise("hello there").seconds - plain) < 0.01


def test_many_threads_at_once_get_what_each_asked_for() -> None:
    jobs = [("en-us", 100), ("en-gb", 175), ("de", 300), ("en-us+f3", 175)] * 6
    alone = {job: synthesise(LINE, voice=job[0], rate=job[1]).seconds for job in set(jobs)}
    with ThreadPoolExecutor(8) as pool:
        made = pool.map(lambda job: synthesise(LINE, voice=job[0], rate=job[1]).seconds, jobs)
        for job, seconds in zip(jobs, made, strict=True):
            assert abs(seconds - alone[job]) < 0.02


async def _say() -> Sound:
    return await EspeakVoice("en-gb", 200).say("Hello there.")


def test_the_voice_is_what_it_was_made_as() -> None:
    import asyncio

    said = asyncio.run(_say())
    assert abs(said.seconds - synthesise("Hello there.", voice="en-gb", rate=200).seconds) < 0.02


def test_without_the_library_there_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    espeak._library.cache_clear()
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(NoVoice, match="espeak-ng cannot be loaded") as caught:
        synthesise("x")
    assert "pip install espeakng-loader" in str(caught.value)
    assert caught.value.exit_code == 4


def test_half_a_library_is_told_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import espeakng_loader

    espeak._library.cache_clear()
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(tmp_path))
    with pytest.raises(NoVoice, match="no data"):
        synthesise("x")
    (tmp_path / "library.so").write_text("no library")
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: str(tmp_path / "library.so"))
    with pytest.raises(NoVoice, match="cannot be loaded"):
        synthesise("x")


LONG_PATH = """
import sys, espeakng_loader
from pathlib import Path
deep = Path(sys.argv[1]) / ("d" * 120) / ("e" * 120)
deep.mkdir(parents=True)
(deep / "espeak-ng-data").symlink_to(espeakng_loader.get_data_path())
espeakng_loader.get_data_path = lambda: str(deep / "espeak-ng-data")
from alexa_cli.speak.voice.espeak import synthesise
print(synthesise("Hello there.").seconds > 0.4)
"""


def python(code: str, folder: Path, repo: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], capture_output=True, text=True, timeout=60,
        check=True, env={"PYTHONPATH": str(repo), "TMPDIR": str(folder)},
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.strip()


def test_an_installation_deep_down_works_and_leaves_nothing(tmp_path: Path, repo: Path) -> None:
    assert python(LONG_PATH, tmp_path, repo) == "True"
    assert [path.name for path in tmp_path.iterdir()] == ["d" * 120]


IMPORTS = """
import sys
import alexa_cli.speak.voice.speaker, alexa_cli.speak.voice.player
import alexa_cli.speak.voice.espeak, alexa_cli.speak.voice.shell
print({"sounddevice", "soxr", "soundfile", "espeakng_loader", "numpy"} & set(sys.modules))
"""


def test_no_audio_library_is_imported_before_something_is_said(tmp_path: Path, repo: Path) -> None:
    assert python(IMPORTS, tmp_path, repo) == "set()"
