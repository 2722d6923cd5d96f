"""``alexa chat --voice`` in a real terminal with a virtual microphone, and its key."""

from __future__ import annotations

import asyncio
import ctypes.util
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from alexa_cli.cli.common import Common
from alexa_cli.cli.keys import RELEASED, REPEATS, Held
from alexa_cli.cli.repl.talk import Talk
from alexa_cli.cli.repl.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.cli.screen import Seen
    from tests.cli.conftest import Installed, Ran, Tmux
    from tests.hear.microphone import VirtualMicrophone

LAMP = "switch the desk lamp on"
DONE = "F2 or Ctrl-Space: done"


def after(shown: str, line: str) -> list[str]:
    """What stands on a screen from a line on."""
    lines = shown.splitlines()
    return lines[lines.index(line) :]


def test_talking_and_typing(tmux: Tmux, microphone: VirtualMicrophone, desk: list[str]) -> None:
    tmux.start("chat", "--voice", *desk)
    tmux.wait("voice: say alexa, F2 or Ctrl-Space")
    tmux.keys("-l", "half a line")
    tmux.wait("› half a line")
    tmux.keys("F2")
    tmux.wait(DONE)
    microphone.speak(LAMP)
    shown = tmux.wait(f"  {LAMP} …\n› half a line")  # as it is heard
    assert DONE in shown.splitlines()[-1]
    microphone.wait()
    tmux.keys("C-Space")
    tmux.wait("odd.lamp")
    shown = tmux.screen()
    assert after(shown, f"› {LAMP}")[:3] == [f"› {LAMP}", "The desk lamp is on.", "› half a line"]
    assert f"{LAMP} …" not in shown
    tmux.keys("C-u")
    tmux.say("call meg", "Meg Jones or Meg Bauer?")
    tmux.keys("Up", "Up")
    tmux.wait(f"› {LAMP}", 2)  # it is kept as if typed
    tmux.keys("C-c")
    tmux.say("/mute", "Replies are shown only.")
    tmux.say("/voice off", "The voice is off.")
    tmux.wait("/help")
    assert "voice:" not in tmux.screen()
    tmux.keys("C-d")
    tmux.wait("left 0")


@pytest.mark.slow
def test_a_wake_word_and_the_answer_to_a_question(
    tmux: Tmux, alexa: Installed, microphone: VirtualMicrophone, desk: list[str]
) -> None:
    microphone.speed = 2.0
    tmux.start("chat", "--voice", "--set", "hear.wake.sensitivity=high", *desk)
    tmux.wait("voice: say alexa")
    tmux.keys("-l", "half a line")
    microphone.speak("alexa, call meg")
    tmux.wait("Meg Jones or Meg Bauer?")
    tmux.wait(" s listening")
    microphone.speak("bauer")
    shown = tmux.wait("Calling Meg Bauer.")
    assert after(shown, "› call meg")[1:4] == [
        "Meg Jones or Meg Bauer?", "› bauer", "Calling Meg Bauer.",
    ]  # fmt: skip
    tmux.wait("› half a line")
    tmux.keys("C-u")
    tmux.wait("voice: say alexa")
    alexa("set a timer for 1 second")
    tmux.wait("Your 1 second timer is done.")
    for _ in range(3):  # while it rings aloud the key silences it
        tmux.keys("F2")
        threading.Event().wait(2.0)
        if DONE in tmux.screen():
            break
    tmux.wait(DONE)
    # Ctrl-C ends listening, not the talk.
    tmux.keys("C-c")
    tmux.wait("voice: say alexa")
    tmux.keys("F2")  # so does a line
    tmux.wait(DONE)
    tmux.say("call priya patel", "Calling Priya Patel.")
    tmux.wait("voice: say alexa")
    tmux.say("/quit", "left 0")


@pytest.mark.slow
def test_the_experts_that_ship(tmux: Tmux, microphone: VirtualMicrophone) -> None:
    microphone.speed = 1.0
    tmux.start("chat", "--voice")
    tmux.wait("voice: say alexa")
    tmux.keys("-l", "half")
    tmux.wait("› half")
    tmux.keys("F2")
    tmux.wait(DONE)
    microphone.speak("turn on the kitchen light")
    tmux.wait("kitchen light …\n› half")
    microphone.wait()
    tmux.keys("F2")
    tmux.wait("› turn on the kitchen light\nI turned on the kitchen light.\n› half")
    tmux.keys("C-u", "C-d")
    tmux.wait("left 0")


@pytest.mark.slow
def test_the_microphone_is_unplugged(
    tmux: Tmux, microphone: VirtualMicrophone, desk: list[str]
) -> None:
    tmux.start("chat", "--voice", *desk)
    tmux.wait("voice: say alexa")
    tmux.keys("-l", "call meg")
    microphone.unplug()
    shown = tmux.wait("tries again ·")
    assert "alexa: the microphone default stopped giving sound" in shown
    assert "Typing goes on;" in shown
    tmux.keys("Enter")
    tmux.wait("Meg Jones or Meg Bauer?")
    microphone.plug()
    tmux.keys("F2")
    tmux.wait(DONE)
    microphone.speak("bauer")
    tmux.wait("  bauer …")
    microphone.wait()
    tmux.keys("F2")
    tmux.wait("Calling Meg Bauer.")
    tmux.keys("C-d")
    tmux.wait("left 0")


def test_without_a_microphone_typing_goes_on(tmux: Tmux, desk: list[str]) -> None:
    from alexa_cli.hear.sources.devices import find_devices

    if ctypes.util.find_library("portaudio") and any(each.inputs for each in find_devices()):
        pytest.skip("this machine has a microphone")
    tmux.start("chat", "--voice", *desk)
    shown = tmux.wait("tries again ·")
    assert shown.count("alexa: ") == 1
    assert "Typing goes on; F2 or Ctrl-Space or /voice on" in " ".join(shown.split())
    tmux.say("call meg", "Meg Jones or Meg Bauer?")
    tmux.keys("C-d")
    tmux.wait("left 0")


def test_a_voice_takes_a_terminal(
    inside: Callable[..., Ran], alexa: Installed, desk: list[str]
) -> None:
    assert "needs a terminal" in inside("chat", "--voice").err
    ran = alexa("chat", *desk, stdin=b"/voice on\n/mute\n")
    assert ran.err.splitlines()[0] == "alexa: there is no voice here"
    assert "alexa: there is no voice to mute" in ran.err


class Blank:
    """A page that nobody looks at."""

    columns = 80

    def __init__(self) -> None:
        self.news = asyncio.Event()

    def show(self, text: str) -> None:
        self.news.set()

    def redraw(self) -> None:
        self.news.set()

    write = said = show

    def answered(self, seen: Seen) -> None: ...


def test_voice_on_and_off_and_with_other_settings(
    home: Path, tmp_path: Path, desk: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a wake word the microphone is shut until the key, so none is needed here."""
    pytest.importorskip("pocketsphinx")
    program = tmp_path / "voice"
    said = tmp_path / "said"
    program.write_text(f'#!/bin/sh\nprintf "%s" "$1" > "{said}.part"\nmv "{said}.part" "{said}"\n')
    program.chmod(0o700)

    async def run(talk: Talk) -> None:
        page = Blank()
        voice = Voice(talk, page)

        async def ready() -> None:
            async with asyncio.timeout(90):
                while not voice.toolbar().startswith("voice: F2"):
                    page.news.clear()
                    await page.news.wait()

        voice.key()  # before it is ready, and then it is not wanted
        await voice.off()
        voice.on()
        await ready()
        assert not voice.listening
        with monkeypatch.context() as listening:
            listening.setattr(Voice, "listening", True)
            listening.setattr(voice, "_held", True)
            for page.columns, last in ((80, DONE), (40, "F2: done")):
                assert voice.toolbar().endswith(last)
                assert len(voice.toolbar()) < page.columns
        leaving = asyncio.create_task(voice.off())
        await asyncio.sleep(0)
        voice.on()  # before it was off
        await leaving
        await ready()
        talk.reload(f"speak.command=[{program}, $text]")
        await voice.off()
        voice.on()
        await ready()
        voice.announce("Your tea is ready.")
        async with asyncio.timeout(90):
            while not said.exists():  # noqa: ASYNC110 - another program makes it
                await asyncio.sleep(0.01)
        assert said.read_text() == "Your tea is ready."
        assert voice.running
        await voice.close()
        await talk.close()

    talk = Talk.begin(Common(folders=(Path(desk[1]),), sets=("hear.wake.words=[]",)))
    with talk.session.store:
        asyncio.run(run(talk))


class Clock(asyncio.SelectorEventLoop):
    """A loop whose time is told."""

    now = 100.0

    def time(self) -> float:
        return self.now

    async def pass_by(self, seconds: float) -> None:
        """Let time pass, and what is due then happen."""
        self.now += seconds
        await asyncio.sleep(0)
        await asyncio.sleep(0)


class Talking:
    """What the key begins and ends."""

    def __init__(self) -> None:
        self.on, self.log = False, ""
        self.key = Held(self._toggle, lambda: self.on)

    def _toggle(self) -> None:
        self.on = not self.on
        self.log += "+" if self.on else "-"


def timed(*presses: float, rest: float = 5.0, keys: str = "") -> str:
    """What comes of presses so many seconds after one another, of these keys."""
    talking, loop = Talking(), Clock()

    async def press() -> None:
        for seconds, key in zip(presses, keys.ljust(len(presses)), strict=True):
            await loop.pass_by(seconds)
            talking.key.press(ord(key))
        await loop.pass_by(rest)

    try:
        loop.run_until_complete(press())
    finally:
        loop.close()
    return talking.log


def test_a_key_that_is_pressed_twice_and_one_that_is_held() -> None:
    assert timed(0) == "+"
    assert timed(0, 3) == "+-"
    assert timed(0, 3, 3) == "+-+"
    held = [0.0, 0.5, *[0.04] * 50]
    assert timed(*held) == "+-"
    assert timed(*held, rest=RELEASED / 2) == "+"
    assert timed(*held, 2.0, 2.0) == "+-+-"
    assert timed(0, 3, 0.5, 0.04, 0.04) == "+-"  # the end, held a little long, begins nothing
    assert timed(0, 0.2) == "+-"
    assert timed(0, 0.2, rest=0, keys="  ") == "+"
    assert timed(0, 0.2, rest=0, keys=" \r") == "+-"  # another key is no repeat
    assert timed(0, 0.5, 0.04, 0.1, 0.1, keys="   \r ") == "+-+"
    assert REPEATS > RELEASED
