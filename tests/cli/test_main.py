"""What ``alexa`` does with faults, closed streams and shells."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from alexa_cli import __version__
from alexa_cli.cli.main import fail, unexpected
from alexa_cli.errors import AlexaError, Unreachable

if TYPE_CHECKING:
    from tests.cli.conftest import Installed

FAULT = (
    "from alexa_cli.cli import main\n"
    "def run(given): raise ZeroDivisionError('oh \\x1b[31mno')\n"
    "main.run = run\n"
    "main.main(['hello'])\n"
)


def test_version(alexa: Installed) -> None:
    for option in ("--version", "-V"):
        assert alexa(option).out == f"alexa {__version__}\n"


def test_as_a_module_it_is_the_same() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "alexa_cli", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"alexa {__version__}\n"


def test_errors_own_their_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert fail(Unreachable("the hub is away", hint="try \x1b[31mlater")) == 5
    assert fail(AlexaError("no")) == 1
    shown = capsys.readouterr()
    assert shown.err == "alexa: the hub is away\n  try later\nalexa: no\n"
    assert shown.out == ""


def test_an_unexpected_error_is_short(capsys: pytest.CaptureFixture[str]) -> None:
    assert unexpected(ValueError("oh\n\x1b[31mno")) == 1
    assert capsys.readouterr().err.startswith("alexa: internal error: ValueError: oh no\n")


@pytest.mark.parametrize("imported", [True, False])
def test_the_prompt_comes_back_at_once_with_litellm_loaded(imported: bool) -> None:
    """Its million objects are not looked through for garbage when the interpreter ends."""
    code = f"""
import atexit, gc, sys, types
from alexa_cli.cli import main
if {imported}:
    sys.modules["litellm"] = types.ModuleType("litellm")
main.run = lambda given: 3
atexit.register(lambda: print(gc.get_freeze_count() > 0))
main.main([])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (3, f"{imported}\n", "")


@pytest.mark.parametrize("busy", [True, False])
def test_nothing_is_taken_apart_under_a_thread_that_still_computes(busy: bool) -> None:
    """What must be let go of is; but numpy crashed as it learned and the interpreter ended."""
    code = f"""
import atexit, threading
from alexa_cli.cli import main
class Late:
    def __del__(self):
        print("taken apart")
late = Late()
def run(given):
    atexit.register(lambda: print("let go of"))
    if {busy}:
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    return 3
main.run = run
main.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )  # fmt: skip
    told = ["let go of"] if busy else ["let go of", "taken apart"]
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (3, told, "")


def test_ctrl_c_when_all_is_done_ends_it_without_a_word() -> None:
    """A thread that still loads something is joined as the interpreter ends; nobody need wait."""
    code = """
import os, signal, threading
from alexa_cli.cli import main
def run(given):
    threading.Thread(target=lambda: (ending.wait(), os.kill(os.getpid(), signal.SIGINT),
                                     threading.Event().wait())).start()
    return 0
signal.signal(signal.SIGINT, signal.default_int_handler)
ending = threading.Event()
threading._register_atexit(ending.set)  # what comes next is the waiting for threads
main.run = run
main.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")


@pytest.mark.parametrize("debug", [False, True])
def test_a_traceback_is_shown_on_request(debug: bool) -> None:
    env = {**os.environ, **({"ALEXA_DEBUG": "1"} if debug else {})}
    done = subprocess.run(
        [sys.executable, "-c", FAULT], capture_output=True, text=True, env=env, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert ("Traceback" in done.stderr) == debug
    assert debug or "ALEXA_DEBUG=1" in done.stderr
    assert debug or "\x1b" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(alexa: Installed, closed: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$0" turn on the kitchen light {closed}', alexa.program],
        capture_output=True, text=True, env=alexa.env, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr


# Completion in a shell ----------------------------------------------------------------------

BASH = """
eval "$(_ALEXA_COMPLETE=source_bash alexa)"
complete -p alexa > /dev/null || exit 9
COMP_WORDS=({words}) COMP_CWORD={place} COMPREPLY=()
_alexa_completion alexa
echo "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("alexa tr", {"trace", "transcribe"}),
        ("alexa trace ", {"show", "list", "diff", "replay", "export"}),
        ("alexa ask --conv", {"--conversation"}),
        ("alexa m", {"models"}),
    ],
)
def test_bash_completion(alexa: Installed, words: str, expected: set[str]) -> None:
    if shutil.which("bash") is None:
        pytest.skip("needs bash")
    given = words.split(" ")
    script = BASH.format(words=" ".join(f"'{word}'" for word in given), place=len(given) - 1)
    env = {**alexa.env, "PATH": f"{alexa.program.parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, env=env, check=True, timeout=60
    )
    assert set(done.stdout.split()) == expected
