"""``alexa experts``, the published schema, the format's page and the tools."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from alexa_cli.catalog.build import build
from alexa_cli.catalog.catalogue import load_catalogue
from alexa_cli.catalog.check import check_folders
from alexa_cli.catalog.json_schema import json_schema, json_schema_text
from alexa_cli.catalog.scaffold import scaffold
from alexa_cli.cli import expert_pages as verb
from alexa_cli.cli.options import Common
from alexa_cli.config.files import load_yaml
from alexa_cli.config.settings import Settings
from alexa_cli.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from alexa_cli.config.paths import Paths

REPO = Path(__file__).resolve().parents[2]
PAGE = REPO / "docs" / "expert-format.md"

DOUBTFUL = """\
name: probe
description: A probe.
context: [rooms]
lists: {names: {python: "probe:f"}}
rules: {used: "[please]", unused: "[kindly]"}
apis:
  go:
    description: Go.
    effect: reversible
    parameters: {where: {}, how: {default: fast}, when: {x-type: time}}
    required: [where]
    sentences: ["<used> go {when}"]
    run: {shell: [go]}
  silent: {description: x, effect: read, run: {python: "probe:f"}}
"""


def messages(folder: Path) -> list[str]:
    return [
        problem.fault.message.partition(": ")[2] for problem in check_folders([folder]).problems
    ]


def test_doubts_are_told(write_expert: Callable[..., Path]) -> None:
    folder = write_expert(DOUBTFUL, "def f(): pass\n")
    found = "\n".join(messages(folder))
    for expected in (
        "no sentence uses the rule <unused>",
        "no parameter uses the list 'names'",
        "required, but no sentence fills 'where'",
        "no sentence and no example leads to it (at apis.silent)",
        "reversible, but no undo says how",
    ):
        assert expected in found
    assert "<used>" not in found
    assert "'how'" not in found
    assert "'when'" not in found
    assert check_folders([folder]).errors == 0


def test_cases_that_name_nothing(write_expert: Callable[..., Path]) -> None:
    folder = write_expert(DOUBTFUL, "def f(): pass\n")
    cases = [
        '{"id": "1", "say": "x", "expert": "probe", "api": "goo"}',
        '{"id": "2", "calls": [{"expert": "probe", "api": "go", "arguments": {"wher": "x"}}]}',
        '{"id": "3", "say": "x", "expert": "other", "api": "anything"}',
        "{no",
    ]
    (folder / "cases.jsonl").write_text("\n".join(cases))
    found = [p.fault for p in check_folders([folder]).problems if p.level == "error"]
    assert [fault.line for fault in found] == [1, 2, 4]
    assert found[0].hint == "did you mean 'go'?"
    assert found[1].hint == "did you mean 'where'?"


def test_a_tie_is_a_warning_at_its_line(write_expert: Callable[..., Path]) -> None:
    yaml = "name: {}\ndescription: x\napis: {{go: {{description: x, sentences: [go]}}}}"
    one, two = (write_expert(yaml.format(name), name=name) for name in ("one", "two"))
    [problem] = check_folders([one, two]).problems
    assert problem.level == "warning"
    assert "'go' is also a sentence of two.go" in problem.fault.message
    assert problem.fault.line == 3


def test_a_new_expert_is_right(tmp_path: Path, paths: Paths) -> None:
    folder = scaffold("garden_lights", tmp_path, json_schema_text())
    checked = check_folders([folder])
    assert [str(problem) for problem in checked.problems] == []
    line = (folder / "expert.yaml").read_text().partition("\n")[0]
    assert (folder / line.partition("$schema=")[2]).resolve() == tmp_path / "expert.schema.json"
    assert load_catalogue(Settings(), paths, [tmp_path]).api("garden_lights.add_note").undo
    with pytest.raises(ConfigError, match="already there"):
        scaffold("garden_lights", tmp_path, "")
    for bad in ("Garden", "../up", "x" * 60, ""):
        with pytest.raises(UsageError):
            scaffold(bad, tmp_path, "")


# the verb -----------------------------------------------------------------------------------


def test_the_verb(
    write_expert: Callable[..., Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = write_expert(DOUBTFUL, "def f(): pass\n")
    text = verb.Options(Common(folders=(folder.parent,)))
    data = verb.Options(Common(folders=(folder.parent,)), json=True)
    assert verb.list_(text) == 0
    assert "probe" in capsys.readouterr().out
    assert verb.list_(data) == 0
    assert json.loads(capsys.readouterr().out)[0]["apis"] == ["go", "silent"]
    assert verb.show(text, "probe") == 0
    assert "where: free text" in capsys.readouterr().out
    assert verb.show(data, "probe") == 0
    assert json.loads(capsys.readouterr().out)["apis"]["go"]["effect"] == "reversible"
    assert verb.check(text, folder) == 0
    assert capsys.readouterr().out.endswith("1 expert: 0 errors, 5 warnings\n")
    write_expert("name: probe\n")
    assert verb.check(data, folder) == 4
    report = json.loads(capsys.readouterr().out)
    assert (report["errors"], report["problems"][0]["level"]) == (1, "error")
    assert verb.new(verb.Options(), "garden", tmp_path / "made") == 0
    assert capsys.readouterr().out == f"{tmp_path / 'made' / 'garden'}\n"
    with pytest.raises(UsageError, match="no such folder"):
        verb.check(text, Path("nowhere"))


# what is published --------------------------------------------------------------------------


def test_the_published_schema_is_current() -> None:
    published = (REPO / "experts" / "expert.schema.json").read_text(encoding="utf-8")
    hint = "write it anew: alexa experts schema > experts/expert.schema.json"
    assert published == json_schema_text(), hint


def test_the_schema_describes_every_key() -> None:
    schema = json_schema()
    for name, definition in {"ExpertFile": schema, **schema["$defs"]}.items():
        for key, part in definition.get("properties", {}).items():
            assert part.get("description"), f"{name}.{key} has no description"
    assert "x-type" in schema["$defs"]["ParameterFile"]["properties"]
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["name", "description"]


@pytest.mark.parametrize("path", sorted((REPO / "experts").glob("*/expert.yaml")), ids=str)
def test_shipped_experts_are_right_and_name_the_schema(path: Path) -> None:
    assert [str(problem) for problem in check_folders([path.parent]).problems] == []
    line = path.read_text(encoding="utf-8").partition("\n")[0]
    assert (path.parent / line.partition("$schema=")[2]).resolve().name == "expert.schema.json"
    assert (path.parent / line.partition("$schema=")[2]).is_file()


SNIPPETS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("number", range(len(SNIPPETS)))
def test_every_snippet_of_the_page_loads(tmp_path: Path, number: int) -> None:
    for module in re.findall(r'python: "(\w+):', SNIPPETS[number]):
        (tmp_path / f"{module}.py").write_text("")
    built = build(load_yaml(tmp_path / "expert.yaml", SNIPPETS[number]))
    assert [str(problem) for problem in built.report.problems] == []
    assert built.usable().name


def test_the_page_names_every_key() -> None:
    page = PAGE.read_text(encoding="utf-8")
    schema = json_schema()
    ours = {"ExpertFile": schema, **schema["$defs"]}
    for name in ("ExpertFile", "ApiFile", "HttpFile", "RunFile", "StepFile", "UndoFile", "McpFile"):
        for key in ours[name]["properties"]:
            assert re.search(rf"\b{key}\b", page), f"{name}.{key} is not on the page"


# tools --------------------------------------------------------------------------------------


def tool(name: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, str(REPO / "tools" / name), *map(str, arguments)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def test_made_experts_are_many_distinct_and_always_the_same(tmp_path: Path, paths: Paths) -> None:
    tool("make_experts.py", tmp_path / "a", "--experts", 4, "--apis", 6)
    tool("make_experts.py", tmp_path / "b", "--experts", 3, "--apis", 6)
    catalogue = load_catalogue(Settings(), paths, [tmp_path / "a"])
    assert len(catalogue.experts) == 4
    assert {(len(e.apis), len(catalogue.templates)) for e in catalogue.experts.values()} == {
        (6, 48)
    }
    assert all(len(api.examples["en"]) == 5 for api in catalogue.apis())
    assert catalogue.overlaps == ()
    for file in (tmp_path / "b").rglob("expert.yaml"):
        assert file.read_text() == (tmp_path / "a" / file.relative_to(tmp_path / "b")).read_text()


def test_a_pack_becomes_experts(tmp_path: Path, paths: Paths) -> None:
    pack = {
        "alarm": {"set": {"examples": ['wake me "now": x'], "slots": ["time"]}},
        "qa": {"ask": {"examples": ["why"], "slots": []}},
    }
    (tmp_path / "pack.json").write_text(json.dumps(pack))
    tool("pack_to_experts.py", tmp_path / "pack.json", tmp_path / "out", "--without", "qa")
    catalogue = load_catalogue(Settings(), paths, [tmp_path / "out"])
    assert list(catalogue.experts) == ["alarm"]
    api = catalogue.api("alarm.set")
    assert api.examples["en"][0].text == 'wake me "now": x'
    assert (list(api.parameters), api.run) == (["time"], None)


def test_the_public_pack_loads(shared: Path, tmp_path: Path, paths: Paths) -> None:
    tool("pack_to_experts.py", shared / "data" / "slurp_pack.json", tmp_path / "out")
    catalogue = load_catalogue(Settings(), paths, [tmp_path / "out"])
    assert (len(catalogue.experts), sum(1 for _ in catalogue.apis())) == (18, 56)
