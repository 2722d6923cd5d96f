"""Every YAML file that a person writes comes in here: read, then checked against a type.

``read(load_yaml(path), Type)``. Whatever is wrong is one FileError that names the file, the
line, the key and, for a key nobody knows, the nearest known one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from alexa_cli.config.document import At, Document, dotted, shown
from alexa_cli.config.paths import at_once
from alexa_cli.config.scalars import parse_scalar
from alexa_cli.config.validate import read
from alexa_cli.errors import FileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["At", "Document", "dotted", "load_yaml", "parse_scalar", "read", "shown"]

MAX_BYTES = 1_000_000
"""No file of this program's is larger."""

_BOM = "\ufeff"
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def load_yaml(path: Path | str, text: str | bytes | None = None) -> Document:
    """Read a YAML file, or ``text`` in its stead, with the line of every value.

    Raises FileError for a file that is missing, unreadable, over 1 MB, not UTF-8 or no YAML,
    and for what has no JSON counterpart: keys that are not text, tags, infinite numbers.
    """
    if text is None:
        text = _read_bytes(path)
    if len(text) > MAX_BYTES:
        raise FileError("larger than 1 MB", path=path)
    if isinstance(text, bytes):
        text = _decode(text, path)
    text = text.removeprefix(_BOM)
    if bad := _FORBIDDEN.search(text):
        what = "NUL" if bad.group() == "\0" else f"the character U+{ord(bad.group()):04X}"
        raise FileError(
            f"{what} is not allowed", path=path, line=text.count("\n", 0, bad.start()) + 1
        )
    from alexa_cli.config.yaml_reader import parse  # noqa: PLC0415 - 6 ms, not without a file

    return parse(text, path)


def _read_bytes(path: Path | str) -> bytes:
    try:
        with open(path, "rb", opener=at_once) as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileError(f"cannot read this file: {error.strerror or error}", path=path) from error
    except ValueError as error:  # NUL in the path
        raise FileError("no usable path", path=shown(str(path))) from error


def _decode(content: bytes, path: Path | str) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileError(
            "not UTF-8 text",
            path=path,
            line=content.count(b"\n", 0, error.start) + 1,
            hint="save the file as UTF-8",
        ) from error
