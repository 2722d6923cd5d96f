"""Which command line is a verb, which is speech, and which words of it are options."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa_cli.cli.group import load_verb, words_last
from alexa_cli.cli.main import as_command, main, plain_speech
from alexa_cli.cli.verbs import VERBS, is_option
from alexa_cli.store.store import Store
from alexa_cli.trace.save import TurnRecord, save_turn

if TYPE_CHECKING:
    from pathlib import Path

    from alexa_cli.config.paths import Paths

SPEECH = [
    "forget the milk", "list my reminders", "trace the call", "turn on the light",
    "undo that", "chat with me", "config kitchen", "models are nice", "doctor smith",
    "eval nothing", "trace last night", "trace t-shirts", "experts say so", "forget",
]  # fmt: skip
VERB = [
    "undo", "chat", "trace", "trace last", "trace last --json", "trace list", "trace show last~1",
    "trace diff last~1 last", "trace replay t-123", "forget --all", "experts show timers",
    "config show", "models pull minilm", "doctor --json", "eval cases.jsonl", "eval --compare a b",
    "ask forget the milk", "route dim the lamp", "--help", "--version", "chat -c", "forget",
]  # fmt: skip


@pytest.mark.parametrize("line", [line for line in SPEECH if line != "forget"])
def test_speech(line: str) -> None:
    assert as_command(line.split()) == ["ask", *line.split()]


@pytest.mark.parametrize("line", VERB)
def test_verb(line: str) -> None:
    assert as_command(line.split()) == line.split()


def test_nothing_is_a_talk_and_dashes_force_speech() -> None:
    assert as_command([]) == ["chat"]
    assert as_command(["--", "config", "show"]) == ["ask", "--", "config", "show"]
    assert plain_speech(["ask", "--", "config", "--json"]) == ["config", "--json"]
    assert as_command(["undo", "--", "it"]) == ["ask", "undo", "--", "it"]


def test_an_option_first_is_an_option_of_ask() -> None:
    assert as_command(["-c", "bauer"]) == ["ask", "-c", "bauer"]
    assert as_command(["--json", "hello"]) == ["ask", "--json", "hello"]


def test_an_id_is_a_turn_only_if_one_is_stored(paths: Paths) -> None:
    with Store(paths.database) as store:
        noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
        save_turn(store, TurnRecord(turn="t-1abcde", at=noon, now=noon))
    assert as_command(["trace", "t-1abcde"])[0] == "trace"
    assert as_command(["trace", "t-1ab", "--json"])[0] == "trace"
    assert as_command(["trace", "t-1abcde", "please"])[0] == "ask"
    assert as_command(["trace", "t-shirts"])[0] == "ask"


def test_a_file_makes_eval_a_verb(tmp_path: Path) -> None:
    suite = tmp_path / "cases"
    assert as_command(["eval", str(suite)])[0] == "ask"
    suite.touch()
    assert as_command(["eval", str(suite)])[0] == "eval"


@pytest.mark.parametrize("word", ["-c", "--json", "--set=a=b c", "-q", "--no-such-thing"])
def test_options(word: str) -> None:
    assert is_option(word)


@pytest.mark.parametrize(
    "word", ["-5", "-", "--", "-5 degrees", "-c is a letter", "set", "", "---", "-.5", "a=-b"]
)
def test_not_options(word: str) -> None:
    assert not is_option(word)


def test_options_may_stand_among_the_words() -> None:
    args = ["turn", "it", "--set", "a=b", "to", "-5", "--json", "--", "--now"]
    assert words_last(args, {"--set"}) == [
        "--set", "a=b", "--json", "--", "turn", "it", "to", "-5", "--now",
    ]  # fmt: skip
    assert words_last(["hello", "--set"], {"--set"}) == ["--set", "--", "hello"]


WORDS = st.lists(st.sampled_from(["say", "-5", "-c", "--set", "a=b", "--", "--json", "-"]))


@settings(max_examples=400)
@given(WORDS)
def test_no_word_is_lost_and_none_changes_places(args: list[str]) -> None:
    ordered = words_last(args, {"--set"})
    marks = [at for at, word in enumerate(ordered) if word == "--"]
    at = next((at for at in marks if not taken(ordered, at)), marks[-1])
    ends = [at for at, word in enumerate(args) if word == "--" and not taken(args, at)]
    first = ends[0] if ends else len(args)  # a "--" that is an option's value ends nothing
    assert sorted(ordered) == sorted(args if ends else [*args, "--"])
    assert ordered[at + 1 :] == [
        word for place, word in enumerate(args)
        if place > first or (place < first and not is_option(word) and not taken(args, place))
    ]  # fmt: skip


def taken(args: list[str], place: int) -> bool:
    """Whether this word is the value of the ``--set`` before it."""
    run = 0
    while place > run and args[place - run - 1] == "--set":
        run += 1
    return run % 2 == 1


@given(st.lists(st.text(), min_size=1))
def test_any_line_is_itself_or_speech(given_: list[str]) -> None:
    line = as_command(given_)
    assert line in (given_, ["ask", *given_])


@pytest.mark.parametrize("name", VERBS)
def test_the_table_is_what_the_verb_has(name: str) -> None:
    assert set(getattr(load_verb(name), "commands", ())) == set(VERBS[name].subcommands)


@pytest.mark.parametrize("name", VERBS)
def test_help_has_examples_that_call_the_verb(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    page = capsys.readouterr().out
    assert left.value.code == 0
    assert max(map(len, page.splitlines())) <= 80
    for example in VERBS[name].examples:
        assert example in page
        command = example.partition("   ")[0].partition(" < ")[0].partition(" > ")[0]
        words = shlex.split(command.rpartition("| ")[2])
        assert words[0] == "alexa"
        assert as_command(words[1:])[0] == name


def test_main_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--help"])
    page = capsys.readouterr().out
    assert left.value.code == 0
    assert max(map(len, page.splitlines())) <= 80
    for name, verb in VERBS.items():
        assert name in page
        assert verb.help in page


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ask hello --jsno", "--json"),
        ("hello --now", "--now"),
        ("ask --seed many hello", "--seed"),
        ("trace show a b c", "alexa trace show --help"),
        ("config show --nope", "alexa config show --help"),
        ("route hello --nope", "put -- before the words"),
        ("--nope", "put -- before the words"),
    ],
)
def test_usage_errors_say_what_to_do(
    line: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(line.split())
    shown = capsys.readouterr()
    assert left.value.code == 2
    assert shown.out == ""
    assert shown.err.startswith("alexa: ")
    assert said in shown.err
