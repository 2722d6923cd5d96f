"""Where files live, and how they are written so that nobody else can read them."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from alexa_cli.errors import AlexaError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

APP = "alexa-cli"
FOLDER_MODE = 0o700
FILE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Paths:
    """The three folders of this user. None of them need exist."""

    config: Path
    """What a person writes: config.yaml, the household, their own experts."""
    data: Path
    """What must not be lost: the store, downloaded models."""
    cache: Path
    """What can be made again: compiled catalogues, trained classifiers."""

    @property
    def config_file(self) -> Path:
        """``config.yaml``."""
        return self.config / "config.yaml"

    @property
    def experts(self) -> Path:
        """The folder of the user's own experts, one folder each."""
        return self.config / "experts"

    @property
    def database(self) -> Path:
        """The store's SQLite file."""
        return self.data / "alexa.db"

    @property
    def models(self) -> Path:
        """The folder of downloaded models, one folder each."""
        return self.data / "models"


def find_paths(env: Mapping[str, str]) -> Paths:
    """Return the folders: those below ``ALEXA_HOME`` if it is set, else the platform's.

    Nothing is created. Raises ConfigError if ``ALEXA_HOME`` cannot be a path.
    """
    home = env.get("ALEXA_HOME", "")
    if not home:
        return _platform_paths()
    if not home.isprintable():
        raise ConfigError(f"ALEXA_HOME is no usable path: {home!r}")
    try:
        root = Path(home).expanduser().absolute()
    except (RuntimeError, OSError) as error:  # no such user; a current folder that is gone
        raise ConfigError(f"ALEXA_HOME is no usable path: {home!r}") from error
    return Paths(root / "config", root / "data", root / "cache")


def _platform_paths() -> Paths:
    import platformdirs  # noqa: PLC0415 - 30 ms, not needed with ALEXA_HOME

    dirs = platformdirs.PlatformDirs(APP, appauthor=False)
    return Paths(dirs.user_config_path, dirs.user_data_path, dirs.user_cache_path)


def private_dir(path: Path) -> Path:
    """Make the folder and its missing parents, each with mode 0700, and return it.

    A folder that is already there keeps its mode: it may be shared on purpose, and
    ``alexa doctor`` says so. Raises ConfigError if it cannot be made.
    """
    missing = []
    folder = path
    try:
        while not folder.exists() and folder != folder.parent:
            missing.append(folder)
            folder = folder.parent
        for each in reversed(missing):
            each.mkdir(mode=FOLDER_MODE, exist_ok=True)
        if not path.is_dir():
            raise NotADirectoryError(20, "is not a folder", str(path))
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot make this folder: {error.strerror or error}",
            hint="set ALEXA_HOME to a folder that you may write to",
        ) from error
    return path


def at_once(path: str, flags: int) -> int:
    """Open a file as ``open`` does, but a pipe that nobody writes is empty and not waited for."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(descriptor, True)
    return descriptor


def write_private(path: Path, content: bytes) -> None:
    """Write the file with mode 0600, whole or not at all; its folder is made if missing.

    A reader sees the old file or the new one, never a part: the bytes go to a temporary file
    beside it, which then takes its name. Raises AlexaError if that fails.
    """
    private_dir(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        _write_new(temporary, content)
        temporary.replace(path)
    except OSError as error:
        _forget(temporary)
        raise AlexaError(
            f"{path}: cannot write this file: {error.strerror or error}",
            hint="see `alexa doctor`",
        ) from error
    except BaseException:  # Ctrl-C: leave no half file behind
        _forget(temporary)
        raise


def _forget(path: Path) -> None:
    with suppress(OSError):  # a read-only file system refuses, whether there is a file or not
        path.unlink()


def _write_new(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
