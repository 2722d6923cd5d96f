"""``alexa``: find the verb, import its module, run it, map errors to exit codes.

A first word is a verb only if it stands alone or is followed by something that belongs to it: a
subcommand, an option, an existing id or file. Otherwise the line is speech: ``alexa forget the
milk`` talks about milk. ``--`` forces speech.
"""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from alexa_cli import __version__
from alexa_cli.cli.verbs import VERBS, is_option
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alexa_cli.cli.verbs import Verb

MAIN_OPTIONS = frozenset({
    "--help", "-h", "--version", "-V", "--install-completion", "--show-completion",
})  # fmt: skip
INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``alexa`` and leave with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in (["--version"], ["-V"]):
        sys.stdout.write(f"alexa {__version__}\n")
        raise SystemExit(0)
    left: list[int] = []
    if arguments is None:
        atexit.register(_leave_threads_behind, left)
    try:
        code = _run(given)
    except KeyboardInterrupt:
        code = INTERRUPTED
    if arguments is None:
        _let_ctrl_c_end_it()
    if code == INTERRUPTED:
        sys.stderr.write("alexa: stopped\n")
    _leave_at_once()
    left.append(code)
    raise SystemExit(code)


def _run(given: list[str]) -> int:
    """Run one command line, show what is wrong, and return its exit code."""
    _make_streams_safe()
    try:
        code = run(given)
        sys.stdout.flush()
    except AlexaError as error:
        return fail(error)
    except BrokenPipeError:
        # The reader went away (`alexa trace list | head`): nothing to say, nobody to tell.
        _discard_output()
        return 0
    except Exception as error:
        if os.environ.get("ALEXA_DEBUG"):
            raise
        return unexpected(error)
    return code


def run(given: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    line = as_command(list(given))
    if (words := plain_speech(line)) is not None:
        from alexa_cli.cli.asking import Asked, ask

        return ask(Asked(tuple(words)))
    from alexa_cli.cli.group import build

    return build()(line)


def plain_speech(line: list[str]) -> list[str] | None:
    """Return the words of a line that says something and sets no option; None for another.

    Such a line needs no parser of options, which would take a tenth of the time of the answer.
    """
    if line[:1] != ["ask"] or os.environ.get("_ALEXA_COMPLETE"):
        return None
    words = line[1:]
    if words[:1] == ["--"]:
        return words[1:]
    return words if not any(word == "--" or is_option(word) for word in words) else None


def as_command(given: list[str]) -> list[str]:
    """Return the command line with its verb first: what is speech gets ``ask``."""
    if os.environ.get("_ALEXA_COMPLETE"):
        return given
    if not given:
        return ["chat"]
    first, rest = given[0], given[1:]
    if first in MAIN_OPTIONS or (first in VERBS and _is_verb(VERBS[first], rest)):
        return given
    return ["ask", *given]


SOUNDS = ("sample", "-")
SOUND_FILES = (".wav", ".flac", ".mp3", ".ogg", ".oga", ".raw", ".pcm")
"""Ends of names that nobody says: such a file is meant even if it is not there."""


def _is_verb(verb: Verb, rest: list[str]) -> bool:
    """Whether what follows a verb's name belongs to the verb."""
    if not rest or verb.anything or rest[0] in verb.subcommands or is_option(rest[0]):
        return True
    following, first = rest[0], rest[1:2]
    if verb.takes == "sound" and (following in SOUNDS or following.lower().endswith(SOUND_FILES)):
        return True
    if verb.takes in {"file", "sound"}:
        return following.endswith(".jsonl") or os.path.exists(following)  # noqa: PTH110 - odd names
    return verb.takes == "turn" and all(map(is_option, first)) and _is_turn(following)


def _is_turn(word: str) -> bool:
    """Whether a stored turn has this id; ``last`` always means one."""
    if word == "last" or word.startswith("last~"):
        return True
    if not word.startswith("t-"):
        return False
    from alexa_cli.config.paths import find_paths
    from alexa_cli.store.store import Store
    from alexa_cli.trace.save import TURN

    database = find_paths(os.environ).database
    if not database.exists():
        return False
    with Store(database) as store:
        return bool(store.ids(TURN, word, 1))


def fail(error: AlexaError) -> int:
    """Show an error on stderr, free of terminal escapes, and return its exit code."""
    from alexa_cli.language.text import printable

    sys.stderr.write(f"alexa: {printable(str(error))}\n")
    return error.exit_code


def unexpected(error: Exception) -> int:
    """Show a fault of the program itself in one line, and how to see more of it."""
    from alexa_cli.language.text import printable

    said = " ".join(printable(str(error)).split())[:300]
    sys.stderr.write(
        f"alexa: internal error: {type(error).__name__}: {said}\n"
        "  This is a fault in alexa itself. ALEXA_DEBUG=1 shows where it happened.\n"
    )
    return 1


def _make_streams_safe() -> None:
    """Let no character stop an answer: where the encoding lacks one, ``?`` stands for it.

    A stream that is closed (``alexa ... >&-``) reads as empty, or takes what nobody will see.
    """
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - for good
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _let_ctrl_c_end_it() -> None:
    """All is done, and only threads may still take a moment: Ctrl-C ends it at once, unreported."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _leave_threads_behind(left: list[int]) -> None:
    """End here if a thread still computes that nobody waits for.

    The interpreter and the libraries would be taken apart under it: one time in twenty numpy
    crashed as it learned. Registered before anything else it is called last, so all that has to be
    let go of is. ``left``: the exit code, once it is known.
    """
    import threading

    if left and any(thread.daemon for thread in threading.enumerate()):
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # nobody reads it any more
                stream.flush()
        os._exit(left[0])


def _leave_at_once() -> None:
    """Let the interpreter not look for garbage in what litellm made: that takes two seconds."""
    if "litellm" in sys.modules:
        import gc

        gc.freeze()


def _discard_output() -> None:
    """Let the interpreter's last flush go nowhere, instead of failing again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
