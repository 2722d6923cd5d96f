"""What README and docs/ show is true: every command is run, every snippet of YAML is loaded.

The conventions:

- a ``console`` block holds commands (``$ alexa ...``) and what they print; each page is one story
  in one empty home, from top to bottom;
- ``# exit code N`` behind a command says that it does not end with 0;
- lines that begin with ``> `` are the command's input;
- ``...`` stands for any lines, or for anything within a line; times, ids and bars may differ, and
  counts of tokens and sums of money by a twentieth;
- a ``yaml`` block that begins with ``# a/path.yaml`` is put there in the folder of config.yaml, so
  are ``python`` and ``json`` blocks that begin like that, and a ``text`` block that begins with
  ``---`` and ``# prompts/name.md``;
- other ``text`` blocks are not run.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from alexa_cli.catalog.build import build_folder
from alexa_cli.cli.main import main
from alexa_cli.config.paths import Paths, find_paths, private_dir
from alexa_cli.config.settings import load_settings
from alexa_cli.context.household import load_household
from alexa_cli.models.llm.script import load_script

REPO = Path(__file__).resolve().parents[2]
PAGES = sorted([REPO / "README.md", REPO / "CONTRIBUTING.md", *(REPO / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXIT = re.compile(r"\s+# exit code (\d+)$")
FIGURE = re.compile(r"~[\d,]*\d|\d{1,3}(?:,\d{3})+|\$\d+\.\d+")
"""Tokens that are estimated, thousands of them, and money: a longer name of a day is in them."""
NEAR = 0.05


@dataclass
class Command:
    line: str
    code: int
    typed: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)


def blocks(page: Path) -> list[tuple[str, str]]:
    return [(match[1], match[2]) for match in BLOCK.finditer(page.read_text(encoding="utf-8"))]


def commands(block: str) -> list[Command]:
    found: list[Command] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            code = EXIT.search(line)
            found.append(Command(EXIT.sub("", line[2:]), int(code[1]) if code else 0))
        elif line.startswith("> "):
            found[-1].typed.append(line[2:])
        else:
            found[-1].shown.append(line)
    return found


def told(block: str, page: Path) -> str:
    """What the first line of a block of YAML says the file is called."""
    match = re.match(r"# (\S+\.yaml)\n", block)
    return match[1] if match else f"{page.stem}.yaml"


def placed(kind: str, block: str, page: Path) -> str:
    """The path of a file that is to be there for the commands below it; "" for none."""
    if kind == "yaml":
        name = told(block, page)
        return name if block.startswith(f"# {name}") else ""
    if kind in {"python", "json"}:
        match = re.match(r"# (\S+\.(?:py|jsonl))\n", block)
        assert match, f"{page.name}: a block of {kind} says in its first line where it belongs"
        return match[1]
    match = re.match(r"---\n# (prompts/\w+\.md)\n", block) if kind == "text" else None
    return match[1] if match else ""


def steady(text: str) -> str:
    """Replace what differs from one run to the next, and the room that it takes."""
    text = re.sub(r"→ .* · decided", "→ # · decided", text)
    text = re.sub(r"\b[tc]-[0-9a-z]{6,}", "#", text)
    text = re.sub(r"[+-]?[0-9.]+ m?s\b", "#", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "#", text)
    text = re.sub(r"={1,}", "=", text)
    return re.sub(r"[ \t]+", " ", text).strip()


def matches(shown: list[str], printed: str) -> bool:
    pattern, figures = "", []
    for line in shown:
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            parts = steady(line).split("...")
            pattern += r" ?" + r".*".join(open_to_figures(part) for part in parts) + r" ?\n"
            figures += [number(figure) for part in parts for figure in FIGURE.findall(part)]
    lines = "".join(f"{steady(line)}\n" for line in printed.splitlines())
    found = re.fullmatch(pattern, lines)
    if found is None:
        return False
    there = [number(figure) for figure in found.groups()]
    return all(abs(a - b) <= NEAR * b for a, b in zip(there, figures, strict=True))


def open_to_figures(text: str) -> str:
    """A pattern of the text in which its figures are groups."""
    between = FIGURE.split(text)
    return f"({FIGURE.pattern})".join(re.escape(part) for part in between)


def number(figure: str) -> float:
    return float(figure.lstrip("~$").replace(",", ""))


@pytest.fixture
def kept(tmp_path: Path, first_run: Path) -> Path:
    """A home whose cache is there: compiling and training are the same for each page."""
    home = tmp_path.parent / f"{tmp_path.name}-home"
    home.mkdir()
    (home / "cache").symlink_to(first_run / "cache")
    return home


@pytest.fixture
def empty(kept: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """``kept`` without settings, experts or anything remembered."""
    monkeypatch.setenv("ALEXA_HOME", str(kept))
    paths = find_paths({"ALEXA_HOME": str(kept)})
    for folder in (paths.config, paths.data):
        shutil.rmtree(folder, ignore_errors=True)
    return paths


PLAIN = re.compile(r"alexa [^|<>$;&`*~\\]*")
"""A line in which the shell has nothing to do but to find the words."""
Run = Callable[[Command], subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in the test's folder: by the shell, or at less cost in this process."""
    bin_folder = Path(sys.executable).parent

    def by_shell(command: Command) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-c", command.line],
            input="".join(f"{line}\n" for line in command.typed),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=os.environ | {"PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}"},
            check=False,
        )

    def here(command: Command) -> subprocess.CompletedProcess[str]:
        words = shlex.split(command.line)[1:]
        with Path(os.devnull).open() as nothing, monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", nothing)
            patch.chdir(tmp_path)
            with pytest.raises(SystemExit) as left:
                main(words)
        assert isinstance(left.value.code, int)
        return subprocess.CompletedProcess(words, left.value.code, *capsys.readouterr())

    def run(command: Command) -> subprocess.CompletedProcess[str]:
        plain = PLAIN.fullmatch(command.line) and not command.typed
        return here(command) if plain else by_shell(command)

    return run


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are for a POSIX shell")
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if any(kind == "console" for kind, _ in blocks(page))],
    ids=lambda page: str(page.relative_to(REPO)),
)
def test_commands_do_what_is_shown(page: Path, empty: Paths, tmp_path: Path, run: Run) -> None:
    (tmp_path / "experts").symlink_to(REPO / "experts")  # as if in a clone, but nothing is written
    for kind, block in blocks(page):
        if name := placed(kind, block, page):
            private_dir(empty.config)
            (empty.config / name).parent.mkdir(parents=True, exist_ok=True)
            (empty.config / name).write_text(block)
        for command in commands(block) if kind == "console" else []:
            ran = run(command)
            where = f"{page.name}: $ {command.line}\n{ran.stdout}{ran.stderr}"
            assert ran.returncode == command.code, where
            if command.shown:
                both = matches(command.shown, ran.stdout + ran.stderr)
                assert both or matches(command.shown, ran.stdout), where


def test_what_readme_says_it_can_do_it_does(empty: Paths, run: Run) -> None:
    assert not empty.data.exists()
    rows = re.findall(r"^\| \w+ \| (\".*) \|$", (REPO / "README.md").read_text(), re.MULTILINE)
    said = [words for row in rows for words in re.findall(r'"([^"]+)"', row)]
    assert len(said) > 10
    ran = run(Command("alexa chat --json", 0, [f'{{"say": "{words}"}}' for words in said]))
    ends = [json.loads(line) for line in ran.stdout.splitlines() if '"finished"' in line]
    understood = [end["status"] in {"done", "question"} for end in ends]
    assert dict(zip(said, understood, strict=True)) == dict.fromkeys(said, True)


@pytest.mark.parametrize(
    ("page", "block"),
    [
        pytest.param(page, block, id=f"{page.stem}-{told(block, page)}")
        for page in PAGES
        for kind, block in blocks(page)
        if kind == "yaml"
    ],
)
def test_yaml_is_accepted(page: Path, block: str, tmp_path: Path) -> None:
    name = Path(told(block, page)).name
    if re.search(r"^apis:|^description:", block, re.MULTILINE):
        folder = tmp_path / re.findall(r"^name: (\w+)", block, re.MULTILINE)[0]
        folder.mkdir()
        (folder / "expert.yaml").write_text(block)
        for module in re.findall(r"python: \"(\w+):", block):
            (folder / f"{module}.py").touch()
        assert build_folder(folder).usable().name == folder.name
    elif name == "household.yaml":
        (tmp_path / name).write_text(block)
        assert load_household(tmp_path / name).lists["devices"].names
    elif re.search(r"^answers:", block, re.MULTILINE):
        assert load_script(tmp_path / name, block).entries
    else:
        (tmp_path / name).write_text(block)
        here = Paths(tmp_path, tmp_path, tmp_path)
        assert load_settings(here, file=tmp_path / name, env={}).path == tmp_path / name


def test_only_known_kinds_of_block_are_used() -> None:
    """A block of ``sh`` would look as if it were run."""
    known = {"console", "text", "yaml", "python", "json"}
    for page in PAGES:
        assert {kind for kind, _ in blocks(page)} <= known, page


def test_a_console_block_holds_only_commands_of_alexa() -> None:
    for page in PAGES:
        for kind, block in blocks(page):
            for command in commands(block) if kind == "console" else []:
                assert re.search(r"(^|\| )alexa\b", command.line), f"{page.name}: {command.line}"


def test_the_comparison_notices_what_is_wrong() -> None:
    printed = "I did it.\na → b · decided 3 ms · total 4.1 ms · no tokens · t-1rs09q5fe\n"
    assert matches(
        ["I did it.", "a → c · decided 9 ms · total 1 s · no tokens · t-000000"], printed
    )
    assert matches(["I ... it.", "..."], printed)
    assert not matches(["I did it."], printed)
    assert not matches(["I did that.", "..."], printed)
    assert not matches(["...", "I did it."], printed)


def test_figures_may_differ_a_little() -> None:
    printed = "in 3,815 (cached 3,766) out 7 · $0.0231 · total 192 ms\n"
    assert matches(["in 3,809 (cached 3,766) out 7 · $0.0230 · total 1.9 s"], printed)
    assert matches(["in 3,809 ... · $0.0230 · ..."], printed)
    assert not matches(["in 3,809 (cached 1,766) out 7 · $0.0230 · total 1.9 s"], printed)
    assert not matches(["in 3,809 (cached 3,766) out 8 · $0.0230 · total 1.9 s"], printed)
    assert not matches(["in 3,809 (cached 3,766) out 7 · $0.0330 · total 1.9 s"], printed)
    assert matches(["tools fixed ~2,787 78 %", "..."], "tools  fixed  ~2,800  78 %\n")
