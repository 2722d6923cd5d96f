"""Secrets never reach the disk: the values of secret settings are masked in all that is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from alexa_cli.store import coding

Mask: TypeAlias = Callable[[bytes], bytes]
"""Takes a value's JSON and returns it without secrets."""

HIDDEN = "•••"
MIN_CHARACTERS = 4
"""A shorter secret would turn half the words of a trace into dots; it is masked only whole."""


def no_mask(data: bytes) -> bytes:
    """Mask nothing."""
    return data


def mask_values(secrets: Iterable[str]) -> Mask:
    """Return a mask that hides these values wherever they occur, in keys too."""
    known = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
    if not known:
        return no_mask
    marks = [coding.encode(secret)[1:-1] for secret in known]

    def mask(data: bytes) -> bytes:
        if not any(mark in data for mark in marks):
            return data
        return coding.encode(_masked(coding.decode(data), known))

    return mask


def _masked(value: Any, secrets: list[str]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        for secret in secrets:
            if len(secret) >= MIN_CHARACTERS:
                value = value.replace(secret, HIDDEN)
            elif value == secret:
                return HIDDEN
        return value
    if isinstance(value, list):
        return [_masked(item, secrets) for item in value]
    if isinstance(value, dict):
        return {_masked(key, secrets): _masked(item, secrets) for key, item in value.items()}
    return value
