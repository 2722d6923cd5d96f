"""A damaged database is set aside under another name, never deleted."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from alexa_cli.store.schema import SIDES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def identity(path: Path) -> int | None:
    """Return what tells this file from another of the same name; None if there is none."""
    try:
        return path.stat().st_ino
    except OSError:
        return None


def set_aside(path: Path, seen: int | None) -> Path | None:
    """Rename the database and its side files to the first free ``NAME.corrupt-N``.

    ``seen`` is the identity of the file that was found damaged: if another process has set it
    aside meanwhile, the file now at ``path`` is a good one, it stays, and None is returned.
    Raises OSError if it cannot be renamed.
    """
    with _folder_lock(path.parent):
        if identity(path) != seen:
            return None
        number = 1
        while (aside := path.with_name(f"{path.name}.corrupt-{number}")).exists():
            number += 1
        for side in SIDES:
            part = path.with_name(path.name + side)
            if part.exists():
                part.rename(aside.with_name(aside.name + side))
        return aside


@contextmanager
def _folder_lock(folder: Path) -> Iterator[None]:
    """Let one process at a time set files aside, where the system can."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows, where an open file cannot be renamed anyway
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
