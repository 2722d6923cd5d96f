"""The REPL in a real terminal: what a person sees, and what the keys do."""

from __future__ import annotations

import re
import stat
import time
from typing import TYPE_CHECKING

import pytest

from alexa_cli.cli.repl.page import fitted
from alexa_cli.cli.repl.terminal import LEAVE_WITHIN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alexa_cli.config.paths import Paths
    from tests.cli.conftest import Installed, Tmux

LIGHT = "turn on the kitchen light"
AGAIN = "once more leaves"
WAITING = (
    "  wait:\n    description: Wait.\n    effect: read\n    sentences: [wait for ever]\n"
    "    run: {python: 'odd:wait'}\n"
    "  sleep:\n    description: Sleep.\n    effect: read\n    sentences: [sleep for ever]\n"
    "    run: {python: 'odd:sleep'}\n"
)
WAITING_PYTHON = (
    "import asyncio, threading\n"
    "async def wait():\n    print('waiting')\n    await asyncio.Event().wait()\n"
    "def sleep():\n    print('sleeping')\n    threading.Event().wait()\n"
)


@pytest.fixture
def waiting(expert: Callable[[str, str], Path]) -> list[str]:
    """Arguments for a talk whose expert hangs."""
    folder = expert(WAITING, WAITING_PYTHON)
    return ["chat", "--experts", str(folder), "--set", "act.deadline=100s"]


def test_a_talk(tmux: Tmux) -> None:
    tmux.start()
    greeting = tmux.wait("Try:").splitlines()
    assert greeting[0].startswith("Hello.")
    assert "alexa doctor" in greeting[2]
    assert greeting[5] == f"  {LIGHT}"
    tmux.wait("›")
    tmux.say(LIGHT, "I turned on the kitchen light.")
    tmux.say("call meg", "Meg Jones or Meg Bauer?")
    shown = tmux.say("jones", "Meg Jones: no hook")
    lines = shown.splitlines()
    assert lines[8:11] == [f"› {LIGHT}", "I turned on the kitchen light.", "› call meg"]
    shown = tmux.wait("· total")
    bar = shown.splitlines()[-1]
    assert bar.startswith("question → contacts")
    assert "decided" in bar
    assert "no tokens" in bar
    assert "^[" not in shown
    tmux.keys("C-d")
    tmux.wait("left 0")


def test_keys(tmux: Tmux, alexa: Installed, paths: Paths) -> None:
    (paths.data).mkdir(mode=0o700, parents=True)
    tmux.start()
    tmux.wait("Ctrl-D leaves")
    tmux.keys("/", "Tab")
    shown = tmux.wait("/undo")
    assert "Take the last thing back." in shown
    tmux.keys("C-c")
    tmux.keys("-l", "turn on the kitch")
    tmux.wait("turn on the kitch")
    tmux.keys("Tab")
    tmux.wait("kitchen light")
    tmux.keys("C-c")
    tmux.say(LIGHT, "I turned on the kitchen light.")
    tmux.say("/quit", "left 0")
    assert stat.S_IMODE((paths.data / "history").stat().st_mode) == 0o600

    tmux.start()  # what was said before is found again, and suggested
    assert "Hello." not in tmux.wait("Ctrl-D leaves")
    tmux.keys("C-r")
    tmux.keys("-l", "kitchen")
    tmux.wait(f"`kitchen': {LIGHT}")
    tmux.keys("C-c")
    tmux.keys("-l", "turn on the")
    tmux.wait(f"› {LIGHT}")
    tmux.keys("Right", "Enter")
    tmux.wait("already on")
    assert alexa("trace").out.count(LIGHT) == 2


def leave(tmux: Tmux, before: float) -> None:
    """Press Ctrl-C, which leaves if it is soon after the one that was pressed at ``before``."""
    while True:
        asked, now = tmux.screen().count(AGAIN), time.monotonic()
        tmux.keys("C-c")
        shown = tmux.until(lambda shown: "left" in shown or shown.count(AGAIN) > asked, "left")  # noqa: B023
        if "left" in shown:
            break
        assert time.monotonic() - before >= LEAVE_WITHIN  # this machine is slow: once more
        before = now
    assert "left 0" in tmux.wait("left")


def test_ctrl_c_stops_the_turn_and_a_second_one_leaves(tmux: Tmux, waiting: list[str]) -> None:
    tmux.start(*waiting)
    tmux.wait("Ctrl-D leaves")
    for words, begun in (("wait for ever", "waiting"), ("sleep for ever", "sleeping")):
        tmux.say(words, begun)
        tmux.keys("C-c")
    shown = tmux.wait("Stopped.", 2)
    assert "left" not in shown
    tmux.say("/model", "decide: reflex")
    tmux.say("wait for ever", "waiting")
    tmux.wait("waiting", 2)
    stopping = time.monotonic()
    tmux.keys("C-c")
    tmux.wait("Stopped.", 3)
    leave(tmux, stopping)


def test_ctrl_c_on_an_empty_line(tmux: Tmux) -> None:
    tmux.start()
    tmux.wait("Ctrl-D leaves")
    tmux.keys("-l", "something half")
    tmux.wait("something half")
    tmux.keys("C-c")
    tmux.wait("›", 2)
    asking = time.monotonic()
    tmux.keys("C-c")
    tmux.wait(AGAIN)
    leave(tmux, asking)


def test_what_is_due_rings_above_the_prompt(tmux: Tmux, alexa: Installed) -> None:
    tmux.start()
    tmux.wait("Ctrl-D leaves")
    tmux.keys("-l", "half a line")
    tmux.wait("half a line")
    alexa("set a timer for 1 second")
    tmux.wait("Your 1 second timer is done.")
    shown = tmux.wait("› half a line")
    assert "^[" not in shown
    assert shown.index("timer is done") < shown.rindex("› half a line")


def test_what_is_typed_ahead_is_shown_once(tmux: Tmux) -> None:
    tmux.start()
    tmux.wait("Ctrl-D leaves")
    for words in (LIGHT, "call meg", "jones", "/quit"):
        tmux.keys("-l", words)
        tmux.keys("Enter")
    lines = tmux.wait("left 0").splitlines()
    said = [f"› {words}" for words in (LIGHT, "call meg", "jones", "/quit")]
    assert [line for line in lines if "›" in line] == said


def test_experts_that_change_while_it_is_open(
    tmux: Tmux, expert: Callable[[str, str], Path]
) -> None:
    folder = expert(WAITING, WAITING_PYTHON)
    tmux.start("chat", "--experts", str(folder))
    tmux.wait("Ctrl-D leaves")
    expert(WAITING.replace("effect", "efect"), WAITING_PYTHON)
    tmux.say("/model", "those from before stay")
    expert(WAITING, WAITING_PYTHON)
    tmux.say("/model", "the experts changed: loaded 1 expert")


def test_a_narrow_terminal_without_colour(tmux: Tmux) -> None:
    tmux.start(columns=40, env="NO_COLOR=1")
    tmux.wait("›")
    shown = tmux.say("/help", "Things to say")
    assert all(len(line) <= 40 for line in shown.splitlines())
    tmux.say(LIGHT, "I turned on the kitchen light.")
    tmux.wait("sentences")
    escapes = re.findall(r"\x1b\[([0-9;]*)m", tmux.screen(escapes=True))
    assert escapes
    codes = {int(code or 0) for escape in escapes for code in escape.split(";")}
    assert codes <= {0, 1, 2, 7, 39, 49}  # bold, dim, reversed; the terminal's own colours


def test_long_lines_are_fitted() -> None:
    assert fitted("short", 20) == "short"
    assert fitted("  one two three four", 12) == "  one two\n    three\n    four"
