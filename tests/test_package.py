"""The built wheel, installed in an environment that knows nothing of the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import alexa_cli


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was built from it."""
    repo = Path(alexa_cli.__file__).parent.parent
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(repo)],
        capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of a virtual environment that has the wheel.

    What it depends on comes by a path file from the environment that runs the tests, so that
    nothing is fetched; the checkout itself is not on the path.
    """
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False, symlinks=True)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install",
         "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)],
        capture_output=True, text=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    outside = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    assert outside
    # Folders named in a path file are searched, but path files in them are not read: the
    # editable install of the checkout stays out of sight.
    site = next(home.glob("lib/python*/site-packages"))
    (site / "dependencies.pth").write_text("\n".join(outside))
    return home / "bin"


def run(installed: Path, home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.defpath, "ALEXA_HOME": str(home / "alexa"), "HOME": str(home),
           "LC_ALL": "C.UTF-8"}  # fmt: skip
    return subprocess.run(
        [str(installed / command[0]), *command[1:]],
        capture_output=True, text=True, check=False, cwd=home, env=env, timeout=200,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_everything_lies_in_one_package(wheel: Path, repo: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names}
    assert top == {"alexa_cli", f"alexa_cli-{alexa_cli.__version__}.dist-info"}
    for file in (repo / "experts").glob("*/*"):
        if file.suffix in {".yaml", ".py", ".jsonl"}:
            assert f"alexa_cli/{file.relative_to(repo).as_posix()}" in names
    assert {"alexa_cli/py.typed", "alexa_cli/config.example.yaml", "alexa_cli/prompts/README.md",
            "alexa_cli/context/example_household.yaml"} <= set(names)  # fmt: skip
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    assert not [name for name in names if name.startswith("alexa_cli/tests")]


def test_the_licence_and_the_entry_point_are_declared(wheel: Path, repo: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = f"alexa_cli-{alexa_cli.__version__}.dist-info"
        metadata = archive.read(f"{info}/METADATA").decode()
        licence = archive.read(f"{info}/licenses/LICENSE")
        points = archive.read(f"{info}/entry_points.txt").decode()
    assert "License-Expression: Apache-2.0" in metadata
    assert licence == (repo / "LICENSE").read_bytes()
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in licence.decode()
    assert "alexa = alexa_cli.cli.main:main" in points


def test_the_sdist_can_be_built_and_tested(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    assert names >= {
        "tests/conftest.py", "tools/build_hook.py", "config.example.yaml", "LICENSE", "README.md",
        "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml", ".ci/run",
    }  # fmt: skip


def test_the_installed_command_works(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "alexa", "--version")
    assert (done.returncode, done.stdout) == (0, f"alexa {alexa_cli.__version__}\n"), done.stderr
    where = run(installed, tmp_path, "python", "-c", "import alexa_cli; print(alexa_cli.__file__)")
    assert where.stdout.startswith(str(installed.parent))


def test_what_ships_beside_the_code_is_found(installed: Path, tmp_path: Path, repo: Path) -> None:
    done = run(installed, tmp_path, "alexa", "config", "init")
    assert done.returncode == 0, done.stderr
    assert "question_expires" in (tmp_path / "alexa" / "config" / "config.yaml").read_text()
    done = run(installed, tmp_path, "alexa", "doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    for folder in (repo / "experts").glob("*/expert.yaml"):
        assert folder.parent.name in done.stdout
