"""A room imports only from lower floors. What breaks this cannot be merged."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

FLOORS: tuple[tuple[str, ...], ...] = (
    ("turn", "errors"),
    ("config",),
    ("store", "language"),
    ("trace",),
    ("catalog", "context", "models"),
    ("prompt", "guard"),
    ("hear", "decide", "act", "speak", "watch"),
    ("assistant",),
    ("measure",),
    ("cli",),
)
FLOOR = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
PACKAGE = "alexa_cli"
PUBLIC = {
    "alexa_cli.catalog", "alexa_cli.catalog.times", "alexa_cli.errors", "alexa_cli.context.names"
}  # fmt: skip
"""What authors of experts may import from; the shipped experts use no private door."""


def imports(source: str, module: str, *, is_package: bool) -> list[tuple[int, str]]:
    """Return (line, dotted name) of every import, in functions and under TYPE_CHECKING too."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                keep = len(parts) - node.level + is_package
                base = ".".join([*parts[:keep], *filter(None, [base])])
            found += [(node.lineno, f"{base}.{alias.name}") for alias in node.names]
        elif isinstance(node, ast.Call) and node.args:
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else (node.func.id if isinstance(node.func, ast.Name) else "")
            )
            first = node.args[0]
            if name in {"import_module", "__import__"} and isinstance(first, ast.Constant):
                found.append((node.lineno, str(first.value)))
    return found


def violations(root: Path) -> list[str]:
    """Return one line for each import in the package at ``root`` that goes up or sideways."""
    wrong = []
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root).with_suffix("").parts
        is_package = inside[-1] == "__init__"
        module = ".".join([PACKAGE, *inside[: -1 if is_package else None]])
        if inside in {("__init__",), ("__main__",)}:
            continue
        room = inside[0]
        where = path.relative_to(root).as_posix()
        if room not in FLOOR:
            wrong.append(f"{where}: the room {room!r} stands on no floor")
            continue
        for line, name in imports(path.read_text(encoding="utf-8"), module, is_package=is_package):
            parts = name.split(".")
            if parts[0] != PACKAGE or len(parts) < 2 or parts[1] in {room, "__version__"}:
                continue
            if parts[1] not in FLOOR:
                wrong.append(f"{where}:{line}: {name} stands on no floor")
            elif FLOOR[parts[1]] >= FLOOR[room] and FLOOR[room] > 0:
                wrong.append(f"{where}:{line}: {room} must not import {name}")
            elif FLOOR[room] == 0:
                wrong.append(f"{where}:{line}: {room} imports nothing from the house")
    return wrong


def test_every_room_imports_from_lower_floors_only(repo: Path) -> None:
    assert violations(repo / PACKAGE) == []


def test_shipped_experts_use_the_public_door_only(repo: Path) -> None:
    wrong = []
    for path in sorted((repo / "experts").rglob("*.py")):
        for line, name in imports(path.read_text(encoding="utf-8"), path.stem, is_package=False):
            if name.startswith(PACKAGE) and name.rpartition(".")[0] not in PUBLIC:
                wrong.append(f"{path.relative_to(repo)}:{line}: {name}")
    assert wrong == []


def tree(folder: Path, files: dict[str, str]) -> Path:
    for name, source in {"__init__.py": "", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("config/a.py", "from alexa_cli.store.store import Store"),
        ("config/a.py", "import alexa_cli.cli"),
        ("config/a.py", "def f():\n    from alexa_cli import assistant"),
        ("config/a.py", "if TYPE_CHECKING:\n    from alexa_cli.trace.record import Span"),
        ("catalog/a.py", "from alexa_cli.context.names import Name"),
        ("act/a.py", "from ..speak import wording"),
        ("act/__init__.py", "from ..speak.wording import word"),
        ("turn.py", "from alexa_cli.errors import AlexaError"),
        ("decide/a.py", "import importlib\nimportlib.import_module('alexa_cli.act.execute')"),
        ("attic/a.py", "x = 1"),
        ("act/a.py", "import alexa_cli.attic"),
    ],
)  # fmt: skip
def test_an_import_that_goes_up_or_sideways_is_found(
    tmp_path: Path, name: str, source: str
) -> None:
    assert len(violations(tree(tmp_path, {name: source}))) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("act/a.py", "from alexa_cli.catalog.expert import Expert"),
        ("act/a.py", "from .b import c\nfrom . import d\nimport alexa_cli.act.e"),
        ("act/__init__.py", "from .b import c"),
        ("act/inner/a.py", "from ..b import c"),
        ("cli/main.py", "from alexa_cli import __version__, assistant, turn"),
        ("assistant.py", "import json\nfrom alexa_cli.speak.wording import word"),
    ],
)
def test_an_import_that_goes_down_is_fine(tmp_path: Path, name: str, source: str) -> None:
    assert violations(tree(tmp_path, {name: source})) == []
