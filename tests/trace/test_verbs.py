"""``alexa trace`` and ``alexa forget``, as a user runs them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from alexa_cli.cli.main import run
from alexa_cli.context.conversation import ConversationState, save_conversation
from alexa_cli.errors import AlexaError, NotUnderstood, UsageError
from alexa_cli.store.state import ExpertStore
from alexa_cli.store.store import Store
from alexa_cli.trace.record import Span
from alexa_cli.trace.save import TurnRecord, save_turn

if TYPE_CHECKING:
    from alexa_cli.config.paths import Paths

EVIL = "\x1b[31mred\x07 \u202eabc"
NOW = datetime(2025, 11, 21, 18, 0, tzinfo=UTC)


@pytest.fixture
def turns(paths: Paths) -> Paths:
    """Three turns of two conversations, something remembered."""
    with Store(paths.database) as store:
        for n, conversation in enumerate(["one", "two", "two"]):
            at = NOW + timedelta(hours=n)
            save_turn(
                store,
                TurnRecord(
                    turn=f"t-{n}aa", conversation=conversation, at=at, now=at,
                    words=f"words {n} {EVIL}", reply=EVIL, models=("sentences",),
                    spans=[Span("1", None, "decide", 0.0, 0.1)], seconds=0.1,
                ),
            )  # fmt: skip
            save_conversation(store, conversation, ConversationState(last_turn=f"t-{n}aa"))
        ExpertStore(store, "lists").set("shopping", ["milk"])
    return paths


def _out(capsys: pytest.CaptureFixture[str], *line: str) -> str:
    assert run(line) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "\x1b" not in out
    assert "\u202e" not in out
    return out


@pytest.mark.parametrize("line", [("trace",), ("trace", "list")])
def test_listing_is_what_the_noun_does(
    turns: Paths, capsys: pytest.CaptureFixture[str], line: tuple[str, ...]
) -> None:
    lines = _out(capsys, *line).splitlines()
    assert [each.split()[0] for each in lines] == ["t-2aa", "t-1aa", "t-0aa"]
    assert all(len(each) <= 80 for each in lines)


def test_list_takes_a_limit_and_prints_data(
    turns: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = _out(capsys, "trace", "list", "--limit", "1", "--json").splitlines()
    assert json.loads(line)["words"] == f"words 2 {EVIL}"


@pytest.mark.parametrize(
    "line", [("trace", "show"), ("trace", "show", "last"), ("trace", "last"), ("trace", "t-2a")]
)
def test_showing(turns: Paths, capsys: pytest.CaptureFixture[str], line: tuple[str, ...]) -> None:
    out = _out(capsys, *line)
    assert "words 2 red abc" in out
    assert "decide" in out


def test_showing_data(turns: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads(_out(capsys, "trace", "show", "t-0aa", "--json"))
    assert record["turn"] == "t-0aa"
    assert record["spans"][0]["name"] == "decide"


def test_diff(turns: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    assert "  - words 1" in _out(capsys, "trace", "diff", "last~1", "last")


@pytest.mark.parametrize(
    ("since", "count"),
    [(None, 6), ("2025-11-21T18:30:00+00:00", 4), ("2025-12-24", 0), ("5200w", 6), ("10s", 0)],
)
def test_export(
    turns: Paths, capsys: pytest.CaptureFixture[str], since: str | None, count: int
) -> None:
    out = _out(capsys, "trace", "export", *(() if since is None else ("--since", since)))
    assert len([json.loads(line) for line in out.splitlines()]) == count


@pytest.mark.parametrize(
    "line",
    [("trace", "show", "t-9"), ("trace", "diff", "last", "nope"),
     ("trace", "export", "--since", "yesterday"), ("forget",)],
)  # fmt: skip
def test_what_makes_no_sense_is_a_usage_error(turns: Paths, line: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        run(line)


def test_nothing_stored_yet(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["trace", "list"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "no turn is stored yet" in err


def test_forgetting_needs_a_yes(turns: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotUnderstood, match="would erase all traces"):
        run(["forget", "--traces"])
    assert len(_out(capsys, "trace", "list").splitlines()) == 3


@pytest.mark.parametrize(
    ("option", "told", "left"),
    [
        ("--conversation", "2 turns, 1 conversation", ["t-0aa"]),
        ("--traces", "3 turns", []),
        ("--memory", "1 memory", ["t-2aa", "t-1aa", "t-0aa"]),
        ("--all", "3 turns, 2 conversations, 1 memory", []),
    ],
)
def test_forgetting(
    turns: Paths, capsys: pytest.CaptureFixture[str], option: str, told: str, left: list[str]
) -> None:
    typed = turns.data / "history"
    typed.write_text("+words 0\n")
    assert _out(capsys, "forget", option, "--yes") == f"Forgotten: {told}.\n"
    assert typed.exists() == (option in {"--conversation", "--memory"})
    run(["trace", "list"])
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == left
    with Store(turns.database) as store:
        kept = ExpertStore(store, "lists").get("shopping")
    assert kept == (None if option in {"--memory", "--all"} else ["milk"])


def test_a_damaged_store_is_told_on_stderr(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    paths.database.parent.mkdir(parents=True)
    paths.database.write_bytes(b"rubbish" * 100)
    assert run(["trace", "list"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "corrupt-1" in err
    run(["forget", "--all", "--yes"])
    assert "not erased, a damaged store" in capsys.readouterr().err


def test_exit_codes_of_the_whole_program(turns: Paths) -> None:
    program = [sys.executable, "-c", "from alexa_cli.cli.main import main; main()"]
    for line, code in ((["forget", "--all"], NotUnderstood), (["trace", "show", "x"], UsageError)):
        done = subprocess.run([*program, *line], input=b"", capture_output=True, check=False)
        assert issubclass(code, AlexaError)
        assert (done.returncode, done.stdout) == (code.exit_code, b"")
        assert done.stderr.startswith(b"alexa: ")
