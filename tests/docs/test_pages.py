"""The pages are complete and current: what is made is as it would be made, nothing is left out."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from alexa_cli.cli.group import load_verb
from alexa_cli.cli.repl.commands import COMMANDS
from alexa_cli.cli.verbs import VERBS
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Iterator

REPO = Path(__file__).resolve().parents[2]
DOCS = REPO / "docs"
PAGES = sorted([*REPO.glob("*.md"), *DOCS.rglob("*.md")])
COMMAND_LINE = (DOCS / "command-line.md").read_text(encoding="utf-8")


def options(command: Any, name: str) -> Iterator[tuple[str, str]]:
    """Yield every (command, option) of a Typer command and those below it."""
    for parameter in command.params:
        if parameter.param_type_name == "option" and not parameter.hidden:
            yield from ((name, option) for option in parameter.opts)
    for below in getattr(command, "commands", {}).values():
        yield (f"{name} {below.name}", f"{name} {below.name}")
        yield from options(below, f"{name} {below.name}")


@pytest.mark.parametrize("verb", VERBS)
def test_the_command_line_page_has_every_subcommand_and_option(verb: str) -> None:
    assert f"## {verb}\n" in COMMAND_LINE
    said = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", COMMAND_LINE))
    for name, option in options(load_verb(verb), verb):
        assert option in said or f"`{option}" in COMMAND_LINE, f"{name}: {option}"


def test_the_command_line_page_has_no_option_that_is_not_there() -> None:
    known = {option for verb in VERBS for _, option in options(load_verb(verb), verb)}
    shown = set(re.findall(r"`(--?[a-z][a-z-]*)", COMMAND_LINE))
    assert (
        shown
        - known
        - {"--", "-h", "--help", "-V", "--version", "--install-completion", "--show-completion"}
        == set()
    )


def test_the_command_line_page_has_every_slash_command() -> None:
    shown = set(re.findall(r"^\| `(/\w+)", COMMAND_LINE, re.MULTILINE))
    assert shown == set(COMMANDS)


def test_the_command_line_page_has_every_exit_code() -> None:
    def codes(error: type[AlexaError]) -> set[int]:
        return {error.exit_code}.union(*(codes(each) for each in error.__subclasses__()))

    shown = {int(code) for code in re.findall(r"^\| (\d+) \|", COMMAND_LINE, re.MULTILINE)}
    assert shown == codes(AlexaError) | {0, 130}


def test_made_pages_are_current() -> None:
    tool = REPO / "tools" / "make_docs.py"
    ran = subprocess.run(
        [sys.executable, tool, "--check"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")
def test_the_picture_shows_what_the_commands_print() -> None:
    code = "import make_picture; print(make_picture.draw(make_picture.session()))"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPO / "tools",
    )
    kept = (DOCS / "terminal.svg").read_text(encoding="utf-8")
    assert written(kept) == written(ran.stdout), "run python tools/make_picture.py"
    assert "answer with" in " ".join(written(kept))


def written(svg: str) -> list[str]:
    """The lines of a picture, without what differs from run to run."""
    rows: dict[float, str] = {}
    for y, text in re.findall(r'<text [^>]*y="([\d.]+)"[^>]*clip-path[^>]*>([^<]*)</text>', svg):
        rows[float(y)] = rows.get(float(y), "") + html.unescape(text).replace("\xa0", " ")
    lines = (rows[y] for y in sorted(rows) if not rows[y].startswith("    "))  # the outer spans
    changing = r"→ .* · decided|\bt-\w+|[\d.]+ m?s\b|=+|\d+ minutes( and \d+ seconds?)?"
    return [re.sub(r"\s+", " ", re.sub(changing, "#", line)).strip() for line in lines]


def anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPO)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if re.match(r"https?://|duration\)|\w+$", link):
            continue  # the web, and marked examples such as [six](due)
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(REPO), link
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_index_has_every_page() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    for page in DOCS.glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in index, page.name


def test_readme_has_every_expert_that_ships() -> None:
    readme = (REPO / "README.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^\| (\w+) \| [\"“]", readme, re.MULTILINE))
    assert shown == {path.parent.name for path in (REPO / "experts").glob("*/expert.yaml")}


def test_the_two_commands_are_those_that_ci_runs() -> None:
    readme = (REPO / "README.md").read_text(encoding="utf-8")
    contributing = (REPO / "CONTRIBUTING.md").read_text(encoding="utf-8")
    first = 'pip install . && alexa ask "turn on the kitchen light" && alexa ask --audio sample'
    for command in (first, 'pip install -e ".[dev]" && pytest'):
        assert f"```text\n{command}\n```" in readme
    assert 'pip install -e ".[dev]" && pytest' in contributing
    ci = (REPO / ".ci" / "run").read_text(encoding="utf-8")
    assert 'README: pip install -e ".[dev]" && pytest' in ci
