"""Reads safetensors files: eight bytes of header length, a JSON header, then raw numbers.

The format is https://github.com/huggingface/safetensors; nothing in it is ever executed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from alexa_cli.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from alexa_cli.models.encoder import Vectors

_LENGTH = 8
_SHORTEST_HEADER, _LONGEST_HEADER = 2, 4_000_000


def read_tensors(path: Path) -> dict[str, Vectors]:
    """Return the file's float32 tensors by name, mapped from disk: pages load when touched.

    Raises ConfigError if the file is missing or is no safetensors file.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_LENGTH), "little")
            if not _SHORTEST_HEADER <= length <= min(_LONGEST_HEADER, size - _LENGTH):
                raise _damaged(path)
            header = json.loads(file.read(length))
        raw = np.memmap(path, np.uint8, mode="r", offset=_LENGTH + length)
        return {
            name: _tensor(raw, entry)
            for name, entry in header.items()
            if name != "__metadata__" and entry["dtype"] == "F32"
        }
    except OSError as error:
        raise ConfigError(
            f"{path}: {error.strerror or error}", hint="see `alexa models list`"
        ) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(path) from error


def _tensor(raw: np.memmap, entry: dict[str, list[int]]) -> Vectors:
    start, end = entry["data_offsets"]
    if not 0 <= start <= end <= len(raw):
        raise ValueError(entry)
    return np.asarray(raw[start:end]).view(np.dtype("<f4")).reshape(entry["shape"])


def _damaged(path: Path) -> ConfigError:
    return ConfigError(
        f"{path} is damaged", hint="delete its folder and run `alexa models pull` again"
    )
