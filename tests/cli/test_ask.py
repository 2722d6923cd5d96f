"""One-shot turns through the installed command: answer, exit code, what goes where."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest

from alexa_cli.store.store import Store
from alexa_cli.trace.save import list_turns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from alexa_cli.config.paths import Paths
    from tests.cli.conftest import Inside, Installed, Ran

LIGHT = "turn on the kitchen light"
ANSWER = "I turned on the kitchen light.\n"


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["ask", LIGHT], b""),
        (LIGHT.split(), b""),
        (["ask", "-"], LIGHT.encode() + b"\n"),
        (["ask"], LIGHT.encode()),
        (["--", *LIGHT.split()], b""),
        ([], LIGHT.encode()),
    ],
    ids=["ask", "bare words", "dash", "pipe", "dashes", "script"],
)
def test_the_answer_alone_is_on_stdout(
    alexa: Installed, arguments: list[str], stdin: bytes
) -> None:
    ran = alexa(*arguments, stdin=stdin)
    assert (ran.code, ran.out) == (0, ANSWER)


def test_the_summary_is_on_stderr_and_fits(inside: Inside) -> None:
    ran = inside(LIGHT)
    lines = ran.err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("sentences → smart_home.")
    assert "smart_home.turn_" in lines[0]
    assert len(lines[0]) <= 80


def test_quiet(inside: Inside) -> None:
    ran = inside(LIGHT, "-q")
    assert (ran.code, ran.out, ran.err) == (0, ANSWER, "")


def test_json_is_what_the_store_keeps(inside: Inside, paths: Paths) -> None:
    ran = inside("--json", *LIGHT.split())
    record = json.loads(ran.out)
    with Store(paths.database) as store:
        assert [turn.turn for turn in list_turns(store)] == [record["turn"]]
    assert record["words"] == LIGHT
    assert record["plan"]["calls"][0]["expert"] == "smart_home"
    assert record["status"] == "done"
    assert ran.err == ""
    assert json.loads(inside("trace", "last", "--json").out) == record


def test_trace_shows_where_the_time_went(inside: Inside) -> None:
    ran = inside(LIGHT, "--trace", "--quiet")
    assert ran.out == ANSWER
    assert ran.err.startswith("spans")
    for name in ("hear", "decide", "act", "speak"):
        assert name in ran.err
    assert all(len(line) <= 80 for line in ran.err.splitlines())


def test_an_answer_is_needed_then_given(alexa: Installed, paths: Paths) -> None:
    asked = alexa("call", "meg")
    assert (asked.code, asked.out) == (3, "Meg Jones or Meg Bauer?\n")
    assert "alexa -c" in asked.err
    answered = alexa("ask", "-c", "bauer")
    assert answered.code == 1
    assert "Meg Bauer" in answered.out
    assert "experts.hooks" in answered.out
    with Store(paths.database) as store:
        assert len({turn.conversation for turn in list_turns(store)}) == 1


def test_a_new_conversation_knows_no_question(inside: Inside) -> None:
    inside("call", "meg")
    assert "Meg" not in inside("the first one").out


def test_conversations_by_name(inside: Inside) -> None:
    inside("--conversation", "one", "call", "meg")
    inside("--conversation", "two", "hello")
    assert "Meg Jones" in inside("jones", "--conversation", "one").out


def test_continuing_nothing(inside: Inside) -> None:
    ran = inside("-c", "bauer")
    assert (ran.code, ran.out) == (2, "")
    assert "no conversation" in ran.err


def test_undo(inside: Inside) -> None:
    inside(LIGHT)
    ran = inside("undo")
    assert (ran.code, ran.out) == (0, "Done, that's undone.\n")
    assert inside(LIGHT, "-q").out == ANSWER


def test_no_save_keeps_nothing(inside: Inside, paths: Paths) -> None:
    ran = inside("--no-save", LIGHT)
    assert (ran.code, ran.out) == (0, ANSWER)
    assert not paths.database.exists()


def test_now_and_set_are_recorded(inside: Inside) -> None:
    ran = inside(
        "hello", "--now", "2026-11-21T18:30+01:00", "--set", "timezone=Europe/Berlin", "--json"
    )
    record = json.loads(ran.out)
    assert record["now"] == "2026-11-21T18:30:00+01:00"
    assert record["settings"] == ["timezone=Europe/Berlin"]


def test_what_needs_a_yes(inside: Inside, expert: Callable[[str, str], Path]) -> None:
    folder = expert(
        "  burn:\n    description: Burn it.\n    effect: irreversible\n"
        "    sentences: [burn it down]\n    say: Burnt.\n    run: {python: 'odd:burn'}\n",
        "def burn():\n    return None\n",
    )
    asked = inside("--experts", str(folder), "burn", "it", "down")
    assert asked.code == 3
    assert "Burnt" not in asked.out
    agreed = inside("--experts", str(folder), "-c", "yes")
    assert (agreed.code, agreed.out) == (0, "Burnt.\n")
    ahead = inside("--experts", str(folder), "--yes", "burn it down")
    assert (ahead.code, ahead.out) == (0, "Burnt.\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["please", "xyzzy", "the", "plugh"], 3, ""),
        (["hello", "--now", "noonish"], 2, "--now"),
        (["hello", "--set", "nonsense"], 2, "--set"),
        (["hello", "--set", "languge=en"], 4, "did you mean 'language'"),
        (["hello", "--config", "/no/such/file.yaml"], 4, "/no/such/file.yaml"),
        (["hello", "--experts", "/no/such/folder"], 4, "/no/such/folder"),
        (["hello", "--set", "timezone=Mars/Olympus"], 4, "Mars/Olympus"),
    ],
)
def test_exit_codes(inside: Callable[..., Ran], arguments: list[str], code: int, said: str) -> None:
    ran = inside(*arguments)
    assert ran.code == code
    assert said in ran.err
    assert (ran.out == "") == (code != 3)


def test_a_broken_config_names_file_and_line(alexa: Installed, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("language: en\nact:\n  deadlin: 3s\n")
    ran = alexa("--config", str(config), "hello")
    assert ran.code == 4
    assert f"{config}:3" in ran.err
    assert "'deadline'" in ran.err


def test_other_experts_take_the_place_of_the_usual_ones(
    alexa: Installed, expert: Callable[[str, str], Path]
) -> None:
    folder = expert(
        "  hum:\n    description: Hum.\n    effect: read\n    sentences: [hum]\n"
        "    say: Hm.\n    run: {python: 'odd:hum'}\n",
        "import sys\ndef hum():\n    print('\\x1b[31mstray\\x07')\n"
        "    sys.stderr.write('\\x1b[31merrant\\x07\\n')\n",
    )
    ran = alexa("hum", f"--experts={folder}")
    assert (ran.code, ran.out) == (0, "Hm.\n")
    assert "stray\n" in ran.err
    assert "errant\n" in ran.err
    assert "\x1b" not in ran.err
    assert alexa("--experts", str(folder), LIGHT).code == 3


def test_what_an_expert_says_obeys_no_escape(
    inside: Inside, expert: Callable[[str, str], Path]
) -> None:
    folder = expert(
        "  hum:\n    description: Hum.\n    effect: read\n    sentences: [hum]\n"
        "    run: {python: 'odd:hum'}\n  fail:\n    description: Fail.\n    effect: read\n"
        "    sentences: [fail]\n    run: {python: 'odd:fail'}\n",
        "from alexa_cli.catalog import Result\n"
        "BAD = '\\x1b]0;title\\x07\\x1b[31mred \\u202eover \\x9b1mbold'\n"
        "def hum():\n    return Result(value=BAD, say=BAD)\n"
        "def fail():\n    raise ValueError(BAD)\n",
    )
    for word, code in (("hum", 0), ("fail", 1)):
        ran = inside("--experts", str(folder), "--trace", word)
        assert ran.code == code
        shown = ran.out + ran.err + inside("trace", "last").out + inside("trace").out
        assert "red" in shown.lower()
        assert not set("\x1b\x07\x9b\u202e") & set(shown)


def test_a_hanging_expert_is_stopped_by_ctrl_c(
    alexa: Installed, expert: Callable[[str, str], Path], paths: Paths
) -> None:
    folder = expert(
        "  wait:\n    description: Wait.\n    effect: read\n    sentences: [wait]\n"
        "    run: {python: 'odd:wait'}\n",
        "import asyncio\nasync def wait():\n    print('begun', flush=True)\n"
        "    await asyncio.Event().wait()\n",
    )
    process = alexa.start("--experts", str(folder), "--set", "act.deadline=100s", "wait")
    assert process.stderr
    assert process.stderr.readline() == b"begun\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, b"", b"alexa: stopped\n")
    with Store(paths.database) as store:
        assert [turn.status for turn in list_turns(store)] == ["cancelled"]


def test_files_are_private(alexa: Installed, paths: Paths) -> None:
    alexa(LIGHT)
    assert stat.S_IMODE(paths.data.stat().st_mode) == 0o700
    assert stat.S_IMODE(paths.database.stat().st_mode) == 0o600


@pytest.mark.parametrize("verb", [["--help"], ["trace", "list"], ["experts"], [LIGHT]])
def test_a_reader_that_leaves_early(alexa: Installed, verb: list[str]) -> None:
    alexa(LIGHT)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(
            [alexa.program, *verb], stdout=gone, stderr=subprocess.PIPE, env=alexa.env, check=False,
            timeout=60, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr
