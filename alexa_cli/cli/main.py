"""``alexa``: find the verb, import its module, run it, map errors to exit codes.

A first word is a verb only if it stands alone or is followed by something that belongs to it: a
subcommand, an option, an existing id or file. Otherwise the line is speech: ``alexa forget the
milk`` talks about milk. ``--`` forces speech.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from alexa_cli import __version__
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb: what it is for, and what may follow it."""

    help: str
    subcommands: tuple[str, ...] = ()
    anything: bool = False
    """What follows is its own, whatever it is (``ask TEXT``)."""
    takes: str = ""
    """``turn``: an existing turn id may follow; ``file``: an existing file."""


VERBS: dict[str, Verb] = {
    "ask": Verb("One turn: say something, get an answer.", anything=True),
    "chat": Verb("Talk, with history, completion and timers that ring."),
    "route": Verb("Decide, and run nothing: every candidate with its score and why.", anything=True),
    "undo": Verb("Take the last thing back."),
    "trace": Verb("See what happened in a turn.",
                  ("show", "list", "diff", "replay", "export"), takes="turn"),
    "experts": Verb("The plugins: list, show, check, make and test them.",
                    ("list", "show", "check", "new", "test", "schema")),
    "eval": Verb("Measure a suite of cases.", takes="file"),
    "models": Verb("The models that decide, and the ones to fetch.", ("list", "pull")),
    "config": Verb("The settings: where each came from, and whether they are right.",
                   ("init", "show", "path", "check")),
    "doctor": Verb("Check this installation and say what would make it better."),
    "forget": Verb("Erase what was kept: conversations, memory, traces."),
}  # fmt: skip
"""Every verb, in the order of ``alexa --help``. Verb ``x`` is ``app`` in ``alexa_cli.cli.x``."""

MAIN_OPTIONS = frozenset({"--help", "-h", "--version", "--install-completion", "--show-completion"})


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``alexa`` and leave with its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in (["--version"], ["-V"]):
        sys.stdout.write(f"alexa {__version__}\n")
        raise SystemExit(0)
    try:
        code = run(given)
    except AlexaError as error:
        code = fail(error)
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        # The reader went away (`alexa trace list | head`): nothing to say, nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:  # noqa: BLE001 - the last resort: a person is shown a line, no traceback
        if os.environ.get("ALEXA_DEBUG"):
            raise
        code = unexpected(error)
    raise SystemExit(code)


def run(given: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    line = as_command(list(given), interactive=sys.stdin.isatty() and sys.stdout.isatty())
    from alexa_cli.cli.group import build

    return build(line[0] if line else None)(line)


def as_command(given: list[str], *, interactive: bool) -> list[str]:
    """Return the command line with its verb first: what is speech gets ``ask --``.

    ``interactive`` decides what no words at all mean: the REPL, or turns read from a pipe.
    """
    if os.environ.get("_ALEXA_COMPLETE"):
        return given
    if not given:
        return ["chat"] if interactive else ["ask", "-"]
    first, rest = given[0], given[1:]
    if first == "--":
        return ["ask", "--", *rest]
    if first in MAIN_OPTIONS:
        return given
    if first in VERBS and _is_verb(VERBS[first], rest):
        return given
    if first.startswith("-") and first != "-":
        return ["ask", *given]
    return ["ask", *_speech_then_options(given)]


def _is_verb(verb: Verb, rest: list[str]) -> bool:
    if not rest or verb.anything or rest[0] in verb.subcommands:
        return True
    following = rest[0]
    if following.startswith("-"):
        return following != "--" and len(following) > 1
    if verb.takes == "file":
        return Path(following).exists() or following.endswith(".jsonl")
    return verb.takes == "turn" and len(rest) == 1 and _is_turn(following)


def _is_turn(word: str) -> bool:
    """Whether a turn of this id is stored; "last" is one."""
    if word == "last" or word.startswith("t-"):
        return True
    return False


def _speech_then_options(given: list[str]) -> list[str]:
    """Options may follow speech (``alexa turn it off --trace``): they are left as they are."""
    return given


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
