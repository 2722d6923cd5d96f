"""Experts of installed packages: entry points of the group ``alexa_cli.experts``.

An entry point's value is a package whose folder holds expert folders, or is one. Looking for
them costs more than a whole warm start, so what was found is kept until a folder of ``sys.path``
changes (installing and removing a package changes its folder's time).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from alexa_cli.config.paths import write_private
from alexa_cli.errors import AlexaError

if TYPE_CHECKING:
    from collections.abc import Sequence

GROUP = "alexa_cli.experts"


class _Scan(msgspec.Struct, frozen=True):
    """What was found, and in what state of ``sys.path``."""

    state: list[tuple[str, int]]
    found: list[tuple[str, str]]


def package_folders(cache: Path, path: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """Return (package, folder) for each entry point, sorted by package.

    ``path`` stands in for ``sys.path``.
    """
    path = sys.path if path is None else path
    state = _state(path)
    file = cache / "packages.msgpack"
    try:
        scan = msgspec.msgpack.decode(file.read_bytes(), type=_Scan)
    except (OSError, msgspec.MsgspecError):
        scan = None
    if scan is not None and scan.state == state:
        return scan.found
    found = _scan(list(path))
    try:
        write_private(file, msgspec.msgpack.encode(_Scan(state, found)))
    except AlexaError:
        return found  # a read-only cache costs time, nothing else
    return found


def _state(path: Sequence[str]) -> list[tuple[str, int]]:
    state: list[tuple[str, int]] = []
    for folder in path:
        try:
            state.append((folder, Path(folder or ".").stat().st_mtime_ns))
        except OSError:
            state.append((folder, 0))
    return state


def _scan(path: list[str]) -> list[tuple[str, str]]:
    from importlib import metadata  # noqa: PLC0415 - 20 ms, only after something was installed

    found: dict[str, str] = {}
    for distribution in metadata.distributions(path=path):
        for point in distribution.entry_points:
            if point.group != GROUP:
                continue
            folder = _folder(point.module, path)
            if folder is not None:
                found.setdefault(distribution.metadata["Name"], folder)
    return sorted(found.items())


def _folder(module: str, path: list[str]) -> str | None:
    """Return the folder of a package without importing it: its code runs only when called."""
    from importlib.machinery import PathFinder  # noqa: PLC0415 - as above

    where = path
    for number in range(len(parts := module.split("."))):
        spec = PathFinder.find_spec(".".join(parts[: number + 1]), where)
        if spec is None or not spec.submodule_search_locations:
            return None
        where = list(spec.submodule_search_locations)
    return where[0]
