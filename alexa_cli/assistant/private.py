"""Secrets that the user told an expert to keep, masked in the traces of the turn."""

from __future__ import annotations

from typing import Any, TypeVar

from alexa_cli.guard.secrets import Secrets
from alexa_cli.store import coding

Kept = TypeVar("Kept")


def masked(kept: Kept) -> Kept:
    """Return the same with every secret that has a known shape as ``[password]``, ``[key]``."""
    secrets = Secrets()

    def mask(value: Any) -> Any:  # noqa: ANN401 - any JSON
        if isinstance(value, str):
            return secrets.mask(value)[0]
        if isinstance(value, list):
            return [mask(item) for item in value]
        if isinstance(value, dict):
            return {key: mask(item) for key, item in value.items()}
        return value

    return coding.build(mask(coding.plain(kept)), type(kept))
