"""``alexa config`` and ``alexa doctor``, as a person meets them."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from alexa_cli.cli import checks
from alexa_cli.cli.checks import CHECKS
from alexa_cli.cli.config import example_text, starter_text
from alexa_cli.cli.doctor import doctor, examine
from alexa_cli.cli.look import Check, Look
from alexa_cli.cli.main import main
from alexa_cli.cli.options import Common
from alexa_cli.cli.sound_checks import pronunciation
from alexa_cli.config.files import load_yaml
from alexa_cli.config.paths import write_private
from alexa_cli.config.settings import Settings, load_settings
from alexa_cli.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from alexa_cli.config.paths import Paths


@dataclass(frozen=True)
class Ran:
    code: object
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ran:
    with pytest.raises(SystemExit) as left:
        main(list(arguments))
    shown = capsys.readouterr()
    return Ran(left.value.code, shown.out, shown.err)


# config -------------------------------------------------------------------------------------


def test_show_says_where_each_value_came_from(
    capsys: pytest.CaptureFixture[str], paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_private(
        paths.config_file,
        b"act:\n  deadline: 7s\nmodels: {a: {kind: llm, model: openai/m, api_key: xyz}}\n",
    )
    monkeypatch.setenv("ALEXA_CONVERSATION__HISTORY", "3")
    for verb in (["config"], ["config", "show"]):
        ran = run(capsys, *verb, "--set", "language=en")
        lines = ran.out.splitlines()
        assert lines[0] == f"# {paths.config_file}"
        assert f"act.deadline: 7s  # file: {paths.config_file}:2" in lines
        assert "conversation.history: 3  # env: ALEXA_CONVERSATION__HISTORY" in lines
        assert "language: en  # flag: --set language" in lines
        assert "timezone: null" in lines
        assert "models.a.api_key: •••" in ran.out
        assert "xyz" not in ran.out
        assert (ran.code, ran.err) == (0, "")


def test_show_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in (["config", "--json"], ["config", "show", "--json"], ["config", "--json", "show"]):
        data = json.loads(run(capsys, *verb, "--set", "act.deadline=3s").out)
        assert data["file"] is None
        assert data["options"]["act.deadline"] == {
            "value": "3s", "origin": "flag", "detail": "--set act.deadline",
        }  # fmt: skip
        assert data["options"]["language"] == {"value": "en", "origin": "default", "detail": None}


def test_init_writes_a_file_that_changes_nothing(
    capsys: pytest.CaptureFixture[str], paths: Paths
) -> None:
    ran = run(capsys, "config", "init")
    assert (ran.code, ran.out) == (0, f"{paths.config_file}\n")
    assert paths.config_file.stat().st_mode & 0o777 == 0o600
    loaded = load_settings(paths, env={})
    assert {origin.kind for origin in loaded.origins.values()} == {"default"}
    assert loaded.settings.act == Settings().act
    again = run(capsys, "config", "init")
    assert again.code == 4
    assert "already there" in again.err
    assert again.out == ""


def test_every_option_of_the_starter_can_be_uncommented() -> None:
    lines = [
        line.replace("#", "", 1) if line.lstrip()[:1] == "#" and line.lstrip()[1:2].isalpha()
        else line
        for line in starter_text().splitlines(keepends=True)
    ]  # fmt: skip
    assert "".join(lines) == example_text()
    assert starter_text() != example_text()
    assert load_yaml("f", starter_text()).data != load_yaml("f", example_text()).data


def test_path(capsys: pytest.CaptureFixture[str], paths: Paths, tmp_path: Path) -> None:
    assert run(capsys, "config", "path").out == f"{paths.config_file}\n"
    other = tmp_path / "o.yaml"
    data = json.loads(run(capsys, "config", "path", "--config", str(other), "--json").out)
    assert data == {"file": str(other), "exists": False}


def test_check_reads_every_file_that_is_named(
    capsys: pytest.CaptureFixture[str], paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(capsys, "config", "check").code == 0
    write_private(paths.config_file, b"household: home.yaml\n")
    ran = run(capsys, "config", "check")
    assert ran.code == 4
    assert "home.yaml" in ran.err
    write_private(paths.config_file, b"langauge: en\n")
    ran = run(capsys, "config", "check")
    assert ran.code == 4
    assert f"{paths.config_file}:1:" in ran.err
    assert "did you mean 'language'?" in ran.err
    assert ran.out == ""
    write_private(paths.config_file, b"experts: {hooks: {contacts.cal: {shell: [x]}}}\n")
    assert run(capsys, "config", "check").code == 4
    paths.config_file.unlink()
    monkeypatch.setenv("ALEXA_LANGAUGE", "en")
    ran = run(capsys, "config", "check")
    assert ran.code == 0
    assert "ALEXA_LANGAUGE" in ran.err


def test_a_file_to_check_may_be_given(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("act: {deadline: soon}")
    ran = run(capsys, "config", "check", str(file))
    assert ran.code == 4
    assert "x.yaml:1: 'soon' is not a duration" in ran.err


# doctor -------------------------------------------------------------------------------------


def look(paths: Paths, *sets: str) -> Look:
    return Look(paths, Common(sets=sets), {"LC_ALL": "C.UTF-8"})


def one(found: Iterable[Check], name: str) -> Check:
    return next(check for check in found if check.name == name)


def test_a_fresh_home_has_nothing_wrong(paths: Paths) -> None:
    found = examine(look(paths))
    assert [check for check in found if check.status == "fail"] == []
    assert one(found, "minilm").fix == "alexa models pull minilm"
    assert "14 with" in one(found, "experts").finding
    assert not paths.data.exists()
    assert {check.name for check in found} >= {
        "python", "config", "data folder", "database", "time zone", "household", "experts",
        "minilm", "terminal", "locale",
    }  # fmt: skip


@pytest.mark.usefixtures("alexa")  # what it compiles and learns is there
def test_doctor_prints_name_status_finding_and_fix(capsys: pytest.CaptureFixture[str]) -> None:
    ran = run(capsys, "doctor")
    assert ran.code == 0
    assert any(line.startswith("warn  minilm ") for line in ran.out.splitlines())
    assert "-> alexa models pull minilm" in ran.out
    data = json.loads(run(capsys, "doctor", "--json").out)
    assert set(data[0]) == {"name", "status", "finding", "fix"}
    assert data[0]["name"] == "python"


def test_a_broken_config_is_told_once_and_the_rest_is_still_looked_at(
    capsys: pytest.CaptureFixture[str], paths: Paths
) -> None:
    write_private(paths.config_file, b"act: {deadlin: 3s}")
    assert doctor(look(paths)) == 1
    shown = capsys.readouterr().out
    assert shown.count("unknown key 'deadlin'") == 1
    assert "-> did you mean 'deadline'?" in shown
    assert "  locale " in shown


def test_modes(paths: Paths) -> None:
    paths.data.mkdir(parents=True)
    paths.data.chmod(0o755)
    write_private(
        paths.config_file, b"models: {a: {kind: llm, model: openai/m, api_key: s3cret-key}}"
    )
    paths.config_file.chmod(0o644)
    found = [*checks.folders(look(paths)), *checks.config(look(paths))]
    assert one(found, "data folder").status == "warn"
    assert one(found, "data folder").fix == f"chmod 700 {paths.data}"
    assert one(found, "config mode").fix == f"chmod 600 {paths.config_file}"
    assert "s3cret-key" not in str(found)


def test_folders_in_the_way(paths: Paths) -> None:
    paths.data.write_text("")
    assert one(checks.folders(look(paths)), "data folder").status == "fail"
    if os.geteuid():
        paths.cache.mkdir(mode=0)
        assert one(checks.folders(look(paths)), "cache folder").status == "fail"


@pytest.mark.parametrize("content", [b"rubbish" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_database_is_left_as_it_is(paths: Paths, content: bytes) -> None:
    write_private(paths.database, content)
    check = one(checks.database(look(paths)), "database")
    assert check.status == "fail"
    assert "does not open" in check.finding
    assert paths.database.read_bytes() == content
    assert [each.name for each in paths.data.iterdir()] == ["alexa.db"]


def test_a_database_of_a_newer_version(paths: Paths) -> None:
    paths.data.mkdir(parents=True)
    with closing(sqlite3.connect(paths.database)) as store:
        store.execute("CREATE TABLE events (turn)")
        store.execute("PRAGMA user_version=99")
    check = one(checks.database(look(paths)), "database")
    assert "newer" in check.finding
    assert check.fix == "upgrade alexa-cli"


def test_minilm_that_is_wanted_and_not_there_fails(paths: Paths) -> None:
    assert (
        one(checks.minilm(look(paths, "models.nearest.encoder=minilm")), "minilm").status == "fail"
    )
    folder = paths.models / "minilm"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"half")
    check = one(checks.minilm(look(paths)), "minilm")
    assert (check.status, check.fix) == ("warn", "alexa models pull minilm")


def test_a_check_can_be_added_and_may_fail(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    def weather(look: Look) -> Iterable[Check]:
        raise ConfigError("it rains", hint="take an umbrella")

    def disk(look: Look) -> Iterable[Check]:
        raise PermissionError(13, "Permission denied", str(look.paths.data))

    monkeypatch.setattr("alexa_cli.cli.doctor.CHECKS", (weather, disk, checks.python))
    found = examine(look(paths))
    assert found[0] == Check("weather", "fail", "it rains", "take an umbrella")
    assert [check.status for check in found] == ["fail", "fail", "ok"]
    assert checks.python in CHECKS


@pytest.mark.usefixtures("alexa")  # what it compiles and learns is there
def test_doctor_says_what_would_make_it_better_each_with_its_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, paths: Paths
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "not a real one")
    found = {c["name"]: c for c in json.loads(run(capsys, "doctor", "--json").out)}
    assert "GEMINI_API_KEY is set" in found["language models"]["finding"]
    assert "kind: llm, model: gemini/" in found["language models"]["fix"]
    assert found["recogniser"]["fix"] == "alexa models pull vosk-small-en-us"
    assert found["microphone"]["fix"]
    assert "roomba" in found["pronunciation"]["finding"]
    assert found["pronunciation"]["fix"].startswith("alexa household pronounce ")
    for word in ("roomba", "nightlight"):  # the second is another name of a night light
        run(capsys, "household", "pronounce", word, "RUM-ba")
    told = [check.finding for check in pronunciation(look(paths))]
    assert told == ["every name of the home is in the dictionary"]
    assert found["voice"]["status"] == "ok"


@pytest.mark.usefixtures("alexa")  # what it compiles and learns is there
def test_doctor_looks_at_what_hearing_and_speaking_are_set_to(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = ["--set", "hear.engine=vosk", "--set", "speak.command=[no-such-program, $text]"]
    ran = run(capsys, "doctor", *asked)
    assert ran.code == 1
    assert "fail  recogniser" in ran.out
    assert "there is no program no-such-program" in ran.out
