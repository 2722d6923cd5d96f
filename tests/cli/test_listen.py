"""``alexa listen`` by the installed command and a virtual microphone: real sound, real devices."""

from __future__ import annotations

import ctypes.util
import json
import os
import pty
import re
import signal
import stat
import subprocess
import termios
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Installed, Ran
    from tests.hear.microphone import VirtualMicrophone


def converse(
    alexa: Installed, microphone: VirtualMicrophone, said: list[str], *arguments: str
) -> tuple[int, list[dict[str, Any]]]:
    """Run the command; say the next thing whenever it listens. Returns its code and its lines."""
    running = alexa.start("listen", "--json", *arguments)
    assert running.stdout is not None
    assert running.stdin is not None
    running.stdin.close()
    rows, waiting = [], [*said]
    for line in running.stdout:
        rows.append(json.loads(line))
        if rows[-1]["type"] in {"listening", "waiting"} and waiting:
            microphone.speak(waiting.pop(0))
    assert running.stderr is not None
    assert running.stderr.read() == b""
    code = running.wait(60)
    running.stdout.close()
    running.stderr.close()
    return code, rows


def of(rows: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["type"] == kind]


def test_a_question_is_answered_by_voice_and_silence_ends_it(
    alexa: Installed, microphone: VirtualMicrophone, desk: list[str], tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    code, rows = converse(
        alexa, microphone, ["call meg", "bauer"], *desk, "--keep-audio", str(kept)
    )
    assert code == 0
    assert [row["reply"]["text"] for row in of(rows, "replied")] == [
        "Meg Jones or Meg Bauer?", "Calling Meg Bauer.",
    ]  # fmt: skip
    assert [row["answering"] for row in of(rows, "listening")] == [False, True, False]
    assert [row["seconds"] for row in of(rows, "silence")] == [8.0]
    stages = [row["utterance"]["stage"] for row in of(rows, "heard")]
    assert stages[0] == "partial"
    assert stages.count("final") == 2

    turns = [row["turn"] for row in of(rows, "finished")]
    assert sorted(path.name for path in kept.iterdir()) == sorted(f"{t}.wav" for t in turns)
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    page = alexa("trace", "show", turns[1]).out
    assert "s from microphone default, by sphinx, bias ready, 0 bytes of it sent" in page
    assert re.search(r"final end: 0\.\d\d s of silence", page)


def test_once_and_as_people_see_it(
    alexa: Installed, microphone: VirtualMicrophone, desk: list[str]
) -> None:
    microphone.speak("switch the desk lamp on")
    ran = alexa("listen", "--once", "--no-bias", "--mute", *desk)
    assert ran.code == 0
    assert ran.out == "The desk lamp is on.\n"
    lines = ran.err.splitlines()
    assert lines[:2] == ["listening", "› switch the desk lamp on"]
    assert "odd.lamp" in lines[2]
    assert "bias off" in alexa("trace", "show", "last").out


def test_nobody_speaks(alexa: Installed, microphone: VirtualMicrophone, desk: list[str]) -> None:
    ran = alexa("listen", "--once", "--set", "hear.patience=1s", *desk)
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == "listening\nnobody spoke for 1 s\n"


def test_hands_free(alexa: Installed, microphone: VirtualMicrophone, desk: list[str]) -> None:
    """After the wake word, without a pause; an answer needs none; and it can be left."""
    microphone.speed = 2.0
    running = alexa.start(
        "listen", "--wake", "--json", "--set", "hear.wake.sensitivity=high", *desk
    )
    assert running.stdout is not None
    said = ["alexa, call meg", "bauer"]
    rows = []
    for line in running.stdout:
        rows.append(json.loads(line))
        if said and (rows[-1]["type"] == "waiting" or rows[-1].get("answering")):
            microphone.speak(said.pop(0))
        if len(of(rows, "waiting")) == 2:
            running.send_signal(signal.SIGINT)
            break
    out, errors = running.communicate(timeout=60)
    assert (running.returncode, errors) == (0, b"")
    assert [row["word"] for row in of(rows, "woken")] == ["alexa"]
    assert [row["answering"] for row in of(rows, "listening")] == [False, True]
    assert [row["reply"]["text"] for row in of(rows, "replied")][-1] == "Calling Meg Bauer."
    assert of([json.loads(line) for line in out.splitlines()], "heard") == []


def test_a_terminal(alexa: Installed, microphone: VirtualMicrophone, desk: list[str]) -> None:
    """Words and a level as they are heard; keys; the terminal is left as it was."""
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    running = subprocess.Popen(
        [alexa.program, "listen", "--push-to-talk", *desk], env=alexa.env, stdin=slave,
        stdout=slave, stderr=slave, start_new_session=True,
    )  # fmt: skip
    shown = b""

    def until(text: str) -> None:
        nonlocal shown
        while text.encode() not in shown:
            piece = os.read(master, 4096)
            assert piece, shown
            shown += piece

    until("the space bar or Enter: talk")
    assert not termios.tcgetattr(slave)[3] & termios.ICANON
    os.write(master, b" ")
    until("listening")
    microphone.speak("switch the desk lamp on")
    until("switch the desk lamp on")
    microphone.wait()
    os.write(master, b"\r")
    until("The desk lamp is on.")
    assert re.search(r"[█·]{12} \d+\.\d s switch", shown.decode()), shown
    shown = b""
    until("Enter: talk")
    os.write(master, b" ")
    until("listening")
    os.write(master, b" ")  # or this is taken for the same key, held, and let go 0.4 s later
    until("nobody spoke\r\n")
    until("Enter: talk")
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 0
    assert termios.tcgetattr(slave) == before
    os.close(slave)
    os.close(master)


def test_what_is_due_rings_and_any_program_speaks(
    alexa: Installed, microphone: VirtualMicrophone, desk: list[str], tmp_path: Path
) -> None:
    """Each sentence is one argument of the program; what rings is said after the reply."""
    said = tmp_path / "said"
    program = tmp_path / "voice"
    program.write_text(f'#!/bin/sh\nprintf "%s|%s\\n" "$#" "$1" >> "{said}"\n')
    program.chmod(0o700)
    speak = ["--set", f"speak.command=[{program}, $text]"]
    ran = alexa("ask", "call priya patel", "--speak", "--quiet", *speak, *desk)
    assert ran.out == "Calling Priya Patel.\n"
    alexa("set a timer for 1 second")
    code, rows = converse(
        alexa, microphone, ["switch the desk lamp on"], "--set", "hear.patience=5s", *speak, *desk,
    )  # fmt: skip
    assert code == 0
    (rang,) = of(rows, "rang")
    assert rang["text"] == "Your 1 second timer is done."
    lines = said.read_text().splitlines()
    assert lines[0] == "1|Calling Priya Patel."
    assert sorted(lines[1:]) == ["1|The desk lamp is on.", "1|Your 1 second timer is done."]


@pytest.mark.slow
def test_the_microphone_is_unplugged(
    alexa: Installed, microphone: VirtualMicrophone, desk: list[str]
) -> None:
    running = alexa.start("listen", "--json", *desk)
    assert running.stdout is not None
    rows = []
    for line in running.stdout:
        rows.append(json.loads(line))
        if rows[-1]["type"] == "listening":
            microphone.unplug()
    running.stdout.close()
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 1
    assert errors.decode().splitlines()[0] == (
        "alexa: the microphone default stopped giving sound"
    )  # fmt: skip
    assert b"Traceback" not in errors
    assert rows[-1]["type"] == "listening"


def test_nothing_to_hear_with(inside: Callable[..., Ran], desk: list[str]) -> None:
    from alexa_cli.hear.sources.devices import find_devices

    if ctypes.util.find_library("portaudio") and any(each.inputs for each in find_devices()):
        pytest.skip("this machine has a microphone")
    ran = inside("listen", "--once", *desk)
    assert ran.code == 4
    assert "typing works without it" in ran.err
    assert "Traceback" not in ran.err


def test_three_ways_are_one_too_many(inside: Callable[..., Ran]) -> None:
    ran = inside("listen", "--wake", "--once")
    assert ran.code == 2
    assert "take one" in ran.err
    assert inside("listen", "--push-to-talk").code == 2
