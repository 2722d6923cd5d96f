"""Further examples for ``nearest``: a suite (JSON Lines) that ``models.NAME.data`` names.

Of each line only ``say``, ``expert`` and ``api`` are read; what is nobody's, and what belongs to
an API that is not here, teaches nothing.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from alexa_cli.catalog.expert import Example
from alexa_cli.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alexa_cli.catalog.expert import Api


class _Line(msgspec.Struct, frozen=True):
    say: str | None = None
    expert: str | None = None
    api: str | None = None


def with_further(apis: Iterable[Api], file: str, language: str) -> list[Api]:
    """Return the APIs with the sentences of ``file`` among their examples. Raises FileError."""
    said: dict[tuple[str | None, str | None], list[Example]] = {}
    for line in _read(Path(file)):
        if line.say:
            said.setdefault((line.expert, line.api), []).append(Example(line.say))
    return [_taught(api, said.get((api.expert, api.name), []), language) for api in apis]


def _taught(api: Api, more: list[Example], language: str) -> Api:
    known = api.examples.get(language, ())
    return replace(api, examples={**api.examples, language: (*known, *more)}) if more else api


def _read(path: Path) -> list[_Line]:
    try:
        rows = path.read_bytes().splitlines()
    except OSError as error:
        raise FileError(f"cannot be read: {error.strerror}", path=path) from error
    found: list[_Line] = []
    for number, row in enumerate(rows, 1):
        if not row.strip():
            continue
        try:
            found.append(msgspec.json.decode(row, type=_Line))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            message = f"not a case of a suite: {error}"
            raise FileError(message, path=path, line=number) from error
    return found
