"""The files of an expert's folder: which there are, whether they changed, what is in them."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from alexa_cli.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILES = 2_000
"""A folder with more is no expert's (somebody's virtual environment, perhaps)."""
MAX_FILE_BYTES = 50_000_000
"""A larger file is no part of an expert: all of them are read when one changes."""
RACY_SECONDS = 2.0
"""A file changed this recently may change again without a new time stamp: its content counts."""


def files_of(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield the files of an expert's folder, sorted; hidden ones and ``__pycache__`` are skipped.

    The folder itself may be a link. A link within that leads out of it is a FileError: what an
    expert is made of lies in its folder.
    """
    root = os.path.realpath(folder)
    count = 0
    todo = [root]
    while todo:
        try:
            entries = sorted(os.scandir(todo.pop()), key=lambda entry: entry.name)
        except OSError as error:
            raise FileError(f"cannot read this folder: {error.strerror}", path=folder) from error
        for entry in entries:
            if entry.name.startswith(".") or entry.name == "__pycache__":
                continue
            if entry.is_symlink() and not _within(entry.path, root):
                raise FileError("a link that leads out of the expert's folder", path=entry.path)
            if entry.is_dir(follow_symlinks=False):
                todo.append(entry.path)
            elif entry.is_file():
                yield entry
            count += 1
            if count > MAX_FILES:
                raise FileError(f"more than {MAX_FILES:,} files: this is no expert", path=folder)


def _within(path: str, root: str) -> bool:
    return os.path.realpath(path).startswith(root + os.sep)


def stamp(folder: Path) -> str:
    """Return what changes when a file may have changed: path, size and time, content if recent."""
    digest = hashlib.blake2b(digest_size=16)
    now = time.time()
    for entry in files_of(folder):
        info = _stat(entry)
        digest.update(
            f"{entry.path}\0{info.st_size}\0{info.st_mtime_ns}\0".encode(errors="replace")
        )
        if abs(now - info.st_mtime) < RACY_SECONDS:
            digest.update(_read(entry))
    return digest.hexdigest()


def content_hash(folder: Path) -> str:
    """Return what changes exactly when the content or the name of a file changes."""
    digest = hashlib.blake2b(digest_size=16)
    root = os.path.realpath(folder)
    for entry in files_of(folder):
        content = hashlib.blake2b(_read(entry), digest_size=16).digest()
        digest.update(os.path.relpath(entry.path, root).encode(errors="replace") + b"\0" + content)
    return digest.hexdigest()


def _stat(entry: os.DirEntry[str]) -> os.stat_result:
    try:
        return entry.stat()
    except OSError as error:
        raise FileError(f"cannot read this file: {error.strerror}", path=entry.path) from error


def _read(entry: os.DirEntry[str]) -> bytes:
    if _stat(entry).st_size > MAX_FILE_BYTES:
        raise FileError("larger than 50 MB: this is no part of an expert", path=entry.path)
    try:
        return Path(entry.path).read_bytes()
    except OSError as error:
        raise FileError(f"cannot read this file: {error.strerror}", path=entry.path) from error
